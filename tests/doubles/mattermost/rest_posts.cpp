// Posts of the double, with what hangs on them: props, buttons, reactions, files.
#include <algorithm>
#include <cmath>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "tests/doubles/mattermost/routes.h"

namespace muster::doubles {

namespace {

constexpr std::int64_t props_runes_max = 8000;
constexpr DurationMs pending_ms = 30 * second_ms;

}  // namespace

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
  if (c == core.channels_.end() || !c->second.members.contains(me.id)) return mattermost_forbidden();
  if (c->second.delete_at) return mattermost_error(400, "api.post.create_post.can_not_post_to_deleted.error");
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
      return mattermost_json(201, to_value(core.posts_.at(seen->second.second)));
  }
  if (static_cast<std::int64_t>(code_point_count(p.message)) > core.options_.message_runes_max)
    return mattermost_error(400, "model.post.is_valid.msg.app_error");
  if (static_cast<std::int64_t>(code_point_count(to_json(body["props"]))) > props_runes_max)
    return mattermost_error(400, "model.post.is_valid.props.app_error");
  if (p.type.starts_with("system_")) return mattermost_error(400, "api.context.invalid_param.app_error");
  if (!p.root_id.empty()) {
    const auto root = core.posts_.find(p.root_id);
    if (root == core.posts_.end() || !root->second.root_id.empty() || root->second.channel_id != p.channel_id)
      return mattermost_error(400, "api.post.create_post.root_id.app_error");
  }
  if (body["file_ids"].as_list().size() > 10) return mattermost_error(400, "model.post.is_valid.file_ids.app_error");
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
  return mattermost_json(201, to_value(kept));
}

HttpResponse MattermostRoutes::ephemeral() {
  if (me.is_bot && !core.options_.bots_may_ephemeral) return mattermost_forbidden();
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
  if (!core.channels_.contains(p.channel_id) || !core.users_.contains(to)) return mattermost_forbidden();
  core.happenings_.push_back({"ephemeral", core.channels_.at(p.channel_id).name, p.id, me.id, p.message,
                              core.users_.at(to).username, !p.root_id.empty(), p.props});
  core.to_user("ephemeral_message", Value::Map{{"post", to_json(to_value(p))}}, to, p.channel_id);
  return mattermost_json(201, to_value(p));
}

HttpResponse MattermostRoutes::posts() {
  if (is("POST", 1, "posts")) return create_post();
  if (is("POST", 2, "posts") && at[1] == "ephemeral") return ephemeral();
  const auto it = n() < 2 ? core.posts_.end() : core.posts_.find(at[1]);
  const bool reads = q.method == "GET";
  if (it == core.posts_.end()) return reads ? mattermost_error(404, "app.post.get.app_error") : mattermost_forbidden();
  if (it->second.delete_at) return reads ? mattermost_error(404, "app.post.get.app_error") : mattermost_forbidden();
  if (!core.member(it->second.channel_id, me.id)) return mattermost_forbidden();
  return post_act(it->second);
}

HttpResponse MattermostRoutes::post_act(MmPost& p) {
  const MmChannel& c = core.channels_.at(p.channel_id);
  if (q.method == "GET" && n() == 2) return mattermost_json(200, to_value(p));
  if (q.method == "GET" && n() == 3 && at[2] == "thread") {
    Value order = Value::List{}, all = Value::Map{};
    const std::string root = p.root_id.empty() ? p.id : p.root_id;
    for (const MmPost* one : core.posts_in(c.id)) {
      if ((one->id != root && one->root_id != root) || one->delete_at) continue;
      order.push(one->id);
      all.set(one->id, to_value(*one));
    }
    return mattermost_json(200, Value::Map{{"order", order}, {"posts", all}});
  }
  if (q.method == "GET" && n() == 3 && at[2] == "reactions") {
    Value list = Value::List{};
    for (const auto& [emoji, who] : p.reactions) {
      for (const std::string& u : who)
        list.push(Value::Map{{"user_id", u}, {"post_id", p.id}, {"emoji_name", emoji}, {"create_at", 1}});
    }
    return mattermost_json(200, list);
  }
  if (q.method == "POST" && n() == 4 && at[2] == "actions") return action(p, at[3]);
  if (c.delete_at) return mattermost_error(400, "api.post.update_post.can_not_update_post_in_deleted.error");
  if (q.method == "POST" && n() == 3 && (at[2] == "pin" || at[2] == "unpin")) {
    core.pin(p.id, at[2] == "pin");
    return mattermost_json(200, Value::Map{{"status", "OK"}});
  }
  const bool own = p.user_id == me.id;
  if (!own) return mattermost_forbidden();
  if (q.method == "DELETE" && n() == 2) {
    core.remove(p.id, true);
    return mattermost_json(200, Value::Map{{"status", "OK"}});
  }
  if (q.method == "PUT") return change_post(p, n() == 2);
  return mattermost_error(404, "api.context.404.app_error");
}

