// REST v4 of the double: routes, rights, errors by id.
#include <algorithm>
#include <cmath>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "tests/doubles/http_date.h"
#include "tests/doubles/mattermost/core.h"

namespace muster::doubles {

namespace {

constexpr std::int64_t props_runes_max = 8000;
constexpr DurationMs pending_ms = 30 * second_ms;

HttpResponse json(int status, const Value& v) {
  return {.status = status, .content_type = "application/json", .body = to_json(v), .headers = {}};
}

HttpResponse error(int status, const std::string& id) {
  return json(status, Value::Map{{"id", id},
                                 {"message", "a localised text that nobody should read"},
                                 {"detailed_error", ""},
                                 {"request_id", "rdbl0000000000000000000000"},
                                 {"status_code", status}});
}

HttpResponse forbidden() { return error(403, "api.context.permissions.app_error"); }
HttpResponse ok() { return json(200, Value::Map{{"status", "OK"}}); }

bool good_channel_name(const std::string& name) {
  const auto alnum = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (name.size() < 2 || name.size() > 64 || !alnum(name.front()) || !alnum(name.back())) return false;
  return std::ranges::all_of(name, [&](char c) { return alnum(c) || c == '-' || c == '_'; });
}

}  // namespace

// One request with what its path names; friend of the core.
struct MattermostRoutes {
  MattermostCore& core;
  const HttpRequest& q;
  const MmUser& me;
  std::vector<std::string> at;  // path parts after /api/v4
  Value body;

  std::size_t n() const { return at.size(); }
  bool is(const char* method, std::size_t parts, const char* first) const {
    return q.method == method && n() == parts && at[0] == first;
  }
  std::string user_id(const std::string& text) const { return text == "me" ? me.id : text; }

  HttpResponse users();
  HttpResponse teams();
  HttpResponse channels();
  HttpResponse create_channel();
  HttpResponse roles();
  HttpResponse channel_act(MmChannel& c);
  HttpResponse channel_posts(const MmChannel& c);
  HttpResponse members(MmChannel& c);
  HttpResponse direct();
  HttpResponse posts();
  HttpResponse create_post();
  HttpResponse ephemeral();
  HttpResponse post_act(MmPost& p);
  HttpResponse change_post(MmPost& p, bool replace);
  HttpResponse action(MmPost& p, const std::string& id);
  HttpResponse reactions();
  HttpResponse upload();
  HttpResponse route();
  void take_props(MmPost& p, Value props);
};

HttpResponse MattermostRoutes::users() {
  if (q.method == "POST" && n() == 2 && (at[1] == "ids" || at[1] == "usernames")) {
    if (body.as_list().empty()) return error(400, "api.context.invalid_body_param.app_error");
    Value found = Value::List{};
    for (const Value& wanted : body.as_list()) {
      for (const auto& [id, u] : core.users_) {
        if ((at[1] == "ids" ? id : u.username) == wanted.as_string()) found.push(to_value(u));
      }
    }
    return json(200, found);
  }
  if (q.method == "GET" && n() == 3 && at[1] == "username") {
    const MmUser* u = core.user_named(at[2]);
    return u ? json(200, to_value(*u)) : error(404, "app.user.get_by_username.app_error");
  }
  if (q.method == "GET" && n() == 2) {
    const auto u = core.users_.find(user_id(at[1]));
    return u == core.users_.end() ? error(404, "app.user.missing_account.const") : json(200, to_value(u->second));
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
    return json(200, list);
  }
  if (q.method == "DELETE" && n() == 6 && at[2] == "posts" && at[4] == "reactions") {
    if (!core.posts_.contains(at[3])) return error(404, "app.post.get.app_error");
    core.react(user_id(at[1]), at[3], at[5], false);
    return ok();
  }
  return error(404, "api.context.404.app_error");
}

HttpResponse MattermostRoutes::teams() {
  if (q.method == "GET" && n() == 3 && at[1] == "name") {
    for (const auto& [id, name] : core.teams_) {
      if (name == at[2]) return json(200, Value::Map{{"id", id}, {"name", name}, {"delete_at", 0}});
    }
    return error(404, "app.team.get_by_name.missing.app_error");
  }
  if (q.method == "GET" && n() == 4 && at[2] == "members") {
    const std::string who = user_id(at[3]);
    if (!core.team_members_[at[1]].contains(who)) return error(404, "app.team.get_member.missing.app_error");
    return json(200, Value::Map{{"team_id", at[1]}, {"user_id", who}, {"roles", "team_user"}, {"delete_at", 0}});
  }
  if (q.method == "GET" && n() == 5 && at[2] == "channels" && at[3] == "name") {
    const bool deleted = q.query.contains("include_deleted") && q.query.at("include_deleted") == "true";
    for (const auto& [id, c] : core.channels_) {
      if (c.team_id == at[1] && c.name == at[4] && (c.delete_at == 0 || deleted)) return json(200, to_value(c));
    }
    return error(404, "app.channel.get_by_name.missing.app_error");
  }
  return error(404, "api.context.404.app_error");
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
        "edit_post", "manage_public_channel_properties", "delete_public_channel"}}};
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
  return json(200, list);
}

