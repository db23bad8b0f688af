#include "bot/performer.h"

#include <exception>
#include <memory>

#include "bot/base/log.h"

namespace muster {
namespace {

AttemptReport answer_to(const AttemptOrder& order, AttemptReport report) {
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
  const auto told = std::make_shared<bool>(false);
  const auto sink = [order, told, report = std::move(report)](AttemptReport r) {
    if (*told) return log(LogLevel::error, "a step reported twice", {{"attempt", order.id}});
    *told = true;
    report(answer_to(order, std::move(r)));
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
    if (!*told) sink(std::move(r));
  }
}

}  // namespace muster
