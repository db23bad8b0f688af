// Many expressions (RE2 syntax, ignoring case, ^ and $ at line ends) looked for in many texts: one pass over the
// text tells which of them can match at all, and only those are tried. Build once; then any thread.
#pragma once
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "bot/base/result.h"

namespace muster {

class PatternSet {
 public:
  using Spans = std::vector<std::pair<std::size_t, std::size_t>>;  // [begin, end)

  static Result<PatternSet> build(const std::vector<std::string_view>& patterns);
  // Indices into the patterns, ascending. A superset of those that match.
  std::vector<std::size_t> candidates(std::string_view text) const;
  Spans find_all(std::size_t pattern, std::string_view text) const;

 private:
  class Pieces;
  struct Built;
  std::shared_ptr<const Built> built_;
};

}  // namespace muster