HttpResponse MattermostRoutes::create_channel() {
  if (core.rights_taken.contains("create_public_channel")) return forbidden();
  const std::string name = body["name"].as_string(), team = body["team_id"].as_string();
  if (!core.team_members_[team].contains(me.id)) return forbidden();
  if (name.size() > 64) return error(500, "app.channel.create_channel.internal_error");
  if (!good_channel_name(name)) return error(400, "model.channel.is_valid.2_or_more.app_error");
  const std::string display = body["display_name"].as_string();
  if (display.empty() || code_point_count(display) > 64)
    return error(400, "model.channel.is_valid.display_name.app_error");
  if (code_point_count(body["header"].as_string()) > 1024) return error(400, "model.channel.is_valid.header.app_error");
  if (code_point_count(body["purpose"].as_string()) > 250)
    return error(400, "model.channel.is_valid.purpose.app_error");
  for (const auto& [id, c] : core.channels_) {
    if (c.team_id == team && c.name == name) return error(400, "store.sql_channel.save_channel.exists.app_error");
  }
  const std::string id = core.add_channel(team, name, body["type"].as_string() == "P" ? "P" : "O");
  MmChannel& c = core.channels_.at(id);
  c.display_name = display;
  c.header = body["header"].as_string();
  c.purpose = body["purpose"].as_string();
  c.members.insert(me.id);
  c.creator_id = me.id;
  core.note_channel("open", c, c.header, me.id);
  core.to_user("channel_created", Value::Map{{"channel_id", id}, {"team_id", team}}, me.id);
  return json(201, to_value(c));
}

HttpResponse MattermostRoutes::direct() {
  const Value::List& two = body.as_list();
  if (two.size() != 2 || (two[0].as_string() != me.id && two[1].as_string() != me.id))
    return error(400, "api.context.invalid_body_param.app_error");
  for (const Value& id : two) {
    if (!core.users_.contains(id.as_string())) return error(404, "app.user.missing_account.const");
  }
  std::string a = two[0].as_string(), b = two[1].as_string();
  if (b < a) std::swap(a, b);
  if (const MmChannel* there = core.channel_named(a + "__" + b)) return json(201, to_value(*there));
  const std::string id = core.add_channel("", a + "__" + b, "D");
  core.channels_.at(id).members = {a, b};
  core.to_channel("direct_added", Value::Map{{"creator_id", me.id}, {"teammate_id", a == me.id ? b : a}},
                  core.channels_.at(id));
  return json(201, to_value(core.channels_.at(id)));
}

HttpResponse MattermostRoutes::channels() {
  if (is("POST", 1, "channels")) return create_channel();
  if (is("POST", 2, "channels") && at[1] == "direct") return direct();
  const auto it = n() < 2 ? core.channels_.end() : core.channels_.find(at[1]);
  if (it == core.channels_.end()) return error(404, "app.channel.get.existing.app_error");
  MmChannel& c = it->second;
  if (n() == 2 && q.method == "GET") {
    return c.type == "O" || c.members.contains(me.id) ? json(200, to_value(c)) : forbidden();
  }
  if (n() >= 3 && at[2] == "members") return members(c);
  if (!c.members.contains(me.id)) return forbidden();
  return channel_act(c);
}

