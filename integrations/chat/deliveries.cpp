#include "integrations/chat/deliveries.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "bot/base/log.h"
#include "bot/base/text.h"
#include "bot/core/chat/message.h"
#include "bot/core/commands/words.h"

namespace muster {

namespace {

// "#inc-7" in a text, and not the beginning of "#inc-7-checkout".
bool names_channel(const std::string& text, const std::string& channel) {
  const std::string name = "#" + channel;
  for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; ++at) {
    const char next = at + name.size() < text.size() ? text[at + name.size()] : ' ';
    const bool goes_on = (next >= 'a' && next <= 'z') || (next >= '0' && next <= '9') || next == '-' || next == '_';
    if (!goes_on) return true;
  }
  return false;
}

}  // namespace

std::string out_channel(const OutMessage& m) {
  std::string name = m.destination.substr(m.destination.find(':') + 1);
  if (name.empty()) name = m.body["channel"].as_string();
  return name.starts_with('#') ? name.substr(1) : name;
}

TimeMs made_at(const std::string& message_id) {
  if (message_id.size() < 12 || message_id[11] != '-') return 0;
  return static_cast<TimeMs>(std::strtoll(message_id.substr(0, 11).c_str(), nullptr, 16));
}

Deliveries::Deliveries(BudgetQueue& queue, const Clock& clock, ChatDirectory& directory, Platform platform)
    : queue_(queue), clock_(clock), directory_(directory), platform_(std::move(platform)), born_ms_(clock.now()) {
  queue_.on_refused([this] { call_answered(); });
}

void Deliveries::take(const OutMessage& m, ChatPlatform::Done done) {
  if (m.kind == "human_post") return done({});  // people speak for themselves there
  const auto d = std::make_shared<Delivery>();
  d->message = m;
  d->done = std::move(done);
  d->channel = out_channel(m);
  d->since = clock_.now();
  const TimeMs made = made_at(m.id);
  d->may_be_sent = m.body["unsure"].as_bool();  // whatever stands before it
  d->earlier = m.body["tried"].as_bool() || (made != 0 && made < born_ms_);
  if (m.kind == "edit") d->coalesce = d->channel + "/" + m.body["post_id"].as_string();
  if (m.kind == "topic") d->coalesce = d->channel + "/topic";
  if (d->channel.empty()) return d->done(fail(ErrorKind::invalid, "the message names no channel"));
  if (!open_ && parked_.size() >= parked_max) return d->done(fail(ErrorKind::unavailable, "too many messages wait"));
  if (m.kind == "open_channel") opening_[d->channel] += 1;
  if (open_) return queue(d);
  parked_.push_back(d);
}

void Deliveries::join(const std::vector<std::string>& channels) {
  for (const std::string& channel : channels) {
    const auto d = std::make_shared<Delivery>();
    d->channel = channel;
    d->message.kind = "join";
    d->message.id = "join-" + channel;
    queue(d);
  }
}

void Deliveries::open() {
  open_ = true;
  well_since_ = clock_.now();
  for (const DeliveryPtr& d : std::exchange(parked_, {})) queue(d);
}

// Of several changes that wait only the last is worth sending; it takes the place at the end.
void Deliveries::replace_earlier(const DeliveryPtr& d) {
  if (d->coalesce.empty()) return;
  const auto earlier = coalescing_.find(d->coalesce);
  if (earlier != coalescing_.end() && queue_.waits(earlier->second->job)) {
    queue_.cancel(earlier->second->job);
    gone(earlier->second->channel);
    if (earlier->second->done) earlier->second->done({});
  }
  coalescing_[d->coalesce] = d;
}

void Deliveries::queue(const DeliveryPtr& d) {
  replace_earlier(d);
  const bool makes = d->message.kind == "open_channel";
  BudgetTicket ticket{.lane = d->channel,
                      .buckets = platform_.buckets(*d),
                      .urgent = makes || d->message.body["urgent"].as_bool(),
                      .barrier = makes};
  Waiting& w = waiting_for_[d->channel];
  w.here += 1;
  if (d->done) w.behind = static_cast<std::size_t>(std::max<std::int64_t>(0, d->message.body["behind"].as_int()));
  const bool many = w.here + w.behind >= told_from && told_.insert(d->channel).second;
  if (many) tell_delay(d->channel);
  d->job = queue_.add(std::move(ticket), [this, d](BudgetQueue::Job job) {
    d->job = job;
    start(d);
  });
  if (d->job != 0) return;
  gone(d->channel);
  opened(*d);
  if (d->done) d->done(fail(ErrorKind::unavailable, "too many messages wait"));
}

// Its lane is held meanwhile: what comes behind it stays behind it.
void Deliveries::start(const DeliveryPtr& d) {
  say_late(*d);
  if (!names_unopened(*d)) return platform_.run(d);
  d->waited = true;
  held_.emplace_back(d, clock_.now());
}

