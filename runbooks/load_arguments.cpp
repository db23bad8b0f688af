// What a verb is given: short forms are made long, every argument is held against its row of the table.
#include <algorithm>

#include "bot/base/clock.h"
#include "bot/base/text.h"
#include "bot/core/people/groups.h"
#include "runbooks/reading.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

std::string in_ticks(std::string_view name) { return "`" + std::string(name) + "`"; }

bool is_text_like(Kind kind) {
  switch (kind) {
    case Kind::integer:
    case Kind::number:
    case Kind::boolean:
    case Kind::duration:
    case Kind::int_list:
    case Kind::any_list:
    case Kind::rows:
      return false;
    default:
      return true;
  }
}

constexpr std::size_t rows_max = 20;  // what is looked at again and again

bool is_people(std::string_view text) {
  std::string_view name = text.starts_with("group:") ? text.substr(6) : text;
  if (is_platform_group(name)) name.remove_prefix(name.find(":@") + 2);
  return !name.empty() && name.find_first_of(" ,:\n\t") == name.npos;
}

void wrong(Reader& in, const YamlNode& node, const Argument& a, std::string advice = {}) {
  in.error("RB012", in.place(node),
           in_ticks(a.name) + " takes a " + std::string(name_of(a.kind)) + ", and this is " + shown(node.text),
           std::move(advice));
}

