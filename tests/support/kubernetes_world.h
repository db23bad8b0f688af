// A cluster without sockets and a target that speaks to it, both on a clock that is turned by hand.
#pragma once
#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>

#include "integrations/targets/kubernetes/kubernetes.h"
#include "tests/doubles/kubernetes/no_sockets.h"
#include "tests/support/virtual_timers.h"

namespace muster::test {

inline constexpr const char* kubeconfig_text = R"(apiVersion: v1
kind: Config
current-context: prod
contexts:
  - name: prod
    context: {cluster: here, user: bot, namespace: prod}
clusters:
  - name: here
    cluster: {server: "https://cluster"}
users:
  - name: bot
    user: {token: sesame}
)";

struct KubernetesWorld {
  VirtualClock clock{1'900'000'000'000};
  VirtualTimers timers{clock};
  doubles::KubernetesCore core{clock, {.token = "sesame"}};
  doubles::KubernetesWire wire{core, timers};
  std::map<std::string, std::string> files{{"/kubeconfig", kubeconfig_text}};
  std::map<std::string, std::string> variables{{"KUBECONFIG", "/kubeconfig"}};

  static KubernetesTargetDef def() {
    KubernetesTargetDef d;
    d.name = "cluster";
    d.services = {"shop"};
    d.environments = {"prod"};
    return d;
  }
  KubernetesParts parts() {
    return {.http = wire,
            .timers = timers,
            .clock = clock,
            .runner = nullptr,
            .variable = [this](const std::string& name) -> std::optional<std::string> {
              const auto it = variables.find(name);
              return it == variables.end() ? std::nullopt : std::optional(it->second);
            },
            .read_file = [this](const std::string& path) -> Result<std::string> {
              const auto it = files.find(path);
              if (it == files.end()) return fail(ErrorKind::not_found, "the file " + path + " cannot be read");
              return it->second;
            },
            .dice = [] { return 0.5; }};
  }
  std::unique_ptr<Target> make_target(const KubernetesTargetDef& d = def()) {
    return make_kubernetes_target(d, parts());
  }

  void bot_dies() {
    wire.forget();
    timers.clear();
  }
  // What is due, then on to whatever is due next; a day of the world without it is a failure.
  void until(const std::function<bool()>& done) {
    const TimeMs latest = clock.now() + day_ms;
    while (!done()) {
      if (timers.ring_due()) continue;
      const TimeMs world = core.tick(), bot = timers.next();
      const TimeMs next = world == 0 ? bot : bot == 0 ? world : std::min(world, bot);
      const bool stuck = next == 0 || next > latest;
      REQUIRE_FALSE(stuck);
      if (next > clock.now()) clock.set(next);
    }
  }
  void advance(DurationMs by) {
    const TimeMs to = clock.now() + by;
    timers.after(by, [] {});
    until([&] { return clock.now() >= to; });
  }
  void somebody_deploys(const std::string& version, const std::string& name = "shop") {
    core.edit("deployments", "prod", name, [&](Value object) {
      const Value container = Value::Map{{"name", "app"}, {"image", "registry/shop:" + version}};
      return doubles::set_in(std::move(object), {"spec", "template", "spec", "containers"}, Value::List{container});
    });
    core.settle();
  }
};

}  // namespace muster::test
