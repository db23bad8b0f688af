// What the table looks like to an editor, to a reader and to whoever asks what is in force.
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "config/load.h"
#include "config/schema.h"

namespace muster {
namespace {

using K = SettingKind;

Value value_schema(const SettingField& field) {
  Value schema;
  switch (field.kind) {
    case K::flag:
      schema.set("type", "boolean");
      break;
    case K::integer:
      schema.set("type", "integer");
      schema.set("minimum", 0);
      break;
    case K::choice: {
      Value::List choices;
      for (const std::string& choice : choice_list(field)) choices.emplace_back(choice);
      schema.set("enum", Value(std::move(choices)));
      break;
    }
    case K::secret:
      schema.set("type", "string");
      schema.set("pattern", "^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$");
      break;
    case K::proxy:
      schema.set("type", "string");
      schema.set("pattern", "^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|http://[^@]+)$");
      break;
    case K::duration:
      schema.set("type", Value(Value::List{"string", "integer"}));
      break;
    default:
      schema.set("type", "string");
      break;
  }
  return schema;
}

Value record_schema(const SettingField& list);

Value field_schema(const SettingField& field) {
  Value schema;
  if (field.list) {
    schema.set("type", "array");
    schema.set("items", field.kind == K::record ? record_schema(field) : value_schema(field));
  } else {
    schema = value_schema(field);
    if (field.kind == K::flag) {
      schema.set("default", field.fallback == "true");
    } else if (field.kind == K::integer && !field.fallback.empty()) {
      schema.set("default", std::stoi(std::string(field.fallback)));
    } else if (!field.fallback.empty()) {
      schema.set("default", field.fallback);
    }
  }
  schema.set("description", field.description);
  return schema;
}

Value object_schema(std::string_view prefix) {
  Value schema, properties(Value::Map{});
  Value::List required;
  for (const SettingField* field : settings_below(prefix)) {
    properties.set(leaf_name(*field), field_schema(*field));
    if (field->required) required.emplace_back(leaf_name(*field));
  }
  schema.set("type", "object");
  schema.set("additionalProperties", false);
  schema.set("properties", std::move(properties));
  if (!required.empty()) schema.set("required", Value(std::move(required)));
  return schema;
}

Value record_schema(const SettingField& list) { return object_schema(list.path); }

std::string table_text(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

std::string table_row(const SettingField& field) {
  std::string fallback = field.fallback.empty() ? "" : "`" + std::string(field.fallback) + "`";
  if (field.required) fallback = "*required*";
  const std::string kind = (field.list ? "list, each " : "") + expectation(field);
  return "| `" + leaf_name(field) + "` | " + table_text(kind) + " | " + fallback + " | " +
         table_text(field.description) + " |\n";
}

std::string section(std::string_view prefix) {
  std::string out = "| Setting | Value | Default | Meaning |\n|---|---|---|---|\n";
  for (const SettingField* field : settings_below(prefix)) {
    if (field->kind != K::record) out += table_row(*field);
  }
  return out;
}

std::string quoted(const std::string& path, const std::string& text) {
  std::string generic = path;
  if (const auto open = path.find('['); open != std::string::npos) {
    generic = path.substr(0, open + 1) + path.substr(path.find(']'));
  }
  const SettingField* field = find_setting(generic);
  if (field != nullptr && (field->kind == K::flag || field->kind == K::integer)) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? "\\n" : std::string(1, c);
  }
  return out + "\"";
}

std::string shown_values(const ShownValue& shown) {
  std::vector<std::string> parts;
  for (const std::string& value : shown.values) parts.push_back(quoted(shown.path, value));
  return shown.list ? "[" + join(parts, ", ") + "]" : join(parts, "");
}

}  // namespace

std::string config_json_schema() {
  Value schema = object_schema("");
  schema.set("$schema", "https://json-schema.org/draft/2020-12/schema");
  schema.set("title", "muster configuration");
  return to_json(schema, 2) + "\n";
}

std::string config_reference_markdown() {
  std::string out =
      "# Configuration reference\n\n"
      "<!-- Written by `build/muster config reference`; a test compares. Change the table in config/fields.cpp. -->\n\n"
      "muster reads every `*.yaml` of the folder that `--config` (or `MUSTER_CONFIG`) names, over compiled-in "
      "defaults. Say only what differs: a single value replaces the default; a list replaces the default list; lists "
      "in several files are joined in the order of the files' names. `muster check` reports every mistake at once; "
      "`muster config show` prints the result with the origin of each value.\n\n"
      "Secrets stand in no file: write `env:NAME` for an environment variable or `file:PATH` for a file (a relative "
      "path starts at the configuration folder).\n\n"
      "## Single values\n\n" +
      section("");
  for (const SettingField* field : settings_below("")) {
    if (field->kind != K::record) continue;
    out += "\n## `" + leaf_name(*field) + "`\n\n" + std::string(field->description) + "\n\n" + section(field->path);
  }
  return out;
}

std::string config_show(const Loaded& loaded) {
  std::string out, list, entry;
  for (const ShownValue& shown : loaded.shown) {
    const std::size_t open = shown.path.find('[');
    const auto origin = loaded.origin.find(shown.path);
    const std::string tail = shown_values(shown) + "  # " + (origin == loaded.origin.end() ? "?" : origin->second);
    if (open == std::string::npos) {
      out += shown.path + ": " + tail + "\n";
      continue;
    }
    const std::size_t close = shown.path.find("].");
    if (shown.path.substr(0, open) != list) out += (list = shown.path.substr(0, open)) + ":\n";
    const bool first = shown.path.substr(0, close) != entry;
    entry = shown.path.substr(0, close);
    out += (first ? "  - " : "    ") + shown.path.substr(close + 2) + ": " + tail + "\n";
  }
  return out;
}

}  // namespace muster
