// What the files of the Slack double share: answers, arguments of a call, limits.
#pragma once
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "tests/doubles/slack/core.h"

namespace muster::doubles {

inline Value error(const std::string& code) { return Value::Map{{"ok", false}, {"error", code}}; }
inline Value ok(Value::Map members = {}) {
  Value v = Value(std::move(members));
  v.set("ok", true);
  return v;
}

inline std::string argument(const std::map<std::string, std::string>& a, const std::string& name) {
  const auto it = a.find(name);
  return it == a.end() ? std::string() : it->second;
}

inline Value json_argument(const std::map<std::string, std::string>& a, const std::string& name) {
  auto parsed = parse_json(argument(a, name));
  return parsed ? *parsed : Value();
}

}  // namespace muster::doubles
