#include "bot/base/regex.h"

#include <re2/re2.h>

#include <map>
#include <memory>
#include <string>

namespace muster {
namespace {

constexpr std::size_t pattern_bytes_max = 4096;
constexpr std::size_t cached_patterns_max = 64;
constexpr std::int64_t program_bytes_max = 1 << 20;

// Per thread, so that no lock is needed; emptied when full, since patterns come from configuration and repeat.
const RE2* compiled(std::string_view pattern) {
  thread_local std::map<std::string, std::unique_ptr<RE2>, std::less<>> cache;
  if (auto it = cache.find(pattern); it != cache.end()) return it->second.get();
  if (cache.size() >= cached_patterns_max) cache.clear();
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(program_bytes_max);
  options.set_dot_nl(true);  // as Alertmanager: (?s)
  auto re = std::make_unique<RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  return cache.emplace(std::string(pattern), std::move(re)).first->second.get();
}

}  // namespace

Result<bool> full_match(std::string_view text, std::string_view pattern) {
  if (pattern.size() > pattern_bytes_max) return fail(ErrorKind::invalid, "the expression is too long");
  const RE2* re = compiled(pattern);
  if (!re->ok()) return fail(ErrorKind::invalid, "not a regular expression: " + re->error());
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *re);
}

}  // namespace muster
