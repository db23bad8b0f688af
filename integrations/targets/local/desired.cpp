#include "integrations/targets/local/desired.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "bot/base/json.h"
#include "integrations/process/files.h"

namespace muster::local {
namespace {

constexpr std::size_t file_bytes_max = 256 << 10;
constexpr const char* stages[] = {"settled", "rolling", "returning"};

Value to_value(const Wanted& w) {
  Value v = Value::Map{{"version", w.version}, {"replicas", w.replicas}, {"generation", w.generation}};
  if (w.part_version.empty()) return v;
  v.set("part_version", w.part_version);
  v.set("part", w.part);
  v.set("beside", w.beside);
  return v;
}

Wanted wanted_from(const Value& v) {
  return {v["version"].as_string(),      static_cast<int>(v["replicas"].as_int()), v["generation"].as_int(),
          v["part_version"].as_string(), static_cast<int>(v["part"].as_int()),     v["beside"].as_bool()};
}

Value to_value(const Change& c) {
  return Value::Map{{"run", c.run},           {"verb", c.verb}, {"version", c.version},
                    {"replicas", c.replicas}, {"at", c.at},     {"by", c.by},
                    {"outcome", c.outcome},   {"note", c.note}, {"part", c.part}};
}

Change change_from(const Value& v) {
  return {.run = v["run"].as_string(),
          .verb = v["verb"].as_string(),
          .version = v["version"].as_string(),
          .replicas = static_cast<int>(v["replicas"].as_int()),
          .at = v["at"].as_int(),
          .by = v["by"].as_string(),
          .outcome = v["outcome"].as_string(),
          .note = v["note"].as_string(),
          .part = v["part"].as_bool()};
}

std::string text_of(const Desired& d) {
  Value history = Value::List{};
  for (const Change& change : d.history) history.push(to_value(change));
  const Value whole = Value::Map{{"format", 1},
                                 {"service", d.service},
                                 {"environment", d.environment},
                                 {"wanted", to_value(d.wanted)},
                                 {"before", to_value(d.before)},
                                 {"previous_version", d.previous_version},
                                 {"previous_before", d.previous_before},
                                 {"revision", d.revision},
                                 {"stage", stages[static_cast<int>(d.stage)]},
                                 {"deadline", d.deadline},
                                 {"outcome", d.outcome},
                                 {"why", d.why},
                                 {"history", history}};
  return to_json(whole, 1) + "\n";
}

Desired desired_from(const Value& v) {
  Desired d;
  d.service = v["service"].as_string();
  d.environment = v["environment"].as_string();
  d.wanted = wanted_from(v["wanted"]);
  d.before = wanted_from(v["before"]);
  d.previous_version = v["previous_version"].as_string();
  d.previous_before = v["previous_before"].as_string();
  d.revision = v["revision"].as_int();
  for (int i = 0; i < 3; ++i) {
    if (v["stage"].as_string() == stages[i]) d.stage = static_cast<Stage>(i);
  }
  d.deadline = v["deadline"].as_int();
  d.outcome = v["outcome"].as_string();
  d.why = v["why"].as_string();
  for (const Value& change : v["history"].as_list()) d.history.push_back(change_from(change));
  return d;
}

Error cannot_write(const std::string& path) {
  return {ErrorKind::unavailable, path + " could not be written: " + std::strerror(errno),
          "Make room or correct the rights of the folder, then ask again."};
}

bool write_whole(int fd, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return fsync(fd) == 0;
}

}  // namespace

Result<std::optional<Desired>> read_desired(const std::string& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0 && errno == ENOENT) return std::nullopt;
  const auto document = parse_json(process::read_some(path, 0, file_bytes_max));
  if (document && (*document)["format"].as_int() == 1 && (*document)["wanted"].is_map()) {
    return desired_from(*document);
  }
  return fail(ErrorKind::unavailable, path + ", which says what should run, cannot be read",
              "Put a copy of it back, or remove it when nothing of this service runs any more.");
}

Result<void> write_desired(const std::string& path, const Desired& desired) {
  const std::string temporary = path + ".tmp";
  process::Fd file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file || !write_whole(file.get(), text_of(desired)) || rename(temporary.c_str(), path.c_str()) != 0) {
    const Error error = cannot_write(path);
    unlink(temporary.c_str());
    return std::unexpected(error);
  }
  // So that the name survives a power cut; the new text stands there already.
  const process::Fd folder(open(path.substr(0, path.rfind('/')).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) fsync(folder.get());
  return {};
}

}  // namespace muster::local