HttpResponse MattermostRoutes::channel_act(MmChannel& c) {
  if (q.method == "GET" && n() == 3 && at[2] == "posts") return channel_posts(c);
  if (q.method == "GET" && n() == 3 && at[2] == "pinned") return channel_posts(c);
  if (q.method == "POST" && n() == 3 && at[2] == "restore") return forbidden();
  if (q.method == "DELETE" && n() == 2) {
    if (c.delete_at) return error(400, "api.channel.delete_channel.deleted.app_error");
    if (c.name == "town-square") return error(400, "api.channel.delete_channel.cannot.app_error");
    core.system_post(c, me.id, "system_channel_deleted", me.username + " archived the channel.");
    c.delete_at = c.update_at = core.now();
    core.note_channel("archive", c, {}, me.id);
    core.to_channel("channel_deleted", Value::Map{{"channel_id", c.id}, {"delete_at", c.delete_at}}, c);
    return ok();
  }
  if (q.method != "PUT" || n() != 3 || at[2] != "patch") return error(404, "api.context.404.app_error");
  if (c.delete_at) return error(400, "api.channel.update_channel.deleted.app_error");
  if (code_point_count(body["header"].as_string()) > 1024) return error(400, "model.channel.is_valid.header.app_error");
  if (code_point_count(body["purpose"].as_string()) > 250)
    return error(400, "model.channel.is_valid.purpose.app_error");
  if (body.has("display_name")) c.display_name = body["display_name"].as_string();
  if (body.has("purpose")) c.purpose = body["purpose"].as_string();
  if (body.has("header") && body["header"].as_string() != c.header) {
    c.header = body["header"].as_string();
    core.system_post(c, me.id, "system_header_change", me.username + " updated the channel header.");
    core.note_channel("header", c, c.header, me.id);
  }
  c.update_at = core.now();
  core.to_channel("channel_updated", Value::Map{{"channel", to_json(to_value(c))}}, c);
  return json(200, to_value(c));
}

HttpResponse MattermostRoutes::channel_posts(const MmChannel& c) {
  const bool pinned = at[2] == "pinned", since = q.query.contains("since");
  const TimeMs after = since ? std::strtoll(q.query.at("since").c_str(), nullptr, 10) : 0;
  const std::int64_t per_page = q.query.contains("per_page") ? std::stoll(q.query.at("per_page")) : 60;
  const std::int64_t page = q.query.contains("page") ? std::stoll(q.query.at("page")) : 0;
  Value order = Value::List{}, posts = Value::Map{};
  std::vector<const MmPost*> all = core.posts_in(c.id);
  std::ranges::reverse(all);
  std::int64_t seen = 0, taken = 0;
  for (const MmPost* p : all) {
    if (pinned && (!p->pinned || p->delete_at)) continue;
    if (since ? p->update_at <= after : p->delete_at != 0) continue;
    if (!since && !pinned && seen++ < page * per_page) continue;
    if (++taken > (since ? 1000 : per_page)) break;
    order.push(p->id);
    posts.set(p->id, to_value(*p));
  }
  return json(200, Value::Map{{"order", order}, {"posts", posts}, {"next_post_id", ""}, {"prev_post_id", ""}});
}

HttpResponse MattermostRoutes::members(MmChannel& c) {
  if (q.method == "GET") {
    if (!c.members.contains(me.id)) return forbidden();
    Value list = Value::List{};
    for (const std::string& m : c.members) list.push(Value::Map{{"channel_id", c.id}, {"user_id", m}});
    return json(200, list);
  }
  const std::string who = q.method == "POST" ? user_id(body["user_id"].as_string()) : n() == 4 ? user_id(at[3]) : "";
  // A bot may add itself to a public channel; adding others needs to be a member.
  if (!c.members.contains(me.id) && (who != me.id || c.type != "O")) return forbidden();
  if (!core.team_members_[c.team_id].contains(who)) return error(404, "app.team.get_member.missing.app_error");
  if (q.method == "DELETE") {
    core.leave(c.id, who);
    return ok();
  }
  const bool fresh = !c.members.contains(who);
  core.join(c.id, who);
  if (fresh) core.system_post(c, me.id, "system_add_to_channel", core.users_.at(who).username + " was added.");
  return json(201, Value::Map{{"channel_id", c.id}, {"user_id", who}});
}

