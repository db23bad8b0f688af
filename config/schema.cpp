#include "config/schema.h"

#include <algorithm>

#include "bot/base/clock.h"
#include "bot/base/text.h"
#include "bot/core/commands/policy.h"

namespace muster {
namespace {

using K = SettingKind;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 100 && std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7f || std::string_view("\"'`,;|<>{}").find(c) != std::string_view::npos;
  });
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 9 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_listen(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || !is_number(text.substr(colon + 1))) return false;
  return text.size() - colon <= 6 && std::stoi(std::string(text.substr(colon + 1))) <= 65535;
}

bool is_handle(std::string_view text) {
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && colon > 0 && is_name(text.substr(colon + 1));
}

bool is_reference(std::string_view text) {
  if (text.starts_with("file:")) return text.size() > 5;
  if (!text.starts_with("env:")) return false;
  const std::string_view name = text.substr(4);
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_pair(std::string_view text) {
  const std::size_t equals = text.find('=');
  return equals != std::string_view::npos && is_name(text.substr(0, equals)) && is_name(text.substr(equals + 1));
}

bool is_prefix_character(std::string_view text) {
  return text.size() == 1 && std::string_view("!.,;:$%&+=?~^>-").find(text[0]) != std::string_view::npos;
}

bool fits(const SettingField& field, std::string_view text) {
  switch (field.kind) {
    case K::text:
      return code_point_count(text) <= 500;
    case K::name:
      return is_name(text);
    case K::choice:
      return std::ranges::count(choice_list(field), text) == 1;
    case K::flag:
      return text == "true" || text == "false";
    case K::integer:
      return is_number(text);
    case K::duration:
      return text == "0" || parse_duration(text).has_value() || (!field.choices.empty() && text == field.choices);
    case K::character:
      return is_prefix_character(text);
    case K::zone:
      return is_zone(text);
    case K::listen:
      return is_listen(text);
    case K::url:
      return text.empty() || text.starts_with("https://") || text.starts_with("http://");
    case K::matcher:
      return parse_matchers(text).has_value();
    case K::handle:
      return is_handle(text);
    case K::secret:
      return is_reference(text);
    case K::proxy:
      return is_reference(text) || (text.starts_with("http://") && text.find('@') == std::string_view::npos);
    case K::pair:
      return is_pair(text);
    case K::record:
      return false;
  }
  return false;
}

}  // namespace

const SettingField* find_setting(std::string_view path) {
  const auto& fields = setting_fields();
  const auto it = std::ranges::find(fields, path, &SettingField::path);
  return it == fields.end() ? nullptr : &*it;
}

std::vector<const SettingField*> settings_below(std::string_view prefix) {
  std::vector<const SettingField*> below;
  for (const SettingField& field : setting_fields()) {
    const bool nested = field.path.find("[].") != std::string_view::npos;
    const bool inside = nested && field.path.starts_with(prefix) && field.path.size() > prefix.size() &&
                        field.path[prefix.size()] == '.' &&
                        field.path.find('.', prefix.size() + 1) == std::string_view::npos;
    if (prefix.empty() ? !nested : inside) below.push_back(&field);
  }
  return below;
}

std::string leaf_name(const SettingField& field) {
  std::string_view path = field.path;
  if (path.ends_with("[]")) path.remove_suffix(2);
  const std::size_t dot = path.rfind('.');
  return std::string(dot == std::string_view::npos ? path : path.substr(dot + 1));
}

std::vector<std::string> choice_list(const SettingField& field) { return split(field.choices, '|'); }

std::string expectation(const SettingField& field) {
  switch (field.kind) {
    case K::text:
      return "text of at most 500 characters";
    case K::name:
      return "a name without spaces, at most 100 bytes";
    case K::choice:
      return "one of " + join(choice_list(field), ", ");
    case K::flag:
      return "true or false";
    case K::integer:
      return "a whole number";
    case K::duration:
      return "a length of time such as 30s, 15m or 24h (0 for none)" +
             (field.choices.empty() ? std::string() : ", or " + std::string(field.choices));
    case K::character:
      return "one of the characters ! . , ; : $ % & + = ? ~ ^ > -";
    case K::zone:
      return "an IANA time zone such as UTC or Asia/Seoul";
    case K::listen:
      return "HOST:PORT such as 127.0.0.1:8080 (port 0 picks a free one)";
    case K::url:
      return "an address that begins with https:// or http://";
    case K::matcher:
      return "an Alertmanager matcher such as severity=~\"critical|page\"";
    case K::handle:
      return "PLATFORM:NAME such as room:ana";
    case K::secret:
      return "env:NAME or file:PATH";
    case K::proxy:
      return "http://HOST:PORT, or env:NAME or file:PATH of an address with a password";
    case K::pair:
      return "OURS=THEIRS such as muster=ops-bot";
    case K::record:
      return "a list of settings, each entry begun with a dash";
  }
  return {};
}

std::optional<std::string> misfit(const SettingField& field, std::string_view text) {
  if (field.required && text.empty()) return "`" + leaf_name(field) + "` is empty";
  if (fits(field, text)) return std::nullopt;
  if (field.kind == K::secret) return "a secret must not stand in this file (its text is not repeated here)";
  if (field.kind == K::proxy && text.find('@') != std::string_view::npos) {
    return "a password must not stand in this file (its text is not repeated here)";
  }
  std::string message = "`" + clip(one_line(text), 60) + "` does not fit `" + leaf_name(field) + "`";
  if (field.kind == K::matcher) message += ": " + clip(one_line(parse_matchers(text).error().message), 120);
  return message;
}

}  // namespace muster
