// The Kubernetes target: which cluster, which namespace, which workload is which service. Plain values; config/ fills
// them.
#pragma once
#include <string>
#include <vector>

#include "bot/base/clock.h"

namespace muster {

// What a service is called in the cluster, where that is not its own name.
struct KubernetesWorkloadDef {
  std::string target;  // the kubernetes target that this belongs to; empty: each one that lists the service
  std::string service;
  std::string kind = "deployment";  // deployment, statefulset, daemonset
  std::string name;                 // empty: the service's
  std::string namespace_name;       // empty: the target's
  std::string container;            // empty: the only one
  std::string image;                // "registry/shop:{version}"; empty: the present image with another tag or digest
};

struct KubernetesTargetDef {
  std::string name;
  std::string kubeconfig;      // files, separated by colons; empty: KUBECONFIG, else the pod's own account
  std::string context;         // empty: the file's current one
  std::string namespace_name;  // empty: the context's
  std::vector<std::string> services;
  std::vector<std::string> environments;              // none: every environment
  std::vector<KubernetesWorkloadDef> workloads = {};  // only those of this target
  std::vector<std::string> pass_env = {};             // names of the bot's own environment that exec plug-ins get
  DurationMs timeout = 30 * second_ms;                // of one request
};

namespace kubernetes {

struct Fault {
  std::string field;
  std::string message;
  std::string expected;
};
std::vector<Fault> faults_of(const KubernetesWorkloadDef& def);
std::vector<Fault> faults_of(const KubernetesTargetDef& def);

}  // namespace kubernetes

}  // namespace muster
