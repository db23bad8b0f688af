#include "bot/cel/pattern.h"

#include <re2/re2.h>

#include <map>
#include <memory>

namespace muster::cel {
namespace {

constexpr std::size_t pattern_bytes_max = 4096;
constexpr std::size_t cached_patterns_max = 128;
constexpr std::int64_t program_bytes_max = 1 << 20;

// Per thread, so that no lock is needed; emptied when full, since patterns come from configuration and repeat.
const RE2& compiled(std::string_view pattern) {
  thread_local std::map<std::string, std::unique_ptr<RE2>, std::less<>> cache;
  if (const auto it = cache.find(pattern); it != cache.end()) return *it->second;
  if (cache.size() >= cached_patterns_max) cache.clear();
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(program_bytes_max);
  auto re = std::make_unique<RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  return *cache.emplace(std::string(pattern), std::move(re)).first->second;
}

}  // namespace

std::expected<bool, std::string> pattern_found(std::string_view text, std::string_view pattern) {
  if (pattern.size() > pattern_bytes_max) return std::unexpected("the regular expression is longer than 4 kB");
  const RE2& re = compiled(pattern);
  if (!re.ok()) return std::unexpected("not a regular expression: " + re.error());
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), re);
}

}  // namespace muster::cel
