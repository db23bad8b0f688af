// Which targets do not answer, since when, and what to do about it: what the bot has noticed by itself, when it started
// and whenever somebody asked. Loop thread only; not kept over a restart.
#pragma once
#include <map>
#include <string>

#include "bot/base/clock.h"
#include "bot/base/result.h"
#include "bot/core/engine/change_answers.h"

namespace muster {

struct Reach {
  struct Silent {
    TimeMs since = 0;
    Error why;
  };
  // A cluster that offers its Deployments has no name before it has answered.
  static constexpr const char* offer = "KUBECONFIG";
  std::map<std::string, Silent> silent;  // by the target's name

  void answered(const std::string& target) { silent.erase(target); }
  void failed(const std::string& target, const Error& why, TimeMs now);
  // What was asked just now: remembered, and told since when it is so.
  void note(std::vector<PlaceNow>& places, TimeMs now);
};

// A line for each; empty: all of them answer.
Section away_section(const Reach& reach, const std::string& language);

}  // namespace muster
