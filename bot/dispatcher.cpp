#include "bot/dispatcher.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "bot/base/hash.h"
#include "bot/base/limits.h"
#include "bot/base/log.h"
#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "bot/chat_facts.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/extension.h"
#include "bot/core/engine/handlers.h"
#include "bot/core/engine/privacy.h"
#include "bot/core/engine/schedules.h"

namespace muster {

Dispatcher::Dispatcher(Store& store, const Clock& clock, CoreConfig config)
    : store_(store), clock_(clock), config_(std::move(config)), outbox_(store, clock), boot_(random_token(6)) {}

namespace {

void append_hex(std::string& out, std::uint64_t number, std::size_t digits) {
  std::array<char, 16> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, 16).ptr;
  const auto size = static_cast<std::size_t>(end - buffer.data());
  out.append(digits > size ? digits - size : 0, '0').append(buffer.data(), size);
}

}  // namespace

// Sorts by creation; the boot part keeps two processes apart.
std::string Dispatcher::new_id() {
  std::string id;
  id.reserve(32);
  append_hex(id, static_cast<std::uint64_t>(clock_.now()), 11);
  id.append("-").append(boot_).append("-");
  append_hex(id, ++serial_, 6);
  return id;
}

Work Dispatcher::work() {
  return {.state = state_,
          .config = config_,
          .now = clock_.now(),
          .new_id = [this] { return new_id(); },
          .decision = {},
          .extension = extension_,
          .owner = store_.owner()};
}

void Dispatcher::attach(ChatPlatform& platform) {
  outbox_.attach(platform);
  platform.on_event([this](ChatEvent event, ChatPlatform::Done accepted) { chat(event, std::move(accepted)); });
}

Result<void> Dispatcher::start() {
  epoch_ = store_.epoch();
  auto fresh = load(store_);
  if (!fresh) return std::unexpected(fresh.error());
  state_ = std::move(fresh->state);
  timers_.remember(fresh->timers);
  pager_.restore(fresh->timers);
  auto pending = store_.pending_out();
  if (!pending) return std::unexpected(pending.error());
  const auto dead = store_.dead_letters();
  if (!dead) return std::unexpected(dead.error());
  dead_before_ = static_cast<std::int64_t>(dead->size());
  outbox_.restore(std::move(*pending),
                  [this](const std::string& platform) { return state_.together.lost.contains(platform); });
  if (state_.position == 0) {
    take({.decide = [](Work& w, Commit&) { greet(w); }, .done = {}, .applied = {}, .again = {}, .key = {}});
  }
  // Every unfinished run progresses, waits or asks before anything else is decided.
  if (extension_)
    take({.decide = [](Work& w, Commit&) { w.extension->process_started(w); },
          .done = {},
          .applied = {},
          .again = Task::Again::always,
          .key = {}});
  return {};
}

void Dispatcher::tick() {
  if (lost_) read_again();
  if (!refusal_.empty())
    probe();
  else
    take_owed();
  outbox_.tick();
  watch_clock();
  if (waits() || !refusal_.empty()) return;  // timers wait for a state that is known
  prune();
  for (const Timer& t : timers_.take_due(clock_.now())) {
    if (t.id.starts_with(Pager::timer_prefix)) pager_.forget(t.id);
    if (t.id.starts_with(schedule_timer_prefix)) {
      ring_schedule(t);
      continue;
    }
    const auto ring = [t](Work& w, Commit& c) {
      if (!w.extension || !w.extension->timer_rang(w, t)) timer_rang(w, t);
      c.timers_fired.push_back(t.id);
    };
    // When it is not recorded, the timer is on disk still and rings again after the reload.
    take({.decide = ring, .done = {}, .applied = {}, .again = Task::Again::never, .key = {}});
  }
}

void Dispatcher::send(OutMessage message) {
  if (message.id.empty()) message.id = new_id();
  const auto decide = [m = std::move(message)](Work& w, Commit&) { w.decision.out.push_back(m); };
  take({.decide = decide, .done = {}, .applied = {}, .again = {}, .key = {}});
}

void Dispatcher::record_fact(Entry entry, std::function<void(Result<void>)> done) {
  const auto decide = [e = std::move(entry)](Work& w, Commit&) { record(w, e); };
  take({.decide = decide, .done = std::move(done), .applied = {}, .again = {}, .key = {}});
}

