#include "tests/doubles/slack/core.h"

#include "tests/doubles/http_date.h"
#include "tests/doubles/slack/parts.h"

namespace muster::doubles {

SlackCore::SlackCore(TimeMs now) : now_(now) {
  users[bot_user] = {bot_user, "muster", "muster", "", "T1", true, false};
}

namespace {

std::string ts_of(TimeMs us) {
  const std::string micro = std::to_string(us % 1'000'000);
  return std::to_string(us / 1'000'000) + "." + std::string(6 - micro.size(), '0') + micro;
}

}  // namespace

std::string SlackCore::next_ts() {
  last_ts_us_ = std::max(last_ts_us_ + 100, now_ * 1'000);
  return ts_of(last_ts_us_);
}

// Nothing else has it: the last digits of what was stamped in time end in 00.
std::string SlackCore::earlier_ts(DurationMs ago) {
  return ts_of((now_ - ago) * 1'000 + 1 + static_cast<TimeMs>(serial_++ % 99));
}

SlackChannel* SlackCore::channel_named(const std::string& name) {
  for (auto& [id, channel] : channels) {
    if (channel.name == name) return &channel;
  }
  return nullptr;
}

Value SlackCore::message_value(const SlackPost& p, bool full) const {
  Value v = Value::Map{{"type", "message"}, {"ts", p.ts}, {"text", p.text}, {"user", p.user}, {"team", "T1"}};
  if (!p.bot_id.empty()) v.set("bot_id", p.bot_id);
  if (!p.bot_id.empty()) v.set("app_id", "A1");
  if (!p.thread_ts.empty()) v.set("thread_ts", p.thread_ts);
  if (!p.subtype.empty()) v.set("subtype", p.subtype);
  if (!p.edited_ts.empty()) v.set("edited", Value::Map{{"user", p.user}, {"ts", p.edited_ts}});
  for (const auto& [key, value] : {std::pair{"blocks", p.blocks}, {"metadata", p.metadata}, {"files", p.files}}) {
    if (!value.is_null()) v.set(key, value);
  }
  Value reactions = Value::List{};
  for (const auto& [name, who] : p.reactions) {
    Value list = Value::List{};
    for (const std::string& u : who)
      if (full || list.as_list().size() < reacted_shown) list.push(u);
    if (who.empty()) continue;
    reactions.push(Value::Map{{"name", name}, {"count", static_cast<std::int64_t>(who.size())}, {"users", list}});
  }
  if (!reactions.as_list().empty()) v.set("reactions", reactions);
  return v;
}

Value SlackCore::channel_value(const SlackChannel& c) const {
  return Value::Map{{"id", c.id},
                    {"name", c.name},
                    {"is_channel", c.im_of.empty()},
                    {"is_im", !c.im_of.empty()},
                    {"is_private", c.is_private},
                    {"is_archived", c.archived},
                    {"created", c.created},
                    {"creator", c.creator},
                    {"is_member", c.members.contains(bot_user)},
                    {"topic", Value::Map{{"value", c.topic}}},
                    {"purpose", Value::Map{{"value", c.purpose}}}};
}

// The Web API: which method is whose, and the faults of the way.

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
                                                      {"conversations.kick", &SlackCore::kick},
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
                                                      {"pins.list", &SlackCore::pins_list},
                                                      {"reactions.get", &SlackCore::reactions_get},
                                                      {"pins.add", &SlackCore::pins_add},
                                                      {"pins.remove", &SlackCore::pins_remove},
                                                      {"reactions.add", &SlackCore::reactions_add},
                                                      {"bookmarks.add", &SlackCore::bookmarks_add},
                                                      {"bookmarks.edit", &SlackCore::bookmarks_edit},
                                                      {"bookmarks.list", &SlackCore::bookmarks_list},
                                                      {"users.info", &SlackCore::user_info},
                                                      {"users.lookupByEmail", &SlackCore::user_by_email},
                                                      {"users.list", &SlackCore::user_list},
                                                      {"files.info", &SlackCore::file_info},
                                                      {"files.getUploadURLExternal", &SlackCore::upload_url},
                                                      {"files.completeUploadExternal", &SlackCore::upload_complete},
                                                      {"usergroups.list", &SlackCore::usergroups},
                                                      {"usergroups.users.list", &SlackCore::usergroup_users},
                                                      {"views.open", &SlackCore::views_open}};
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

// What is private and not ours does not exist for us.
bool SlackCore::hidden(const SlackChannel& c) const {
  return (c.is_private || !c.im_of.empty()) && !c.archived && !c.members.contains(bot_user);
}

Value SlackCore::writable(const std::string& id, SlackChannel*& found) {
  const auto it = channels.find(id);
  if (it == channels.end()) return error("channel_not_found");
  found = &it->second;
  if (require_membership && hidden(*found)) return error("channel_not_found");
  if (found->archived) return error("is_archived");
  return {};
}

}  // namespace muster::doubles
