// JSON Schema for editors, made from the same tables the loader reads. Editors see plain values and ${…}.
#include <iterator>

#include "bot/base/json.h"
#include "runbooks/graph.h"
#include "runbooks/verbs.h"

namespace muster::runbooks {
namespace {

Value text(std::string_view description = {}) {
  Value v = Value::Map{{"type", "string"}};
  if (!description.empty()) v.set("description", description);
  return v;
}
Value number_or_text(std::string_view type) { return Value::Map{{"type", Value::List{type, "string"}}}; }
Value ref(std::string_view name) { return Value::Map{{"$ref", "#/$defs/" + std::string(name)}}; }
Value list_of(Value items) { return Value::Map{{"type", "array"}, {"items", std::move(items)}}; }
Value map_of(Value items) { return Value::Map{{"type", "object"}, {"additionalProperties", std::move(items)}}; }
Value one_of(const std::vector<std::string>& names) {
  Value list = Value::List{};
  for (const std::string& n : names) list.push(n);
  return Value::Map{{"enum", list}};
}
template <class Range>
Value names_of(const Range& range) {
  Value list = Value::List{};
  for (const std::string_view name : range) list.push(name);
  return Value::Map{{"enum", list}};
}
Value duration() {
  return Value::Map{{"type", "string"},
                    {"pattern", "^([0-9]+(ms|s|m|h|d|w))+$|\\$\\{"},
                    {"examples", Value::List{"30s", "10m", "2h"}}};
}
Value scalar() { return Value::Map{{"type", Value::List{"string", "number", "boolean", "null"}}}; }

Value object(Value::Map members, Value::List required = {}) {
  Value v = Value::Map{{"type", "object"}, {"additionalProperties", false}, {"properties", std::move(members)}};
  if (!required.empty()) v.set("required", std::move(required));
  return v;
}

Value argument_type(const Argument& a);

Value rows_type(const Argument& a) {
  Value::Map members;
  Value::List required;
  for (const Argument& each : *a.rows) {
    Value type = argument_type(each);
    type.set("description", each.help);
    if (!each.standard.empty()) type.set("default", each.standard);
    members[each.name] = std::move(type);
    if (each.required) required.push_back(each.name);
  }
  return list_of(object(std::move(members), std::move(required)));
}

Value argument_type(const Argument& a) {
  switch (a.kind) {
    case Kind::rows:
      return rows_type(a);
    case Kind::integer:
      return number_or_text("integer");
    case Kind::number:
      return number_or_text("number");
    case Kind::boolean:
      return number_or_text("boolean");
    case Kind::duration:
      return duration();
    case Kind::choice:
      return one_of(choices_of(a));
    case Kind::argv:
    case Kind::any_list:
      return Value::Map{{"type", a.kind == Kind::argv ? Value("array") : Value(Value::List{"array", "string"})}};
    case Kind::text_map:
      return map_of(scalar());
    case Kind::any_map:
      return Value::Map{{"type", Value::List{"object", "string"}}};
    case Kind::any:
      return Value::Map{};
    case Kind::int_list:
      return list_of(Value::Map{{"type", "integer"}});
    case Kind::steps:
      return ref("steps");
    case Kind::step_ids:
      return Value::Map{{"anyOf", Value::List{Value::Map{{"const", "all"}}, list_of(text())}}};
    case Kind::condition:
      return ref("condition");
    case Kind::form:
      return map_of(ref("input"));
    case Kind::text:
    case Kind::version:
      return scalar();
    default:
      return text();
  }
}

Value verb_schema(const Verb& verb) {
  if (verb.any_names) return Value::Map{{"type", "object"}, {"minProperties", 1}, {"description", verb.help}};
  Value::Map members;
  Value::List required, forms;
  for (const Argument& a : verb.arguments) {
    Value type = argument_type(a);
    type.set("description", a.help);
    if (!a.standard.empty()) type.set("default", a.standard);
    members[a.name] = std::move(type);
    if (a.required) required.push_back(a.name);
  }
  forms.push_back(object(std::move(members), std::move(required)));
  if (!verb.scalar.empty()) forms.push_back(argument_type(*find_argument(verb, verb.scalar)));
  if (!verb.list.empty() && verb.list != verb.scalar) forms.push_back(argument_type(*find_argument(verb, verb.list)));
  if (forms.size() == 1) {
    forms[0].set("description", verb.help);
    return forms[0];
  }
  return Value::Map{{"anyOf", std::move(forms)}, {"description", verb.help}};
}

Value shared_schema(std::string_view key) {
  if (key == "if") return ref("condition");
  if (key == "timeout") return duration();
  if (key == "effect") return one_of({"read", "idempotent", "write"});
  if (key == "on_error") return one_of({"fail", "continue"});
  if (key == "on_crash") return one_of({"ask", "retry", "fail"});
  if (key == "undo")
    return Value::Map{{"anyOf", Value::List{one_of({"auto", "none", "all"}), ref("steps"), list_of(text())}}};
  if (key == "id") return Value::Map{{"type", "string"}, {"pattern", "^[A-Za-z][A-Za-z0-9_]*$"}};
  if (key == "probe") return Value::Map{{"type", "object"}, {"required", Value::List{"applied"}}};
  if (key != "retry") return text();
  Value map = object({{"max", Value::Map{{"type", "integer"}, {"minimum", 0}, {"maximum", 100}}},
                      {"delay", duration()},
                      {"factor", Value::Map{{"type", "number"}, {"minimum", 1}, {"maximum", 10}}},
                      {"on", list_of(names_of(error_kinds))}},
                     {"max"});
  return Value::Map{{"anyOf", Value::List{map, Value::Map{{"type", "integer"}}}}};
}

Value step_schema() {
  Value::Map members;
  Value::List verbs_of_step;
  for (const Verb& v : verbs()) {
    if (v.name == "undo") continue;
    members[v.name] = verb_schema(v);
    verbs_of_step.push_back(Value::Map{{"required", Value::List{v.name}}});
  }
  for (const std::string_view key : shared_keys) members[key] = shared_schema(key);
  Value step = object(std::move(members));
  // `undo` is a verb only where no other verb stands.
  const Value other = Value::Map{{"anyOf", verbs_of_step}};
  const Value undo = Value::Map{{"required", Value::List{"undo"}}, {"not", other}};
  step.set("anyOf", Value::List{Value::Map{{"oneOf", std::move(verbs_of_step)}}, undo});
  return step;
}

Value input_schema() {
  return object({{"type", names_of(input_types)},
                 {"default", Value::Map{}},
                 {"required", Value::Map{{"type", "boolean"}}},
                 {"min", Value::Map{{"type", Value::List{"number", "string"}}}},
                 {"max", Value::Map{{"type", Value::List{"number", "string"}}}},
                 {"pattern", text("A regular expression (RE2), for the whole text")},
                 {"values", list_of(text())},
                 {"from", text("A path such as alert.labels.service")},
                 {"secret", Value::Map{{"type", "boolean"}}},
                 {"items", names_of(input_types)}},
                {"type"});
}

Value guard_schema() {
  const Value effective = object({{"check_after", duration()}, {"disarm_after", Value::Map{{"type", "integer"}}}});
  const Value limits = object({{"targets", Value::Map{{"type", "integer"}}},
                               {"replicas", Value::Map{{"type", "integer"}}},
                               {"change", Value::Map{{"type", Value::List{"string", "number"}}}}});
  return object({{"key", text()},
                 {"on_busy", one_of({"skip", "queue", "replace"})},
                 {"cooldown", duration()},
                 {"max_runs", Value::Map{{"type", "string"}, {"pattern", "^[0-9]+ per [0-9]"}}},
                 {"deadline", duration()},
                 {"effective", effective},
                 {"limits", limits},
                 {"unattended", Value::Map{{"type", "boolean"}}}});
}

Value trigger_schema() {
  return object(
      {{"alert", text("Alertmanager matchers")}, {"firing_for", duration()}, {"mode", one_of({"suggest", "auto"})}},
      {"alert"});
}

}  // namespace

std::string runbook_json_schema() {
  Value top = object({{"runbook", Value::Map{{"type", "string"}, {"pattern", "^[a-z][a-z0-9_-]*$"}}},
                      {"summary", text()},
                      {"owner", text("group:NAME or a person")},
                      {"inputs", map_of(ref("input"))},
                      {"triggers", list_of(trigger_schema())},
                      {"guard", guard_schema()},
                      {"secrets", map_of(Value::Map{{"type", "string"}, {"pattern", "^(env:|file:)."}})},
                      {"steps", ref("steps")},
                      {"on_failure", ref("steps")},
                      {"finally", ref("steps")},
                      {"outputs", map_of(scalar())}},
                     {"runbook", "steps"});
  top.set("$schema", "https://json-schema.org/draft/2020-12/schema");
  top.set("title", "muster runbook");
  top.set("$defs", Value::Map{{"step", step_schema()},
                              {"steps", Value::Map{{"type", "array"}, {"items", ref("step")}, {"minItems", 1}}},
                              {"input", input_schema()},
                              {"condition", Value::Map{{"type", Value::List{"string", "boolean"}},
                                                       {"description", "A bare expression that yields a bool"}}}});
  return to_json(top, 2) + "\n";
}

}  // namespace muster::runbooks
