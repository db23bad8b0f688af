// Our messages as Mattermost's Markdown. Pure.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "bot/core/chat/message.h"

namespace muster::mattermost {

// Limits of the server (5.37 and newer), in Unicode code points.
inline constexpr std::size_t post_runes_max = 16'383;
inline constexpr std::size_t header_runes_max = 1'024;
inline constexpr std::size_t display_name_runes_max = 64;

// Their name of one of our channels ("inc-7" -> "inc-7-2"); empty: unknown, then it stays plain text.
using ChannelName = std::function<std::string(std::string_view ours)>;

// `*strong*`, `code` and escapes of ours; everything else is literal: no markup, no mention, no channel link but ours.
std::string markdown_text(std::string_view text, const ChannelName& channel = {});
// The whole message; each button's typed twin stands in the last line with the prefix that commands need.
std::string markdown_message(const Message& message, char prefix, const ChannelName& channel = {});

std::string clip_runes(const std::string& text, std::size_t most);  // code points; a cut shows as …

}  // namespace muster::mattermost
