#include "runbooks/model.h"

#include <algorithm>

namespace muster::runbooks {

std::string_view name_of(Effect effect) {
  constexpr std::string_view names[] = {"pure", "read", "idempotent", "write", "human", "group"};
  return names[static_cast<std::size_t>(effect)];
}

bool Template::literal() const {
  return std::ranges::none_of(parts, [](const Part& p) { return p.expression.has_value(); });
}

Field::Field() = default;
Field::Field(const Field& other) = default;
Field::Field(Field&& other) noexcept = default;
Field& Field::operator=(const Field& other) = default;
Field& Field::operator=(Field&& other) noexcept = default;
Field::~Field() = default;

const Field* Field::find(std::string_view key) const {
  const auto it = std::ranges::find(members, key, &std::pair<std::string, Field>::first);
  return it == members.end() ? nullptr : &it->second;
}

}  // namespace muster::runbooks
