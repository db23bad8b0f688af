#include "tests/doubles/slack/core.h"

#include <algorithm>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "tests/doubles/http_date.h"

namespace muster::doubles {

namespace {

constexpr std::size_t kPostsInBurst = 5;  // a second each is the rate; a short burst is tolerated

Value error(const std::string& code) { return Value::Map{{"ok", false}, {"error", code}}; }
Value ok(Value::Map members = {}) {
  Value v = Value(std::move(members));
  v.set("ok", true);
  return v;
}

std::string argument(const std::map<std::string, std::string>& a, const std::string& name) {
  const auto it = a.find(name);
  return it == a.end() ? std::string() : it->second;
}

Value json_argument(const std::map<std::string, std::string>& a, const std::string& name) {
  auto parsed = parse_json(argument(a, name));
  return parsed ? *parsed : Value();
}

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

// The limits of the block reference; the answer names the first that is passed.
std::string block_problem(const Value& blocks) {
  if (!blocks.is_null() && !blocks.is_list()) return "blocks is no list";
  if (blocks.as_list().size() > 50) return "more than 50 blocks";
  std::set<std::string> ids;
  for (const Value& block : blocks.as_list()) {
    const std::string& type = block["type"].as_string();
    static const std::set<std::string> known = {"section", "actions", "context",  "divider",
                                                "header",  "image",   "rich_text"};
    if (!known.contains(type)) return "unknown block type " + type;
    const std::string& text = block["text"]["text"].as_string();
    if (block.has("text") && (text.empty() || code_point_count(text) > 3'000)) return "section text of a wrong length";
    if (type == "section" && !block.has("text") && block["fields"].as_list().empty()) return "a section without text";
    if (block["fields"].as_list().size() > 10) return "more than 10 fields";
    for (const Value& f : block["fields"].as_list()) {
      const std::size_t n = code_point_count(f["text"].as_string());
      if (n == 0 || n > 2'000) return "field text of a wrong length";
    }
    const auto& elements = block["elements"].as_list();
    if (type == "actions" && (elements.empty() || elements.size() > 25)) return "wrong number of actions";
    if (type == "context" && (elements.empty() || elements.size() > 10)) return "wrong number of context elements";
    for (const Value& e : elements) {
      if (e["type"].as_string() != "button") continue;
      if (!ids.insert(e["action_id"].as_string()).second) return "action_id used twice";
      const std::size_t label = code_point_count(e["text"]["text"].as_string());
      if (label == 0 || label > 75) return "button text of a wrong length";
      if (code_point_count(e["value"].as_string()) > 2'000) return "button value too long";
      const std::string& style = e["style"].as_string();
      if (e.has("style") && style != "primary" && style != "danger") return "unknown button style";
    }
  }
  return {};
}

std::size_t text_of(const Value& v) {
  std::size_t n = v["text"].is_string() ? code_point_count(v["text"].as_string()) : 0;
  for (const auto& [key, member] : v.as_map()) n += member.is_string() ? 0 : text_of(member);
  for (const Value& member : v.as_list()) n += text_of(member);
  return n;
}

}  // namespace

SlackCore::SlackCore(TimeMs now) : now_(now) {
  users[bot_user] = {bot_user, "muster", "muster", "", "T1", true, false};
}

std::string SlackCore::next_ts() {
  last_ts_us_ = std::max(last_ts_us_ + 100, now_ * 1'000);
  std::string micro = std::to_string(last_ts_us_ % 1'000'000);
  return std::to_string(last_ts_us_ / 1'000'000) + "." + std::string(6 - micro.size(), '0') + micro;
}

SlackChannel* SlackCore::channel_named(const std::string& name) {
  for (auto& [id, channel] : channels) {
    if (channel.name == name) return &channel;
  }
  return nullptr;
}

Value SlackCore::message_value(const SlackPost& p) const {
  Value v = Value::Map{{"type", "message"}, {"ts", p.ts}, {"text", p.text}, {"user", p.user}, {"team", "T1"}};
  if (!p.bot_id.empty()) v.set("bot_id", p.bot_id);
  if (!p.bot_id.empty()) v.set("app_id", "A1");
  if (!p.thread_ts.empty()) v.set("thread_ts", p.thread_ts);
  if (!p.edited_ts.empty()) v.set("edited", Value::Map{{"user", p.user}, {"ts", p.edited_ts}});
  for (const auto& [key, value] : {std::pair{"blocks", p.blocks}, {"metadata", p.metadata}, {"files", p.files}}) {
    if (!value.is_null()) v.set(key, value);
  }
  Value reactions = Value::List{};
  for (const auto& [name, who] : p.reactions) {
    Value list = Value::List{};
    for (const std::string& u : who) list.push(u);
    reactions.push(Value::Map{{"name", name}, {"count", static_cast<std::int64_t>(who.size())}, {"users", list}});
  }
  if (!p.reactions.empty()) v.set("reactions", reactions);
  return v;
}

Value SlackCore::channel_value(const SlackChannel& c) const {
  return Value::Map{{"id", c.id},
                    {"name", c.name},
                    {"is_channel", c.im_of.empty()},
                    {"is_im", !c.im_of.empty()},
                    {"is_private", c.is_private},
                    {"is_archived", c.archived},
                    {"is_member", c.members.contains(bot_user)},
                    {"topic", Value::Map{{"value", c.topic}}},
                    {"purpose", Value::Map{{"value", c.purpose}}}};
}

// ---- Web API

const std::map<std::string, SlackCore::Method>& SlackCore::methods() {
  static const std::map<std::string, Method> table = {{"apps.connections.open", &SlackCore::connections_open},
                                                      {"auth.test", &SlackCore::auth_test},
                                                      {"chat.postMessage", &SlackCore::post_message},
                                                      {"chat.postEphemeral", &SlackCore::post_ephemeral},
                                                      {"chat.update", &SlackCore::update},
                                                      {"chat.delete", &SlackCore::delete_message},
                                                      {"chat.getPermalink", &SlackCore::permalink},
                                                      {"conversations.create", &SlackCore::create},
                                                      {"conversations.invite", &SlackCore::invite},
                                                      {"conversations.join", &SlackCore::join},
                                                      {"conversations.open", &SlackCore::open_direct},
                                                      {"conversations.setTopic", &SlackCore::set_topic},
                                                      {"conversations.setPurpose", &SlackCore::set_purpose},
                                                      {"conversations.archive", &SlackCore::archive},
                                                      {"conversations.unarchive", &SlackCore::unarchive},
                                                      {"conversations.list", &SlackCore::list_channels},
                                                      {"conversations.info", &SlackCore::channel_info},
                                                      {"conversations.members", &SlackCore::members},
                                                      {"conversations.history", &SlackCore::history},
                                                      {"conversations.replies", &SlackCore::replies},
                                                      {"pins.add", &SlackCore::pins_add},
                                                      {"pins.remove", &SlackCore::pins_remove},
                                                      {"reactions.add", &SlackCore::reactions_add},
                                                      {"bookmarks.add", &SlackCore::bookmarks_add},
                                                      {"bookmarks.edit", &SlackCore::bookmarks_edit},
                                                      {"bookmarks.list", &SlackCore::bookmarks_list},
                                                      {"users.info", &SlackCore::user_info},
                                                      {"users.lookupByEmail", &SlackCore::user_by_email},
                                                      {"users.list", &SlackCore::user_list},
                                                      {"files.getUploadURLExternal", &SlackCore::upload_url},
                                                      {"files.completeUploadExternal", &SlackCore::upload_complete}};
  return table;
}

SlackReply SlackCore::call(const std::string& method, Arguments arguments, const std::string& token) {
  ++calls[method];
  SlackFault fault;
  bool failing = false;
  for (const std::string& key : {method, std::string("*")}) {
    auto& queue = faults_[key];
    if (failing || queue.empty()) continue;
    fault = queue.front();
    failing = true;
    if (--queue.front().times <= 0) queue.pop_front();
  }
  using Kind = SlackFault::Kind;
  if (failing && fault.kind == Kind::rate_limited) {
    SlackReply reply{429, R"({"ok":false,"error":"ratelimited"})", {}, false};
    if (fault.retry_after_s > 0) reply.headers["Retry-After"] = std::to_string(fault.retry_after_s);
    return reply;
  }
  if (failing && fault.kind == Kind::html_500) return {500, "<html>Server Error</html>", {}, false};
  if (failing && fault.kind == Kind::error) return {200, to_json(error(fault.error)), {}, false};
  if (failing && fault.kind == Kind::stall_before) return {200, {}, {}, true};

  const bool for_app = method == "apps.connections.open";
  const std::string given = token.empty() ? argument(arguments, "token") : token;
  Value answer;
  const auto known = methods().find(method);
  if (given.empty()) {
    answer = error("not_authed");
  } else if (given != (for_app ? app_token : bot_token)) {
    answer = error(given == (for_app ? bot_token : app_token) ? "not_allowed_token_type" : "invalid_auth");
  } else if (known == methods().end()) {
    answer = error("unknown_method");
  } else {
    answer = (this->*known->second)(arguments);
  }
  SlackReply reply{
      200, to_json(answer), {{"X-OAuth-Scopes", granted_scopes}, {"Content-Type", "application/json"}}, false};
  reply.headers["Date"] = http_date(now_ + clock_is_off);
  if (answer["error"].as_string() == "ratelimited") reply = {429, reply.body, {{"Retry-After", "1"}}, false};
  reply.stall = failing && fault.kind == Kind::stall_after;
  return reply;
}

Value SlackCore::connections_open(const Arguments&) {
  if (link_disabled) return error("link_disabled");
  const std::string ticket = "ticket-" + std::to_string(++serial_);
  tickets_.insert(ticket);
  return ok({{"url", link_base + "/link/?ticket=" + ticket + "&app_id=A1"}});
}

Value SlackCore::auth_test(const Arguments&) {
  return ok({{"url", "https://test.slack.com/"},
             {"team", "Test"},
             {"user", "muster"},
             {"team_id", "T1"},
             {"user_id", bot_user},
             {"bot_id", bot_id},
             {"app_id", "A1"},
             {"is_enterprise_install", false}});
}

Value SlackCore::writable(const std::string& id, SlackChannel*& found) {
  const auto it = channels.find(id);
  if (it == channels.end()) return error("channel_not_found");
  found = &it->second;
  if (found->archived) return error("is_archived");
  if (require_membership && found->is_private && !found->members.contains(bot_user)) return error("not_in_channel");
  return {};
}

// A second between posts of one channel, a short burst above it.
bool SlackCore::too_fast(const std::string& channel) {
  auto& times = posted_[channel];
  while (!times.empty() && now_ - times.front() >= static_cast<DurationMs>(kPostsInBurst) * 1'000) times.pop_front();
  if (times.size() >= kPostsInBurst) return true;
  times.push_back(now_);
  return false;
}

void SlackCore::check_limits(const Arguments& a) {
  const Value blocks = json_argument(a, "blocks");
  if (const std::string problem = block_problem(blocks); !problem.empty()) broken_rules.push_back(problem);
  if (text_of(blocks) > 12'000) broken_rules.push_back("more than 12,000 characters in all blocks");
  if (!argument(a, "blocks").empty() && argument(a, "text").empty()) broken_rules.push_back("blocks without text");
  if (argument(a, "metadata").size() > 1'024) broken_rules.push_back("metadata over 1 kB");
}

Value SlackCore::post_message(const Arguments& a) {
  std::string id = argument(a, "channel");
  if (users.contains(id)) id = open_direct({{"users", id}})["channel"]["id"].as_string();
  SlackChannel* channel = nullptr;
  if (Value problem = writable(id, channel); !problem.is_null()) return problem;
  if (argument(a, "text").empty() && argument(a, "blocks").empty()) return error("no_text");
  check_limits(a);
  const Value blocks = json_argument(a, "blocks");
  if (!block_problem(blocks).empty()) return error("invalid_blocks");
  if (too_fast(id)) return error("ratelimited");
  SlackPost post;
  post.ts = next_ts();
  post.user = bot_user;
  post.bot_id = bot_id;
  post.text = argument(a, "text");
  post.blocks = blocks;
  post.metadata = json_argument(a, "metadata");
  post.thread_ts = argument(a, "thread_ts");
  if (!post.thread_ts.empty() && !channel->posts.contains(post.thread_ts)) return error("thread_not_found");
  channel->posts[post.ts] = post;
  happenings_.push_back({"post", id, post.ts, post.text, channel->im_of, blocks, !post.thread_ts.empty()});
  Value event = message_value(post);
  event.set("channel", id);
  event.set("channel_type", channel->im_of.empty() ? "channel" : "im");
  emit_event(event);
  return ok({{"channel", id}, {"ts", post.ts}, {"message", message_value(post)}});
}

Value SlackCore::post_ephemeral(const Arguments& a) {
  SlackChannel* channel = nullptr;
  if (Value problem = writable(argument(a, "channel"), channel); !problem.is_null()) return problem;
  if (!channel->members.contains(argument(a, "user"))) return error("user_not_in_channel");
  check_limits(a);
  happenings_.push_back({"ephemeral",
                         channel->id,
                         {},
                         argument(a, "text"),
                         argument(a, "user"),
                         json_argument(a, "blocks"),
                         !argument(a, "thread_ts").empty()});
  return ok({{"message_ts", next_ts()}});
}

Value SlackCore::update(const Arguments& a) {
  SlackChannel* channel = nullptr;
  if (Value problem = writable(argument(a, "channel"), channel); !problem.is_null()) return problem;
  const auto it = channel->posts.find(argument(a, "ts"));
  if (it == channel->posts.end()) return error("message_not_found");
  if (it->second.bot_id != bot_id) return error("cant_update_message");
  if (code_point_count(argument(a, "text")) > 4'000) return error("msg_too_long");
  check_limits(a);
  const Value blocks = json_argument(a, "blocks");
  if (!block_problem(blocks).empty()) return error("invalid_blocks");
  const Value before = message_value(it->second);
  it->second.text = argument(a, "text");
  it->second.blocks = blocks;
  happenings_.push_back({"edit", channel->id, it->first, it->second.text, {}, blocks, false});
  emit_event(Value::Map{{"type", "message"},
                        {"subtype", "message_changed"},
                        {"hidden", true},
                        {"channel", channel->id},
                        {"ts", next_ts()},
                        {"message", message_value(it->second)},
                        {"previous_message", before}});
  return ok({{"channel", channel->id}, {"ts", it->first}, {"text", it->second.text}});
}

Value SlackCore::delete_message(const Arguments& a) {
  SlackChannel* channel = nullptr;
  if (Value problem = writable(argument(a, "channel"), channel); !problem.is_null()) return problem;
  if (!channel->posts.contains(argument(a, "ts"))) return error("message_not_found");
  channel->posts.erase(argument(a, "ts"));
  return ok();
}

Value SlackCore::permalink(const Arguments& a) {
  std::string digits = argument(a, "message_ts");
  digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
  return ok({{"permalink", "https://test.slack.com/archives/" + argument(a, "channel") + "/p" + digits}});
}

Value SlackCore::create(const Arguments& a) {
  const std::string name = argument(a, "name");
  if (const std::string code = name_error(name); !code.empty()) return error(code);
  if (channel_named(name)) return error("name_taken");
  SlackChannel channel;
  channel.id = "C" + std::to_string(100 + ++serial_);
  channel.name = name;
  channel.is_private = argument(a, "is_private") == "true";
  channel.members.insert(bot_user);
  for (const auto& [id, user] : users) {
    if (everybody_joins) channel.members.insert(id);
  }
  channels[channel.id] = channel;
  happenings_.push_back({"open", channel.id, {}, {}, {}, {}, false});
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

Value SlackCore::open_direct(const Arguments& a) {
  const std::string user = argument(a, "users");
  if (!users.contains(user)) return error("user_not_found");
  for (const auto& [id, channel] : channels) {
    if (channel.im_of == user) return ok({{"channel", Value::Map{{"id", id}}}});
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
  // Pages of two, and an empty one first: a short page is not the last.
  Value list = Value::List{};
  const std::string cursor = argument(a, "cursor");
  std::size_t from = cursor.empty() ? 0 : static_cast<std::size_t>(std::stoul(cursor.substr(0, cursor.find('='))));
  std::vector<const SlackChannel*> all;
  for (const auto& [id, c] : channels) {
    if (c.im_of.empty() && !(c.archived && argument(a, "exclude_archived") == "true")) all.push_back(&c);
  }
  if (!cursor.empty()) {
    for (std::size_t i = from - 1; i < std::min(from + 1, all.size()); ++i) list.push(channel_value(*all[i]));
    from += 2;
  } else {
    from = 1;
  }
  const std::string next = from <= all.size() ? std::to_string(from) + "==" : "";
  return ok({{"channels", list}, {"response_metadata", Value::Map{{"next_cursor", next}}}});
}

Value SlackCore::channel_info(const Arguments& a) {
  const auto it = channels.find(argument(a, "channel"));
  return it == channels.end() ? error("channel_not_found") : ok({{"channel", channel_value(it->second)}});
}

Value SlackCore::members(const Arguments& a) {
  const auto it = channels.find(argument(a, "channel"));
  if (it == channels.end()) return error("channel_not_found");
  Value list = Value::List{};
  for (const std::string& user : it->second.members) list.push(user);
  return ok({{"members", list}, {"response_metadata", Value::Map{{"next_cursor", ""}}}});
}

Value SlackCore::history(const Arguments& a) {
  const auto it = channels.find(argument(a, "channel"));
  if (it == channels.end()) return error("channel_not_found");
  if (!it->second.members.contains(bot_user)) return error("not_in_channel");
  const std::string oldest = argument(a, "oldest"), latest = argument(a, "latest");
  const bool inclusive = argument(a, "inclusive") == "true";
  const std::size_t limit = argument(a, "limit").empty() ? 100 : std::stoul(argument(a, "limit"));
  Value list = Value::List{};
  bool more = false;
  std::string cursor = argument(a, "cursor");
  const std::string before = cursor.empty() ? "" : cursor.substr(0, cursor.find('='));
  for (auto p = it->second.posts.rbegin(); p != it->second.posts.rend(); ++p) {
    const SlackPost& post = p->second;
    if (!post.thread_ts.empty() && post.thread_ts != post.ts) continue;  // replies are asked for by thread
    if (!oldest.empty() && (inclusive ? post.ts < oldest : post.ts <= oldest)) continue;
    if (!latest.empty() && (inclusive ? post.ts > latest : post.ts >= latest)) continue;
    if (!before.empty() && post.ts >= before) continue;
    if (list.as_list().size() == limit) {
      more = true;
      break;
    }
    Value message = message_value(post);
    std::int64_t count = 0;
    std::string last;
    for (const auto& [ts, reply] : it->second.posts) {
      if (reply.thread_ts == post.ts && ts != post.ts) ++count, last = ts;
    }
    if (count > 0) {
      message.set("thread_ts", post.ts);
      message.set("reply_count", count);
      message.set("latest_reply", last);
    }
    list.push(message);
  }
  const std::string next = more ? list.as_list().back()["ts"].as_string() + "==" : "";
  return ok({{"messages", list}, {"has_more", more}, {"response_metadata", Value::Map{{"next_cursor", next}}}});
}

Value SlackCore::replies(const Arguments& a) {
  const auto it = channels.find(argument(a, "channel"));
  if (it == channels.end()) return error("channel_not_found");
  const std::string root = argument(a, "ts"), oldest = argument(a, "oldest");
  if (!it->second.posts.contains(root)) return error("thread_not_found");
  Value list = Value::List{message_value(it->second.posts.at(root))};
  for (const auto& [ts, post] : it->second.posts) {
    if (post.thread_ts == root && ts != root && ts > oldest) list.push(message_value(post));
  }
  return ok({{"messages", list}, {"has_more", false}});
}

Value SlackCore::pins_add(const Arguments& a) {
  SlackChannel* channel = nullptr;
  if (Value problem = writable(argument(a, "channel"), channel); !problem.is_null()) return problem;
  const auto it = channel->posts.find(argument(a, "timestamp"));
  if (it == channel->posts.end()) return error("message_not_found");
  if (std::exchange(it->second.pinned, true)) return error("already_pinned");
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

Value SlackCore::user_info(const Arguments& a) {
  const auto it = users.find(argument(a, "user"));
  if (it == users.end()) return error("user_not_found");
  const SlackUser& u = it->second;
  return ok(
      {{"user", Value::Map{{"id", u.id},
                           {"name", u.name},
                           {"deleted", u.deleted},
                           {"is_bot", u.is_bot},
                           {"tz", "Asia/Seoul"},
                           {"team_id", u.team},
                           {"is_stranger", u.team != "T1"},
                           {"profile",
                            Value::Map{{"real_name", u.real_name}, {"display_name", u.name}, {"email", u.email}}}}}});
}

Value SlackCore::user_by_email(const Arguments& a) {
  for (const auto& [id, user] : users) {
    if (!user.email.empty() && user.email == argument(a, "email")) return user_info({{"user", id}});
  }
  return error("users_not_found");
}

Value SlackCore::user_list(const Arguments& a) {
  if (argument(a, "limit").empty()) return error("limit_required");
  Value list = Value::List{};
  for (const auto& [id, user] : users) list.push(user_info({{"user", id}})["user"]);
  return ok({{"members", list}, {"response_metadata", Value::Map{{"next_cursor", ""}}}});
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
  Value event = message_value(post);
  event.set("subtype", "file_share");
  event.set("channel", channel->id);
  emit_event(event);
  return ok({{"files", list}});
}

}  // namespace muster::doubles
