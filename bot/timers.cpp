#include "bot/timers.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

namespace muster {
namespace {

constexpr std::string_view expiry = "alert-expiry:E";
constexpr TimeMs never = std::numeric_limits<TimeMs>::max();

std::string expiry_id(int number) { return std::string(expiry) + std::to_string(number); }
Value expiry_body(int number) { return Value::Map{{"alert", "E" + std::to_string(number)}}; }

// The number in "alert-expiry:E12"; 0 for every other id.
int expiry_number(std::string_view id) {
  if (!id.starts_with(expiry)) return 0;
  int number = 0;
  const char* const end = id.data() + id.size();
  const auto [stop, error] = std::from_chars(id.data() + expiry.size(), end, number);
  return error == std::errc() && stop == end && number > 0 && expiry_id(number) == id ? number : 0;
}

}  // namespace

void DueTimers::remember(const std::vector<Timer>& changes) {
  for (const Timer& t : changes) t.due_ms == 0 ? forget(t.id) : arm(t);
}

void DueTimers::arm(const Timer& t) {
  if (size() == 0) earliest_ = t.due_ms;
  earliest_ = std::min(earliest_, t.due_ms);
  forget(t.id);
  const int number = expiry_number(t.id);
  if (number != 0 && t.body == expiry_body(number))
    expiries_[number] = t.due_ms;
  else if (t.id.starts_with("page:"))
    others_[t.id] = {t.id, t.due_ms, {}};  // what it keeps is in the pager's memory already
  else
    others_[t.id] = t;
}

void DueTimers::forget(const std::string& id) {
  if (const int number = expiry_number(id)) expiries_.erase(number);
  others_.erase(id);
}

std::vector<Timer> DueTimers::take_due(TimeMs now) {
  std::vector<Timer> due;
  if (size() == 0 || earliest_ > now) return due;
  earliest_ = never;
  std::erase_if(expiries_, [&](const auto& entry) {
    if (entry.second <= now)
      due.push_back({expiry_id(entry.first), entry.second, expiry_body(entry.first)});
    else
      earliest_ = std::min(earliest_, entry.second);
    return entry.second <= now;
  });
  std::erase_if(others_, [&](auto& entry) {
    const TimeMs at = entry.second.due_ms;
    if (at <= now)
      due.push_back(std::move(entry.second));
    else
      earliest_ = std::min(earliest_, at);
    return at <= now;
  });
  // By name among those of one moment: the order must not depend on a hash.
  std::ranges::sort(
      due, [](const Timer& a, const Timer& b) { return a.due_ms != b.due_ms ? a.due_ms < b.due_ms : a.id < b.id; });
  return due;
}

void DueTimers::clear() {
  expiries_.clear();
  others_.clear();
  earliest_ = 0;
}

}  // namespace muster