void Dispatcher::announce(const std::string& channel, const Message& message) {
  const auto decide = [channel, message](Work& w, Commit&) { post(w, channel, "notice-" + w.new_id(), message); };
  take({.decide = decide, .done = {}, .applied = {}, .again = {}, .key = {}});
}

void Dispatcher::redeliver(const std::vector<OutMessage>& messages, std::size_t were_dead) {
  dead_before_ -= static_cast<std::int64_t>(were_dead);
  for (OutMessage m : messages) {
    const std::string destination = m.destination;
    const bool webhook = destination.starts_with("webhook:");
    // A platform that failed at it may have made it all the same: it is looked for first.
    if (!webhook) m.body.set("unsure", true);
    outbox_.add({std::move(m), 0, 0});
    if (webhook) outbox_.wake(destination);
  }
}

void Dispatcher::set_config(CoreConfig config) {
  config_ = std::move(config);
  if (extension_) extension_->configured();
}

std::vector<std::string> Dispatcher::complete(const std::string& prefix) const {
  Live live = live_words(state_, config_);
  std::erase_if(live.incidents, [this](const std::string& id) { return !public_incident(state_, id); });
  return complete_line(prefix, live);
}

std::vector<std::string> Dispatcher::complete(const std::string& prefix, const std::string& person,
                                              const std::string& channel) {
  Work w = work();
  const std::string bare = channel.starts_with('#') ? channel.substr(1) : channel;
  return complete_line(prefix, live_words_for(w, person, bare));
}

void Dispatcher::chat(const ChatEvent& heard_event, std::function<void(Result<void>)> accepted) {
  stats_.last_event[heard_event.platform] = clock_.now();
  ChatEvent told = heard_event;
  if (hearing_) hearing_(told);
  const std::string text = clean_text(told.kind == "form" ? typed_twin(told.text, told.form) : told.text);
  InboxItem item = inbox_of(told, text, clock_.now());
  const auto asked = std::make_shared<std::optional<Outcome>>();
  const auto heard = std::make_shared<ChatEvent>();  // who speaks is decided with the rest
  const std::string secret = random_token(16);
  // Every event but a line for us outside of incident channels: a command is no talk.
  const auto is_talk = [this](const ChatEvent& e, const State& state) {
    if (e.kind == "form") return false;
    if (e.kind != "message" || e.is_told_only || state.incident_by_channel.contains(bare_channel(e.channel)))
      return true;
    CommandInput input = input_of(e);
    bool by_mention = false;
    return !e.direct && !understand(e, input, by_mention);
  };
  std::string key = item.dedupe_key;
  const bool patient = told.platform + ":" != outbox_.shown_here();
  const bool outdated = changed_.came_before(told);
  auto decide = [this, outdated, told = std::move(told), heard, text, item = std::move(item), asked, is_talk, secret](
                    Work& w, Commit& c) {
    *heard = with_people(told, w);
    heard->about = with_original(w.state, bare_channel(heard->channel), std::move(heard->about));
    const ChatEvent& e = *heard;
    c.inbox.push_back(item);
    c.inbox_done.push_back(item.dedupe_key);
    if (outdated) heard->is_told_only = true;
    if (outdated) return;
    c.files_gone = e.files_gone;
    const Recorded recorded = is_talk(e, w.state) ? take_chat(w, fact_of(e, text)) : Recorded{};
    if (recorded.keeps_files) c.files_gone.clear();
    c.files_gone.insert(c.files_gone.end(), recorded.files_gone.begin(), recorded.files_gone.end());
    c.scrubs = recorded.scrubs;
    for (const ChatFile& f : e.files)
      if (e.kind != "relay_file" && (e.kind != "file" || recorded.takes_file))
        c.files.push_back({f.id, f.name, bare_channel(e.channel), e.user, e.at, f.bytes});
    if (e.kind == "heard" && !recorded.fresh) return;
    show_talk(e, text, recorded.fresh, w);
    *asked = decide_chat(e, text, secret, w);
  };
  auto applied = [this, heard, asked] {
    CommandInput input = input_of(*heard);
    bool by_mention = false;
    // A bare "yes" has answered its question by now and means nothing any more; what it started is to be read.
    if (!understand(*heard, input, by_mention) && !*asked) return;
    stats_.commands += 1;
    if (*asked) read_and_post(**asked, input, *heard);
  };
  take({.decide = std::move(decide),
        .done = std::move(accepted),
        .applied = std::move(applied),
        .again = {},
        .key = std::move(key),
        .patient = patient});
}

