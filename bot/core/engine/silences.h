// Silences at the source and snoozes here: what becomes of them. Loop thread only.
#pragma once
#include <string>
#include <string_view>

#include "bot/core/commands/words.h"
#include "bot/core/engine/engine.h"
#include "bot/core/engine/handlers.h"

namespace muster {

// What the source said to an order that left after its commit.
struct SilenceReport {
  enum class End { done, refused, unreachable };  // unreachable: given up, nobody knows whether it was heard
  std::string id;                                 // L3
  std::string action;                             // create, expire
  End end = End::done;
  std::string remote;   // Alertmanager's id
  std::string problem;  // a sentence of the source
};
void silence_reported(Work& work, const SilenceReport& report);

// What a look at the source found of one that holds there. It may be ended or changed by others.
struct SilenceSeen {
  std::string id;     // L3
  bool there = true;  // false: ended, or not known there any more
  std::string remote;
  TimeMs until_ms = 0;
  std::vector<Matcher> matchers;
};
bool is_news(const State& state, const SilenceSeen& seen, TimeMs now);
void silence_seen(Work& work, const SilenceSeen& seen);

bool apply_silence(State& state, const Entry& entry);  // false: none of ours
bool silence_timer_rang(Work& work, const Timer& timer);
ProjectionRow projection(const Silence& silence);
const Silence* find_silence(const State& state, std::string_view id);  // L3
// The silence that mutes this alert now and lasts longest; null: none.
const Silence* silence_over(const State& state, const Alert& alert, TimeMs now);
std::string quiet_words(const Call& call, const Alert& alert);  // " · 🔕 L3 until 05:04", " · 💤 …", or empty
std::string silence_line(const Call& call, const Silence& silence);
void order_silence(Work& work, const Silence& silence, const std::string& action, const std::string& by);

inline constexpr DurationMs silence_patience_ms = 5 * minute_ms;  // how long an order is tried while nobody answers

}  // namespace muster
