// A message of ours -> Block Kit, within every limit that Slack documents or was seen to have. Any thread.
#pragma once
#include <cstddef>
#include <string>

#include "bot/base/value.h"
#include "bot/core/chat/message.h"
#include "integrations/chat/slack/mrkdwn.h"

namespace muster {

// Limits of docs.slack.dev's block reference; lengths in UTF-16 units after escaping, to be on the safe side.
struct SlackLimits {
  static constexpr std::size_t blocks = 50;
  static constexpr std::size_t section_text = 3'000;
  static constexpr std::size_t fields = 10;
  static constexpr std::size_t field_text = 2'000;
  static constexpr std::size_t buttons = 25;
  static constexpr std::size_t button_text = 75;
  static constexpr std::size_t button_value = 2'000;
  static constexpr std::size_t all_text = 9'000;       // the whole message; undocumented, 9,600 was taken once
  static constexpr std::size_t fallback_text = 3'900;  // chat.update refuses more than 4,000
};

struct SlackMessage {
  std::string text;  // fallback for notifications, search and screen readers: always sent
  Value blocks;      // list of blocks; never empty. Null: text alone
  std::string rest;  // not empty: did not fit; the whole message as plain text, to be uploaded as a file
};

// Buttons carry their typed twin as `value` and in the block that follows them, so that nobody needs to press; there
// it begins with the prefix that commands need in a channel.
SlackMessage slack_message(const Message& message, char prefix = '!', std::string_view language = "en",
                           const SlackChannelId& channel = {});
// The same without blocks, for when Slack refuses how it is put together: every word that fits, and in the place of a
// button what it would type.
SlackMessage slack_text_alone(const Message& message, char prefix = '!', std::string_view language = "en",
                              const SlackChannelId& channel = {});

}  // namespace muster