CommandInput Dispatcher::input_of(const ChatEvent& e) const {
  CommandInput input = command_of(e);
  // A room without people belongs to whoever has its login: the operator.
  input.is_operator = config_.people.empty() && e.platform == "room" && e.user == "operator";
  return input;
}

std::optional<Outcome> Dispatcher::decide_chat(const ChatEvent& e, const std::string& text, const std::string& secret,
                                               Work& w) {
  CommandInput input = input_of(e);
  bool by_mention = false;
  const bool only_files = text.empty() && !e.files.empty();
  if (only_files || !understand(e, input, by_mention)) return {};
  input.secret = secret;
  Outcome o = decided(w, input);
  if (e.kind == "form" && e.answer) answer_form(*e.answer, o);
  if (e.kind == "form" && !o.ok) return {};  // told where it was filled in
  if (o.read && o.read->what == "more") {
    const ReadWanted wanted = *o.read;
    o = read_outcome(pager_.more(wanted, e.user, input.channel, e.id), o);
    keep_pages(w);
  }
  if (o.read) return o;
  // An unknown !word in a shared channel stays silent: other bots use ! too.
  const bool silent = o.unknown_word && !by_mention && !input.direct && e.kind == "message";
  if (!silent) answer_in_chat(e, input, o, w);
  return {};
}

bool Dispatcher::understand(const ChatEvent& e, CommandInput& input, bool& by_mention) const {
  if (e.kind == "button") return true;
  if (e.kind == "form") return input.text = typed_twin(e.text, e.form), true;
  if (e.kind == "reaction") {
    input.text = reaction_answer(state_, config_, e.post_id, e.user, e.emoji);
    return !input.text.empty();
  }
  if (e.kind != "message" || e.is_told_only) return false;
  // A channel of our room belongs to the bot or to one incident: both are direct conversations with commands in
  // plain words only in #muster; elsewhere the prefix or a mention addresses the bot.
  if (const std::string bare = bare_answer(state_, config_, input); !bare.empty()) {
    input.text = bare;
    return true;
  }
  const Addressed to = address(e.text, config_.bot_handle, config_.prefix, input.direct);
  by_mention = to.by_mention;
  input.text = to.command;
  return to.to_us;
}

void Dispatcher::answer_in_chat(const ChatEvent& e, const CommandInput& input, Outcome o, Work& w) {
  apply_flags(o);
  pager_.fit(o, e.user, input.channel);
  keep_pages(w);
  const bool thread = (o.output.reading || o.output.in_thread) && !o.output.here;
  if (e.kind == "button" && !o.ok) o.is_private = true;  // a "no" to a click concerns nobody else in the channel
  const bool form = o.form && e.can_open_form;
  if (o.form && !form) o.reply.buttons.push_back({say(o.language, "button.form"), o.form->command, "", true});
  if (o.is_private && !form && e.told) return void(*e.told = std::move(o.reply));
  // The very account that spoke is answered: a person may have several there, and a name that its owner chose is no
  // address.
  const std::string to = o.is_private || form ? input.account.empty() ? e.user : input.account : "";
  post(w, input.channel, "reply-" + e.id, o.reply, thread ? input.thread : e.thread, to);
  OutMessage& out = w.decision.out.back();
  out.body.set("origin", e.platform);
  out.body.set("urgent", true);  // somebody waits for it
  if (o.output.reading && !o.output.here && !o.output.in_thread) out.body.set("asked", true);
  if (!form) return;
  out.kind = "form";
  out.body.set("form", to_value(*o.form));
  out.body.set("event", e.id);
}

void Dispatcher::keep_pages(Work& w) {
  for (Timer& t : pager_.take_changes(clock_.now())) w.decision.timers.push_back(std::move(t));
}

Outcome Dispatcher::decided(Work& w, const CommandInput& input) const {
  Outcome o = run_command(w, input);
  auto known = o.read && at_once_ ? at_once_(*o.read) : std::nullopt;
  if (!known) return o;
  o.read.reset();
  return read_outcome(std::move(*known), o);
}

