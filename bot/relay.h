// People's words on their way from one platform to another: who said them, where, and under which names of ours.
#pragma once
#include <optional>
#include <string>

#include "bot/chat_links.h"
#include "bot/core/config.h"
#include "bot/core/decision.h"
#include "integrations/chat/platform.h"

namespace muster {

// What the other platform is to show of a human_post or human_change: always a post of the bot's that names the author,
// in which nothing of the text is markup or a mention. `copy` has its id and destination. Nothing: reactions and pins.
std::optional<OutMessage> relayed(OutMessage copy, const std::string& from, const CoreConfig& config);

// "(sent 14:02 UTC, delivered late)": of a message that waited for its platform.
std::string late_text(const CoreConfig& config, TimeMs sent);

// Threads and messages of an event that stand under a post of ours get the name that it has on every platform: of a
// relayed message that is its own id. Posts that are not ours keep theirs.
void name_posts(ChatLinks& links, ChatEvent& event);

}  // namespace muster
