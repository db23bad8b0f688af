// The three patch types, as far as workloads need them.
#include <algorithm>

#include "bot/base/text.h"
#include "tests/doubles/kubernetes/core.h"

namespace muster::doubles {
namespace {

// Lists of built-in kinds that merge, and by which member.
std::string merge_key(std::string_view list) {
  if (list == "containers" || list == "initContainers" || list == "volumes" || list == "env") return "name";
  if (list == "ports") return "containerPort";
  if (list == "volumeMounts") return "mountPath";
  return {};
}

Value without(const Value& map, std::string_view key) {
  Value rest = Value::Map{};
  for (const auto& [name, value] : map.as_map()) {
    if (name != key) rest.set(name, value);
  }
  return rest;
}

Value merge_lists(const Value& list, const Value& patch, const std::string& key) {
  Value::List merged = list.as_list();
  for (const Value& item : patch.as_list()) {
    const auto at = std::ranges::find_if(merged, [&](const Value& old) { return old[key] == item[key]; });
    if (item["$patch"].as_string() == "delete") {
      if (at != merged.end()) merged.erase(at);
    } else if (at == merged.end()) {
      merged.push_back(item);
    } else {
      *at = strategic_patch(*at, item);
    }
  }
  return merged;
}

std::string unescaped(std::string token) {
  for (const auto& [from, to] : {std::pair{"~1", "/"}, std::pair{"~0", "~"}}) {
    for (std::size_t at = token.find(from); at != token.npos; at = token.find(from, at + 1)) token.replace(at, 2, to);
  }
  return token;
}

std::vector<std::string> tokens_of(const std::string& pointer) {
  std::vector<std::string> tokens;
  for (const std::string& token : split(pointer, '/')) tokens.push_back(unescaped(token));
  if (!tokens.empty()) tokens.erase(tokens.begin());
  return tokens;
}

std::optional<std::size_t> index_in(const Value& list, const std::string& token) {
  if (token.empty() || token.size() > 6 || !std::ranges::all_of(token, [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  const std::size_t i = std::stoul(token);
  return i < list.as_list().size() ? std::optional(i) : std::nullopt;
}

std::optional<Value> read_at(const Value& object, const std::vector<std::string>& tokens) {
  Value at = object;
  for (const std::string& token : tokens) {
    if (at.is_list()) {
      const auto i = index_in(at, token);
      if (!i) return std::nullopt;
      at = Value(at.as_list()[*i]);
    } else {
      if (!at.has(token)) return std::nullopt;
      at = Value(at[token]);
    }
  }
  return at;
}

// `value` empty: taken away.
Value write_at(const Value& object, const std::vector<std::string>& tokens, std::size_t depth,
               const std::optional<Value>& value) {
  const std::string& token = tokens[depth];
  const bool last = depth + 1 == tokens.size();
  if (object.is_list()) {
    Value::List list = object.as_list();
    const auto i = index_in(object, token);
    if (!i && last && value) list.push_back(*value);
    if (i && last && !value) list.erase(list.begin() + static_cast<std::ptrdiff_t>(*i));
    if (i && last && value) list[*i] = *value;
    if (i && !last) list[*i] = write_at(list[*i], tokens, depth + 1, value);
    return list;
  }
  if (last && !value) return without(object, token);
  Value map = object;
  map.set(token, last ? *value : write_at(object[token], tokens, depth + 1, value));
  return map;
}

}  // namespace

Value set_in(Value object, const std::vector<std::string>& path, Value value) {
  return write_at(object, path, 0, std::move(value));
}

Value merge_patch(const Value& object, const Value& patch) {
  if (!patch.is_map()) return patch;
  Value merged = object.is_map() ? object : Value(Value::Map{});
  for (const auto& [name, value] : patch.as_map()) {
    if (value.is_null())
      merged = without(merged, name);
    else
      merged.set(name, merge_patch(merged[name], value));
  }
  return merged;
}

Value strategic_patch(const Value& object, const Value& patch) {
  if (!patch.is_map()) return patch;
  if (patch["$patch"].as_string() == "replace") return without(patch, "$patch");
  Value merged = object.is_map() ? object : Value(Value::Map{});
  for (const auto& [name, value] : patch.as_map()) {
    if (name.starts_with("$")) continue;  // $setElementOrder and its like
    const std::string key = merge_key(name);
    if (value.is_null())
      merged = without(merged, name);
    else if (value.is_list() && !key.empty())
      merged.set(name, merge_lists(merged[name], value, key));
    else
      merged.set(name, strategic_patch(merged[name], value));
  }
  return merged;
}

std::optional<Value> json_patch(const Value& object, const Value& operations) {
  Value patched = object;
  for (const Value& operation : operations.as_list()) {
    const std::string& op = operation["op"].as_string();
    const auto tokens = tokens_of(operation["path"].as_string());
    if (tokens.empty()) return std::nullopt;
    const auto there = read_at(patched, tokens);
    if ((op == "test" && there != operation["value"]) || ((op == "replace" || op == "remove") && !there))
      return std::nullopt;
    if (op == "add" || op == "replace") patched = write_at(patched, tokens, 0, operation["value"]);
    if (op == "remove") patched = write_at(patched, tokens, 0, std::nullopt);
  }
  return patched;
}

}  // namespace muster::doubles
