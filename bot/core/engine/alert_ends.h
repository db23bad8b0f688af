// When an alert is over because nobody speaks of it any more. Internal to the engine.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bot/core/engine/engine.h"

namespace muster {

// The ends that the alerts of one decision name. Many that end at one moment have one timer, so that a sender that
// repeats ten thousand alerts a minute does not move ten thousand timers; a few have their own.
class AlertEnds {
 public:
  void watch(Alert& alert, const AlertEvent& event);
  void arm(Work& work);

 private:
  struct Number {
    int alert = 0, episode = 1;
  };
  std::map<TimeMs, std::vector<Number>> by_due_;
};

// How an alert that nobody spoke of any more has its reason in the state: with the time after this.
inline constexpr std::string_view no_news_since = "no_news:";

void forget_end(Work& work, const Alert& alert);      // it was told to be over
bool alert_end_rang(Work& work, const Timer& timer);  // false: not such a timer
void clear_alert(Work& work, Alert& alert, Entry entry, const std::string& reason);

}  // namespace muster
