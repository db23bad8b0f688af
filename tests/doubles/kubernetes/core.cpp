#include "tests/doubles/kubernetes/core.h"

#include <algorithm>
#include <charconv>

#include "bot/base/json.h"

namespace muster::doubles {
namespace {

constexpr std::size_t events_kept = 5000;
constexpr const char* autoscalers = "horizontalpodautoscalers";

std::string key_of(const std::string& resource, const std::string& space, const std::string& name) {
  return resource + "/" + space + "/" + name;
}

std::string space_of(const Value& object) { return object["metadata"]["namespace"].as_string(); }
std::string name_of_object(const Value& object) { return object["metadata"]["name"].as_string(); }

bool is_workload(const std::string& resource) {
  return resource == "deployments" || resource == "statefulsets" || resource == "daemonsets";
}

Value pod_template(const std::string& name, const std::string& image) {
  return Value::Map{{"metadata", Value::Map{{"labels", Value::Map{{"app", name}}}}},
                    {"spec", Value::Map{{"containers", Value::List{Value::Map{{"name", "app"}, {"image", image}}}},
                                        {"restartPolicy", "Always"}}}};
}

Value workload(const char* kind, const std::string& space, const std::string& name, const std::string& image) {
  return Value::Map{
      {"apiVersion", "apps/v1"},
      {"kind", kind},
      {"metadata", Value::Map{{"name", name}, {"namespace", space}, {"labels", Value::Map{{"app", name}}}}},
      {"spec", Value::Map{{"selector", Value::Map{{"matchLabels", Value::Map{{"app", name}}}}},
                          {"template", pod_template(name, image)}}}};
}

std::string line_of(const char* type, const Value& object) {
  return to_json(Value::Map{{"type", type}, {"object", object}}) + "\n";
}

std::uint64_t number(const std::string& text) {
  std::uint64_t n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

}  // namespace

KubernetesCore::KubernetesCore(const Clock& clock, KubernetesOptions options)
    : clock_(clock), options_(std::move(options)) {}

std::string KubernetesCore::new_uid() {
  const std::string n = std::to_string(++serial_);
  return "00000000-0000-4000-8000-" + std::string(12 - std::min<std::size_t>(12, n.size()), '0') + n;
}

void KubernetesCore::add(const std::string& resource, Value object) {
  Value metadata = object["metadata"];
  metadata.set("uid", new_uid());
  metadata.set("creationTimestamp", now_text());
  if (is_workload(resource)) metadata.set("generation", 1);
  const std::string space = metadata["namespace"].as_string();
  if (!space.empty() && find("namespaces", "", space) == nullptr)
    add("namespaces",
        Value::Map{{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", Value::Map{{"name", space}}}});
  object.set("metadata", metadata);
  touch(resource, object);
  store(resource, std::move(object), "ADDED");
}

void KubernetesCore::add_deployment(const std::string& space, const std::string& name, const std::string& image,
                                    int replicas, Value more_metadata) {
  Value object = workload("Deployment", space, name, image);
  object.set("metadata", merge_patch(object["metadata"], more_metadata));
  Value spec = object["spec"];
  spec.set("replicas", replicas);
  spec.set("strategy", Value::Map{{"type", "RollingUpdate"}});
  spec.set("progressDeadlineSeconds", 600);
  spec.set("revisionHistoryLimit", 10);
  object.set("spec", spec);
  add("deployments", std::move(object));
  settle();
}

void KubernetesCore::add_stateful_set(const std::string& space, const std::string& name, const std::string& image,
                                      int replicas) {
  Value object = workload("StatefulSet", space, name, image);
  Value spec = object["spec"];
  spec.set("replicas", replicas);
  spec.set("serviceName", name);
  spec.set("updateStrategy", Value::Map{{"type", "RollingUpdate"}, {"rollingUpdate", Value::Map{{"partition", 0}}}});
  object.set("spec", spec);
  add("statefulsets", std::move(object));
  settle();
}

void KubernetesCore::add_daemon_set(const std::string& space, const std::string& name, const std::string& image) {
  Value object = workload("DaemonSet", space, name, image);
  Value spec = object["spec"];
  spec.set("updateStrategy",
           Value::Map{{"type", "RollingUpdate"}, {"rollingUpdate", Value::Map{{"maxUnavailable", 1}}}});
  object.set("spec", spec);
  add("daemonsets", std::move(object));
  settle();
}

std::string KubernetesCore::store(const std::string& resource, Value object, const std::string& type) {
  const std::string version = std::to_string(++version_);
  object = set_in(std::move(object), {"metadata", "resourceVersion"}, version);
  const Event event{version_, resource, space_of(object), name_of_object(object), type, object};
  const std::string key = key_of(resource, event.space, event.name);
  if (type == "DELETED")
    objects_.erase(key);
  else
    objects_[key] = std::move(object);
  events_.push_back(event);
  if (events_.size() > events_kept) {
    oldest_ = events_.front().version;
    events_.pop_front();
  }
  for (const auto& [connection, watching] : watches_) tell(watching, connection, event);
  return version;
}

void KubernetesCore::tell(const Watching& watching, std::uint64_t connection, const Event& event) {
  if (watching.resource != event.resource || !wire_.send) return;
  if (!watching.space.empty() && watching.space != event.space) return;
  if (!watching.name.empty() && watching.name != event.name) return;
  wire_.send(connection, line_of(event.type.c_str(), event.object));
}

void KubernetesCore::remove(const std::string& resource, const std::string& space, const std::string& name) {
  const Value* object = find(resource, space, name);
  if (object != nullptr) store(resource, Value(*object), "DELETED");
}

// An autoscaler looks whenever its workload or itself has changed.
void KubernetesCore::touch(const std::string& resource, const Value& object) {
  const auto due = [&](const std::string& key) { due_[key] = clock_.now() + options_.step; };
  if (is_workload(resource) || resource == autoscalers) due(key_of(resource, space_of(object), name_of_object(object)));
  if (!is_workload(resource)) return;
  for (const Value* one : all(autoscalers, space_of(object)))
    if ((*one)["spec"]["scaleTargetRef"]["name"].as_string() == name_of_object(object))
      due(key_of(autoscalers, space_of(object), name_of_object(*one)));
}

void KubernetesCore::add_autoscaler(const std::string& space, const std::string& name, int least, int most) {
  const Value ref = Value::Map{{"apiVersion", "apps/v1"}, {"kind", "Deployment"}, {"name", name}};
  const Value* workload_now = find("deployments", space, name);
  const std::int64_t load = workload_now == nullptr ? 1 : (*workload_now)["spec"]["replicas"].as_int(1);
  add(autoscalers,
      Value::Map{{"apiVersion", "autoscaling/v2"},
                 {"kind", "HorizontalPodAutoscaler"},
                 {"metadata", Value::Map{{"name", name}, {"namespace", space}}},
                 {"spec", Value::Map{{"scaleTargetRef", ref}, {"minReplicas", least}, {"maxReplicas", most}}},
                 {"status", Value::Map{{"currentReplicas", load}, {"desiredReplicas", load}}}});
  settle();
}

const Value* KubernetesCore::find(const std::string& resource, const std::string& space,
                                  const std::string& name) const {
  const auto it = objects_.find(key_of(resource, space, name));
  return it == objects_.end() ? nullptr : &it->second;
}

std::vector<const Value*> KubernetesCore::all(const std::string& resource, const std::string& space,
                                              const std::string& name) const {
  const std::string prefix = resource + "/" + (space.empty() ? "" : space + "/" + name);
  std::vector<const Value*> found;
  for (auto it = objects_.lower_bound(prefix); it != objects_.end() && it->first.starts_with(prefix); ++it)
    found.push_back(&it->second);
  return found;
}

void KubernetesCore::edit(const std::string& resource, const std::string& space, const std::string& name,
                          const std::function<Value(Value)>& change) {
  const Value* old = find(resource, space, name);
  if (old == nullptr) return;
  Value edited = change(*old);
  if (edited["spec"] != (*old)["spec"])
    edited = set_in(std::move(edited), {"metadata", "generation"}, (*old)["metadata"]["generation"].as_int() + 1);
  touch(resource, edited);
  store(resource, std::move(edited), "MODIFIED");
}

bool KubernetesCore::is_watch(const HttpRequest& request) {
  const auto it = request.query.find("watch");
  return request.method == "GET" && it != request.query.end() && (it->second == "true" || it->second == "1");
}

TimeMs KubernetesCore::tick() {
  const TimeMs now = clock_.now();
  for (int moves = 0; moves < 10'000; ++moves) {
    const auto first = std::ranges::min_element(due_, {}, [](const auto& entry) { return entry.second; });
    if (first == due_.end() || first->second > now) break;
    const std::string key = first->first;
    const TimeMs at = first->second;
    if (controller_step(*this, key))
      due_[key] = at + options_.step;
    else
      due_.erase(key);
  }
  std::vector<std::uint64_t> over;
  TimeMs next = 0;
  const auto sooner = [&next](TimeMs t) { next = next == 0 ? t : std::min(next, t); };
  for (auto& [connection, watching] : watches_) {
    if (watching.ends <= now) over.push_back(connection);
    sooner(watching.ends);
    if (!watching.bookmarks) continue;
    sooner(watching.bookmark_at);
    if (watching.bookmark_at > now) continue;
    watching.bookmark_at = now + minute_ms;
    const Value metadata = Value::Map{{"resourceVersion", std::to_string(version_)}};
    wire_.send(connection, line_of("BOOKMARK", Value::Map{{"metadata", metadata}}));
  }
  for (const std::uint64_t connection : over) {
    watches_.erase(connection);
    wire_.end(connection);
  }
  for (const auto& [key, at] : due_) sooner(at);
  return next;
}

void KubernetesCore::settle() {
  for (int moves = 0; moves < 1000 && !due_.empty(); ++moves) {
    const std::string key = due_.begin()->first;
    if (!controller_step(*this, key)) due_.erase(key);
  }
}

void KubernetesCore::end_watches() {
  std::vector<std::uint64_t> all;
  for (const auto& [connection, watching] : watches_) all.push_back(connection);
  watches_.clear();
  for (const std::uint64_t connection : all) wire_.end(connection);
}

std::optional<HttpResponse> KubernetesCore::watch(std::uint64_t connection, const HttpRequest& request_seen) {
  HttpRequest listed = request_seen;
  listed.query.erase("watch");
  // Whoever may not list, or asks for what is not there, is told so as for a list.
  HttpResponse refused = request(listed);
  if (refused.status != 200) return refused;
  const auto query = [&](const char* name) {
    const auto it = request_seen.query.find(name);
    return it == request_seen.query.end() ? std::string() : it->second;
  };
  Watching watching;
  const std::string& path = request_seen.path;
  watching.resource = path.substr(path.rfind('/') + 1);
  if (const std::size_t at = path.find("/namespaces/"); at != path.npos)
    watching.space = path.substr(at + 12, path.rfind('/') - at - 12);
  if (query("fieldSelector").starts_with("metadata.name=")) watching.name = query("fieldSelector").substr(14);
  watching.bookmarks = query("allowWatchBookmarks") == "true" || query("allowWatchBookmarks") == "1";
  const std::uint64_t seconds = number(query("timeoutSeconds"));
  watching.ends = clock_.now() + static_cast<DurationMs>(seconds == 0 ? 600 : seconds) * second_ms;
  watching.bookmark_at = clock_.now() + minute_ms;
  const std::uint64_t from = number(query("resourceVersion"));
  ++watches_opened;
  if (from != 0 && from < oldest_) {
    const HttpResponse gone = status_response(410, "Expired", "too old resource version");
    if (!options_.gone_as_line) return gone;
    wire_.send(connection, line_of("ERROR", parse_json(gone.body).value()));
    wire_.end(connection);
    return std::nullopt;
  }
  watches_[connection] = watching;
  if (from == 0) {
    for (const Value* object : all(watching.resource, watching.space))
      tell(watching, connection, {0, watching.resource, space_of(*object), name_of_object(*object), "ADDED", *object});
  } else {
    for (const Event& event : events_) {
      if (event.version > from) tell(watching, connection, event);
    }
  }
  return std::nullopt;
}

}  // namespace muster::doubles
