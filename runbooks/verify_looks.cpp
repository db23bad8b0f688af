#include "runbooks/verify_looks.h"

#include <algorithm>

#include "bot/base/text.h"
#include "bot/cel/cel.h"
#include "bot/core/commands/words.h"
#include "bot/core/metrics/query.h"

namespace muster::runbooks {
namespace {

const Value* answer_of(const Value& result, const WatchedCheck& c) {
  if (c.kind == "target") return result["target"].is_map() ? &result["target"] : nullptr;
  for (const Value& answer : result[c.kind].as_list())
    if (answer["at"].as_int(-1) == c.at) return &answer;
  return nullptr;
}

// A target that knows nothing of health still says whether a scale has come to what was wanted. Another number is no
// proof of harm, for somebody else may have changed it: a person is asked in the end, who reads what was seen.
Seen seen_count(const std::string& lang, const Value& a, std::int64_t wanted) {
  if (wanted < 0 || !a["replicas"].is_int()) return {Seen::Kind::mute, {}};
  const std::int64_t n = a["replicas"].as_int();
  return {n == wanted ? Seen::Kind::good : Seen::Kind::none,
          say(lang, "verify.count", {{"n", std::to_string(n)}, {"wanted", std::to_string(wanted)}}), true};
}

Seen seen_target(const std::string& lang, const Value& a, std::int64_t wanted) {
  if (a.has("error")) return {Seen::Kind::none, a["error"].as_string()};
  const std::string detail = a["detail"].as_string();
  if (!a["healthy"].is_bool()) return seen_count(lang, a, wanted);
  if (a["healthy"].as_bool()) return {Seen::Kind::good, detail};
  return {Seen::Kind::bad, say(lang, "verify.unhealthy") + (detail.empty() ? "" : ": " + clip(one_line(detail), 200))};
}

Seen seen_http(const std::string& lang, const Value& a, const Value& row) {
  if (a.has("status")) {
    const std::int64_t status = a["status"].as_int();
    const auto& expect = row["expect"].as_list();
    const bool fine = expect.empty()
                          ? status / 100 == 2
                          : std::ranges::any_of(expect, [&](const Value& v) { return v.as_int() == status; });
    return {fine ? Seen::Kind::good : Seen::Kind::bad,
            say(lang, "verify.status", {{"status", std::to_string(status)}})};
  }
  const std::string what = say(lang, "verify.no_answer", {{"why", clip(one_line(a["error"].as_string()), 200)}});
  return {a["unreached"].as_bool() ? Seen::Kind::bad : Seen::Kind::none, what};
}

Seen seen_metric(const std::string& lang, const Value& a, const Value& row, TimeMs now) {
  if (a.has("error"))
    return {Seen::Kind::none, say(lang, "verify.no_answer", {{"why", clip(one_line(a["error"].as_string()), 200)}})};
  cel::Options condition;
  condition.wanted = cel::Type::boolean();
  const auto program = cel::compile(row["pass"].as_string(), condition);
  if (!program) return {Seen::Kind::none, program.error().message};
  cel::Bindings with;
  with.now(now).bind("it", a);
  const auto yes = cel::test(*program, with);
  const std::string value = a["value"].is_number() ? short_number(a["value"].as_double()) : a["state"].as_string();
  const std::string what = say(lang, "verify.value", {{"value", value}, {"pass", one_line(row["pass"].as_string())}});
  if (!yes) return {Seen::Kind::none, say(lang, "verify.no_value", {{"state", a["state"].as_string()}})};
  return {*yes ? Seen::Kind::good : Seen::Kind::bad, what};
}

Seen seen_in(const std::string& lang, const WatchedCheck& c, const Watch& watch, const Value& with, const Value& answer,
             TimeMs now) {
  if (c.kind == "target") return seen_target(lang, answer, watch.replicas);
  const Value& row = with[c.kind].as_list().at(static_cast<std::size_t>(c.at));
  return c.kind == "http" ? seen_http(lang, answer, row) : seen_metric(lang, answer, row, now);
}

// Nothing at all could be reached: it is more likely that we are cut off than that everything is down at once.
bool cut_off(const Watch& watch, const Value& result) {
  int asked = 0;
  for (const WatchedCheck& c : watch.checks) {
    if (!c.asked) continue;
    ++asked;
    const Value* a = answer_of(result, c);
    if (a && !a->has("error")) return false;
  }
  return asked > 1;
}

}  // namespace

Value order_of(const Value& with, Watch& watch, TimeMs now, bool all) {
  Value ask = Value::Map{{"service", with["service"]}, {"env", with["env"]}, {"target", false}};
  Value probes = Value::Map{{"http", Value::List{}}, {"promql", Value::List{}}};
  for (WatchedCheck& c : watch.checks) {
    if (!all && c.next_ms > now) continue;
    c.asked = true;
    c.next_ms = now + c.every_ms;
    if (c.kind == "target") {
      ask.set("target", true);
      continue;
    }
    Value row = with[c.kind].as_list().at(static_cast<std::size_t>(c.at));
    row.set("at", c.at);
    Value list = probes[c.kind];
    list.push(std::move(row));
    probes.set(c.kind, std::move(list));
  }
  ask.set("http", probes["http"]);
  ask.set("promql", probes["promql"]);
  return ask;
}

void take_answers(const std::string& lang, const Value& with, const Value& result, Watch& watch, TimeMs now) {
  const bool alone = cut_off(watch, result);
  for (WatchedCheck& c : watch.checks) {
    if (!c.asked) continue;
    const Value* answer = answer_of(result, c);
    Seen seen = answer ? seen_in(lang, c, watch, with, *answer, now) : Seen{};
    if (alone && seen.kind == Seen::Kind::bad) seen.kind = Seen::Kind::none;
    take(c, seen);
  }
}

std::string foreign_version(const Watch& watch, const Value& result) {
  const std::string& now = result["target"]["version"].as_string();
  return !watch.version.empty() && !now.empty() && now != watch.version ? now : std::string();
}

}  // namespace muster::runbooks
