// Channels, their bookmarks and pins.
#include "tests/doubles/slack/parts.h"

namespace muster::doubles {

namespace {

bool is_channel_name(const std::string& name) {
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; });
}

std::string name_error(const std::string& name) {
  if (name.empty()) return "invalid_name_required";
  if (name.size() > 80) return "invalid_name_maxlength";
  if (!is_channel_name(name)) return "invalid_name_specials";
  if (name.find_first_not_of("-_") == std::string::npos) return "invalid_name_punctuation";
  return {};
}

}  // namespace

Value SlackCore::create(const Arguments& a) {
  const std::string name = argument(a, "name");
  if (const std::string code = name_error(name); !code.empty()) return error(code);
  if (channel_named(name)) return error("name_taken");
  SlackChannel channel;
  channel.id = "C" + std::to_string(100 + ++serial_);
  channel.name = name;
  channel.is_private = argument(a, "is_private") == "true";
  channel.created = now_ / 1'000;
  channel.creator = bot_user;
  channel.members.insert(bot_user);
  for (const auto& [id, user] : users) {
    if (everybody_joins && !channel.is_private) channel.members.insert(id);
  }
  channels[channel.id] = channel;
  happenings_.push_back({"open", channel.id, {}, channel.is_private ? "private" : "", {}, {}, false});
  return ok({{"channel", channel_value(channel)}});
}

Value SlackCore::invite(const Arguments& a) {
  SlackChannel* channel = nullptr;
  if (Value problem = writable(argument(a, "channel"), channel); !problem.is_null()) return problem;
  if (!channel->members.contains(bot_user)) return error("not_in_channel");
  const bool force = argument(a, "force") == "true";
  Value errors = Value::List{};
  std::vector<std::string> good;
  for (const std::string& user : split(argument(a, "users"), ',')) {
    const std::string problem = !users.contains(user)             ? "user_not_found"
                                : channel->members.contains(user) ? "already_in_channel"
                                                                  : "";
    if (problem.empty()) {
      good.push_back(user);
    } else if (!force) {
      return error(problem);
    } else {
      errors.push(Value::Map{{"user", user}, {"ok", false}, {"error", problem}});
    }
  }
  for (const std::string& user : good) {
    channel->members.insert(user);
    if (channel->is_private) happenings_.push_back({"invite", channel->id, {}, {}, user, {}, false});
    emit_event(Value::Map{{"type", "member_joined_channel"},
                          {"user", user},
                          {"channel", channel->id},
                          {"channel_type", "C"},
                          {"team", "T1"},
                          {"inviter", bot_user},
                          {"event_ts", next_ts()}});
  }
  Value answer = ok({{"channel", channel_value(*channel)}});
  if (!errors.as_list().empty()) answer.set("errors", errors);
  return answer;
}

Value SlackCore::kick(const Arguments& a) {
  const auto it = channels.find(argument(a, "channel"));
  const std::string user = argument(a, "user");
  if (it == channels.end()) return error("channel_not_found");
  if (user == bot_user) return error("cant_kick_self");
  if (!users.contains(user)) return error("user_not_found");
  SlackChannel& channel = it->second;
  // Archiving has thrown the bot out: it takes nobody else out any more.
  if (!channel.members.contains(bot_user) || channel.members.erase(user) == 0) return error("not_in_channel");
  if (channel.is_private) happenings_.push_back({"remove", channel.id, {}, {}, user, {}, false});
  emit_event(Value::Map{{"type", "member_left_channel"},
                        {"user", user},
                        {"channel", channel.id},
                        {"channel_type", channel.is_private ? "G" : "C"},
                        {"team", "T1"},
                        {"event_ts", next_ts()}});
  return ok({{"errors", Value::Map{}}});
}

Value SlackCore::join(const Arguments& a) {
  SlackChannel* channel = nullptr;
  const auto it = channels.find(argument(a, "channel"));
  if (it == channels.end()) return error("channel_not_found");
  channel = &it->second;
  if (channel->archived) return error("is_archived");
  if (channel->is_private) return error("method_not_supported_for_channel_type");
  channel->members.insert(bot_user);
  return ok({{"channel", channel_value(*channel)}});
}

