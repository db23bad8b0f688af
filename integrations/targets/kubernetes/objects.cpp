#include "integrations/targets/kubernetes/objects.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/text.h"

namespace muster::kubernetes {
namespace {

constexpr std::size_t text_bytes_max = 512;

int count(const Value& value) {
  return static_cast<int>(std::clamp<std::int64_t>(value.as_int(), 0, std::numeric_limits<int>::max()));
}

const Value* condition(const Value& status, std::string_view type) {
  for (const Value& one : status["conditions"].as_list()) {
    if (one["type"].as_string() == type) return &one;
  }
  return nullptr;
}

void read_conditions(const Value& status, Workload& w) {
  if (const Value* progressing = condition(status, "Progressing")) {
    w.progressing = short_text((*progressing)["reason"]);
    w.progressing_message = short_text((*progressing)["message"]);
  }
  const Value* failure = condition(status, "ReplicaFailure");
  if (failure != nullptr && (*failure)["status"].as_string() == "True")
    w.replica_failure = short_text((*failure)["message"]);
}

std::string owning_reference(const Value& metadata) {
  for (const Value& owner : metadata["ownerReferences"].as_list()) {
    if (owner["controller"].as_bool()) return short_text(owner["kind"]) + " " + short_text(owner["name"]);
  }
  return {};
}

std::optional<int> number_in(const std::string& text) {
  int n = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), n);
  return problem == std::errc() && end == text.data() + text.size() && n >= 0 ? std::optional(n) : std::nullopt;
}

// Labels and annotations by which those who reconcile objects mark them as theirs.
std::string owner_of(const Value& metadata) {
  const Value& labels = metadata["labels"];
  const Value& notes = metadata["annotations"];
  if (notes.has("argocd.argoproj.io/tracking-id"))
    return "Argo CD (" + short_text(notes["argocd.argoproj.io/tracking-id"]) + ")";
  if (labels.has("argocd.argoproj.io/instance"))
    return "Argo CD (" + short_text(labels["argocd.argoproj.io/instance"]) + ")";
  if (labels.has("kustomize.toolkit.fluxcd.io/name"))
    return "Flux (Kustomization " + short_text(labels["kustomize.toolkit.fluxcd.io/name"]) + ")";
  if (labels.has("helm.toolkit.fluxcd.io/name"))
    return "Flux (HelmRelease " + short_text(labels["helm.toolkit.fluxcd.io/name"]) + ")";
  if (notes.has("meta.helm.sh/release-name"))
    return "Helm (release " + short_text(notes["meta.helm.sh/release-name"]) + ")";
  return owning_reference(metadata);
}

void read_counters(const Value& spec, const Value& status, Workload& w) {
  if (w.kind == Kind::daemon_set) {
    w.replicas = w.current = count(status["desiredNumberScheduled"]);
    w.updated = count(status["updatedNumberScheduled"]);
    w.available = count(status["numberAvailable"]);
    w.ready = count(status["numberReady"]);
    return;
  }
  w.replicas = spec.has("replicas") ? count(spec["replicas"]) : 1;  // the API's own default
  w.current = count(status["replicas"]);
  w.updated = count(status["updatedReplicas"]);
  w.available = count(status["availableReplicas"]);
  w.ready = count(status["readyReplicas"]);
}

}  // namespace

std::optional<Autoscaler> autoscaler_of(const Value& list, Kind kind, std::string_view name) {
  for (const Value& item : list["items"].as_list()) {
    const Value& spec = item["spec"];
    const Value& ref = spec["scaleTargetRef"];
    if (ref["kind"].as_string() != title_of(kind) || ref["name"].as_string() != name) continue;
    const Value& metadata = item["metadata"];
    const Value& notes = metadata["annotations"];
    Autoscaler found;
    found.name = short_text(metadata["name"]);
    found.namespace_name = short_text(metadata["namespace"]);
    found.resource_version = short_text(metadata["resourceVersion"]);
    found.least = spec.has("minReplicas") ? count(spec["minReplicas"]) : 1;  // the API's own default
    found.most = count(spec["maxReplicas"]);
    found.run = short_text(notes[run_annotation]);
    found.least_once = number_in(notes[minimum_annotation].as_string());
    found.keeper = owning_reference(metadata);
    found.owner = found.keeper.empty() ? owner_of(metadata) : "";
    return found;
  }
  return std::nullopt;
}

std::string words_of(const Autoscaler& a) {
  std::string text = "the autoscaler " + clip(a.name, 80) + " (" + std::to_string(a.least) + " to " +
                     std::to_string(a.most) + " replicas";
  if (a.least_once && *a.least_once != a.least)
    text +=
        "; its minimum was " + std::to_string(*a.least_once) + " before " + clip(a.run.substr(0, a.run.find('.')), 40);
  return text + ")";
}

std::string short_text(const Value& text) { return clip_bytes(one_line(text.as_string()), text_bytes_max); }

