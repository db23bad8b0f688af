// The target itself. Internal to this folder: the class is spread over target.cpp (what only reads), change.cpp (what
// is sent) and follow.cpp (what is watched).
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bot/base/kept.h"
#include "integrations/targets/kubernetes/api.h"
#include "integrations/targets/kubernetes/kubernetes.h"
#include "integrations/targets/kubernetes/rollout.h"
#include "integrations/targets/kubernetes/watch.h"

namespace muster::kubernetes {

struct Mapped {  // a service's workload
  Place place;
  std::string container, image_template;
};

// What one look found. Lives as long as its callbacks.
struct Looked {
  Mapped mapped;
  Value object;
  Workload workload;
  std::string container;
  std::vector<Revision> revisions;
  std::optional<Autoscaler> autoscaler;  // none, or it may not be seen, or it was not asked for
  TargetState state() const;
};
using LookedDone = std::function<void(Result<std::shared_ptr<Looked>>)>;

// What was asked for, on which state it was decided.
struct Asked {
  ChangeRequest request;
  TargetState before;
};

// A change that goes on. A rollout is watched for long, and there are many: what is empty, or what another text says
// too, takes nothing here.
struct Going {
  enum class Stage { looking, sending, watching, ending };
  std::unique_ptr<const Asked> asked;  // until it is watched: nothing is decided or sent any more then
  TargetVerb verb = TargetVerb::deploy;
  bool minimum = false;             // the autoscaler's, not the number itself
  std::optional<int> replicas;      // of a scale
  std::optional<int> least_before;  // the autoscaler's minimum
  DurationMs timeout = 0;
  ChangeDone done;
  ProgressSeen progress;
  Mapped mapped;
  Stage stage = Stage::looking;
  int conflicts = 0;
  bool sent = false;  // it may have happened
  TimeMs began = 0, deadline = 0, hopeless_since = 0;
  std::int64_t generation = 0;  // of our own patch
  Word uid, template_hash, selector;
  std::vector<Container> containers;
  Word verdict;                          // the rollout's sentence, as it was seen last
  Word said, trouble, last_words;        // what is told of it, the pods' sentence, and what a crashed one wrote
  Word told, failing;                    // the last progress; why it has failed, while the pods are still asked
  Word message;                          // of the answer
  std::shared_ptr<ChangeAnswer> answer;  // made when it ends
  std::uint64_t follower = 0, deadline_timer = 0, look_timer = 0;
  int looks = 0;                     // at its pods
  TimeMs looked_at = 0;              // at the object itself, beside the watch
  bool pods_asked = false;           // and the answer is on its way
  int pods_look = 0;                 // which look the pages belong to
  std::vector<PodTrouble> troubles;  // of the pages so far
  Word trouble_asked;                // the trouble of which the events were asked
  TimeMs asked_at = 0;               // and when
};

class KubernetesTarget final : public Target {
 public:
  KubernetesTarget(const KubernetesTargetDef& def, const KubernetesParts& parts);
  ~KubernetesTarget() override;
  KubernetesTarget(const KubernetesTarget&) = delete;
  KubernetesTarget& operator=(const KubernetesTarget&) = delete;

  std::string name() const override { return def_.name; }
  bool serves(const TargetSubject& subject) const override;
  bool has(TargetVerb) const override { return true; }
  bool has(TargetStrategy strategy, const TargetSubject& subject) const override;
  void status(const TargetSubject& subject, StatusDone done) override;
  void change(const ChangeRequest& request, const TargetState& before, ChangeDone done, ProgressSeen progress) override;
  void observe(const ChangeRequest& request, const TargetState& before, ChangeDone done,
               ProgressSeen progress) override;
  void probe(const ChangeRequest& request, const TargetState& before, ProbeDone done) override;
  void history(const TargetSubject& subject, int most, HistoryDone done) override;
  void dry_run(const ChangeRequest& request, const TargetState& before, DryRunDone done) override;
  bool cancel(const std::string& run) override;
  std::optional<Error> held_up() const override { return cluster_.held_up(); }
  void forget(const std::string&) override {}  // the cluster keeps the run's id; nothing else is kept

 private:
  // target.cpp
  Result<Mapped> map(const TargetSubject& subject);
  Result<Mapped> checked(const ChangeRequest& request);
  void look(const Mapped& mapped, bool with_history, LookedDone done);
  void look_at_history(std::shared_ptr<Looked> looked, LookedDone done);
  void look_at_autoscalers(std::shared_ptr<Looked> looked, LookedDone done);
  template <class Task>
  auto mine(Task task) {
    return [task = std::move(task), alive = std::weak_ptr<int>(alive_)](auto&&... values) {
      if (!alive.expired()) task(std::forward<decltype(values)>(values)...);
    };
  }

  // change.cpp
  Going& begin(const ChangeRequest& request, const TargetState& before, ChangeDone done, ProgressSeen progress,
               Mapped mapped);
  void decide(const std::string& run);
  void decide_on(const std::string& run, const Looked& looked);
  void send(const std::string& run, const ApiRequest& request);
  void answered(const std::string& run, const ApiAnswer& answer);
  void go_and_look(const std::string& run, const Error& problem);
  void answer_later(ChangeDone done, ChangeAnswer answer);
  void finish(const std::string& run, ChangeOutcome outcome, std::optional<Error> problem = {}, bool with_state = true);
  void end(const std::string& run);
  bool is_ours(const Going& going, const Looked& looked) const;

  // follow.cpp
  void follow(const std::string& run, const Workload& workload, const Value& object);
  void seen(const std::string& run, const WatchEvent& event);
  void unseen(Going& going, const std::string& what, const Error& why);
  void judged(const std::string& run, Going& going, const Workload& workload);
  void look_again(const std::string& run);
  void look_at_pods(const std::string& run);
  void pods_of(const std::string& run, const std::string& more, int look, int page);
  void troubles_seen(const std::string& run, const std::vector<PodTrouble>& troubles);
  void ask_events(const std::string& run, const PodTrouble& trouble);
  void ask_log(const std::string& run, const PodTrouble& trouble);
  void settled(const std::string& run);
  void tell(Going& going);
  void late(const std::string& run);
  void leave(Going& going);
  Watch& watch_of(const Place& place);

  KubernetesTargetDef def_;
  KubernetesParts parts_;
  ClusterParts cluster_parts_;
  Cluster cluster_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<Watch>> watches_;  // namespace, kind
  std::map<std::string, Going> going_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

KubernetesParts complete(KubernetesParts parts);  // what is left empty is the machine's own
ClusterParts cluster_parts(const KubernetesParts& parts, const KubernetesTargetDef& def);

struct Prepared {
  ApiRequest request;  // an empty body: there is nothing to do
  const Revision* back_to = nullptr;
};
// Error: it must not be sent, and why.
Result<Prepared> prepare(const ChangeRequest& request, const Looked& looked, TimeMs at, bool dry);
ProbeFinding finding_of(const ChangeRequest& request, const TargetState& before, const TargetState& now);
// The state that the change was decided on is not the one that is there. Nothing: it is.
std::optional<Error> conflict_of(const ChangeRequest& request, const TargetState& before, const Looked& looked);

}  // namespace muster::kubernetes
