#include "integrations/net/budget.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "bot/base/text.h"

namespace muster {

double Budget::Bucket::rate(TimeMs now) const {
  constexpr double doubling_ms = 60'000;
  if (slow >= 1) return std::max(rule.per_second, 1e-6);
  const double share = slow * std::exp2(static_cast<double>(std::max<TimeMs>(0, now - slow_at)) / doubling_ms);
  return std::max(rule.per_second * std::min(1.0, share), 1e-6);
}

void Budget::refill(Bucket& b, TimeMs now) {
  if (now <= b.at) return;
  if (b.tokens < b.rule.burst)
    b.tokens = std::min(b.rule.burst, b.tokens + static_cast<double>(now - b.at) * b.rate(now) / 1000.0);
  b.at = now;
}

// A clock that was set back takes everything with it: else what was closed for a second would stay so for an hour.
void Budget::follow(TimeMs now) {
  const DurationMs back = now_ - now;
  now_ = now;
  if (back <= 0) return;
  none_before_ = 0;
  for (auto& [name, b] : buckets_) {
    b.at -= back;
    b.slow_at -= back;
    if (b.closed_until != 0) b.closed_until -= back;
  }
  for (auto& [key, entry] : waiting_) entry.queued_ms -= back;
  for (auto& [id, entry] : running_) entry.queued_ms -= back;
}

Budget::Bucket& Budget::bucket(const std::string& name, TimeMs now) {
  const auto [it, fresh] = buckets_.try_emplace(name);
  Bucket& b = it->second;
  if (fresh) {
    b.rule = rules_(name);
    b.tokens = b.rule.burst;
    b.at = now;
  }
  refill(b, now);
  return b;
}

std::vector<Budget::Bucket*> Budget::buckets_of(const std::vector<std::string>& names, TimeMs now) {
  std::vector<Bucket*> all;
  for (const std::string& name : names) all.push_back(&bucket(name, now));
  return all;
}

TimeMs Budget::room_at(const std::vector<Bucket*>& buckets, TimeMs now) {
  constexpr double rounding = 1e-6;  // of sums of fractions
  TimeMs at = now;
  for (Bucket* b : buckets) {
    refill(*b, now);
    at = std::max(at, b->closed_until);
    if (b->tokens >= 1 - rounding) continue;
    const double missing = (1 - b->tokens) * 1000.0 / b->rate(now);
    at = std::max(at, now + static_cast<TimeMs>(std::ceil(missing - rounding)));
  }
  return at;
}

void Budget::take(const std::vector<Bucket*>& buckets) {
  for (Bucket* b : buckets) b->tokens -= 1;
}

std::uint64_t Budget::add(BudgetTicket ticket, TimeMs now) {
  if (waiting_.size() >= waiting_max) return 0;
  follow(now);
  const std::uint64_t id = ++last_;
  Lane* const lane = ticket.lane.empty() ? nullptr : &lanes_[ticket.lane];
  if (lane) lane->waiting[id] = ticket.barrier;
  Entry entry{.ticket = std::move(ticket), .lane = lane, .queued_ms = now, .buckets = {}, .waits = {}};
  entry.buckets = buckets_of(entry.ticket.buckets, now);
  const Key key(entry.ticket.urgent ? 0 : 1, id);
  waiting_.emplace(key, std::move(entry));
  changed_.insert(key);
  return id;
}

// Whether nothing of its lane has to leave before it.
bool Budget::first_of_lane(const Key& key, const Entry& entry) const {
  if (!entry.lane) return true;
  if (entry.lane->busy != 0) return false;
  for (const auto& [id, barrier] : entry.lane->waiting) {
    if (id == key.second) return true;
    // Earlier work that is not urgent is overtaken by urgent work, unless it is a barrier.
    if (!entry.ticket.urgent || barrier || waiting_.contains(Key(0, id))) return false;
  }
  return true;
}

// Whether it may leave now; when it has to wait for room, nobody needs to ask again before there is some.
bool Budget::leaves(const Key& key, const Entry& entry, TimeMs now) {
  if (!first_of_lane(key, entry)) return false;  // whoever frees the lane says so
  const TimeMs at = room_at(entry.buckets, now);
  if (at > now) none_before_ = std::min(none_before_, at);
  return at <= now;
}

std::optional<Budget::Key> Budget::who_leaves(TimeMs now) {
  if (none_before_ != 0 && now < none_before_) {
    while (!changed_.empty()) {
      const Key key = *changed_.begin();
      changed_.erase(changed_.begin());
      const auto it = waiting_.find(key);
      if (it != waiting_.end() && leaves(key, it->second, now)) return key;
    }
    return std::nullopt;
  }
  changed_.clear();
  none_before_ = std::numeric_limits<TimeMs>::max();
  for (const auto& [key, entry] : waiting_) {
    if (!leaves(key, entry, now)) continue;
    none_before_ = 0;  // those behind it were not looked at
    return key;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> Budget::next(TimeMs now) {
  follow(now);
  const auto key = who_leaves(now);
  if (!key) return std::nullopt;
  const auto it = waiting_.find(*key);
  const std::uint64_t id = key->second;
  take(it->second.buckets);
  if (Lane* const lane = it->second.lane) {
    lane->busy = id;
    lane->waiting.erase(id);
  }
  running_.emplace(id, std::move(it->second));
  waiting_.erase(it);
  return id;
}

// Who may leave now that nobody of the lane is under way, or that somebody who stood before others is gone: its first,
// and what is urgent.
void Budget::lane_is_free(const Lane& lane) {
  if (lane.waiting.empty()) return;
  const std::uint64_t first = lane.waiting.begin()->first;
  changed_.insert(Key(waiting_.contains(Key(0, first)) ? 0 : 1, first));
  for (auto it = waiting_.begin(); it != waiting_.end() && it->first.first == 0; ++it) {
    if (it->second.lane == &lane) changed_.insert(it->first);
  }
}

bool Budget::charge(std::uint64_t id, TimeMs now) {
  const auto it = running_.find(id);
  return it != running_.end() && charge(it->second, it->second.buckets, now);
}

bool Budget::charge(std::uint64_t id, const std::vector<std::string>& names, TimeMs now) {
  const auto it = running_.find(id);
  return it != running_.end() && charge(it->second, buckets_of(names, now), now);
}

bool Budget::charge(Entry& running, const std::vector<Bucket*>& buckets, TimeMs now) {
  follow(now);
  const bool room = room_at(buckets, now) <= now;
  if (!running.waits.empty()) --held_back_;
  running.waits = room ? std::vector<Bucket*>() : buckets;
  if (!running.waits.empty()) ++held_back_;
  if (room) take(buckets);
  return room;
}

void Budget::finished(std::uint64_t id) {
  const auto it = running_.find(id);
  if (it == running_.end()) return;
  if (!it->second.waits.empty()) --held_back_;
  if (Lane* const lane = it->second.lane) {
    lane->busy = 0;
    lane_is_free(*lane);
  }
  leave(it->second);
  running_.erase(it);
}

void Budget::leave(const Entry& entry) {
  if (entry.lane && entry.lane->busy == 0 && entry.lane->waiting.empty()) lanes_.erase(entry.ticket.lane);
}

void Budget::again(std::uint64_t id) {
  const auto it = running_.find(id);
  if (it == running_.end()) return;
  Entry entry = std::move(it->second);
  running_.erase(it);
  if (!entry.waits.empty()) --held_back_;
  entry.waits.clear();
  const Key key(entry.ticket.urgent ? 0 : 1, id);
  Lane* const lane = entry.lane;
  const bool barrier = entry.ticket.barrier;
  waiting_.emplace(key, std::move(entry));
  changed_.insert(key);
  if (!lane) return;
  lane->busy = 0;
  lane->waiting[id] = barrier;
  lane_is_free(*lane);
}

void Budget::cancel(std::uint64_t id) {
  for (const int urgency : {0, 1}) {
    const auto it = waiting_.find(Key(urgency, id));
    if (it == waiting_.end()) continue;
    const Entry gone = std::move(it->second);
    waiting_.erase(it);
    if (gone.lane) {
      gone.lane->waiting.erase(id);
      lane_is_free(*gone.lane);
    }
    leave(gone);
  }
}

void Budget::close(const std::string& name, TimeMs until) {
  Bucket& b = bucket(name, now_);
  b.closed_until = std::max(b.closed_until, until);
  b.slow = std::max(1.0 / 64, b.rate(until) / b.rule.per_second / 2);
  b.slow_at = until;
  // After a refusal nothing is left of the burst, and it does not grow back while closed.
  b.tokens = 1;
  b.at = std::max(b.at, until);
  none_before_ = 0;
}

TimeMs Budget::look_at_all(TimeMs now) const {
  TimeMs at = std::numeric_limits<TimeMs>::max();
  for (const auto& [key, entry] : waiting_) {
    if (first_of_lane(key, entry)) at = std::min(at, room_at(entry.buckets, now));
  }
  return at;
}

TimeMs Budget::due(TimeMs now) const {
  constexpr TimeMs never = std::numeric_limits<TimeMs>::max();
  const bool known = now < none_before_ && changed_.empty();
  TimeMs at = known ? none_before_ : look_at_all(now);
  if (held_back_ != 0) {
    for (const auto& [id, entry] : running_) {
      if (!entry.waits.empty()) at = std::min(at, room_at(entry.waits, now));
    }
  }
  return at == never ? 0 : at;
}

std::size_t Budget::waiting() const {
  std::size_t all = 0;
  for (const auto& [name, lane] : lanes_) all += lane.waiting.size();
  return all;
}

std::size_t Budget::running() const {
  return static_cast<std::size_t>(std::ranges::count_if(lanes_, [](const auto& l) { return l.second.busy != 0; }));
}

DurationMs Budget::oldest_ms(TimeMs now) const {
  DurationMs oldest = 0;
  const auto look = [&](const Entry& e) {
    if (!e.ticket.lane.empty()) oldest = std::max(oldest, now - e.queued_ms);
  };
  for (const auto& [key, entry] : waiting_) look(entry);
  for (const auto& [id, entry] : running_) look(entry);  // it may be repeated
  return oldest;
}

std::map<std::string, std::size_t> Budget::waiting_by_lane() const {
  std::map<std::string, std::size_t> count;
  for (const auto& [name, lane] : lanes_)
    if (!lane.waiting.empty()) count[name] = lane.waiting.size();
  return count;
}

DurationMs retry_after_ms(const std::string& header, DurationMs least) {
  const std::string text(trim(header));
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || seconds < 0) return least;
  return std::max(least, static_cast<DurationMs>(std::ceil(std::min(seconds, 3600.0) * 1000)));
}

}  // namespace muster