void SlackCore::archive_by_hand(const std::string& user, const std::string& channel) {
  channels.at(channel).archived = true;
  channels.at(channel).members.erase(bot_user);
  emit_event(Value::Map{{"type", "channel_archive"}, {"channel", channel}, {"user", user}, {"event_ts", next_ts()}});
}

void SlackCore::invite_bot(const std::string& user, const std::string& channel) {
  channels.at(channel).members.insert(bot_user);
  emit_event(Value::Map{{"type", "member_joined_channel"},
                        {"user", bot_user},
                        {"channel", channel},
                        {"channel_type", channels.at(channel).is_private ? "G" : "C"},
                        {"team", "T1"},
                        {"inviter", user}});
}

Value SlackCore::open_direct(const Arguments& a) {
  const std::string user = argument(a, "users");
  if (!users.contains(user)) return error("user_not_found");
  for (const auto& [id, channel] : channels) {
    if (channel.im_of == user && channel.members.contains(bot_user)) return ok({{"channel", Value::Map{{"id", id}}}});
  }
  SlackChannel channel;
  channel.id = "D" + std::to_string(100 + ++serial_);
  channel.im_of = user;
  channel.members = {bot_user, user};
  channels[channel.id] = channel;
  return ok({{"channel", Value::Map{{"id", channel.id}}}});
}

Value SlackCore::set_topic(const Arguments& a) {
  SlackChannel* channel = nullptr;
  if (Value problem = writable(argument(a, "channel"), channel); !problem.is_null()) return problem;
  if (code_point_count(argument(a, "topic")) > 250) return error("too_long");
  channel->topic = argument(a, "topic");
  happenings_.push_back({"topic", channel->id, {}, channel->topic, {}, {}, false});
  return ok({{"channel", channel_value(*channel)}});
}

Value SlackCore::set_purpose(const Arguments& a) {
  SlackChannel* channel = nullptr;
  if (Value problem = writable(argument(a, "channel"), channel); !problem.is_null()) return problem;
  if (code_point_count(argument(a, "purpose")) > 250) return error("too_long");
  channel->purpose = argument(a, "purpose");
  return ok();
}

// Archiving throws the bot out, and no bot token brings the channel back.
Value SlackCore::archive(const Arguments& a) {
  const auto it = channels.find(argument(a, "channel"));
  if (it == channels.end()) return error("channel_not_found");
  if (it->second.archived) return error("already_archived");
  if (!it->second.members.contains(bot_user)) return error("not_in_channel");
  it->second.archived = true;
  it->second.members.erase(bot_user);
  happenings_.push_back({"archive", it->first, {}, {}, {}, {}, false});
  return ok();
}

Value SlackCore::unarchive(const Arguments& a) {
  const auto it = channels.find(argument(a, "channel"));
  if (it == channels.end()) return error("channel_not_found");
  return error(it->second.archived ? "not_in_channel" : "not_archived");
}

Value SlackCore::list_channels(const Arguments& a) {
  // An empty page first: a short one is not the last.
  Value list = Value::List{};
  const std::string cursor = argument(a, "cursor");
  std::size_t from = cursor.empty() ? 0 : static_cast<std::size_t>(std::stoul(cursor.substr(0, cursor.find('='))));
  std::vector<const SlackChannel*> all;
  const bool direct = argument(a, "types") == "im";
  for (const auto& [id, c] : channels) {
    const bool wanted = c.im_of.empty() != direct;
    if (wanted && !(c.archived && argument(a, "exclude_archived") == "true")) all.push_back(&c);
  }
  if (!cursor.empty()) {
    for (std::size_t i = from - 1; i < std::min(from - 1 + listed_at_once, all.size()); ++i)
      list.push(channel_value(*all[i]));
    from += listed_at_once;
  } else {
    from = 1;
  }
  const std::string next = from <= all.size() ? std::to_string(from) + "==" : "";
  return ok({{"channels", list}, {"response_metadata", Value::Map{{"next_cursor", next}}}});
}

Value SlackCore::channel_info(const Arguments& a) {
  const auto it = channels.find(argument(a, "channel"));
  const bool found = it != channels.end() && !hidden(it->second);
  return found ? ok({{"channel", channel_value(it->second)}}) : error("channel_not_found");
}

Value SlackCore::members(const Arguments& a) {
  const auto it = channels.find(argument(a, "channel"));
  if (it == channels.end()) return error("channel_not_found");
  Value list = Value::List{};
  for (const std::string& user : it->second.members) list.push(user);
  return ok({{"members", list}, {"response_metadata", Value::Map{{"next_cursor", ""}}}});
}

