// The owner of a runbook hears it when its proof has grown old, before it is needed. One durable timer per runbook: it
// is set by each good run, a half-life ahead, and by itself from then on, so that nothing else has to be kept.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "runbooks/engine_parts.h"
#include "runbooks/freshness.h"

namespace muster::runbooks {
namespace {

constexpr DurationMs nag_again_ms = 30 * day_ms;
constexpr DurationMs stale_after_ms = half_life_ms + hour_ms;  // at the very half it is not below it yet

void arm_stale(Work& w, const std::string& runbook, TimeMs due) {
  w.decision.timers.push_back({"runbook-stale:" + runbook, due, Value::Map{{"runbook", runbook}}});
}

void tell_owner(Work& w, const Runbook& book, const Freshness& f) {
  const Run* last = find_run(std::as_const(w.state), f.run);
  const std::string channel = last ? last->channel.text() : "muster";
  const std::string text = say(
      channel_language(w, channel), f.changed ? "fresh.nag_changed" : "fresh.nag",
      {{"name", plain(book.name)}, {"days", std::to_string((w.now - f.at_ms) / day_ms)}, {"owner", plain(book.owner)}});
  Entry e;
  e.kind = "runbook.stale";
  e.text = book.name + ": its proof is old";
  e.data = Value::Map{{"runbook", book.name}, {"owner", book.owner}, {"proved_ms", f.at_ms}};
  record(w, std::move(e));
  page_people(w, channel, "stale-" + book.name + "-" + std::to_string(w.now), book.owner, text);
}

}  // namespace

void proved(Turn& t) {
  if (t.run.status == "succeeded" && t.book.main && !t.book.main->owner.empty())
    arm_stale(t.w, t.run.runbook, t.w.now + stale_after_ms);
}

void stale_rang(Engine& engine, Work& w, const std::string& runbook) {
  const auto known = engine.library().find(runbook);
  if (known == engine.library().end() || !known->second.runbook) return;  // it is gone: nobody has to keep it fresh
  const Freshness f = freshness_of(w.state, runbook, engine.hash_of(runbook), w.now);
  if (!is_stale(f)) return arm_stale(w, runbook, std::max(w.now + hour_ms, f.at_ms + stale_after_ms));
  tell_owner(w, *known->second.runbook, f);
  arm_stale(w, runbook, w.now + nag_again_ms);
}

}  // namespace muster::runbooks
