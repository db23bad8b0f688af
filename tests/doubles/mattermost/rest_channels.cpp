// Channels of the double: made, found, changed, archived; who is in them; what was said there.
#include <algorithm>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "tests/doubles/mattermost/routes.h"

namespace muster::doubles {

namespace {

bool good_channel_name(const std::string& name) {
  const auto alnum = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (name.size() < 2 || name.size() > 64 || !alnum(name.front()) || !alnum(name.back())) return false;
  return std::ranges::all_of(name, [&](char c) { return alnum(c) || c == '-' || c == '_'; });
}

}  // namespace

HttpResponse MattermostRoutes::create_channel() {
  if (core.rights_taken.contains("create_public_channel")) return mattermost_forbidden();
  const std::string name = body["name"].as_string(), team = body["team_id"].as_string();
  if (!core.team_members_[team].contains(me.id)) return mattermost_forbidden();
  if (name.size() > 64) return mattermost_error(500, "app.channel.create_channel.internal_error");
  if (!good_channel_name(name)) return mattermost_error(400, "model.channel.is_valid.2_or_more.app_error");
  const std::string display = body["display_name"].as_string();
  if (display.empty() || code_point_count(display) > 64)
    return mattermost_error(400, "model.channel.is_valid.display_name.app_error");
  if (code_point_count(body["header"].as_string()) > 1024)
    return mattermost_error(400, "model.channel.is_valid.header.app_error");
  if (code_point_count(body["purpose"].as_string()) > 250)
    return mattermost_error(400, "model.channel.is_valid.purpose.app_error");
  for (const auto& [id, c] : core.channels_) {
    if (c.team_id == team && c.name == name)
      return mattermost_error(400, "store.sql_channel.save_channel.exists.app_error");
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
  return mattermost_json(201, to_value(c));
}

HttpResponse MattermostRoutes::direct() {
  const Value::List& two = body.as_list();
  if (two.size() != 2 || (two[0].as_string() != me.id && two[1].as_string() != me.id))
    return mattermost_error(400, "api.context.invalid_body_param.app_error");
  for (const Value& id : two) {
    if (!core.users_.contains(id.as_string())) return mattermost_error(404, "app.user.missing_account.const");
  }
  std::string a = two[0].as_string(), b = two[1].as_string();
  if (b < a) std::swap(a, b);
  if (const MmChannel* there = core.channel_named(a + "__" + b)) return mattermost_json(201, to_value(*there));
  const std::string id = core.add_channel("", a + "__" + b, "D");
  core.channels_.at(id).members = {a, b};
  core.to_channel("direct_added", Value::Map{{"creator_id", me.id}, {"teammate_id", a == me.id ? b : a}},
                  core.channels_.at(id));
  return mattermost_json(201, to_value(core.channels_.at(id)));
}

HttpResponse MattermostRoutes::channels() {
  if (is("POST", 1, "channels")) return create_channel();
  if (is("POST", 2, "channels") && at[1] == "direct") return direct();
  const auto it = n() < 2 ? core.channels_.end() : core.channels_.find(at[1]);
  if (it == core.channels_.end()) return mattermost_error(404, "app.channel.get.existing.app_error");
  MmChannel& c = it->second;
  if (n() == 2 && q.method == "GET") {
    return c.type == "O" || c.members.contains(me.id) ? mattermost_json(200, to_value(c)) : mattermost_forbidden();
  }
  if (n() >= 3 && at[2] == "members") return members(c);
  if (!c.members.contains(me.id)) return mattermost_forbidden();
  return channel_act(c);
}

HttpResponse MattermostRoutes::channel_act(MmChannel& c) {
  if (q.method == "GET" && n() == 3 && at[2] == "posts") return channel_posts(c);
  if (q.method == "GET" && n() == 3 && at[2] == "pinned") return channel_posts(c);
  if (q.method == "POST" && n() == 3 && at[2] == "restore") return mattermost_forbidden();
  if (q.method == "DELETE" && n() == 2) {
    if (c.delete_at) return mattermost_error(400, "api.channel.delete_channel.deleted.app_error");
    if (c.name == "town-square") return mattermost_error(400, "api.channel.delete_channel.cannot.app_error");
    core.system_post(c, me.id, "system_channel_deleted", me.username + " archived the channel.");
    c.delete_at = c.update_at = core.now();
    core.note_channel("archive", c, {}, me.id);
    core.to_channel("channel_deleted", Value::Map{{"channel_id", c.id}, {"delete_at", c.delete_at}}, c);
    return mattermost_json(200, Value::Map{{"status", "OK"}});
  }
  if (q.method != "PUT" || n() != 3 || at[2] != "patch") return mattermost_error(404, "api.context.404.app_error");
  if (c.delete_at) return mattermost_error(400, "api.channel.update_channel.deleted.app_error");
  if (code_point_count(body["header"].as_string()) > 1024)
    return mattermost_error(400, "model.channel.is_valid.header.app_error");
  if (code_point_count(body["purpose"].as_string()) > 250)
    return mattermost_error(400, "model.channel.is_valid.purpose.app_error");
  if (body.has("display_name")) c.display_name = body["display_name"].as_string();
  if (body.has("purpose")) c.purpose = body["purpose"].as_string();
  if (body.has("header") && body["header"].as_string() != c.header) {
    c.header = body["header"].as_string();
    core.system_post(c, me.id, "system_header_change", me.username + " updated the channel header.");
    core.note_channel("header", c, c.header, me.id);
  }
  c.update_at = core.now();
  core.to_channel("channel_updated", Value::Map{{"channel", to_json(to_value(c))}}, c);
  return mattermost_json(200, to_value(c));
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
  return mattermost_json(200,
                         Value::Map{{"order", order}, {"posts", posts}, {"next_post_id", ""}, {"prev_post_id", ""}});
}

HttpResponse MattermostRoutes::members(MmChannel& c) {
  if (q.method == "GET") {
    if (!c.members.contains(me.id)) return mattermost_forbidden();
    Value list = Value::List{};
    for (const std::string& m : c.members) list.push(Value::Map{{"channel_id", c.id}, {"user_id", m}});
    return mattermost_json(200, list);
  }
  const std::string who = q.method == "POST" ? user_id(body["user_id"].as_string()) : n() == 4 ? user_id(at[3]) : "";
  // A bot may add itself to a public channel; adding others needs to be a member.
  if (!c.members.contains(me.id) && (who != me.id || c.type != "O")) return mattermost_forbidden();
  if (!core.team_members_[c.team_id].contains(who))
    return mattermost_error(404, "app.team.get_member.missing.app_error");
  if (q.method == "DELETE") {
    if (c.delete_at) return mattermost_error(400, "api.channel.remove_user_from_channel.deleted.app_error");
    if (c.type == "P" && c.members.contains(who)) core.note_channel("remove", c, core.users_.at(who).username, me.id);
    core.leave(c.id, who);
    return mattermost_json(200, Value::Map{{"status", "OK"}});
  }
  const bool fresh = !c.members.contains(who);
  core.join(c.id, who);
  if (fresh) core.system_post(c, me.id, "system_add_to_channel", core.users_.at(who).username + " was added.");
  if (fresh && c.type == "P") core.note_channel("invite", c, core.users_.at(who).username, me.id);
  return mattermost_json(201, Value::Map{{"channel_id", c.id}, {"user_id", who}});
}

}  // namespace muster::doubles
