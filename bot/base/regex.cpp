#include "bot/base/regex.h"

#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "bot/base/text.h"

namespace muster {
namespace {

constexpr std::size_t pattern_bytes_max = 4096;
constexpr std::size_t cached_patterns_max = 64;
constexpr std::int64_t program_bytes_max = 1 << 20;

// Most expressions of matchers are words with bars between them: those need no automaton.
std::vector<std::string> words_of(std::string_view pattern) {
  if (pattern.find_first_of("\\.+*?()[]{}^$") != pattern.npos) return {};
  return split(pattern, '|');
}

struct Compiled {
  std::unique_ptr<RE2> re;
  std::vector<std::string> words;  // empty: not of that kind
};
struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

// Per thread, so that no lock is needed; emptied when full, since patterns come from configuration and repeat.
const Compiled& compiled(std::string_view pattern) {
  thread_local std::unordered_map<std::string, Compiled, Hash, std::equal_to<>> cache;
  if (auto it = cache.find(pattern); it != cache.end()) return it->second;
  if (cache.size() >= cached_patterns_max) cache.clear();
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(program_bytes_max);
  options.set_dot_nl(true);  // as Alertmanager: (?s)
  auto re = std::make_unique<RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  return cache.emplace(std::string(pattern), Compiled{std::move(re), words_of(pattern)}).first->second;
}

}  // namespace

Result<bool> full_match(std::string_view text, std::string_view pattern) {
  if (pattern.size() > pattern_bytes_max) return fail(ErrorKind::invalid, "the expression is too long");
  const Compiled& known = compiled(pattern);
  if (!known.re->ok()) return fail(ErrorKind::invalid, "not a regular expression: " + known.re->error());
  if (!known.words.empty()) return std::ranges::find(known.words, text) != known.words.end();
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *known.re);
}

}  // namespace muster
