// People's words on their way from one platform to another: who said them, where, and under which names of ours.
#pragma once
#include <optional>
#include <string>

#include "bot/chat_links.h"
#include "bot/core/config.h"
#include "bot/core/decision.h"
#include "bot/core/engine/engine.h"
#include "integrations/chat/platform.h"

namespace muster {

// What the other platform is to show of a human_post or human_change: always a post of the bot's that names the author,
// in which nothing of the text is markup or a mention. `copy` has its id and destination. Nothing: reactions and pins.
std::optional<OutMessage> relayed(OutMessage copy, const std::string& from, const CoreConfig& config);

// The bytes of a message's files for the other platforms of its room: at most so many of at most so many bytes. Slack
// and Mattermost are asked for them after the commit, with the bot's token; nothing is made public on the way.
inline constexpr std::size_t relayed_files_max = 5;
inline constexpr std::int64_t relayed_file_bytes_max = 4 << 20;
void carry_files(const ChatEvent& e, Work& w);   // of a message: asks for the bytes, or has them (our own room)
void show_carried(const ChatEvent& e, Work& w);  // they came: a post under the copy
void drop_carried(const ChatEvent& e, Work& w);  // the message was deleted

// "(sent 14:02 UTC, delivered late)": of a message that waited for its platform.
std::string late_text(const CoreConfig& config, TimeMs sent);

// Threads and messages of an event that stand under a post of ours get the name that it has on every platform: of a
// relayed message that is its own id. Posts that are not ours keep theirs.
void name_posts(ChatLinks& links, ChatEvent& event);

}  // namespace muster
