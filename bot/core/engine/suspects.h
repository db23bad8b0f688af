// Which changes may have set an incident off: what was changed lately in its services and in what they need, newest
// first. A list to look at, never a verdict: only a person says what caused it (`caused by`). Inside of a decision.
#pragma once
#include <vector>

#include "bot/core/changes/record.h"
#include "bot/core/engine/engine.h"

namespace muster {

inline constexpr DurationMs suspects_ms = 24 * hour_ms;  // before the incident began
inline constexpr std::size_t suspects_max = 6;           // shown

std::vector<const ChangeRecord*> suspects_of(const State& state, const CoreConfig& config, const Incident& incident);
// The command that takes it back as it was; empty: nothing does, or a newer change came after it.
std::string way_back(const State& state, const ChangeRecord& change, const std::string& incident);
// The newest three in one line for the incident's card, by the clock: the card outlives an "ago".
std::string suspects_line(const Work& work, const Incident& incident);
Message suspects_message(const Work& work, const Incident& incident, const std::string& language,
                         const std::string& zone);
// Once, in the channel of a new incident; nothing is said when nothing was changed.
void show_suspects(Work& work, const Incident& incident);

}  // namespace muster
