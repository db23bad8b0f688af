// What `muster doctor` finds, and the part of it that asks the chat platforms.
#pragma once
#include <string>
#include <vector>

#include "bot/base/value.h"
#include "bot/cli/flags.h"
#include "bot/core/commands/words.h"
#include "config/load.h"

namespace muster {

struct Finding {
  std::string level;  // ok, note, FAIL
  std::string what, change;
};

struct Findings {
  std::string language;
  std::vector<Finding> all;

  std::string words(std::string_view key) const { return say(language, key); }
  void add(std::string level, std::string_view what, Words about, std::string_view change = {}, Words to = {}) {
    all.push_back({std::move(level), say(language, what, about), change.empty() ? "" : say(language, change, to)});
  }
  void add_error(std::string_view what, const Error& e) {
    all.push_back({"FAIL", say(language, what, {{"what", e.message}}), e.next_step});
  }
};

// What the running bot finds when it looks now.
void look_at_bots_platforms(const Flags& flags, Findings& out);
// No bot runs: the platforms of the configuration and of the environment are asked from here.
void look_at_platforms(const Flags& flags, const Loaded& loaded, Findings& out);
// What the clusters of the configuration let the bot do, asked with the credentials that it has itself.
void look_at_clusters(const Loaded& loaded, Findings& out);

}  // namespace muster
