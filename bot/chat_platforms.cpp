#include "bot/chat_platforms.h"

#include <cstdlib>

#include "bot/core/chat/message.h"
#include "bot/dispatcher.h"
#include "integrations/chat/mattermost/mattermost.h"
#include "integrations/chat/slack/slack.h"

namespace muster {

namespace {

std::string taken_from_environment(const char* name) {
  const char* value = std::getenv(name);
  const std::string text = value ? value : "";
  if (value) ::unsetenv(name);
  return text;
}

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string channel_of(const std::string& destination) {
  const std::size_t hash = destination.find('#');
  return hash == std::string::npos ? std::string() : destination.substr(hash + 1);
}

OutMessage copy_for(const OutMessage& m, const std::string& platform, const std::string& channel) {
  OutMessage copy = m;
  copy.id += "@" + platform;
  copy.destination = platform + ":#" + channel;
  return copy;
}

// A person's words in our room, as the bot repeats them elsewhere: with the name, unmistakably not its own.
OutMessage relayed(OutMessage copy, const CoreConfig& config) {
  const std::string user = copy.body["user"].as_string();
  const Person* p = find_person(config, user);
  Message said;
  said.text = "*" + plain(p ? p->name : user) + "* (web): " + plain(copy.body["text"].as_string());
  copy.kind = "post";
  copy.body.set("message", to_value(said));
  return copy;
}

bool is_address(const std::string& url) { return url.starts_with("https://") || url.starts_with("http://"); }

Result<void> check_mattermost(const ChatSettings& s) {
  if (!s.mattermost()) return {};
  if (s.mattermost_url.empty() || s.mattermost_token.empty()) {
    const char* missing = s.mattermost_url.empty() ? "MATTERMOST_URL" : "MATTERMOST_TOKEN";
    return fail(ErrorKind::invalid,
                std::string(missing) + " is missing: Mattermost needs both its address and a token.",
                "Set MATTERMOST_URL and MATTERMOST_TOKEN, or neither.");
  }
  if (is_address(s.mattermost_url)) return {};
  return fail(ErrorKind::invalid, "MATTERMOST_URL is no address: " + s.mattermost_url,
              "It looks like https://chat.example.com, with the sub-path if there is one.");
}

Result<void> check_slack(const ChatSettings& s) {
  if (!s.slack()) return {};
  if (s.slack_app_token.empty() || s.slack_bot_token.empty()) {
    const char* missing = s.slack_app_token.empty() ? "SLACK_APP_TOKEN" : "SLACK_BOT_TOKEN";
    return fail(ErrorKind::invalid,
                std::string(missing) + " is missing: Slack needs an app-level token (xapp-…) and a bot token (xoxb-…).",
                "Set SLACK_APP_TOKEN and SLACK_BOT_TOKEN, or neither.");
  }
  if (s.slack_api_url.empty() || is_address(s.slack_api_url)) return {};
  return fail(ErrorKind::invalid, "SLACK_API_URL is no address: " + s.slack_api_url,
              "It looks like https://gateway.example.com/api; leave it out to speak to Slack itself.");
}

}  // namespace

Result<ChatSettings> chat_settings_from_environment(bool sandbox) {
  ChatSettings s;
  s.mattermost_url = from_environment("MATTERMOST_URL");
  s.mattermost_token = taken_from_environment("MATTERMOST_TOKEN");
  s.mattermost_team = from_environment("MATTERMOST_TEAM");
  s.mattermost_ca = from_environment("MATTERMOST_CA_FILE");
  s.mattermost_callback = from_environment("MATTERMOST_CALLBACK_URL");
  s.proxy = from_environment("MATTERMOST_PROXY");
  s.slack_app_token = taken_from_environment("SLACK_APP_TOKEN");
  s.slack_bot_token = taken_from_environment("SLACK_BOT_TOKEN");
  s.slack_api_url = from_environment("SLACK_API_URL");
  s.slack_ca = from_environment("SLACK_CA_FILE");
  s.slack_proxy = from_environment("SLACK_PROXY");
  if (sandbox && (s.mattermost() || s.slack())) {
    return fail(ErrorKind::conflict, "A sandbox lets everybody speak as anybody; a bot with chat tokens refuses that.",
                "Start without --sandbox, or without the variables that begin with MATTERMOST_ and SLACK_.");
  }
  if (auto good = check_mattermost(s); !good) return std::unexpected(good.error());
  if (auto good = check_slack(s); !good) return std::unexpected(good.error());
  return s;
}

std::vector<OutMessage> routed(std::vector<OutMessage> out, const std::vector<std::string>& platforms,
                               const ChatLinks& links, const CoreConfig& config) {
  std::vector<OutMessage> result;
  for (OutMessage& m : out) {
    const std::string channel = channel_of(m.destination);
    const std::string from = m.destination.substr(0, m.destination.find(':'));
    const std::string origin = m.body["origin"].as_string();
    const std::string direct = links.direct_on(channel);
    const bool is_private = !m.body["private_to"].as_string().empty();
    const bool human = m.kind == "human_post" || m.kind == "human_change";
    const bool heard_elsewhere = human && from != "room";
    if (from == "room" || heard_elsewhere) {
      for (const std::string& p : platforms) {
        if (p == from || (!direct.empty() && direct != p)) continue;
        if (is_private && !origin.empty() && origin != p) continue;
        // What was heard on one platform is shown in the room; a relay to other platforms is not built yet.
        if (heard_elsewhere || m.kind == "human_change") continue;
        result.push_back(m.kind == "human_post" ? relayed(copy_for(m, p, channel), config) : copy_for(m, p, channel));
      }
      if (!direct.empty() || (is_private && !origin.empty() && origin != "room")) continue;
      if (heard_elsewhere) m.destination = "room:#" + channel;
    }
    result.push_back(std::move(m));
  }
  return result;
}

ChatPlatforms::ChatPlatforms(Store& store, Dispatcher& dispatcher)
    : dispatcher_(dispatcher), links_(store, [&dispatcher]() -> const CoreConfig& { return dispatcher.config(); }) {
  dispatcher_.set_router([this](std::vector<OutMessage>& out) { route(out); });
}

ChatPlatforms::~ChatPlatforms() { dispatcher_.set_router({}); }

void ChatPlatforms::route(std::vector<OutMessage>& out) const {
  if (!names_.empty()) out = routed(std::move(out), names_, links_, dispatcher_.config());
}

void ChatPlatforms::add(std::unique_ptr<ChatPlatform> platform) {
  dispatcher_.attach(*platform);
  names_.push_back(platform->name());
  platforms_.push_back(std::move(platform));
}

void ChatPlatforms::make(const ChatSettings& s, Loop& loop, HttpClient& client, const Clock& clock) {
  if (!timers_) timers_ = loop_timers(loop);
  if (s.mattermost()) make_mattermost(s, loop, client, clock);
  if (s.slack()) make_slack(s, loop, client, clock);
}

std::function<bool(const std::string&)> ChatPlatforms::filing() const {
  return [this](const std::string& emoji) { return is_filing_reaction(dispatcher_.config(), emoji); };
}

void ChatPlatforms::make_slack(const ChatSettings& s, Loop& loop, HttpClient& client, const Clock& clock) {
  SlackConfig c;
  c.app_token = s.slack_app_token;
  c.bot_token = s.slack_bot_token;
  if (!s.slack_api_url.empty()) c.api_url = s.slack_api_url;
  c.ca_file = s.slack_ca;
  c.proxy = s.slack_proxy;
  c.channels = {"muster", dispatcher_.config().alerts_channel};
  const auto opener = [&loop](WebSocketOptions o, WebSocketHandler h) {
    return WebSocket::open(loop, std::move(o), std::move(h));
  };
  auto made =
      std::make_unique<Slack>(std::move(c), Slack::Outside{client, opener, clock, *timers_, links_.directory("slack"),
                                                           random_dice, dispatcher_.config().prefix, filing()});
  starts_.push_back([m = made.get()] { m->start(); });
  add(std::move(made));
}

void ChatPlatforms::make_mattermost(const ChatSettings& s, Loop& loop, HttpClient& client, const Clock& clock) {
  MattermostConfig c;
  c.url = s.mattermost_url;
  c.token = s.mattermost_token;
  c.team = s.mattermost_team;
  c.ca_file = s.mattermost_ca;
  c.proxy = s.proxy;
  if (!s.mattermost_callback.empty()) {
    c.callback_url = s.mattermost_callback;
    while (c.callback_url.ends_with('/')) c.callback_url.pop_back();
    c.callback_url += "/in/mattermost/act";
  }
  c.channels = {"muster", dispatcher_.config().alerts_channel};
  const auto opener = [&loop](WebSocketOptions o, WebSocketHandler h) {
    return WebSocket::open(loop, std::move(o), std::move(h));
  };
  auto made = std::make_unique<Mattermost>(
      std::move(c), Mattermost::Outside{client, opener, clock, *timers_, links_.directory("mattermost"), random_dice,
                                        dispatcher_.config().prefix, filing()});
  starts_.push_back([m = made.get()] { m->start(); });
  if (!s.mattermost_callback.empty()) {
    clicked_ = [m = made.get()](const std::string& body, const HttpReply& reply) { m->click(body, reply); };
  }
  add(std::move(made));
}

void ChatPlatforms::start() {
  for (const auto& start : starts_) start();
  starts_.clear();
}

std::string ChatPlatforms::health_text() const {
  std::string text;
  for (const auto& p : platforms_) {
    const ChatHealth h = p->health();
    text += (text.empty() ? "" : " · ") + p->name() + (h.connected ? " connected" : " not connected");
    if (h.connected) text += " as " + h.account.substr(h.account.starts_with('@') ? 1 : 0) + " (" + h.version + ")";
    text += ", " + std::to_string(h.waiting) + " waiting";
    if (h.oldest_ms >= second_ms) text += " for " + format_duration(h.oldest_ms);
    if (!h.problem.empty()) text += ": " + h.problem + (h.next_step.empty() ? "" : " " + h.next_step);
  }
  return text;
}

std::string ChatPlatforms::metrics() const {
  struct Row {
    const char *name, *type, *help;
    std::int64_t (*value)(const ChatHealth&);
  };
  static constexpr Row rows[] = {
      {"muster_chat_connected", "gauge", "1 while events arrive from the platform.",
       [](const ChatHealth& h) -> std::int64_t { return h.connected; }},
      {"muster_chat_waiting", "gauge", "Outgoing messages that are not delivered yet.",
       [](const ChatHealth& h) { return static_cast<std::int64_t>(h.waiting); }},
      {"muster_chat_oldest_seconds", "gauge", "Age of the outgoing message that has waited longest.",
       [](const ChatHealth& h) { return h.oldest_ms / second_ms; }},
      {"muster_chat_reconnects_total", "counter", "Websocket connections that ended.",
       [](const ChatHealth& h) { return static_cast<std::int64_t>(h.reconnects); }},
      {"muster_chat_gaps_total", "counter", "Times that numbered events were missing.",
       [](const ChatHealth& h) { return static_cast<std::int64_t>(h.gaps); }},
      {"muster_chat_caught_up_posts_total", "counter", "Posts read over REST after a loss.",
       [](const ChatHealth& h) { return static_cast<std::int64_t>(h.caught_up); }},
      {"muster_chat_calls_total", "counter", "Calls to the platform's API.",
       [](const ChatHealth& h) { return static_cast<std::int64_t>(h.calls); }},
      {"muster_chat_rate_limited_total", "counter", "Calls that the platform refused with 429.",
       [](const ChatHealth& h) { return static_cast<std::int64_t>(h.refused); }}};
  std::string text;
  if (platforms_.empty()) return text;
  for (const Row& row : rows) {
    text += std::string("# HELP ") + row.name + " " + row.help + "\n# TYPE " + row.name + " " + row.type + "\n";
    for (const auto& p : platforms_) {
      text +=
          std::string(row.name) + "{platform=\"" + p->name() + "\"} " + std::to_string(row.value(p->health())) + "\n";
    }
  }
  return text;
}

}  // namespace muster
