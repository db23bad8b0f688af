// The systems beside the bot as one object: asked by name, and told to be silent. Everything answers on the loop.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "bot/core/metrics/query.h"
#include "bot/core/runs/attempt.h"
#include "integrations/observability/alertmanager.h"
#include "integrations/observability/config.h"
#include "integrations/observability/http_step.h"
#include "integrations/observability/logs.h"

namespace muster {

class Observability final : public MetricSource {
 public:
  explicit Observability(HttpClient& client) : client_(client) {}

  void configure(ObservabilityConfig config) { config_ = std::move(config); }
  void set_elsewhere(observability::Elsewhere elsewhere) { elsewhere_ = std::move(elsewhere); }

  void query(MetricQuery query, Done done) override;
  void query_kinded(const MetricQuery& query, observability::Answered<MetricAnswer> done);
  void logs(const std::string& backend, const observability::LogQuery& query,
            observability::Answered<observability::LogAnswer> done);
  void silence(const std::string& backend, const observability::SilenceOrder& order,
               observability::Answered<observability::SilenceAnswer> done);
  void look_at_silence(const std::string& backend, const std::string& remote, const std::string& marker,
                       observability::Answered<observability::SilenceLook> done);
  void http(const observability::HttpStep& step, observability::Answered<observability::HttpStepAnswer> done);

  // Steps of runs: query (promql, logql or lucene) and http, with the arguments of runbooks/verbs. attempts.cpp
  static bool carries(const AttemptOrder& order) { return order.verb == "query" || order.verb == "http"; }
  void attempt(const AttemptOrder& order, TimeMs now, std::function<void(AttemptReport)> done);

  const BackendDef* find(std::string_view name) const;

 private:
  void attempt_query(const AttemptOrder& order, TimeMs now, const std::function<void(AttemptReport)>& done);
  void attempt_logs(const AttemptOrder& order, const std::string& kind, TimeMs now,
                    const std::function<void(AttemptReport)>& done);
  void attempt_http(const AttemptOrder& order, TimeMs now, const std::function<void(AttemptReport)>& done);
  // The one backend of a kind that is meant, as choose_backend() decides.
  observability::Answer<const BackendDef*> chosen(std::string_view kind, const std::string& name,
                                                  const std::string& environment) const;

  HttpClient& client_;
  ObservabilityConfig config_;
  observability::Elsewhere elsewhere_;
};

std::vector<Backend> backends_of(const ObservabilityConfig& config);  // what the core needs to know of them

}  // namespace muster
