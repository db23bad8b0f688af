#include "runbooks/render.h"

#include <algorithm>
#include <cmath>

#include "bot/base/hash.h"
#include "bot/base/text.h"
#include "bot/cel/time.h"
#include "bot/core/runs/secret_ref.h"
#include "runbooks/languages.h"
#include "runbooks/script_places.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

std::unexpected<Error> at_line(Place place, Error error) {
  error.message = "line " + std::to_string(place.line) + ": " + error.message;
  return std::unexpected(std::move(error));
}

std::unexpected<Error> misfit(const Argument& a, Place place, std::string next = {}) {
  return at_line(place,
                 {ErrorKind::invalid,
                  "`" + std::string(a.name) + "` takes a " + std::string(name_of(a.kind)) + ", and the value is none",
                  std::move(next)});
}

cel::Val typed_value(const std::string& type, const std::string& item_type, const Value& value) {
  if (type == "duration") {
    if (const auto ms = parse_duration(value.as_string())) return cel::Val(cel::Duration{*ms * 1'000'000});
  } else if (type == "time") {
    if (const auto t = cel::read_timestamp(value.as_string())) return cel::Val(*t);
  } else if (type == "list" && (item_type == "duration" || item_type == "time")) {
    std::vector<cel::Val> items;
    for (const Value& item : value.as_list()) items.push_back(typed_value(item_type, "", item));
    return cel::Val::list(std::move(items));
  }
  return cel::Val::borrow(value);
}

// What a value of a verb must be once it is known. Text that stands for a number is not taken for one.
Result<Value> fitted(const Argument& a, Place place, Value value) {
  switch (a.kind) {
    case Kind::integer:
      if (value.is_double() && value.as_double() == std::floor(value.as_double()) && std::abs(value.as_double()) < 1e9)
        value = static_cast<std::int64_t>(value.as_double());
      if (!value.is_int()) return misfit(a, place, value.is_string() ? "Convert text with int(x)." : "");
      if (value.as_int() < 0) return misfit(a, place, "It is " + std::to_string(value.as_int()) + ".");
      return value;
    case Kind::number:
      return value.is_number() ? Result<Value>(std::move(value)) : misfit(a, place);
    case Kind::boolean:
      return value.is_bool() ? Result<Value>(std::move(value)) : misfit(a, place);
    case Kind::duration:
      return parse_duration(value.as_string()) ? Result<Value>(std::move(value))
                                               : misfit(a, place, "Write 90s or 30m.");
    case Kind::time:
      return parse_time(value.as_string()) ? Result<Value>(std::move(value)) : misfit(a, place);
    case Kind::any_list:
      if (!value.is_list()) return misfit(a, place);
      if (value.as_list().size() > for_each_items_max)
        return misfit(a, place, "It has " + std::to_string(value.as_list().size()) + " items; 100 are the most.");
      return value;
    case Kind::int_list:
      return value.is_list() ? Result<Value>(std::move(value)) : misfit(a, place);
    default:
      return value;
  }
}

bool is_name(Kind kind) {
  return kind == Kind::service || kind == Kind::environment || kind == Kind::version || kind == Kind::people ||
         kind == Kind::channel;
}

bool is_typed(Kind kind) {
  switch (kind) {
    case Kind::integer:
    case Kind::number:
    case Kind::boolean:
    case Kind::any:
    case Kind::any_map:
    case Kind::any_list:
    case Kind::int_list:
    case Kind::step_ids:
      return true;
    default:
      return false;
  }
}

// `--` before it says that no option follows.
bool ends_options(const Field& list, std::size_t before) {
  for (std::size_t i = 0; i < before; ++i)
    if (list.items[i].scalar.literal() && literal_text(list.items[i].scalar) == "--") return true;
  return false;
}

}  // namespace

cel::Val typed_inputs(const std::vector<Input>& declared, const Value& inputs) {
  cel::Entries entries;
  for (const auto& [name, value] : inputs.as_map()) {
    const auto it = std::ranges::find(declared, name, &Input::name);
    const bool known = it != declared.end();
    entries.emplace_back(cel::Val::text(name),
                         known ? typed_value(it->type, it->item_type, value) : cel::Val::borrow(value));
  }
  return cel::Val::map(std::move(entries));
}

