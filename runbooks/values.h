// What a scalar of a runbook means: YAML 1.2's core scalars and the notations of our own. Any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "bot/base/value.h"
#include "runbooks/model.h"

namespace muster::runbooks {

// null, true, false, 12, 0x1f, 0o17, 1.5, .inf; everything else is text, `yes`, `no` and `on` too.
Value core_scalar(std::string_view text);
// Of a text without ${…}: quoted is text, else a core scalar.
Value literal_value(const Template& literal);
std::string literal_text(const Template& literal);  // as it stands there, $${ read as ${

std::optional<double> percent_of(std::string_view text);  // "50%", "0.5" -> 0.5

struct RunsPerTime {
  int runs = 0;
  DurationMs in_ms = 0;
};
std::optional<RunsPerTime> runs_per_time(std::string_view text);  // "3 per 6h"

bool is_identifier(std::string_view text);    // of steps, inputs, secrets, outputs: letters, digits, _
bool is_runbook_name(std::string_view text);  // a-z, 0-9, -, _, beginning with a letter

// What a person typed for an input: a list as a,b,c or as JSON, text as it is, everything else a core scalar.
Value value_typed(const Input& input, const std::string& text);

// Whether a value fits an input, and as what it is kept: a percent becomes a number, a list's items are converted.
// Durations and times stay text; cel_input() in render.h gives expressions their types. The error says what is wanted.
Result<Value> fit_input(const Input& input, const Value& value);
// Behind "`grace` does not fit: ": it must be a duration. Write, for example, 90s.
std::string why_unfit(const Input& input, const Error& error);

}  // namespace muster::runbooks
