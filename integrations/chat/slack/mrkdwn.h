// Our markup -> Slack's mrkdwn. Outside text keeps no effect: no mention, no link, no formatting. Any thread.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace muster {

// `text` as bot/core/chat/message.h has it: *strong*, `code`, a backslash before a literal marker. The answer has
// Slack's three escapes (& < >) applied once; what a client could take for a marker is set between word joiners.
// Addresses stay whole. A channel of ours (`#inc-7`) becomes a link to the one that it is there, whatever its name.
using SlackChannelId = std::function<std::string(std::string_view ours)>;  // empty: unknown, then it stays text
std::string slack_mrkdwn(std::string_view text, const SlackChannelId& channel = {});
inline constexpr std::string_view slack_backtick = "\xCB\x8B";  // U+02CB, between backticks

// Only the three escapes, once: for text that is shown as it is.
std::string slack_escape(std::string_view text);

// The same without any formatting, for notifications and plain_text objects. Not escaped.
std::string slack_plain(std::string_view text);

// What Slack counts, as far as one can know: UTF-16 units. At most `most` of them, cut at a grapheme border.
std::size_t utf16_length(std::string_view text);
std::string clip_utf16(std::string_view text, std::size_t most);

}  // namespace muster
