#include "bot/base/regex_search.h"

#include <re2/re2.h>

namespace muster {

struct SearchPattern::Compiled {
  Compiled(std::string_view pattern, const re2::RE2::Options& options)
      : re(re2::StringPiece(pattern.data(), pattern.size()), options) {}
  re2::RE2 re;
};

Result<SearchPattern> SearchPattern::compile(std::string_view pattern) {
  re2::RE2::Options options;
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  auto compiled = std::make_shared<const Compiled>(pattern, options);
  if (!compiled->re.ok()) return fail(ErrorKind::invalid, "the expression is wrong: " + compiled->re.error());
  SearchPattern out;
  out.compiled_ = std::move(compiled);
  return out;
}

bool SearchPattern::search(std::string_view text) const {
  return compiled_ && re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), compiled_->re);
}

std::vector<std::pair<std::size_t, std::size_t>> SearchPattern::find_all(std::string_view text) const {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  if (!compiled_) return out;
  const re2::StringPiece whole(text.data(), text.size());
  re2::StringPiece hit;
  std::size_t at = 0;
  while (at <= text.size() && compiled_->re.Match(whole, at, text.size(), re2::RE2::UNANCHORED, &hit, 1)) {
    const auto begin = static_cast<std::size_t>(hit.data() - text.data());
    out.emplace_back(begin, begin + hit.size());
    at = begin + (hit.empty() ? 1 : hit.size());
  }
  return out;
}

}  // namespace muster
