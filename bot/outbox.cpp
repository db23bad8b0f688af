#include "bot/outbox.h"

#include <algorithm>
#include <utility>

#include "bot/base/hash.h"
#include "bot/base/limits.h"
#include "bot/base/log.h"
#include "integrations/chat/deliveries.h"
#include "integrations/webhooks/webhooks.h"

namespace muster {
namespace {

constexpr DurationMs longest_pause = 5 * minute_ms;

// Exponential and capped, with full jitter so that many messages do not come back together.
DurationMs pause_after(int attempts) {
  const DurationMs cap = std::min<DurationMs>(longest_pause, second_ms << std::min(attempts, 9));
  const auto dice = static_cast<std::uint64_t>(static_cast<unsigned char>(random_bytes(1)[0]));
  return 100 + cap * static_cast<DurationMs>(dice) / 256;
}

std::string platform_of(const OutMessage& m) { return m.destination.substr(0, m.destination.find(':')); }

bool is_urgent(const OutMessage& m) { return m.body["urgent"].as_bool(); }

// Whoever is called does not wait behind the answers to others' commands.
int urgency(const OutMessage& m) {
  if (!is_urgent(m)) return 0;
  return m.body["calls"].as_list().empty() && !m.body["direct"].as_bool() ? 1 : 2;
}

bool may_overtake(const OutMessage& urgent, const OutMessage& other) {
  // Whoever is taken out of a private channel reads nothing of what is said from then on.
  const bool door = other.kind == "open_channel" || other.kind == "remove";
  if (door || urgency(other) >= urgency(urgent)) return false;
  const std::string& post = other.body["post_id"].as_string();
  return post.empty() || (post != urgent.body["post_id"].as_string() && post != urgent.body["thread"].as_string());
}

// When a copy's original was said or changed; in the order of their posts where that was in one millisecond.
std::pair<TimeMs, std::string_view> said_at(const PendingOut& p) {
  const Value& body = p.message.body;
  return {body.has("sent") ? body["sent"].as_int() : made_at(p.message.id), body["post_id"].as_string()};
}

bool is_event(const OutMessage& m) { return platform_of(m) == webhook_platform; }

// An event from tomorrow would never be too old.
void not_from_tomorrow(OutMessage& m, TimeMs now) {
  if (is_event(m) && m.body["since"].as_int() > now) m.body.set("since", now);
}

// What an earlier process wrote may be from a clock that was wrong: nothing waits longer than the longest pause, or
// than its receiver asked for.
void bring_near(PendingOut& p, TimeMs now, DurationMs asked) {
  const DurationMs longest = is_event(p.message) ? Webhooks::longest_wait * 5 / 4 : longest_pause;
  p.due_ms = std::min(p.due_ms, now + std::max(longest, asked));
  not_from_tomorrow(p.message, now);
}

template <class T>
void put_back(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.begin(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  from.clear();
}

}  // namespace

void Outbox::add(PendingOut pending) {
  if (hold(pending)) return;
  const std::string destination = pending.message.destination;
  const bool overtakes = is_urgent(pending.message) && is_reached(pending.message);
  const bool wakes = pending.message.kind == webhook_test;
  put(lines_[destination], std::move(pending), overtakes);
  wakes ? wake(destination) : pump(destination);
}

void Outbox::wake(const std::string& destination) {
  Line& line = lines_[destination];
  line.not_before = 0;
  for (PendingOut& p : line.aside) p.due_ms = 0;
  for (PendingOut& p : line.items) p.due_ms = 0;
  pump(destination);
}

void Outbox::stand_aside(std::set<std::string> ids) { aside_.merge(std::move(ids)); }

void Outbox::wait_as_asked(std::map<std::string, DurationMs> waits) { asked_.merge(std::move(waits)); }

void Outbox::clock_was_set(DurationMs by) {
  const auto move = [by](TimeMs& t) { t += t == 0 ? 0 : by; };
  const auto move_message = [this, move](PendingOut& p) {
    move(p.due_ms);
    not_from_tomorrow(p.message, clock_.now());
  };
  for (auto& [name, line] : lines_) {
    move(line.not_before);
    std::ranges::for_each(line.items, move_message);
    std::ranges::for_each(line.aside, move_message);
  }
}

// Nothing is sent before all of it stands in line: which is urgent is known only then.
void Outbox::restore(std::vector<PendingOut> pending, const std::function<bool(const std::string&)>& was_lost) {
  for (PendingOut& p : pending) {
    const bool overtakes = is_urgent(p.message) && !was_lost(platform_of(p.message));
    const auto asked = asked_.find(p.message.id);
    bring_near(p, clock_.now(), asked == asked_.end() ? 0 : asked->second);
    p.message.body.set("tried", true);  // whoever sends it looks first whether it is there
    if (hold(p)) continue;              // a platform that was just made has everything still to read
    Line& line = lines_[p.message.destination];
    if (aside_.contains(p.message.id))
      line.aside.push_back(std::move(p));
    else
      put(line, std::move(p), overtakes);
  }
  aside_.clear();
  asked_.clear();
  tick();
}

// What a platform missed while it was away it gets in order.
bool Outbox::is_reached(const OutMessage& m) const {
  const auto it = platforms_.find(platform_of(m));
  return it == platforms_.end() || (it->second->connected() && it->second->health().failing_ms == 0);
}

// An urgent message overtakes what is not, but never what is under way, what makes its channel, or the post that it
// changes or answers.
void Outbox::put(Line& line, PendingOut pending, bool overtakes) {
  auto& items = line.items;
  auto at = items.end();
  if (overtakes && items.size() >= overtaken_from) {
    const auto first = items.begin() + (line.busy ? 1 : 0);
    while (at != first && may_overtake(pending.message, std::prev(at)->message)) --at;
  }
  items.insert(at, std::move(pending));
}

void Outbox::add_new(OutMessage m) {
  if (is_shown_here(m)) return show(m);
  add({std::move(m), 0, 0});
}

std::vector<OutMessage> Outbox::next_up(const std::vector<OutMessage>& out) const {
  std::vector<OutMessage> posts;
  for (const OutMessage& m : out)
    if (m.kind == "post" && !is_shown_here(m) && platforms_.contains(platform_of(m)) && !lines_.contains(m.destination))
      posts.push_back(m);
  return posts;
}

void Outbox::foresee(std::vector<OutMessage> posts) const {
  for (OutMessage& m : posts) {
    const auto it = platforms_.find(platform_of(m));
    it->second->foresee(std::move(m));
  }
}

// It was stored as delivered; only a refusal is still to be noted.
void Outbox::show(const OutMessage& m) {
  if (fault_) fault_("before-deliver");
  send(m, [this, id = m.id](const Result<void>& r) {
    if (fault_) fault_("after-deliver");
    results_[r ? "delivered" : "dead"] += 1;
    if (r) return;
    failed_.push_back({id, r.error().message, 0, true});
    flush();
  });
}

void Outbox::rewrite(const std::vector<OutMessage>& stored) {
  for (const OutMessage& m : stored) {
    for (Held& h : held_)
      for (PendingOut& waiting : h.items)
        if (waiting.message.id == m.id) waiting.message.body = m.body;
    const auto line = lines_.find(m.destination);
    if (line == lines_.end()) continue;
    for (PendingOut& waiting : line->second.items)
      if (waiting.message.id == m.id) waiting.message.body = m.body;
    for (PendingOut& waiting : line->second.aside)
      if (waiting.message.id == m.id) waiting.message.body = m.body;
  }
}

// With a copy wait what changes it and what stands in its thread: without it they had no place there. What is urgent
// does not: a command is decided and answered when it is heard, in both rooms; only the copy of its words takes its
// place among the other words.
bool Outbox::hold(PendingOut& p) {
  const Value& body = p.message.body;
  const std::string& from = body["relayed_from"].as_string();
  const std::string& destination = p.message.destination;
  const auto is_of = [&](const PendingOut& held) {
    const std::string& post = held.message.body["post_id"].as_string();
    const bool is = post == body["thread"].as_string() || post == body["post_id"].as_string();
    return is && !post.empty() && !body["urgent"].as_bool();
  };
  const auto here = std::ranges::find_if(held_, [&](const Held& h) {
    return h.destination == destination && (h.platform == from || std::ranges::any_of(h.items, is_of));
  });
  if (here != held_.end()) {
    here->size.messages += 1;
    here->size.bytes += body["message"]["text"].as_string().size();
    here->items.push_back(std::move(p));
    return true;
  }
  const auto source = from.empty() ? platforms_.end() : platforms_.find(from);
  if (source == platforms_.end()) return false;
  Held held{from, destination.substr(destination.find('#') + 1), destination, {1, 0, clock_.now()}, {}};
  if (!source->second->reads_before(held.channel, held.size)) return false;
  held.items.push_back(std::move(p));
  held_.push_back(std::move(held));
  return true;
}

void Outbox::let_go() {
  const auto waits = [this](const Held& h) { return platforms_.at(h.platform)->reads_before(h.channel, h.size); };
  for (std::size_t n = 0; n < held_.size();) {
    if (waits(held_[n])) {
      ++n;
      continue;
    }
    Held go = std::move(held_[n]);
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(n));
    std::ranges::stable_sort(go.items, {}, said_at);
    for (PendingOut& p : go.items) put(lines_[go.destination], std::move(p), false);
  }
}

void Outbox::tick() {
  let_go();
  std::vector<std::string> names;
  for (const auto& [name, line] : lines_) names.push_back(name);
  for (const std::string& name : names) pump(name);
  flush();
}

// Also while others are on their way: nobody waits for the answer any more.
void Outbox::stop() {
  Commit c;
  c.out_done = std::exchange(delivered_, {});
  c.out_failed = std::exchange(failed_, {});
  c.links = std::exchange(links_, {});
  if (!c.out_done.empty() || !c.out_failed.empty() || !c.links.empty())
    store_.commit(std::move(c), [](const Result<Committed>&) {});
}

void Outbox::keep(ChatLink link) { links_.push_back(std::move(link)); }

std::size_t Outbox::waiting() const {
  std::size_t n = 0;
  for (const auto& [name, line] : lines_) n += line.items.size() + line.aside.size();
  for (const Held& h : held_) n += h.items.size();
  return n;
}

// In a line only what is urgent stands before older messages; copies that are held are few.
Outbox::Backlog Outbox::backlog(const std::string& platform) const {
  Backlog all;
  const std::string begin = platform + ":";
  const auto look_at = [&](const PendingOut& p) {
    if (const TimeMs made = made_at(p.message.id); made != 0 && (all.since == 0 || made < all.since)) all.since = made;
  };
  for (auto line = lines_.lower_bound(begin); line != lines_.end() && line->first.starts_with(begin); ++line) {
    all.waiting += line->second.items.size();
    const auto& items = line->second.items;
    for (auto p = items.begin(); p != items.end(); ++p) {
      look_at(*p);
      if (std::next(p) == items.end() || !is_urgent(p->message)) break;
    }
  }
  for (const Held& h : held_) {
    if (!h.destination.starts_with(begin)) continue;
    all.waiting += h.items.size();
    look_at(h.items.front());
  }
  return all;
}

Outbox::Backlog Outbox::backlog_of(const std::string& destination) const {
  Backlog all;
  const auto line = lines_.find(destination);
  if (line == lines_.end()) return all;
  all.waiting = line->second.items.size() + line->second.aside.size();
  const auto look_at = [&all](const PendingOut& p) {
    const TimeMs made = made_at(p.message.id);
    if (made != 0 && (all.since == 0 || made < all.since)) all.since = made;
  };
  if (!line->second.items.empty()) look_at(line->second.items.front());
  std::ranges::for_each(line->second.aside, look_at);
  return all;
}

std::vector<std::string> Outbox::webhooks() const {
  std::vector<std::string> all;
  const std::string begin = std::string(webhook_platform) + ":";
  for (auto line = lines_.lower_bound(begin); line != lines_.end() && line->first.starts_with(begin); ++line)
    all.push_back(line->first);
  return all;
}

void Outbox::bring_back(Line& line) const {
  if (line.busy || line.not_before > clock_.now()) return;
  for (auto it = line.aside.begin(); it != line.aside.end();) {
    if (it->due_ms > clock_.now()) {
      ++it;
      continue;
    }
    line.items.push_front(std::move(*it));
    it = line.aside.erase(it);
  }
}

void Outbox::pump(const std::string& destination) {
  const auto it = lines_.find(destination);
  if (it == lines_.end() || it->second.pumping) return;
  Line& line = it->second;
  line.pumping = true;  // a delivery may be done before send() returns
  bring_back(line);
  while (!line.busy && !line.items.empty() && line.items.front().due_ms <= clock_.now() &&
         line.not_before <= clock_.now()) {
    line.busy = true;
    ++busy_;
    if (fault_) fault_("before-deliver");
    send_first(line, destination);
  }
  line.pumping = false;
  if (!line.busy && line.items.empty() && line.aside.empty()) lines_.erase(it);
}

// The platform sees one message of a channel at a time; that many more wait it is told, so that people can be, and
// that it had this one before.
void Outbox::send_first(const Line& line, const std::string& destination) {
  const auto done = [this, destination](const Result<void>& r) { settled(destination, r); };
  const OutMessage& first = line.items.front().message;
  const bool many = line.items.size() > overtaken_from, again = line.items.front().attempts > 0;
  if ((!many && !again) || !platforms_.contains(platform_of(first))) return send(first, done);
  OutMessage told = first;
  if (many) told.body.set("behind", static_cast<std::int64_t>(line.items.size() - 1));
  if (again) told.body.set("tried", true);
  send(told, done);
}

void Outbox::send(const OutMessage& m, std::function<void(Result<void>)> done) const {
  const std::string platform = platform_of(m);
  if (const auto it = platforms_.find(platform); it != platforms_.end())
    it->second->deliver(m, std::move(done));
  else if ((platform == "http" || platform == "alertmanager" || platform == webhook_platform) && carrier_)
    carrier_(m, std::move(done));
  else
    done(fail(ErrorKind::not_found, "nothing here delivers to " + m.destination));
}

void Outbox::show_once(const OutMessage& note) const {
  const auto it = platforms_.find(platform_of(note));
  if (it != platforms_.end()) it->second->deliver(note, [](const Result<void>&) {});
}

void Outbox::settled(const std::string& destination, const Result<void>& r) {
  if (fault_) fault_("after-deliver");
  Line& line = lines_.at(destination);
  PendingOut& first = line.items.front();
  const bool waits = r.has_value() && may_wait_for_its_mark(first.message);
  line.busy = false;
  --busy_;
  first.attempts += 1;
  if (judge_ && first.message.destination.starts_with("webhook:")) {
    judged(line, r);
    flush();
    return pump(destination);
  }
  if (!r && r.error().kind == ErrorKind::unavailable && first.attempts < limits::outbox_attempts_max) {
    first.due_ms = clock_.now() + pause_after(first.attempts);
    results_["retried"] += 1;
    failed_.push_back({first.message.id, r.error().message, first.due_ms, false});
  } else {
    results_[r ? "delivered" : "dead"] += 1;
    if (r)
      delivered_.push_back(first.message.id);
    else
      failed_.push_back(
          {first.message.id, r.error().message + " (attempt " + std::to_string(first.attempts) + ")", 0, true});
    line.items.pop_front();
  }
  if (!waits || delivered_.size() >= marks_max) flush();
  pump(destination);
}

void Outbox::judged(Line& line, const Result<void>& r) {
  PendingOut first = std::move(line.items.front());
  line.items.pop_front();
  using Next = AfterAttempt::Next;
  const AfterAttempt after = judge_(first.message, first.attempts, r);
  const bool over = after.next == Next::delivered || after.next == Next::dead;
  results_[after.next == Next::delivered ? "delivered" : over ? "dead" : "retried"] += 1;
  const TimeMs then = clock_.now() + after.wait;
  first.due_ms = then;
  failed_.push_back({first.message.id, after.note, over ? clock_.now() : then, after.next == Next::dead,
                     after.next == Next::delivered});
  if (after.next == Next::aside) return line.aside.push_back(std::move(first));
  if (after.next != Next::delivered) line.not_before = then;
  if (after.next == Next::again) line.items.push_front(std::move(first));
}

// Whoever finds such a message unmarked after a crash looks for it on the platform before it is posted again. What one
// person alone sees cannot be looked for, and other destinations have nobody who looks.
bool Outbox::may_wait_for_its_mark(const OutMessage& m) const {
  return platforms_.contains(platform_of(m)) && m.body["private_to"].as_string().empty();
}

// What was delivered, and what the platforms call it, in one commit; one at a time is on its way.
void Outbox::flush() {
  again_ = flushing_;
  if (flushing_ || (delivered_.empty() && failed_.empty() && links_.empty())) return;
  flushing_ = true;
  marking_delivered_.swap(delivered_);
  marking_failed_.swap(failed_);
  marking_links_.swap(links_);
  Commit c;
  c.out_done = marking_delivered_;
  c.out_failed = marking_failed_;
  c.links = marking_links_;
  store_.commit(std::move(c), [this](Result<Committed> r) {
    flushing_ = false;
    if (r) {
      marking_delivered_.clear();
      marking_failed_.clear();
      marking_links_.clear();
      if (again_) flush();
      return;
    }
    again_ = false;
    // Kept for the next tick: an unmarked message would be delivered again after a restart.
    put_back(delivered_, marking_delivered_);
    put_back(failed_, marking_failed_);
    put_back(links_, marking_links_);
  });
}

}  // namespace muster
