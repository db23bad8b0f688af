#include "bot/core/engine/alert_ends.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "bot/base/hash.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/cards.h"

namespace muster {
namespace {

constexpr std::string_view own_prefix = "alert-expiry:";  // E12
constexpr std::string_view list_prefix = "alert-ends:";   // a digest of which alerts

int number_of(const Alert& a) {
  int n = 0;
  std::from_chars(a.id.data() + 1, a.id.data() + a.id.size(), n);
  return n;
}

// "1901-2000", "7", or "12/3": of its third episode.
struct Span {
  int first = 0, last = 0, episode = 1;
};

std::string written(const Span& s) {
  std::string out = std::to_string(s.first);
  if (s.last != s.first) out += "-" + std::to_string(s.last);
  if (s.episode != 1) out += "/" + std::to_string(s.episode);
  return out;
}

Span span_of(std::string_view text) {
  Span s;
  const char* end = text.data() + text.size();
  const char* at = std::from_chars(text.data(), end, s.first).ptr;
  s.last = s.first;
  if (at != end && *at == '-') at = std::from_chars(at + 1, end, s.last).ptr;
  if (at != end && *at == '/') std::from_chars(at + 1, end, s.episode);
  return s;
}

// Those of the timer that are in the state, in the episode that the timer is about.
template <class Each>
void each_of(State& state, const Timer& timer, Each each) {
  if (timer.id.starts_with(own_prefix)) {
    if (Alert* a = find_alert(state, timer.body["alert"].as_string())) each(*a);
    return;
  }
  for (const std::string& text : split(timer.body["alerts"].as_string(), ' ')) {
    const Span span = span_of(text);
    for (auto it = state.alerts.lower_bound(span.first); it != state.alerts.end() && it->first <= span.last; ++it)
      if (it->second.episode == span.episode) each(it->second);
  }
}

bool is_end(const Timer& timer) { return timer.id.starts_with(own_prefix) || timer.id.starts_with(list_prefix); }

// Of an alert that was told to be over since, in a later episode or with another end, nothing is to be remembered.
bool holds_still(const State& state, int number, int episode, TimeMs due) {
  const auto it = state.alerts.find(number);
  return it != state.alerts.end() && it->second.status == "firing" && it->second.episode == episode &&
         it->second.silent_ms == due;
}

// "1901-2000 2007": the alerts of one list.
template <class Numbers>
std::string spans_of(const Numbers& numbers) {
  std::string all;
  Span span;
  const auto add = [&all](const Span& s) {
    if (s.first != 0) all += (all.empty() ? "" : " ") + written(s);
  };
  for (const auto& n : numbers) {
    const bool goes_on = n.alert == span.last + 1 && n.episode == span.episode && span.first != 0;
    if (!goes_on) add(span);
    span = goes_on ? Span{span.first, n.alert, n.episode} : Span{n.alert, n.alert, n.episode};
  }
  add(span);
  return all;
}

// Fewer have timers of their own: these are replaced, whatever the next delivery holds beside them. A list's timer is
// replaced when the same list comes again.
constexpr std::size_t listed_min = 16;

}  // namespace

// Silence until its end means that the sender is gone; the end moves with every resend. Of two senders that name
// ends for one alert the later one counts, and a guess of ours moves no end that was named.
void AlertEnds::watch(Alert& a, const AlertEvent& event) {
  const TimeMs due = std::max(event.ends_ms, a.ends_ms);
  if (!event.ends_is_timeout) a.ends_ms = due;
  if (a.silent_ms == due) return;  // its timer stands
  a.silent_ms = due;
  by_due_[due].push_back({number_of(a), a.episode});
}

void AlertEnds::arm(Work& w) {
  for (auto& [due, numbers] : by_due_) {
    std::erase_if(numbers, [&](const Number& n) { return !holds_still(w.state, n.alert, n.episode, due); });
    if (numbers.size() < listed_min) {
      for (const Number& n : numbers) {
        const std::string id = "E" + std::to_string(n.alert);
        w.decision.timers.push_back({std::string(own_prefix) + id, due, Value::Map{{"alert", id}}});
      }
      continue;
    }
    const std::string all = spans_of(numbers);
    const std::string id = to_hex(sha256(all)).substr(0, 32);
    w.decision.timers.push_back({std::string(list_prefix) + id, due, Value::Map{{"alerts", all}}});
  }
}

void forget_end(Work& w, const Alert& a) { w.decision.timers.push_back({std::string(own_prefix) + a.id, 0, {}}); }

void remember_ends(State& state, const std::vector<Timer>& timers) {
  for (const Timer& t : timers)
    if (is_end(t)) each_of(state, t, [&t](Alert& a) { a.silent_ms = std::max(a.silent_ms, t.due_ms); });
}

namespace {

void resolve_alert(Work& w, Alert& a, Entry e, Value data) {
  e.kind = "alert.resolved";
  e.incident_id = a.incident;
  e.text = a.title;
  e.data = Value::Map{{"alert_id", a.id}, {"alert", a.title}, {"state", "resolved"}};
  for (const auto& [key, value] : data.as_map()) e.data.set(key, value);
  record(w, std::move(e));
  show_card(w, a, true);
}

void clear_silent(Work& w, Alert& a, TimeMs since) {
  const std::string why = say("en", "alert.no_news", {{"time", format_utc(since)}});
  resolve_alert(w, a, {}, Value::Map{{"reason", why}, {"how", "no_news"}, {"silent_ms", since}});
}

}  // namespace

void clear_alert(Work& w, Alert& a, Entry e, const std::string& reason) {
  resolve_alert(w, a, std::move(e), Value::Map{{"reason", reason}});
}

// A timer that was armed before the alert was heard of again says nothing.
bool alert_end_rang(Work& w, const Timer& timer) {
  if (!is_end(timer)) return false;
  std::vector<Alert*> silent;
  each_of(w.state, timer, [&](Alert& a) {
    if (a.status == "firing" && a.silent_ms != 0 && a.silent_ms <= timer.due_ms) silent.push_back(&a);
  });
  for (Alert* a : silent)
    if (a->status == "firing") clear_silent(w, *a, timer.due_ms);  // one may have been named twice
  return true;
}

}  // namespace muster
