// The controllers, one move at a time: a ReplicaSet per template, pods one by one, never fewer available than wanted.
#include <algorithm>

#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "tests/doubles/kubernetes/core.h"

namespace muster::doubles {
namespace {

constexpr const char* revision_note = "deployment.kubernetes.io/revision";
constexpr const char* hash_label = "pod-template-hash";

Value without(const Value& map, std::string_view key) {
  Value rest = Value::Map{};
  for (const auto& [name, value] : map.as_map()) {
    if (name != key) rest.set(name, value);
  }
  return rest;
}

Value bare(const Value& pod_template) {
  return set_in(pod_template, {"metadata", "labels"}, without(pod_template["metadata"]["labels"], hash_label));
}

std::string hash_of(const Value& pod_template) { return to_hex(sha256(to_json(bare(pod_template)))).substr(0, 10); }

std::int64_t revision_of(const Value& replica_set) {
  const std::string& text = replica_set["metadata"]["annotations"][revision_note].as_string();
  return text.empty() ? 0 : std::stoll(text);
}

Value owned_by(const Value& owner, const char* kind) {
  return Value::List{Value::Map{{"apiVersion", "apps/v1"},
                                {"kind", kind},
                                {"name", owner["metadata"]["name"].as_string()},
                                {"uid", owner["metadata"]["uid"].as_string()},
                                {"controller", true}}};
}

bool is_of(const Value& object, const Value& owner) {
  return object["metadata"]["ownerReferences"].as_list().size() == 1 &&
         object["metadata"]["ownerReferences"].as_list().front()["uid"] == owner["metadata"]["uid"];
}

}  // namespace

struct KubernetesControllers {
  KubernetesCore& core;
  std::string key, resource, space, name;
  bool moved = false;

  explicit KubernetesControllers(KubernetesCore& c, std::string k) : core(c), key(std::move(k)) {
    const std::size_t first = key.find('/'), second = key.find('/', first + 1);
    resource = key.substr(0, first);
    space = key.substr(first + 1, second - first - 1);
    name = key.substr(second + 1);
  }
  const Value& object() const { return core.objects_.at(key); }
  void put(Value changed) {
    if (changed != object()) core.store(resource, std::move(changed), "MODIFIED");
  }

  // All that is made for an owner begins with its name: of hundreds that wait, each asks only after its own.
  std::vector<Value> owned(const char* what, const Value& owner) const {
    std::vector<Value> found;
    for (const Value* o : core.all(what, space, owner["metadata"]["name"].as_string() + "-")) {
      if (is_of(*o, owner)) found.push_back(*o);
    }
    return found;
  }

  // Annotations of the Deployment go to its newest ReplicaSet, but for those that are its own.
  Value notes_for(const Value& deployment, std::int64_t revision) const {
    Value notes = Value::Map{};
    for (const auto& [n, v] : deployment["metadata"]["annotations"].as_map()) {
      if (n != revision_note && n != "kubectl.kubernetes.io/last-applied-configuration") notes.set(n, v);
    }
    notes.set(revision_note, std::to_string(revision));
    return notes;
  }

  Value make_replica_set(const Value& deployment, std::int64_t revision) {
    const std::string hash = hash_of(deployment["spec"]["template"]);
    Value pod_template = set_in(deployment["spec"]["template"], {"metadata", "labels", hash_label}, hash);
    Value set = Value::Map{{"apiVersion", "apps/v1"},
                           {"kind", "ReplicaSet"},
                           {"metadata", Value::Map{{"name", name + "-" + hash},
                                                   {"namespace", space},
                                                   {"labels", pod_template["metadata"]["labels"]},
                                                   {"annotations", notes_for(deployment, revision)},
                                                   {"ownerReferences", owned_by(deployment, "Deployment")}}},
                           {"spec", Value::Map{{"replicas", 0},
                                               {"selector", deployment["spec"]["selector"]},
                                               {"minReadySeconds", deployment["spec"]["minReadySeconds"].as_int()},
                                               {"template", pod_template}}}};
    core.add("replicasets", set);
    return *core.find("replicasets", space, name + "-" + hash);
  }

