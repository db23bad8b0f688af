#include "bot/performer.h"

#include <exception>
#include <memory>

#include "bot/base/log.h"

namespace muster {
namespace {

// Whose report it is; of the order nothing else is kept. A rollout is watched for long, and there are many.
struct ReportOf {
  explicit ReportOf(const AttemptOrder& o) : run(o.run), path(o.path), id(o.id), stage(o.stage), owner(o.owner) {}
  std::string run, path, id, stage;
  std::int64_t owner;
};

AttemptReport answer_to(const ReportOf& order, AttemptReport report) {
  report.run = order.run;
  report.path = order.path;
  report.id = order.id;
  report.stage = order.stage;
  report.owner = order.owner;
  return report;
}

// Nothing was sent, and it is known.
AttemptReport not_here(const AttemptOrder& order) {
  AttemptReport r;
  r.end = order.mode == AttemptOrder::Mode::halt ? AttemptReport::End::halted : AttemptReport::End::failed;
  r.error_kind = "not_found";
  r.error = "\"" + order.verb + "\" is not available here: nothing is configured for it.";
  // What was begun by an earlier version of the configuration is not known to have failed.
  if (order.mode == AttemptOrder::Mode::attach || order.mode == AttemptOrder::Mode::probe)
    r.end = AttemptReport::End::unknown;
  return r;
}

}  // namespace

void Performer::take(const AttemptOrder& order) {
  try_out(order, [this](AttemptReport r) {
    if (sink_) sink_(std::move(r));
  });
}

void Performer::try_out(const AttemptOrder& order, Report report) const {
  const auto it = table_.find(order.verb);
  struct Waiting {
    ReportOf order;
    Report report;
    bool told = false;
  };
  const auto waiting = std::make_shared<Waiting>(Waiting{ReportOf(order), std::move(report)});
  const auto sink = [waiting](AttemptReport r) {
    if (waiting->told) return log(LogLevel::error, "a step reported twice", {{"attempt", waiting->order.id}});
    waiting->told = true;
    waiting->report(answer_to(waiting->order, std::move(r)));
  };
  if (it == table_.end()) return sink(not_here(order));
  try {
    it->second(order, sink);
  } catch (const std::exception& e) {
    // It may have left before it threw: that is not known.
    log(LogLevel::error, "a step could not be carried out", {{"attempt", order.id}, {"error", e.what()}});
    AttemptReport r;
    r.end = AttemptReport::End::unknown;
    r.error_kind = "lost";
    r.error = "The bot failed while it carried this out.";
    if (!waiting->told) sink(std::move(r));
  }
}

}  // namespace muster
