// What is watched: the rollout's own state by the shared watch, its pods when it does not move.
#include <algorithm>

#include "bot/base/text.h"
#include "integrations/net/timers.h"
#include "integrations/targets/kubernetes/names.h"
#include "integrations/targets/kubernetes/target.h"

namespace muster::kubernetes {
namespace {

// An image that cannot be pulled shows within seconds: it is looked at early, and less often later.
constexpr DurationMs first_look = 3 * second_ms;
constexpr DurationMs early_looks_every = 6 * second_ms;
constexpr int early_looks = 2;
constexpr DurationMs look_every = 20 * second_ms;  // at the pods; at the object, where the watch does not live
// Beside a watch that lives: an event that got lost must not hang a rollout.
constexpr DurationMs look_beside = minute_ms;
constexpr DurationMs reasons_every = minute_ms;  // events and logs of a trouble that was told already
constexpr DurationMs hopeless_after = minute_ms;
constexpr int pods_page = 50, pods_pages_max = 10;
constexpr int log_lines = 20;
constexpr std::size_t log_bytes_max = 4u << 10;

bool changes_template(TargetVerb verb) {
  return verb == TargetVerb::deploy || verb == TargetVerb::rollback || verb == TargetVerb::restart;
}

// The autoscaler sees its new minimum within seconds; until then the number says nothing of what will come.
bool lifted(Going& going, const Workload& w) {
  const int wanted = going.replicas.value_or(0), is = w.replicas.value_or(1);
  if (is >= wanted) return true;
  going.said = going.verdict =
      "the minimum is " + std::to_string(wanted) + "; the autoscaler has asked for " + std::to_string(is) + " so far";
  return false;
}

// Until it is put back, whoever looks here reads what it was.
std::string minimum_words(const Going& going) {
  if (!going.minimum) return {};
  return "; the minimum of the autoscaler is " + std::to_string(going.replicas.value_or(0)) +
         (going.least_before ? ", it was " + std::to_string(*going.least_before) : std::string());
}

std::string core_path(const Place& place, const char* resource) {
  return "/api/v1/namespaces/" + escape(place.namespace_name) + "/" + resource;
}

}  // namespace

Watch& KubernetesTarget::watch_of(const Place& place) {
  auto& watch = watches_[{place.namespace_name, plural_of(place.kind)}];
  if (!watch) watch = std::make_unique<Watch>(cluster_, cluster_parts_, place);
  return *watch;
}

void KubernetesTarget::leave(Going& going) {
  parts_.timers.cancel(going.deadline_timer);
  parts_.timers.cancel(going.look_timer);
  if (going.follower != 0) watch_of(going.mapped.place).leave(going.follower);
  going.follower = 0;
}

// `workload` bears our change: from here on nothing older can look finished.
void KubernetesTarget::follow(const std::string& run, const Workload& workload, const Value& object) {
  Going& going = going_.at(run);
  going.stage = Going::Stage::watching;
  going.asked.reset();
  going.generation = workload.generation;
  going.uid = workload.uid;
  going.template_hash = workload.template_hash;
  going.containers = workload.containers;
  going.selector = selector_of(object);
  judged(run, going, workload);
  if (going.stage != Going::Stage::watching) return;
  going.follower =
      watch_of(going.mapped.place).follow(workload.name, mine([this, run](const WatchEvent& e) { seen(run, e); }));
  going.looked_at = parts_.clock.now();
  // Many that begin together are not looked at together.
  const auto spread = static_cast<DurationMs>(parts_.dice() * static_cast<double>(first_look));
  going.look_timer = parts_.timers.after(first_look + spread, mine([this, run] { look_again(run); }));
}

void KubernetesTarget::seen(const std::string& run, const WatchEvent& event) {
  const auto it = going_.find(run);
  if (it == going_.end() || it->second.stage != Going::Stage::watching) return;
  Going& going = it->second;
  if (event.trouble != nullptr) {
    return unseen(going, "it cannot be watched, so it is asked every 20 s: ", *event.trouble);
  }
  if (event.deleted && event.workload->uid == going.uid) {
    return finish(
        run, ChangeOutcome::failed,
        Error{ErrorKind::not_found, going.mapped.place.name + " was deleted while the change was going on", ""});
  }
  if (!event.deleted) judged(run, going, *event.workload);
}

// What was seen last is no longer what is: it is told as such, and why.
void KubernetesTarget::unseen(Going& going, const std::string& what, const Error& why) {
  std::string said = going.verdict.empty() ? "" : "last seen: " + going.verdict + "; ";
  said += what + why.message;
  if (!why.next_step.empty()) said += ". " + why.next_step;
  going.said = std::move(said);
  tell(going);
}

void KubernetesTarget::judged(const std::string& run, Going& going, const Workload& w) {
  const auto conflict = [&](std::string message) {
    finish(run, ChangeOutcome::failed,
           Error{ErrorKind::conflict, std::move(message), "Look at it again, then decide again."});
  };
  if (w.uid != going.uid) return conflict("it was deleted and made anew while the change was going on");
  if (w.generation < going.generation) return;  // older than our change
  if (changes_template(going.verb) && w.template_hash != going.template_hash) {
    const bool known = !w.run.empty() && w.run != run;
    return conflict("another change took its place" + (known ? ": run " + clip(w.run, 100) : std::string()));
  }
  const Verdict verdict = judge(w, going.generation);
  if (going.verdict != verdict.sentence) going.verdict = verdict.sentence;
  going.said = going.verdict;
  const bool observed = w.observed_generation >= going.generation;
  if (going.verb == TargetVerb::pause && observed) return finish(run, ChangeOutcome::succeeded);
  if (going.minimum && !lifted(going, w)) {
    if (w.replicas == 0) return conflict("somebody set the number of replicas to 0, which switches the autoscaler off");
    return tell(going);
  }
  if (going.verb == TargetVerb::scale && !going.minimum && w.replicas != going.replicas)
    return conflict("somebody else set the number of replicas to " + std::to_string(w.replicas.value_or(0)));
  // A paused Deployment is scaled on the templates that it has.
  const int wanted = w.replicas.value_or(1);
  const bool scaled =
      going.verb == TargetVerb::scale && verdict.phase == Phase::paused && w.current == wanted && w.available >= wanted;
  if (verdict.phase == Phase::succeeded || scaled) {
    going.message = verdict.sentence + minimum_words(going);
    return finish(run, ChangeOutcome::succeeded);
  }
  if (verdict.phase == Phase::failed && going.failing.empty()) {
    going.failing = verdict.sentence;
    return look_at_pods(run);
  }
  tell(going);
}

void KubernetesTarget::tell(Going& going) {
  std::string text = going.said.text();
  if (!going.trouble.empty()) {
    const bool hopeless = going.hopeless_since != 0 && parts_.clock.now() - going.hopeless_since >= hopeless_after;
    text += std::string("\n") + (hopeless ? "this will not succeed by itself: " : "") + going.trouble;
    if (hopeless && !going.last_words.empty()) text += "\n" + going.last_words;
  }
  if (text == going.told || !going.progress) return;
  going.told = text == going.said ? going.said : Word(text);  // mostly there is nothing to add
  const ProgressSeen progress = going.progress;
  progress(text);
}

void KubernetesTarget::look_again(const std::string& run) {
  const auto it = going_.find(run);
  if (it == going_.end() || it->second.stage != Going::Stage::watching) return;
  Going& going = it->second;
  const DurationMs next = ++going.looks <= early_looks ? early_looks_every : look_every;
  going.look_timer = parts_.timers.after(next, mine([this, run] { look_again(run); }));
  if (watch_of(going.mapped.place).lives() && parts_.clock.now() - going.looked_at < look_beside) {
    if (going.failing.empty()) look_at_pods(run);
    return;
  }
  going.looked_at = parts_.clock.now();
  look(going.mapped, false, mine([this, run](const Result<std::shared_ptr<Looked>>& looked) {
         const auto found = going_.find(run);
         if (found == going_.end() || found->second.stage != Going::Stage::watching) return;
         if (looked)
           judged(run, found->second, (*looked)->workload);
         else
           unseen(found->second, "it cannot be looked at, and is asked again every 20 s: ", looked.error());
         const auto still = going_.find(run);
         if (still != going_.end() && still->second.stage == Going::Stage::watching && still->second.failing.empty())
           look_at_pods(run);
       }));
}

void KubernetesTarget::look_at_pods(const std::string& run) {
  Going& going = going_.at(run);
  // Of a look that has not ended yet; a rollout that has failed waits for its reasons and asks anew.
  if (going.pods_asked && going.failing.empty()) return;
  going.pods_asked = true;
  going.troubles.clear();
  pods_of(run, {}, ++going.pods_look, 1);
}

// Page by page: those of the new version may stand behind many of the old one.
void KubernetesTarget::pods_of(const std::string& run, const std::string& more, int look, int page) {
  const Going& going = going_.at(run);
  ApiRequest request;
  request.path = core_path(going.mapped.place, "pods");
  request.query = "limit=" + std::to_string(pods_page) + "&labelSelector=" + escape(going.selector) +
                  (more.empty() ? "" : "&continue=" + escape(more));
  cluster_.call(request, mine([this, run, look, page](const ApiAnswer& answer) {
                  const auto it = going_.find(run);
                  if (it == going_.end() || it->second.stage != Going::Stage::watching) return;
                  Going& now = it->second;
                  if (now.pods_look != look) return;
                  Workload filter;
                  filter.containers = now.containers;
                  if (answer.ok()) add_pod_troubles(answer.body, filter, now.troubles);
                  const std::string& next = answer.body["metadata"]["continue"].as_string();
                  if (answer.ok() && !next.empty() && page < pods_pages_max) return pods_of(run, next, look, page + 1);
                  now.pods_asked = false;
                  troubles_seen(run, std::exchange(now.troubles, {}));
                }));
}

void KubernetesTarget::troubles_seen(const std::string& run, const std::vector<PodTrouble>& troubles) {
  Going& going = going_.at(run);
  const bool hopeless = !troubles.empty() && troubles.front().hopeless;
  if (!hopeless)
    going.hopeless_since = 0;
  else if (going.hopeless_since == 0)
    going.hopeless_since = parts_.clock.now();
  if (troubles.empty()) {
    going.trouble.clear();
    going.trouble_asked.clear();
    if (!going.failing.empty()) return ask_events(run, {});
    return tell(going);
  }
  std::string said = sentence_of(troubles.front());
  if (troubles.size() > 1) said += " and " + std::to_string(troubles.size() - 1) + " more";
  // What the cluster says of it was asked already; a failure is told with the newest.
  const bool known = said == going.trouble_asked && parts_.clock.now() - going.asked_at < reasons_every;
  if (known && going.failing.empty()) return tell(going);
  going.trouble_asked = std::move(said);
  going.trouble = going.trouble_asked;
  going.asked_at = parts_.clock.now();
  ask_events(run, troubles.front());
}

// The cluster's warnings often say more than the pod's own state: "manifest unknown" rather than "back-off".
void KubernetesTarget::ask_events(const std::string& run, const PodTrouble& trouble) {
  const Going& going = going_.at(run);
  ApiRequest request;
  request.path = core_path(going.mapped.place, "events");
  const std::string about = trouble.pod.empty() ? going.mapped.place.name : trouble.pod;
  request.query = "limit=50&fieldSelector=" + escape("involvedObject.name=" + about);
  cluster_.call(request, mine([this, run, trouble](const ApiAnswer& answer) {
                  const auto it = going_.find(run);
                  if (it == going_.end() || it->second.stage != Going::Stage::watching) return;
                  const std::string& said = it->second.trouble;
                  const std::string warning = answer.ok() ? warning_of(answer.body) : "";
                  if (!warning.empty() && said.find(warning) == said.npos)
                    it->second.trouble = said + (said.empty() ? "" : ": ") + warning;
                  if (trouble.logs) return ask_log(run, trouble);
                  settled(run);
                }));
}

void KubernetesTarget::ask_log(const std::string& run, const PodTrouble& trouble) {
  const Going& going = going_.at(run);
  ApiRequest request;
  request.path = core_path(going.mapped.place, "pods/") + escape(trouble.pod) + "/log";
  request.query = "previous=true&tailLines=" + std::to_string(log_lines) + "&container=" + escape(trouble.container);
  cluster_.call(request, mine([this, run](const ApiAnswer& answer) {
                  const auto it = going_.find(run);
                  if (it == going_.end() || it->second.stage != Going::Stage::watching) return;
                  if (answer.ok()) it->second.last_words = clip_bytes(trim(answer.text), log_bytes_max);
                  settled(run);
                }));
}

// The pods have been asked: now it can be told, or ended with the reason.
void KubernetesTarget::settled(const std::string& run) {
  Going& going = going_.at(run);
  if (going.failing.empty()) return tell(going);
  const bool ended = going.trouble.empty() || going.failing.text().ends_with('.');
  const std::string why = going.failing + (ended ? "" : ".") + (going.trouble.empty() ? "" : " " + going.trouble);
  finish(
      run, ChangeOutcome::failed,
      Error{ErrorKind::unavailable, why, "Kubernetes does not put it back by itself: roll it back, or deploy a fix."});
}

void KubernetesTarget::late(const std::string& run) {
  const auto it = going_.find(run);
  if (it == going_.end() || it->second.stage == Going::Stage::ending) return;
  Going& going = it->second;
  going.deadline_timer = 0;
  if (going.stage == Going::Stage::sending) {
    return finish(
        run, ChangeOutcome::unknown,
        Error{ErrorKind::unavailable, "it was sent, and until the deadline no answer came", "Compare the states."});
  }
  if (going.stage == Going::Stage::looking) {
    return finish(run, going.sent ? ChangeOutcome::unknown : ChangeOutcome::refused,
                  Error{ErrorKind::unavailable, "the cluster did not say until the deadline what is there", ""}, false);
  }
  const std::string where = going.said + (going.trouble.empty() ? "" : "; " + going.trouble);
  finish(run, ChangeOutcome::timed_out,
         Error{ErrorKind::unavailable,
               "until the deadline of " + format_duration(going.timeout) + " it came so far: " + where,
               "It goes on in the cluster. A rollback puts it back."});
}

}  // namespace muster::kubernetes
