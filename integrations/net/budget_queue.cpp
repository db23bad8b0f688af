#include "integrations/net/budget_queue.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace muster {

BudgetQueue::BudgetQueue(Outside outside, Budget::Rules rules, BackoffLimits backoff)
    : out_(std::move(outside)), budget_(std::move(rules)), backoff_(backoff) {}

BudgetQueue::~BudgetQueue() {
  *alive_ = false;
  out_.timers.cancel(timer_);
  for (const auto& [id, state] : jobs_) out_.timers.cancel(state.timer);
}

BudgetQueue::Job BudgetQueue::add(BudgetTicket ticket, Run run) {
  const Job id = budget_.add(ticket, out_.clock.now());
  if (id == 0) return 0;
  State& state = jobs_[id];
  state.ticket = std::move(ticket);
  state.run = std::move(run);
  pump();
  return id;
}

void BudgetQueue::hold(State& state, Pending pending) {
  if (!state.held) ++held_;
  state.held = std::make_unique<Pending>(std::move(pending));
}

void BudgetQueue::send_held() {
  std::vector<Job> held;
  for (const auto& [id, state] : jobs_) {
    if (state.held) held.push_back(id);
  }
  for (const Job id : held) {
    if (!budget_.charge(id, jobs_.at(id).held->buckets, out_.clock.now())) continue;
    --held_;
    send(id, std::move(*std::exchange(jobs_.at(id).held, nullptr)));
  }
}

// Whatever may leave now leaves: calls of running jobs first, they hold their lanes.
void BudgetQueue::pump() {
  if (std::exchange(pumping_, true)) return;
  if (held_ != 0) send_held();
  while (under_way_ < calls_at_once) {
    const auto id = budget_.next(out_.clock.now());
    if (!id) break;
    State& state = jobs_.at(*id);
    state.running = state.paid = true;
    const Run run = state.run;
    run(*id);
  }
  pumping_ = false;
  arm();
}

void BudgetQueue::arm() {
  out_.timers.cancel(timer_);
  timer_ = 0;
  if (under_way_ >= calls_at_once && held_ == 0) return;  // the next answer says when to go on
  const TimeMs now = out_.clock.now(), due = budget_.due(now);
  if (due == 0) return;
  timer_ = out_.timers.after(std::max<DurationMs>(1, due - now), [this] {
    timer_ = 0;
    pump();
  });
}

void BudgetQueue::call(Job job, HttpCall call, HttpClient::Done done, std::vector<std::string> buckets) {
  const auto it = jobs_.find(job);
  if (it == jobs_.end()) return done(fail(ErrorKind::internal, "a call of a job that is over"));
  const bool own = buckets.empty() || buckets == it->second.ticket.buckets;
  Pending pending{std::move(call), std::move(done), own ? it->second.ticket.buckets : std::move(buckets)};
  const bool paid = own && std::exchange(it->second.paid, false);
  if (paid || budget_.charge(job, pending.buckets, out_.clock.now())) return send(job, std::move(pending));
  hold(it->second, std::move(pending));
  if (!pumping_) arm();
}

void BudgetQueue::send(Job job, Pending pending) {
  counted_.calls += 1;
  under_way_ += 1;
  HttpCall copy = pending.call;  // kept for a 429
  out_.http.send(std::move(copy),
                 [this, alive = alive_, job, pending = std::move(pending)](Result<HttpResult> result) mutable {
                   if (*alive) answered(job, std::move(pending), std::move(result));
                 });
}

void BudgetQueue::answered(Job job, Pending pending, Result<HttpResult> result) {
  const auto alive = alive_;  // whoever is told may end us
  const bool others_wait = under_way_-- >= calls_at_once;
  const auto it = jobs_.find(job);
  if (it == jobs_.end() || !result || result->status != 429) {
    if (it != jobs_.end()) pending.done(std::move(result));
    if (others_wait && *alive) pump();
    return;
  }
  counted_.refused += 1;
  if (told_refused_) told_refused_();
  const auto header = result->headers.find("retry-after");
  const DurationMs wait = retry_after_ms(header == result->headers.end() ? "" : header->second);
  // The narrowest bucket is the last one; which one the server meant it does not say, so none leaks.
  for (const std::string& bucket : pending.buckets) budget_.close(bucket, out_.clock.now() + wait);
  hold(it->second, std::move(pending));
  pump();
}

void BudgetQueue::finish(Job job) {
  const auto it = jobs_.find(job);
  if (it == jobs_.end()) return;
  out_.timers.cancel(it->second.timer);
  if (it->second.held) --held_;
  budget_.finished(job);
  jobs_.erase(it);
  pump();
}

void BudgetQueue::run_again(Job job) {
  const auto it = jobs_.find(job);
  if (it == jobs_.end()) return;
  counted_.retries += 1;
  State& state = it->second;
  state.failures += 1;
  const DurationMs wait = std::max<DurationMs>(100, backoff_wait(state.failures, out_.dice(), backoff_));
  state.timer = out_.timers.after(wait, [this, job] {
    const auto again = jobs_.find(job);
    if (again == jobs_.end()) return;
    again->second.timer = 0;
    const Run run = again->second.run;
    run(job);
  });
}

void BudgetQueue::cancel(Job job) {
  if (!waits(job)) return;
  budget_.cancel(job);
  jobs_.erase(job);
}

bool BudgetQueue::waits(Job job) const {
  const auto it = jobs_.find(job);
  return it != jobs_.end() && !it->second.running;
}

BudgetQueueStats BudgetQueue::stats() const {
  BudgetQueueStats s = counted_;
  s.waiting = budget_.waiting();
  s.running = budget_.running();
  s.oldest_ms = budget_.oldest_ms(out_.clock.now());
  return s;
}

}  // namespace muster
