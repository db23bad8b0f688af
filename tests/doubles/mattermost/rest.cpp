// REST v4 of the double: the way in, people, teams and roles; errors by id.
#include <algorithm>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "tests/doubles/http_date.h"
#include "tests/doubles/mattermost/routes.h"

namespace muster::doubles {

HttpResponse mattermost_json(int status, const Value& v) {
  return {.status = status, .content_type = "application/json", .body = to_json(v), .headers = {}};
}

HttpResponse mattermost_error(int status, const std::string& id) {
  return mattermost_json(status, Value::Map{{"id", id},
                                            {"message", "a localised text that nobody should read"},
                                            {"detailed_error", ""},
                                            {"request_id", "rdbl0000000000000000000000"},
                                            {"status_code", status}});
}

HttpResponse mattermost_forbidden() { return mattermost_error(403, "api.context.permissions.app_error"); }

HttpResponse MattermostRoutes::users() {
  if (q.method == "POST" && n() == 2 && (at[1] == "ids" || at[1] == "usernames")) {
    if (body.as_list().empty()) return mattermost_error(400, "api.context.invalid_body_param.app_error");
    Value found = Value::List{};
    for (const Value& wanted : body.as_list()) {
      for (const auto& [id, u] : core.users_) {
        if ((at[1] == "ids" ? id : u.username) == wanted.as_string()) found.push(to_value(u));
      }
    }
    return mattermost_json(200, found);
  }
  if (q.method == "GET" && n() == 3 && at[1] == "username") {
    const MmUser* u = core.user_named(at[2]);
    return u ? mattermost_json(200, to_value(*u)) : mattermost_error(404, "app.user.get_by_username.app_error");
  }
  if (q.method == "GET" && n() == 2) {
    const auto u = core.users_.find(user_id(at[1]));
    return u == core.users_.end() ? mattermost_error(404, "app.user.missing_account.const")
                                  : mattermost_json(200, to_value(u->second));
  }
  if (q.method == "GET" && n() >= 3 && at[2] == "teams") {
    Value list = Value::List{};
    if (n() == 3) {
      for (const auto& [team, name] : core.teams_) {
        if (core.team_members_[team].contains(me.id))
          list.push(Value::Map{{"id", team}, {"name", name}, {"display_name", name}, {"delete_at", 0}});
      }
    } else {
      for (const auto& [id, c] : core.channels_) {
        if (c.members.contains(me.id) && c.delete_at == 0 && (c.team_id == at[3] || c.type == "D"))
          list.push(to_value(c));
      }
    }
    return mattermost_json(200, list);
  }
  if (q.method == "DELETE" && n() == 6 && at[2] == "posts" && at[4] == "reactions") {
    if (!core.posts_.contains(at[3])) return mattermost_error(404, "app.post.get.app_error");
    core.react(user_id(at[1]), at[3], at[5], false);
    return mattermost_json(200, Value::Map{{"status", "OK"}});
  }
  return mattermost_error(404, "api.context.404.app_error");
}

HttpResponse MattermostRoutes::teams() {
  if (q.method == "GET" && n() == 3 && at[1] == "name") {
    for (const auto& [id, name] : core.teams_) {
      if (name == at[2]) return mattermost_json(200, Value::Map{{"id", id}, {"name", name}, {"delete_at", 0}});
    }
    return mattermost_error(404, "app.team.get_by_name.missing.app_error");
  }
  if (q.method == "GET" && n() == 3 && at[2] == "members") {
    Value list = Value::List{};
    for (const std::string& user : core.team_members_[at[1]])
      list.push(Value::Map{{"team_id", at[1]}, {"user_id", user}, {"roles", "team_user"}, {"delete_at", 0}});
    return mattermost_json(200, list);
  }
  if (q.method == "GET" && n() == 4 && at[2] == "members") {
    const std::string who = user_id(at[3]);
    if (!core.team_members_[at[1]].contains(who)) return mattermost_error(404, "app.team.get_member.missing.app_error");
    return mattermost_json(200,
                           Value::Map{{"team_id", at[1]}, {"user_id", who}, {"roles", "team_user"}, {"delete_at", 0}});
  }
  if (q.method == "GET" && n() == 5 && at[2] == "channels" && at[3] == "name") {
    const bool deleted = q.query.contains("include_deleted") && q.query.at("include_deleted") == "true";
    for (const auto& [id, c] : core.channels_) {
      if (c.team_id == at[1] && c.name == at[4] && (c.delete_at == 0 || deleted))
        return mattermost_json(200, to_value(c));
    }
    return mattermost_error(404, "app.channel.get_by_name.missing.app_error");
  }
  return mattermost_error(404, "api.context.404.app_error");
}

// The permissions that 5.37 gives these roles, as far as a bot needs them.
HttpResponse MattermostRoutes::roles() {
  static const std::map<std::string, std::vector<const char*>> given = {
      {"system_user", {"list_public_teams", "join_public_teams", "create_direct_channel", "create_group_channel"}},
      {"team_user",
       {"list_team_channels", "join_public_channels", "read_public_channel", "view_team", "create_public_channel",
        "create_private_channel", "invite_user", "add_user_to_team"}},
      {"channel_user",
       {"read_channel", "add_reaction", "remove_reaction", "manage_public_channel_members", "upload_file",
        "get_public_link", "create_post", "use_slash_commands", "manage_private_channel_members", "delete_post",
        "edit_post", "manage_public_channel_properties", "delete_public_channel", "manage_private_channel_members",
        "manage_private_channel_properties", "delete_private_channel"}}};
  Value list = Value::List{};
  for (const Value& name : body.as_list()) {
    const auto it = given.find(name.as_string());
    if (it == given.end()) continue;
    Value permissions = Value::List{};
    for (const char* p : it->second) {
      if (!core.rights_taken.contains(p)) permissions.push(p);
    }
    list.push(Value::Map{{"name", it->first}, {"permissions", permissions}});
  }
  return mattermost_json(200, list);
}

HttpResponse MattermostRoutes::route() {
  if (at[0] == "users") return users();
  if (at[0] == "teams") return teams();
  if (at[0] == "channels") return channels();
  if (at[0] == "posts") return posts();
  if (at[0] == "commands") return commands();
  if (at[0] == "groups" && q.method == "GET") return core.groups(at, q.query.contains("q") ? q.query.at("q") : "");
  if (is("POST", 3, "actions") && at[1] == "dialogs" && at[2] == "submit") return core.submit_dialog(body, me);
  if (is("POST", 2, "roles") && at[1] == "names") return roles();
  if (is("POST", 1, "reactions")) return reactions();
  if (is("POST", 1, "files")) return upload();
  if (is("GET", 2, "files")) {
    const MmFile* f = core.file(at[1]);
    if (!f) return mattermost_error(404, "app.file_info.get.app_error");
    return {.status = 200, .content_type = "application/octet-stream", .body = f->data, .headers = {}};
  }
  return mattermost_error(404, "api.context.404.app_error");
}

HttpResponse MattermostCore::request(const HttpRequest& q) {
  requests += 1;
  if (fault_before) {
    if (auto fault = fault_before(q)) return *fault;
  }
  if (options_.rate_per_second > 0) {
    rate_tokens_ = std::min<double>(options_.rate_burst, rate_tokens_ + static_cast<double>(clock_.now() - rate_at_) *
                                                                            options_.rate_per_second / 1000.0);
    rate_at_ = clock_.now();
    if (rate_tokens_ < 1) {
      const std::string limit = std::to_string(options_.rate_burst + 1);
      return {.status = 429,
              .body = "limit exceeded",
              .headers = {{"Retry-After", "1"},
                          {"X-Ratelimit-Remaining", "0"},
                          {"X-Ratelimit-Limit", options_.doubled_headers ? limit + ", " + limit : limit}}};
    }
    rate_tokens_ -= 1;
  }
  if (q.path.starts_with("/hooks/commands/") && q.method == "POST") return response_url(q.path.substr(16), q.body);
  if (!q.path.starts_with("/api/v4/")) return {.status = 404, .body = "<html>no</html>", .headers = {}};
  std::vector<std::string> parts = split(q.path.substr(8), '/');
  HttpResponse r;
  const MmUser* me = user_of(q);
  if (parts == std::vector<std::string>{"system", "ping"}) {
    r = mattermost_json(200, Value::Map{{"status", "OK"}});
  } else if (parts == std::vector<std::string>{"config", "client"}) {
    Value config = Value::Map{{"Version", options_.version}};
    if (me) config.set("MaxPostSize", std::to_string(options_.message_runes_max));
    if (me) config.set("RequireEmailVerification", options_.verifies_addresses ? "true" : "false");
    r = mattermost_json(200, config);
  } else if (parts == std::vector<std::string>{"actions", "dialogs", "open"}) {
    const auto asked = parse_json(q.body);  // the trigger is the credential: no login is asked for
    r = asked ? open_dialog(*asked) : mattermost_error(400, "api.context.invalid_body_param.app_error");
  } else if (!me) {
    r = mattermost_error(401, "api.context.session_expired.app_error");
  } else {
    const auto parsed = q.body.empty() || parts[0] == "files" ? Result<Value>(Value()) : parse_json(q.body);
    if (!parsed)
      r = mattermost_error(400, "api.context.invalid_body_param.app_error");
    else
      r = MattermostRoutes{*this, q, *me, std::move(parts), *parsed}.route();
  }
  r.headers["X-Version-Id"] = options_.version + ".5.37.0.hash.false";
  r.headers["Date"] = http_date(clock_.now() + clock_is_off);
  r.headers["X-Request-Id"] = "rdbl0000000000000000000000";
  if (fault_after) {
    if (auto fault = fault_after(q)) return *fault;
  }
  return r;
}

}  // namespace muster::doubles
