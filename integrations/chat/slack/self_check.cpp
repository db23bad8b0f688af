#include "integrations/chat/slack/self_check.h"

#include <memory>

#include "bot/base/text.h"
#include "integrations/chat/setting_name.h"
#include "integrations/chat/slack/slack.h"

namespace muster {

namespace {

constexpr int pages_max = 20;  // of 500 channels

struct SlackCheck : std::enable_shared_from_this<SlackCheck> {
  HttpClient& http;
  const Clock& clock;
  SlackConfig config;
  bool with_socket;
  ChatChecksDone done;
  ChatChecks found = {};
  std::map<std::string, Value> channels = {};  // by their name

  SlackCheck(HttpClient& h, const Clock& c, const SlackConfig& of, bool socket, ChatChecksDone then)
      : http(h), clock(c), config(of), with_socket(socket), done(std::move(then)) {}

  using Then = std::function<void(const Result<HttpResult>&, const SlackAnswer&)>;
  void call(const std::string& method, const Value& arguments, const std::string& token, Then then) {
    http.send(slack_call(config, method, arguments, token),
              [self = shared_from_this(), then = std::move(then)](const Result<HttpResult>& r) {
                then(r, r ? read_slack_answer(r->status, r->body, r->headers) : SlackAnswer{});
              });
  }
  std::string setting(const char* variable, const char* key) const { return setting_name(config.place, variable, key); }
  void advised(const std::string& code, const std::string& detail) {
    found.push_back(slack_advice(code, detail, config).check);
  }

  void begin();
  bool kinds_fit();
  void account(const Result<HttpResult>& result, const SlackAnswer& a);
  void scopes(const std::map<std::string, std::string>& headers);
  void socket();
  void list(const std::string& cursor, int page);
  void channel(const std::string& ours);
};

bool SlackCheck::kinds_fit() {
  const bool app = config.app_token.empty() || config.app_token.starts_with("xapp-");
  const bool bot = config.bot_token.starts_with("xoxb-") || config.bot_token.starts_with("xoxe.xoxb-");
  const auto wrong = [&](const std::string& setting, const char* kind) {
    found.push_back({"FAIL", "slack.kind", {{"setting", setting}, {"kind", kind}}});
  };
  if (!bot) wrong(setting("SLACK_BOT_TOKEN", "bot_token"), "xoxb-…");
  if (!app) wrong(setting("SLACK_APP_TOKEN", "app_token"), "xapp-…");
  if (config.bot_token.starts_with("xoxe.")) found.push_back({"note", "slack.rotates"});
  return bot && app;
}

void SlackCheck::begin() {
  if (!kinds_fit()) return done(found);
  call("auth.test", {}, config.bot_token,
       [this](const Result<HttpResult>& result, const SlackAnswer& a) { account(result, a); });
}

void SlackCheck::account(const Result<HttpResult>& result, const SlackAnswer& a) {
  using Fate = SlackAnswer::Fate;
  if (!result) {
    advised("unreachable", result.error().message);
    return done(found);
  }
  if (const auto date = result->headers.find("date"); date != result->headers.end()) {
    if (const auto clock_is = clock_check(date->second, clock.now())) found.push_back(*clock_is);
  }
  if (a.fate == Fate::later || a.fate == Fate::unclear || a.fate == Fate::refused) {
    advised("answers", a.error.empty() ? std::to_string(result->status) : a.error);
    return done(found);
  }
  if (a.fate != Fate::ok || a.body["bot_id"].as_string().empty()) {
    advised(a.fate == Fate::ok ? "not_allowed_token_type" : a.error, a.needed);
    return done(found);
  }
  found.push_back({"ok", "account", {{"who", a.body["user"].as_string()}, {"where", a.body["team"].as_string()}}});
  scopes(result->headers);
  if (with_socket && !config.app_token.empty()) return socket();
  list({}, 1);
}

void SlackCheck::scopes(const std::map<std::string, std::string>& headers) {
  const auto granted = headers.find("x-oauth-scopes");
  if (granted == headers.end() || granted->second.empty()) return found.push_back({"note", "slack.scopes_unknown"});
  const auto missing = missing_slack_scopes(granted->second, {config.asks_groups, config.link_by_email});
  if (missing.empty()) return found.push_back({"ok", "slack.scopes"});
  found.push_back({"FAIL", "slack.scopes_missing", {{"scopes", join(missing, ", ")}}});
}

void SlackCheck::socket() {
  call("apps.connections.open", {}, config.app_token, [this](const Result<HttpResult>& result, const SlackAnswer& a) {
    if (result && a.fate == SlackAnswer::Fate::ok) {
      found.push_back({"ok", "slack.socket"});
    } else if (a.fate == SlackAnswer::Fate::later) {
      found.push_back({"note", "not_asked", {{"what", "apps.connections.open"}, {"why", a.error}}});
    } else {
      advised(result ? "app:" + a.error : "unreachable", result ? a.needed : result.error().message);
    }
    list({}, 1);
  });
}

void SlackCheck::list(const std::string& cursor, int page) {
  Value arguments = Value::Map{{"types", "public_channel,private_channel"}, {"limit", 500}};
  if (!cursor.empty()) arguments.set("cursor", cursor);
  call("conversations.list", arguments, config.bot_token,
       [this, cursor, page](const Result<HttpResult>& result, const SlackAnswer& a) {
         if (!result || a.fate != SlackAnswer::Fate::ok) {
           const std::string why = result ? a.error : result.error().message;
           found.push_back({"note", "not_asked", {{"what", "conversations.list"}, {"why", why}}});
           return done(found);
         }
         for (const Value& c : a.body["channels"].as_list()) channels.emplace(c["name"].as_string(), c);
         const std::string next = next_slack_page(a, cursor);
         if (!next.empty() && page < pages_max) return list(next, page + 1);
         for (const std::string& ours : config.channels) channel(ours);
         done(found);
       });
}

void SlackCheck::channel(const std::string& ours) {
  const auto mapped = config.channel_names.find(ours);
  const std::string name = mapped == config.channel_names.end() ? slack_channel_name(ours) : mapped->second;
  const auto it = channels.find(name);
  const std::map<std::string, std::string> words = {{"name", name},
                                                    {"setting", channel_setting(config.place, "slack", ours)}};
  if (it == channels.end()) return found.push_back({"note", "channel.none", words});
  if (it->second["is_archived"].as_bool()) return found.push_back({"FAIL", "channel.archived", words});
  found.push_back({"ok", it->second["is_member"].as_bool() ? "channel.member" : "channel.joinable", words});
}

}  // namespace

void check_slack(HttpClient& http, const Clock& clock, const SlackConfig& config, bool with_socket,
                 ChatChecksDone done) {
  std::make_shared<SlackCheck>(http, clock, config, with_socket, std::move(done))->begin();
}

}  // namespace muster