Value SlackCore::pins_add(const Arguments& a) {
  SlackChannel* channel = nullptr;
  if (Value problem = writable(argument(a, "channel"), channel); !problem.is_null()) return problem;
  const auto it = channel->posts.find(argument(a, "timestamp"));
  if (it == channel->posts.end()) return error("message_not_found");
  if (std::exchange(it->second.pinned, true)) return error("already_pinned");
  it->second.pinned_by = bot_user;
  happenings_.push_back({"pin", channel->id, it->first, {}, {}, {}, false});
  return ok();
}

Value SlackCore::pins_remove(const Arguments& a) {
  SlackChannel* channel = nullptr;
  if (Value problem = writable(argument(a, "channel"), channel); !problem.is_null()) return problem;
  const auto it = channel->posts.find(argument(a, "timestamp"));
  if (it == channel->posts.end() || !std::exchange(it->second.pinned, false)) return error("no_pin");
  return ok();
}

Value SlackCore::pins_list(const Arguments& a) {
  const auto it = channels.find(argument(a, "channel"));
  if (it == channels.end()) return error("channel_not_found");
  if (!it->second.members.contains(bot_user)) return error("not_in_channel");
  Value items = Value::List{};
  for (const auto& [ts, p] : it->second.posts) {
    if (!p.pinned) continue;
    items.push(Value::Map{{"type", "message"},
                          {"channel", it->first},
                          {"created", now_ / 1'000},
                          {"created_by", p.pinned_by},
                          {"message", message_value(p)}});
  }
  return ok({{"items", items}});
}

Value SlackCore::reactions_get(const Arguments& a) {
  const auto it = channels.find(argument(a, "channel"));
  if (it == channels.end()) return error("channel_not_found");
  const auto p = it->second.posts.find(argument(a, "timestamp"));
  if (p == it->second.posts.end()) return error("message_not_found");
  const bool full = argument(a, "full") == "true";
  return ok({{"type", "message"}, {"channel", it->first}, {"message", message_value(p->second, full)}});
}

Value SlackCore::reactions_add(const Arguments& a) {
  SlackChannel* channel = nullptr;
  if (Value problem = writable(argument(a, "channel"), channel); !problem.is_null()) return problem;
  const auto it = channel->posts.find(argument(a, "timestamp"));
  if (it == channel->posts.end()) return error("message_not_found");
  if (!it->second.reactions[argument(a, "name")].insert(bot_user).second) return error("already_reacted");
  return ok();
}

Value SlackCore::bookmarks_add(const Arguments& a) {
  SlackChannel* channel = nullptr;
  if (Value problem = writable(argument(a, "channel_id"), channel); !problem.is_null()) return problem;
  if (argument(a, "type") != "link") return error("invalid_bookmark_type");
  if (const std::string link = argument(a, "link"); !link.starts_with("http")) return error("invalid_link");
  if (argument(a, "title").empty()) return error("missing_argument");
  if (channel->bookmarks.size() >= 100) return error("too_many_bookmarks");
  Value bookmark = Value::Map{
      {"id", "Bk" + std::to_string(++serial_)}, {"title", argument(a, "title")}, {"link", argument(a, "link")}};
  channel->bookmarks.push_back(bookmark);
  return ok({{"bookmark", bookmark}});
}

Value SlackCore::bookmarks_edit(const Arguments& a) {
  SlackChannel* channel = nullptr;
  if (Value problem = writable(argument(a, "channel_id"), channel); !problem.is_null()) return problem;
  for (Value& b : channel->bookmarks) {
    if (b["id"].as_string() != argument(a, "bookmark_id")) continue;
    for (const char* name : {"title", "link"}) {
      if (!argument(a, name).empty()) b.set(name, argument(a, name));
    }
    return ok({{"bookmark", b}});
  }
  return error("not_found");
}

Value SlackCore::bookmarks_list(const Arguments& a) {
  const auto it = channels.find(argument(a, "channel_id"));
  if (it == channels.end()) return error("channel_not_found");
  Value list = Value::List{};
  for (const Value& b : it->second.bookmarks) list.push(b);
  return ok({{"bookmarks", list}});
}

}  // namespace muster::doubles
