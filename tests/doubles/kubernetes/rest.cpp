// What the API server answers.
#include <algorithm>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "tests/doubles/kubernetes/core.h"

namespace muster::doubles {
namespace {

HttpResponse json(int status, const Value& body) {
  return {.status = status, .content_type = "application/json", .body = to_json(body), .headers = {}};
}

std::string group_of(const std::string& resource) {
  if (resource == "pods" || resource == "events" || resource == "namespaces" || resource == "nodes") return "";
  return resource == "horizontalpodautoscalers" ? "autoscaling" : "apps";
}

std::string qualified(const std::string& resource) {
  const std::string group = group_of(resource);
  return group.empty() ? resource : resource + "." + group;
}

std::string kind_of(const std::string& resource) {
  const std::map<std::string, std::string> kinds = {{"deployments", "Deployment"},
                                                    {"statefulsets", "StatefulSet"},
                                                    {"daemonsets", "DaemonSet"},
                                                    {"replicasets", "ReplicaSet"},
                                                    {"controllerrevisions", "ControllerRevision"},
                                                    {"pods", "Pod"},
                                                    {"events", "Event"},
                                                    {"namespaces", "Namespace"},
                                                    {"nodes", "Node"},
                                                    {"horizontalpodautoscalers", "HorizontalPodAutoscaler"}};
  const auto it = kinds.find(resource);
  return it == kinds.end() ? std::string() : it->second;
}

struct Target {
  std::string group_version, space, resource, name, sub;
};

// /apis/GROUP/VERSION/namespaces/NS/RESOURCE/NAME/SUB, or without the namespace.
Target target_of(const std::string& path) {
  std::vector<std::string> parts = split(path, '/');
  Target t;
  std::size_t at = 1;
  if (parts.size() > 2 && parts[1] == "api") {
    t.group_version = parts[2];
    at = 3;
  } else if (parts.size() > 3 && parts[1] == "apis") {
    t.group_version = parts[2] + "/" + parts[3];
    at = 4;
  }
  if (parts.size() > at + 2 && parts[at] == "namespaces") {
    t.space = parts[at + 1];
    at += 2;
  }
  if (parts.size() > at) t.resource = parts[at];
  if (parts.size() > at + 1) t.name = parts[at + 1];
  if (parts.size() > at + 2) t.sub = parts[at + 2];
  return t;
}

std::string query(const HttpRequest& q, const char* name) {
  const auto it = q.query.find(name);
  return it == q.query.end() ? std::string() : it->second;
}

// "a=b,c in (d,e),!f"
bool selected(const Value& labels, const std::string& selector) {
  std::string rest = selector;
  while (!rest.empty()) {
    const std::size_t open = rest.find('('), comma = rest.find(',');
    const std::size_t end = open < comma ? rest.find(',', rest.find(')')) : comma;
    const std::string one(trim(rest.substr(0, end)));
    rest = end == rest.npos ? "" : rest.substr(end + 1);
    if (const std::size_t in = one.find(" in ("); in != one.npos) {
      const auto values = split(one.substr(in + 5, one.size() - in - 6), ',');
      if (std::ranges::count(values, labels[one.substr(0, in)].as_string()) == 0) return false;
      continue;
    }
    if (one.starts_with("!")) {
      if (labels.has(one.substr(1))) return false;
      continue;
    }
    std::string key = one.substr(0, one.find('=')), value = one.substr(one.rfind('=') + 1);
    if (one.find('=') == one.npos ? !labels.has(one) : labels[key].as_string() != value) return false;
  }
  return true;
}

bool field_selected(const Value& object, const std::string& selector) {
  for (const std::string& one : split(selector, ',')) {
    const std::size_t equals = one.find('=');
    if (one.empty() || equals == one.npos) continue;
    Value at = object;
    for (const std::string& member : split(one.substr(0, equals), '.')) at = Value(at[member]);
    if (at.as_string() != one.substr(one.rfind('=') + 1)) return false;
  }
  return true;
}

Value discovery(const std::string& group_version, const std::vector<std::string>& resources) {
  Value::List list;
  for (const std::string& resource : resources) {
    const Value verbs = Value::List{"get", "list", "watch", "patch", "update", "create", "delete"};
    std::string singular = kind_of(resource);
    list.push_back(Value::Map{{"name", resource},
                              {"singularName", lower_ascii(singular)},
                              {"namespaced", resource != "namespaces" && resource != "nodes"},
                              {"kind", singular},
                              {"verbs", verbs}});
    if (resource == "deployments" || resource == "statefulsets")
      list.push_back(Value::Map{{"name", resource + "/scale"},
                                {"singularName", ""},
                                {"namespaced", true},
                                {"group", "autoscaling"},
                                {"version", "v1"},
                                {"kind", "Scale"},
                                {"verbs", verbs}});
  }
  return Value::Map{
      {"kind", "APIResourceList"}, {"apiVersion", "v1"}, {"groupVersion", group_version}, {"resources", list}};
}

Value group(const char* name, const char* version) {
  const std::string whole = std::string(name) + "/" + version;
  const Value v = Value::Map{{"groupVersion", whole}, {"version", version}};
  return Value::Map{{"name", name}, {"versions", Value::List{v}}, {"preferredVersion", v}};
}

std::optional<HttpResponse> about(const std::string& path) {
  if (path == "/version")
    return json(200,
                Value::Map{{"major", "1"}, {"minor", "32"}, {"gitVersion", "v1.32.0"}, {"platform", "linux/amd64"}});
  if (path == "/api") return json(200, Value::Map{{"kind", "APIVersions"}, {"versions", Value::List{"v1"}}});
  if (path == "/apis")
    return json(200, Value::Map{{"kind", "APIGroupList"},
                                {"apiVersion", "v1"},
                                {"groups", Value::List{group("apps", "v1"), group("autoscaling", "v2")}}});
  if (path == "/api/v1") return json(200, discovery("v1", {"pods", "events", "namespaces", "nodes"}));
  if (path == "/apis/apps/v1")
    return json(
        200, discovery("apps/v1", {"deployments", "statefulsets", "daemonsets", "replicasets", "controllerrevisions"}));
  if (path == "/apis/autoscaling/v2") return json(200, discovery("autoscaling/v2", {"horizontalpodautoscalers"}));
  return std::nullopt;
}

Value scale_of(const Value& object) {
  const Value& m = object["metadata"];
  return Value::Map{{"kind", "Scale"},
                    {"apiVersion", "autoscaling/v1"},
                    {"metadata", Value::Map{{"name", m["name"]},
                                            {"namespace", m["namespace"]},
                                            {"uid", m["uid"]},
                                            {"resourceVersion", m["resourceVersion"]}}},
                    {"spec", Value::Map{{"replicas", object["spec"]["replicas"].as_int(1)}}},
                    {"status", Value::Map{{"replicas", object["status"]["replicas"].as_int()}}}};
}

std::string wrong_in(const Value& object) {
  if (object["spec"].has("maxReplicas")) {
    const std::int64_t least = object["spec"]["minReplicas"].as_int(1), most = object["spec"]["maxReplicas"].as_int();
    if (least < 1) return "spec.minReplicas: Invalid value: must be greater than or equal to 1";
    if (most < least) return "spec.maxReplicas: Invalid value: must be greater than or equal to `minReplicas`";
    return {};
  }
  if (object["spec"]["replicas"].as_int() < 0)
    return "spec.replicas: Invalid value: must be greater than or equal to 0";
  const Value& spec = object["spec"];
  if (spec.has("strategy") && spec["minReadySeconds"].as_int() >= spec["progressDeadlineSeconds"].as_int(600))
    return "spec.progressDeadlineSeconds: Invalid value: must be greater than minReadySeconds";
  const Value& rolling = spec["strategy"]["rollingUpdate"];
  const auto none = [&](const char* key) { return rolling[key].is_int() && rolling[key].as_int() == 0; };
  if (none("maxSurge") && none("maxUnavailable"))
    return "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: may not be 0 when `maxSurge` is 0";
  for (const Value& c : object["spec"]["template"]["spec"]["containers"].as_list()) {
    if (c["image"].as_string().empty())
      return "spec.template.spec.containers[" + c["name"].as_string() + "].image: Required value";
  }
  return {};
}

std::string unknown_field(const Value& object) {
  const std::vector<std::string> known = {"replicas",
                                          "selector",
                                          "template",
                                          "strategy",
                                          "updateStrategy",
                                          "paused",
                                          "progressDeadlineSeconds",
                                          "revisionHistoryLimit",
                                          "minReadySeconds",
                                          "serviceName",
                                          "podManagementPolicy",
                                          "volumeClaimTemplates",
                                          "scaleTargetRef",
                                          "minReplicas",
                                          "maxReplicas"};
  for (const auto& [name, value] : object["spec"].as_map()) {
    if (std::ranges::count(known, name) == 0) return "spec." + name;
  }
  return {};
}

std::string run_in(const HttpRequest& q) {
  const auto it = q.headers.find("user-agent");
  if (it == q.headers.end() || !it->second.starts_with("muster (")) return {};
  return it->second.substr(8, it->second.size() - 9);
}

const char* verb_of(const HttpRequest& q, const Target& t) {
  if (q.method == "PATCH") return "patch";
  if (q.method == "PUT") return "update";
  if (q.method == "POST") return "create";
  if (q.method == "DELETE") return "delete";
  return t.name.empty() ? "list" : "get";
}

}  // namespace

HttpResponse KubernetesCore::status_response(int code, const std::string& reason, const std::string& message) {
  return json(code, Value::Map{{"kind", "Status"},
                               {"apiVersion", "v1"},
                               {"metadata", Value::Map{}},
                               {"status", "Failure"},
                               {"message", message},
                               {"reason", reason},
                               {"code", code}});
}

bool is_review(const HttpRequest& q) { return q.path.ends_with("/selfsubjectaccessreviews"); }

struct KubernetesRoutes {
  KubernetesCore& core;
  const HttpRequest& q;
  const Target t = target_of(q.path);

