#include "bot/cel/cases.h"

#include <istream>
#include <ostream>

#include "bot/base/json.h"
#include "bot/cel/cel.h"
#include "bot/cel/tagged.h"

namespace muster::cel {
namespace {

using Json = muster::Value;

Json wrong(std::string sentence) { return Json::Map{{"error", std::move(sentence)}}; }

Json answer(const Json& line, TimeMs now) {
  Bindings with;
  with.now(now);
  for (const auto& [name, value] : line["bindings"].as_map()) {
    auto v = from_tagged(value);
    if (!v) return wrong("the binding " + name + ": " + v.error().message);
    with.bind(name, std::move(*v));
  }
  Options options;
  options.check = false;
  options.container = line["container"].as_string();
  const auto program = compile(line["expr"].as_string(), options);
  if (!program) return wrong(to_error(program.error()).message);
  const auto value = evaluate(*program, with);
  return value ? Json(Json::Map{{"value", to_tagged(*value)}}) : wrong(to_error(value.error()).message);
}

// False at the end of the input. What stands beyond the limit is read but not kept, so that the next line is found.
bool read_line(std::istream& in, std::string& line) {
  using Traits = std::istream::traits_type;
  line.clear();
  Traits::int_type c = in.rdbuf()->sbumpc();
  if (Traits::eq_int_type(c, Traits::eof())) return false;
  for (; !Traits::eq_int_type(c, Traits::eof()); c = in.rdbuf()->sbumpc()) {
    if (c == '\n') break;
    if (line.size() <= case_bytes_max) line += Traits::to_char_type(c);
  }
  return true;
}

}  // namespace

std::string answer_case(std::string_view line, TimeMs now) {
  if (line.size() > case_bytes_max) return to_json(wrong("the line is longer than 4 MB"));
  const auto json = parse_json(line, case_depth_max);
  if (!json) return to_json(wrong("the line is no JSON: " + json.error().message));
  if (!(*json)["expr"].is_string()) return to_json(wrong("the line is not {\"expr\": \"…\", \"bindings\": {…}}"));
  if (json->has("bindings") && !(*json)["bindings"].is_map() && !(*json)["bindings"].is_null())
    return to_json(wrong("\"bindings\" must be {name: value}"));
  return to_json(answer(*json, now));
}

void answer_cases(std::istream& in, std::ostream& out, const Clock& clock) {
  for (std::string line; out && read_line(in, line);) out << answer_case(line, clock.now()) << std::endl;
}

}  // namespace muster::cel
