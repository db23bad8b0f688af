#include "integrations/net/budget.h"

#include <algorithm>
#include <charconv>
#include <cmath>

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
  TimeMs at = now;
  for (Bucket* b : buckets) {
    refill(*b, now);
    at = std::max(at, b->closed_until);
    if (b->tokens >= 1) continue;
    const double missing = (1 - b->tokens) * 1000.0 / b->rate(now);
    at = std::max(at, now + static_cast<TimeMs>(std::ceil(missing)));
  }
  return at;
}

void Budget::take(const std::vector<Bucket*>& buckets) {
  for (Bucket* b : buckets) b->tokens -= 1;
}

std::uint64_t Budget::add(BudgetTicket ticket, TimeMs now) {
  if (waiting_.size() >= waiting_max) return 0;
  const std::uint64_t id = ++last_;
  Lane* const lane = ticket.lane.empty() ? nullptr : &lanes_[ticket.lane];
  if (lane) lane->waiting[id] = ticket.barrier;
  Entry entry{.ticket = std::move(ticket), .lane = lane, .queued_ms = now, .buckets = {}, .waits = {}};
  entry.buckets = buckets_of(entry.ticket.buckets, now);
  waiting_.emplace(Key(entry.ticket.urgent ? 0 : 1, id), std::move(entry));
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

std::optional<std::uint64_t> Budget::next(TimeMs now) {
  for (auto it = waiting_.begin(); it != waiting_.end(); ++it) {
    if (!first_of_lane(it->first, it->second) || room_at(it->second.buckets, now) > now) continue;
    const std::uint64_t id = it->first.second;
    take(it->second.buckets);
    if (Lane* const lane = it->second.lane) {
      lane->busy = id;
      lane->waiting.erase(id);
    }
    running_.emplace(id, std::move(it->second));
    waiting_.erase(it);
    return id;
  }
  return std::nullopt;
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
  const bool room = room_at(buckets, now) <= now;
  running.waits = room ? std::vector<Bucket*>() : buckets;
  if (room) take(buckets);
  return room;
}

void Budget::finished(std::uint64_t id) {
  const auto it = running_.find(id);
  if (it == running_.end()) return;
  if (it->second.lane) it->second.lane->busy = 0;
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
  entry.waits.clear();
  if (entry.lane) {
    entry.lane->busy = 0;
    entry.lane->waiting[id] = entry.ticket.barrier;
  }
  waiting_.emplace(Key(entry.ticket.urgent ? 0 : 1, id), std::move(entry));
}

void Budget::cancel(std::uint64_t id) {
  for (const int urgency : {0, 1}) {
    const auto it = waiting_.find(Key(urgency, id));
    if (it == waiting_.end()) continue;
    if (it->second.lane) it->second.lane->waiting.erase(id);
    leave(it->second);
    waiting_.erase(it);
  }
}

void Budget::close(const std::string& name, TimeMs until) {
  Bucket& b = bucket(name, 0);
  b.closed_until = std::max(b.closed_until, until);
  b.slow = std::max(1.0 / 64, b.rate(until) / b.rule.per_second / 2);
  b.slow_at = until;
  // After a refusal nothing is left of the burst, and it does not grow back while closed.
  b.tokens = 1;
  b.at = std::max(b.at, until);
}

TimeMs Budget::due(TimeMs now) const {
  TimeMs at = 0;
  const auto consider = [&](TimeMs room) { at = at == 0 ? room : std::min(at, room); };
  for (const auto& [key, entry] : waiting_) {
    if (first_of_lane(key, entry)) consider(room_at(entry.buckets, now));
  }
  for (const auto& [id, entry] : running_) {
    if (!entry.waits.empty()) consider(room_at(entry.waits, now));
  }
  return at;
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
