// `verify`: one look at a service that is watched. Its target's own word, HTTP probes and metrics are asked at the same
// time; what does not answer is said so. Nothing is decided here.
#include <algorithm>
#include <memory>

#include "bot/base/json.h"
#include "bot/performer_run.h"

namespace muster {
namespace {

// Answers come in any order; the last one ends the look.
struct Look {
  int waits = 1;
  Value target, http = Value::List{}, promql = Value::List{};
  Performer::Report done;

  void end_one() {
    if (--waits > 0) return;
    AttemptReport r;
    r.result = Value::Map{};
    if (target.is_map()) r.result.set("target", std::move(target));
    r.result.set("http", std::move(http));
    r.result.set("promql", std::move(promql));
    done(std::move(r));
  }
};
using Shared = std::shared_ptr<Look>;

void ask_target(const Targets& targets, const TargetSubject& subject, const Shared& look) {
  const auto it =
      std::ranges::find_if(targets, [&](const auto& t) { return t->serves(subject) && t->has(TargetVerb::status); });
  if (it == targets.end()) {
    look->target = Value::Map{{"error", "no target tells how " + subject.service + " is"}};
    return;
  }
  ++look->waits;
  const std::shared_ptr<Target> target = *it;
  target->status(subject, [target, look](const Result<TargetState>& s) {
    look->target = s ? to_value(*s) : Value(Value::Map{{"error", s.error().message}});
    look->end_one();
  });
}

AttemptOrder part_of(const AttemptOrder& order, std::string verb, Value arguments) {
  AttemptOrder part = order;
  part.verb = std::move(verb);
  part.stage.clear();
  part.arguments = std::move(arguments);
  return part;
}

// Every status is an answer here: which of them are good is the step's business.
Value any_status() {
  Value all = Value::List{};
  for (int status = 100; status < 600; ++status) all.push(status);
  return all;
}

void ask_http(const AttemptOrder& order, const Performer::Perform& read, const Value& row, const Shared& look) {
  ++look->waits;
  const auto at = row["at"].as_int();
  const Value with = Value::Map{{"url", row["url"]}, {"method", "GET"}, {"expect", any_status()}};
  read(part_of(order, "http", with), [look, at](const AttemptReport& r) {
    Value answer = Value::Map{{"at", at}};
    if (r.end == AttemptReport::End::done) {
      answer.set("status", r.result["status"]);
    } else {
      answer.set("error", r.error);
      // Refused by our own list, or an answer of another kind, says nothing about the service.
      answer.set("unreached", r.error_kind == "unavailable" || r.error_kind == "timeout");
    }
    look->http.push(std::move(answer));
    look->end_one();
  });
}

void ask_metric(const AttemptOrder& order, const Performer::Perform& read, const Value& row, const Shared& look) {
  ++look->waits;
  const auto at = row["at"].as_int();
  Value with = Value::Map{{"promql", row["query"]}, {"env", order.arguments["env"]}};
  if (row.has("source")) with.set("source", row["source"]);
  read(part_of(order, "query", with), [look, at](const AttemptReport& r) {
    Value answer = Value::Map{{"at", at}};
    if (r.end == AttemptReport::End::done)
      for (const char* key : {"state", "value", "series"}) {
        if (!r.result[key].is_null()) answer.set(key, r.result[key]);
      }
    else
      answer.set("error", r.error);
    look->promql.push(std::move(answer));
    look->end_one();
  });
}

}  // namespace

Performer::Perform perform_verify(std::function<const Targets&()> targets, Performer::Perform read) {
  return
      [targets = std::move(targets), read = std::move(read)](const AttemptOrder& order, const Performer::Report& done) {
        const Value& with = order.arguments;
        const auto look = std::make_shared<Look>();
        look->done = done;
        if (with["target"].as_bool())
          ask_target(targets(), {with["service"].as_string(), with["env"].as_string()}, look);
        for (const Value& row : with["http"].as_list()) ask_http(order, read, row, look);
        for (const Value& row : with["promql"].as_list()) ask_metric(order, read, row, look);
        look->end_one();
      };
}

}  // namespace muster
