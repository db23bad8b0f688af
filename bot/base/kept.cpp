#include "bot/base/kept.h"

#include <algorithm>
#include <functional>

namespace muster {
namespace {

std::size_t mixed(std::size_t a, std::size_t b) { return (a ^ (b + 0x9e3779b97f4a7c15u + (a << 6) + (a >> 2))) * 31; }

template <class T>
Kept<T> kept_in(std::unordered_multimap<std::size_t, Kept<T>>& pool, std::size_t digest, const T& wanted) {
  const auto [from, to] = pool.equal_range(digest);
  for (auto it = from; it != to; ++it)
    if (it->second.get() == wanted) return it->second;
  return pool.emplace(digest, Kept<T>(wanted))->second;
}

}  // namespace

std::size_t digest_of(const Value& v) {
  if (v.is_string()) return mixed(1, std::hash<std::string>()(v.as_string()));
  if (v.is_int()) return mixed(2, std::hash<std::int64_t>()(v.as_int()));
  if (v.is_double()) return mixed(3, std::hash<double>()(v.as_double()));
  if (v.is_bool()) return v.as_bool() ? 4 : 5;
  std::size_t all = v.is_list() ? 6 : v.is_map() ? 7 : 8;
  for (const Value& each : v.as_list()) all = mixed(all, digest_of(each));
  for (const auto& [name, each] : v.as_map()) all = mixed(mixed(all, std::hash<std::string>()(name)), digest_of(each));
  return all;
}

Word KeptPool::word(std::string_view text) {
  if (text.empty()) return {};
  sweep();
  return Word(kept_in(words_, std::hash<std::string_view>()(text), std::string(text)));
}

KeptValue KeptPool::value(const Value& value) {
  if (value.is_null()) return {};
  sweep();
  return KeptValue(kept_in(values_, digest_of(value), value));
}

void KeptPool::sweep() {
  if (size() < swept_at_) return;
  const auto alone = [](const auto& entry) { return entry.second.uses() == 1; };
  std::erase_if(words_, alone);
  std::erase_if(values_, alone);
  swept_at_ = std::max<std::size_t>(1024, 2 * size());
}

}  // namespace muster
