// The part of `muster doctor` that asks the clusters what they let the bot do.
#include <cstdlib>
#include <filesystem>

#include "bot/cli/doctor.h"
#include "integrations/net/http_client.h"
#include "integrations/net/loop.h"
#include "integrations/net/timers.h"
#include "integrations/process/runner.h"
#include "integrations/targets/kubernetes/rights.h"

namespace muster {
namespace {

constexpr DurationMs cluster_patience = 60 * second_ms;

// For exec plug-ins, which run as commands; gone when it goes.
struct PluginFolder {
  std::string path;
  PluginFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "muster-doctor-XXXXXX").string();
    if (::mkdtemp(name.data())) path = name;
  }
  ~PluginFolder() {
    std::error_code ignored;
    if (!path.empty()) std::filesystem::remove_all(path, ignored);
  }
  PluginFolder(const PluginFolder&) = delete;
  PluginFolder& operator=(const PluginFolder&) = delete;
};

std::vector<KubernetesTargetDef> clusters_of(const Settings& settings) {
  const bool none = settings.services.empty() && settings.kubernetes_targets.empty() && settings.exec_targets.empty() &&
                    settings.local_targets.empty();
  if (!none || !std::getenv("KUBECONFIG")) return settings.kubernetes_targets;
  KubernetesTargetDef offered;  // each Deployment would be a service
  offered.name = "KUBECONFIG";
  offered.services = {"any"};
  return {offered};
}

void tell(const std::string& name, const Result<KubernetesRights>& found, Findings& out) {
  if (!found) {
    out.all.push_back({"FAIL",
                       say(out.language, "doctor.cluster_wrong", {{"name", name}, {"what", found.error().message}}),
                       found.error().next_step});
    return;
  }
  if (found->missing.empty())
    return out.add("ok", "doctor.cluster", {{"name", name}, {"n", std::to_string(found->asked)}});
  out.add("FAIL", "doctor.cluster_rights", {{"name", name}, {"what", words_of(found->missing)}}, "doctor.cluster_rules",
          {{"rules", rules_of(found->missing)}});
}

}  // namespace

void look_at_clusters(const Loaded& loaded, Findings& out) {
  const auto defs = clusters_of(loaded.settings);
  if (defs.empty()) return;
  Loop loop;
  const PluginFolder folder;
  const SystemClock clock;
  const auto client = HttpClient::make(loop);
  const auto timers = loop_timers(loop);
  auto runner = make_runner({.folder = folder.path, .shim = {}}, loop);
  std::vector<std::unique_ptr<KubernetesRightsCheck>> asked;
  std::size_t waiting = defs.size();
  for (const KubernetesTargetDef& def : defs) {
    const KubernetesParts parts{
        .http = *client, .timers = *timers, .clock = clock, .runner = runner ? runner->get() : nullptr};
    asked.push_back(ask_kubernetes_rights(def, parts, [&, name = def.name](const Result<KubernetesRights>& found) {
      tell(name, found, out);
      if (--waiting == 0) loop.stop();
    }));
  }
  loop.after(cluster_patience, [&] { loop.stop(); });
  loop.run();
  if (waiting > 0) out.add("FAIL", "doctor.cluster_silent", {}, "doctor.chat_network");
}

}  // namespace muster