  static HttpResponse status(int code, const std::string& reason, const std::string& message) {
    return KubernetesCore::status_response(code, reason, message);
  }

  std::optional<HttpResponse> refused() const {
    const auto it = q.headers.find("authorization");
    const bool known = core.options_.token.empty() || q.headers.contains("x-client-certificate") ||
                       (it != q.headers.end() && it->second == "Bearer " + core.options_.token);
    if (!known) return status(401, "Unauthorized", "Unauthorized");
    const std::string resource = t.resource + (t.sub.empty() ? "" : "/" + t.sub);
    if (!core.forbidden.contains(std::string(verb_of(q, t)) + " " + resource)) return std::nullopt;
    return status(403, "Forbidden",
                  qualified(t.resource) + (t.name.empty() ? "" : " \"" + t.name + "\"") +
                      " is forbidden: User \"muster\" cannot " + verb_of(q, t) + " resource \"" + resource +
                      "\" in API group \"" + group_of(t.resource) + "\" in the namespace \"" + t.space + "\"");
  }

  HttpResponse list() const {
    Value::List items;
    const std::string labels = query(q, "labelSelector"), fields = query(q, "fieldSelector");
    for (const Value* object : core.all(t.resource, t.space)) {
      if (selected((*object)["metadata"]["labels"], labels) && field_selected(*object, fields))
        items.push_back(*object);
    }
    const std::string limit_text = query(q, "limit"), from_text = query(q, "continue");
    const std::size_t limit = limit_text.empty() ? 0 : std::stoul(limit_text);
    const std::size_t from = from_text.empty() ? 0 : std::stoul(from_text);
    Value metadata = Value::Map{{"resourceVersion", std::to_string(core.version_)}};
    if (from > 0) items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(std::min(from, items.size())));
    if (limit > 0 && items.size() > limit) {
      items.resize(limit);
      metadata.set("continue", std::to_string(from + limit));
    }
    return json(200, Value::Map{{"kind", kind_of(t.resource) + "List"},
                                {"apiVersion", t.group_version},
                                {"metadata", metadata},
                                {"items", items}});
  }

