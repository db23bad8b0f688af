#include "integrations/targets/kubernetes/offer.h"

#include <algorithm>
#include <map>

#include "integrations/net/timers.h"
#include "integrations/targets/kubernetes/names.h"
#include "integrations/targets/kubernetes/target.h"

namespace muster::kubernetes {
namespace {

constexpr std::size_t offered_max = 1000;
constexpr int offer_page = 250;

class Offer final : public KubernetesOffer {
 public:
  Offer(const KubernetesParts& parts, OfferDone done)
      : parts_(complete(parts)), cluster_({}, cluster_parts(parts_, {})), done_(std::move(done)) {
    list("/apis/apps/v1/deployments", {});
  }

 private:
  void list(const std::string& path, const std::string& more) {
    ApiRequest request;
    request.path = path;
    request.query = "limit=" + std::to_string(offer_page) + (more.empty() ? "" : "&continue=" + escape(more));
    cluster_.call(request, [this, path](const ApiAnswer& answer) { listed(path, answer); });
  }

  void listed(const std::string& path, const ApiAnswer& answer) {
    const bool everywhere = path.find("/namespaces/") == path.npos;
    if (answer.status == 403 && everywhere) {
      const auto space = cluster_.default_namespace();
      if (space) return list(collection_path({Kind::deployment, *space, {}}), {});
    }
    if (!answer.ok()) return done_(std::unexpected(*answer.problem));
    for (const Value& item : answer.body["items"].as_list()) {
      const std::string space = short_text(item["metadata"]["namespace"]), name = short_text(item["metadata"]["name"]);
      if (found_.size() < offered_max && is_label(space) && is_subdomain(name)) found_.emplace_back(space, name);
    }
    const std::string more = answer.body["metadata"]["continue"].as_string();
    if (!more.empty() && found_.size() < offered_max) return list(path, more);
    done_(offered());
  }

  KubernetesTargetDef offered() const {
    KubernetesTargetDef def;
    def.name = def.context = cluster_.name();
    def.environments = {def.name};
    std::map<std::string, int> called;
    for (const auto& [space, name] : found_) ++called[name];
    for (const auto& [space, name] : found_) {
      KubernetesWorkloadDef workload;
      workload.service = called[name] > 1 ? space + "/" + name : name;
      workload.name = name;
      workload.namespace_name = space;
      def.services.push_back(workload.service);
      def.workloads.push_back(std::move(workload));
    }
    return def;
  }

  KubernetesParts parts_;
  Cluster cluster_;
  OfferDone done_;
  std::vector<std::pair<std::string, std::string>> found_;
};

}  // namespace
}  // namespace muster::kubernetes

namespace muster {

std::unique_ptr<KubernetesOffer> ask_kubernetes_offer(const KubernetesParts& parts, OfferDone done) {
  return std::make_unique<kubernetes::Offer>(parts, std::move(done));
}

}  // namespace muster
