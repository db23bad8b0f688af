#include "config/defaults.h"

namespace muster {

std::string_view default_config_yaml() {
  return R"yaml(severities:
  - name: SEV1
    meaning: Core journey unusable for most, or data loss, or data exposure
    update_every: 15m
  - name: SEV2
    meaning: Core journey badly degraded for many, or alerting or paging itself down
    update_every: 30m
  - name: SEV3
    meaning: Part of a feature, few customers, or redundancy lost and likely to grow
    update_every: 60m
  - name: SEV4
    meaning: No customer impact, needs work this week
    update_every: 24h
  - name: SEV5
    meaning: Cosmetic, bug
    update_every: 0s
alert_routes:
  - name: urgent
    matchers: ['severity=~"critical|page"']
    open_incident: true
    severity: SEV2
  - name: everything-else
    open_incident: false
environments:
  - name: production
  - name: staging
    protected: false
  - name: testing
    protected: false
  - name: test
    protected: false
  - name: qa
    protected: false
  - name: development
    protected: false
  - name: dev
    protected: false
  - name: local
    protected: false
sources:
  - name: alertmanager
    kind: alertmanager
  - name: prometheus
    kind: prometheus
)yaml";
}

std::string_view sample_config_yaml() {
  return R"yaml(people:
  - id: ana
    name: Ana Sousa
    handles: [room:ana]
    groups: [oncall, payments]
  - id: ben
    name: Ben Adler
    handles: [room:ben]
    groups: [oncall, search]
  - id: jisoo
    name: 김지수
    zone: Asia/Seoul
    language: ko
    handles: [room:jisoo]
    groups: [oncall, payments]
services:
  - name: checkout-api
    title: Checkout
    owners: [group:payments]
    environments: [staging, production]
    order: [staging, production]
    depends_on: [orders-db]
  - name: orders-db
    title: Orders database
    owners: [group:payments]
    environments: [staging, production]
  - name: search
    title: Search
    owners: [group:search]
    environments: [staging, production]
local_targets:
  - name: sample-staging
    service: checkout-api
    environment: staging
    command: [muster-sample, --port, "{port}", --version, "{version}"]
    versions: [v1, v2, v3, v4, v5]
    version: v1
    ports: 8101-8109
    health: http://127.0.0.1:{port}/health
    stop_with_bot: true
  - name: sample-production
    service: checkout-api
    environment: production
    command: [muster-sample, --port, "{port}", --version, "{version}"]
    versions: [v1, v2, v3, v4, v5]
    version: v1
    ports: 8111-8119
    health: http://127.0.0.1:{port}/health
    stop_with_bot: true
health:
  - name: sample
    services: [checkout-api]
    window: 20s
    every: 2s
    lock_for: 10m
rollouts:
  - name: sample
    services: [checkout-api]
    stages: [50% for 10s, beside for 10s]
)yaml";
}

}  // namespace muster