HttpResponse MattermostRoutes::change_post(MmPost& p, bool replace) {
  if (static_cast<std::int64_t>(code_point_count(body["message"].as_string())) > core.options_.message_runes_max)
    return mattermost_error(400, "model.post.is_valid.msg.app_error");
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
  return mattermost_json(200, to_value(p));
}

// What an action's answer says to the presser alone: a reply to the post that only he sees, of the server's making and
// in his own name. It is stored nowhere.
void MattermostCore::told_presser(const std::string& post_id, const std::string& user_id, const Value& answer) {
  const std::string text = answer["ephemeral_text"].as_string();
  const MmPost* p = post(post_id);
  if (text.empty() || !p) return;
  const std::string root = p->root_id.empty() ? p->id : p->root_id;
  happenings_.push_back({"ephemeral",
                         channels_.at(p->channel_id).name,
                         {},
                         user_id,
                         text,
                         users_.at(user_id).username,
                         !p->root_id.empty(),
                         Value()});
  const Value shown = Value::Map{{"id", ""},           {"message", text}, {"type", "system_ephemeral"},
                                 {"user_id", user_id}, {"root_id", root}, {"update_at", 0}};
  to_user("ephemeral_message", Value::Map{{"post", to_json(shown)}}, user_id, p->channel_id);
}

HttpResponse MattermostRoutes::action(MmPost& p, const std::string& id) {
  const bool plain = std::ranges::all_of(
      id, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
  if (!plain && !core.options_.newer_action_ids) return mattermost_error(404, "api.context.404.app_error");
  const auto kept = core.integrations_.find(p.id + "/" + id);
  if (kept == core.integrations_.end()) return mattermost_error(404, "api.post.do_action.action_id.app_error");
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
  if (!core.integration_) return mattermost_error(400, "api.post.do_action.action_integration.app_error");
  const HttpResponse r = core.integration_(kept->second["url"].as_string(), to_json(click));
  const auto answer = parse_json(r.body);
  if (r.status != 200 || r.body.empty() || !answer) {
    return mattermost_error(400, "api.post.do_action.action_integration.app_error");
  }
  if (answer->has("update")) {
    const Value& update = (*answer)["update"];
    p.message = update["message"].as_string();  // also when absent
    if (update.has("props")) take_props(p, update["props"]);
    p.file_ids.clear();
    p.update_at = p.edit_at = core.now();
    core.post_edited(p);
  }
  core.told_presser(p.id, me.id, *answer);
  return mattermost_json(200, Value::Map{{"status", "OK"}, {"trigger_id", click["trigger_id"]}});
}

HttpResponse MattermostRoutes::reactions() {
  const std::string emoji = body["emoji_name"].as_string(), id = body["post_id"].as_string();
  if (body["user_id"].as_string() != me.id) return mattermost_forbidden();
  if (emoji.empty() || emoji.contains(':')) return mattermost_error(400, "api.context.invalid_body_param.app_error");
  const MmPost* p = core.post(id);
  if (!p || p->delete_at) return mattermost_error(404, "app.post.get.app_error");
  if (!core.member(p->channel_id, me.id)) return mattermost_forbidden();
  core.react(me.id, id, emoji);
  return mattermost_json(200, Value::Map{{"user_id", me.id}, {"post_id", id}, {"emoji_name", emoji}, {"create_at", 1}});
}

HttpResponse MattermostRoutes::upload() {
  if (!q.query.contains("channel_id") || !q.query.contains("filename"))
    return mattermost_error(400, "api.context.invalid_body_param.app_error");  // the multipart way is not built here
  const std::string channel = q.query.at("channel_id");
  if (!core.member(channel, me.id)) return mattermost_forbidden();
  MmFile f{core.new_id('f'), q.query.at("filename"), channel, me.id, {}, q.body};
  core.files_[f.id] = f;
  const Value info = Value::Map{{"id", f.id}, {"name", f.name}, {"size", static_cast<std::int64_t>(f.data.size())}};
  return mattermost_json(201, Value::Map{{"file_infos", Value::List{info}}, {"client_ids", Value::List{}}});
}

}  // namespace muster::doubles
