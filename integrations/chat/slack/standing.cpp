// What stands on the messages that the record has, looked at after a gap: Slack tells of pins and reactions that came
// or went, and of messages that went, only while somebody listens.
#include "bot/base/log.h"
#include "integrations/chat/slack/slack.h"

namespace muster {

namespace {

using Fate = SlackAnswer::Fate;

constexpr std::size_t checked_max = 200;  // messages of a channel that are asked for one by one

std::set<std::string> who_reacted(const Value& reactions, const std::string& emoji) {
  std::set<std::string> users;
  for (const Value& r : reactions.as_list()) {
    if (reaction_name(r["name"].as_string()) != emoji) continue;
    for (const Value& user : r["users"].as_list()) users.insert(user.as_string());
  }
  return users;
}

}  // namespace

void Slack::check_marks(const std::string& channel_id) {
  const std::string ours = out_.directory.ours("channel", channel_id);
  auto filed = out_.filed && !ours.empty() ? out_.filed(ours) : std::nullopt;
  if (!filed) return marks_checked(channel_id);
  std::erase_if(*filed, [](const FiledMessage& m) { return !is_slack_ts(m.post_id); });
  if (filed->size() > checked_max) filed->erase(filed->begin(), filed->end() - checked_max);
  look_up("pins.list", Value::Map{{"channel", channel_id}}, [this, channel_id, filed = *filed](const SlackAnswer& a) {
    if (a.fate == Fate::ok) compare_pins(channel_id, filed, a.body["items"]);
    if (a.fate != Fate::ok)
      log(LogLevel::warn, "the pins of a Slack channel cannot be read", {{"channel", channel_id}, {"why", a.error}});
    to_check_.assign(filed.begin(), filed.end());
    check_next_mark(channel_id);
  });
}

void Slack::compare_pins(const std::string& channel_id, const std::vector<FiledMessage>& filed, const Value& items) {
  std::set<std::string> pinned, known;
  for (const FiledMessage& m : filed)
    if (m.pinned) known.insert(m.post_id);
  for (const Value& item : items.as_list()) {
    const std::string ts = item["message"]["ts"].as_string(), by = item["created_by"].as_string();
    if (ts.empty() || !pinned.insert(ts).second || by == self_.user_id || known.contains(ts)) continue;
    Inbound in;
    in.caught_up = true;
    in.event.event.kind = "pin";
    in.event.event.id = "mark:" + channel_id + ":" + ts + ":pin:" + by + ":" + gap_cursor_;
    in.event.event.channel = channel_id;
    in.event.event.post_id = ts;
    in.event.event.user = by;
    in.event.event.at = item["created"].as_int() * second_ms;
    enqueue(std::move(in), nullptr);
  }
  for (const FiledMessage& m : filed)
    if (m.pinned && !pinned.contains(m.post_id)) recall("unpin", channel_id, m, {}, {});
}

void Slack::check_next_mark(const std::string& channel_id) {
  if (to_check_.empty()) return marks_checked(channel_id);
  const FiledMessage m = to_check_.front();
  to_check_.pop_front();
  const Value arguments = Value::Map{{"channel", channel_id}, {"timestamp", m.post_id}, {"full", true}};
  look_up("reactions.get", arguments, [this, channel_id, m](const SlackAnswer& a) {
    if (a.error == "message_not_found") recall("delete", channel_id, m, {}, {});
    if (a.fate == Fate::ok)
      for (const auto& [person, emoji] : m.reactions)
        if (!stands(a.body["message"]["reactions"], person, emoji)) recall("unreaction", channel_id, m, person, emoji);
    check_next_mark(channel_id);
  });
}

// Whose account is not known here may still be among those who reacted: then nothing is concluded.
bool Slack::stands(const Value& reactions, const std::string& person, const std::string& emoji) const {
  const std::set<std::string> users = who_reacted(reactions, emoji);
  const std::string user = user_id_of(person);
  return !users.empty() && (users.contains(user) || !users_.contains(user));
}

void Slack::recall(const std::string& kind, const std::string& channel_id, const FiledMessage& m,
                   const std::string& person, const std::string& emoji) {
  Inbound in;
  in.caught_up = in.of_record = true;
  in.by = person;
  in.whose = m.author;
  ChatEvent& e = in.event.event;
  e.kind = kind;
  e.channel = channel_id;
  e.post_id = m.post_id;
  e.emoji = emoji;
  e.at = out_.clock.now();
  e.id = kind == "delete" ? "gone:" + channel_id + ":" + m.post_id
                          : kind + ":" + channel_id + ":" + m.post_id + ":" + person + ":" + emoji + ":" + gap_cursor_;
  enqueue(std::move(in), nullptr);
}

ChatEvent Slack::recalled(ChatEvent e, const Inbound& in) {
  e.user = in.by;
  e.about.post_id = e.post_id;
  e.about.author = in.whose;
  e.about.at = slack_time(e.post_id);
  return e;
}

void Slack::marks_checked(const std::string& channel_id) {
  state_coverage(channel_id, blind_);
  catch_up_next();
}

}  // namespace muster
