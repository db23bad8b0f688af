#include <algorithm>

#include "bot/app.h"
#include "bot/chat_settings.h"
#include "bot/cli/doctor.h"
#include "bot/platform_groups.h"
#include "bot/runbook_library.h"
#include "integrations/chat/mattermost/self_check.h"
#include "integrations/chat/slack/self_check.h"
#include "integrations/net/loop.h"

namespace muster {

namespace {

constexpr DurationMs patience = 40 * second_ms;  // a platform that says nothing at all

void add(const std::string& platform, const ChatChecks& found, Findings& out) {
  for (const ChatCheck& c : found) {
    out.all.push_back({c.level, platform + ": " + check_text(c, out.language), check_change(c, out.language)});
  }
}

}  // namespace

void look_at_bots_platforms(const Flags& f, Findings& out) {
  const auto answer = ask_bot(f, Value::Map{{"op", "checks"}, {"language", out.language}});
  if (!answer) return out.add_error("doctor.chat_wrong", answer.error());
  for (const Value& c : (*answer)["checks"].as_list()) {
    out.all.push_back(
        {c["level"].as_string(), c["platform"].as_string() + ": " + c["what"].as_string(), c["change"].as_string()});
  }
}

void look_at_platforms(const Flags& f, const Loaded& loaded, Findings& out) {
  const auto settings = chat_settings(loaded.settings, f.sandbox);
  if (!settings) return out.add_error("doctor.chat_wrong", settings.error());
  if (settings->empty()) return out.add("note", "doctor.chat_none", {}, "doctor.chat_how");
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
  const CoreConfig core = core_config(loaded.settings, f.sandbox);
  const auto of_runbooks = groups_of_runbooks(runbook_folder(f.config, loaded.settings.runbooks));
  for (SlackConfig c : settings->slack) {
    c.channels = channels;
    c.link_by_email = std::ranges::find(core.link_by_email, c.name) != core.link_by_email.end();
    c.asks_groups = asks_groups_of(c.name, core, of_runbooks);
    check_slack(*client, clock, c, true, into(c.name));
  }
  for (MattermostConfig c : settings->mattermost) {
    c.channels = channels;
    check_mattermost(*client, clock, c, into(c.name));
    if (!c.callback_url.empty()) out.add("note", "doctor.callback_later", {{"name", c.name}});
  }
  loop.after(patience, [&] { loop.stop(); });
  loop.run();
  if (waiting > 0) out.add("FAIL", "doctor.chat_silent", {}, "doctor.chat_network");
}

}  // namespace muster