  // The ReplicaSet of the template as it stands; an old one that comes back gets the newest number.
  Value newest_set(std::vector<Value>& sets) {
    const Value deployment = object();
    std::int64_t most = 0;
    const Value* found = nullptr;
    for (const Value& set : sets) {
      most = std::max(most, revision_of(set));
      if (bare(set["spec"]["template"]) == bare(deployment["spec"]["template"])) found = &set;
    }
    Value newest;
    if (found == nullptr) {
      newest = make_replica_set(deployment, most + 1);
      moved = true;
    } else {
      newest = *found;
      const std::int64_t revision = revision_of(newest) == most ? most : most + 1;
      // Notes only come: what the Deployment has not any more stays on a ReplicaSet that had it.
      Value notes = merge_patch(newest["metadata"]["annotations"], notes_for(deployment, revision));
      Value renewed = set_in(newest, {"metadata", "annotations"}, std::move(notes));
      renewed = set_in(renewed, {"spec", "minReadySeconds"}, deployment["spec"]["minReadySeconds"].as_int());
      if (renewed != newest) core.store("replicasets", renewed, "MODIFIED");
      newest = renewed;
    }
    const Value& revision = newest["metadata"]["annotations"][revision_note];
    put(set_in(deployment, {"metadata", "annotations", revision_note}, revision));
    return newest;
  }

  void make_pod(const Value& set) {
    const std::string pod = set["metadata"]["name"].as_string() + "-" + std::to_string(++core.serial_);
    core.add("pods", Value::Map{{"apiVersion", "v1"},
                                {"kind", "Pod"},
                                {"metadata", Value::Map{{"name", pod},
                                                        {"namespace", space},
                                                        {"labels", set["spec"]["template"]["metadata"]["labels"]},
                                                        {"ownerReferences", owned_by(set, "ReplicaSet")}}},
                                {"spec", set["spec"]["template"]["spec"]},
                                {"status", Value::Map{{"phase", "Pending"}}}});
    moved = true;
  }

  static bool is_ready(const Value& pod) { return pod["status"]["phase"].as_string() == "Running"; }

  void say_event(const std::string& pod, const std::string& reason, const std::string& message) {
    core.add(
        "events",
        Value::Map{{"apiVersion", "v1"},
                   {"kind", "Event"},
                   {"metadata", Value::Map{{"name", pod + "." + std::to_string(++core.serial_)}, {"namespace", space}}},
                   {"involvedObject", Value::Map{{"kind", "Pod"}, {"name", pod}}},
                   {"type", "Warning"},
                   {"reason", reason},
                   {"lastTimestamp", core.now_text()},
                   {"message", message}});
  }

  Value sick_status(const std::string& sickness, const std::string& container, const std::string& image) {
    if (sickness == "Unschedulable") {
      return Value::Map{
          {"phase", "Pending"},
          {"conditions", Value::List{Value::Map{{"type", "PodScheduled"},
                                                {"status", "False"},
                                                {"reason", "Unschedulable"},
                                                {"message", "0/3 nodes are available: 3 Insufficient cpu."}}}}};
    }
    Value waiting = Value::Map{{"reason", sickness}, {"message", "Back-off pulling image \"" + image + "\""}};
    Value status = Value::Map{{"name", container}, {"restartCount", 0}};
    if (sickness == "CrashLoopBackOff") {
      waiting.set("message", "back-off 40s restarting failed container");
      status.set("restartCount", 4);
      status.set("lastState", Value::Map{{"terminated", Value::Map{{"exitCode", 1}, {"reason", "Error"}}}});
    }
    status.set("state", Value::Map{{"waiting", waiting}});
    return Value::Map{{"phase", "Pending"}, {"containerStatuses", Value::List{status}}};
  }

