// The change that is going on: accepted by one write, ended by another.
#include <algorithm>

#include "bot/base/log.h"
#include "bot/base/text.h"
#include "bot/core/changes/stages.h"
#include "integrations/net/timers.h"
#include "integrations/targets/local/unit.h"

namespace muster::local {
namespace {

bool is_rollout(TargetVerb verb) { return verb == TargetVerb::deploy || verb == TargetVerb::rollback; }

ChangeOutcome outcome_from(const std::string& name) {
  if (name == "succeeded") return ChangeOutcome::succeeded;
  return name == "cancelled" ? ChangeOutcome::cancelled : ChangeOutcome::failed;
}

std::string processes(int n) { return n == 1 ? "1 process" : std::to_string(n) + " processes"; }

}  // namespace

const Change* Unit::find(const std::string& run) const {
  if (!desired_ || run.empty()) return nullptr;
  const auto it = std::ranges::find(desired_->history, run, &Change::run);
  return it == desired_->history.end() ? nullptr : &*it;
}

Result<void> Unit::write(const Desired& next) {
  if (auto written = write_desired(folder("desired"), next); !written) return written;
  desired_ = next;
  return {};
}

// A rollback without a version goes to the one before; where there is none it is refused.
Result<ChangeRequest> Unit::resolved(const ChangeRequest& request, const TargetState& before) const {
  if (auto problem = problem_of(request)) return std::unexpected(*problem);
  if (!serves(request.subject)) {
    return fail(ErrorKind::not_found, "the target " + def_.name + " does not serve " +
                                          clip(one_line(request.subject.service), 80) + " in " +
                                          clip(one_line(request.subject.environment), 80));
  }
  if (!has(request.verb)) {
    return fail(ErrorKind::not_found,
                std::string(name_of(request.verb)) + " is not supported by the target " + def_.name);
  }
  ChangeRequest exact = request;
  if (request.verb != TargetVerb::rollback || !request.version.empty()) return exact;
  exact.version = before.previous_version;
  if (!exact.version.empty()) return exact;
  return fail(ErrorKind::conflict, "no version ran before the one that runs now", "Name the version to go back to.");
}

Wanted Unit::wanted_by(const ChangeRequest& request) const {
  Wanted next = desired_ ? desired_->wanted : Wanted{"", def_.replicas, 0};
  if (is_rollout(request.verb)) {
    const auto part = part_from(request.part);
    next.part_version = part && request.version != next.version ? request.version : "";
    next.part = next.part_version.empty() ? 0 : copies_of(*part, next.replicas);
    next.beside = !next.part_version.empty() && part->beside;
    if (!part) next.version = request.version;
  }
  if (request.verb == TargetVerb::scale) next.replicas = *request.replicas;
  if (request.verb == TargetVerb::restart) ++next.generation;
  return next;
}

bool Unit::is_so_already(const ChangeRequest& request) const {
  return desired_ && desired_->stage == Stage::settled && wanted_by(request) == desired_->wanted;
}

std::optional<Error> Unit::missing(const TargetSubject&, const std::string& version) const {
  const auto fits = check_version(def_, version, parts_.sample);
  return fits ? std::nullopt : std::optional(fits.error());
}

std::optional<Error> Unit::refusal(const ChangeRequest& request, const TargetState& before) const {
  if (broken_) return broken_;
  if (find(request.run))
    return Error{ErrorKind::conflict, "the run " + request.run + " was carried out here already", ""};
  if (going_on()) {
    return Error{ErrorKind::conflict,
                 "a change of " + def_.service + " is going on: " + desired_->history.front().verb + " by the run " +
                     desired_->history.front().run,
                 "Wait for its end, or cancel it."};
  }
  const std::string revision = std::to_string(desired_ ? desired_->revision : 0);
  if (!before.revision.empty() && before.revision != revision) {
    return Error{ErrorKind::conflict, "somebody has changed " + def_.service + " since it was looked at",
                 "Look at it again, then ask again."};
  }
  if (!desired_ && !is_rollout(request.verb)) {
    return Error{ErrorKind::conflict, "nothing of " + def_.service + " has been deployed here yet",
                 "Deploy a version first."};
  }
  if (desired_ && !desired_->wanted.part_version.empty() && !is_rollout(request.verb)) {
    return Error{ErrorKind::conflict,
                 "a part of " + def_.service + " runs " + desired_->wanted.part_version + ", the others " +
                     desired_->wanted.version,
                 "Bring all of one version out first."};
  }
  if (!request.part.empty() && (!desired_ || desired_->wanted.version.empty())) {
    return Error{ErrorKind::conflict, "nothing of " + def_.service + " has been deployed here yet",
                 "Deploy all of a version first."};
  }
  const Wanted next = wanted_by(request);
  if (auto gone = missing(request.subject, request.version.empty() ? next.version : request.version)) return gone;
  const bool spare = request.verb != TargetVerb::scale && next.replicas != 0 && !next.beside;
  const int needed = next.in_all() + (spare ? 1 : 0);
  if (needed <= ports()) return std::nullopt;
  return Error{ErrorKind::invalid,
               processes(next.in_all()) + " need " + std::to_string(needed) + " ports, and the target " + def_.name +
                   " has " + std::to_string(ports()),
               "Widen `ports` of the target, or ask for fewer."};
}

Desired Unit::changed_by(const ChangeRequest& request) const {
  Desired next = desired_.value_or(Desired{});
  next.service = def_.service;
  next.environment = def_.environment;
  next.before = next.wanted;
  next.previous_before = next.previous_version;
  next.wanted = wanted_by(request);
  if (next.wanted.version != next.before.version) next.previous_version = next.before.version;
  ++next.revision;
  next.stage = Stage::rolling;
  next.deadline = now() + request.timeout;
  next.history.insert(next.history.begin(), {.run = request.run,
                                             .verb = name_of(request.verb),
                                             .version = request.part.empty() ? next.wanted.version : request.version,
                                             .replicas = next.wanted.replicas,
                                             .at = now(),
                                             .by = clip(one_line(request.person), 100),
                                             .outcome = "going",
                                             .note = {},
                                             .part = !request.part.empty()});
  if (next.history.size() > history_max) next.history.resize(history_max);
  return next;
}

// What is there already is not what the change brings: it is kept or ended, but its health decides nothing. What its
// rule keeps ended makes room.
void Unit::take_as_given() {
  std::vector<std::int64_t> over;
  for (auto& [number, r] : replicas_) {
    r.given = true;
    if (!r.kept) over.push_back(number);
    if (r.phase != Phase::leaving) r.phase = Phase::ready;
  }
  for (const std::int64_t number : over) remove(number);
}

void Unit::answer_later(ChangeDone done, ChangeAnswer answer) {
  parts_.timers.after(0, mine([done = std::move(done), answer = std::move(answer)] { done(answer); }));
}

void Unit::change(const ChangeRequest& request, const TargetState& before, ChangeDone done, ProgressSeen progress) {
  ChangeAnswer answer;
  answer.outcome = ChangeOutcome::refused;
  const auto exact = resolved(request, before);
  answer.problem = exact ? refusal(*exact, before) : std::optional(exact.error());
  if (answer.problem) return answer_later(std::move(done), std::move(answer));
  if (is_so_already(*exact)) {
    answer.outcome = ChangeOutcome::nothing_to_do;
    const Wanted& w = desired_->wanted;
    answer.message = processes(w.of_version()) + " of " + w.version + " already";
    if (w.part > 0) answer.message += ", and " + processes(w.part) + " of " + w.part_version;
    return answer_later(std::move(done), std::move(answer));
  }
  const Desired next = changed_by(*exact);
  at("local.before_intent");
  if (const auto written = write(next); !written) {
    answer.problem = written.error();
    return answer_later(std::move(done), std::move(answer));
  }
  at("local.after_intent");
  take_as_given();
  trouble_.clear();
  waiting_[request.run] = {std::move(done), std::move(progress), {}};
  turn_in(0);
}

void Unit::observe(const ChangeRequest& request, const TargetState&, ChangeDone done, ProgressSeen progress) {
  const Change* const change = find(request.run);
  if (change == nullptr) {
    ChangeAnswer answer;
    answer.outcome = ChangeOutcome::unknown;
    answer.problem =
        broken_ ? *broken_ : Error{ErrorKind::not_found, "the target " + def_.name + " knows nothing of this run", ""};
    return answer_later(std::move(done), std::move(answer));
  }
  if (change->outcome != "going") return deliver(*change, std::move(done));
  waiting_[request.run] = {std::move(done), std::move(progress), {}};
  if (timer_ == 0) turn_in(0);
}

bool Unit::cancel(const std::string& run) {
  if (!going_on() || desired_->history.front().run != run) return false;
  if (desired_->stage == Stage::rolling) give_up("cancelled", "somebody cancelled it");
  return true;
}

// Back to what was there before. Where this cannot be written nothing has changed: the next turn decides again.
void Unit::give_up(const std::string& outcome, const std::string& why) {
  Desired next = *desired_;
  next.wanted = next.before;
  next.previous_version = next.previous_before;
  next.stage = Stage::returning;
  next.outcome = outcome;
  next.why = clip(one_line(why), 500);
  at("local.before_return");
  if (const auto written = write(next); !written) {
    log(LogLevel::error, "a change cannot be put back", {{"target", def_.name}, {"why", written.error().message}});
    return turn_in(second_ms);
  }
  at("local.after_return");
  trouble_.clear();
  turn_in(0);
}

void Unit::conclude(const std::string& outcome, const std::string& why) {
  Desired next = *desired_;
  next.stage = Stage::settled;
  next.before = next.wanted;
  next.previous_before = next.previous_version;
  next.outcome.clear();
  next.why.clear();
  next.history.front().outcome = outcome;
  next.history.front().note = clip(one_line(why), 700);
  at("local.before_end");
  if (const auto written = write(next); !written) {
    log(LogLevel::error, "the end of a change is not kept", {{"target", def_.name}, {"why", written.error().message}});
    return turn_in(second_ms);
  }
  at("local.after_end");
  const Change change = desired_->history.front();
  const auto it = waiting_.find(change.run);
  if (it == waiting_.end()) return turn_in(0);
  ChangeDone done = std::move(it->second.done);
  waiting_.erase(it);
  turn_in(0);
  deliver(change, std::move(done));
}

void Unit::deliver(const Change& change, ChangeDone done) {
  status({def_.service, def_.environment}, [this, change, done = std::move(done)](const Result<TargetState>& state) {
    ChangeAnswer answer;
    answer.outcome = outcome_from(change.outcome);
    if (state) answer.after = *state;
    answer.took = now() - change.at;
    if (answer.outcome == ChangeOutcome::succeeded) {
      answer.message = state ? state->detail : "";
      return done(answer);
    }
    const std::string there = desired_ && !desired_->wanted.version.empty()
                                  ? processes(desired_->wanted.of_version()) + " of " + desired_->wanted.version
                                  : "nothing";
    answer.problem = Error{ErrorKind::unavailable, change.note + ". It was put back: " + there + ", as before.",
                           "The logs of the last processes lie in " + folder("logs") + "."};
    answer.message = change.note;
    done(answer);
  });
}

void Unit::tell_progress(const Moves& moves) {
  const auto it = waiting_.find(desired_->history.front().run);
  if (it == waiting_.end() || !it->second.progress) return;
  int ready = 0;
  for (const Seen& one : seen()) {
    const Wanted& w = desired_->wanted;
    const bool ours =
        one.generation == w.generation && one.version == (w.part_version.empty() ? w.version : w.part_version);
    if (ours && one.phase == Phase::ready) ++ready;
  }
  const Wanted& w = desired_->wanted;
  const bool part = !w.part_version.empty();
  std::string line = (desired_->stage == Stage::returning ? "back to " : "") + (part ? w.part_version : w.version) +
                     ": " + std::to_string(ready) + " of " + std::to_string(part ? w.part : w.replicas) + " well";
  if (moves.all_there && !moves.all_ready) line += ", waiting for the others";
  if (line == std::exchange(it->second.told, line)) return;
  const ProgressSeen tell = it->second.progress;
  tell(line);
}

}  // namespace muster::local
