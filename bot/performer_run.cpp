#include "bot/performer_run.h"

#include <algorithm>
#include <cstdlib>

#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "integrations/process/runner.h"

namespace muster {
namespace {

using End = AttemptReport::End;
constexpr std::size_t lines_max = 500;  // that later steps read; the whole is in the file

AttemptReport failing(std::string kind, std::string why) {
  AttemptReport r;
  r.end = End::failed;
  r.error_kind = std::move(kind);
  r.error = std::move(why);
  return r;
}

// Only what every program needs; nothing of the bot's own secrets.
CommandEnvironment clean_environment() {
  CommandEnvironment env;
  for (const char* name : {"PATH", "HOME", "LANG", "LC_ALL", "TZ"})
    if (const char* v = std::getenv(name)) env.emplace_back(name, v);
  return env;
}

Result<CommandSpec> spec_of(const AttemptOrder& order, const Value& with, std::string id) {
  CommandSpec spec;
  spec.id = std::move(id);
  for (const Value& v : with["argv"].as_list()) spec.argv.push_back(v.is_string() ? v.as_string() : to_json(v));
  if (spec.argv.empty()) return fail(ErrorKind::invalid, "There is no program to run.");
  spec.input = with["stdin"].as_string();
  spec.env = clean_environment();
  for (const auto& [name, v] : with["env"].as_map()) {
    std::erase_if(spec.env, [&](const auto& e) { return e.first == name; });
    spec.env.emplace_back(name, v.is_string() ? v.as_string() : to_json(v));
  }
  if (!with["cwd"].as_string().empty()) spec.cwd = with["cwd"].as_string();
  // The engine keeps the time; the shim's own limit is for a bot that is away.
  spec.timeout = 24 * hour_ms;
  (void)order;
  return spec;
}

bool expected(const Value& with, int code) {
  const auto& list = with["expect"].as_list();
  if (list.empty()) return code == 0;
  return std::ranges::any_of(list, [code](const Value& v) { return v.as_int(-1) == code; });
}

std::string last_line(const CommandOutput& out) {
  const std::string& text = out.tail.empty() ? out.head : out.tail;
  const auto lines = split(trim(text), '\n');
  return lines.empty() ? "" : clip(one_line(lines.back()), 300);
}

Value result_of(const Value& with, const CommandEnd& e) {
  Value lines = Value::List{};
  std::size_t n = 0;
  for (const std::string& line : split(trim(e.out.head), '\n'))
    if (++n <= lines_max && !(n == 1 && line.empty())) lines.push(line);
  const bool whole = e.out.left_out == 0 && n <= lines_max;
  Value result = Value::Map{{"exit", e.code}, {"output", e.out.head}, {"truncated", !whole}};
  result.set("lines", std::move(lines));
  if (!e.out.rest_path.empty()) result.set("file", e.out.rest_path);
  if (with["parse"].as_string() == "json")
    if (auto json = parse_json(e.out.head)) result.set("json", std::move(*json));
  return result;
}

AttemptReport exited(const Value& with, const CommandEnd& e) {
  if (!expected(with, e.code)) {
    const std::string last = last_line(e.out);
    AttemptReport r =
        failing("refused", "It ended with status " + std::to_string(e.code) + (last.empty() ? "." : ": " + last));
    r.result = result_of(with, e);
    return r;
  }
  AttemptReport r;
  r.result = result_of(with, e);
  if (with["parse"].as_string() == "json" && !r.result.has("json"))
    return failing("bad_output", "Its output is no JSON: " + last_line(e.out));
  return r;
}

AttemptReport report_of(const Value& with, const CommandEnd& e) {
  AttemptReport r;
  r.end = End::unknown;
  r.error_kind = "lost";
  r.error = e.trouble;
  // What it said before is what people have to go by.
  if (const std::string& said = e.out.tail.empty() ? e.out.head : e.out.tail; !said.empty())
    r.result = Value::Map{{"output", said}};
  switch (e.kind) {
    case CommandEndKind::exited:
      return exited(with, e);
    case CommandEndKind::signalled:
      return failing("refused", "It was ended by signal " + std::to_string(e.signal) + ".");
    case CommandEndKind::timed_out:
      r.error_kind = "timeout";
      r.error = "It was stopped after its time.";
      return r;
    case CommandEndKind::cancelled:
      r.end = End::halted;
      return r;
    case CommandEndKind::not_started:
      return failing("not_found", e.trouble);
    case CommandEndKind::never_started:
      r.end = End::not_applied;
      return r;
    case CommandEndKind::stopped:
    case CommandEndKind::lost:
      return r;
  }
  return r;
}

CommandEvents events_for(const AttemptOrder& order, std::vector<std::string> secrets, const Performer::Progress& seen,
                         Performer::Report done) {
  CommandEvents events;
  if (seen) events.progress = [order, seen](const CommandProgress& p) { seen(order, {}, p.last_lines); };
  events.ended = [with = order.arguments, done = std::move(done)](const CommandEnd& e) { done(report_of(with, e)); };
  events.secrets = std::move(secrets);
  return events;
}

void start(Runner& runner, const AttemptOrder& order, const ResolveSecret& resolve, const Performer::Progress& seen,
           const Performer::Report& done) {
  std::vector<std::string> secrets;
  const auto keep = [&](const std::string& reference) {
    auto secret = resolve(reference);
    if (secret) secrets.push_back(*secret);
    return secret;
  };
  const auto with = filled(order.arguments, keep);
  if (!with) return done(failing("not_found", with.error().message));
  // Once more where that is harmless: a command is a new one, its name is never used twice.
  const bool again = order.mode == AttemptOrder::Mode::again;
  const auto spec = spec_of(order, *with, again ? order.id + "." + random_token(3) : order.id);
  if (!spec) return done(failing("refused", spec.error().message));
  const auto started = runner.start(*spec, events_for(order, secrets, seen, done));
  if (started) return;
  const bool later = started.error().kind == ErrorKind::unavailable;
  done(failing(later ? "unavailable" : "refused", started.error().message));
}

}  // namespace

Performer::Perform perform_run(Runner& runner, ResolveSecret resolve, Performer::Progress progress) {
  return [&runner, resolve = std::move(resolve), progress = std::move(progress)](const AttemptOrder& order,
                                                                                 const Performer::Report& done) {
    using Mode = AttemptOrder::Mode;
    if (order.mode == Mode::begin || order.mode == Mode::again) return start(runner, order, resolve, progress, done);
    static_cast<void>(runner.attach(order.id, events_for(order, {}, progress, done)));
    if (order.mode == Mode::halt) static_cast<void>(runner.cancel(order.id));
  };
}

}  // namespace muster