bool Deliveries::names_unopened(const Delivery& d) const {
  const bool says = d.message.kind == "post" || d.message.kind == "edit";
  if (opening_.empty() || d.waited || !says) return false;
  const std::string text = plain_text(message_from(d.message.body["message"]));
  return std::ranges::any_of(opening_,
                             [&](const auto& o) { return o.first != d.channel && names_channel(text, o.first); });
}

void Deliveries::opened(const Delivery& d) {
  const auto it = d.message.kind == "open_channel" ? opening_.find(d.channel) : opening_.end();
  if (it == opening_.end() || --it->second > 0) return;
  const std::string channel = it->first;
  opening_.erase(it);
  let_go([&](const Delivery& held, TimeMs) {
    return names_channel(plain_text(message_from(held.message.body["message"])), channel);
  });
}

void Deliveries::let_go(const std::function<bool(const Delivery&, TimeMs since)>& which) {
  std::vector<DeliveryPtr> go;
  std::erase_if(held_, [&](const auto& h) {
    const bool goes = which(*h.first, h.second);
    if (goes) go.push_back(h.first);
    return goes;
  });
  for (const DeliveryPtr& d : go) platform_.run(d);
}

void Deliveries::tick() {
  let_go([now = clock_.now()](const Delivery&, TimeMs since) { return now - since >= named_ms; });
}

// One line, ahead of what waits.
void Deliveries::tell_delay(const std::string& channel) {
  tell(channel, "delay", say(platform_.language, "chat.delayed", {{"platform", platform_.title}}), true);
}

void Deliveries::tell(const std::string& channel, const std::string& what, const std::string& text, bool urgent,
                      const std::string& thread) {
  char made[16];
  std::snprintf(made, sizeof made, "%011llx-", static_cast<unsigned long long>(clock_.now()));
  const std::string id = made + what;
  const auto d = std::make_shared<Delivery>();
  d->channel = channel;
  d->message = {id + "-" + channel, "platform:#" + channel, "post",
                Value::Map{{"post_id", id}, {"message", Value::Map{{"text", text}}}, {"urgent", urgent}}};
  if (!thread.empty()) d->message.body.set("thread", thread);
  d->since = clock_.now();
  queue(d);
}

void Deliveries::not_invited(Delivery& d, const std::string& who, const std::string& why) {
  Value list = d.message.body["not_invited"];
  if (!list.is_list()) list = Value::List{};
  list.push(Value::Map{{"who", who}, {"why", why}});
  d.message.body.set("not_invited", std::move(list));
}

std::string Deliveries::reason(const std::string& why) const {
  const std::string key = "not_invited." + why;
  return has_sentence(key) ? say(platform_.language, key) : why;
}

void Deliveries::not_reached(const Delivery& d, const std::string& who, const std::string& why) {
  if (!d.message.body["direct"].as_bool()) return;
  const std::map<std::string, std::string> words = {
      {"who", plain(one_line(who))}, {"platform", platform_.title}, {"why", plain(one_line(reason(why)))}};
  tell(d.channel, "unreached", say_with(platform_.language, "chat.not_reached", words), true);
}

void Deliveries::file_lost(Delivery& d, const std::string& name, const std::string& why) {
  d.lost_files.push_back(name);
  d.lost_why = why;
}

void Deliveries::tell_lost_files(const Delivery& d, const std::string& thread) {
  if (d.lost_files.empty()) return;
  const std::map<std::string, std::string> words = {{"platform", platform_.title},
                                                    {"names", plain(one_line(muster::join(d.lost_files, ", ")))},
                                                    {"why", plain(one_line(d.lost_why))}};
  tell(d.channel, "unsent-file", say_with(platform_.language, "chat.file_lost", words), false, thread);
}

void Deliveries::invited(const DeliveryPtr& d) { let_in(d, "chat.not_invited"); }
void Deliveries::removed(const DeliveryPtr& d) { let_in(d, "chat.not_removed"); }

void Deliveries::let_in(const DeliveryPtr& d, const char* sentence) {
  constexpr std::size_t named_most = 10;
  const Value::List& all = d->message.body["not_invited"].as_list();
  std::string names;
  for (std::size_t n = 0; n < all.size() && n < named_most; ++n) {
    const std::string why = reason(all[n]["why"].as_string());
    names += (names.empty() ? "" : ", ") + plain(clip(one_line(all[n]["who"].as_string() + " (" + why + ")"), 120));
  }
  if (all.size() > named_most) names += " …";
  if (!names.empty()) tell(d->channel, "uninvited", say(platform_.language, sentence, {{"who", names}}), false);
  finish(d, {});
}

void Deliveries::gone(const std::string& channel) {
  const auto it = waiting_for_.find(channel);
  if (it == waiting_for_.end() || --it->second.here > 0 || it->second.behind > 0) return;
  waiting_for_.erase(it);
  told_.erase(channel);
}

void Deliveries::call_failed() {
  if (failing_since_ == 0) failing_since_ = clock_.now();
}

void Deliveries::call_answered() {
  if (std::exchange(failing_since_, 0) != 0) well_since_ = clock_.now();
}

bool Deliveries::fails_alone(Delivery& d) const {
  if (d.taken && *d.taken != taken_) ++d.failed_alone;
  d.taken = taken_;
  return d.failed_alone >= failed_alone_max;
}

