// Structured log lines. Any thread. Never pass a secret or a raw token.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace muster {

enum class LogLevel { debug, info, warn, error };
using LogField = std::pair<std::string_view, std::string>;

// Until told otherwise lines go to standard error; an empty path means standard error.
void log_to(const std::string& file_path);
void log_at(LogLevel least);  // lines below it are dropped; info until told otherwise
void log(LogLevel level, std::string_view what, std::initializer_list<LogField> fields = {});

}  // namespace muster
