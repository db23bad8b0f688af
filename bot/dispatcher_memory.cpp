// The part of the dispatcher that keeps memory and disk together: decisions in flight, the state read again after
// one of them was refused, and a disk that takes nothing for a while.
#include "bot/base/limits.h"
#include "bot/base/log.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/private_rooms.h"
#include "bot/core/engine/webhooks.h"
#include "bot/dispatcher.h"

namespace muster {
namespace {

constexpr std::size_t waiting_max = 10'000;  // events; beyond it a sender is told to come again
constexpr std::size_t in_flight_max = limits::writer_queue_max * 3 / 4;  // the rest is for bodies not decided yet
constexpr std::size_t drain_slice = 100;  // events decided before the loop looks at its sockets again
// Decisions and answers under way to platforms: with so many, two milliseconds more are less than what an fsync for
// each takes from all of them.
constexpr std::size_t crowd = 4;
constexpr std::size_t keys_max = 20'000;  // a platform repeats itself within minutes

std::unexpected<Error> store_busy(std::string why) {
  return fail(ErrorKind::unavailable, std::move(why), "Try again in a moment.");
}

}  // namespace

void Dispatcher::set_background(std::function<bool(std::function<void()>)> run,
                                std::function<void(std::function<void()>)> post) {
  background_ = std::move(run);
  post_ = std::move(post);
}

bool Dispatcher::full() const { return waiting_.size() >= waiting_max || in_flight_ >= in_flight_max; }

std::string Dispatcher::not_ready() const {
  if (!refusal_.empty()) return "storage: " + refusal_;
  if (lost_ || reloading_) return "state: it is read again from the disk";
  if (full()) return "storage: too many decisions wait for the disk";
  return {};
}

void Dispatcher::take(Task task) {
  if (!task.key.empty() && seen_.contains(task.key)) {
    if (task.done) task.done({});
    return;
  }
  const bool owed = task.again == Task::Again::always;  // answered already: there is nobody left to refuse
  const auto refuse = [&](const Error& why) {
    stats_.refused += 1;
    if (task.done) task.done(std::unexpected(why));
  };
  if (!refusal_.empty() && !owed) return refuse({ErrorKind::unavailable, refusal_, refusal_next_});
  if (full() && !owed) return refuse(store_busy("Too many decisions wait for the disk; nothing was recorded.").error());
  auto kept = std::make_shared<Task>(std::move(task));
  if (!refusal_.empty()) return owed_.push_back(std::move(kept));
  if (waits()) return waiting_.push_back(std::move(kept));
  run(std::move(kept));
}

void Dispatcher::run(TaskPtr task) {
  Work w = work();
  Commit c;
  try {
    task->decide(w, c);
    let_joined_in(w);
    extend(w);
    tell_webhooks(w);
  } catch (const std::exception& e) {
    // A broken invariant: what the decision changed in memory before it threw is not known.
    log(LogLevel::error, "a decision failed", {{"error", e.what()}});
    lost_ = true;  // before anybody hears of it and comes with more
    if (task->done) task->done(fail(ErrorKind::internal, "The bot could not decide this; nothing was recorded."));
    return lose_memory();
  }
  c.decision = std::move(w.decision);
  std::vector<AttemptOrder> attempts = std::move(c.decision.attempts);
  if (router_) router_(c.decision.out);
  c.epoch = epoch_;
  timers_.remember(c.decision.timers);
  c.shown_here = outbox_.shown_here();
  c.may_gather = task->patient && in_flight_ + outbox_.under_way() >= crowd;
  ++in_flight_;
  // Where many are in flight the next decision is worth more: the writer takes it along.
  std::vector<OutMessage> next_up = in_flight_ == 1 ? outbox_.next_up(c.decision.out) : std::vector<OutMessage>();
  // Attempts leave when their intent is on disk, never before.
  store_.commit(std::move(c), [this, task = std::move(task), attempts = std::move(attempts)](Result<Committed> r) {
    const bool applied = r && !r->duplicate;
    answered(task, std::move(r));
    if (applied && attempts_)
      for (const AttemptOrder& order : attempts) attempts_(order);
  });
  outbox_.foresee(std::move(next_up));
}

void Dispatcher::answered(const TaskPtr& task, Result<Committed> r) {
  --in_flight_;
  if (r && !r->duplicate) {
    for (const Entry& e : r->entries) state_.position = std::max(state_.position, e.position);
    remember_key(task->key);
    // Those that travel leave first; the pages here show theirs while they are under way.
    for (const bool here : {false, true})
      for (OutMessage& m : r->out)
        if (outbox_.is_shown_here(m) == here) outbox_.add_new(std::move(m));
    if (task->done) task->done({});
    if (task->applied) task->applied();
  } else if (r) {  // decided in memory, not applied on disk
    remember_key(task->key);
    if (epoch_ != store_.epoch() || store_.epoch() == 0) lost_ = true;
    if (task->done) task->done({});
  } else if (r.error().kind == ErrorKind::conflict && epoch_ != store_.epoch()) {
    lost_ = true;
    if (task->again != Task::Again::never) redo_.push_back(task);
  } else {
    refused(task, r.error());
  }
  if (lost_) read_again();
}

void Dispatcher::refused(const TaskPtr& task, const Error& error) {
  lost_ = true;
  stats_.refused += 1;
  log(LogLevel::error, "a decision could not be stored", {{"error", error.message}});
  if (error.kind == ErrorKind::unavailable) {
    note_refusal(error);
    if (task->again == Task::Again::always) return owed_.push_back(task);
  }
  if (task->done) task->done(std::unexpected(error));
}

bool Dispatcher::remember_key(const std::string& key) {
  if (key.empty() || !seen_.insert(key).second) return false;
  seen_order_.push_back(key);
  if (seen_order_.size() > keys_max) {
    seen_.erase(seen_order_.front());
    seen_order_.pop_front();
  }
  return true;
}

void Dispatcher::lose_memory() {
  lost_ = true;
  read_again();
}

void Dispatcher::rewrite(std::function<void()> off_loop, std::function<void()> done) {
  const auto both = [](std::function<void()> first, std::function<void()> second) -> std::function<void()> {
    if (!first) return second;
    return [first = std::move(first), second = std::move(second)] {
      first();
      second();
    };
  };
  rewriting_ = both(std::move(rewriting_), std::move(off_loop));
  rewritten_ = both(std::move(rewritten_), std::move(done));
  lose_memory();
}

void Dispatcher::replace_waiting(const std::vector<OutMessage>& stored) { outbox_.rewrite(stored); }

Result<Dispatcher::Fresh> Dispatcher::load(Store& store) {
  Fresh fresh;
  auto read = store.read_journal(0, [&fresh](const Entry& e) { apply(fresh.state, e); });
  if (!read) return std::unexpected(read.error());
  auto timers = store.timers();
  if (!timers) return std::unexpected(timers.error());
  fresh.timers = std::move(*timers);
  remember_ends(fresh.state, fresh.timers);
  return fresh;
}

// Only when nothing is in flight: then the disk holds everything that was told to be recorded.
void Dispatcher::read_again() {
  if (!lost_ || reloading_ || in_flight_ > 0) return;
  reloading_ = true;
  lost_ = false;
  stats_.reloads += 1;
  const auto work = std::exchange(rewriting_, {});
  if (!background_) {
    if (work) work();
    return reloaded(load(store_));
  }
  const bool taken = background_([this, work] {
    if (work) work();
    auto fresh = std::make_shared<Result<Fresh>>(load(store_));
    post_([this, fresh] { reloaded(std::move(*fresh)); });
  });
  if (taken) return;
  rewriting_ = work;
  reloading_ = false;
  lost_ = true;  // the next tick asks again
}

void Dispatcher::reloaded(Result<Fresh> fresh) {
  reloading_ = false;
  if (!fresh) {
    log(LogLevel::error, "the state could not be read again", {{"error", fresh.error().message}});
    lost_ = true;  // the next tick tries again; until then everything waits
    return;
  }
  fresh->state.complained = std::move(state_.complained);  // what people were told an hour ago is in no journal
  state_ = std::move(fresh->state);
  timers_.clear();
  timers_.remember(fresh->timers);
  if (rewritten_) pager_.clear();
  pager_.restore(fresh->timers);
  epoch_ = store_.epoch();
  waiting_.insert(waiting_.begin(), redo_.begin(), redo_.end());
  redo_.clear();
  if (!rewriting_)
    if (const auto done = std::exchange(rewritten_, {})) done();
  drain();
}

void Dispatcher::drain() {
  if (draining_) return;
  draining_ = true;
  std::size_t done = 0;
  while (!waiting_.empty() && !lost_ && !reloading_) {
    if (post_ && ++done > drain_slice) {
      post_([this] { drain(); });
      break;
    }
    TaskPtr next = std::move(waiting_.front());
    waiting_.pop_front();
    if (refusal_.empty()) {
      run(std::move(next));
    } else if (next->again == Task::Again::always) {
      owed_.push_back(std::move(next));
    } else if (next->done) {
      next->done(store_busy(refusal_));
    }
  }
  draining_ = false;
}

void Dispatcher::take_owed() {
  if (owed_.empty()) return;
  waiting_.insert(waiting_.end(), owed_.begin(), owed_.end());
  owed_.clear();
  if (!lost_ && !reloading_) drain();
}

// One notice for people, not through the outbox: that is on the disk which takes nothing.
void Dispatcher::note_refusal(const Error& error) {
  if (!refusal_.empty() || store_.stats().refusing.empty()) return;
  refusal_ = error.message;
  refusal_next_ = error.next_step;
  refused_since_ = clock_.now();
  refused_then_ = stats_.refused;
  const Message m{
      .text = say(config_.language, "store.refuses", {{"why", plain(error.message + " " + error.next_step)}}),
      .sections = {},
      .buttons = {},
      .color = "danger"};
  outbox_.show_once({.id = "store-refuses-" + boot_ + std::to_string(refused_since_),
                     .destination = "room:#muster",
                     .kind = "post",
                     .body = Value::Map{{"message", to_value(m)}, {"at", refused_since_}}});
}

void Dispatcher::probe() {
  if (probing_) return;
  probing_ = true;
  store_.probe([this](const Result<void>& r) {
    probing_ = false;
    if (r && !refusal_.empty()) recovered();
  });
}

// Once an hour, a small step a second until there is nothing more to forget.
void Dispatcher::prune() {
  const TimeMs now = clock_.now();
  if (prune_at_ == 0) prune_at_ = now + minute_ms;  // not in the first busy minute
  if (now < prune_at_) return;
  prune_at_ = now + hour_ms;
  store_.prune(now, [this](const Result<PruneReport>& r) {
    if (!r) return log(LogLevel::error, "old rows could not be removed", {{"error", r.error().message}});
    if (r->more) prune_at_ = 1;
  });
}

void Dispatcher::recovered() {
  log(LogLevel::info, "the disk takes writes again", {});
  const std::string why = std::move(refusal_);
  refusal_.clear();
  const TimeMs since = refused_since_;
  const std::string n = std::to_string(stats_.refused - refused_then_ + 1);
  take_owed();
  const auto decide = [why, since, n](Work& w, Commit&) {
    Entry e;
    e.kind = "bot.storage_refused";
    e.occurred_ms = since;
    e.text = say("en", "store.again", {{"from", format_utc(since)}, {"n", n}});
    e.data = Value::Map{{"why", why}, {"from_ms", since}, {"to_ms", w.now}};
    record(w, std::move(e));
    const std::string from = format_utc_clock(since) + " UTC";
    post(w, "muster", "store-again-" + std::to_string(since),
         {.text = say(w.config.language, "store.again", {{"from", from}, {"n", n}}),
          .sections = {},
          .buttons = {},
          .color = "good"});
  };
  take({.decide = decide, .done = {}, .applied = {}, .again = {}, .key = {}});
}

}  // namespace muster