DurationMs Deliveries::failing_ms() const { return failing_since_ == 0 ? 0 : clock_.now() - failing_since_; }

// A message that waited for a platform which was away says when it was sent. What a person said elsewhere says it also
// when it was us who were away; a queue that is merely long is no reason.
void Deliveries::say_late(Delivery& d) const {
  OutMessage& m = d.message;
  if (d.late || !platform_.late || m.kind != "post" || !m.body["private_to"].as_string().empty()) return;
  const bool relayed = m.body.has("sent");
  const TimeMs sent = relayed ? m.body["sent"].as_int() : made_at(m.id);
  const bool waited = relayed || failing_since_ != 0 || sent < well_since_;
  if (sent == 0 || !waited || clock_.now() - sent < late_ms) return;
  d.late = true;
  Message said = message_from(m.body["message"]);
  said.sections.push_back({platform_.late(sent), {}});
  m.body.set("message", to_value(said));
}

bool Deliveries::may_be_there(const Delivery& d) const {
  return d.may_be_sent || (d.earlier && !unsent_.contains({d.channel, d.message.body["urgent"].as_bool()}));
}

void Deliveries::not_there(const Delivery& d) {
  if (!d.may_be_sent) unsent_.emplace(d.channel, d.message.body["urgent"].as_bool());
}

void Deliveries::bind(const DeliveryPtr& d, const std::function<void(const std::string& id)>& remember) {
  const std::string id = directory_.theirs("channel", d->message.body["from"].as_string());
  if (id.empty()) return finish(d, fail(ErrorKind::not_found, "the channel to be bound is not known"));
  remember(id);
  directory_.link("peoples", d->channel, id);
  finish(d, {});
}

bool Deliveries::is_peoples(const std::string& channel, const std::string& id) const {
  return directory_.theirs("peoples", channel) == id;
}

void Deliveries::finish(const DeliveryPtr& d, Result<void> result) {
  const auto it = coalescing_.find(d->coalesce);
  if (it != coalescing_.end() && it->second == d) coalescing_.erase(it);
  if (!result) {
    log(LogLevel::warn, platform_.title + " refused a message",
        {{"kind", d->message.kind}, {"channel", d->channel}, {"why", result.error().message}});
  }
  if (result && d->message.kind == "post") ++taken_;
  gone(d->channel);
  opened(*d);
  const ChatPlatform::Done done = std::exchange(d->done, {});
  if (done) done(std::move(result));
  queue_.finish(d->job);
}

std::string Deliveries::their_id(const Delivery& d, const std::string& ours) const {
  const std::string linked = directory_.theirs("post", d.channel + "/" + ours);
  return !linked.empty() ? linked : platform_.is_their(ours) ? ours : std::string();
}

// The copy of a person's message is ours or nobody's: the message itself is never changed.
std::string Deliveries::their_post(const Delivery& d) const {
  if (d.message.body["relayed"].as_bool())
    return directory_.theirs("post", d.channel + "/" + d.message.body["post_id"].as_string());
  return their_id(d, d.message.body["post_id"].as_string());
}

std::string Deliveries::their_thread(const Delivery& d) const {
  return their_id(d, d.message.body["thread"].as_string());
}

bool is_kept_current(std::string_view post_id) {
  return post_id.starts_with("board-") || post_id.starts_with("summary-") || post_id.starts_with("announce-");
}

bool Deliveries::bring_back(Delivery& d) const {
  const std::string& post = d.message.body["post_id"].as_string();
  if (!is_kept_current(post) || !directory_.theirs("again", d.channel + "/" + post).empty()) return false;
  const bool announced = post.starts_with("announce-");
  if (announced && d.message.body["over"].as_bool()) return false;  // nobody is called to what is over
  Message said = message_from(d.message.body["message"]);
  said.sections.push_back({say(platform_.language, announced ? "chat.announced_again" : "chat.again"), {}});
  d.message.body.set("message", to_value(said));
  d.again = true;
  return true;
}

void Deliveries::brought_back(const Delivery& d) {
  if (d.again) directory_.link("again", d.channel + "/" + d.message.body["post_id"].as_string(), "yes");
}

bool Deliveries::is_pinned(const Delivery& d) {
  return (d.again || d.anew) && d.message.body["post_id"].as_string().starts_with("summary-");
}

std::size_t Deliveries::waiting() const {
  const BudgetQueueStats q = queue_.stats();
  return q.waiting + q.running + parked_.size();
}

void Deliveries::report(ChatHealth& h) const {
  const BudgetQueueStats q = queue_.stats();
  h.waiting = waiting();
  h.oldest_ms = oldest_ms();
  h.failing_ms = failing_ms();
  h.calls = q.calls;
  h.refused = q.refused;
}

DurationMs Deliveries::oldest_ms() const {
  const DurationMs queued = queue_.stats().oldest_ms;
  return parked_.empty() ? queued : std::max(queued, clock_.now() - parked_.front()->since);
}

}  // namespace muster
