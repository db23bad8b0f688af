#include "integrations/chat/slack/web_api.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "bot/base/json.h"
#include "bot/base/text.h"

namespace muster {

namespace {

using Codes = std::set<std::string, std::less<>>;
using Fate = SlackAnswer::Fate;

constexpr std::array<bool, 256> bytes_that_stay() {
  std::array<bool, 256> stays{};
  for (const char c : std::string_view("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.~"))
    stays[static_cast<unsigned char>(c)] = true;
  return stays;
}

// Of blocks every third character is encoded.
std::string percent_encoded(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  static constexpr std::array<bool, 256> stays = bytes_that_stay();
  std::string out(text.size() * 3, '\0');
  char* to = out.data();
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (stays[u]) {
      *to++ = c;
      continue;
    }
    *to++ = '%';
    *to++ = digits[u >> 4];
    *to++ = digits[u & 15];
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
  return out;
}

Fate fate_of(std::string_view error) {
  static const Codes was_so = {"already_reacted", "no_reaction", "already_in_channel", "already_pinned",
                               "not_pinned",      "no_pin",      "already_archived",   "not_archived"};
  static const Codes later = {"ratelimited", "rate_limited", "accesslimited", "service_unavailable",
                              "team_added_to_org"};
  static const Codes unclear = {"internal_error", "fatal_error", "request_timeout"};
  static const Codes token = {"not_authed",
                              "invalid_auth",
                              "account_inactive",
                              "token_revoked",
                              "token_expired",
                              "not_allowed_token_type",
                              "org_login_required",
                              "ekm_access_denied",
                              "two_factor_setup_required",
                              "access_denied",
                              "enterprise_is_restricted",
                              "team_access_not_granted"};
  static const Codes configuration = {"missing_scope", "no_permission", "app_access_restricted"};
  if (was_so.contains(error)) return Fate::ok;
  if (later.contains(error)) return Fate::later;
  if (unclear.contains(error)) return Fate::unclear;
  if (token.contains(error)) return Fate::token;
  return configuration.contains(error) ? Fate::configuration : Fate::refused;
}

DurationMs retry_after(const std::map<std::string, std::string>& headers) {
  const auto it = headers.find("retry-after");
  if (it == headers.end()) return 0;
  int seconds = 0;
  const std::string_view text = trim(it->second);
  const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
  return read.ec == std::errc() && seconds > 0 ? std::min(seconds, 3'600) * 1'000 : 0;
}

std::string validation_of(const Value& body) {
  std::vector<std::string> lines;
  for (const Value& line : body["response_metadata"]["messages"].as_list()) lines.push_back(line.as_string());
  return clip(one_line(join(lines, "; ")), 300);
}

// What incoming.cpp reads, and nothing else: each costs a right that an administrator has to grant.
std::vector<std::string> subscribed_events(const SlackNeeds& needs) {
  std::vector<std::string> events = {"app_mention",        "app_uninstalled",       "channel_archive",
                                     "channel_id_changed", "channel_rename",        "group_archive",
                                     "group_rename",       "member_joined_channel", "member_left_channel",
                                     "message.channels",   "message.groups",        "message.im",
                                     "pin_added",          "pin_removed",           "reaction_added",
                                     "reaction_removed",   "tokens_revoked"};
  if (needs.groups) events.insert(events.end() - 1, {"subteam_members_changed", "subteam_updated"});
  return events;
}

Value list_of(const std::vector<std::string>& texts) {
  Value list = Value::List{};
  for (const std::string& text : texts) list.push(text);
  return list;
}

Value features(const SlackManifestOptions& o) {
  Value v = Value::Map{
      {"app_home", Value::Map{{"home_tab_enabled", false},
                              {"messages_tab_enabled", true},
                              {"messages_tab_read_only_enabled", false}}},  // otherwise nobody can write to the bot
      {"bot_user", Value::Map{{"display_name", o.name}, {"always_online", true}}}};
  // In the menu of every message; the callback_id is the command.
  const auto shortcut = [](const char* name, const char* command, const char* what) {
    return Value::Map{{"name", name}, {"type", "message"}, {"callback_id", command}, {"description", what}};
  };
  v.set("shortcuts", Value::List{shortcut("Declare an incident", "declare", "Opens an incident from this message"),
                                 shortcut("Add to the timeline", "pin", "Files this message in the incident")});
  if (o.slash_command.empty()) return v;
  Value command = Value::Map{{"command", o.slash_command},
                             {"description", "Run a muster command"},
                             {"usage_hint", "help"},
                             {"should_escape", true}};
  if (!o.request_url.empty()) command.set("url", o.request_url);
  v.set("slash_commands", Value::List{command});
  return v;
}

}  // namespace

std::string slack_form(const Value& arguments) {
  std::string out;
  for (const auto& [name, value] : arguments.as_map()) {
    if (value.is_null()) continue;
    if (!out.empty()) out += '&';
    out += percent_encoded(name) + '=' + percent_encoded(value.is_string() ? value.as_string() : to_json(value));
  }
  return out;
}

int slack_calls_per_minute(std::string_view method) {
  static const std::map<std::string_view, int> known = {{"apps.connections.open", 1},
                                                        {"auth.test", 100},
                                                        {"chat.postMessage", 240},
                                                        {"chat.update", 50},
                                                        {"chat.delete", 50},
                                                        {"chat.postEphemeral", 100},
                                                        {"chat.getPermalink", 100},
                                                        {"conversations.members", 100},
                                                        {"conversations.create", 20},
                                                        {"conversations.setTopic", 20},
                                                        {"conversations.setPurpose", 20},
                                                        {"conversations.rename", 20},
                                                        {"conversations.archive", 20},
                                                        {"conversations.unarchive", 20},
                                                        {"conversations.list", 20},
                                                        {"pins.add", 20},
                                                        {"pins.remove", 20},
                                                        {"pins.list", 20},
                                                        {"bookmarks.add", 20},
                                                        {"bookmarks.edit", 20},
                                                        {"reactions.remove", 20},
                                                        {"users.info", 100},
                                                        {"users.list", 20},
                                                        {"usergroups.list", 20},
                                                        {"usergroups.users.list", 20},
                                                        {"files.info", 100},
                                                        {"files.getUploadURLExternal", 100},
                                                        {"files.completeUploadExternal", 100},
                                                        {"views.open", 100},
                                                        {"views.push", 100},
                                                        {"views.update", 100},
                                                        {"views.publish", 100}};
  const auto it = known.find(method);
  return it == known.end() ? 50 : it->second;
}

SlackAnswer read_slack_answer(int status, std::string_view body, const std::map<std::string, std::string>& headers) {
  SlackAnswer out;
  out.retry_after_ms = retry_after(headers);
  if (status == 429) {
    out.fate = Fate::later;
    out.error = "ratelimited";
    return out;
  }
  auto parsed = parse_json_without("blocks", body);  // of messages; what they say stands in their text, too
  if (status < 200 || status > 299 || !parsed || !parsed->is_map()) {
    // A gateway's page says nothing about whether the call got through.
    out.error = "http_" + std::to_string(status);
    out.fate = status >= 400 && status < 500 ? Fate::refused : Fate::unclear;
    return out;
  }
  out.body = std::move(*parsed);
  if (out.body["ok"].as_bool()) {
    out.fate = Fate::ok;
    return out;
  }
  out.error = out.body["error"].as_string();
  out.fate = fate_of(out.error);
  out.needed = out.body["needed"].as_string();
  out.provided = out.body["provided"].as_string();
  out.detail = validation_of(out.body);
  return out;
}

std::string next_slack_page(const SlackAnswer& a, const std::string& asked) {
  std::string next = a.body["response_metadata"]["next_cursor"].as_string();
  return next == asked ? std::string() : next;
}

// As the pages of chat.postMessage, chat.update and chat.postEphemeral list them.
bool is_about_form(std::string_view error) {
  static const Codes form = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long",
                             "msg_too_long",   "block_mismatch",        "invalid_attachments"};
  return form.contains(error);
}

bool is_channel_gone(std::string_view error) {
  static const Codes gone = {"is_archived", "channel_not_found", "not_in_channel"};
  return gone.contains(error);
}

std::vector<std::string> slack_scopes(const SlackNeeds& needs) {
  std::vector<std::string> scopes = {"app_mentions:read", "bookmarks:read",  "bookmarks:write", "channels:history",
                                     "channels:join",     "channels:manage", "channels:read",   "chat:write",
                                     "chat:write.public", "files:read",      "files:write",     "groups:history",
                                     "groups:read",       "groups:write",    "im:history",      "im:read",
                                     "im:write",          "pins:read",       "pins:write",      "reactions:read"};
  if (needs.groups) scopes.push_back("usergroups:read");
  scopes.push_back("users:read");
  if (needs.addresses) scopes.push_back("users:read.email");
  return scopes;
}

std::vector<std::string> missing_slack_scopes(std::string_view x_oauth_scopes, const SlackNeeds& needs) {
  Codes have;
  for (const std::string& scope : split(x_oauth_scopes, ',')) have.insert(std::string(trim(scope)));
  std::vector<std::string> missing;
  for (const std::string& scope : slack_scopes(needs)) {
    if (!have.contains(scope)) missing.push_back(scope);
  }
  return missing;
}

// The limits of https://github.com/slackapi/manifest-schema, and what else Slack says of them in words.
std::string slack_manifest_mistake(const SlackManifestOptions& o) {
  const std::size_t name = code_point_count(o.name);
  if (trim(o.name).empty() || name > 35) return "An app's name has 1 to 35 characters.";
  const std::string& slash = o.slash_command;
  const bool plain = slash.find_first_of(" \t\n") == std::string::npos && slash == lower_ascii(slash);
  if (!slash.empty() && (!slash.starts_with('/') || slash.size() < 2 || slash.size() > 32 || !plain))
    return "A slash command is / and 1 to 31 small letters without a space, such as /muster.";
  if (!o.request_url.empty() && (!o.request_url.starts_with("https://") || o.request_url.size() > 3'000))
    return "Slack posts to addresses that begin with https:// only.";
  return {};
}

std::string slack_manifest(const SlackManifestOptions& o) {
  const bool socket = o.request_url.empty();
  std::vector<std::string> scopes = slack_scopes(o.needs);
  scopes.push_back("commands");  // shortcuts need it too
  std::sort(scopes.begin(), scopes.end());
  Value events = Value::Map{{"bot_events", list_of(subscribed_events(o.needs))}};
  Value interactivity = Value::Map{{"is_enabled", true}};
  if (!socket) {
    events.set("request_url", o.request_url);
    interactivity.set("request_url", o.request_url);
  }
  const Value manifest =
      Value::Map{{"_metadata", Value::Map{{"major_version", 1}, {"minor_version", 1}}},
                 {"display_information", Value::Map{{"name", o.name},
                                                    {"description", "Incidents, alerts and an honest record, in chat"},
                                                    {"background_color", "#22303c"}}},
                 {"features", features(o)},
                 {"oauth_config", Value::Map{{"scopes", Value::Map{{"bot", list_of(scopes)}}}}},
                 {"settings", Value::Map{{"event_subscriptions", events},
                                         {"interactivity", interactivity},
                                         {"org_deploy_enabled", false},
                                         {"socket_mode_enabled", socket},
                                         {"token_rotation_enabled", false}}}};
  return to_json(manifest, 2) + "\n";
}

}  // namespace muster
