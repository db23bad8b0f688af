#include "bot/base/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <memory>
#include <mutex>

#include "bot/base/text.h"

namespace muster {
namespace {

std::shared_ptr<spdlog::logger> make_logger(spdlog::sink_ptr sink) {
  auto logger = std::make_shared<spdlog::logger>("muster", std::move(sink));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  logger->flush_on(spdlog::level::info);  // the line before a crash is the one that is needed
  return logger;
}

std::shared_ptr<spdlog::logger> make_stderr_logger() {
  return make_logger(std::make_shared<spdlog::sinks::stderr_sink_mt>());
}

// Where lines go. Lines are written from any thread while log_to may change it.
struct Destination {
  std::mutex mutex;
  spdlog::level::level_enum least = spdlog::level::info;
  std::shared_ptr<spdlog::logger> logger = make_stderr_logger();
};

Destination& destination() {
  static Destination d;
  return d;
}

std::shared_ptr<spdlog::logger> current_logger() {
  Destination& d = destination();
  const std::lock_guard lock(d.mutex);
  return d.logger;
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// One event stays one line, whatever the outside put into a value.
std::string in_quotes(std::string_view value) {
  constexpr std::string_view telling = " \"=\\";
  bool plain = !value.empty();
  for (const char c : value) plain = plain && static_cast<unsigned char>(c) > 0x1F && telling.find(c) == telling.npos;
  if (plain && one_line(value) == value) return std::string(value);
  std::string out = "\"";
  for (const char c : one_line(value)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

void log_to(const std::string& file_path) {
  std::shared_ptr<spdlog::logger> made;
  std::string problem;
  try {
    made = file_path.empty() ? make_stderr_logger()
                             : make_logger(std::make_shared<spdlog::sinks::basic_file_sink_mt>(file_path));
  } catch (const spdlog::spdlog_ex& e) {
    made = make_stderr_logger();
    problem = e.what();
  }
  {
    Destination& d = destination();
    const std::lock_guard lock(d.mutex);
    d.logger = std::move(made);
    d.logger->set_level(d.least);
  }
  if (!problem.empty()) log(LogLevel::error, "cannot write the log file, using standard error", {{"error", problem}});
}

void log_at(LogLevel least) {
  Destination& d = destination();
  const std::lock_guard lock(d.mutex);
  d.least = spdlog_level(least);
  d.logger->set_level(d.least);
}

void log(LogLevel level, std::string_view what, std::initializer_list<LogField> fields) {
  const auto logger = current_logger();
  if (!logger->should_log(spdlog_level(level))) return;
  std::string line = one_line(what);
  for (const auto& [key, value] : fields) line.append(" ").append(key).append("=").append(in_quotes(value));
  logger->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace muster
