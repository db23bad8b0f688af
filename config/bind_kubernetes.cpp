#include "config/bind_kubernetes.h"

#include <algorithm>

#include "bot/base/text.h"
#include "config/bind_chat.h"

namespace muster {
namespace {

const std::vector<ConfigRecord>& records(const ConfigTree& tree, const std::string& list) {
  static const std::vector<ConfigRecord> none;
  const auto it = tree.lists.find(list);
  return it == tree.lists.end() ? none : it->second;
}

std::string paths_from(const std::string& paths, const std::string& folder) {
  std::vector<std::string> absolute;
  for (const std::string& path : split(paths, ':')) {
    if (!path.empty()) absolute.push_back(path.starts_with('/') ? path : folder + "/" + path);
  }
  return join(absolute, ":");
}

KubernetesWorkloadDef bind_workload(const ConfigRecord& record) {
  const ConfigEntry in{"kubernetes_workloads[]", record};
  return {.target = in.text("target"),
          .service = in.text("service"),
          .kind = in.text("kind"),
          .name = in.text("name"),
          .namespace_name = in.text("namespace"),
          .container = in.text("container"),
          .image = in.text("image")};
}

bool belongs(const KubernetesWorkloadDef& workload, const KubernetesTargetDef& target) {
  return workload.target.empty() ? std::ranges::count(target.services, workload.service) > 0
                                 : workload.target == target.name;
}

KubernetesTargetDef bind_target(const ConfigRecord& record, const ConfigTree& tree, const std::string& folder) {
  const ConfigEntry in{"kubernetes_targets[]", record};
  KubernetesTargetDef def;
  def.name = in.text("name");
  def.kubeconfig = paths_from(in.text("kubeconfig"), folder);
  def.context = in.text("context");
  def.namespace_name = in.text("namespace");
  def.services = in.all("services");
  def.environments = in.all("environments");
  def.pass_env = in.all("pass_env");
  def.timeout = parse_duration(in.text("timeout")).value_or(0);
  for (const ConfigRecord& one : records(tree, "kubernetes_workloads[]")) {
    KubernetesWorkloadDef workload = bind_workload(one);
    if (belongs(workload, def)) def.workloads.push_back(std::move(workload));
  }
  return def;
}

// A value is wrong where it stands; what is missing, at its entry.
ConfigPlace place_of(const ConfigRecord& record, const std::string& field) {
  const auto cell = record.cells.find(field);
  return cell == record.cells.end() ? record.place : cell->second.place;
}

void add(const std::vector<kubernetes::Fault>& faults, const ConfigRecord& record, Issues& issues) {
  for (const kubernetes::Fault& fault : faults)
    issues.push_back(
        issue_at(place_of(record, fault.field), "`" + fault.field + "`: " + fault.message, fault.expected));
}

}  // namespace

std::vector<KubernetesTargetDef> bind_kubernetes_targets(const ConfigTree& tree, const std::string& folder) {
  std::vector<KubernetesTargetDef> bound;
  for (const ConfigRecord& record : records(tree, "kubernetes_targets[]"))
    bound.push_back(bind_target(record, tree, folder));
  return bound;
}

void check_kubernetes_targets(const Settings& settings, const ConfigTree& tree, Issues& issues) {
  const auto& targets = records(tree, "kubernetes_targets[]");
  for (std::size_t i = 0; i < targets.size() && i < settings.kubernetes_targets.size(); ++i)
    add(kubernetes::faults_of(settings.kubernetes_targets[i]), targets[i], issues);
  for (const ConfigRecord& record : records(tree, "kubernetes_workloads[]")) {
    const KubernetesWorkloadDef workload = bind_workload(record);
    add(kubernetes::faults_of(workload), record, issues);
    const bool wanted = std::ranges::any_of(settings.kubernetes_targets, [&](const KubernetesTargetDef& target) {
      return belongs(workload, target) && std::ranges::count(target.services, workload.service) > 0;
    });
    if (wanted) continue;
    const std::string whom = workload.target.empty()
                                 ? "no entry of kubernetes_targets"
                                 : "no kubernetes target `" + clip(one_line(workload.target), 60) + "`";
    issues.push_back(issue_at(place_of(record, "service"),
                              whom + " lists the service `" + clip(one_line(workload.service), 60) + "`",
                              "a service that it lists"));
  }
}

}  // namespace muster
