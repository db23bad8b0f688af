#include <algorithm>

#include "bot/chat_settings.h"
#include "bot/cli/doctor.h"
#include "integrations/chat/mattermost/self_check.h"
#include "integrations/chat/slack/self_check.h"
#include "integrations/net/loop.h"

namespace muster {

namespace {

constexpr DurationMs patience = 40 * second_ms;  // a platform that says nothing at all

void add(const std::string& platform, const ChatChecks& found, Findings& out) {
  for (const ChatCheck& c : found) {
    out.push_back({c.level, platform + ": " + check_text(c, "en"), check_change(c, "en")});
  }
}

}  // namespace

void look_at_bots_platforms(const Value& bot, Findings& out) {
  for (const Value& c : bot["chat"].as_list()) {
    out.push_back(
        {c["level"].as_string(), c["platform"].as_string() + ": " + c["what"].as_string(), c["change"].as_string()});
  }
}

void look_at_platforms(const Flags& f, const Loaded& loaded, Findings& out) {
  const auto settings = chat_settings(loaded.settings, f.sandbox);
  if (!settings) return out.push_back({"FAIL", "chat: " + settings.error().message, settings.error().next_step});
  if (settings->empty()) {
    return out.push_back({"note", "chat: no platform is configured here; there is only the bot's own room",
                          "docs/slack.md and docs/mattermost.md say how to connect one"});
  }
  Loop loop;
  const auto client = HttpClient::make(loop);
  const SystemClock clock;
  std::size_t waiting = settings->slack.size() + settings->mattermost.size();
  const auto into = [&](const std::string& name) {
    return [&, name](const ChatChecks& found) {
      add(name, found, out);
      if (--waiting == 0) loop.stop();
    };
  };
  std::vector<std::string> channels = {"muster", loaded.settings.alerts_channel};
  if (const std::string& board = loaded.settings.board_channel; !board.empty()) channels.push_back(board);
  for (SlackConfig c : settings->slack) {
    c.channels = channels;
    check_slack(*client, clock, c, true, into(c.name));
  }
  for (MattermostConfig c : settings->mattermost) {
    c.channels = channels;
    check_mattermost(*client, clock, c, into(c.name));
    if (!c.callback_url.empty())
      out.push_back({"note", c.name + ": whether the server reaches this bot is asked while the bot runs", ""});
  }
  loop.after(patience, [&] { loop.stop(); });
  loop.run();
  if (waiting > 0)
    out.push_back({"FAIL", "chat: a platform did not answer in time", "check the network and the proxy"});
}

}  // namespace muster
