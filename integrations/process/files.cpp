#include "integrations/process/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <initializer_list>

#include "bot/base/text.h"
#include "integrations/process/layout.h"

namespace muster::process {
namespace {

template <class N>
N number(const Fields& fields, std::string_view name, N fallback = 0) {
  const auto it = fields.find(name);
  if (it == fields.end()) return fallback;
  N n = fallback;
  std::from_chars(it->second.data(), it->second.data() + it->second.size(), n);
  return n;
}

std::optional<int> maybe(const Fields& fields, std::string_view name) {
  return fields.contains(name) ? std::optional(number<int>(fields, name)) : std::nullopt;
}

StreamRecord stream(const Fields& fields, std::string_view name) {
  StreamRecord s;
  const auto it = fields.find(name);
  if (it == fields.end()) return s;
  std::uint64_t all[4] = {};
  const char* at = it->second.data();
  const char* const end = at + it->second.size();
  for (std::uint64_t& n : all) {
    at = std::from_chars(at, end, n).ptr;
    if (at != end) ++at;
  }
  return {all[0], all[1], all[2], static_cast<int>(all[3])};
}

}  // namespace

// Its last line says that it is whole.
std::optional<Fields> read_record(const std::string& path) {
  Fields fields;
  for (const std::string& line : split(read_some(path, 0, 4096), '\n')) {
    const std::size_t space = line.find(' ');
    if (space != line.npos) fields[line.substr(0, space)] = line.substr(space + 1);
  }
  if (fields["format"] != "1" || fields["whole"] != "1") return std::nullopt;
  return fields;
}

std::int64_t number_in(const Fields& fields, std::string_view name, std::int64_t fallback) {
  return number<std::int64_t>(fields, name, fallback);
}

Fd::~Fd() {
  if (fd_ >= 0) close(fd_);
}

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) close(fd_);
    fd_ = other.release();
  }
  return *this;
}

int Fd::release() { return std::exchange(fd_, -1); }

std::string read_some(const std::string& path, std::uint64_t at, std::size_t most) {
  const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  std::string text;
  if (!file) return text;
  text.resize(most);
  std::size_t done = 0;
  while (done < most) {
    const ssize_t n = pread(file.get(), text.data() + done, most - done, static_cast<off_t>(at + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  text.resize(done);
  return text;
}

std::uint64_t size_of(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) ? static_cast<std::uint64_t>(info.st_size) : 0;
}

std::string last_bytes(const std::string& folder, const char* file, const char* tail, std::size_t most,
                       std::uint64_t& total) {
  const std::string path = folder + "/" + file, ring = folder + "/" + tail;
  const std::uint64_t kept = size_of(path);
  std::uint64_t count = 0;
  const std::string counter = read_some(ring, shim::tail_bytes, sizeof count);
  if (counter.size() == sizeof count) std::memcpy(&count, counter.data(), sizeof count);
  total = kept + count;
  if (count == 0) return read_some(path, kept > most ? kept - most : 0, most);
  const std::string bytes = read_some(ring, 0, shim::tail_bytes);
  const std::size_t at = static_cast<std::size_t>(count % shim::tail_bytes);
  std::string last = count < shim::tail_bytes || at > bytes.size() ? bytes : bytes.substr(at) + bytes.substr(0, at);
  if (last.size() > most) last.erase(0, last.size() - most);
  return last;
}

std::optional<StartedRecord> read_started(const std::string& folder) {
  const auto fields = read_record(folder + "/" + shim::started_file);
  if (!fields) return std::nullopt;
  return StartedRecord{.boot = fields->contains("boot") ? fields->at("boot") : "",
                       .shim = number<int>(*fields, "shim"),
                       .shim_start = number<std::int64_t>(*fields, "shim_start"),
                       .child = number<int>(*fields, "child"),
                       .child_start = number<std::int64_t>(*fields, "child_start"),
                       .at = number<TimeMs>(*fields, "started_ms"),
                       .timeout = number<DurationMs>(*fields, "timeout_ms"),
                       .text_max = number<std::size_t>(*fields, "text_max", 64 << 10)};
}

std::optional<ResultRecord> read_result(const std::string& folder) {
  const auto fields = read_record(folder + "/" + shim::result_file);
  if (!fields) return std::nullopt;
  return ResultRecord{.why = fields->contains("why") ? fields->at("why") : "",
                      .code = maybe(*fields, "code"),
                      .signal = maybe(*fields, "signal"),
                      .stage = number<int>(*fields, "stage"),
                      .error = number<int>(*fields, "errno"),
                      .started = number<TimeMs>(*fields, "started_ms"),
                      .ended = number<TimeMs>(*fields, "ended_ms"),
                      .took = number<DurationMs>(*fields, "took_ms"),
                      .left_behind = number<int>(*fields, "left_behind") != 0,
                      .out = stream(*fields, "out"),
                      .err = stream(*fields, "err")};
}

bool has_result(const std::string& folder) { return access((folder + "/" + shim::result_file).c_str(), F_OK) == 0; }

Lock look_at_lock(const std::string& folder) {
  const Fd file(open((folder + "/" + shim::lock_file).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return Lock::missing;
  return flock(file.get(), LOCK_EX | LOCK_NB) == 0 ? Lock::free : Lock::held;
}

std::string kernel_boot_id() { return std::string(trim(read_some("/proc/sys/kernel/random/boot_id", 0, 64))); }

// Field 22; the name before it may contain anything, so counting begins behind its last bracket.
std::int64_t start_time_of(int pid) {
  const std::string text = read_some("/proc/" + std::to_string(pid) + "/stat", 0, 1024);
  const std::size_t bracket = text.rfind(')');
  if (bracket == text.npos) return -1;
  const std::vector<std::string> fields = split(std::string_view(text).substr(bracket + 2), ' ');
  constexpr std::size_t index = 22 - 3;
  std::int64_t start = -1;
  if (fields.size() > index) std::from_chars(fields[index].data(), fields[index].data() + fields[index].size(), start);
  return start;
}

Fd open_process(int pid, std::int64_t start_time) {
  if (pid <= 0) return Fd();
  Fd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  // One that has ended and whose parent never asks keeps its number: where process 1 reaps nobody, for good. The state
  // in /proc would not do, for it is that of the first thread alone. Polled after opening, as the start time is
  // compared: from here on the number cannot pass to somebody else behind our back.
  pollfd ended{.fd = process.get(), .events = POLLIN, .revents = 0};
  if (!process || poll(&ended, 1, 0) != 0) return Fd();
  return start_time_of(pid) == start_time ? std::move(process) : Fd();
}

void remove_folder(const std::string& folder) {
  for (const char* name :
       {shim::started_file, shim::input_file, "started.tmp", "result.tmp", shim::out_file, shim::err_file,
        shim::out_tail_file, shim::err_tail_file, shim::result_file, shim::lock_file}) {
    unlink((folder + "/" + name).c_str());
  }
  rmdir(folder.c_str());
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  DIR* all = opendir(folder.c_str());
  if (all == nullptr) return names;
  while (const dirent* entry = readdir(all)) names.emplace_back(entry->d_name);
  closedir(all);
  return names;
}

void remove_rests(const std::string& folder, TimeMs before) {
  for (const std::string& name : names_in(folder)) {
    struct stat info {};
    const std::string path = folder + "/" + name;
    if (lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && info.st_mtime * second_ms < before) {
      unlink(path.c_str());
    }
  }
}

}  // namespace muster::process
