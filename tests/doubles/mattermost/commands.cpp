// Slash commands of the double: registered by a team's administrator, carried to the integration as a form with the
// command's token, answered as its content type says. The post that comes of it is the person's, not the bot's.
#include <algorithm>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "tests/doubles/form.h"
#include "tests/doubles/mattermost/routes.h"

namespace muster::doubles {

namespace {

constexpr DurationMs response_url_ms = 30 * minute_ms;
constexpr int response_url_uses = 5;

bool good_trigger(const std::string& t) {
  return !t.empty() && t.size() <= 128 && !t.starts_with('/') && t.find(' ') == std::string::npos;
}

bool is_built_in(const std::string& t) {
  static const std::set<std::string> all = {"me", "join", "away", "online", "msg", "invite", "leave", "header", "help"};
  return all.contains(t);
}

Value command_value(const MmCommand& c) {
  return Value::Map{{"id", c.id},
                    {"token", c.token},
                    {"team_id", c.team_id},
                    {"creator_id", c.creator_id},
                    {"trigger", c.trigger},
                    {"method", c.method},
                    {"url", c.url},
                    {"display_name", c.about["display_name"]},
                    {"description", c.about["description"]},
                    {"auto_complete", c.about["auto_complete"].as_bool()},
                    {"auto_complete_hint", c.about["auto_complete_hint"]},
                    {"auto_complete_desc", c.about["auto_complete_desc"]}};
}

bool is_admin(const MmUser& u) { return u.roles.contains("team_admin") || u.roles.contains("system_admin"); }

}  // namespace

HttpResponse MattermostRoutes::commands() {
  if (q.method == "POST" && n() == 2 && at[1] == "execute") return execute();
  if (!is_admin(me)) return mattermost_forbidden();
  if (q.method == "GET" && n() == 1) {
    Value list = Value::List{};
    for (const auto& [id, c] : core.commands_)
      if (q.query.contains("team_id") && q.query.at("team_id") == c.team_id) list.push(command_value(c));
    return mattermost_json(200, list);
  }
  if (q.method == "POST" && n() == 1) return save_command({});
  const auto it = n() >= 2 ? core.commands_.find(at[1]) : core.commands_.end();
  if (it == core.commands_.end()) return mattermost_error(404, "store.sql_command.get.missing.app_error");
  if (q.method == "DELETE" && n() == 2) {
    core.commands_.erase(it);
    return mattermost_json(200, Value::Map{{"status", "OK"}});
  }
  if (q.method == "PUT" && n() == 2) return save_command(it->second);
  if (q.method == "PUT" && n() == 3 && at[2] == "regen_token") {
    it->second.token = core.new_id('t');
    return mattermost_json(200, Value::Map{{"token", it->second.token}});
  }
  return mattermost_error(404, "api.context.404.app_error");
}

HttpResponse MattermostRoutes::save_command(MmCommand before) {
  MmCommand c = std::move(before);
  const bool fresh = c.id.empty();
  c.trigger = lower_ascii(body["trigger"].as_string());
  c.url = body["url"].as_string();
  c.method = body["method"].as_string();
  c.team_id = body["team_id"].as_string();
  c.about = body;
  if (!good_trigger(c.trigger)) return mattermost_error(400, "model.command.is_valid.trigger.app_error");
  if (c.method != "P" && c.method != "G") return mattermost_error(400, "model.command.is_valid.method.app_error");
  if (!c.url.starts_with("http")) return mattermost_error(400, "model.command.is_valid.url_http.app_error");
  if (!core.teams_.contains(c.team_id)) return mattermost_forbidden();
  for (const auto& [id, other] : core.commands_)
    if (other.team_id == c.team_id && other.trigger == c.trigger && id != c.id)
      return mattermost_error(400, "api.command.duplicate_trigger.app_error");
  if (is_built_in(c.trigger)) return mattermost_error(400, "api.command.duplicate_trigger.app_error");
  if (fresh) {
    c.id = core.new_id('k');
    c.token = core.new_id('t');
    c.creator_id = me.id;
  }
  core.commands_[c.id] = c;
  return mattermost_json(fresh ? 201 : 200, command_value(c));
}

// What the server posts to the integration. Typed where the person is a member, seen by nobody else.
HttpResponse MattermostRoutes::execute() {
  const MmChannel* channel = core.channel(body["channel_id"].as_string());
  if (!channel || !core.member(channel->id, me.id)) return mattermost_forbidden();
  const std::string line = body["command"].as_string();
  const std::size_t space = std::min(line.find(' '), line.size());
  const std::string trigger = line.starts_with('/') ? lower_ascii(line.substr(1, space - 1)) : "";
  const std::string team = channel->team_id.empty() ? body["team_id"].as_string() : channel->team_id;
  const auto it = std::ranges::find_if(
      core.commands_, [&](const auto& c) { return c.second.trigger == trigger && c.second.team_id == team; });
  if (it == core.commands_.end()) return mattermost_error(404, "api.command.execute_command.not_found.app_error");
  const MmCommand& c = it->second;
  const std::string hook = core.new_id('h');
  core.response_urls_[hook] = {channel->id, me.id, core.clock_.now(), response_url_uses};
  const std::string trigger_id = core.new_trigger(me.id, channel->id);
  std::string form;
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"token", c.token},
                                          {"team_id", team},
                                          {"team_domain", core.teams_.at(team)},
                                          {"channel_id", channel->id},
                                          {"channel_name", channel->name},
                                          {"user_id", me.id},
                                          {"user_name", me.username},
                                          {"command", "/" + c.trigger},
                                          {"text", line.substr(std::min(space + 1, line.size()))},
                                          {"trigger_id", trigger_id},
                                          {"response_url", "http://mattermost/hooks/commands/" + hook}})
    form += (form.empty() ? "" : "&") + name + "=" + form_encoded(value);
  if (!core.integration_) return mattermost_error(500, "api.command.execute_command.failed.app_error");
  return core.command_answered(core.integration_(c.method == "G" ? c.url + "?" + form : c.url, form), me, *channel,
                               trigger_id);
}