// A value without ${…}.
void check_literal(Reader& in, const YamlNode& node, const Argument& a) {
  const Value value = node.quoted ? Value(node.text) : core_scalar(node.text);
  switch (a.kind) {
    case Kind::integer:
      if (!value.is_int())
        wrong(in, node, a);
      else if (value.as_int() < 0 || value.as_int() > 1'000'000'000)
        in.error("RB013", in.place(node), in_ticks(a.name) + " lies outside of 0 to 1000000000");
      break;
    case Kind::number:
      if (!value.is_number()) wrong(in, node, a);
      break;
    case Kind::boolean:
      if (!value.is_bool()) wrong(in, node, a, "`yes`, `no` and `on` are text here.");
      break;
    case Kind::duration:
      if (!parse_duration(node.text)) wrong(in, node, a, "Write 90s, 30m, 2h, 1h30m or 1d.");
      break;
    case Kind::time:
      if (!parse_time(node.text)) wrong(in, node, a, "Write 2030-01-02T03:04:05Z.");
      break;
    case Kind::choice:
      if (const auto all = choices_of(a); std::ranges::find(all, node.text) == all.end())
        in.error("RB012", in.place(node), in_ticks(a.name) + " cannot be " + shown(node.text),
                 did_you_mean(node.text, all));
      break;
    case Kind::people:
      if (!is_people(node.text)) wrong(in, node, a, "Write group:NAME or a person's id.");
      break;
    case Kind::runbook:
      if (!is_runbook_name(node.text)) wrong(in, node, a, "Write the name that stands behind `runbook:` there.");
      break;
    case Kind::int_list:
    case Kind::any_list:
    case Kind::rows:
      in.error("RB011", in.place(node), in_ticks(a.name) + " takes a list, and this is a single value");
      break;
    default:
      break;
  }
}

void check_scalar(Reader& in, const YamlNode& node, const Argument& a, const Field& field) {
  const Template& t = field.scalar;
  if (!t.literal() && (a.kind == Kind::choice || a.kind == Kind::runbook || a.kind == Kind::step_id)) {
    // What a step does must be readable before it runs; a call is pinned when the run starts.
    in.error("RB012", in.place(node), in_ticks(a.name) + " is fixed: it cannot hold ${…}");
  } else if (!t.literal() && !t.whole() && !is_text_like(a.kind)) {
    in.error("RB012", in.place(node),
             in_ticks(a.name) + " takes a " + std::string(name_of(a.kind)) + ": text around ${…} makes it text",
             "Write one ${…} alone.");
  } else if (t.literal()) {
    if (node.text.empty() && a.required)
      in.error("RB009", in.place(node), in_ticks(a.name) + " is empty");
    else
      check_literal(in, node, a);
  }
}

void check_map(Reader& in, const YamlNode& node, const Argument& a) {
  if (a.kind == Kind::any || a.kind == Kind::any_map) return;
  if (a.kind != Kind::text_map) {
    in.error("RB011", in.place(node),
             in_ticks(a.name) + " takes a " + std::string(name_of(a.kind)) + ", and this is a map");
    return;
  }
  for (const YamlMember& m : node.members)
    if (m.value.kind == YamlNode::Kind::list || m.value.kind == YamlNode::Kind::map)
      in.error("RB011", in.place(m.value), in_ticks(m.key) + " takes a single value here");
}

void check_argv(Reader& in, const YamlNode& node, const Argument& a) {
  if (node.items.empty())
    in.error("RB009", in.place(node), in_ticks(a.name) + " is empty: there is no program to start");
  for (const YamlNode& item : node.items)
    if (item.kind != YamlNode::Kind::scalar)
      in.error("RB011", in.place(item), "each argument of a command is a single value",
               "Write an empty argument as \"\".");
}

void check_rows(Reader& in, const YamlNode& node, const Argument& a, const Field& field);

void check_list(Reader& in, const YamlNode& node, const Argument& a, const Field& field) {
  if (a.kind == Kind::argv) return check_argv(in, node, a);
  if (a.kind == Kind::rows) return check_rows(in, node, a, field);
  if (a.kind == Kind::any || a.kind == Kind::any_list) {
    if (a.kind == Kind::any_list && node.items.size() > for_each_items_max)
      in.error("RB074", in.place(node), "more than " + std::to_string(for_each_items_max) + " items");
    return;
  }
  if (a.kind == Kind::int_list) {
    for (const YamlNode& item : node.items) in.integer(item, a.name, 0, 1000);
  } else if (a.kind == Kind::step_ids) {
    for (const YamlNode& item : node.items) in.plain_text(item, a.name, "ids of steps");
  } else {
    in.error("RB011", in.place(node),
             in_ticks(a.name) + " takes a " + std::string(name_of(a.kind)) + ", and this is a list");
  }
}

void check_field(Reader& in, const YamlMember& m, const Argument& a, const Field& field) {
  if (field.kind == Field::Kind::scalar) check_scalar(in, m.value, a, field);
  if (field.kind == Field::Kind::map) check_map(in, m.value, a);
  if (field.kind == Field::Kind::list) check_list(in, m.value, a, field);
  if (field.kind == Field::Kind::null && a.kind != Kind::any)
    in.error("RB009", in.place(m), in_ticks(a.name) + " has no value");
}

// Each row is held against its own arguments. A condition in it is compiled where it is used; here only its mistakes
// are found.
void check_row(Reader& in, const YamlNode& node, const Argument& a, const Field& field) {
  Names names;
  for (const Argument& each : *a.rows) names.emplace_back(each.name);
  in.only(node, names, "in " + in_ticks(a.name));
  for (const YamlMember& m : node.members) {
    const Argument* each = find_argument(*a.rows, m.key);
    const Field* value = field.find(m.key);
    if (!each || !value) continue;
    if (each->kind == Kind::condition)
      static_cast<void>(read_condition(in, m.value, each->name));
    else
      check_field(in, m, *each, *value);
  }
  for (const Argument& each : *a.rows)
    if (each.required && !node.find(each.name))
      in.error("RB009", in.place(node), in_ticks(a.name) + " needs " + in_ticks(each.name) + " in each entry");
}

void check_rows(Reader& in, const YamlNode& node, const Argument& a, const Field& field) {
  if (node.items.size() > rows_max)
    in.error("RB013", in.place(node), in_ticks(a.name) + " has more than " + std::to_string(rows_max) + " entries");
  for (std::size_t i = 0; i < node.items.size() && i < field.items.size(); ++i) {
    if (node.items[i].kind == YamlNode::Kind::map)
      check_row(in, node.items[i], a, field.items[i]);
    else
      in.error("RB011", in.place(node.items[i]), "each entry of " + in_ticks(a.name) + " is a map",
               "For example {" + std::string(a.rows->front().name) + ": …}.");
  }
}

void check_wait(Reader& in, const YamlNode& node) {
  const bool repeat = node.find("repeat") != nullptr;
  for (const char* name : {"until", "every", "hold", "no_data"})
    if (!repeat && node.find(name))
      in.error("RB014", in.place(node), in_ticks(name) + " goes with `repeat`",
               "Write repeat: and an earlier read step.");
  if (repeat && !node.find("until"))
    in.error("RB009", in.place(node), "`repeat` needs `until`", "For example until: it.value < 100.0.");
}

void check_matchers(Reader& in, const YamlNode& node) {
  const YamlNode* text = node.find("matchers");
  if (!text || text->kind != YamlNode::Kind::scalar || text->text.find("${") != std::string::npos) return;
  if (const auto read = parse_matchers(text->text); !read)
    in.error("RB019", in.place(*text), read.error().message, read.error().next_step);
}

void check_together(Reader& in, const Verb& verb, const YamlNode& node, Place place) {
  for (const Argument& a : verb.arguments)
    if (a.required && a.kind != Kind::steps && !node.find(a.name))
      in.error("RB009", place, in_ticks(verb.name) + " needs " + in_ticks(a.name),
               "For example " + std::string(verb.example));
  if (!verb.one_of.empty()) {
    const Names names = split(verb.one_of, '|');
    const auto given = std::ranges::count_if(names, [&](const std::string& n) { return node.find(n) != nullptr; });
    if (given != 1)
      in.error("RB014", place,
               in_ticks(verb.name) + (given == 0 ? " needs" : " takes only") + " one of " + join(names, ", "));
  }
  if (verb.name == "wait") check_wait(in, node);
  if (verb.name == "verify") check_matchers(in, node);
  if (verb.name == "message" && node.find("channel") && node.find("to"))
    in.error("RB014", place, "`channel` and `to` exclude each other");
  if (verb.name == "http" &&
      (node.find("json") != nullptr) + (node.find("body") != nullptr) + (node.find("form") != nullptr) > 1)
    in.error("RB014", place, "a request has one of json, body and form");
}

void read_argument(Reader& in, const Argument& a, const YamlMember& m, Step& step) {
  if (a.kind == Kind::steps) return;  // load_steps.cpp
  if (a.kind == Kind::condition) {
    step.until = read_condition(in, m.value, a.name);
    return;
  }
  if (a.kind == Kind::form) {
    step.form = read_inputs(in, m.value, true);
    return;
  }
  Field field = read_field(in, m.value);
  check_field(in, m, a, field);
  step.arguments.members.emplace_back(m.key, std::move(field));
}

void read_names(Reader& in, const YamlNode& node, Step& step) {
  for (const YamlMember& m : node.members) {
    if (!is_identifier(m.key))
      in.error("RB015", in.place(m), shown(m.key) + " cannot name a value", "Use letters, digits and _.");
    step.arguments.members.emplace_back(m.key, read_field(in, m.value));
  }
  if (node.members.empty()) in.error("RB009", step.verb_place, "`set` names at least one value");
}

// The long form of a short one.
YamlNode long_form(std::string_view argument, const YamlNode& value) {
  YamlNode map;
  map.kind = YamlNode::Kind::map;
  map.line = value.line;
  map.column = value.column;
  map.members.push_back({std::string(argument), value.line, value.column, value});
  return map;
}

std::string wanted(const Verb& verb) { return "`" + std::string(verb.name) + "` is written otherwise"; }

}  // namespace

void read_arguments(Reader& in, const Verb& verb, const YamlMember& given, Step& step) {
  const YamlNode& value = given.value;
  step.arguments.kind = Field::Kind::map;
  step.arguments.place = in.place(value);
  YamlNode map = value;
  if (value.kind == YamlNode::Kind::scalar && !verb.scalar.empty()) map = long_form(verb.scalar, value);
  if (value.kind == YamlNode::Kind::list && !verb.list.empty()) map = long_form(verb.list, value);
  if (map.kind != YamlNode::Kind::map) {
    in.error("RB011", value.kind == YamlNode::Kind::null ? step.verb_place : in.place(value), wanted(verb),
             "For example " + std::string(verb.example));
    return;
  }
  if (verb.any_names) return read_names(in, map, step);
  Names names;
  for (const Argument& a : verb.arguments) names.emplace_back(a.name);
  in.only(map, names, "in `" + std::string(verb.name) + "`");
  for (const YamlMember& m : map.members)
    if (const Argument* a = find_argument(verb, m.key)) read_argument(in, *a, m, step);
  check_together(in, verb, map, step.verb_place);
}

}  // namespace muster::runbooks