void Dispatcher::read_and_post(const Outcome& asked, const CommandInput& input, const ChatEvent& heard) {
  if (!reader_ && asked.reply.text.empty()) return;
  ChatEvent e = heard;
  e.told.reset();  // the click was answered while this was read
  const auto whole = [this, asked, input, e](Outcome read) {
    const auto decide = [this, asked, input, e, read = std::move(read)](Work& w, Commit&) {
      answer_in_chat(e, input, read_outcome(read, asked), w);
    };
    take({.decide = decide, .done = {}, .applied = {}, .again = {}, .key = {}});
  };
  reader_ ? reader_(*asked.read, input, whole) : whole({});
}

void Dispatcher::command(CommandInput input, CommandDone done) {
  stats_.commands += 1;
  if (input.source_id.empty()) input.source_id = new_id();
  const InboxItem item{.dedupe_key = "cli:" + input.source_id,
                       .kind = "cli",
                       .body = redact(input.text).text,
                       .received_ms = clock_.now(),
                       .meta = Value::Map{{"person", input.person}, {"channel", input.channel}}};
  const auto outcome = std::make_shared<Outcome>();
  input.secret = random_token(16);
  const auto decide = [this, input, item, outcome](Work& w, Commit& c) {
    *outcome = decided(w, input);
    c.inbox.push_back(item);
    c.inbox_done.push_back(item.dedupe_key);
  };
  const auto answer = [this, outcome, input, done = std::move(done)](const Result<void>& r) {
    if (!r) return done(std::unexpected(r.error()));
    // A script gets the whole answer: there is nothing more, and no page to turn.
    const auto give = [done](Outcome whole) {
      apply_flags_for_script(whole);
      done(std::move(whole));
    };
    const Outcome& o = *outcome;
    if (!o.read) return give(o);
    if (o.read->what == "more") return give(read_outcome(Pager().more(*o.read, "", ""), o));
    if (!reader_) return give(o);
    reader_(*o.read, input, [give, o](Outcome read) { give(read_outcome(std::move(read), o)); });
  };
  take({.decide = decide, .done = answer, .applied = {}, .again = {}, .key = item.dedupe_key});
}

namespace {

// API v2 has no ids of deliveries: a key of each would keep nothing away, and a row of each costs more than the alert
// in it. What one sender brought to one decision is kept as one list, in its order.
bool joins_last(std::vector<InboxItem>& inbox, const InboxItem& item) {
  constexpr std::size_t joined_bytes_max = 64u << 10;
  if (inbox.empty() || item.kind != "alerts_v2" || inbox.back().kind != item.kind || inbox.back().meta != item.meta)
    return false;
  std::string& list = inbox.back().body;
  const std::string_view first = trim(list), more = trim(item.body);
  const bool lists = first.starts_with('[') && first.ends_with(']') && more.starts_with('[') && more.ends_with(']');
  if (!lists || list.size() + item.body.size() > joined_bytes_max) return false;
  list.resize(static_cast<std::size_t>(first.data() - list.data()) + first.size() - 1);
  list.append(",").append(more.substr(1));
  return true;
}

}  // namespace

// Kept until the decision is on disk: it may have to be made again, or one by one.
struct Dispatcher::Batch {
  std::vector<AlertDelivery> taken;
  std::vector<Delivered> rest;  // their alerts are in `taken`
};

void Dispatcher::deliveries(std::vector<Delivered> all, bool stored, std::function<void()> over) {
  stats_.alert_bodies += all.size();
  const auto batch = std::make_shared<Batch>();
  batch->taken.reserve(all.size());
  for (Delivered& d : all) {
    stats_.alerts += d.alerts.alerts.size();
    batch->taken.push_back(std::move(d.alerts));
  }
  batch->rest = std::move(all);
  take(task_of(batch, stored, std::move(over)));
}