// The integration leaves what clients can read; clicks find it again.
void MattermostRoutes::take_props(MmPost& p, Value props) {
  Value cleaned = Value::List{};
  for (Value attachment : props["attachments"].as_list()) {
    Value actions = Value::List{};
    for (Value action : attachment["actions"].as_list()) {
      if (action["id"].as_string().empty()) action.set("id", core.new_id('a'));
      core.integrations_[p.id + "/" + action["id"].as_string()] = action["integration"];
      Value shown = Value::Map{};
      for (const auto& [key, value] : action.as_map()) {
        if (key != "integration") shown.set(key, value);
      }
      actions.push(std::move(shown));
    }
    if (!actions.as_list().empty()) attachment.set("actions", std::move(actions));
    cleaned.push(std::move(attachment));
  }
  if (!cleaned.as_list().empty()) props.set("attachments", std::move(cleaned));
  if (me.is_bot) props.set("from_bot", "true");
  p.props = std::move(props);
}

HttpResponse MattermostRoutes::create_post() {
  const auto c = core.channels_.find(body["channel_id"].as_string());
  if (c == core.channels_.end() || !c->second.members.contains(me.id)) return forbidden();
  if (c->second.delete_at) return error(400, "api.post.create_post.can_not_post_to_deleted.error");
  MmPost p;
  p.channel_id = c->first;
  p.user_id = me.id;
  p.message = body["message"].as_string();
  p.root_id = body["root_id"].as_string();
  p.pending_post_id = body["pending_post_id"].as_string();
  p.type = body["type"].as_string();
  if (!p.pending_post_id.empty()) {
    const auto seen = core.pending_.find(p.pending_post_id);
    if (seen != core.pending_.end() && core.clock_.now() - seen->second.first < pending_ms)
      return json(201, to_value(core.posts_.at(seen->second.second)));
  }
  if (static_cast<std::int64_t>(code_point_count(p.message)) > core.options_.message_runes_max)
    return error(400, "model.post.is_valid.msg.app_error");
  if (static_cast<std::int64_t>(code_point_count(to_json(body["props"]))) > props_runes_max)
    return error(400, "model.post.is_valid.props.app_error");
  if (p.type.starts_with("system_")) return error(400, "api.context.invalid_param.app_error");
  if (!p.root_id.empty()) {
    const auto root = core.posts_.find(p.root_id);
    if (root == core.posts_.end() || !root->second.root_id.empty() || root->second.channel_id != p.channel_id)
      return error(400, "api.post.create_post.root_id.app_error");
  }
  if (body["file_ids"].as_list().size() > 10) return error(400, "model.post.is_valid.file_ids.app_error");
  for (const Value& id : body["file_ids"].as_list()) {
    const auto file = core.files_.find(id.as_string());
    const bool usable = file != core.files_.end() && file->second.user_id == me.id && file->second.post_id.empty();
    if (usable) p.file_ids.push_back(file->first);  // others are dropped without a word
  }
  p.id = core.new_id('p');
  take_props(p, body["props"].is_map() ? body["props"] : Value(Value::Map{}));
  p.create_at = p.update_at = core.now();
  for (const std::string& id : p.file_ids) core.files_.at(id).post_id = p.id;
  c->second.last_post_at = p.create_at;
  const MmPost& kept = core.posts_.emplace(p.id, p).first->second;
  core.order_.push_back(p.id);
  if (!p.pending_post_id.empty()) core.pending_[p.pending_post_id] = {core.clock_.now(), p.id};
  core.note("post", kept);
  core.posted(kept);
  return json(201, to_value(kept));
}

HttpResponse MattermostRoutes::ephemeral() {
  if (me.is_bot && !core.options_.bots_may_ephemeral) return forbidden();
  MmPost p;
  p.id = core.new_id('p');
  p.channel_id = body["post"]["channel_id"].as_string();
  p.user_id = me.id;
  p.root_id = body["post"]["root_id"].as_string();
  p.message = body["post"]["message"].as_string();
  p.props = body["post"]["props"].is_map() ? body["post"]["props"] : Value(Value::Map{});
  p.type = "system_ephemeral";
  p.create_at = core.now();
  const std::string to = body["user_id"].as_string();
  if (!core.channels_.contains(p.channel_id) || !core.users_.contains(to)) return forbidden();
  core.happenings_.push_back({"ephemeral", core.channels_.at(p.channel_id).name, p.id, me.id, p.message,
                              core.users_.at(to).username, !p.root_id.empty(), p.props});
  core.to_user("ephemeral_message", Value::Map{{"post", to_json(to_value(p))}}, to, p.channel_id);
  return json(201, to_value(p));
}