  // A pod that was made in the move before comes up, or does not.
  void wake(const Value& pod) {
    for (const Value& c : pod["spec"]["containers"].as_list()) {
      const auto sick = core.sick_images.find(c["image"].as_string());
      if (sick == core.sick_images.end()) continue;
      if (pod["status"].as_map().size() > 1) return;  // told already
      const std::string& pod_name = pod["metadata"]["name"].as_string();
      core.store("pods", set_in(pod, {"status"}, sick_status(sick->second, c["name"].as_string(), sick->first)),
                 "MODIFIED");
      if (sick->second == "ImagePullBackOff")
        say_event(pod_name, "Failed", "Failed to pull image \"" + sick->first + "\": manifest unknown");
      return;
    }
    if (core.hold) return;
    moved = true;
    const Value ready = Value::Map{{"type", "Ready"}, {"status", "True"}, {"lastTransitionTime", core.now_text()}};
    core.store("pods", set_in(pod, {"status"}, Value::Map{{"phase", "Running"}, {"conditions", Value::List{ready}}}),
               "MODIFIED");
  }

  // By the set's own minReadySeconds: that of the Deployment goes to the newest set only.
  bool is_available(const Value& pod, const Value& set) const {
    const DurationMs wait = set["spec"]["minReadySeconds"].as_int() * second_ms;
    if (!is_ready(pod) || wait == 0) return is_ready(pod);
    const auto since = parse_time(pod["status"]["conditions"].as_list().front()["lastTransitionTime"].as_string());
    return core.clock_.now() - since.value_or(core.clock_.now()) >= wait;
  }

  struct Count {
    std::vector<Value> fresh, old, old_missing;
    int ready = 0, available = 0, fresh_available = 0;
    int total() const { return static_cast<int>(fresh.size() + old.size()); }
    int fresh_missing() const { return static_cast<int>(fresh.size()) - fresh_available; }
  };
  Count count(const std::vector<Value>& sets, const std::string& newest_name) const {
    Count n;
    for (const Value& set : sets) {
      const bool fresh = set["metadata"]["name"].as_string() == newest_name;
      for (const Value& pod : owned("pods", set)) {
        (fresh ? n.fresh : n.old).push_back(pod);
        if (!fresh && !is_available(pod, set)) n.old_missing.push_back(pod);
        n.ready += is_ready(pod) ? 1 : 0;
        n.available += is_available(pod, set) ? 1 : 0;
        n.fresh_available += fresh && is_available(pod, set) ? 1 : 0;
      }
    }
    return n;
  }
  void drop(const std::vector<Value>& pods) {
    const auto sick = std::ranges::find_if(pods, [](const Value& p) { return !is_ready(p); });
    const Value& pod = sick == pods.end() ? pods.back() : *sick;
    core.remove("pods", space, pod["metadata"]["name"].as_string());
    moved = true;
  }

  // Numbers as they are, shares of the wanted ones otherwise. Where nothing is said: one more, and none fewer.
  int rolling(const char* key, int wanted, int standard) const {
    const Value& given = object()["spec"]["strategy"]["rollingUpdate"][key];
    if (given.is_int()) return static_cast<int>(given.as_int());
    if (!given.is_string()) return standard;
    const int share = std::stoi(given.as_string());
    return (wanted * share + (standard == 1 ? 99 : 0)) / 100;
  }

  void roll(const Count& n, const Value& newest, int wanted) {
    const int fresh = static_cast<int>(n.fresh.size());
    const int surge = rolling("maxSurge", wanted, 1), needed = wanted - rolling("maxUnavailable", wanted, 0);
    if (fresh > wanted) return drop(n.fresh);
    const bool may_end = n.total() - needed - n.fresh_missing() > 0;
    // Old ones that are not available go first, as the cluster cleans them up: it takes nothing away.
    if (may_end && !n.old_missing.empty()) return drop(n.old_missing);
    if (may_end && !n.old.empty() && (n.available > needed || wanted == 0)) return drop(n.old);
    if (fresh >= wanted || n.total() >= wanted + surge) return;
    if (core.quota.empty()) make_pod(newest);
  }

  // A paused Deployment can still be scaled, on the templates that it has.
  void scale_paused(const Count& n, const std::vector<Value>& sets, int wanted) {
    if (n.total() > wanted) return drop(n.fresh.empty() ? n.old : n.fresh);
    if (n.total() == wanted) return;
    for (const Value& set : sets) {
      if (!owned("pods", set).empty()) return make_pod(set);
    }
  }