  HttpResponse get() const {
    const Value* object = core.find(t.resource, t.space, t.name);
    if (object == nullptr) return missing();
    if (t.sub == "scale") return json(200, scale_of(*object));
    if (t.sub == "log")
      return {.status = 200, .body = "starting\nfatal: the database does not answer\n", .headers = {}};
    return json(200, *object);
  }

  HttpResponse missing() const {
    return status(404, "NotFound", qualified(t.resource) + " \"" + t.name + "\" not found");
  }
  HttpResponse conflict() const {
    return status(
        409, "Conflict",
        "Operation cannot be fulfilled on " + qualified(t.resource) + " \"" + t.name +
            "\": the object has been modified; please apply your changes to the latest version and try again");
  }

  // The object as the request would have it, or the refusal.
  std::expected<Value, HttpResponse> patched(const Value& object) const {
    const auto body = parse_json(q.body);
    if (!body) return std::unexpected(status(400, "BadRequest", "the body is no JSON"));
    const auto header = q.headers.find("content-type");
    const std::string type = header == q.headers.end() ? "" : header->second;
    if (q.method == "PUT") return *body;
    if (type == "application/merge-patch+json") return merge_patch(object, *body);
    if (type == "application/strategic-merge-patch+json" && t.sub.empty()) return strategic_patch(object, *body);
    if (type == "application/json-patch+json") {
      auto done = json_patch(object, *body);
      if (done) return *done;
      return std::unexpected(status(422, "Invalid", "the server rejected our request due to an error in our request"));
    }
    return std::unexpected(status(415, "UnsupportedMediaType", "the body of the request was in an unknown format"));
  }

