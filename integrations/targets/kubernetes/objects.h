// The cluster's objects -> the few fields that are needed. Outside data: bounded, missing counters are 0. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/value.h"
#include "integrations/targets/kubernetes/stage.h"

namespace muster::kubernetes {

inline constexpr std::string_view run_annotation = "muster/run";
inline constexpr std::string_view revision_annotation = "deployment.kubernetes.io/revision";
inline constexpr std::string_view restarted_annotation = "kubectl.kubernetes.io/restartedAt";
inline constexpr std::string_view minimum_annotation = "muster/minimum-before";
inline constexpr std::string_view cause_annotation = "kubernetes.io/change-cause";
inline constexpr std::string_view default_container_annotation = "kubectl.kubernetes.io/default-container";
inline constexpr std::string_view hash_label = "pod-template-hash";

enum class Kind { deployment, stateful_set, daemon_set };
std::optional<Kind> kind_named(std::string_view name);
const char* plural_of(Kind kind);  // deployments
const char* title_of(Kind kind);   // Deployment

std::string short_text(const Value& text);  // one line, at most 512 bytes

struct Container {
  std::string name, image;
};

// Small: this is what a watched rollout is told about each event; nothing keeps the object itself.
struct Workload {
  Kind kind = Kind::deployment;
  std::string name, namespace_name, uid, resource_version;
  std::int64_t generation = 0, observed_generation = 0;
  std::string run, restarted, revision;  // annotations
  std::string default_container;         // as the template's annotation says
  std::string template_hash;             // of the template as it stands, whatever its pods do
  std::vector<Container> containers;
  bool paused = false;
  bool recreate = false;        // a Deployment that ends all old pods first
  std::optional<Stage> stage;   // a version is out in part
  bool rolling_update = true;   // false: OnDelete, whose status says nothing
  std::optional<int> replicas;  // wanted; of a DaemonSet: the nodes it belongs on
  int current = 0, updated = 0, available = 0, ready = 0;
  int partition = 0;
  std::string current_revision, update_revision;  // of a StatefulSet
  std::string progressing, progressing_message;   // reason of the condition Progressing
  std::string replica_failure;                    // message of ReplicaFailure=True
  std::string owner;                              // who will put it back, in words; empty: nobody known
};

Workload read_workload(Kind kind, const Value& object);

// What sets a workload's number of copies by itself, between a least and a most.
struct Autoscaler {
  std::string name, namespace_name, resource_version;
  int least = 1, most = 0;
  std::string run;                // annotation: ours that set the least last
  std::optional<int> least_once;  // annotation: what the least was before ours
  std::string keeper;             // the controller that makes it (KEDA's ScaledObject), and would put it back
  std::string owner;              // whoever else may put it back, in words
};
std::optional<Autoscaler> autoscaler_of(const Value& list, Kind kind, std::string_view name);
std::string words_of(const Autoscaler& autoscaler);
std::string image_of(const Workload& workload, const std::string& container);
// The one that is named; else the only one, the template's default container, or the one that is called as the workload
// is. Empty: none of them.
std::string container_of(const Workload& workload, const std::string& wanted);
// matchLabels and matchExpressions as the query's labelSelector.
std::string selector_of(const Value& object);
bool is_owned_by(const Value& object, const std::string& uid);

// A template without what differs from revision to revision by itself; `restarts` too: a restart changes nothing.
Value bare_template(const Value& pod_template, bool restarts);

// Why a pod does not come up.
struct PodTrouble {
  std::string pod, container, reason, message;
  bool hopeless = false;  // waits for something that does not come by itself: a wrong image, a crash
  bool logs = false;      // what it said last may tell
};
std::vector<PodTrouble> pod_troubles(const Value& pod_list, const Workload& workload);
// Of one page of them, to those of the pages before; the hopeless first, at most fifty.
void add_pod_troubles(const Value& pod_list, const Workload& workload, std::vector<PodTrouble>& troubles);
std::string sentence_of(const PodTrouble& trouble);
// The newest warning among a list of events; one that only names a state ("Error: ImagePullBackOff") where no other is.
std::string warning_of(const Value& event_list);

}  // namespace muster::kubernetes