Renderer::Renderer(const Runbook& book, const Value& inputs, Bind bind)
    : book_(book), bind_(std::move(bind)), nonce_(random_token(12)), secrets_(Value::Map{}), marked_inputs_(inputs) {
  const Marks marks(nonce_);
  for (const auto& [name, reference] : book.secrets) secrets_.set(name, marks.made(reference));
  for (const Input& input : book.inputs) {
    const std::string& value = inputs[input.name].as_string();
    if (!input.secret || value.empty()) continue;
    const auto handed = find_secrets(value);  // of a call: the caller's secret
    marked_inputs_.set(input.name, marks.made(handed.empty() ? value : handed[0].reference));
  }
  inputs_ = typed_inputs(book.inputs, marked_inputs_);
}

Result<cel::Val> Renderer::evaluate(const Template::Part& part) const {
  cel::Bindings with = bind_(*part.expression);
  with.bind("inputs", inputs_).bind("secret", secrets_);
  const auto value = cel::evaluate(*part.expression, with);
  if (value) return *value;
  return at_line(part.place, {ErrorKind::invalid, value.error().message, value.error().next_step});
}

Result<bool> Renderer::test(const Expression& condition) const {
  cel::Bindings with = bind_(condition.program);
  with.bind("inputs", inputs_).bind("secret", secrets_);
  const auto yes = cel::test(condition.program, with);
  if (yes) return *yes;
  return at_line(condition.place, {ErrorKind::invalid, yes.error().message, yes.error().next_step});
}

Value Renderer::genuine(const Value& value) const {
  if (value.is_string()) {
    const auto same = [](const std::string& t) { return t; };
    return Marks(nonce_).weave(value.as_string(), SecretForm::plain, same);
  }
  if (value.is_list()) {
    Value::List list;
    for (const Value& v : value.as_list()) list.push_back(genuine(v));
    return list;
  }
  if (!value.is_map()) return value;
  Value::Map map;
  for (const auto& [name, v] : value.as_map()) map[without_secret_marks(name)] = genuine(v);
  return map;
}

Result<std::string> Renderer::text(const Template& text, Language language) const {
  std::vector<cel::Val> values;
  values.reserve(text.parts.size());
  Pieces pieces;
  for (const Template::Part& part : text.parts) {
    if (!part.expression) {
      pieces.push_back({part.text, nullptr});
      continue;
    }
    auto value = evaluate(part);
    if (!value) return std::unexpected(value.error());
    values.push_back(std::move(*value));
    pieces.push_back({{}, &values.back()});
  }
  auto out = written(language, pieces, Marks(nonce_));
  if (!out) return at_line(text.place, out.error());
  if (out->size() > rendered_bytes_max)
    return at_line(text.place, {ErrorKind::invalid, "the text would be longer than 256 KiB", ""});
  return out;
}

Result<Value> Renderer::value(const Template& text, Language language) const {
  if (text.literal()) return language == Language::json ? literal_value(text) : Value(literal_text(text));
  if (text.whole() && (language == Language::json || language == Language::plain)) {
    const auto value = evaluate(text.parts[0]);
    if (!value) return std::unexpected(value.error());
    if (language == Language::json && !value->is(cel::Kind::duration)) return genuine(cel::to_json_value(*value));
    if (!value->is(cel::Kind::text) && !value->is(cel::Kind::duration) && !value->is(cel::Kind::timestamp))
      return genuine(cel::to_json_value(*value));
  }
  return text_value(text, language);
}

Result<Value> Renderer::text_value(const Template& text, Language language) const {
  auto out = this->text(text, language);
  if (!out) return std::unexpected(out.error());
  return Value(std::move(*out));
}

Result<Value> Renderer::field(const Field& field, Language language) const {
  if (field.kind == Field::Kind::null) return Value();
  if (field.kind == Field::Kind::scalar) return value(field.scalar, language);
  Value out = field.kind == Field::Kind::list ? Value(Value::List{}) : Value(Value::Map{});
  for (const Field& item : field.items) {
    auto v = this->field(item, language);
    if (!v) return v;
    out.push(std::move(*v));
  }
  for (const auto& [name, member] : field.members) {
    auto v = this->field(member, language);
    if (!v) return v;
    out.set(name, std::move(*v));
  }
  return out;
}