  std::expected<Value, HttpResponse> wanted(const Value& object) const {
    const Value shown = t.sub == "scale" ? scale_of(object) : object;
    auto made = patched(shown);
    if (!made) return made;
    const std::string& version = (*made)["metadata"]["resourceVersion"].as_string();
    if (!version.empty() && version != object["metadata"]["resourceVersion"].as_string())
      return std::unexpected(conflict());
    Value next = t.sub == "scale" ? set_in(object, {"spec", "replicas"}, (*made)["spec"]["replicas"]) : *made;
    if (const std::string field = unknown_field(next); !field.empty() && query(q, "fieldValidation") == "Strict")
      return std::unexpected(status(400, "BadRequest", "strict decoding error: unknown field \"" + field + "\""));
    if (const std::string wrong = wrong_in(next); !wrong.empty())
      return std::unexpected(
          status(422, "Invalid",
                 kind_of(t.resource) + "." + group_of(t.resource) + " \"" + t.name + "\" is invalid: " + wrong));
    return next;
  }

  HttpResponse change() {
    const Value* found = core.find(t.resource, t.space, t.name);
    if (found == nullptr) return missing();
    const Value old = *found;
    auto next = wanted(old);
    if (!next) return next.error();
    if ((*next)["spec"] != old["spec"])
      *next = set_in(*next, {"metadata", "generation"}, old["metadata"]["generation"].as_int() + 1);
    if (query(q, "dryRun") != "All" && *next != old) {
      core.touch(t.resource, *next);
      core.store(t.resource, *next, "MODIFIED");
      core.ledger.back().changed = true;
      next = *core.find(t.resource, t.space, t.name);
    }
    return json(200, t.sub == "scale" ? scale_of(*next) : *next);
  }

  // Whether who asks may do it; nothing is stored.
  HttpResponse review() const {
    Value body = parse_json(q.body).value_or(Value());
    const Value& wanted = body["spec"]["resourceAttributes"];
    const std::string sub = wanted["subresource"].as_string();
    const std::string what =
        wanted["verb"].as_string() + " " + wanted["resource"].as_string() + (sub.empty() ? "" : "/" + sub);
    body.set("status", Value::Map{{"allowed", !core.forbidden.contains(what)}});
    return json(201, body);
  }

  HttpResponse answer() {
    if (auto no = refused()) return *no;
    if (is_review(q)) return review();
    if (auto known = about(q.path)) return *known;
    if (kind_of(t.resource).empty()) return status(404, "NotFound", "the server could not find the requested resource");
    if (q.method == "GET") return t.name.empty() ? list() : get();
    if (q.method == "PATCH" || q.method == "PUT") return change();
    return status(405, "MethodNotAllowed", "the double has only GET, PATCH and PUT");
  }
};

HttpResponse KubernetesCore::request(const HttpRequest& q) {
  ++requests;
  const auto dry = q.query.find("dryRun");
  const bool effect = q.method != "GET" && !is_review(q) && (dry == q.query.end() || dry->second != "All");
  if (effect) ledger.push_back({clock_.now(), q.method, q.path, run_in(q), q.body, 0, false});
  if (fault_before) {
    if (const auto fault = fault_before(q)) {
      if (effect) ledger.back().status = fault->status;
      return *fault;
    }
  }
  HttpResponse response = KubernetesRoutes{*this, q}.answer();
  if (effect) ledger.back().status = response.status;
  if (fault_after) {
    if (const auto fault = fault_after(q)) return *fault;
  }
  return response;
}

}  // namespace muster::doubles
