// The one table of what the configuration may say. The loader, the JSON Schema, the reference page and
// `config show` all read it, so that none can lag behind.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

enum class SettingKind {
  text,
  name,
  choice,
  flag,
  integer,
  duration,
  character,
  zone,
  listen,
  url,
  matcher,
  handle,
  secret,
  proxy,
  pair,
  record
};

struct SettingField {
  std::string_view path;  // "listen", "people[]", "people[].zone"
  SettingKind kind = SettingKind::text;
  bool list = false;
  bool required = false;
  std::string_view fallback;      // default of a single value, as it would be written
  std::string_view description;   // one sentence, Markdown
  std::string_view choices = {};  // "a|b|c" for a choice
};

const std::vector<SettingField>& setting_fields();
const SettingField* find_setting(std::string_view path);
// Names that may stand below a prefix: "" -> listen, people, …; "people[]" -> id, name, …
std::vector<const SettingField*> settings_below(std::string_view prefix);
std::string leaf_name(const SettingField& field);    // "zone" of "people[].zone", "people" of "people[]"
std::string expectation(const SettingField& field);  // "a length of time such as 30s, 15m or 24h"
// Nothing when the text is a value of the field's kind; otherwise what is wrong with it (never repeats a secret).
std::optional<std::string> misfit(const SettingField& field, std::string_view text);
std::vector<std::string> choice_list(const SettingField& field);

}  // namespace muster
