#include "bot/core/alerts/silence.h"

#include <algorithm>

namespace muster {

bool silences_everything(const std::vector<Matcher>& matchers) {
  return std::ranges::all_of(matchers, [](const Matcher& m) { return matches({m}, {}); });
}

Value to_value(const std::vector<Matcher>& matchers) {
  Value list = Value::List{};
  for (const Matcher& m : matchers) list.push(Value::Map{{"name", m.name}, {"op", m.op}, {"value", m.value}});
  return list;
}

std::vector<Matcher> matchers_from(const Value& value) {
  std::vector<Matcher> out;
  for (const Value& m : value.as_list())
    out.push_back({m["name"].as_string(), m["op"].as_string(), m["value"].as_string()});
  return out;
}

}  // namespace muster
