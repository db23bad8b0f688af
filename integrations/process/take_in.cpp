#include "integrations/process/take_in.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "integrations/process/clean.h"
#include "integrations/process/layout.h"

namespace muster::process {
namespace {

struct Stream {
  const char* file;
  const char* tail;
  const char* rest;  // ending of the rest's name
  StreamRecord record;
};

// Everything that was kept, piece by piece, so that 16 MiB cost no 16 MiB of memory.
class RestWriter {
 public:
  explicit RestWriter(const std::string& path)
      : file_(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)), ok_(bool(file_)) {}

  void copy(const std::string& from, std::uint64_t size, const std::vector<std::string>& secrets) {
    constexpr std::size_t piece = 256 << 10;
    for (std::uint64_t at = 0; ok_ && at < size;) {
      const std::string raw = read_some(from, at, static_cast<std::size_t>(std::min<std::uint64_t>(piece, size - at)));
      if (raw.empty()) return;
      const std::string whole = at + raw.size() < size ? cut_head(raw) : raw;
      write(clean_output(whole, secrets));
      at += whole.size();
    }
  }
  void write(std::string_view text) {
    while (ok_ && !text.empty()) {
      const ssize_t n = ::write(file_.get(), text.data(), text.size());
      ok_ = n > 0 || (n < 0 && errno == EINTR);
      if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  bool finish() { return ok_ && fsync(file_.get()) == 0; }

 private:
  Fd file_;
  bool ok_;
};

std::string keep_rest(const TakeIn& job, const Stream& stream, const std::string& last) {
  const std::string path = job.rests + "/" + job.id + stream.rest;
  RestWriter rest(path);
  rest.copy(job.folder + "/" + stream.file, stream.record.kept, job.secrets);
  if (stream.record.total > stream.record.kept) {
    const std::uint64_t gap = stream.record.total - stream.record.kept - last.size();
    if (gap > 0) rest.write("\n[... " + std::to_string(gap) + " B ...]\n");
    rest.write(clean_output(last, job.secrets));
  }
  if (rest.finish()) return path;
  unlink(path.c_str());  // half a copy would pass for the whole
  return {};
}

std::string ring_bytes(const TakeIn& job, const Stream& stream) {
  if (stream.record.ring == 0) return {};
  std::uint64_t total = 0;
  return last_bytes(job.folder, stream.file, stream.tail, shim::tail_bytes, total);
}

// Long output: a quarter of the limit from its beginning, the rest of the limit from its end.
void cut_output(const TakeIn& job, const Stream& stream, std::size_t text_max, CommandOutput& out) {
  const std::string file = job.folder + "/" + stream.file;
  const std::string ring = ring_bytes(job, stream);
  const std::string head = cut_head(read_some(file, 0, std::min<std::uint64_t>(text_max / 4, stream.record.kept)));
  const std::size_t most = text_max - text_max / 4;
  std::string last = ring;
  if (stream.record.total == stream.record.kept) {
    const std::uint64_t from =
        std::max<std::uint64_t>(head.size(), stream.record.kept - std::min<std::uint64_t>(most, stream.record.kept));
    last = read_some(file, from, most);
  } else if (last.size() > most) {
    last.erase(0, last.size() - most);
  }
  const std::string tail = cut_tail(std::move(last));
  out.head = clean_output(head, job.secrets);
  out.tail = clean_output(tail, job.secrets);
  out.left_out = stream.record.total - std::min<std::uint64_t>(stream.record.total, head.size() + tail.size());
  out.dropped_bytes =
      stream.record.total - stream.record.kept - std::min<std::uint64_t>(ring.size(), stream.record.ring);
  out.binary = looks_binary(head) || looks_binary(tail);
  out.rest_path = keep_rest(job, stream, ring);
}

CommandOutput take_stream(const TakeIn& job, const Stream& stream, std::size_t text_max) {
  CommandOutput out;
  out.total_bytes = stream.record.total;
  if (stream.record.trouble != 0) out.disk_trouble = std::strerror(stream.record.trouble);
  if (stream.record.total > text_max || stream.record.total != stream.record.kept) {
    cut_output(job, stream, text_max, out);
    return out;
  }
  const std::string bytes = read_some(job.folder + "/" + stream.file, 0, text_max);
  out.head = job.unmasked ? bytes : clean_output(bytes, job.secrets);
  out.binary = looks_binary(bytes);
  return out;
}

// No result was written: what the files themselves say.
StreamRecord measure(const TakeIn& job, const char* file, const char* tail) {
  StreamRecord record;
  last_bytes(job.folder, file, tail, 0, record.total);
  record.kept = size_of(job.folder + "/" + file);
  record.ring = record.total - record.kept;
  return record;
}

CommandEndKind kind_of(const ResultRecord& result) {
  if (result.why == "exec") return CommandEndKind::not_started;
  if (result.why == "timeout") return CommandEndKind::timed_out;
  if (result.why == "cancel") return CommandEndKind::cancelled;
  if (result.why == "stop") return CommandEndKind::stopped;
  if (result.why == "exit" && result.code) return CommandEndKind::exited;
  if (result.why == "exit" && result.signal) return CommandEndKind::signalled;
  return CommandEndKind::lost;  // written by a shim newer than we are
}

const char* what_failed(int stage) {
  if (stage == 1) return "the working folder cannot be entered: ";
  if (stage == 3) return "it cannot be run as its user: ";
  if (stage == 4) return "its limits cannot be set: ";
  return "the program cannot be run: ";
}

void take_result(const ResultRecord& result, CommandEnd& end) {
  end.kind = kind_of(result);
  end.code = result.code.value_or(0);
  end.signal = result.signal.value_or(0);
  end.started = result.started;
  end.ended = result.ended;
  end.took = result.took;
  end.left_behind = result.left_behind;
  if (end.kind == CommandEndKind::not_started) {
    end.trouble = std::string(what_failed(result.stage)) + std::strerror(result.error);
  } else if (end.kind == CommandEndKind::lost) {
    end.trouble = "its record says how it ended in words that this version does not know";
  }
}

void take_no_result(const TakeIn& job, const std::optional<StartedRecord>& started, CommandEnd& end) {
  if (started) {
    end.kind = CommandEndKind::lost;
    end.trouble = job.trouble;
    end.started = started->at;
    return;
  }
  end.kind = job.shim_exit == 0 ? CommandEndKind::never_started : CommandEndKind::not_started;
  if (job.shim_exit == shim::exit_no_disk)
    end.trouble = "its record could not be written to the disk";
  else if (job.shim_exit != 0)
    end.trouble = "its supervisor could not be set up";
  else
    end.trouble = "nothing shows that it began";
}

}  // namespace

CommandEnd take_in(const TakeIn& job) {
  CommandEnd end;
  end.id = job.id;
  const auto started = read_started(job.folder);
  const auto result = read_result(job.folder);
  if (access(job.folder.c_str(), F_OK) != 0) {
    end.trouble = "its folder is gone";
    return end;
  }
  Stream out{shim::out_file, shim::out_tail_file, ".txt", {}};
  Stream err{shim::err_file, shim::err_tail_file, ".err.txt", {}};
  if (result) {
    take_result(*result, end);
    out.record = result->out;
    err.record = result->err;
  } else {
    take_no_result(job, started, end);
    out.record = measure(job, out.file, out.tail);
    err.record = measure(job, err.file, err.tail);
  }
  const std::size_t text_max = started ? started->text_max : std::size_t{64} << 10;
  end.out = take_stream(job, out, text_max);
  end.err = take_stream(job, err, text_max);
  return end;
}

}  // namespace muster::process
