#include "bot/dispatcher.h"

#include <algorithm>

#include "bot/base/hash.h"
#include "bot/base/limits.h"
#include "bot/base/log.h"
#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/handlers.h"

namespace muster {

Dispatcher::Dispatcher(Store& store, const Clock& clock, CoreConfig config)
    : store_(store), clock_(clock), config_(std::move(config)), boot_(random_token(6)) {}

std::string Dispatcher::new_id() {
  char text[64];
  // Sorts by creation; the boot part keeps two processes apart.
  std::snprintf(text, sizeof text, "%011llx-%s-%06llx", static_cast<unsigned long long>(clock_.now()), boot_.c_str(),
                static_cast<unsigned long long>(++serial_));
  return text;
}

Work Dispatcher::work() {
  return {
      .state = state_, .config = config_, .now = clock_.now(), .new_id = [this] { return new_id(); }, .decision = {}};
}

void Dispatcher::attach(ChatPlatform& platform) {
  platforms_[platform.name()] = &platform;
  platform.on_event([this](ChatEvent event, ChatPlatform::Done accepted) { chat(event, std::move(accepted)); });
}

Result<void> Dispatcher::reload() {
  state_ = State{};
  stats_.reloads += 1;
  return store_.read_journal(0, [this](const Entry& e) { apply(state_, e); });
}

Result<void> Dispatcher::start() {
  if (auto loaded = reload(); !loaded) return loaded;
  auto timers = store_.timers();
  if (!timers) return std::unexpected(timers.error());
  remember_timers(*timers);
  auto pending = store_.pending_out();
  if (!pending) return std::unexpected(pending.error());
  const auto dead = store_.dead_letters();
  if (!dead) return std::unexpected(dead.error());
  stats_.dead_now = dead->size();
  for (const PendingOut& p : *pending) deliver(p.message, p.attempts);
  if (state_.position == 0) {
    Work w = work();
    greet(w);
    finish({.inbox = {},
            .inbox_done = {},
            .decision = std::move(w.decision),
            .out_done = {},
            .out_failed = {},
            .timers_fired = {}},
           {});
  }
  return {};
}

void Dispatcher::remember_timers(const std::vector<Timer>& timers) {
  for (const Timer& t : timers) {
    if (t.due_ms == 0)
      timers_.erase(t.id);
    else
      timers_[t.id] = t;
  }
}

void Dispatcher::tick() {
  const TimeMs now = clock_.now();
  std::vector<Timer> due;
  for (const auto& [id, t] : timers_) {
    if (t.due_ms <= now) due.push_back(t);
  }
  std::ranges::stable_sort(due, {}, &Timer::due_ms);
  for (const Timer& t : due) {
    timers_.erase(t.id);
    Work w = work();
    timer_rang(w, t);
    Commit c;
    c.decision = std::move(w.decision);
    c.timers_fired.push_back(t.id);
    finish(std::move(c), {});
  }
  std::vector<Later> again;
  std::erase_if(later_, [&](Later& l) {
    if (l.due_ms > now) return false;
    again.push_back(std::move(l));
    return true;
  });
  for (const Later& l : again) deliver(l.message, l.attempts);
}

void Dispatcher::forget_memory() {
  generation_ += 1;
  if (auto loaded = reload(); !loaded) {
    log(LogLevel::error, "the state could not be read again", {{"error", loaded.error().message}});
  }
  if (auto kept = store_.timers()) {
    timers_.clear();
    remember_timers(*kept);
  }
}

void Dispatcher::finish(Commit commit, std::function<void(Result<void>)> done, std::function<void()> applied) {
  if (router_) router_(commit.decision.out);
  const std::vector<OutMessage> out = commit.decision.out;
  remember_timers(commit.decision.timers);
  const auto taken = [this, out, generation = generation_, done = std::move(done),
                      applied = std::move(applied)](Result<Committed> result) {
    if (!result) {
      log(LogLevel::error, "a decision could not be stored", {{"error", result.error().message}});
      forget_memory();
      if (done) done(std::unexpected(result.error()));
      return;
    }
    // A duplicate was decided in memory and not applied on disk.
    if (result->duplicate) forget_memory();
    for (const Entry& e : result->entries) {
      // A reload while this commit was on its way may have read the disk before it.
      if (generation != generation_ && e.position > state_.position) apply(state_, e);
      state_.position = std::max(state_.position, e.position);
    }
    if (!result->duplicate) {
      for (const OutMessage& m : out) deliver(m, 0);
    }
    if (done) done({});
    if (!result->duplicate && applied) applied();
  };
  store_.commit(std::move(commit), taken);
}

void Dispatcher::deliver(const OutMessage& m, int attempts) {
  const auto done = [this, m, attempts](Result<void> r) {
    if (!r && r.error().kind == ErrorKind::unavailable && attempts + 1 < limits::outbox_attempts_max) {
      retry_later(m, attempts + 1);
      stats_.deliveries["retried"] += 1;
      return;
    }
    delivered(m.id, attempts + 1, r);
  };
  const std::string platform = m.destination.substr(0, m.destination.find(':'));
  if (const auto it = platforms_.find(platform); it != platforms_.end())
    it->second->deliver(m, done);
  else if (platform == "http" && carrier_)
    carrier_(m, done);
  else
    done(fail(ErrorKind::not_found, "nothing here delivers to " + m.destination));
}

void Dispatcher::retry_later(OutMessage m, int attempts) {
  // Exponential, capped at five minutes, with full jitter so that many messages do not come back together.
  const DurationMs cap = std::min<DurationMs>(5 * minute_ms, second_ms << std::min(attempts, 9));
  const auto dice = static_cast<std::uint64_t>(static_cast<unsigned char>(random_bytes(1)[0]));
  const DurationMs wait = 100 + cap * static_cast<DurationMs>(dice) / 256;
  failed_.push_back({m.id, "will be tried again", clock_.now() + wait, false});
  later_.push_back({std::move(m), attempts, clock_.now() + wait});
  flush_delivered();
}

void Dispatcher::delivered(const std::string& id, int attempts, const Result<void>& r) {
  stats_.deliveries[r ? "delivered" : "dead"] += 1;
  stats_.dead_now += r ? 0 : 1;
  if (r)
    delivered_.push_back(id);
  else
    failed_.push_back({id, r.error().message + " (attempt " + std::to_string(attempts) + ")", 0, true});
  flush_delivered();
}

// What was delivered is marked in one commit while the previous marking is on its way.
void Dispatcher::flush_delivered() {
  if (flushing_ || (delivered_.empty() && failed_.empty())) return;
  flushing_ = true;
  Commit c;
  c.out_done.swap(delivered_);
  c.out_failed.swap(failed_);
  store_.commit(std::move(c), [this](Result<Committed> r) {
    flushing_ = false;
    if (!r) log(LogLevel::error, "deliveries could not be marked", {{"error", r.error().message}});
    flush_delivered();
  });
}

void Dispatcher::send(OutMessage message) {
  Commit c;
  if (message.id.empty()) message.id = new_id();
  c.decision.out.push_back(std::move(message));
  finish(std::move(c), {});
}

void Dispatcher::record_fact(Entry entry, std::function<void(Result<void>)> done) {
  Work w = work();
  record(w, std::move(entry));
  Commit c;
  c.decision = std::move(w.decision);
  finish(std::move(c), std::move(done));
}

void Dispatcher::announce(const std::string& channel, const Message& message) {
  Work w = work();
  post(w, channel, "notice-" + w.new_id(), message);
  Commit c;
  c.decision = std::move(w.decision);
  finish(std::move(c), {});
}

void Dispatcher::redeliver(const std::vector<OutMessage>& messages) {
  stats_.dead_now -= std::min(stats_.dead_now, messages.size());
  for (const OutMessage& m : messages) deliver(m, 0);
}

DispatcherStats Dispatcher::stats() const {
  DispatcherStats s = stats_;
  s.waiting = later_.size();
  s.timers = timers_.size();
  return s;
}

std::vector<std::string> Dispatcher::complete(const std::string& prefix) const {
  return complete_line(prefix, live_words(state_, config_));
}

namespace {

std::string bare_channel(const std::string& channel) { return channel.starts_with('#') ? channel.substr(1) : channel; }

Value human_post(const ChatEvent& e, const std::string& text) {
  Value body =
      Value::Map{{"post_id", e.post_id.empty() ? e.id : e.post_id}, {"user", e.user}, {"text", text}, {"at", e.at}};
  if (!e.thread.empty()) body.set("thread", e.thread);
  return body;
}

InboxItem inbox_of(const ChatEvent& e, const std::string& text, TimeMs now) {
  return {.dedupe_key = e.platform + ":" + e.id,
          .kind = "chat",
          .body = text,
          .received_ms = now,
          .meta = Value::Map{{"kind", e.kind},
                             {"channel", e.channel},
                             {"user", e.user},
                             {"post", e.post_id},
                             {"emoji", e.emoji},
                             {"thread", e.thread},
                             {"at", e.at}}};
}

}  // namespace

void Dispatcher::chat(const ChatEvent& e, std::function<void(Result<void>)> accepted) {
  const std::string text = redact(clip_bytes(repair_utf8(e.text), limits::chat_text_bytes_max)).text;
  Commit c;
  c.inbox.push_back(inbox_of(e, text, clock_.now()));
  c.inbox_done.push_back(c.inbox.back().dedupe_key);
  const std::string channel = bare_channel(e.channel);
  const bool speaks = e.kind == "message" || e.kind == "button";
  if (!speaks) return finish(std::move(c), std::move(accepted));
  Work w = work();
  if (e.kind == "message")
    w.decision.out.push_back({w.new_id(), e.platform + ":#" + channel, "human_post", human_post(e, text)});
  // A channel of our room belongs to the bot or to one incident: both are direct conversations with commands in
  // plain words only in #muster; elsewhere the prefix or a mention addresses the bot.
  const Addressed to = e.kind == "button" ? Addressed{true, false, e.text}
                                          : address(e.text, config_.bot_handle, config_.prefix, e.direct || channel == "muster");
  CommandInput input{.person = e.user,
                     .is_operator = false,
                     .platform = e.platform,
                     .channel = channel,
                     .thread = e.thread,
                     .source_id = e.id,
                     .text = to.command,
                     .direct = e.direct || channel == "muster",
                     .sent_ms = e.at};
  std::optional<ReadWanted> read;
  if (to.to_us) {
    stats_.commands += 1;
    Outcome o = run_command(w, input);
    read = o.read;
    // An unknown !word in a shared channel stays silent: other bots use ! too.
    const bool silent = o.unknown_word && !to.by_mention && !input.direct && e.kind == "message";
    if (!read && !silent) answer_in_chat(e, input, std::move(o), w);
  }
  c.decision = std::move(w.decision);
  finish(std::move(c), std::move(accepted), [this, read, input, thread = e.thread] {
    if (read) read_and_post(*read, input, thread);
  });
}

void Dispatcher::answer_in_chat(const ChatEvent& e, const CommandInput& input, Outcome o, Work& w) {
  post(w, input.channel, "reply-" + e.id, o.reply, e.thread, o.is_private ? e.user : "");
  w.decision.out.back().body.set("origin", e.platform);
}

void Dispatcher::read_and_post(const ReadWanted& wanted, const CommandInput& input, const std::string& thread) {
  if (!reader_) return;
  reader_(wanted, input, [this, input, thread](Outcome o) {
    Work w = work();
    post(w, input.channel, "reply-" + input.source_id, o.reply, thread, o.is_private ? input.person : "");
    w.decision.out.back().body.set("origin", input.platform);
    Commit c;
    c.decision = std::move(w.decision);
    finish(std::move(c), {});
  });
}

void Dispatcher::command(CommandInput input, CommandDone done) {
  stats_.commands += 1;
  Work w = work();
  if (input.source_id.empty()) input.source_id = new_id();
  Outcome o = run_command(w, input);
  Commit c;
  c.inbox.push_back({.dedupe_key = "cli:" + input.source_id,
                     .kind = "cli",
                     .body = redact(input.text).text,
                     .received_ms = w.now,
                     .meta = Value::Map{{"person", input.person}, {"channel", input.channel}}});
  c.inbox_done.push_back(c.inbox.back().dedupe_key);
  c.decision = std::move(w.decision);
  finish(std::move(c), [this, o, input, done = std::move(done)](Result<void> r) {
    if (!r) return done(std::unexpected(r.error()));
    if (!o.read || !reader_) return done(o);
    reader_(*o.read, input, [done](Outcome read) { done(std::move(read)); });
  });
}

void Dispatcher::alerts(const std::vector<AlertEvent>& events, const std::string& key, std::int64_t truncated,
                        TimeMs received, std::function<void(Result<void>)> done) {
  stats_.alert_bodies += 1;
  stats_.alerts += events.size();
  Work w = work();
  take_alerts(w, events, received);
  if (truncated > 0) {
    post(w, config_.alerts_channel, "truncated-" + key,
         {.text = say(config_.language, "alert.truncated", {{"n", std::to_string(truncated)}}),
          .sections = {},
          .buttons = {},
          .color = "warning"});
  }
  Commit c;
  c.inbox_done.push_back(key);
  c.decision = std::move(w.decision);
  finish(std::move(c), std::move(done));
}

void Dispatcher::alerts_with_inbox(const std::vector<AlertEvent>& events, InboxItem item,
                                   std::function<void(Result<void>)> done) {
  stats_.alert_bodies += 1;
  stats_.alerts += events.size();
  Work w = work();
  take_alerts(w, events, item.received_ms);
  Commit c;
  c.inbox_done.push_back(item.dedupe_key);
  c.inbox.push_back(std::move(item));
  c.decision = std::move(w.decision);
  finish(std::move(c), std::move(done));
}

void Dispatcher::undecodable(const std::string& kind, const std::string& key, const std::string& why) {
  stats_.undecodable += 1;
  Work w = work();
  take_undecodable(w, kind, key, why);
  Commit c;
  c.inbox_done.push_back(key);
  c.decision = std::move(w.decision);
  finish(std::move(c), {});
}

}  // namespace muster
