#include "integrations/chat/mattermost/self_check.h"

#include <algorithm>
#include <memory>
#include <set>

#include "bot/base/text.h"
#include "integrations/chat/mattermost/account.h"
#include "integrations/chat/mattermost/commands.h"
#include "integrations/chat/mattermost/names.h"
#include "integrations/chat/setting_name.h"

namespace muster {

using namespace mattermost;

namespace {

struct MattermostCheck : std::enable_shared_from_this<MattermostCheck> {
  HttpClient& http;
  const Clock& clock;
  MattermostConfig config;
  ChatChecksDone done;
  Api api;
  ChatChecks found = {};
  std::string account = {}, me = {};
  Team team = {};
  std::size_t asked = 0;  // channels

  MattermostCheck(HttpClient& h, const Clock& c, const MattermostConfig& of, ChatChecksDone then)
      : http(h), clock(c), config(of), done(std::move(then)), api(of.url, of.token, of.ca_file, of.proxy) {}

  using Then = std::function<void(const Answer&, const std::string& date)>;
  void call(HttpCall c, Then then) {
    http.send(std::move(c), [self = shared_from_this(), then = std::move(then)](const Result<HttpResult>& r) {
      const bool dated = r && r->headers.contains("date");
      then(answer_of(r), dated ? r->headers.at("date") : std::string());
    });
  }
  void advised(const Trouble& t) {
    found.push_back(t.check);
    done(found);
  }
  void unasked(const std::string& what, const Answer& a) {
    found.push_back({"note", "not_asked", {{"what", what}, {"why", a.why.empty() ? a.error_id : a.why}}});
  }

  void begin();
  void teams();
  void version();
  void roles();
  void rights(const Value& names);
  void command();
  void next_channel();
};

void MattermostCheck::begin() {
  call(api.get("/users/me"), [this](const Answer& a, const std::string& date) {
    if (const auto clock_is = clock_check(date, clock.now())) found.push_back(*clock_is);
    if (const auto trouble = account_trouble(config, a)) return advised(*trouble);
    account = a.body["username"].as_string();
    me = a.body["id"].as_string();
    teams();
  });
}

void MattermostCheck::teams() {
  call(api.get("/users/me/teams"), [this](const Answer& a, const std::string&) {
    if (const auto trouble = team_trouble(config, account, a, team)) return advised(*trouble);
    found.push_back({"ok", "account", {{"who", account}, {"where", team.name}}});
    version();
  });
}

void MattermostCheck::version() {
  call(api.get("/config/client?format=old"), [this](const Answer& a, const std::string&) {
    const std::string says = a.body["Version"].as_string();
    const std::string is = short_version(says.empty() ? a.version : says);
    if (is.empty()) {
      unasked("/config/client", a);
    } else {
      const bool old = is_too_old(is);
      found.push_back({old ? "FAIL" : "ok", old ? "mattermost.old" : "mattermost.version", {{"version", is}}});
    }
    roles();
  });
}

void MattermostCheck::roles() {
  call(api.get("/teams/" + team.id + "/members/me"), [this](const Answer& a, const std::string&) {
    if (!a.ok()) {
      unasked("/teams/…/members/me", a);
      return next_channel();
    }
    // In a channel that it joined an account has the channel's own role as well.
    Value names = Value::List{"system_user", "channel_user"};
    for (const std::string& role : split(a.body["roles"].as_string(), ' ')) {
      if (!role.empty()) names.push(role);
    }
    rights(names);
  });
}

void MattermostCheck::rights(const Value& names) {
  call(api.post("/roles/names", names), [this](const Answer& a, const std::string&) {
    if (!a.ok()) {
      unasked("/roles/names", a);
      return next_channel();
    }
    std::set<std::string> have;
    for (const Value& role : a.body.as_list()) {
      for (const Value& p : role["permissions"].as_list()) have.insert(p.as_string());
    }
    std::string missing;
    for (const char* needed : {"create_public_channel", "create_private_channel", "join_public_channels", "create_post",
                               "upload_file", "manage_public_channel_properties", "manage_public_channel_members",
                               "manage_private_channel_properties", "manage_private_channel_members"}) {
      if (!have.contains(needed)) missing += (missing.empty() ? "" : ", ") + std::string(needed);
    }
    if (missing.empty())
      found.push_back({"ok", "mattermost.rights"});
    else
      found.push_back({"FAIL", "mattermost.rights_missing", {{"rights", missing}, {"who", account}}});
    next_channel();
  });
}

// The slash command, where one is configured. A bot seldom may see the team's commands.
void MattermostCheck::command() {
  if (config.command_token_file.empty()) return done(found);
  const std::map<std::string, std::string> setting = {
      {"setting", setting_name(config.place, "MATTERMOST_COMMAND_TOKEN_FILE", "command_token_file")}};
  if (mattermost::read_command_tokens(config.command_token_file).empty())
    found.push_back({"FAIL", "mattermost.no_command_token", setting});
  std::string url = config.callback_url;
  if (url.ends_with("/act"))
    url.resize(url.size() - 4);
  else
    url += "/in/" + config.name;
  call(api.get("/commands?team_id=" + team.id + "&custom_only=true"),
       [this, url = url + "/command", setting](const Answer& a, const std::string&) {
         const auto& all = a.body.as_list();
         const auto ours = std::ranges::find_if(all, [&](const Value& c) { return c["url"].as_string() == url; });
         if (!a.ok())
           found.push_back({"note", "mattermost.command_unseen", {{"who", account}}});
         else if (ours == all.end())
           found.push_back({"FAIL", "mattermost.no_command", {{"url", url}, {"setting", setting.at("setting")}}});
         else
           found.push_back({"ok", "mattermost.command", {{"trigger", (*ours)["trigger"].as_string()}}});
         done(found);
       });
}

void MattermostCheck::next_channel() {
  if (asked == config.channels.size()) return command();
  const std::string ours = config.channels[asked++];
  const auto mapped = config.channel_names.find(ours);
  const std::string name = mattermost::channel_name(mapped == config.channel_names.end() ? ours : mapped->second);
  const std::string path = "/teams/" + team.id + "/channels/name/" + path_part(name) + "?include_deleted=true";
  call(api.get(path), [this, ours, name](const Answer& a, const std::string&) {
    const std::map<std::string, std::string> words = {{"name", name},
                                                      {"setting", channel_setting(config.place, "mattermost", ours)}};
    if (a.status == 404)
      found.push_back({"note", "channel.none", words});
    else if (!a.ok())
      unasked("#" + name, a);
    else if (a.body["delete_at"].as_int() != 0)
      found.push_back({"FAIL", "channel.archived", words});
    else
      found.push_back({"ok", "channel.joinable", words});
    next_channel();
  });
}

}  // namespace

void check_mattermost(HttpClient& http, const Clock& clock, const MattermostConfig& config, ChatChecksDone done) {
  std::make_shared<MattermostCheck>(http, clock, config, std::move(done))->begin();
}

}  // namespace muster
