// Shared by the files of incident commands; internal to the engine.
#pragma once
#include <optional>
#include <string>

#include "bot/core/engine/handlers.h"

namespace muster {

std::string named(const Command& command, const std::string& key);
Outcome no_incident(Call& call);
// The answer, also said in the incident's channel when the command came from elsewhere.
Outcome told(Call& call, const Incident& incident, Outcome outcome);

struct PastTime {
  TimeMs at = 0;
  std::int64_t precision_ms = 0;
  std::string rest;
};
// A time at the start of the text: none, one in the past, or the refusal to answer with.
std::expected<std::optional<PastTime>, Outcome> past_time(Call& call, const std::string& text);

Outcome mitigate(Call& call);
Outcome resolve(Call& call);
Outcome reopen(Call& call);
Outcome correct_time(Call& call);
Outcome lead(Call& call);
Outcome role(Call& call);
std::vector<std::string> words_without_incident(const Call& call);

}  // namespace muster
