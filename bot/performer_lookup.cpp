// `lookup`: what is known of a service in an environment. What nobody tells is left out, never guessed.
#include <algorithm>

#include "bot/core/config.h"
#include "bot/core/engine/handlers.h"
#include "bot/core/engine/state.h"
#include "bot/performer_run.h"

namespace muster {
namespace {

Value text_list(const std::vector<std::string>& texts) {
  Value list = Value::List{};
  for (const std::string& text : texts) list.push(text);
  return list;
}

bool binds(const Lock& lock, const std::string& service, const std::string& environment, TimeMs now) {
  return (lock.service == "*" || lock.service == service) &&
         (lock.environment == "*" || lock.environment == environment) && lock.from_ms <= now &&
         (lock.until_ms == 0 || lock.until_ms > now);
}

// What the record says went out there last, by whomever.
Value recorded_deploy(const ChangeRecord& last) {
  Value v = Value::Map{{"version", last.after.version}, {"by", last.person}, {"at", format_utc(last.ended_ms)}};
  if (!last.before.version.empty()) v.set("previous", last.before.version);
  if (!last.run.empty()) v.set("run", last.run);
  return v;
}

// Who holds the role `oncall` there, by the configuration or by a grant. There are no rotas yet.
Value on_call(const TargetSubject& subject, const State& state, const CoreConfig& config, TimeMs now) {
  Value list = Value::List{};
  for (const Person& p : config.people) {
    const auto held = roles_there(state, config, p.id, subject.service, subject.environment, now);
    if (std::ranges::find(held, "oncall") != held.end()) list.push(p.id);
  }
  return list;
}

Value what_we_keep(const TargetSubject& subject, const State& state, const CoreConfig& config, TimeMs now) {
  Value v = Value::Map{{"service", subject.service}, {"env", subject.environment}};
  v.set("oncall", on_call(subject, state, config, now));
  const Service* service = find_service(config, subject.service);
  v.set("owners", text_list(service ? service->owners : std::vector<std::string>{}));
  Value locks = Value::List{};
  for (const auto& [number, lock] : state.locks)
    if (binds(lock, subject.service, subject.environment, now))
      locks.push(Value::Map{{"id", lock.id}, {"owner", lock.owner}, {"reason", lock.reason}});
  v.set("locks", std::move(locks));
  if (const ChangeRecord* last = last_rollout(state.changes, subject.service, subject.environment))
    v.set("last_deploy", recorded_deploy(*last));
  return v;
}

// The target knows what came last, also when it was not us; of the same version the record may know more.
Value last_deploy(const std::vector<HistoryEntry>& history, const Value& recorded) {
  const HistoryEntry& newest = history[0];
  Value v = recorded["version"].as_string() == newest.version ? recorded : Value(Value::Map{});
  v.set("version", newest.version);
  if (!newest.by.empty() || !v.has("by")) v.set("by", newest.by);
  if (newest.at) v.set("at", format_utc(*newest.at));
  if (history.size() > 1) v.set("previous", history[1].version);
  return v;
}

AttemptReport failed(const Error& e) {
  AttemptReport r;
  r.end = AttemptReport::End::failed;
  r.error_kind = "unavailable";
  r.error = e.message;
  return r;
}

void ask_history(const std::shared_ptr<Target>& target, const TargetSubject& subject, AttemptReport report,
                 const Performer::Report& done) {
  target->history(subject, 2, [target, report, done](const Result<std::vector<HistoryEntry>>& history) mutable {
    if (!history) return done(failed(history.error()));
    if (!history->empty()) report.result.set("last_deploy", last_deploy(*history, report.result["last_deploy"]));
    done(std::move(report));
  });
}

}  // namespace

Performer::Perform perform_lookup(std::function<const Targets&()> targets, Known known) {
  return [targets = std::move(targets), known = std::move(known)](const AttemptOrder& order, Performer::Report done) {
    const TargetSubject subject{order.arguments["service"].as_string(), order.arguments["env"].as_string()};
    AttemptReport report;
    report.result = what_we_keep(subject, known.state(), known.config(), known.now());
    for (const auto& target : targets()) {
      if (!target->serves(subject) || !target->has(TargetVerb::status)) continue;
      return target->status(subject, [target, subject, report, done](const Result<TargetState>& now) mutable {
        if (!now) return done(failed(now.error()));
        if (!now->version.empty()) report.result.set("version", now->version);
        if (now->healthy) report.result.set("healthy", *now->healthy);
        if (now->replicas) report.result.set("replicas", *now->replicas);
        if (!target->has(TargetVerb::history)) return done(std::move(report));
        ask_history(target, subject, std::move(report), done);
      });
    }
    done(std::move(report));
  };
}

}  // namespace muster