HttpResponse MattermostRoutes::posts() {
  if (is("POST", 1, "posts")) return create_post();
  if (is("POST", 2, "posts") && at[1] == "ephemeral") return ephemeral();
  const auto it = n() < 2 ? core.posts_.end() : core.posts_.find(at[1]);
  const bool reads = q.method == "GET";
  if (it == core.posts_.end()) return reads ? error(404, "app.post.get.app_error") : forbidden();
  if (it->second.delete_at) return reads ? error(404, "app.post.get.app_error") : forbidden();
  if (!core.member(it->second.channel_id, me.id)) return forbidden();
  return post_act(it->second);
}

HttpResponse MattermostRoutes::post_act(MmPost& p) {
  const MmChannel& c = core.channels_.at(p.channel_id);
  if (q.method == "GET" && n() == 2) return json(200, to_value(p));
  if (q.method == "GET" && n() == 3 && at[2] == "thread") {
    Value order = Value::List{}, all = Value::Map{};
    const std::string root = p.root_id.empty() ? p.id : p.root_id;
    for (const MmPost* one : core.posts_in(c.id)) {
      if ((one->id != root && one->root_id != root) || one->delete_at) continue;
      order.push(one->id);
      all.set(one->id, to_value(*one));
    }
    return json(200, Value::Map{{"order", order}, {"posts", all}});
  }
  if (q.method == "GET" && n() == 3 && at[2] == "reactions") {
    Value list = Value::List{};
    for (const auto& [emoji, who] : p.reactions) {
      for (const std::string& u : who)
        list.push(Value::Map{{"user_id", u}, {"post_id", p.id}, {"emoji_name", emoji}, {"create_at", 1}});
    }
    return json(200, list);
  }
  if (q.method == "POST" && n() == 4 && at[2] == "actions") return action(p, at[3]);
  if (c.delete_at) return error(400, "api.post.update_post.can_not_update_post_in_deleted.error");
  if (q.method == "POST" && n() == 3 && (at[2] == "pin" || at[2] == "unpin")) {
    core.pin(p.id, at[2] == "pin");
    return ok();
  }
  const bool own = p.user_id == me.id;
  if (!own) return forbidden();
  if (q.method == "DELETE" && n() == 2) {
    core.remove(p.id);
    return ok();
  }
  if (q.method == "PUT") return change_post(p, n() == 2);
  return error(404, "api.context.404.app_error");
}

HttpResponse MattermostRoutes::change_post(MmPost& p, bool replace) {
  if (static_cast<std::int64_t>(code_point_count(body["message"].as_string())) > core.options_.message_runes_max)
    return error(400, "model.post.is_valid.msg.app_error");
  const bool text_changes = (replace || body.has("message")) && body["message"].as_string() != p.message;
  if (replace) {
    p.props = Value::Map{};
    p.pinned = false;
  }
  const bool attachments_change = body["props"].has("attachments") || (body.has("props") && p.props.has("attachments"));
  if (body.has("props")) take_props(p, body["props"]);
  if (body.has("is_pinned")) p.pinned = body["is_pinned"].as_bool();
  if (replace || body.has("message")) p.message = body["message"].as_string();
  p.update_at = core.now();
  if (text_changes || attachments_change) p.edit_at = p.update_at;
  core.note("edit", p);
  core.post_edited(p);
  return json(200, to_value(p));
}

