// Changes over targets: look, change, watch, probe.
#include <algorithm>

#include "bot/performer_run.h"

namespace muster {
namespace {

using End = AttemptReport::End;
constexpr DurationMs ask_again_ms = 5 * second_ms;
constexpr int history_most = 20;
constexpr int ask_again_max = 60;  // a target that stays busy longer is a person's matter

AttemptReport ended(End end, std::string kind = {}, std::string why = {}) {
  AttemptReport r;
  r.end = end;
  r.error_kind = std::move(kind);
  r.error = std::move(why);
  return r;
}

TargetVerb verb_of(const std::string& verb) {
  if (verb == "rollback") return TargetVerb::rollback;
  if (verb == "scale") return TargetVerb::scale;
  return verb == "restart" ? TargetVerb::restart : TargetVerb::deploy;
}

ChangeRequest request_of(const AttemptOrder& order, const std::string& mark) {
  ChangeRequest q;
  q.verb = verb_of(order.verb);
  q.subject = {order.arguments["service"].as_string(), order.arguments["env"].as_string()};
  q.run = mark.empty() ? order.id : order.id + "." + mark;
  q.version = order.arguments[q.verb == TargetVerb::rollback ? "to" : "version"].as_string();
  if (q.verb == TargetVerb::deploy) q.part = order.arguments["part"].as_string();
  if (order.arguments["replicas"].is_int()) q.replicas = static_cast<int>(order.arguments["replicas"].as_int());
  q.minimum = q.verb == TargetVerb::scale && order.arguments["minimum"].as_bool();
  return q;
}

// How far it is stands in the first line; what lies behind that is told below it, too.
void tell(const AttemptOrder& order, const std::string& text, const Performer::Progress& progress) {
  const std::size_t end = text.find('\n');
  if (end == text.npos) return progress(order, text, {});
  const std::string rest = text.substr(end + 1);
  progress(order, text.substr(0, end) + " · " + rest.substr(0, rest.find('\n')), rest);
}

std::string sentence_of(const Error& e) {
  std::string text = e.message;
  if (!text.empty() && text.back() != '.') text += '.';
  return e.next_step.empty() ? text : text + " " + e.next_step;
}

std::string kind_of(const Error& e) { return e.kind == ErrorKind::unavailable ? "unavailable" : "refused"; }

// Targets begin theirs as a part of a sentence; people read it behind a full stop.
std::string reason_of(const Error& e) {
  std::string text = sentence_of(e);
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

std::string why_of(const ChangeAnswer& a) {
  if (a.problem) return reason_of(*a.problem);
  return a.message.empty() ? "The target gave no reason." : a.message;
}

AttemptReport report_of(const ChangeAnswer& a) {
  switch (a.outcome) {
    case ChangeOutcome::succeeded:
    case ChangeOutcome::nothing_to_do: {
      AttemptReport r;
      r.result = a.after ? to_value(*a.after) : Value(Value::Map{});
      if (!a.message.empty()) r.result.set("message", a.message);
      return r;
    }
    case ChangeOutcome::failed:
      return ended(End::failed, "refused", why_of(a));
    case ChangeOutcome::refused:
      return ended(End::failed, "not_sent", why_of(a));
    case ChangeOutcome::timed_out:
      return ended(End::unknown, "timeout", why_of(a));
    case ChangeOutcome::cancelled:
      return ended(End::halted);
    case ChangeOutcome::unknown:
      break;
  }
  return ended(End::unknown, "lost", why_of(a));
}

// Looks whether it happened; asks again while the target is busy with it.
void probe(const std::shared_ptr<Target>& target, const ChangeRequest& q, const TargetState& before, const Later& later,
           const Performer::Report& done, int left) {
  target->probe(q, before, [=](const ProbeAnswer& a) {
    if (a.finding == ProbeFinding::equals_intended) {
      AttemptReport r = ended(End::applied);
      if (a.state) r.result = to_value(*a.state);
      return done(r);
    }
    if (a.finding == ProbeFinding::equals_before) return done(ended(End::not_applied));
    if (a.finding == ProbeFinding::in_progress && left > 0)
      return later(ask_again_ms, [=] { probe(target, q, before, later, done, left - 1); });
    done(ended(End::unknown, "lost", a.problem ? a.problem->message : "It is neither as before nor as wanted."));
  });
}

void attach(const std::shared_ptr<Target>& target, const ChangeRequest& q, const TargetState& before,
            const Later& later, const ProgressSeen& seen, const Performer::Report& done) {
  const auto watched = [=](const ChangeAnswer& a) {
    if (a.outcome != ChangeOutcome::unknown) return done(report_of(a));
    probe(target, q, before, later, done, ask_again_max);
  };
  target->observe(q, before, watched, seen);
}

// The target is held until it has answered: a reload may have put another in its place.
void look(const std::shared_ptr<Target>& target, const ChangeRequest& q, const Performer::Report& done) {
  target->status(q.subject, [done, target](const Result<TargetState>& s) {
    if (!s) return done(ended(End::failed, kind_of(s.error()), sentence_of(s.error())));
    AttemptReport r;
    r.result = to_value(*s);
    done(r);
  });
}

// For a plan: what it can, and where a rollback could go. What it cannot tell is left out.
void look_for_plan(const std::shared_ptr<Target>& target, const ChangeRequest& q, const Performer::Report& done) {
  look(target, q, [target, q, done](AttemptReport r) {
    if (r.end != End::done) return done(std::move(r));
    Value can = Value::List{};
    for (const TargetVerb verb : {TargetVerb::deploy, TargetVerb::rollback, TargetVerb::scale, TargetVerb::restart})
      if (target->has(verb)) can.push(name_of(verb));
    for (const TargetStrategy strategy : {TargetStrategy::canary, TargetStrategy::bluegreen})
      if (target->has(strategy, q.subject)) can.push(name_of(strategy));
    if (const auto gone = target->missing(q.subject, q.version); gone && !q.version.empty())
      r.result.set("missing", sentence_of(*gone));
    if (const auto most = target->most_replicas(q.subject); most && q.verb == TargetVerb::scale)
      r.result.set("most_replicas", *most);
    r.result.set("can", std::move(can));
    if (q.verb != TargetVerb::rollback || !target->has(TargetVerb::history)) return done(std::move(r));
    const auto looked = std::make_shared<AttemptReport>(std::move(r));
    target->history(q.subject, history_most, [target, looked, done](const Result<std::vector<HistoryEntry>>& history) {
      Value versions = Value::List{};
      if (history)
        for (const HistoryEntry& entry : *history) versions.push(entry.version);
      looked->result.set("history", std::move(versions));
      done(std::move(*looked));
    });
  });
}

}  // namespace

Value to_value(const TargetState& s) {
  Value v = Value::Map{};
  const auto text = [&v](const char* key, const std::string& t) {
    if (!t.empty()) v.set(key, t);
  };
  text("version", s.version);
  text("revision", s.revision);
  text("last_run", s.last_run);
  text("previous_version", s.previous_version);
  text("restarted", s.restarted);
  text("part_version", s.part_version);
  text("no_part", s.no_part);
  text("scaler", s.scaler);
  text("scaler_run", s.scaler_run);
  text("scaler_owner", s.scaler_owner);
  text("detail", s.detail);
  if (s.part_beside) v.set("part_beside", true);
  if (s.scaler_least) v.set("scaler_least", *s.scaler_least);
  if (s.scaler_most) v.set("scaler_most", *s.scaler_most);
  if (s.replicas) v.set("replicas", *s.replicas);
  if (s.part_replicas) v.set("part_replicas", *s.part_replicas);
  if (s.healthy) v.set("healthy", *s.healthy);
  if (s.paused) v.set("paused", *s.paused);
  if (s.busy) v.set("busy", *s.busy);
  return v;
}

TargetState state_from(const Value& v) {
  TargetState s;
  s.version = v["version"].as_string();
  s.revision = v["revision"].as_string();
  s.last_run = v["last_run"].as_string();
  s.previous_version = v["previous_version"].as_string();
  s.restarted = v["restarted"].as_string();
  s.part_version = v["part_version"].as_string();
  s.no_part = v["no_part"].as_string();
  s.part_beside = v["part_beside"].as_bool();
  s.detail = v["detail"].as_string();
  s.scaler = v["scaler"].as_string();
  s.scaler_run = v["scaler_run"].as_string();
  s.scaler_owner = v["scaler_owner"].as_string();
  if (v["scaler_least"].is_int()) s.scaler_least = static_cast<int>(v["scaler_least"].as_int());
  if (v["scaler_most"].is_int()) s.scaler_most = static_cast<int>(v["scaler_most"].as_int());
  if (v["replicas"].is_int()) s.replicas = static_cast<int>(v["replicas"].as_int());
  if (v["part_replicas"].is_int()) s.part_replicas = static_cast<int>(v["part_replicas"].as_int());
  if (v["healthy"].is_bool()) s.healthy = v["healthy"].as_bool();
  if (v["paused"].is_bool()) s.paused = v["paused"].as_bool();
  if (v["busy"].is_bool()) s.busy = v["busy"].as_bool();
  return s;
}

Performer::Perform perform_change(std::function<const Targets&()> targets, Later later, Performer::Progress progress,
                                  const std::string& mark) {
  return [targets = std::move(targets), later = std::move(later), progress = std::move(progress), mark](
             const AttemptOrder& order, const Performer::Report& done) {
    using Mode = AttemptOrder::Mode;
    ChangeRequest q = request_of(order, mark);
    const Targets& all = targets();
    const auto it = std::ranges::find_if(all, [&](const auto& t) { return t->serves(q.subject); });
    if (it == all.end()) {
      const bool sent = order.mode == Mode::attach || order.mode == Mode::probe;
      return done(ended(sent ? End::unknown : End::failed, "not_found",
                        "No target is configured for " + q.subject.service + " in " + q.subject.environment + "."));
    }
    const std::shared_ptr<Target> target = *it;
    if (order.stage == "plan") return look_for_plan(target, q, done);
    // Going back to a version that is named is bringing it out, where the target knows no faster way.
    const bool by_deploy = q.verb == TargetVerb::rollback && !q.version.empty() && !target->has(TargetVerb::rollback);
    if (by_deploy && target->has(TargetVerb::deploy)) q.verb = TargetVerb::deploy;
    if (order.stage == "look") return look(target, q, done);
    const TargetState before = state_from(order.before);
    // A rollout is watched for long: only its name is kept meanwhile.
    const ProgressSeen seen = [run = order.run, path = order.path, id = order.id, progress](const std::string& text) {
      AttemptOrder named;
      named.run = run, named.path = path, named.id = id;
      if (progress) tell(named, text, progress);
    };
    if (order.mode == Mode::probe) return probe(target, q, before, later, done, ask_again_max);
    if (order.mode == Mode::attach || order.mode == Mode::again) return attach(target, q, before, later, seen, done);
    if (order.mode == Mode::halt) {
      if (!target->cancel(q.run)) done(ended(End::unknown, "lost", "It could not be stopped any more."));
      return;
    }
    target->change(
        q, before, [done, target](const ChangeAnswer& a) { done(report_of(a)); }, seen);
  };
}

}  // namespace muster
