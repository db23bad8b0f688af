// The Kubernetes target: Deployments, StatefulSets and DaemonSets of one cluster, through its REST API.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "bot/base/clock.h"
#include "bot/core/changes/target.h"
#include "integrations/targets/kubernetes/config.h"

namespace muster {

class HttpClient;
class Runner;
class Timers;

struct KubernetesParts {  // all outlive the target
  HttpClient& http;
  Timers& timers;
  const Clock& clock;
  Runner* runner = nullptr;  // for exec plug-ins; null: there are none
  // Empty: the bot's own environment, the machine's own files, true dice.
  std::function<std::optional<std::string>(const std::string& name)> variable = {};
  std::function<Result<std::string>(const std::string& path)> read_file = {};
  std::function<double()> dice = {};
};

// The definition has passed kubernetes::faults_of.
std::unique_ptr<Target> make_kubernetes_target(const KubernetesTargetDef& def, const KubernetesParts& parts);

}  // namespace muster
