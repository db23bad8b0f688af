#include "runbooks/rehearsal.h"

#include <algorithm>

#include "runbooks/engine_parts.h"

namespace muster::runbooks {

Rehearsal::Rehearsal(Library library, CoreConfig config, TimeMs now)
    : config_(std::move(config)), engine_(load_runbook), now_(now) {
  engine_.set_library(std::move(library));
}

void Rehearsal::decide(const std::function<void(Work&)>& what) {
  Work w{.state = state_,
         .config = config_,
         .now = now_,
         .new_id = [this] { return "rehearsal-" + std::to_string(++serial_); },
         .decision = {},
         .extension = &engine_};
  what(w);
  for (const Timer& t : w.decision.timers) {
    if (t.due_ms == 0)
      timers_.erase(t.id);
    else
      timers_[t.id] = t;
  }
  for (AttemptOrder& o : w.decision.attempts)
    if (o.mode != AttemptOrder::Mode::halt) orders_.push_back(std::move(o));
  for (const OutMessage& m : w.decision.out)
    if (m.kind == "post") said_.push_back(plain_text(message_from(m.body["message"])));
}

Decided<std::string> Rehearsal::start(StartWish wish) {
  Decided<std::string> started;
  decide([&](Work& w) { started = engine_.start_run(w, std::move(wish)); });
  if (started) id_ = *started;
  return started;
}

AttemptOrder Rehearsal::take_order() {
  AttemptOrder order = std::move(orders_.front());
  orders_.pop_front();
  return order;
}

void Rehearsal::report(const AttemptOrder& order, AttemptReport report) {
  report.run = order.run;
  report.path = order.path;
  report.id = order.id;
  report.stage = order.stage;
  const Run* r = run();
  const auto it = r ? r->steps.find(order.path) : decltype(r->steps.begin()){};
  if (!r || r->over() || it == r->steps.end() || it->second.stage != order.stage) return;  // it was stopped meanwhile
  decide([&](Work& w) { engine_.attempt_ended(w, report); });
}

bool Rehearsal::ring_next() {
  const auto next = std::ranges::min_element(timers_, {}, [](const auto& t) { return t.second.due_ms; });
  if (next == timers_.end()) return false;
  const Timer timer = next->second;
  timers_.erase(next);
  now_ = std::max(now_, timer.due_ms);
  decide([&](Work& w) {
    if (!engine_.timer_rang(w, timer)) timer_rang(w, timer);
  });
  return true;
}

void Rehearsal::event_happened(std::string path) {
  decide([&](Work& w) {
    Run* r = find_run(w.state, id_);
    const Book* book = r ? engine_.book_of(*r) : nullptr;
    if (!book) return;
    Turn t{engine_, w, *r, *book};
    end_step(t, path, step_at(*book, *r, path), {.status = "succeeded"});
    settle(t);
  });
}

const Book* Rehearsal::book() { return run() ? engine_.book_of(*run()) : nullptr; }

}  // namespace muster::runbooks
