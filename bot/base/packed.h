// A value in one piece of memory, a fifth of what it takes to be walked in: for what is kept for long and seldom read,
// as what a change's plan said. Reading makes it anew, so that nothing may be held by reference. Copies share the
// piece.
#pragma once
#include <string_view>

#include "bot/base/kept.h"
#include "bot/base/value.h"

namespace muster {

class Packed {
 public:
  Packed() = default;
  explicit Packed(const Value& value);
  Packed& operator=(const Value& value) { return *this = Packed(value); }

  bool is_null() const { return bytes_.empty(); }
  bool is_map() const;
  Value get() const;                          // all of it
  Value member(std::string_view name) const;  // of a map; null when it is absent. The others are passed by
  std::size_t size() const { return bytes_.text().size(); }

 private:
  Word bytes_;
};

}  // namespace muster
