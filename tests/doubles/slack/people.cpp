// People and the files they get.
#include <algorithm>

#include "tests/doubles/slack/parts.h"

namespace muster::doubles {

namespace {

Value user_value(const SlackUser& u) {
  return Value::Map{{"id", u.id},
                    {"name", u.name},
                    {"deleted", u.deleted},
                    {"is_bot", u.is_bot},
                    {"tz", "Asia/Seoul"},
                    {"team_id", u.team},
                    {"is_stranger", u.team != "T1"},
                    {"is_restricted", u.is_guest},
                    {"is_email_confirmed", u.email_confirmed},
                    {"profile", Value::Map{{"real_name", u.real_name}, {"display_name", u.name}, {"email", u.email}}}};
}

}  // namespace

Value SlackCore::user_info(const Arguments& a) {
  const auto it = users.find(argument(a, "user"));
  return it == users.end() ? error("user_not_found") : ok({{"user", user_value(it->second)}});
}

Value SlackCore::user_by_email(const Arguments& a) {
  for (const auto& [id, user] : users) {
    if (!user.email.empty() && user.email == argument(a, "email")) return user_info({{"user", id}});
  }
  return error("users_not_found");
}

Value SlackCore::user_list(const Arguments& a) {
  const std::string limit = argument(a, "limit"), cursor = argument(a, "cursor");
  if (limit.empty()) return error("limit_required");
  const std::size_t page = std::clamp<std::size_t>(std::stoul(limit), 1, 1000);
  Value list = Value::List{};
  std::string next;  // as a cursor it is the id of the next one
  for (auto it = users.lower_bound(cursor.substr(0, cursor.find('='))); it != users.end() && next.empty(); ++it) {
    if (list.as_list().size() == page)
      next = it->first + "==";
    else
      list.push(user_value(it->second));
  }
  return ok({{"members", list}, {"response_metadata", Value::Map{{"next_cursor", next}}}});
}

Value SlackCore::usergroups(const Arguments&) {
  if (!paid) return error("plan_upgrade_required");
  Value list = Value::List{};
  for (const auto& [id, g] : groups) list.push(Value::Map{{"id", id}, {"handle", g.first}, {"name", g.first}});
  return ok({{"usergroups", list}});
}

Value SlackCore::usergroup_users(const Arguments& a) {
  const auto it = groups.find(argument(a, "usergroup"));
  if (it == groups.end()) return error("no_such_subteam");
  Value list = Value::List{};
  for (const std::string& user : it->second.second) list.push(user);
  return ok({{"users", list}});
}

Value SlackCore::file_info(const Arguments& a) {
  const auto it = shared_.find(argument(a, "file"));
  return it == shared_.end() ? error("file_not_found") : ok({{"file", it->second}, {"comments", Value::List{}}});
}

Value SlackCore::upload_url(const Arguments& a) {
  const std::string id = "F" + std::to_string(++serial_);
  uploads_[id] = {argument(a, "filename"), std::stoul("0" + argument(a, "length"))};
  return ok({{"upload_url", upload_base + "/upload/" + id}, {"file_id", id}});
}

SlackReply SlackCore::upload(const std::string& file_id, std::string bytes) {
  const auto it = uploads_.find(file_id);
  if (it == uploads_.end()) return {404, "no such file", {}, false};
  if (bytes.size() != it->second.second) broken_rules.push_back("length of an upload differs from its bytes");
  files[file_id] = std::move(bytes);
  return {200, "OK - " + std::to_string(files[file_id].size()), {}, false};
}

Value SlackCore::upload_complete(const Arguments& a) {
  SlackChannel* channel = nullptr;
  if (Value problem = writable(argument(a, "channel_id"), channel); !problem.is_null()) return problem;
  const Value list = json_argument(a, "files");
  for (const Value& f : list.as_list()) {
    if (!files.contains(f["id"].as_string())) return error("file_not_found");
  }
  SlackPost post;
  post.ts = next_ts();
  post.user = bot_user;
  post.bot_id = bot_id;
  post.thread_ts = argument(a, "thread_ts");
  post.text = argument(a, "initial_comment");
  post.files = list;
  channel->posts[post.ts] = post;
  for (const Value& f : list.as_list()) {
    happenings_.push_back({"file",
                           channel->id,
                           post.ts,
                           f["title"].as_string(),
                           {},
                           files.at(f["id"].as_string()),
                           !post.thread_ts.empty()});
  }
  Value event = message_value(post);
  event.set("subtype", "file_share");
  event.set("channel", channel->id);
  emit_event(event);
  return ok({{"files", list}});
}

}  // namespace muster::doubles
