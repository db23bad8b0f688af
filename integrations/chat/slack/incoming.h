// What Slack sends: frames of Socket Mode, bodies of HTTP mode, and what they mean for us. Any thread, no I/O.
// Protocol facts: docs.slack.dev "Using Socket Mode", "The Events API", "Handling user interaction".
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "bot/base/clock.h"
#include "bot/base/result.h"
#include "bot/base/value.h"
#include "integrations/chat/platform.h"

namespace muster {

struct SlackFrame {
  enum class Kind { hello, disconnect, envelope, unknown };
  Kind kind = Kind::unknown;
  std::string type;              // of an envelope: events_api, slash_commands, interactive
  std::string envelope_id;       // to be acknowledged within 3 s, after the commit
  std::string reason;            // of a disconnect
  std::int64_t connections = 0;  // of a hello: open connections of this app, ours included
  int retry_attempt = 0;
  Value payload;
};

// An error only for text that is no JSON object; unknown kinds are values.
Result<SlackFrame> read_slack_frame(std::string_view text);
std::string slack_acknowledgement(const std::string& envelope_id, const std::string& payload_json = {});

// Who we are, from auth.test: our own posts come back as events.
struct SlackSelf {
  std::string user_id, bot_id, app_id, team_id;
};

// One event of a person, with what policy must know about its sender.
struct SlackEvent {
  ChatEvent event;         // channel and user are Slack's ids; `at` is the message's own time
  bool from_bot = false;   // another app, a workflow or a webhook: never acts
  bool outsider = false;   // of another organisation (Slack Connect)
  bool direct = false;     // in a direct conversation
  bool shortcut = false;   // chosen from the menu of the message `post_id`
  bool mention = false;    // an app_mention: always addressed to us
  std::string author;      // of a reaction, a pin, an edit or a deletion: who wrote the message, when Slack says so
  std::string trigger_id;  // of a button or a slash command: valid for 3 s, once
  std::string response_url;
  std::string first_field;  // of a form that was sent
  Value chosen;             // a shortcut: the message in whose menu it was, as Slack sends it along
  Value files;              // list; as Slack describes them
};

// What an envelope (or the body of HTTP mode) means; nothing when it concerns nobody: our own posts, joins of
// others, system lines, types we did not ask for. The id is the de-duplication key: a message has the same one
// whether it comes as app_mention, as message.channels, or twice.
std::optional<SlackEvent> slack_event(const std::string& type, const Value& payload, const SlackSelf& self);

// Events about the app or the channel rather than about what somebody said.
struct SlackNotice {
  enum class Kind { revoked, rate_limited, channel_renamed, channel_id_changed, groups_changed };
  Kind kind;
  std::string channel, name;
};
std::optional<SlackNotice> slack_notice(const Value& payload);

// "1700000000.000100" -> milliseconds. The text stays the key; it must never go through a double.
TimeMs slack_time(std::string_view ts);

// HTTP mode: v0 signature over the raw body, not older or newer than five minutes. `next_step` says what to change.
Result<void> check_slack_signature(std::string_view secret, std::string_view timestamp, std::string_view signature,
                                   std::string_view body, TimeMs now);

}  // namespace muster
