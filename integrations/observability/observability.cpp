#include "integrations/observability/observability.h"

#include <algorithm>

#include "bot/base/text.h"
#include "integrations/observability/prometheus.h"

namespace muster {

using observability::Answer;
using observability::Answered;
using observability::Failure;

std::vector<Backend> backends_of(const ObservabilityConfig& config) {
  std::vector<Backend> out;
  for (const BackendDef& b : config.backends) {
    Backend known{b.name, b.kind, {}};
    for (const std::string& environment : b.environments) known.environments.push_back(lower_ascii(environment));
    out.push_back(std::move(known));
  }
  return out;
}

const BackendDef* Observability::find(std::string_view name) const {
  const auto it = std::ranges::find_if(config_.backends,
                                       [&](const BackendDef& b) { return lower_ascii(b.name) == lower_ascii(name); });
  return it == config_.backends.end() ? nullptr : &*it;
}

Answer<const BackendDef*> Observability::chosen(std::string_view kind, const std::string& name,
                                                const std::string& environment) const {
  CoreConfig known;
  known.backends = backends_of(config_);
  const BackendChoice choice = choose_backend(known, kind, name, environment);
  if (choice.backend) return find(choice.backend->name);
  return std::unexpected(
      Failure{"refused", choice_refused("en", choice, kind, name.empty() ? environment : name), false});
}

void Observability::query(MetricQuery q, Done done) {
  query_kinded(q, [done = std::move(done)](Answer<MetricAnswer> a) {
    if (a) return done(std::move(*a));
    done(std::unexpected(observability::error_of(a.error())));
  });
}

void Observability::query_kinded(const MetricQuery& q, Answered<MetricAnswer> done) {
  const auto backend = chosen("prometheus", q.backend, q.environment);
  if (!backend) return done(std::unexpected(backend.error()));
  observability::query_prometheus({**backend, client_, elsewhere_}, q, std::move(done));
}

void Observability::logs(const std::string& name, const observability::LogQuery& q,
                         Answered<observability::LogAnswer> done) {
  const BackendDef* backend = find(name);
  if (!backend || (backend->kind != "loki" && backend->kind != "elasticsearch"))
    return done(
        std::unexpected(Failure{"refused", "no backend of kind loki or elasticsearch is called " + name, false}));
  const observability::LogCall call{*backend, client_, elsewhere_};
  if (backend->kind == "loki")
    observability::query_loki(call, q, std::move(done));
  else
    observability::query_elasticsearch(call, q, std::move(done));
}

void Observability::silence(const std::string& name, const observability::SilenceOrder& order,
                            Answered<observability::SilenceAnswer> done) {
  const BackendDef* backend = find(name);
  if (!backend || backend->kind != "alertmanager")
    return done(std::unexpected(
        Failure{"refused", "no Alertmanager called " + clip(one_line(name), 60) + " is configured any more", false}));
  observability::carry_silence(client_, *backend, order, std::move(done));
}

void Observability::look_at_silence(const std::string& name, const std::string& remote, const std::string& marker,
                                    Answered<observability::SilenceLook> done) {
  const BackendDef* backend = find(name);
  if (!backend || backend->kind != "alertmanager")
    return done(std::unexpected(Failure{"refused", "it is configured no more", false}));
  observability::look_at_silence(client_, *backend, remote, marker, std::move(done));
}

void Observability::http(const observability::HttpStep& step, Answered<observability::HttpStepAnswer> done) {
  observability::call_http(client_, config_.http_allow, step, elsewhere_, std::move(done));
}

}  // namespace muster
