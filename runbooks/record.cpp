#include "runbooks/record.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "bot/base/json.h"
#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "bot/core/runs/secret_ref.h"
#include "runbooks/changes.h"
#include "runbooks/paths.h"
#include "runbooks/test_cases.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

constexpr std::size_t text_bytes_kept = 4'000;  // of one text in a mock: what a condition looks at is shorter

// Text that YAML reads as itself, without quotes, also inside of {…} and […].
bool is_plain_scalar(const std::string& text) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.' || c == '/';
  };
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) && std::ranges::all_of(text, plain) &&
         core_scalar(text).is_string();
}

std::string scalar_text(const Value& v) {
  return v.is_string() && is_plain_scalar(v.as_string()) ? v.as_string() : to_json(v);
}

std::string flow_text(const Value& v) {
  if (!v.is_list() && !v.is_map()) return scalar_text(v);
  std::vector<std::string> parts;
  for (const Value& item : v.as_list()) parts.push_back(flow_text(item));
  for (const auto& [key, member] : v.as_map()) parts.push_back(scalar_text(key) + ": " + flow_text(member));
  return v.is_list() ? "[" + join(parts, ", ") + "]" : "{" + join(parts, ", ") + "}";
}

Value bounded(const Value& v) {
  if (v.is_string()) return clip_bytes(v.as_string(), text_bytes_kept);
  if (v.is_list()) {
    Value list = Value::List{};
    for (const Value& item : v.as_list()) list.push(bounded(item));
    return list;
  }
  if (!v.is_map()) return v;
  Value map = Value::Map{};
  for (const auto& [key, member] : v.as_map()) map.set(key, bounded(member));
  return map;
}

std::string word_of(const StepRun& s) { return s.error_kind.empty() ? "refused" : s.error_kind; }

Value answer_of(const StepRun& s) {
  if (s.verb == "ask") return s.status == "succeeded" ? s.result : Value("expired");
  if (s.status != "succeeded") return Value::Map{{"decision", s.error_kind == "denied" ? "denied" : "expired"}};
  return Value::Map{{"decision", "approved"}, {"by", s.result["by"]}};
}

// Of a change also what was there before it: the way back leads there.
Value change_mock(const StepRun& s) {
  const Value& previous = s.before[s.verb == "scale" ? scale_fact(s.arguments) : "version"];
  if (s.status != "succeeded" && previous.is_null()) return word_of(s);
  Value mock = s.status == "succeeded" ? s.result : Value(Value::Map{{"fails", word_of(s)}});
  if (!previous.is_null()) mock.set("previous", previous);
  return mock;
}

bool is_mocked(const StepRun& s) {
  constexpr std::string_view inside[] = {"set", "stop", "message", "page", "incident", "lock", "undo"};
  if (s.effect == "group" || s.attempt == 0 || std::ranges::find(inside, s.verb) != std::end(inside)) return false;
  return s.verb != "wait" || s.arguments.has("repeat") || s.arguments.has("event");
}

Value mock_of(const StepRun& s) {
  if (s.verb == "approve" || s.verb == "ask") return answer_of(s);
  // Nobody knew what came of it, and a person said to leave it out.
  if (s.status == "skipped") return Value::List{"lost", Value::Map{{"decide", "skip"}}};
  if (is_change(s.verb)) return change_mock(s);
  if (s.arguments.has("event")) return s.status == "succeeded" ? "happened" : word_of(s);
  return s.status == "succeeded" ? s.result : Value(word_of(s));
}

Value mocks_of(const Run& run) {
  std::map<std::string, int> known;
  for (const auto& [path, s] : run.steps)
    if (!is_undo_path(path) && is_mocked(s)) ++known[s.id];
  Value mocks = Value::Map{};
  for (const std::string& path : run.order) {
    const auto it = run.steps.find(path);
    if (it == run.steps.end()) continue;
    const StepRun& s = it->second;
    if (path == "ask_undo") {
      if (s.result["undo"].as_bool()) mocks.set(path, "undo");
      continue;
    }
    const bool undo = is_undo_path(path);
    if (!is_mocked(s) || (undo && s.status == "succeeded")) continue;
    // Turns of a for_each, and runbooks that were called: the same name may have had another result each time.
    const bool one = known[s.id] <= 1;
    mocks.set(undo ? (one ? "undo." + s.id : path) : (one ? s.id : path), bounded(mock_of(s)));
  }
  return redact_value(mocks);
}

Value texts_of(const std::vector<std::string>& texts) {
  Value list = Value::List{};
  for (const std::string& text : texts) list.push(text);
  return list;
}

// One member a line: that is how people read it, and how a later edit shows in a diff.
void print_members(const std::string& name, const Value& map, std::string& out) {
  if (map.as_map().empty()) return;
  out += "    " + name + ":\n";
  for (const auto& [key, v] : map.as_map()) out += "      " + scalar_text(key) + ": " + flow_text(v) + "\n";
}

// A reference (env:TOKEN) is no secret: it is what the case needs.
Value inputs_of(const Run& run) {
  Value inputs = redact_value(masked(run.inputs));
  for (const auto& [name, v] : run.inputs.as_map())
    if (is_secret_reference(v.as_string())) inputs.set(name, v);
  return inputs;
}

std::string file_text(const Book& book, const Run& run) {
  const Trace trace = trace_of(book, run);
  Value expect = Value::Map{{"status", run.status}, {"ran", texts_of(trace.ran)}};
  if (!trace.undone.empty()) expect.set("undone", texts_of(trace.undone));
  if (!run.failed_step.empty()) expect.set("failed_step", run.failed_step);
  Value alert;
  if (const Value& seen = run.facts["alert"]; seen.is_map())
    alert = redact_value(Value::Map{{"severity", seen["severity"]}, {"labels", seen["labels"]}});
  const std::string name = run.id + " of " + format_utc(run.started_ms).substr(0, 10) + ": " + run.status;
  std::string out = "tests_for: " + book.main->name + "\ncases:\n  - name: " + to_json(Value(name)) + "\n";
  print_members("inputs", inputs_of(run), out);
  print_members("alert", alert, out);
  print_members("mock", mocks_of(run), out);
  out += "    now: " + format_utc(run.started_ms) + "\n";
  print_members("expect", expect, out);
  return out;
}

std::vector<std::string> tried(const Book& book, const std::string& yaml) {
  Library library{{book.main->name, {book.main, {}, false}}};
  for (const auto& [name, called] : book.called) library[name] = {called, {}, false};
  const TestFile tests = load_tests(yaml);
  std::vector<std::string> differs;
  for (const Finding& f : tests.findings) differs.push_back(f.message);
  if (!tests.cases.empty() && differs.empty()) differs = run_case(library, *book.main, tests.cases.front()).problems;
  return differs;
}

std::unexpected<Refusal> not_recorded(std::string key, const Run& run) {
  return std::unexpected(Refusal{std::move(key), {{"id", run.id}, {"runbook", run.runbook}}});
}

}  // namespace

Decided<RecordedCase> record_case(const Book& book, const Run& run) {
  if (!run.over()) return not_recorded("run.not_over", run);
  if (run.change.is_map()) return not_recorded("record.is_change", run);
  if (run.status == "cancelled") return not_recorded("record.was_cancelled", run);
  RecordedCase made{.file = book.main->name + ".test.yaml", .yaml = file_text(book, run), .differs = {}};
  if (made.yaml.size() > runbook_bytes_max) return not_recorded("record.too_large", run);
  made.differs = tried(book, made.yaml);
  return made;
}

}  // namespace muster::runbooks