HttpResponse MattermostRoutes::action(MmPost& p, const std::string& id) {
  const bool plain = std::ranges::all_of(
      id, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
  if (!plain && !core.options_.newer_action_ids) return error(404, "api.context.404.app_error");
  const auto kept = core.integrations_.find(p.id + "/" + id);
  if (kept == core.integrations_.end()) return error(404, "api.post.do_action.action_id.app_error");
  const MmChannel& c = core.channels_.at(p.channel_id);
  const Value click = Value::Map{{"user_id", me.id},
                                 {"user_name", me.username},
                                 {"channel_id", c.id},
                                 {"channel_name", c.name},
                                 {"team_id", c.team_id},
                                 {"team_domain", core.teams_[c.team_id]},
                                 {"post_id", p.id},
                                 {"trigger_id", core.new_trigger(me.id, c.id)},
                                 {"type", "button"},
                                 {"data_source", ""},
                                 {"context", kept->second["context"]}};
  if (!core.integration_) return error(400, "api.post.do_action.action_integration.app_error");
  const HttpResponse r = core.integration_(kept->second["url"].as_string(), to_json(click));
  const auto answer = parse_json(r.body);
  if (r.status != 200 || r.body.empty() || !answer) {
    return error(400, "api.post.do_action.action_integration.app_error");
  }
  if (answer->has("update")) {
    const Value& update = (*answer)["update"];
    p.message = update["message"].as_string();  // also when absent
    if (update.has("props")) take_props(p, update["props"]);
    p.file_ids.clear();
    p.update_at = p.edit_at = core.now();
    core.post_edited(p);
  }
  return json(200, Value::Map{{"status", "OK"}, {"trigger_id", click["trigger_id"]}});
}

HttpResponse MattermostRoutes::reactions() {
  const std::string emoji = body["emoji_name"].as_string(), id = body["post_id"].as_string();
  if (body["user_id"].as_string() != me.id) return forbidden();
  if (emoji.empty() || emoji.contains(':')) return error(400, "api.context.invalid_body_param.app_error");
  const MmPost* p = core.post(id);
  if (!p || p->delete_at) return error(404, "app.post.get.app_error");
  if (!core.member(p->channel_id, me.id)) return forbidden();
  core.react(me.id, id, emoji);
  return json(200, Value::Map{{"user_id", me.id}, {"post_id", id}, {"emoji_name", emoji}, {"create_at", 1}});
}

HttpResponse MattermostRoutes::upload() {
  if (!q.query.contains("channel_id") || !q.query.contains("filename"))
    return error(400, "api.context.invalid_body_param.app_error");  // the multipart way is not built here
  const std::string channel = q.query.at("channel_id");
  if (!core.member(channel, me.id)) return forbidden();
  MmFile f{core.new_id('f'), q.query.at("filename"), channel, me.id, {}, q.body};
  core.files_[f.id] = f;
  const Value info = Value::Map{{"id", f.id}, {"name", f.name}, {"size", static_cast<std::int64_t>(f.data.size())}};
  return json(201, Value::Map{{"file_infos", Value::List{info}}, {"client_ids", Value::List{}}});
}

HttpResponse MattermostRoutes::route() {
  if (at[0] == "users") return users();
  if (at[0] == "teams") return teams();
  if (at[0] == "channels") return channels();
  if (at[0] == "posts") return posts();
  if (at[0] == "groups" && q.method == "GET") return core.groups(at, q.query.contains("q") ? q.query.at("q") : "");
  if (is("POST", 3, "actions") && at[1] == "dialogs" && at[2] == "submit") return core.submit_dialog(body, me);
  if (is("POST", 2, "roles") && at[1] == "names") return roles();
  if (is("POST", 1, "reactions")) return reactions();
  if (is("POST", 1, "files")) return upload();
  if (is("GET", 2, "files")) {
    const MmFile* f = core.file(at[1]);
    if (!f) return error(404, "app.file_info.get.app_error");
    return {.status = 200, .content_type = "application/octet-stream", .body = f->data, .headers = {}};
  }
  return error(404, "api.context.404.app_error");
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
  if (!q.path.starts_with("/api/v4/")) return {.status = 404, .body = "<html>no</html>", .headers = {}};
  std::vector<std::string> parts = split(q.path.substr(8), '/');
  HttpResponse r;
  const MmUser* me = user_of(q);
  if (parts == std::vector<std::string>{"system", "ping"}) {
    r = json(200, Value::Map{{"status", "OK"}});
  } else if (parts == std::vector<std::string>{"config", "client"}) {
    Value config = Value::Map{{"Version", options_.version}};
    if (me) config.set("MaxPostSize", std::to_string(options_.message_runes_max));
    if (me) config.set("RequireEmailVerification", options_.verifies_addresses ? "true" : "false");
    r = json(200, config);
  } else if (parts == std::vector<std::string>{"actions", "dialogs", "open"}) {
    const auto asked = parse_json(q.body);  // the trigger is the credential: no login is asked for
    r = asked ? open_dialog(*asked) : error(400, "api.context.invalid_body_param.app_error");
  } else if (!me) {
    r = error(401, "api.context.session_expired.app_error");
  } else {
    const auto parsed = q.body.empty() || parts[0] == "files" ? Result<Value>(Value()) : parse_json(q.body);
    if (!parsed)
      r = error(400, "api.context.invalid_body_param.app_error");
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
