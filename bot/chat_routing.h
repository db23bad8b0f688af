// Which message goes where: to our own room, to the chat platforms, to both. Plain functions.
#pragma once
#include <string>
#include <vector>

#include "bot/chat_links.h"

namespace muster {

struct CoreConfig;
struct State;

// Copies for the platforms of what is said to the room, for the room of what people say there, and for platforms whose
// rooms are one of what people say on the others.
std::vector<OutMessage> routed(std::vector<OutMessage> out, const std::vector<std::string>& platforms,
                               const ChatLinks& links, const CoreConfig& config, const State& state);

}  // namespace muster