// 200 alone counts; JSON is used when it says that it is JSON, else the whole body is the text.
HttpResponse MattermostCore::command_answered(const HttpResponse& r, const MmUser& user, const MmChannel& channel,
                                              const std::string& trigger_id) {
  if (r.status == 0) return mattermost_error(500, "api.command.execute_command.failed.app_error");
  if (r.status != 200) return mattermost_error(500, "api.command.execute_command.failed_resp.app_error");
  Value said = Value::Map{{"text", r.body}};
  if (r.content_type.starts_with("application/json")) {
    const auto parsed = parse_json(r.body);
    if (!parsed) return mattermost_error(500, "api.command.execute_command.failed.app_error");
    said = *parsed;
  }
  show_answer(said, user.id, channel.id);
  for (const Value& more : said["extra_responses"].as_list()) show_answer(more, user.id, channel.id);
  return mattermost_json(
      200, Value::Map{{"response_type", said["response_type"]}, {"text", said["text"]}, {"trigger_id", trigger_id}});
}

void MattermostCore::show_answer(const Value& said, const std::string& user_id, const std::string& channel_id) {
  const std::string text = said["text"].as_string();
  if (text.empty() && said["attachments"].as_list().empty()) return;
  if (said["response_type"].as_string() == "in_channel") {
    say(user_id, channel_id, text, {}, Value::Map{{"from_webhook", "true"}});
    return;
  }
  happenings_.push_back(
      {"ephemeral", channels_.at(channel_id).name, {}, user_id, text, users_.at(user_id).username, false, Value()});
  const Value post = Value::Map{{"id", ""}, {"message", text}, {"type", "system_ephemeral"}, {"update_at", 0}};
  to_user("ephemeral_message", Value::Map{{"post", to_json(post)}}, user_id, channel_id);
}

// {site}/hooks/commands/{id}: no login, five uses, half an hour.
HttpResponse MattermostCore::response_url(const std::string& id, const std::string& body) {
  const auto it = response_urls_.find(id);
  const auto said = parse_json(body);
  if (it == response_urls_.end()) return mattermost_error(404, "app.command_webhook.get.missing");
  if (clock_.now() - it->second.at > response_url_ms || it->second.uses == 0)
    return mattermost_error(400, "app.command_webhook.try_use.invalid");
  if (!said) return mattermost_error(400, "web.command_webhook.parse.app_error");
  --it->second.uses;
  show_answer(*said, it->second.user_id, it->second.channel_id);
  return {.status = 200, .content_type = "text/plain", .body = "ok", .headers = {}};
}

}  // namespace muster::doubles