  void write_set_counts(const std::vector<Value>& sets) {
    for (const Value& set : sets) {
      const int pods = static_cast<int>(owned("pods", set).size());
      const Value* now = core.find("replicasets", space, set["metadata"]["name"].as_string());
      if (now != nullptr && (*now)["spec"]["replicas"].as_int() != pods) {
        Value counted = set_in(*now, {"spec", "replicas"}, pods);
        core.store("replicasets", set_in(counted, {"status", "replicas"}, pods), "MODIFIED");
      }
    }
  }

  Value conditions(bool complete, const Value& old_status) {
    const Value deployment = object();
    std::string reason = "NewReplicaSetAvailable", status = "True", since = core.now_text();
    for (const Value& c : old_status["conditions"].as_list()) {
      if (c["type"].as_string() != "Progressing") continue;
      const bool was_complete = c["reason"].as_string() == "NewReplicaSetAvailable";
      if (!complete && !moved) {
        since = c["lastUpdateTime"].as_string();
        reason = c["reason"].as_string();
        status = c["status"].as_string();
      } else if (complete && was_complete) {
        since = c["lastUpdateTime"].as_string();
      }
    }
    if (!complete && moved) reason = "ReplicaSetUpdated";
    constexpr int none = 2'147'483'647;
    if (deployment["spec"]["progressDeadlineSeconds"].as_int() == none && core.quota.empty()) return Value::List{};
    const TimeMs began = parse_time(since).value_or(core.clock_.now());
    const DurationMs deadline = deployment["spec"]["progressDeadlineSeconds"].as_int(600) * second_ms;
    if (deployment["spec"]["paused"].as_bool()) {
      reason = "DeploymentPaused";
      status = "Unknown";
    } else if (!complete && reason != "NewReplicaSetAvailable" && core.clock_.now() - began > deadline) {
      reason = "ProgressDeadlineExceeded";
      status = "False";
    }
    Value::List list{Value::Map{{"type", "Progressing"},
                                {"status", status},
                                {"reason", reason},
                                {"lastUpdateTime", since},
                                {"message", "ReplicaSet of \"" + name + "\": " + reason}}};
    if (!core.quota.empty() && !complete)
      list.push_back(Value::Map{
          {"type", "ReplicaFailure"}, {"status", "True"}, {"reason", "FailedCreate"}, {"message", core.quota}});
    return list;
  }

  bool deployment() {
    const Value before = object();
    std::vector<Value> sets = owned("replicasets", before);
    const bool paused = before["spec"]["paused"].as_bool();
    const int wanted = static_cast<int>(before["spec"]["replicas"].as_int(1));
    Value newest;
    if (!paused) {
      newest = newest_set(sets);
      sets = owned("replicasets", before);
    } else {
      for (const Value& set : sets) {
        if (bare(set["spec"]["template"]) == bare(before["spec"]["template"])) newest = set;
      }
    }
    const std::string newest_name = newest["metadata"]["name"].as_string();
    for (const Value& set : sets) {
      for (const Value& pod : owned("pods", set)) {
        if (!is_ready(pod)) wake(pod);
      }
    }
    const Count had = count(sets, newest_name);
    paused ? scale_paused(had, sets, wanted) : roll(had, newest, wanted);
    write_set_counts(sets);
    return write_status(count(sets, newest_name), wanted, paused);
  }

  bool write_status(const Count& n, int wanted, bool paused) {
    const int fresh = static_cast<int>(n.fresh.size());
    const bool complete = (paused || fresh == wanted) && n.total() == wanted && n.available == wanted;
    Value status = Value::Map{{"observedGeneration", object()["metadata"]["generation"]},
                              {"replicas", n.total()},
                              {"updatedReplicas", fresh},
                              {"readyReplicas", n.ready},
                              {"availableReplicas", n.available},
                              {"conditions", conditions(complete, object()["status"])}};
    const Value::List& told = status["conditions"].as_list();
    const bool stuck = !told.empty() && told.front()["reason"].as_string() == "ProgressDeadlineExceeded";
    put(set_in(object(), {"status"}, status));
    return !complete && !(stuck && !moved);
  }

