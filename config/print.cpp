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
  const std::string kind = (field.list && field.kind != K::record ? "list, each " : "") + expectation(field);
  return "| `" + leaf_name(field) + "` | " + table_text(kind) + " | " + fallback + " | " +
         table_text(field.description) + " |\n";
}

// A list inside of another's entries is named with both: `checklists[].items`.
std::string heading(const SettingField& list) { return std::string(list.path.substr(0, list.path.size() - 2)); }

std::string section(std::string_view prefix) {
  std::string out = "| Setting | Value | Default | Meaning |\n|---|---|---|---|\n";
  for (const SettingField* field : settings_below(prefix)) {
    if (field->kind != K::record || !prefix.empty()) out += table_row(*field);
  }
  return out;
}

// "people[2].zone" -> "people[].zone"
std::string without_numbers(const std::string& path) {
  std::string generic;
  bool inside = false;
  for (const char c : path) {
    if (c == ']') inside = false;
    if (!inside) generic += c;
    if (c == '[') inside = true;
  }
  return generic;
}

std::string quoted(const std::string& path, const std::string& text) {
  const std::string generic = without_numbers(path);
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
  for (const SettingField& field : setting_fields()) {
    if (field.kind != K::record) continue;
    out += "\n## `" + heading(field) + "`\n\n" + std::string(field.description) + "\n\n" + section(field.path);
  }
  return out;
}

std::string config_show(const Loaded& loaded) {
  std::string out;
  std::vector<std::string> open;  // the entries that the line before stands in, outermost first
  for (const ShownValue& shown : loaded.shown) {
    const auto origin = loaded.origin.find(shown.path);
    std::string indent, dash;
    std::size_t depth = 0, from = 0;
    // Each "name[2]." of the path is an entry of a list; what changed since the line before is begun anew.
    for (auto close = shown.path.find("]."); close != std::string::npos; close = shown.path.find("].", from), ++depth) {
      const std::string entry = shown.path.substr(0, close), name = entry.substr(0, entry.rfind('['));
      if (depth >= open.size() || open[depth] != entry) {
        const bool same_list = depth < open.size() && open[depth].substr(0, open[depth].rfind('[')) == name;
        if (!same_list) out += indent + shown.path.substr(from, name.size() - from) + ":\n";
        open.resize(depth);
        open.push_back(entry);
        dash = indent + "  - ";
      }
      indent += "    ";
      from = close + 2;
    }
    open.resize(depth);
    const std::string lead = dash.empty() ? indent : dash;
    out += lead + shown.path.substr(from) + ": " + shown_values(shown) + "  # " +
           (origin == loaded.origin.end() ? "?" : origin->second) + "\n";
  }
  return out;
}

}  // namespace muster
