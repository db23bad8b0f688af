#include "bot/timers.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string_view>

namespace muster {
namespace {

constexpr TimeMs never = std::numeric_limits<TimeMs>::max();

// Timers whose name and body are a number and nothing else: alert-expiry:E12 {"alert": "E12"}.
struct Family {
  std::string_view prefix, letter, key;
};
constexpr std::array<Family, 3> families = {Family{"alert-expiry:", "E", "alert"}, Family{"run:", "R", "run"},
                                            Family{"question:", "A", "id"}};

std::string object_of(const Family& family, int number) { return std::string(family.letter) + std::to_string(number); }

Timer timer_of(const Family& family, int number, TimeMs due) {
  const std::string object = object_of(family, number);
  return {std::string(family.prefix) + object, due, Value::Map{{family.key, object}}};
}

// Which family and number "run:R12" is; nothing for every other name.
std::optional<std::pair<std::size_t, int>> numbered(std::string_view id) {
  for (std::size_t i = 0; i < families.size(); ++i) {
    const Family& family = families[i];
    if (!id.starts_with(family.prefix)) continue;
    const std::string_view object = id.substr(family.prefix.size());
    int number = 0;
    const std::string_view digits = object.substr(std::min(family.letter.size(), object.size()));
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (number > 0 && object == object_of(family, number)) return std::pair{i, number};
  }
  return std::nullopt;
}

// Whether the body says no more than the name does.
bool is_plain(const Family& family, const Timer& t) {
  return t.body.as_map().size() == 1 &&
         t.body[family.key].as_string() == std::string_view(t.id).substr(family.prefix.size());
}

}  // namespace

std::size_t DueTimers::size() const {
  std::size_t all = others_.size();
  for (const auto& family : numbered_) all += family.size();
  return all;
}

void DueTimers::remember(const std::vector<Timer>& changes) {
  for (const Timer& t : changes) t.due_ms == 0 ? forget(t.id) : arm(t);
}

void DueTimers::arm(const Timer& t) {
  if (size() == 0) earliest_ = t.due_ms;
  earliest_ = std::min(earliest_, t.due_ms);
  const auto known = numbered(t.id);
  const bool plain = known && is_plain(families[known->first], t);
  if (plain) {
    numbered_[known->first][known->second] = t.due_ms;
    if (!others_.empty()) others_.erase(t.id);
    return;
  }
  forget(t.id);
  if (t.id.starts_with("page:"))
    others_[t.id] = {t.id, t.due_ms, {}};  // what it keeps is in the pager's memory already
  else
    others_[t.id] = t;
}

void DueTimers::forget(const std::string& id) {
  if (const auto known = numbered(id)) numbered_[known->first].erase(known->second);
  others_.erase(id);
}

std::vector<Timer> DueTimers::take_due(TimeMs now) {
  std::vector<Timer> due;
  if (size() == 0 || earliest_ > now) return due;
  earliest_ = never;
  for (std::size_t i = 0; i < families.size(); ++i)
    std::erase_if(numbered_[i], [&](const auto& entry) {
      if (entry.second <= now)
        due.push_back(timer_of(families[i], entry.first, entry.second));
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

std::vector<Timer> DueTimers::of_a_length() const {
  constexpr std::array<std::string_view, 4> lengths = {"group-wait:", "card:", "alert-expiry:", "alert-ends:"};
  std::vector<Timer> found;
  for (std::size_t i = 0; i < families.size(); ++i)
    if (families[i].prefix == "alert-expiry:")
      for (const auto& [number, due] : numbered_[i]) found.push_back(timer_of(families[i], number, due));
  for (const auto& [id, t] : others_)
    if (std::ranges::any_of(lengths, [&id](std::string_view prefix) { return id.starts_with(prefix); }))
      found.push_back(t);
  std::ranges::sort(found, {}, &Timer::id);
  return found;
}

void DueTimers::clear() {
  for (auto& family : numbered_) family.clear();
  others_.clear();
  earliest_ = 0;
}

}  // namespace muster
