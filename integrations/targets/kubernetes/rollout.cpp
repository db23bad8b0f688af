#include "integrations/targets/kubernetes/rollout.h"

#include <utility>

#include "bot/base/text.h"
#include "integrations/targets/kubernetes/names.h"

namespace muster::kubernetes {
namespace {

std::string of(int n, int m, const char* what) { return std::to_string(n) + " of " + std::to_string(m) + " " + what; }

// The new ones do not count as available while they are held, so readiness tells; it is counted over all.
Verdict staged(const Workload& w, int wanted) {
  const int copies = w.stage->copies;
  const std::string beside = " beside the " + std::to_string(wanted) + " others";
  if (w.updated < copies) return {Phase::waiting, of(w.updated, copies, "made") + beside};
  if (w.ready < wanted + copies) return {Phase::waiting, of(w.ready, wanted + copies, "ready, old and new")};
  return {Phase::succeeded, of(w.updated, copies, "out") + beside};
}

Verdict deployment(const Workload& w) {
  const int wanted = w.replicas.value_or(1);
  if (w.progressing == "ProgressDeadlineExceeded") {
    return {Phase::failed, "the rollout exceeded its progress deadline: " + w.progressing_message};
  }
  if (!w.replica_failure.empty()) return {Phase::failed, "pods cannot be made: " + w.replica_failure};
  if (w.paused) return {Phase::paused, "the rollout is paused: " + of(w.updated, wanted, "updated")};
  if (w.stage) return staged(w, wanted);
  if (w.updated < wanted) return {Phase::waiting, of(w.updated, wanted, "updated")};
  if (w.current > w.updated)
    return {Phase::waiting, of(w.available, wanted, "available") + ", " + std::to_string(w.current - w.updated) +
                                " of the old version still there"};
  if (w.available < w.updated) return {Phase::waiting, of(w.available, w.updated, "available")};
  return {Phase::succeeded, of(w.available, wanted, "available")};
}

Verdict stateful_set(const Workload& w) {
  const int wanted = w.replicas.value_or(1);
  if (w.ready < wanted) return {Phase::waiting, of(w.ready, wanted, "ready")};
  if (w.partition > 0) {
    const int share = wanted > w.partition ? wanted - w.partition : 0;
    if (w.updated < share) return {Phase::waiting, of(w.updated, share, "updated (partitioned)")};
    return {Phase::succeeded, of(w.updated, share, "updated (partitioned)")};
  }
  if (w.update_revision != w.current_revision) return {Phase::waiting, of(w.updated, wanted, "updated")};
  return {Phase::succeeded, of(w.ready, wanted, "ready")};
}

Verdict daemon_set(const Workload& w) {
  const int wanted = w.replicas.value_or(0);
  if (w.updated < wanted) return {Phase::waiting, of(w.updated, wanted, "updated")};
  if (w.available < wanted) return {Phase::waiting, of(w.available, wanted, "available")};
  return {Phase::succeeded, of(w.available, wanted, "available")};
}

}  // namespace

Verdict judge(const Workload& w, std::int64_t generation) {
  if (w.observed_generation < generation || w.observed_generation < w.generation || w.observed_generation == 0)
    return {Phase::waiting, "the cluster has not seen the change yet"};
  if (w.kind == Kind::deployment) return deployment(w);
  if (!w.rolling_update) {
    return {Phase::failed, "its update strategy is OnDelete: pods are replaced only when somebody deletes them"};
  }
  return w.kind == Kind::stateful_set ? stateful_set(w) : daemon_set(w);
}

bool is_busy(const Workload& w) {
  const Phase phase = judge(w, w.generation).phase;
  if (phase != Phase::waiting) return false;
  if (w.observed_generation < w.generation || w.observed_generation == 0) return true;
  if (w.stage) return w.updated < w.stage->copies;
  if (w.kind != Kind::deployment) return w.updated < w.replicas.value_or(0) || w.update_revision != w.current_revision;
  // Once all are there and were available, one that fell over is sickness and no rollout.
  const bool all_there = w.updated >= w.replicas.value_or(1) && w.current <= w.updated;
  return !all_there || w.progressing != "NewReplicaSetAvailable";
}

bool is_healthy(const Workload& w) {
  if (!w.replica_failure.empty() || w.progressing == "ProgressDeadlineExceeded") return false;
  const bool beside = w.stage && w.kind == Kind::deployment;
  const int there = w.kind == Kind::stateful_set || beside ? w.ready : w.available;
  return there >= w.replicas.value_or(1) + (beside ? w.stage->copies : 0);
}

TargetState state_of(const Workload& w, const std::string& container, const std::string& image_template) {
  TargetState state;
  const std::string image = image_of(w, container);
  if (!image.empty()) state.version = version_of(image, image_template);
  if (w.stage) {
    state.part_version = std::exchange(state.version, version_of(w.stage->image, image_template));
    state.part_replicas = w.updated;
  }
  state.no_part = no_part_of(w);
  state.part_beside = w.kind == Kind::deployment;
  state.replicas = w.replicas;
  state.ready = w.ready;
  state.busy = is_busy(w);
  if (!*state.busy) state.healthy = is_healthy(w);
  if (w.kind == Kind::deployment) state.paused = w.paused;
  state.revision = w.template_hash;
  state.last_run = w.run;
  state.restarted = w.restarted.empty() ? "never" : w.restarted;
  const Verdict verdict = judge(w, w.generation);
  state.log = "kubectl logs -n " + w.namespace_name + " " + lower_ascii(title_of(w.kind)) + "/" + w.name +
              (container.empty() ? "" : " -c " + container) + " --tail=100";
  state.detail = std::string(title_of(w.kind)) + " " + w.namespace_name + "/" + w.name + ": " + verdict.sentence;
  if (!w.owner.empty()) state.detail += ". " + w.owner + " manages it and may put a change back";
  return state;
}

}  // namespace muster::kubernetes
