// Whether a value fits an input: of defaults when a runbook is loaded, of what people type when it is started.
#include <algorithm>
#include <cmath>

#include "bot/base/json.h"
#include "bot/base/regex.h"
#include "bot/base/text.h"
#include "bot/core/runs/secret_ref.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

constexpr std::size_t text_bytes_max = 4096;
constexpr std::size_t list_items_max = 1000;

std::unexpected<Error> refused(const Input& input, std::string message, std::string next = {}) {
  return fail(ErrorKind::invalid, "`" + input.name + "` " + std::move(message), std::move(next));
}

std::string number_text(double d) {
  return d == std::floor(d) && std::abs(d) < 1e15 ? std::to_string(static_cast<std::int64_t>(d)) : std::to_string(d);
}

// The number that min and max are about: of a duration its milliseconds.
Result<void> in_range(const Input& input, double n) {
  const bool time = input.type == "duration";
  const auto show = [&](double d) { return time ? format_duration(static_cast<DurationMs>(d)) : number_text(d); };
  if (input.min && n < *input.min) return refused(input, "is less than " + show(*input.min));
  if (input.max && n > *input.max) return refused(input, "is more than " + show(*input.max));
  return {};
}

Value from_text(const Value& value) { return value.is_string() ? core_scalar(trim(value.as_string())) : value; }

Result<Value> fit_number(const Input& input, const Value& value) {
  const Value n = from_text(value);
  if (input.type == "int" && !n.is_int()) return refused(input, "must be a whole number", "Write, for example, 3.");
  if (!n.is_number() || !std::isfinite(n.as_double()))
    return refused(input, "must be a number", "Write, for example, 0.5.");
  if (const auto ok = in_range(input, n.as_double()); !ok) return std::unexpected(ok.error());
  return input.type == "int" ? n : Value(n.as_double());
}

Result<Value> fit_percent(const Input& input, const Value& value) {
  const auto n = value.is_number() ? std::optional(value.as_double()) : percent_of(value.as_string());
  if (!n || !std::isfinite(*n)) return refused(input, "must be a percentage", "Write, for example, 50%.");
  if (const auto ok = in_range(input, *n); !ok) return std::unexpected(ok.error());
  return Value(*n);
}

Result<Value> fit_duration(const Input& input, const Value& value) {
  const auto ms = parse_duration(value.as_string());
  if (!ms) return refused(input, "must be a duration", "Write, for example, 90s, 30m or 2h.");
  if (const auto ok = in_range(input, static_cast<double>(*ms)); !ok) return std::unexpected(ok.error());
  return value;
}

Result<Value> fit_list(const Input& input, const Value& value) {
  if (!value.is_list()) return refused(input, "must be a list: write a,b,c or [\"a\", \"b\"]");
  const auto& items = value.as_list();
  if (items.size() > list_items_max)
    return refused(input, "has more than " + std::to_string(list_items_max) + " items");
  if (const auto ok = in_range(input, static_cast<double>(items.size())); !ok) return std::unexpected(ok.error());
  Input one = input;
  one.type = input.item_type.empty() ? "string" : input.item_type;
  one.min.reset();
  one.max.reset();
  Value::List out;
  for (const Value& item : items) {
    auto fitted = fit_input(one, item);
    if (!fitted) return std::unexpected(fitted.error());
    out.push_back(std::move(*fitted));
  }
  return Value(std::move(out));
}

Result<Value> fit_text(const Input& input, const Value& value) {
  // A version or a name that looks like a number was meant as text.
  const std::string text = value.is_int() ? std::to_string(value.as_int()) : value.as_string();
  if (!value.is_string() && !value.is_int()) return refused(input, "must be text");
  if (text.size() > text_bytes_max)
    return refused(input, "is longer than " + std::to_string(text_bytes_max) + " bytes");
  if (!is_utf8(text) || text.find('\0') != text.npos) return refused(input, "is not UTF-8 text");
  const bool name = input.type != "string";
  if (name && (text.empty() || one_line(text) != text)) return refused(input, "is empty or has more than one line");
  if (!input.values.empty() && std::ranges::find(input.values, text) == input.values.end()) {
    const auto near = nearest(text, input.values, 3, 1);
    return refused(input, "must be one of " + join(input.values, ", "),
                   near.empty() ? std::string() : "Did you mean `" + near[0] + "`?");
  }
  if (const auto ok = in_range(input, static_cast<double>(code_point_count(text))); !ok)
    return refused(input, "is too short or too long: " + std::to_string(code_point_count(text)) + " characters");
  if (!input.pattern.empty() && !full_match(text, input.pattern).value_or(false))
    return refused(input, "does not match " + input.pattern);
  return Value(text);
}

}  // namespace

std::string why_unfit(const Input& input, const Error& error) {
  const std::string named = "`" + input.name + "` ";
  std::string why = error.message.starts_with(named) ? "it " + error.message.substr(named.size()) : error.message;
  if (!why.ends_with('.') && !why.ends_with('?')) why += '.';
  return error.next_step.empty() ? why : why + " " + error.next_step;
}

Value value_typed(const Input& input, const std::string& text) {
  if (input.type == "string") return text;
  if (input.type != "list" || input.secret) return core_scalar(text);
  const std::string_view trimmed = trim(text);
  if (trimmed.starts_with('[')) {
    auto list = parse_json(trimmed);
    return list && list->is_list() ? std::move(*list) : Value(text);
  }
  Value::List items;
  if (!trimmed.empty())
    for (const std::string& item : split(trimmed, ',')) items.push_back(Value(std::string(trim(item))));
  return Value(std::move(items));
}

Result<Value> fit_input(const Input& input, const Value& value) {
  // The message does not say what was given: it may be the secret.
  if (input.secret && !is_secret_reference(value.as_string()) && !has_secret(value))
    return refused(input, "is a secret and is never written out", "Give env:NAME or file:PATH.");
  if (input.secret) return value;
  const std::string& type = input.type;
  if (type == "list") return fit_list(input, value);
  if (type == "int" || type == "float") return fit_number(input, value);
  if (type == "percent") return fit_percent(input, value);
  if (type == "duration") return fit_duration(input, value);
  if (type == "time") {
    if (!parse_time(value.as_string()))
      return refused(input, "must be a time", "Write, for example, 2030-01-02T03:04:05Z.");
    return value;
  }
  if (type == "bool") {
    const Value b = from_text(value);
    return b.is_bool() ? Result<Value>(b) : refused(input, "must be true or false");
  }
  return fit_text(input, value);
}

}  // namespace muster::runbooks