std::optional<Kind> kind_named(std::string_view name) {
  if (name == "deployment") return Kind::deployment;
  if (name == "statefulset") return Kind::stateful_set;
  if (name == "daemonset") return Kind::daemon_set;
  return std::nullopt;
}

const char* plural_of(Kind kind) {
  return kind == Kind::deployment ? "deployments" : kind == Kind::stateful_set ? "statefulsets" : "daemonsets";
}

const char* title_of(Kind kind) {
  return kind == Kind::deployment ? "Deployment" : kind == Kind::stateful_set ? "StatefulSet" : "DaemonSet";
}

Value bare_template(const Value& pod_template, bool restarts) {
  Value bare = pod_template;
  Value metadata = bare["metadata"].is_map() ? bare["metadata"] : Value(Value::Map{});
  const auto without = [](const Value& map, std::string_view name) {
    Value rest = Value::Map{};
    for (const auto& [key, value] : map.as_map()) {
      if (key != name) rest.set(key, value);
    }
    return rest;
  };
  metadata.set("labels", without(metadata["labels"], hash_label));
  Value notes = restarts ? metadata["annotations"] : without(metadata["annotations"], restarted_annotation);
  metadata = without(without(metadata, "annotations"), "creationTimestamp");
  if (!notes.as_map().empty()) metadata.set("annotations", std::move(notes));
  bare.set("metadata", std::move(metadata));
  return bare;
}

Workload read_workload(Kind kind, const Value& object) {
  const Value& metadata = object["metadata"];
  const Value& notes = metadata["annotations"];
  const Value& spec = object["spec"];
  const Value& status = object["status"];
  Workload w;
  w.kind = kind;
  w.name = short_text(metadata["name"]);
  w.namespace_name = short_text(metadata["namespace"]);
  w.uid = short_text(metadata["uid"]);
  w.resource_version = short_text(metadata["resourceVersion"]);
  w.generation = metadata["generation"].as_int();
  w.observed_generation = status["observedGeneration"].as_int();
  w.run = short_text(notes[run_annotation]);
  w.revision = short_text(notes[revision_annotation]);
  const Value& template_notes = spec["template"]["metadata"]["annotations"];
  w.restarted = short_text(template_notes[restarted_annotation]);
  w.default_container = short_text(template_notes[default_container_annotation]);
  w.template_hash = to_hex(sha256(to_json(bare_template(spec["template"], true)))).substr(0, 16);
  for (const Value& one : spec["template"]["spec"]["containers"].as_list())
    w.containers.push_back({short_text(one["name"]), short_text(one["image"])});
  w.paused = spec["paused"].as_bool();
  const std::string& strategy = spec[kind == Kind::deployment ? "strategy" : "updateStrategy"]["type"].as_string();
  w.rolling_update = strategy != "OnDelete";
  w.recreate = strategy == "Recreate";
  w.partition = count(spec["updateStrategy"]["rollingUpdate"]["partition"]);
  w.current_revision = short_text(status["currentRevision"]);
  w.update_revision = short_text(status["updateRevision"]);
  read_counters(spec, status, w);
  read_conditions(status, w);
  w.owner = owner_of(metadata);
  w.stage = stage_of(w, object);
  return w;
}

std::string container_of(const Workload& workload, const std::string& wanted) {
  if (wanted.empty() && workload.containers.size() == 1) return workload.containers.front().name;
  const auto there = [&](const std::string& name) {
    return std::ranges::any_of(workload.containers, [&](const Container& c) { return c.name == name; });
  };
  if (!wanted.empty()) return there(wanted) ? wanted : std::string();
  // Beside sidecars: what the template itself calls the main one, then the one that bears the workload's name.
  for (const std::string& name : {workload.default_container, workload.name})
    if (!name.empty() && there(name)) return name;
  return {};
}

std::string image_of(const Workload& workload, const std::string& container) {
  for (const Container& c : workload.containers) {
    if (c.name == container) return c.image;
  }
  return {};
}

std::string selector_of(const Value& object) {
  std::string text;
  const auto add = [&text](const std::string& requirement) { text += (text.empty() ? "" : ",") + requirement; };
  const Value& selector = object["spec"]["selector"];
  for (const auto& [name, value] : selector["matchLabels"].as_map()) add(name + "=" + value.as_string());
  for (const Value& e : selector["matchExpressions"].as_list()) {
    std::vector<std::string> values;
    for (const Value& v : e["values"].as_list()) values.push_back(v.as_string());
    const std::string& key = e["key"].as_string();
    const std::string& op = e["operator"].as_string();
    if (op == "In") add(key + " in (" + join(values, ",") + ")");
    if (op == "NotIn") add(key + " notin (" + join(values, ",") + ")");
    if (op == "Exists") add(key);
    if (op == "DoesNotExist") add("!" + key);
  }
  return text;
}

bool is_owned_by(const Value& object, const std::string& uid) {
  return std::ranges::any_of(object["metadata"]["ownerReferences"].as_list(), [&](const Value& owner) {
    return owner["controller"].as_bool() && owner["uid"].as_string() == uid;
  });
}

}  // namespace muster::kubernetes