Result<Value> Renderer::argv(const Field& list) const {
  if (list.kind != Field::Kind::list) return at_line(list.place, {ErrorKind::invalid, "a command is a list", ""});
  Value out = Value::List{};
  const std::vector<ReadAs> as = read_as(list);
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const Template& t = list.items[i].scalar;
    auto element = text(t, Language::argv);
    if (!element) return std::unexpected(element.error());
    if (!t.literal() && as[i] != ReadAs::argument && (as[i] != ReadAs::remote || !is_harmless_remotely(*element))) {
      const ScriptProblem problem = value_problem(as[i]);
      return at_line(t.place, {ErrorKind::invalid, problem.message, problem.advice});
    }
    const bool by_value = !t.parts.empty() && t.parts[0].expression;
    if (by_value && element->starts_with('-') && !ends_options(list, i))
      return at_line(t.place, {ErrorKind::invalid,
                               "a value begins with `-` and would be read as an option: `" +
                                   clip(one_line(mask_secrets(*element)), 60) + "`",
                               "Put \"--\" before it in the list, or write the option yourself: \"--name=${…}\"."});
    out.push(std::move(*element));
  }
  return out;
}

// A condition stays as it was written: it is evaluated over what is seen later.
Result<Value> Renderer::rows(const Argument& a, const Field& list) const {
  Value out = Value::List{};
  for (const Field& item : list.items) {
    Value row = Value::Map{};
    for (const auto& [name, given] : item.members) {
      const Argument* each = find_argument(*a.rows, name);
      if (!each) continue;
      auto v = each->kind == Kind::condition ? Result<Value>(literal_text(given.scalar)) : argument(*each, given);
      if (!v) return v;
      row.set(name, std::move(*v));
    }
    out.push(std::move(row));
  }
  return out;
}

Result<Value> Renderer::argument(const Argument& a, const Field& given) const {
  if (a.kind == Kind::argv) return argv(given);
  if (a.kind == Kind::rows) return rows(a, given);
  if (a.kind == Kind::text_map && given.kind == Field::Kind::map) {
    Value out = Value::Map{};
    for (const auto& [name, member] : given.members) {
      auto v = text(member.scalar, a.language);
      if (!v) return std::unexpected(v.error());
      out.set(name, std::move(*v));
    }
    return out;
  }
  auto out = is_typed(a.kind) || given.kind != Field::Kind::scalar
                 ? field(given, is_typed(a.kind) ? Language::json : a.language)
                 : text_value(given.scalar, is_name(a.kind) ? Language::header : a.language);
  if (!out) return out;
  if (is_name(a.kind) && (trim(out->as_string()).empty() || out->as_string().size() > 200))
    return misfit(a, given.place, "It is empty or too long.");
  return fitted(a, given.place, std::move(*out));
}

Result<Value> Renderer::arguments(const Step& step) const {
  const Verb* verb = find_verb(step.verb);
  if (!verb || verb->any_names) {
    auto out = field(step.arguments, Language::json);
    if (out && has_secret(*out))
      return at_line(step.place,
                     {ErrorKind::invalid, "a secret cannot be kept as a value", "Name it where it is used."});
    return out;
  }
  Value out = Value::Map{};
  for (const auto& [name, given] : step.arguments.members) {
    const Argument* a = find_argument(*verb, name);
    if (!a) continue;
    if (name == "stdin" && !given.scalar.literal() && takes_script_from_input(*step.arguments.find("argv"))) {
      const ScriptProblem problem = value_problem(ReadAs::script);
      return at_line(given.place, {ErrorKind::invalid, problem.message, problem.advice});
    }
    auto v = argument(*a, given);
    if (!v) return v;
    out.set(name, std::move(*v));
  }
  return out;
}

Result<std::string> Renderer::key(const Template& text) const {
  auto out = this->text(text, Language::plain);
  if (!out) return out;
  return clip(one_line(mask_secrets(*out)), 300);
}

Result<Value> Renderer::outputs() const {
  Value out = Value::Map{};
  for (const auto& [name, text] : book_.outputs) {
    auto v = value(text, Language::json);
    if (!v) return v;
    if (has_secret(*v)) return at_line(text.place, {ErrorKind::invalid, "a secret cannot be an output", ""});
    out.set(name, std::move(*v));
  }
  return out;
}

}  // namespace muster::runbooks
