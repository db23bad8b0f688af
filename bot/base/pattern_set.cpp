#include "bot/base/pattern_set.h"

#include <re2/filtered_re2.h>
#include <re2/set.h>

#include <algorithm>
#include <string>

#include "bot/base/text.h"

namespace muster {
namespace {

re2::RE2::Options options() {
  re2::RE2::Options o;
  o.set_case_sensitive(false);
  o.set_log_errors(false);
  return o;
}

re2::RE2::Options literal_options() {
  re2::RE2::Options o;
  o.set_literal(true);
  return o;
}

}  // namespace

// RE2 works out which literal pieces each expression needs; those pieces are found by one automaton.
struct PatternSet::Built {
  re2::FilteredRE2 filtered{2};  // pieces of one letter are everywhere and filter nothing
  re2::RE2::Set pieces{literal_options(), re2::RE2::UNANCHORED};
  std::size_t piece_count = 0;
};

Result<PatternSet> PatternSet::build(const std::vector<std::string_view>& patterns) {
  auto built = std::make_shared<Built>();
  for (const std::string_view p : patterns) {
    int id = 0;
    const std::string lines = "(?m)" + std::string(p);
    if (built->filtered.Add(lines, options(), &id) != re2::RE2::NoError)
      return fail(ErrorKind::invalid, "the expression is wrong: " + std::string(p));
  }
  std::vector<std::string> pieces;
  built->filtered.Compile(&pieces);
  for (const std::string& piece : pieces) built->pieces.Add(piece, nullptr);
  built->piece_count = pieces.size();
  if (!pieces.empty() && !built->pieces.Compile())
    return fail(ErrorKind::invalid, "the expressions together are too large");
  PatternSet out;
  out.built_ = std::move(built);
  return out;
}

std::vector<std::size_t> PatternSet::candidates(std::string_view text) const {
  if (!built_) return {};
  const std::string lower = lower_ascii(text);  // the pieces are in lower case
  std::vector<int> found, ids;
  if (built_->piece_count > 0) built_->pieces.Match(lower, &found);
  built_->filtered.AllPotentials(found, &ids);
  std::vector<std::size_t> out(ids.begin(), ids.end());
  std::ranges::sort(out);
  return out;
}

PatternSet::Spans PatternSet::find_all(std::size_t pattern, std::string_view text) const {
  Spans out;
  if (!built_) return out;
  const re2::RE2& re = built_->filtered.GetRE2(static_cast<int>(pattern));
  const re2::StringPiece whole(text.data(), text.size());
  re2::StringPiece hit;
  std::size_t at = 0;
  while (at <= text.size() && re.Match(whole, at, text.size(), re2::RE2::UNANCHORED, &hit, 1)) {
    const auto begin = static_cast<std::size_t>(hit.data() - text.data());
    out.emplace_back(begin, begin + hit.size());
    at = begin + (hit.empty() ? 1 : hit.size());
  }
  return out;
}

}  // namespace muster
