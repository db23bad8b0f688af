#include "bot/core/changes/target.h"

#include "bot/core/changes/stages.h"

namespace muster {
namespace {

bool is_rollout(TargetVerb verb) { return verb == TargetVerb::deploy || verb == TargetVerb::rollback; }

// Where the new version ends up: a rollback without a name goes to the one before.
std::string wanted_version(const ChangeRequest& request, const TargetState& before) {
  if (request.verb == TargetVerb::rollback && request.version.empty()) return before.previous_version;
  return request.version;
}

// A run that it bore before it was sent is somebody else's.
bool is_ours(const ChangeRequest& request, const TargetState& before, const TargetState& now) {
  const auto run = request.minimum ? &TargetState::scaler_run : &TargetState::last_run;
  return !request.run.empty() && now.*run == request.run && before.*run != request.run;
}

// What is compared must be told by the target; an absent value proves nothing.
enum class Match { yes, no, cannot_tell };

Match match(bool known, bool equal) { return !known ? Match::cannot_tell : equal ? Match::yes : Match::no; }

// Of a stage: so many copies of the version beside the other one. Copies that nobody counts prove nothing.
Match part_done(const ChangeRequest& request, const TargetState& before, const TargetState& now) {
  if (now.version == request.version) return Match::yes;  // it is all of it already
  if (now.part_version != request.version) return match(!now.version.empty(), false);
  const auto part = part_from(request.part);
  if (!part || !now.part_replicas || !before.replicas) return Match::cannot_tell;
  const bool sick = now.healthy == false && before.healthy != false;
  return *now.part_replicas == copies_of(*part, *before.replicas) && !sick ? Match::yes : Match::no;
}

Match rollout_done(const ChangeRequest& request, const TargetState& before, const TargetState& now) {
  const std::string version = wanted_version(request, before);
  if (version.empty()) {
    if (now.version.empty() || before.version.empty()) return Match::cannot_tell;
    return is_ours(request, before, now) && now.version != before.version ? Match::yes : Match::no;
  }
  if (now.version != version) return match(!now.version.empty(), false);
  if (!now.part_version.empty()) return Match::no;  // another one is still there
  // A new version that came up sick where a healthy one ran is half a deploy.
  const bool sick = now.healthy == false && before.healthy != false;
  return sick ? Match::no : Match::yes;
}

Match restart_done(const ChangeRequest& request, const TargetState& before, const TargetState& now) {
  if (is_ours(request, before, now)) return Match::yes;
  return match(!now.restarted.empty() && !before.restarted.empty(), now.restarted != before.restarted);
}

Match done(const ChangeRequest& request, const TargetState& before, const TargetState& now) {
  switch (request.verb) {
    case TargetVerb::deploy:
    case TargetVerb::rollback:
      return request.part.empty() ? rollout_done(request, before, now) : part_done(request, before, now);
    case TargetVerb::scale:
      // What the autoscaler makes of its minimum is its own matter.
      if (request.minimum) return match(now.scaler_least.has_value(), now.scaler_least == request.replicas);
      return match(now.replicas.has_value(), now.replicas == request.replicas);
    case TargetVerb::restart:
      return restart_done(request, before, now);
    case TargetVerb::pause:
      return match(now.paused.has_value(), now.paused == true);
    case TargetVerb::resume:
      return match(now.paused.has_value(), now.paused == false);
    default:
      return Match::cannot_tell;
  }
}

template <class T>
bool same_where_told(const std::optional<T>& a, const std::optional<T>& b) {
  return !a || !b || a == b;
}

bool same_as_before(const ChangeRequest& request, const TargetState& before, const TargetState& now) {
  const bool version = before.version.empty() || now.version.empty() || before.version == now.version;
  const bool restarted = before.restarted.empty() || now.restarted.empty() || before.restarted == now.restarted;
  const bool part = before.part_version == now.part_version && same_where_told(before.part_replicas, now.part_replicas);
  const bool number = request.minimum ? same_where_told(before.scaler_least, now.scaler_least)
                                      : same_where_told(before.replicas, now.replicas);
  return version && restarted && part && number && same_where_told(before.paused, now.paused);
}

}  // namespace

const char* name_of(TargetVerb verb) {
  switch (verb) {
    case TargetVerb::status:
      return "status";
    case TargetVerb::deploy:
      return "deploy";
    case TargetVerb::rollback:
      return "rollback";
    case TargetVerb::scale:
      return "scale";
    case TargetVerb::restart:
      return "restart";
    case TargetVerb::pause:
      return "pause";
    case TargetVerb::resume:
      return "resume";
    case TargetVerb::history:
      return "history";
    case TargetVerb::dry_run:
      return "dry_run";
  }
  return "";
}

const char* name_of(TargetStrategy strategy) { return strategy == TargetStrategy::canary ? "canary" : "bluegreen"; }

bool changes_something(TargetVerb verb) {
  return verb != TargetVerb::status && verb != TargetVerb::history && verb != TargetVerb::dry_run;
}

std::optional<Error> problem_of(const ChangeRequest& request) {
  const auto invalid = [&](const char* what) {
    return Error{ErrorKind::invalid, std::string(name_of(request.verb)) + " needs " + what, ""};
  };
  if (!changes_something(request.verb)) {
    return Error{ErrorKind::invalid, std::string(name_of(request.verb)) + " changes nothing", ""};
  }
  if (request.subject.service.empty()) return invalid("a service");
  if (request.run.empty()) return invalid("the id of a run");
  if (request.verb == TargetVerb::deploy && request.version.empty()) return invalid("a version");
  if (!request.part.empty() && (request.verb != TargetVerb::deploy || !part_from(request.part)))
    return invalid("no part, or one such as 2, 25% or beside");
  if (request.verb == TargetVerb::scale && request.replicas.value_or(-1) < 0) return invalid("a number of replicas");
  // A minimum of none would switch the autoscaler off for good: that is said as a number, which comes back by a number.
  if (request.minimum && (request.verb != TargetVerb::scale || request.replicas == 0))
    return invalid("a minimum of one or more, and only scale has one");
  if (request.timeout <= 0) return invalid("a timeout");
  return std::nullopt;
}

TargetState intended_state(const ChangeRequest& request, const TargetState& before) {
  TargetState state = before;
  (request.minimum ? state.scaler_run : state.last_run) = request.run;
  state.busy = false;
  state.revision.clear();
  state.detail.clear();
  if (!request.part.empty()) {
    state.part_version = request.version;
    if (const auto part = part_from(request.part); part && before.replicas)
      state.part_replicas = copies_of(*part, *before.replicas);
    return state;
  }
  if (is_rollout(request.verb)) {
    state.version = wanted_version(request, before);
    if (state.version != before.version) state.previous_version = before.version;
    state.part_version.clear();
    state.part_replicas.reset();
  }
  if (request.verb == TargetVerb::scale) (request.minimum ? state.scaler_least : state.replicas) = request.replicas;
  if (request.verb == TargetVerb::pause) state.paused = true;
  if (request.verb == TargetVerb::resume) state.paused = false;
  if (request.verb == TargetVerb::restart) state.restarted.clear();
  return state;
}

std::optional<ChangeRequest> inverse_of(const ChangeRequest& request, const TargetState& before) {
  ChangeRequest back = request;
  back.run.clear();
  back.version.clear();
  back.replicas.reset();
  if (is_rollout(request.verb) && !before.version.empty()) {
    back.verb = TargetVerb::rollback;
    back.version = before.version;
    return back;
  }
  const auto& number = request.minimum ? before.scaler_least : before.replicas;
  if (request.verb == TargetVerb::scale && number) {
    back.replicas = number;
    return back;
  }
  // Only what was really changed: pausing what was paused has nothing to take back.
  if (request.verb == TargetVerb::pause && before.paused == false) back.verb = TargetVerb::resume;
  if (request.verb == TargetVerb::resume && before.paused == true) back.verb = TargetVerb::pause;
  return back.verb != request.verb ? std::optional(back) : std::nullopt;
}

ProbeFinding compare_states(const ChangeRequest& request, const TargetState& before, const TargetState& now) {
  if (now.busy == true) {
    const bool maybe_ours = is_ours(request, before, now) || now.last_run.empty() || now.last_run == before.last_run;
    return maybe_ours ? ProbeFinding::in_progress : ProbeFinding::other;
  }
  const Match intended = done(request, before, now);
  if (intended == Match::yes) return ProbeFinding::equals_intended;
  if (intended == Match::cannot_tell) return ProbeFinding::unknown;
  // It knows our operation and yet nothing is different: it has tried. Sending it again is not ours to decide.
  const bool tried = is_ours(request, before, now);
  return !tried && same_as_before(request, before, now) ? ProbeFinding::equals_before : ProbeFinding::other;
}

}  // namespace muster
