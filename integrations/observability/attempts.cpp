// Steps of runs that read or call: an order in, a report out.
#include <algorithm>

#include "bot/base/redact.h"
#include "integrations/observability/observability.h"

namespace muster {
namespace {

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
  const std::string expression = a.is_string() ? a.as_string() : a["expr"].as_string();
  const std::string on = a["on"].as_string();
  const BackendDef* named = on.empty() ? nullptr : find(on);
  const DurationMs timeout = time_left(order, now, named ? named->timeout : 30 * second_ms);
  if (named && named->kind != "prometheus") {
    observability::LogQuery q{.query = expression, .start_ms = now - hour_ms, .end_ms = now};
    if (const auto since = parse_duration(a["since"].as_string())) q.start_ms = now - *since;
    if (a["limit"].is_int()) q.limit = static_cast<std::size_t>(std::max<std::int64_t>(a["limit"].as_int(), 1));
    q.timeout_ms = timeout;
    return logs(on, q, [order, done](observability::Answer<observability::LogAnswer> r) {
      done(r ? done_with(order, observability::step_result(*r)) : failed(order, r.error()));
    });
  }
  MetricQuery q;
  q.backend = on;
  q.environment = a["env"].as_string();
  q.expression = expression;
  q.timeout_ms = timeout;
  query_kinded(q, [order, done](observability::Answer<MetricAnswer> r) {
    done(r ? done_with(order, step_result(*r)) : failed(order, r.error()));
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
