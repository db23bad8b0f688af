// Who somebody is in the workspace: listed once at the start, else asked when he first speaks, and again after an hour.
#include "integrations/chat/slack/slack.h"

namespace muster {

namespace {

constexpr DurationMs users_hold_ms = hour_ms;
constexpr int people_in_a_page = 200;              // as Slack advises for users.list
constexpr std::size_t listed_people_max = 20'000;  // who comes behind them is asked for when he speaks

}  // namespace

bool Slack::known_user(const std::string& id) {
  const auto known = users_.find(id);
  const TimeMs now = out_.clock.now();
  if (id.empty() || (known != users_.end() && now - known->second.asked_ms < users_hold_ms)) return true;
  inbound_.looking = true;
  look_up_patiently("users.info", Value::Map{{"user", id}}, [this, id](const SlackAnswer& a) {
    // Somebody Slack does not show us is nobody who may act; who was shown before stays as he was.
    const bool shown = a.fate == SlackAnswer::Fate::ok;
    if (shown || !users_.contains(id)) users_[id] = user_of(id, a.body["user"], shown);
    users_[id].asked_ms = out_.clock.now();
    if (shown) tell_standing(id);
    inbound_.looking = false;
    pump();
  });
  return false;
}

Slack::User Slack::user_of(const std::string& id, const Value& u, bool shown_to_us) const {
  const std::string& shown = u["profile"]["display_name"].as_string();
  User user;
  user.name = shown.empty() ? u["name"].as_string() : shown;
  if (user.name.empty()) user.name = id;
  user.is_bot = u["is_bot"].as_bool(!shown_to_us);
  const bool guest = u["is_restricted"].as_bool() || u["is_ultra_restricted"].as_bool();
  user.standing = u["is_stranger"].as_bool() ? "outsider" : guest ? "guest" : "";
  const bool believed = config_.link_by_email && u["is_email_confirmed"].as_bool() && !user.is_bot;
  if (believed && user.standing.empty()) user.email = u["profile"]["email"].as_string();
  return user;
}

// Of people of the configuration: others can be named who may do what a guest may not.
void Slack::tell_standing(const std::string& id) {
  const std::string person = out_.directory.person("", id);
  if (!person.empty()) out_.directory.link("standing", person, users_.at(id).standing);
}

// A page costs what one person costs. It is not urgent: whoever speaks meanwhile is asked for alone, and so is who is
// of another workspace, of whom a list may know less.
void Slack::list_people(const std::string& cursor) {
  Value arguments = Value::Map{{"limit", people_in_a_page}};
  if (!cursor.empty()) arguments.set("cursor", cursor);
  const auto take = [this, cursor](const SlackAnswer& a) {
    if (a.fate != SlackAnswer::Fate::ok) return;
    for (const Value& u : a.body["members"].as_list()) {
      const std::string& id = u["id"].as_string();
      const bool ours = !self_.team_id.empty() && u["team_id"].as_string() == self_.team_id;
      if (id.empty() || !ours || u["deleted"].as_bool() || users_.contains(id)) continue;
      User& user = users_[id] = user_of(id, u, true);
      user.asked_ms = out_.clock.now();
      tell_standing(id);
    }
    const std::string next = next_slack_page(a, cursor);
    if (!next.empty() && users_.size() < listed_people_max) list_people(next);
  };
  look_up("users.list", arguments, take, false);
}

}  // namespace muster
