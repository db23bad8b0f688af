#include "bot/chat_settings.h"

#include <cstdlib>

#include "bot/base/text.h"

namespace muster {

namespace {

// The end of a line often comes with what a file, a secret of Kubernetes or a line of .env brought into the
// environment.
std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return std::string(trim(value ? value : ""));
}

std::string taken_from_environment(const char* name) {
  std::string text = from_environment(name);
  ::unsetenv(name);
  return text;
}

bool is_address(const std::string& url) { return url.starts_with("https://") || url.starts_with("http://"); }

// It may hold a password, so it is not repeated. Websockets know no other kind.
Result<void> look_at_proxy(const char* variable, const std::string& proxy) {
  if (proxy.empty() || proxy.starts_with("http://")) return {};
  return fail(ErrorKind::invalid, std::string(variable) + " is no address of an HTTP proxy.",
              "It looks like http://[user:password@]host:port.");
}

std::unexpected<Error> missing(const char* variable, const std::string& why, const char* next) {
  return fail(ErrorKind::invalid, std::string(variable) + " is missing: " + why, next);
}

Result<void> add_mattermost(ChatSettings& s) {
  MattermostConfig c;
  c.url = from_environment("MATTERMOST_URL");
  c.token = taken_from_environment("MATTERMOST_TOKEN");
  c.team = from_environment("MATTERMOST_TEAM");
  c.ca_file = from_environment("MATTERMOST_CA_FILE");
  c.callback_url = from_environment("MATTERMOST_CALLBACK_URL");
  c.command_token_file = from_environment("MATTERMOST_COMMAND_TOKEN_FILE");
  c.proxy = from_environment("MATTERMOST_PROXY");
  if (c.url.empty() && c.token.empty()) return {};
  const char* next = "Set MATTERMOST_URL and MATTERMOST_TOKEN, or neither.";
  const char* why = "Mattermost needs both its address and a token.";
  if (c.url.empty()) return missing("MATTERMOST_URL", why, next);
  if (c.token.empty()) return missing("MATTERMOST_TOKEN", why, next);
  if (!is_address(c.url)) {
    return fail(ErrorKind::invalid, "MATTERMOST_URL is no address: " + c.url,
                "It looks like https://chat.example.com, with the sub-path if there is one.");
  }
  if (!c.callback_url.empty() && !is_address(c.callback_url)) {
    return fail(
        ErrorKind::invalid, "MATTERMOST_CALLBACK_URL is no address: " + c.callback_url,
        "It is where the Mattermost server reaches this bot, such as http://bot.internal:8080; leave it out for no "
        "buttons.");
  }
  if (auto fits = look_at_proxy("MATTERMOST_PROXY", c.proxy); !fits) return fits;
  s.mattermost.push_back(std::move(c));
  return {};
}

Result<void> add_slack(ChatSettings& s) {
  SlackConfig c;
  c.app_token = taken_from_environment("SLACK_APP_TOKEN");
  c.bot_token = taken_from_environment("SLACK_BOT_TOKEN");
  c.signing_secret = taken_from_environment("SLACK_SIGNING_SECRET");
  if (const std::string url = from_environment("SLACK_API_URL"); !url.empty()) c.api_url = url;
  c.ca_file = from_environment("SLACK_CA_FILE");
  c.proxy = from_environment("SLACK_PROXY");
  if (c.app_token.empty() && c.bot_token.empty() && c.signing_secret.empty()) return {};
  if (!c.app_token.empty() && !c.signing_secret.empty()) {
    return fail(ErrorKind::invalid, "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set: events come one way only.",
                "Leave out SLACK_SIGNING_SECRET for Socket Mode, or SLACK_APP_TOKEN for HTTP mode.");
  }
  const char* next =
      "Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP mode), or none of them.";
  const char* why = "Slack needs a bot token (xoxb-…), and an app-level token (xapp-…) or a signing secret.";
  if (c.app_token.empty() && c.signing_secret.empty()) return missing("SLACK_APP_TOKEN", why, next);
  if (c.bot_token.empty()) return missing("SLACK_BOT_TOKEN", why, next);
  if (!is_address(c.api_url)) {
    return fail(ErrorKind::invalid, "SLACK_API_URL is no address: " + c.api_url,
                "It looks like https://gateway.example.com/api; leave it out to speak to Slack itself.");
  }
  if (auto fits = look_at_proxy("SLACK_PROXY", c.proxy); !fits) return fits;
  s.slack.push_back(std::move(c));
  return {};
}

}  // namespace

Result<ChatSettings> chat_settings(const Settings& settings, bool sandbox) {
  ChatSettings s;
  s.slack = settings.slack;
  s.mattermost = settings.mattermost;
  if (s.slack.empty()) {
    if (auto added = add_slack(s); !added) return std::unexpected(added.error());
  }
  if (s.mattermost.empty()) {
    if (auto added = add_mattermost(s); !added) return std::unexpected(added.error());
  }
  if (sandbox && !s.empty()) {
    return fail(ErrorKind::conflict, "A sandbox lets everybody speak as anybody; a bot with chat tokens refuses that.",
                "Start without --sandbox, or without `slack`, `mattermost` and the variables that begin with "
                "MATTERMOST_ and SLACK_.");
  }
  return s;
}

}  // namespace muster
