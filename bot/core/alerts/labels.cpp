#include "bot/core/alerts/labels.h"

namespace muster {

Labels::Labels(std::initializer_list<LabelView> pairs) {
  for (const auto& [name, value] : pairs) set(name, value);
}

Labels::const_iterator Labels::find(std::string_view name) const {
  auto at = begin();
  for (const auto last = end(); at != last && at->first != name;) ++at;
  return at;
}

std::string_view Labels::value_or_empty(std::string_view name) const {
  const auto at = find(name);
  return at == end() ? std::string_view() : at->second;
}

void Labels::append(std::string_view name, std::string_view value) {
  const std::uint32_t sizes[] = {static_cast<std::uint32_t>(name.size()), static_cast<std::uint32_t>(value.size())};
  char head[head_bytes];
  std::memcpy(head, sizes, head_bytes);
  bytes_.append(head, head_bytes).append(name).append(value);
  ++size_;
}

void Labels::set(std::string_view name, std::string_view value) {
  Labels all;
  all.reserve(size() + 1, bytes_.size() + name.size() + value.size());
  auto at = begin();
  const auto last = end();
  for (; at != last && at->first < name; ++at) all.append(at->first, at->second);
  all.append(name, value);
  if (at != last && at->first == name) ++at;
  for (; at != last; ++at) all.append(at->first, at->second);
  *this = std::move(all);
}

}  // namespace muster