  // What the load wants (as in its status), not below the least and not above the most; at zero it is off.
  bool autoscaler() {
    const Value& spec = object()["spec"];
    const std::string& of = spec["scaleTargetRef"]["name"].as_string();
    const Value* scaled = core.find("deployments", space, of);
    if (scaled == nullptr || (*scaled)["spec"]["replicas"].as_int(1) == 0 || !object().has("status")) return false;
    const std::int64_t wanted =
        std::clamp(std::max<std::int64_t>(1, object()["status"]["desiredReplicas"].as_int()),
                   spec["minReplicas"].as_int(1), std::max<std::int64_t>(1, spec["maxReplicas"].as_int()));
    if ((*scaled)["spec"]["replicas"].as_int(1) != wanted)
      core.edit("deployments", space, of, [&](Value o) { return set_in(std::move(o), {"spec", "replicas"}, wanted); });
    return false;
  }

  Value revision_for(const std::vector<Value>& kept) {
    std::int64_t most = 0;
    for (const Value& r : kept) most = std::max(most, r["revision"].as_int());
    const Value data =
        Value::Map{{"spec", Value::Map{{"template", strategic_patch(object()["spec"]["template"], Value::Map{})}}}};
    const Value marked = set_in(data, {"spec", "template", "$patch"}, "replace");
    for (const Value& r : kept) {
      if (r["data"] != marked) continue;
      if (r["revision"].as_int() == most) return r;
      core.store("controllerrevisions", set_in(r, {"revision"}, most + 1), "MODIFIED");
      return r;
    }
    const std::string revision_name = name + "-" + hash_of(object()["spec"]["template"]);
    core.add("controllerrevisions",
             Value::Map{{"apiVersion", "apps/v1"},
                        {"kind", "ControllerRevision"},
                        {"metadata",
                         Value::Map{{"name", revision_name},
                                    {"namespace", space},
                                    {"labels", object()["spec"]["template"]["metadata"]["labels"]},
                                    {"ownerReferences", owned_by(object(), object()["kind"].as_string().c_str())}}},
                        {"data", marked},
                        {"revision", most + 1}});
    return *core.find("controllerrevisions", space, revision_name);
  }

  // Pods of the others are only counted.
  bool counted() {
    const bool daemon = resource == "daemonsets";
    const int wanted = daemon ? core.options_.nodes : static_cast<int>(object()["spec"]["replicas"].as_int(1));
    const std::string update = revision_for(owned("controllerrevisions", object()))["metadata"]["name"].as_string();
    const Value& was = object()["status"];
    const char* updated_name = daemon ? "updatedNumberScheduled" : "updatedReplicas";
    const char* ready_name = daemon ? "numberAvailable" : "readyReplicas";
    int updated = static_cast<int>(was[updated_name].as_int()), ready = static_cast<int>(was[ready_name].as_int());
    const bool first = was["updateRevision"].as_string().empty();
    if (was["updateRevision"].as_string() != update && !first) updated = 0;
    if (first) updated = ready = wanted;
    const bool blocked = core.hold;
    const auto partition = static_cast<int>(object()["spec"]["updateStrategy"]["rollingUpdate"]["partition"].as_int());
    const int share = daemon || update == was["currentRevision"].as_string() ? wanted : std::max(0, wanted - partition);
    if (!blocked && ready < wanted) ++ready;
    if (!blocked && updated < share) ++updated;
    ready = std::min(ready, wanted);
    updated = std::min(updated, share);
    const bool through = ready == wanted && updated == share;
    const bool complete = through && (share == wanted || first);
    Value status = Value::Map{{"observedGeneration", object()["metadata"]["generation"]},
                              {"updateRevision", update},
                              {"currentRevision", complete ? Value(update) : was["currentRevision"]},
                              {updated_name, updated},
                              {ready_name, ready}};
    status.set(daemon ? "desiredNumberScheduled" : "replicas", wanted);
    status.set(daemon ? "numberReady" : "availableReplicas", ready);
    put(set_in(object(), {"status"}, status));
    return !through;
  }
};

bool controller_step(KubernetesCore& core, const std::string& key) {
  KubernetesControllers c(core, key);
  if (core.find(c.resource, c.space, c.name) == nullptr) return false;
  if (c.resource == "horizontalpodautoscalers") return c.autoscaler();
  return c.resource == "deployments" ? c.deployment() : c.counted();
}

}  // namespace muster::doubles
