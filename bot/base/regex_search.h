// A compiled expression (RE2 syntax, ignoring case) that is looked for inside text. Copies share it; any thread.
#pragma once
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "bot/base/result.h"

namespace muster {

class SearchPattern {
 public:
  static Result<SearchPattern> compile(std::string_view pattern);
  bool search(std::string_view text) const;
  std::vector<std::pair<std::size_t, std::size_t>> find_all(std::string_view text) const;  // [begin, end)

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace muster
