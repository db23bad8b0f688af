// Questions and orders for the systems beside the bot: graphs for chat, silences for Alertmanager.
#include "bot/app_impl.h"
#include "bot/core/engine/silences.h"
#include "bot/graph_answer.h"
#include "integrations/observability/observability.h"

namespace muster {

void App::Impl::read_graph(const ReadWanted& wanted, std::function<void(Outcome)> done) {
  const MetricQuery q = graph_query(wanted, clock.now());
  reads->query(q, [this, wanted, q, done](Result<MetricAnswer> answer) {
    // Painting takes some milliseconds: not on the loop.
    const auto kept = std::make_shared<Result<MetricAnswer>>(std::move(answer));
    const bool taken = worker.run([this, wanted, q, kept, done] {
      Outcome o = graph_outcome(wanted, q, *kept);
      loop.post([done, o = std::move(o)] { done(o); });
    });
    if (!taken) done(graph_outcome(wanted, q, fail(ErrorKind::unavailable, "the bot is busy")));
  });
}

// The outcome is recorded before the order counts as delivered: a crash in between asks again, and the marker in the
// silence's comment answers.
void App::Impl::carry_silence(const OutMessage& m, std::function<void(Result<void>)> done) {
  const std::string backend = m.destination.substr(m.destination.find(':') + 1);
  const auto order = observability::silence_order(m.body);
  const TimeMs give_up = m.body["give_up_ms"].as_int();
  SilenceReport report;
  report.id = m.body["silence"].as_string();
  report.action = order.action;
  reads->silence(backend, order,
                 [this, report, give_up, done](observability::Answer<observability::SilenceAnswer> a) mutable {
                   if (a) {
                     report.remote = a->remote;
                   } else {
                     const bool again = a.error().kind == "unavailable" || a.error().kind == "timeout";
                     if (again && clock.now() < give_up) return done(fail(ErrorKind::unavailable, a.error().message));
                     report.end = again ? SilenceReport::End::unreachable : SilenceReport::End::refused;
                     report.problem = a.error().message;
                   }
                   dispatcher->report([report](Work& w) { silence_reported(w, report); }, done);
                 });
}

}  // namespace muster
