#include "run_world.h"

#include <algorithm>

#include "bot/core/engine/listed.h"
#include "bot/core/engine/question_parts.h"
#include "bot/core/engine/questions.h"
#include "bot/core/engine/schedules.h"

namespace muster::test {

RunWorld::RunWorld() : engine(runbooks::load_runbook) {
  engine.check_first(false);  // tests of the engine's own refusals start what the linter would not let begin
  Rule everybody;
  everybody.name = "everybody", everybody.who = {"*"}, everybody.effect = "run";
  config.policy = {everybody};
  add_person("ana", {"oncall"});
  add_person("bo", {"oncall"});
  add_person("cy", {"oncall", "platform"});
}

void RunWorld::add_person(const std::string& id, const std::vector<std::string>& groups) {
  Person p;
  p.id = p.name = id;
  p.groups = groups;
  config.people.push_back(p);
}

void RunWorld::add_runbook(const std::string& yaml) {
  auto loaded = runbooks::load_runbook(yaml, "test.yaml");
  std::string why;
  for (const auto& f : loaded.findings) why += std::to_string(f.place.line) + ": " + f.message + "\n";
  if (!loaded.runbook) throw std::runtime_error(why);
  library_[loaded.runbook->name] = {loaded.runbook, loaded.findings, false};
  engine.set_library(library_);
}

void RunWorld::point(std::vector<CrashPoint> at) {
  ++points_;
  at_ = std::move(at);
  if (kill_in_ > 0 && --kill_in_ == 0) throw Killed{};
}

void RunWorld::extend(Work& w) {
  std::vector<std::string> alerts;
  std::set<std::string> incidents;
  for (const Entry& e : w.decision.entries) {
    if (e.kind == "alert.firing" || e.kind == "alert.resolved") alerts.push_back(e.data["alert_id"].as_string());
    if (e.kind == list_kind) add_listed(alerts, e);
    if (e.kind.starts_with("incident.")) incidents.insert(e.incident_id);
  }
  if (!alerts.empty()) engine.alerts_changed(w, alerts);
  for (const std::string& id : incidents) engine.incident_changed(w, id);
}

namespace {

// The steps that move in a decision, for the crash table: as they are before it is on disk, or after.
std::vector<CrashPoint> points_of(const Decision& d, bool on_disk) {
  std::map<std::string, CrashPoint> by_path;
  for (const Entry& e : d.entries) {
    const bool ends = e.kind == "runbook.step";
    if (!ends && (e.kind != "run.attempt" || e.data["status"].as_string().empty())) continue;
    CrashPoint& at = by_path[e.data["path"].as_string()];
    at.run = e.data["run_id"].as_string(), at.path = e.data["path"].as_string();
    at.stage = e.data["stage"].as_string();
    at.when = ends ? (on_disk ? "over" : "result") : (on_disk ? "sent" : "intent");
  }
  std::vector<CrashPoint> points;
  for (auto& [path, at] : by_path) points.push_back(std::move(at));
  return points;
}

}  // namespace

void RunWorld::decide(const std::function<void(Work&)>& what) {
  Work w{.state = state,
         .config = config,
         .now = now,
         .new_id = [this] { return "id-" + std::to_string(++serial_); },
         .decision = {},
         .extension = &engine,
         .owner = owner()};
  what(w);
  extend(w);
  const std::vector<CrashPoint> after = points_of(w.decision, true);
  point(points_of(w.decision, false));
  commit(std::move(w.decision));
  point(after);
}

void RunWorld::commit(Decision d) {
  if (keeper) keeper->keep(d);
  for (Entry& e : d.entries) {
    if (!keeper) e.position = static_cast<std::int64_t>(journal.size()) + 1;
    journal.push_back(std::move(e));
  }
  for (const Timer& t : d.timers) {
    if (t.due_ms == 0)
      timers.erase(t.id);
    else
      timers[t.id] = t;
  }
  for (OutMessage& m : d.out) out.push_back(std::move(m));
  for (AttemptOrder& o : d.attempts) line_.push_back(std::move(o));
}

std::string RunWorld::start(const std::string& runbook, Value inputs, const std::string& person) {
  std::string id;
  decide([&](Work& w) {
    runbooks::StartWish wish;
    wish.runbook = runbook;
    wish.inputs = std::move(inputs);
    wish.person = person;
    wish.channel = "ops";
    const auto started = engine.start_run(w, std::move(wish));
    id = started ? *started : "refused: " + started.error().key;
  });
  return id;
}

void RunWorld::deliver() {
  while (!line_.empty()) {
    const AttemptOrder order = line_.front();
    line_.pop_front();
    carry_out(order);
  }
}

void RunWorld::carry_out(const AttemptOrder& order) {
  CrashPoint at{order.run, order.path, order.verb, order.effect, order.stage, "sent"};
  point({at});
  if (notes_orders) orders.push_back(order);
  AttemptReport r = perform(order);
  r.run = order.run;
  r.path = order.path;
  r.id = order.id;
  r.stage = order.stage;
  r.owner = order.owner;
  at.when = "effect";
  point({at});
  if (r.error_kind == "silent") return;  // no report ever comes
  decide([&](Work& w) { engine.attempt_ended(w, r); });
}

AttemptReport RunWorld::perform(const AttemptOrder& order) {
  using Mode = AttemptOrder::Mode;
  AttemptReport r;
  if (provider.override && provider.override(order, r)) return r;
  if (order.mode == Mode::halt) {
    r.end = AttemptReport::End::halted;
    return r;
  }
  if (runbooks::is_change(order.verb)) return change(order);
  if (order.verb == "run" && order.effect != "read") return command(order);
  if (order.effect == "read") {
    const auto it = provider.reads.find(order.verb);
    if (it != provider.reads.end()) r.result = it->second;
    return r;
  }
  const bool idempotent = order.effect == "idempotent";
  if (!idempotent || provider.keys.insert(order.id).second) ++provider.ledger[order.run + " " + order.path];
  r.result = Value::Map{{"status", 200}};
  return r;
}

// A command leaves its result in a file; whoever comes later finds it.
AttemptReport RunWorld::command(const AttemptOrder& order) {
  using Mode = AttemptOrder::Mode;
  AttemptReport r;
  const auto left = provider.results.find(order.id);
  if (order.mode == Mode::attach || order.mode == Mode::again) {
    if (left != provider.results.end()) return left->second;
    r.end = AttemptReport::End::not_applied;
    return r;
  }
  ++provider.ledger[order.run + " " + order.path];
  r.result = Value::Map{{"exit", 0}};
  provider.results[order.id] = r;
  return r;
}

AttemptReport RunWorld::change(const AttemptOrder& order) {
  using Mode = AttemptOrder::Mode;
  AttemptReport r;
  const std::string service = order.arguments["service"].as_string();
  if (order.stage == "look" || order.stage == "plan") {
    r.result = Value::Map{{"replicas", provider.replicas[service]}, {"version", provider.versions[service]}};
    if (const auto least = provider.minimums.find(service); least != provider.minimums.end()) {
      r.result.set("scaler", "the autoscaler " + service);
      r.result.set("scaler_least", least->second);
      r.result.set("scaler_most", 9);
    }
    if (!provider.parts[service].empty()) r.result.set("part_version", provider.parts[service]);
    if (!provider.can.is_null()) r.result.set("can", provider.can);
    if (!provider.missing.empty()) r.result.set("missing", provider.missing);
    if (order.verb == "rollback") r.result.set("history", Value::List{"v6"});
    return r;
  }
  if (order.mode == Mode::attach || order.mode == Mode::probe) {
    const bool known = provider.operations.contains(order.id);
    if (order.mode == Mode::attach)
      r.end = known ? AttemptReport::End::done : AttemptReport::End::not_applied;
    else
      r.end = known ? AttemptReport::End::applied : AttemptReport::End::not_applied;
    return r;
  }
  ++provider.ledger[order.run + " " + order.path];
  provider.operations.insert(order.id);
  if (order.verb == "scale")
    (order.arguments["minimum"].as_bool() ? provider.minimums : provider.replicas)[service] =
        order.arguments["replicas"].as_int();
  const bool part = !order.arguments["part"].as_string().empty();
  if (order.verb == "deploy" || order.verb == "rollback") provider.parts[service].clear();
  if (order.verb == "deploy")
    (part ? provider.parts : provider.versions)[service] = order.arguments["version"].as_string();
  const std::string& to = order.arguments["to"].as_string();
  if (order.verb == "rollback") provider.versions[service] = to.empty() ? "v6" : to;
  return r;
}

void RunWorld::pass(DurationMs by) {
  const TimeMs end = now + by;
  deliver();
  while (true) {
    const Timer* next = nullptr;
    for (const auto& [id, t] : timers)
      if (t.due_ms <= end && (!next || t.due_ms < next->due_ms)) next = &t;
    if (!next) break;
    const Timer t = *next;
    now = std::max(now, t.due_ms);
    decide([&](Work& w) {
      w.decision.timers.push_back({t.id, 0, {}});
      if (t.id.starts_with(schedule_timer_prefix)) {
        if (auto fired = schedule_rang(w, t)) rung.push_back(std::move(*fired));
      } else if (!engine.timer_rang(w, t)) {
        timer_rang(w, t);
      }
    });
    deliver();
  }
  now = end;
}

void RunWorld::pass_until(const std::function<bool()>& done, DurationMs at_most) {
  const TimeMs end = now + at_most;
  deliver();
  while (!done() && now < end) pass(second_ms);
}

void RunWorld::restart() {
  state = {};
  if (keeper) keeper->read_back(journal, timers);
  for (const Entry& e : journal) apply(state, e);
  line_.clear();
  ++owner_;
  decide([this](Work& w) { engine.process_started(w); });
}

void RunWorld::answer(const std::string& question, const std::string& person, bool yes) {
  decide([&](Work& w) {
    const Question q = *find_question(std::as_const(w.state), question);
    Entry by;
    by.actor = {.type = "user", .id = person, .handle = person, .display = person};
    if (yes) {
      Entry given = by;
      given.kind = "approval.given";
      given.data = Value::Map{{"id", question}};
      record(w, std::move(given));
      if (static_cast<int>(find_question(w.state, question)->approvers.size()) < q.needed) return;
    }
    close_question(w, *find_question(std::as_const(w.state), question), by, yes ? "done" : "denied", "");
  });
}

void RunWorld::alert(const std::string& id, const std::string& status,
                     const std::map<std::string, std::string>& labels) {
  decide([&](Work& w) {
    Value l = Value::Map{};
    for (const auto& [k, v] : labels) l.set(k, v);
    Entry e;
    e.kind = "alert." + status;
    e.text = id;
    e.data = Value::Map{{"alert_id", id},    {"alert", id}, {"state", status},
                        {"fingerprint", id}, {"labels", l}, {"severity", "critical"}};
    record(w, std::move(e));
  });
}

bool RunWorld::posted(const std::string& part) const {
  return std::ranges::any_of(out, [&](const OutMessage& m) {
    return m.kind == "post" && m.body["post_id"].as_string().find(part) != std::string::npos;
  });
}

std::string RunWorld::open_question(const std::string& id) const {
  for (const auto& [n, q] : state.questions)
    if (q.open() && q.run == id) return q.id;
  return {};
}

int RunWorld::effects(const std::string& what) const {
  const auto it = provider.ledger.find(what);
  return it == provider.ledger.end() ? 0 : it->second;
}

}  // namespace muster::test
