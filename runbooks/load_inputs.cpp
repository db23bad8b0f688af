// `inputs`, and the `form` of ask, which is written the same way.
#include <algorithm>

#include "bot/base/regex.h"
#include "bot/base/text.h"
#include "runbooks/reading.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

const Names types(std::begin(input_types), std::end(input_types));
const Names keys = {"type", "default", "required", "min", "max", "pattern", "values", "from", "secret", "items"};

bool has_range(std::string_view type) {
  return type == "int" || type == "float" || type == "percent" || type == "duration" || type == "string" ||
         type == "list";
}

std::optional<double> bound(Reader& in, const YamlNode& node, const Input& input, std::string_view name) {
  if (input.type == "duration") {
    const auto ms = in.duration(node, name, 0, 3660 * day_ms);
    return ms ? std::optional(static_cast<double>(*ms)) : std::nullopt;
  }
  if (input.type != "percent") return in.number(node, name, -1e18, 1e18);
  const auto text = in.plain_text(node, name, "a percentage");
  const auto n = text ? percent_of(*text) : std::nullopt;
  if (text && !n) in.error("RB012", in.place(node), "`" + std::string(name) + "` is no percentage: " + shown(*text));
  return n;
}

Value plain_value(Reader& in, const YamlNode& node) {
  if (node.kind == YamlNode::Kind::null) return {};
  if (node.kind == YamlNode::Kind::scalar) {
    if (node.text.find("${") != std::string::npos)
      in.error("RB012", in.place(node), "a default is fixed: it cannot hold ${…}", "Use `from`, or `set` a value.");
    return node.quoted ? Value(node.text) : core_scalar(node.text);
  }
  if (node.kind == YamlNode::Kind::list) {
    Value::List list;
    for (const YamlNode& item : node.items) list.push_back(plain_value(in, item));
    return list;
  }
  in.error("RB011", in.place(node), "a default is a single value or a list");
  return {};
}

void misfit(Reader& in, const YamlMember& m, const Input& input, std::string_view with) {
  in.error("RB021", in.place(m),
           "`" + m.key + "` goes with " + std::string(with) + ", and `" + input.name + "` is of type " + input.type);
}

void read_values(Reader& in, const YamlMember& m, Input& input) {
  if (input.type != "enum" && input.type != "string" && input.type != "list") return misfit(in, m, input, "enum");
  if (!in.is_list(m.value, "values", "a list of texts")) return;
  for (const YamlNode& item : m.value.items) {
    const auto text = in.plain_text(item, "values", "texts");
    if (!text) continue;
    if (std::ranges::find(input.values, *text) != input.values.end())
      in.error("RB021", in.place(item), shown(*text) + " stands here twice");
    input.values.push_back(*text);
  }
}

void read_pattern(Reader& in, const YamlMember& m, Input& input) {
  if (input.type != "string" && input.type != "version" && input.type != "list")
    return misfit(in, m, input, "string and version");
  const auto text = in.plain_text(m.value, "pattern", "a regular expression");
  if (!text) return;
  if (const auto ok = full_match("", *text); !ok)
    in.error("RB022", in.place(m.value), ok.error().message);
  else
    input.pattern = *text;
}

bool is_path(std::string_view text) {
  const auto parts = split(text, '.');
  if (parts.size() < 2 || (parts[0] != "alert" && parts[0] != "incident")) return false;
  return std::ranges::all_of(parts, [](const std::string& p) { return is_identifier(p); });
}

void read_from(Reader& in, const YamlMember& m, Input& input) {
  const auto text = in.plain_text(m.value, "from", "a path such as alert.labels.service");
  if (!text) return;
  if (!is_path(*text))
    in.error("RB012", in.place(m.value), "`from` is no path: " + shown(*text),
             "Write alert.labels.NAME, alert.annotations.NAME or incident.service.");
  input.from = *text;
}

void read_member(Reader& in, const YamlMember& m, Input& input) {
  const YamlNode& v = m.value;
  if (m.key == "required") input.required = in.boolean(v, m.key).value_or(true);
  if (m.key == "secret") input.secret = in.boolean(v, m.key).value_or(false);
  if (m.key == "min" || m.key == "max") {
    if (!has_range(input.type)) return misfit(in, m, input, "numbers, percent, duration, string (length) and list");
    (m.key == "min" ? input.min : input.max) = bound(in, v, input, m.key);
  }
  if (m.key == "pattern") read_pattern(in, m, input);
  if (m.key == "values") read_values(in, m, input);
  if (m.key == "from") read_from(in, m, input);
  if (m.key != "items") return;
  if (input.type != "list") return misfit(in, m, input, "list");
  Names item_types = types;
  std::erase(item_types, "list");
  input.item_type = in.choice(v, m.key, item_types).value_or("string");
}

// The default is held against everything else, wherever it stands.
void read_default(Reader& in, const YamlNode& node, Input& input) {
  const YamlNode* standard = node.find("default");
  if (!standard) return;
  if (input.secret)
    in.error("RB021", in.place(*standard), "a secret has no default", "Put a reference into `secrets`.");
  const Value value = plain_value(in, *standard);
  input.required = node.find("required") && input.required && value.is_null();
  if (value.is_null()) return;
  const auto fitted = fit_input(input, value);
  if (fitted)
    input.standard = *fitted;
  else
    in.error("RB021", in.place(*standard), "the default does not fit: " + fitted.error().message,
             fitted.error().next_step);
}

Input read_input(Reader& in, const YamlMember& m, bool form) {
  Input input;
  input.name = m.key;
  input.place = in.place(m);
  if (!is_identifier(m.key))
    in.error("RB015", input.place, shown(m.key) + " cannot name an input", "Use letters, digits and _.");
  if (!in.is_map(m.value, m.key, "a map such as {type: int}")) return input;
  Names allowed = keys;
  if (form) std::erase(allowed, "from");
  in.only(m.value, allowed, "in an input");
  const YamlNode* type = m.value.find("type");
  if (!type) {
    in.error("RB009", input.place, "`" + m.key + "` has no type", "Write type: " + join(types, "|") + ".");
    return input;
  }
  input.type = in.choice(*type, "type", types).value_or("");
  if (input.type.empty()) return input;
  for (const YamlMember& member : m.value.members) read_member(in, member, input);
  if (input.min && input.max && *input.min > *input.max)
    in.error("RB021", input.place, "`min` is more than `max`: nothing can fit");
  if (input.type == "enum" && input.values.empty())
    in.error("RB009", input.place, "an enum needs `values`", "Write values: [small, large].");
  read_default(in, m.value, input);
  return input;
}

}  // namespace

std::vector<Input> read_inputs(Reader& in, const YamlNode& node, bool form) {
  std::vector<Input> out;
  const std::string_view name = form ? "form" : "inputs";
  if (!in.is_map(node, name, "names with their types")) return out;
  if (node.members.empty() && form) in.error("RB009", in.place(node), "a form has at least one field");
  for (const YamlMember& m : node.members) {
    out.push_back(read_input(in, m, form));
    if (form && m.key == "by") in.error("RB016", in.place(m), "`by` is who answered: name the field otherwise");
  }
  return out;
}

}  // namespace muster::runbooks