Dispatcher::Task Dispatcher::task_of(std::shared_ptr<Batch> batch, bool stored, std::function<void()> over) {
  auto decide = [batch, stored](Work& w, Commit& c) {
    take_deliveries(w, batch->taken);
    for (const Delivered& d : batch->rest) {
      if (stored || !joins_last(c.inbox, d.item)) {
        c.inbox_done.push_back(d.item.dedupe_key);
        if (!stored) c.inbox.push_back(d.item);
      }
      if (d.truncated > 0) tell_truncated(w, d.item.dedupe_key, d.truncated);
    }
  };
  auto done = [this, batch, stored, over = std::move(over)](const Result<void>& r) {
    const bool failed = !r && r.error().kind == ErrorKind::internal;
    if (failed && batch->rest.size() > 1) return one_by_one(*batch, stored, over);
    if (failed) undecided(batch->rest.front().item, stored);
    for (const Delivered& d : batch->rest)
      if (d.done) d.done(r);
    if (over) over();
  };
  return {.decide = std::move(decide),
          .done = std::move(done),
          .applied = {},
          .again = stored ? Task::Again::always : Task::Again::when_stale,
          .key = {}};
}

// The state is about to be read again; they come before all that waits for it, in their order.
void Dispatcher::one_by_one(Batch& batch, bool stored, const std::function<void()>& over) {
  const auto left = std::make_shared<std::size_t>(batch.rest.size());
  const auto one_over = [left, over] {
    if (--*left == 0 && over) over();
  };
  for (std::size_t n = batch.rest.size(); n-- > 0;) {
    const auto one = std::make_shared<Batch>();
    one->taken.push_back(std::move(batch.taken[n]));
    one->rest.push_back(std::move(batch.rest[n]));
    waiting_.push_front(std::make_shared<Task>(task_of(one, stored, one_over)));
  }
}

void Dispatcher::undecided(const InboxItem& item, bool stored) {
  stats_.undecided += 1;
  const std::string& source = item.meta["source"].as_string();
  log(LogLevel::error, "a delivery could not be decided about",
      {{"source", source}, {"inbox", stored ? item.dedupe_key : "refused"}});
  const auto decide = [source, key = stored ? item.dedupe_key : std::string()](Work& w, Commit&) {
    take_undecided(w, source, key);
  };
  take({.decide = decide, .done = {}, .applied = {}, .again = Task::Again::always, .key = {}});
}

void Dispatcher::alerts_with_inbox(std::vector<AlertEvent> events, InboxItem item,
                                   std::function<void(Result<void>)> done) {
  stats_.alert_bodies += 1;
  stats_.alerts += events.size();
  auto decide = [events = std::move(events), item = std::move(item)](Work& w, Commit& c) {
    take_alerts(w, events, item.received_ms);
    c.inbox_done.push_back(item.dedupe_key);
    c.inbox.push_back(item);
  };
  take({.decide = std::move(decide), .done = std::move(done), .applied = {}, .again = {}, .key = {}});
}

void Dispatcher::alert_part(std::vector<AlertEvent> events, std::optional<InboxItem> item, TimeMs received,
                            std::function<void(Result<void>)> done) {
  stats_.alerts += events.size();
  const bool stored = !item;
  auto decide = [events = std::move(events), item = std::move(item), received](Work& w, Commit& c) {
    take_alerts(w, events, received);
    if (item) c.inbox.push_back(*item);
  };
  take({.decide = std::move(decide),
        .done = std::move(done),
        .applied = {},
        .again = stored ? Task::Again::always : Task::Again::when_stale,
        .key = {}});
}

void Dispatcher::undecodable(const std::string& kind, const std::string& key, const std::string& why) {
  stats_.undecodable += 1;
  const auto decide = [kind, key, why](Work& w, Commit& c) {
    take_undecodable(w, kind, key, why);
    c.inbox_done.push_back(key);
  };
  take({.decide = decide, .done = {}, .applied = {}, .again = Task::Again::always, .key = {}});
}

void Dispatcher::report(std::function<void(Work&)> decide, std::function<void(Result<void>)> done) {
  auto with_commit = [decide = std::move(decide)](Work& w, Commit&) { decide(w); };
  take({.decide = std::move(with_commit),
        .done = std::move(done),
        .applied = {},
        .again = Task::Again::always,
        .key = {}});
}

DispatcherStats Dispatcher::stats() const {
  DispatcherStats s = stats_;
  s.deliveries = outbox_.results();
  s.waiting = outbox_.waiting();
  s.timers = timers_.size();
  const auto died = s.deliveries.find("dead");
  const std::int64_t now = dead_before_ + static_cast<std::int64_t>(died == s.deliveries.end() ? 0 : died->second);
  s.dead_now = static_cast<std::size_t>(std::max<std::int64_t>(now, 0));
  return s;
}

}  // namespace muster
