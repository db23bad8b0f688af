// Interactive dialogs: opened with the trigger of a click within three seconds, as often as one likes; sent by the
// person's client, answered by the integration.
#include <algorithm>

#include "bot/base/base64.h"
#include "bot/base/json.h"
#include "tests/doubles/mattermost/core.h"

namespace muster::doubles {

namespace {

constexpr DurationMs trigger_ms = 3 * second_ms;

HttpResponse problem(int status, const std::string& id) {
  const Value v =
      Value::Map{{"id", id}, {"message", "a localised text that nobody should read"}, {"status_code", status}};
  return {.status = status, .content_type = "application/json", .body = to_json(v), .headers = {}};
}

HttpResponse done(const Value& v) {
  return {.status = 200, .content_type = "application/json", .body = to_json(v), .headers = {}};
}

// The server of 5.37 checks hardly anything; what a client could not show is a mistake of the bot's all the same.
bool showable(const Value& dialog) {
  const auto& elements = dialog["elements"].as_list();
  const bool titled = !dialog["title"].as_string().empty() && dialog["title"].as_string().size() <= 24;
  return titled && !elements.empty() && elements.size() <= 5 && std::ranges::all_of(elements, [](const Value& e) {
           const std::string& type = e["type"].as_string();
           const bool known =
               type == "text" || type == "textarea" || (type == "select" && !e["options"].as_list().empty());
           return known && !e["name"].as_string().empty() && !e["display_name"].as_string().empty();
         });
}

}  // namespace

std::string MattermostCore::new_trigger(const std::string& user_id, const std::string& channel_id) {
  const std::string id = to_base64("trigger " + std::to_string(++serial_));
  triggers_[id] = {user_id, channel_id, clock_.now()};
  return id;
}

HttpResponse MattermostCore::open_dialog(const Value& body) {
  const auto trigger = triggers_.find(body["trigger_id"].as_string());
  if (trigger == triggers_.end()) return problem(400, "interactive_message.decode_trigger_id.base64_decode_failed");
  if (clock_.now() - trigger->second.at > trigger_ms)
    return problem(400, "interactive_message.decode_trigger_id.expired");
  if (body["url"].as_string().empty() || !showable(body["dialog"]))
    return problem(400, "api.context.invalid_body_param.app_error");
  const std::string id = "dialog" + std::to_string(++serial_);
  dialogs_[id] = {id, trigger->second.user_id, trigger->second.channel_id, body["url"].as_string(), body["dialog"]};
  const auto channel = channels_.find(trigger->second.channel_id);
  happenings_.push_back({"form",
                         channel == channels_.end() ? "" : channel->second.name,
                         id,
                         trigger->second.user_id,
                         {},
                         users_.at(trigger->second.user_id).username,
                         false,
                         body["dialog"]});
  to_user("open_dialog", Value::Map{{"dialog", to_json(body)}}, trigger->second.user_id);
  return done(Value::Map{{"status", "OK"}});
}

const MmDialog* MattermostCore::dialog_of(const std::string& user_id) const {
  const MmDialog* newest = nullptr;
  for (const auto& [id, d] : dialogs_)
    if (d.user_id == user_id && (!newest || id.size() > newest->id.size() || id > newest->id)) newest = &d;
  return newest;
}

Value MattermostCore::submission(const std::string& id, const std::map<std::string, std::string>& values) const {
  const MmDialog& d = dialogs_.at(id);
  Value given = Value::Map{};
  for (const Value& e : d.dialog["elements"].as_list()) {
    const std::string name = e["name"].as_string();
    const auto it = values.find(name);
    given.set(name, it == values.end() ? Value() : Value(it->second));
  }
  const auto channel = channels_.find(d.channel_id);
  return Value::Map{{"type", "dialog_submission"},
                    {"url", d.url},
                    {"callback_id", d.dialog["callback_id"]},
                    {"state", d.dialog["state"]},
                    {"user_id", d.user_id},
                    {"channel_id", d.channel_id},
                    {"team_id", channel == channels_.end() ? "" : channel->second.team_id},
                    {"submission", given},
                    {"cancelled", false}};
}

void MattermostCore::dialog_answered(const std::string& id, const HttpResponse& answer) {
  const auto it = dialogs_.find(id);
  if (it == dialogs_.end()) return;
  const auto said = parse_json(answer.body);
  const bool refused = said && ((*said).has("errors") || (*said).has("error"));
  if (!refused) {
    dialogs_.erase(it);
    return;
  }
  it->second.errors = *said;
}

// The client names the address; who sends is what the session says.
HttpResponse MattermostCore::submit_dialog(const Value& body, const MmUser& user) {
  Value sent = body;
  sent.set("user_id", user.id);
  sent.set("type", "dialog_submission");
  const std::string url = body["url"].as_string();
  if (url.empty() || !integration_) return problem(400, "api.context.invalid_body_param.app_error");
  const HttpResponse answer = integration_(url, to_json(sent));
  if (answer.status != 200) return problem(400, "api.post.do_action.action_integration.app_error");
  for (auto& [id, d] : std::map(dialogs_))
    if (d.dialog["state"].as_string() == body["state"].as_string()) dialog_answered(id, answer);
  const auto said = parse_json(answer.body);
  return done(said ? *said : Value(Value::Map{}));
}

}  // namespace muster::doubles
