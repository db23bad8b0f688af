#include "integrations/targets/kubernetes/rights.h"

#include <algorithm>
#include <map>
#include <set>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "integrations/net/timers.h"
#include "integrations/targets/kubernetes/names.h"
#include "integrations/targets/kubernetes/target.h"

namespace muster::kubernetes {
namespace {

constexpr std::size_t namespaces_max = 8;
constexpr const char* autoscalers = "horizontalpodautoscalers";

struct Needed {
  const char *group, *resource;
  std::vector<const char*> verbs;
};

std::vector<Needed> needed_for(const std::string& kind) {
  const auto known = kind_named(kind).value_or(Kind::deployment);
  std::vector<Needed> all = {{"apps", plural_of(known), {"get", "list", "watch", "patch"}}};
  if (known == Kind::deployment) {
    all.push_back({"apps", "deployments/scale", {"patch"}});
    all.push_back({"apps", "replicasets", {"list"}});
  } else {
    if (known == Kind::stateful_set) all.push_back({"apps", "statefulsets/scale", {"patch"}});
    all.push_back({"apps", "controllerrevisions", {"list"}});
  }
  all.push_back({"", "pods", {"list"}});
  all.push_back({"", "pods/log", {"get"}});
  all.push_back({"", "events", {"list"}});
  if (known != Kind::daemon_set) all.push_back({"autoscaling", autoscalers, {"list", "patch"}});
  return all;
}

ApiRequest review_of(const KubernetesRight& right) {
  const std::size_t slash = right.resource.find('/');
  Value wanted = Value::Map{{"verb", right.verb},
                            {"group", right.group},
                            {"resource", right.resource.substr(0, slash)},
                            {"namespace", right.namespace_name}};
  if (slash != right.resource.npos) wanted.set("subresource", right.resource.substr(slash + 1));
  ApiRequest request;
  request.method = "POST";
  request.path = std::string(review_path);
  request.content_type = "application/json";
  request.body = to_json(Value::Map{{"apiVersion", "authorization.k8s.io/v1"},
                                    {"kind", "SelfSubjectAccessReview"},
                                    {"spec", Value::Map{{"resourceAttributes", std::move(wanted)}}}});
  return request;
}

class Check final : public KubernetesRightsCheck {
 public:
  Check(const KubernetesTargetDef& def, const KubernetesParts& parts, RightsDone done)
      : parts_(complete(parts)),
        cluster_({def.kubeconfig, def.context, def.timeout}, cluster_parts(parts_, def)),
        done_(std::move(done)) {
    const auto space = cluster_.default_namespace();
    if (!space) {
      parts_.timers.after(0, [this, error = space.error(), alive = std::weak_ptr<int>(alive_)] {
        if (!alive.expired()) done_(std::unexpected(error));
      });
      return;
    }
    list(def, def.namespace_name.empty() ? *space : def.namespace_name);
    next();
  }

 private:
  void list(const KubernetesTargetDef& def, const std::string& usual) {
    std::set<std::pair<std::string, std::string>> places;  // namespace, kind
    for (const std::string& service : def.services) {
      const auto at = std::ranges::find(def.workloads, service, &KubernetesWorkloadDef::service);
      const bool named = at != def.workloads.end();
      places.emplace(named && !at->namespace_name.empty() ? at->namespace_name : usual,
                     named ? at->kind : std::string("deployment"));
      if (places.size() >= namespaces_max) break;
    }
    std::set<std::tuple<std::string, std::string, std::string>> seen;
    for (const auto& [space, kind] : places)
      for (const Needed& n : needed_for(kind))
        for (const char* verb : n.verbs)
          if (seen.emplace(space, n.resource, verb).second) wanted_.push_back({n.group, n.resource, verb, space});
  }

  // One after the other, over one connection.
  void next() {
    if (found_.asked == wanted_.size()) return look_for_autoscalers();
    const KubernetesRight right = wanted_[found_.asked];
    cluster_.call(review_of(right), [this, right, alive = std::weak_ptr<int>(alive_)](const ApiAnswer& answer) {
      if (alive.expired()) return;
      if (!answer.ok()) return done_(std::unexpected(*answer.problem));
      ++found_.asked;
      if (!answer.body["status"]["allowed"].as_bool()) found_.missing.push_back(right);
      next();
    });
  }

  // Their minimum is changed where there is one: without any the right to is not missed. One that comes later is met by
  // the plan of the change.
  void look_for_autoscalers() {
    const auto missed = std::ranges::find_if(found_.missing, [this](const KubernetesRight& r) {
      return r.resource == autoscalers && r.verb == "patch" && !looked_.contains(r.namespace_name);
    });
    if (missed == found_.missing.end()) return finish();
    const std::string space = missed->namespace_name;
    looked_.insert(space);
    ApiRequest request;
    request.path = "/apis/autoscaling/v2/namespaces/" + escape(space) + "/" + autoscalers;
    request.query = "limit=1";
    cluster_.call(request, [this, space, alive = std::weak_ptr<int>(alive_)](const ApiAnswer& answer) {
      if (alive.expired()) return;
      const bool none = answer.ok() && answer.body["items"].as_list().empty();
      std::erase_if(found_.missing, [&](const KubernetesRight& r) {
        return none && r.resource == autoscalers && r.verb == "patch" && r.namespace_name == space;
      });
      look_for_autoscalers();
    });
  }

  void finish() {
    found_.cluster = cluster_.name();
    parts_.timers.after(0, [this, alive = std::weak_ptr<int>(alive_)] {
      if (!alive.expired()) done_(std::move(found_));
    });
  }

  KubernetesParts parts_;
  Cluster cluster_;
  RightsDone done_;
  std::set<std::string> looked_;  // namespaces that were looked into for autoscalers
  std::vector<KubernetesRight> wanted_;
  KubernetesRights found_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

std::string quoted(const std::vector<std::string>& all) { return "[\"" + join(all, "\", \"") + "\"]"; }

}  // namespace
}  // namespace muster::kubernetes

namespace muster {

std::unique_ptr<KubernetesRightsCheck> ask_kubernetes_rights(const KubernetesTargetDef& def,
                                                             const KubernetesParts& parts, RightsDone done) {
  return std::make_unique<kubernetes::Check>(def, parts, std::move(done));
}

std::string words_of(const std::vector<KubernetesRight>& missing) {
  std::map<std::string, std::vector<std::string>> verbs;  // by "pods in prod"
  for (const KubernetesRight& r : missing)
    verbs[r.resource + " in " + clip(one_line(r.namespace_name), 63)].push_back(r.verb);
  std::vector<std::string> parts;
  for (const auto& [what, may] : verbs) parts.push_back(join(may, ", ") + " " + what);
  return join(parts, "; ");
}

std::string rules_of(const std::vector<KubernetesRight>& missing) {
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> verbs;  // by group and resource
  for (const KubernetesRight& r : missing) {
    auto& may = verbs[{r.group, r.resource}];
    if (std::ranges::find(may, r.verb) == may.end()) may.push_back(r.verb);
  }
  std::vector<std::string> rules;
  for (const auto& [what, may] : verbs)
    rules.push_back("- {apiGroups: [\"" + what.first + "\"], resources: [\"" + what.second +
                    "\"], verbs: " + kubernetes::quoted(may) + "}");
  return join(rules, "\n");
}

}  // namespace muster
