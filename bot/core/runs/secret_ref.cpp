#include "bot/core/runs/secret_ref.h"

#include <algorithm>
#include <optional>

#include "bot/base/text.h"

namespace muster {
namespace {

constexpr char open_mark = '\x02', close_mark = '\x03';
constexpr std::string_view form_names[] = {"plain", "url", "literal"};

std::optional<SecretForm> form_of(std::string_view name) {
  const auto it = std::ranges::find(form_names, name);
  if (it == std::end(form_names)) return std::nullopt;
  return static_cast<SecretForm>(it - std::begin(form_names));
}

// \x02secret:FORM:REFERENCE\x03
std::optional<SecretRef> read_mark(std::string_view text, std::size_t begin) {
  constexpr std::string_view word = "secret:";
  const std::size_t end = text.find(close_mark, begin);
  if (end == text.npos || text.substr(begin + 1, word.size()) != word) return std::nullopt;
  const std::string_view rest = text.substr(begin + 1 + word.size(), end - begin - 1 - word.size());
  const std::size_t colon = rest.find(':');
  if (colon == rest.npos) return std::nullopt;
  const auto form = form_of(rest.substr(0, colon));
  const std::string_view reference = rest.substr(colon + 1);
  if (!form || reference.find(open_mark) != reference.npos || reference.empty()) return std::nullopt;
  return SecretRef{begin, end + 1, *form, std::string(reference)};
}

std::string written(const std::string& secret, SecretForm form) {
  if (form == SecretForm::url) return percent_encoded(secret);
  return form == SecretForm::literal ? literal_escaped(secret) : secret;
}

}  // namespace

bool is_secret_reference(std::string_view text) {
  if (text.starts_with("file:")) return text.size() > 5 && text.find_first_of("\x02\x03\n") == text.npos;
  if (!text.starts_with("env:")) return false;
  const std::string_view name = text.substr(4);
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string secret_mark(std::string_view reference, SecretForm form) {
  const std::string name(form_names[static_cast<std::size_t>(form)]);
  return open_mark + ("secret:" + name + ":") + without_secret_marks(reference) + close_mark;
}

std::vector<SecretRef> find_secrets(std::string_view text) {
  std::vector<SecretRef> out;
  for (std::size_t at = text.find(open_mark); at != text.npos; at = text.find(open_mark, at)) {
    const auto found = read_mark(text, at);
    at = found ? found->end : at + 1;
    if (found) out.push_back(*found);
  }
  return out;
}

bool has_secret(const Value& value) {
  if (value.is_string()) return !find_secrets(value.as_string()).empty();
  const auto inside = [](const Value& v) { return has_secret(v); };
  if (value.is_list()) return std::ranges::any_of(value.as_list(), inside);
  return std::ranges::any_of(value.as_map(), [&](const auto& member) { return inside(member.second); });
}

std::string mask_secrets(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  for (const SecretRef& s : find_secrets(text)) {
    out += without_secret_marks(text.substr(at, s.begin - at));
    out += "[secret " + s.reference + "]";
    at = s.end;
  }
  return out + without_secret_marks(text.substr(at));
}

Value masked(const Value& value) {
  if (value.is_string()) return mask_secrets(value.as_string());
  if (value.is_list()) {
    Value::List list;
    for (const Value& v : value.as_list()) list.push_back(masked(v));
    return list;
  }
  if (!value.is_map()) return value;
  Value::Map map;
  for (const auto& [key, v] : value.as_map()) map[key] = masked(v);
  return map;
}

std::string without_secret_marks(std::string_view text) {
  std::string out(text);
  std::erase_if(out, [](char c) { return c == open_mark || c == close_mark; });
  return out;
}

Result<std::string> fill_secrets(std::string_view text, const ResolveSecret& resolve) {
  std::string out;
  std::size_t at = 0;
  for (const SecretRef& s : find_secrets(text)) {
    const auto secret = resolve(s.reference);
    if (!secret) return std::unexpected(secret.error());
    out += text.substr(at, s.begin - at);
    out += written(*secret, s.form);
    at = s.end;
  }
  out += text.substr(at);
  return out;
}

Result<Value> filled(const Value& value, const ResolveSecret& resolve) {
  if (value.is_string()) {
    auto text = fill_secrets(value.as_string(), resolve);
    if (!text) return std::unexpected(text.error());
    return Value(std::move(*text));
  }
  Value out = value;
  if (value.is_list()) {
    out = Value::List{};
    for (const Value& v : value.as_list()) {
      auto item = filled(v, resolve);
      if (!item) return item;
      out.push(std::move(*item));
    }
  }
  for (const auto& [key, v] : value.as_map()) {
    auto member = filled(v, resolve);
    if (!member) return member;
    out.set(key, std::move(*member));
  }
  return out;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain_byte = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (plain_byte)
      out += c;
    else
      (out += '%') += {hex[byte >> 4], hex[byte & 15]};
  }
  return out;
}

std::string literal_escaped(std::string_view text) {
  std::string out;
  for (const char c : repair_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\' || c == '"')
      (out += '\\') += c;
    else if (c == '\n')
      out += "\\n";
    else if (c == '\r')
      out += "\\r";
    else if (c == '\t')
      out += "\\t";
    else if (byte >= ' ' && byte != 0x7F)
      out += c;
  }
  return out;
}

}  // namespace muster
