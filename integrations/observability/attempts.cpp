// Steps of runs that read or call: an order in, a report out.
#include <algorithm>

#include "bot/base/redact.h"
#include "integrations/observability/observability.h"

namespace muster {
namespace {

constexpr DurationMs step_points_max = 500;  // of a query over a time: the result is kept in the journal

using observability::Failure;
using Report = std::function<void(AttemptReport)>;

AttemptReport report_of(const AttemptOrder& order) {
  AttemptReport r;
  r.run = order.run;
  r.path = order.path;
  r.id = order.id;
  return r;
}

AttemptReport failed(const AttemptOrder& order, const Failure& f) {
  AttemptReport r = report_of(order);
  // Of a question it does not matter what became of it.
  const bool lost = f.may_have_happened && order.effect != "read";
  r.end = lost ? AttemptReport::End::unknown : AttemptReport::End::failed;
  r.error_kind = lost ? "lost" : f.kind;
  r.error = redact(f.message).text;
  return r;
}

AttemptReport done_with(const AttemptOrder& order, Value result) {
  AttemptReport r = report_of(order);
  r.result = std::move(result);
  return r;
}

// As text people write, or milliseconds; 0: none.
DurationMs duration_of(const Value& v) {
  return v.is_string() ? parse_duration(v.as_string()).value_or(0) : v.as_int();
}

DurationMs time_left(const AttemptOrder& order, TimeMs now, DurationMs most) {
  if (order.deadline_ms == 0) return most;
  return std::clamp<DurationMs>(order.deadline_ms - now, 1, most);
}

}  // namespace

void Observability::attempt(const AttemptOrder& order, TimeMs now, Report done) {
  const bool write = order.effect == "write";
  // Nothing here can be asked whether it happened, and nothing is repeated that changes things.
  if (order.mode == AttemptOrder::Mode::probe || (order.mode == AttemptOrder::Mode::again && write)) {
    AttemptReport r = report_of(order);
    r.end = AttemptReport::End::unknown;
    r.error_kind = "lost";
    r.error = "nobody can tell from here whether the call was carried out";
    return done(std::move(r));
  }
  if (order.mode == AttemptOrder::Mode::halt || order.mode == AttemptOrder::Mode::attach) {
    AttemptReport r = report_of(order);
    r.end = order.effect == "read" ? AttemptReport::End::halted : AttemptReport::End::unknown;
    return done(std::move(r));
  }
  if (order.deadline_ms != 0 && order.deadline_ms <= now)
    return done(failed(order, {"timeout", "its time was over before it began", false}));
  order.verb == "http" ? attempt_http(order, now, done) : attempt_query(order, now, done);
}

void Observability::attempt_query(const AttemptOrder& order, TimeMs now, const Report& done) {
  const Value& a = order.arguments;
  if (a.has("logql")) return attempt_logs(order, "loki", now, done);
  if (a.has("lucene")) return attempt_logs(order, "elasticsearch", now, done);
  MetricQuery q;
  q.expression = a.is_string() ? a.as_string() : a["promql"].as_string();
  q.backend = a["source"].as_string();
  q.environment = a["env"].as_string();
  if (const DurationMs since = duration_of(a["since"]); since > 0) {
    q.end_ms = now;
    q.start_ms = now - since;
    q.step_ms = std::max({duration_of(a["step"]), since / step_points_max, second_ms});
  }
  const BackendDef* named = find(q.backend);
  q.timeout_ms = time_left(order, now, named ? named->timeout : 30 * second_ms);
  query_kinded(q, [order, done](observability::Answer<MetricAnswer> r) {
    done(r ? done_with(order, step_result(*r)) : failed(order, r.error()));
  });
}

void Observability::attempt_logs(const AttemptOrder& order, const std::string& kind, TimeMs now, const Report& done) {
  const Value& a = order.arguments;
  const auto backend = chosen(kind, a["source"].as_string(), a["env"].as_string());
  if (!backend) return done(failed(order, backend.error()));
  const DurationMs since = duration_of(a["since"]);
  observability::LogQuery q;
  q.query = a[kind == "loki" ? "logql" : "lucene"].as_string();
  q.start_ms = now - (since > 0 ? since : hour_ms);
  q.end_ms = now;
  if (a["limit"].is_int()) q.limit = static_cast<std::size_t>(std::max<std::int64_t>(a["limit"].as_int(), 1));
  q.timeout_ms = time_left(order, now, (*backend)->timeout);
  logs((*backend)->name, q, [order, done](observability::Answer<observability::LogAnswer> r) {
    done(r ? done_with(order, observability::step_result(*r)) : failed(order, r.error()));
  });
}

void Observability::attempt_http(const AttemptOrder& order, TimeMs now, const Report& done) {
  auto step = observability::read_http_step(order.arguments);
  if (!step) return done(failed(order, step.error()));
  step->key = order.id;
  step->timeout_ms = time_left(order, now, step->timeout_ms);
  http(*step, [order, done](observability::Answer<observability::HttpStepAnswer> r) {
    done(r ? done_with(order, observability::step_result(*r)) : failed(order, r.error()));
  });
}

}  // namespace muster
