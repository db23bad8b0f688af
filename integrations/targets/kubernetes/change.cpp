// What is sent: read, compare with what was decided on, send once, classify the answer.
#include <algorithm>

#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "integrations/net/timers.h"
#include "integrations/targets/kubernetes/names.h"
#include "integrations/targets/kubernetes/target.h"

namespace muster::kubernetes {
namespace {

constexpr int conflicts_max = 3;

bool changes_pods(TargetVerb verb) {
  return verb == TargetVerb::deploy || verb == TargetVerb::rollback || verb == TargetVerb::restart;
}

std::unexpected<Error> no_container(const Looked& looked) {
  std::vector<std::string> names;
  for (const Container& c : looked.workload.containers) names.push_back(c.name);
  const std::string where = looked.workload.namespace_name + "/" + looked.workload.name;
  const std::string wanted = clip(looked.mapped.container, 63);
  // A patch with a name that is not there would add a second container.
  return fail(ErrorKind::invalid,
              where + (wanted.empty() ? " has several containers" : " has no container `" + wanted + "`"),
              "It has: " + clip(join(names, ", "), 300) + ". Name one in kubernetes_workloads.");
}

std::unexpected<Error> no_revision(const Looked& looked, const std::string& version) {
  const std::string where = looked.workload.namespace_name + "/" + looked.workload.name;
  if (version.empty()) {
    return fail(ErrorKind::not_found, where + " has no earlier revision to go back to",
                "Deploy a version that is known to be good.");
  }
  std::vector<std::string> kept;
  for (const Revision& r : looked.revisions)
    if (std::ranges::find(kept, r.version) == kept.end()) kept.push_back(r.version);  // several templates may have one
  return fail(ErrorKind::not_found,
              "no revision of " + where + " with the version " + clip(version, 80) + " is kept in the cluster",
              "Kept are: " + clip(kept.empty() ? "none" : join(kept, ", "), 300) + ". Deploy that version instead.");
}

std::string changed_since(const std::string& what, const std::string& from, const std::string& to) {
  return "somebody changed it since it was looked at: " + what + " was " + (from.empty() ? "not known" : from) +
         " and is " + to;
}

}  // namespace

Result<Prepared> prepare(const ChangeRequest& request, const Looked& looked, TimeMs at, bool dry) {
  if (request.verb == TargetVerb::deploy && looked.container.empty()) return no_container(looked);
  if (changes_pods(request.verb) && !looked.workload.rolling_update) {
    return fail(ErrorKind::conflict,
                looked.workload.name +
                    " has the update strategy OnDelete: pods are replaced only when somebody deletes "
                    "them, so nobody could say whether the change is through",
                "Set spec.updateStrategy.type to RollingUpdate.");
  }
  Prepared prepared;
  if (request.verb == TargetVerb::rollback) {
    prepared.back_to = choose_revision(looked.revisions, request.version);
    if (prepared.back_to == nullptr) return no_revision(looked, request.version);
  }
  auto made = request_for({.request = request,
                           .now = looked.workload,
                           .object = looked.object,
                           .container = looked.container,
                           .image_template = looked.mapped.image_template,
                           .back_to = prepared.back_to,
                           .scaler = looked.autoscaler ? &*looked.autoscaler : nullptr,
                           .at = at},
                          dry);
  if (!made) return std::unexpected(made.error());
  prepared.request = std::move(*made);
  return prepared;
}

std::optional<Error> conflict_of(const ChangeRequest& request, const TargetState& before, const Looked& looked) {
  const Workload& now = looked.workload;
  const auto conflict = [](std::string message) {
    return Error{ErrorKind::conflict, std::move(message), "Look at it again, then decide again."};
  };
  if (changes_pods(request.verb) && !before.revision.empty() && before.revision != now.template_hash)
    return conflict(changed_since("its template", before.revision, now.template_hash));
  if (request.minimum) {
    if (!looked.autoscaler || !before.scaler_least || looked.autoscaler->least == *before.scaler_least) return {};
    return conflict(changed_since("the minimum of its autoscaler", std::to_string(*before.scaler_least),
                                  std::to_string(looked.autoscaler->least)));
  }
  if (request.verb == TargetVerb::scale && before.replicas && now.replicas && before.replicas != now.replicas) {
    return conflict(
        changed_since("the number of replicas", std::to_string(*before.replicas), std::to_string(*now.replicas)));
  }
  return std::nullopt;
}

ProbeFinding finding_of(const ChangeRequest& request, const TargetState& before, const TargetState& now) {
  // A rollback may go back to the same version with other settings: the version alone proves nothing then.
  const bool untouched = !before.revision.empty() && before.revision == now.revision && now.last_run != request.run;
  if (request.verb == TargetVerb::rollback && untouched) return ProbeFinding::equals_before;
  return compare_states(request, before, now);
}

Going& KubernetesTarget::begin(const ChangeRequest& request, const TargetState& before, ChangeDone done,
                               ProgressSeen progress, Mapped mapped) {
  const std::string run = request.run;
  Going& going = going_[run];
  going = Going{};
  going.asked = std::make_unique<const Asked>(request, before);
  going.verb = request.verb;
  going.replicas = request.replicas;
  going.minimum = request.minimum;
  going.least_before = before.scaler_least;
  going.timeout = request.timeout;
  going.done = std::move(done);
  going.progress = std::move(progress);
  going.mapped = std::move(mapped);
  going.began = parts_.clock.now();
  going.deadline = going.began + request.timeout;
  going.deadline_timer = parts_.timers.after(request.timeout, mine([this, run] { late(run); }));
  return going;
}

void KubernetesTarget::answer_later(ChangeDone done, ChangeAnswer answer) {
  parts_.timers.after(0, mine([done = std::move(done), answer = std::move(answer)] { done(answer); }));
}

void KubernetesTarget::change(const ChangeRequest& request, const TargetState& before, ChangeDone done,
                              ProgressSeen progress) {
  auto mapped = checked(request);
  if (mapped && going_.contains(request.run))
    mapped = fail(ErrorKind::conflict, "the run " + request.run + " is going on");
  if (mapped && request.verb == TargetVerb::deploy && !is_version(request.version))
    mapped = std::unexpected(image_for(request.version, {}, {}).error());
  if (!mapped) {
    ChangeAnswer refused;
    refused.outcome = ChangeOutcome::refused;
    refused.problem = mapped.error();
    return answer_later(std::move(done), std::move(refused));
  }
  begin(request, before, std::move(done), std::move(progress), std::move(*mapped));
  decide(request.run);
}

void KubernetesTarget::decide(const std::string& run) {
  const auto it = going_.find(run);
  if (it == going_.end()) return;
  it->second.stage = Going::Stage::looking;
  const bool history = it->second.verb == TargetVerb::rollback || it->second.minimum;
  look(it->second.mapped, history, mine([this, run](const Result<std::shared_ptr<Looked>>& looked) {
         const auto found = going_.find(run);
         if (found == going_.end() || found->second.stage != Going::Stage::looking) return;
         if (looked) return decide_on(run, **looked);
         finish(run, ChangeOutcome::refused, looked.error(), false);
       }));
}

void KubernetesTarget::decide_on(const std::string& run, const Looked& looked) {
  Going& going = going_.at(run);
  // The object bears this very run already: whatever asked twice, it is sent once.
  if (is_ours(going, looked)) return follow(run, looked.workload, looked.object);
  if (auto conflict = conflict_of(going.asked->request, going.asked->before, looked))
    return finish(run, going.conflicts > 0 ? ChangeOutcome::failed : ChangeOutcome::refused, conflict);
  const auto prepared = prepare(going.asked->request, looked, parts_.clock.now(), false);
  if (!prepared) return finish(run, ChangeOutcome::refused, prepared.error());
  if (prepared->request.body.empty()) {
    going.message = "it was so already";
    return finish(run, ChangeOutcome::nothing_to_do);
  }
  send(run, prepared->request);
}

void KubernetesTarget::send(const std::string& run, const ApiRequest& request) {
  going_.at(run).stage = Going::Stage::sending;
  going_.at(run).sent = true;
  cluster_.call(request, mine([this, run](const ApiAnswer& answer) {
                  const auto it = going_.find(run);
                  if (it != going_.end() && it->second.stage == Going::Stage::sending) answered(run, answer);
                }),
                run);
}

void KubernetesTarget::answered(const std::string& run, const ApiAnswer& answer) {
  Going& going = going_.at(run);
  if (answer.ok()) {
    if (going.verb != TargetVerb::scale)
      return follow(run, read_workload(going.mapped.place.kind, answer.body), answer.body);
    return go_and_look(run, {ErrorKind::unavailable, "the cluster took the number but shows another one now", ""});
  }
  if (answer.status == 0 && !answer.sent) return finish(run, ChangeOutcome::refused, answer.problem, false);
  // A JSON patch whose test fails is told as invalid; whether it was the test shows when it is looked at again.
  const bool quicker = answer.status == 409 || (answer.status == 422 && going.verb == TargetVerb::rollback);
  if (quicker && ++going.conflicts < conflicts_max) {
    going.sent = false;
    return decide(run);
  }
  if (answer.status == 0 || answer.status >= 500) return go_and_look(run, *answer.problem);
  // By its own word the server took nothing of it: there is nothing to put back, and nothing to lock.
  const bool untouched = answer.status >= 400;
  going.sent = !untouched;
  finish(run, untouched ? ChangeOutcome::refused : ChangeOutcome::failed, answer.problem);
}

// What bore the run before it was sent got it from elsewhere: another bot, or one that lost its record.
bool KubernetesTarget::is_ours(const Going& going, const Looked& looked) const {
  const std::string& run = going.asked->request.run;
  const TargetState& before = going.asked->before;
  if (going.minimum) return looked.autoscaler && looked.autoscaler->run == run && before.scaler_run != run;
  if (before.last_run == run) return false;
  return going.verb != TargetVerb::scale && looked.workload.run == run;
}

// The bytes left, and nobody knows what came of them: the object tells, and nothing is sent again.
void KubernetesTarget::go_and_look(const std::string& run, const Error& problem) {
  going_.at(run).stage = Going::Stage::looking;
  const bool scalers = going_.at(run).minimum;
  look(going_.at(run).mapped, scalers, mine([this, run, problem](const Result<std::shared_ptr<Looked>>& looked) {
         const auto it = going_.find(run);
         if (it == going_.end() || it->second.stage != Going::Stage::looking) return;
         const Going& going = it->second;
         if (!looked) return finish(run, ChangeOutcome::unknown, problem, false);
         const Workload& now = (*looked)->workload;
         const bool number = going.verb == TargetVerb::scale && !going.minimum;
         const bool scaled = number && now.replicas == going.replicas && going.asked->before.replicas != going.replicas;
         if (is_ours(going, **looked) || scaled) return follow(run, now, (*looked)->object);
         finish(run, ChangeOutcome::unknown, problem);
       }));
}

void KubernetesTarget::observe(const ChangeRequest& request, const TargetState& before, ChangeDone done,
                               ProgressSeen progress) {
  auto mapped = checked(request);
  if (!mapped || going_.contains(request.run)) {
    ChangeAnswer unknown;
    unknown.problem =
        mapped ? Error{ErrorKind::conflict, "the run " + request.run + " is going on", ""} : mapped.error();
    return answer_later(std::move(done), std::move(unknown));
  }
  begin(request, before, std::move(done), std::move(progress), std::move(*mapped)).sent = true;
  go_and_look(request.run, {ErrorKind::not_found, "the cluster shows no sign of this change", "Compare the states."});
}

void KubernetesTarget::finish(const std::string& run, ChangeOutcome outcome, std::optional<Error> problem,
                              bool with_state) {
  Going& going = going_.at(run);
  if (going.stage == Going::Stage::ending) return;
  going.stage = Going::Stage::ending;
  leave(going);
  going.answer = std::make_shared<ChangeAnswer>();
  going.answer->outcome = outcome;
  going.answer->message = going.message;
  going.answer->problem = std::move(problem);
  going.answer->took = parts_.clock.now() - going.began;
  if (!going.last_words.empty()) going.answer->output = redact(going.last_words.text()).text;
  if (!with_state) return end(run);
  look(going.mapped, true, mine([this, run](const Result<std::shared_ptr<Looked>>& looked) {
         const auto it = going_.find(run);
         if (it == going_.end()) return;
         if (looked) it->second.answer->after = (*looked)->state();
         end(run);
       }));
}

// From a task of its own: whoever is answered may drop the target.
void KubernetesTarget::end(const std::string& run) {
  const auto it = going_.find(run);
  if (it == going_.end()) return;
  auto going = std::make_shared<Going>(std::move(it->second));
  going_.erase(it);
  parts_.timers.after(0, mine([going] { going->done(*going->answer); }));
}

bool KubernetesTarget::cancel(const std::string& run) {
  const auto it = going_.find(run);
  if (it == going_.end() || it->second.stage == Going::Stage::ending) return false;
  const bool sent = it->second.sent;
  finish(run, ChangeOutcome::cancelled,
         Error{ErrorKind::unavailable,
               sent ? "nobody waits for it any more; what was sent goes on in the cluster" : "nothing was sent",
               sent ? "A rollback puts it back, a pause holds it." : ""});
  return true;
}

}  // namespace muster::kubernetes
