// What stands on the messages that the record has, looked at after a gap: Slack tells of pins and reactions that came
// or went, and of messages that went, only while somebody listens.
#include <algorithm>
#include <utility>

#include "bot/base/log.h"
#include "integrations/chat/slack/slack.h"

namespace muster {

namespace {

using Fate = SlackAnswer::Fate;

constexpr std::size_t kept_max = 20;    // posts of ours in a channel that are looked for, one by one if not seen
constexpr std::size_t asked_max = 100;  // messages of a channel that are asked for one by one: two minutes of its rate

// Slack cuts lists of people short; what it counts is right.
bool is_whole(const Value& reactions) {
  return std::ranges::all_of(reactions.as_list(), [](const Value& r) {
    return r["count"].as_int() <= static_cast<std::int64_t>(r["users"].as_list().size());
  });
}

std::set<std::string> who_reacted(const Value& reactions, const std::string& emoji) {
  std::set<std::string> users;
  for (const Value& r : reactions.as_list()) {
    if (reaction_name(r["name"].as_string()) != emoji) continue;
    for (const Value& user : r["users"].as_list()) users.insert(user.as_string());
  }
  return users;
}

}  // namespace

// What was said elsewhere and is shown here has a ts of its own here.
void Slack::begin_checks(const std::string& channel_id) {
  gap_key_ = gap_cursor_ + "@" + std::to_string(rejoined_.contains(channel_id) ? out_.clock.now() : gap_.start());
  filed_.clear();
  unseen_.clear();
  doubtful_ = 0;
  const std::string ours = out_.directory.ours("channel", channel_id);
  auto filed = out_.filed && !ours.empty() ? out_.filed(ours) : std::nullopt;
  recorded_ = filed.has_value();
  if (!filed) filed.emplace();
  for (FiledMessage& m : *filed) {
    const std::string copy = out_.directory.theirs("post", ours + "/" + m.post_id);
    if (!copy.empty()) m.said_there = false;  // by us
    const std::string ts = copy.empty() ? m.post_id : copy;
    if (is_slack_ts(ts) && (m.said_there || m.marked())) filed_[ts] = std::move(m);
  }
  unchecked_ = filed_;
  kept_.clear();
  const auto kept = out_.kept && !ours.empty() ? out_.kept(ours) : std::vector<std::string>();
  for (const std::string& post : kept)
    if (const std::string ts = out_.directory.theirs("post", ours + "/" + post); is_slack_ts(ts)) kept_.insert(ts);
  while (kept_.size() > kept_max) kept_.erase(kept_.begin());  // the newest matter most
}

void Slack::check_seen(const std::string& channel_id, const Value& message) {
  kept_.erase(message["ts"].as_string());
  const auto it = unchecked_.find(message["ts"].as_string());
  if (it == unchecked_.end() || !is_whole(message["reactions"])) return;
  compare_reactions(channel_id, it->second, message["reactions"]);
  unchecked_.erase(it);
}

void Slack::check_pins(const std::string& channel_id) {
  look_up("pins.list", Value::Map{{"channel", channel_id}}, [this, channel_id](const SlackAnswer& a) {
    if (a.fate == Fate::ok) {
      compare_pins(channel_id, a.body["items"]);
    } else {
      unseen_.push_back({"pins", {{"platform", "Slack"}, {"why", a.error}}});
      log(LogLevel::warn, "the pins of a Slack channel cannot be read", {{"channel", channel_id}, {"why", a.error}});
    }
    marks_checked(channel_id);
  });
}

void Slack::compare_pins(const std::string& channel_id, const Value& items) {
  std::set<std::string> pinned;
  for (const Value& item : items.as_list()) {
    const std::string ts = item["message"]["ts"].as_string(), by = item["created_by"].as_string();
    const auto known = filed_.find(ts);
    const bool recorded = known != filed_.end() && known->second.pinned;
    if (ts.empty() || !pinned.insert(ts).second || by == self_.user_id || recorded) continue;
    Inbound in;
    in.caught_up = true;
    in.event.event.kind = "pin";
    in.event.event.id = "mark:" + channel_id + ":" + ts + ":pin:" + by + ":" + gap_key_;
    in.event.event.channel = channel_id;
    in.event.event.post_id = ts;
    in.event.event.user = by;
    in.event.event.at = item["created"].as_int() * second_ms;
    enqueue(std::move(in), nullptr);
  }
  for (const auto& [ts, m] : filed_)
    if (m.pinned && !pinned.contains(ts)) recall("unpin", channel_id, m, {}, {});
}

// Those that were not among what was read: in threads, older than that, or with a list of people that was cut.
void Slack::check_marks(const std::string& channel_id) {
  if (!recorded_) return marks_checked(channel_id);
  int left_out = 0;
  to_check_.clear();
  for (auto it = unchecked_.rbegin(); it != unchecked_.rend(); ++it) {
    const FiledMessage& m = it->second;
    if (m.reactions.empty() && !m.said_there) continue;
    if (to_check_.size() < asked_max)
      to_check_.push_back(it->first);
    else if (!m.reactions.empty())
      ++left_out;
  }
  if (left_out > 0)
    unseen_.push_back({"marks_many", {{"n", std::to_string(left_out)}, {"most", std::to_string(asked_max)}}});
  check_next_mark(channel_id);
}

void Slack::check_next_mark(const std::string& channel_id) {
  if (to_check_.empty()) return check_pins(channel_id);
  const std::string ts = to_check_.front();
  const Value arguments = Value::Map{{"channel", channel_id}, {"timestamp", ts}, {"full", true}};
  look_up("reactions.get", arguments, [this, channel_id, ts](const SlackAnswer& a) {
    const FiledMessage& m = unchecked_.at(ts);
    if (a.fate == Fate::ok) compare_reactions(channel_id, m, a.body["message"]["reactions"]);
    if (a.error == "message_not_found" && m.said_there) recall("delete", channel_id, m, {}, {});
    if (a.error == "message_not_found") filed_.erase(ts);
    if (a.fate != Fate::ok && a.error != "message_not_found") {  // then it says the same of all
      const auto marked = [this](const std::string& t) { return !unchecked_.at(t).reactions.empty(); };
      const auto n = std::ranges::count_if(to_check_, marked);
      if (n > 0) unseen_.push_back({"marks", {{"platform", "Slack"}, {"n", std::to_string(n)}, {"why", a.error}}});
      return check_pins(channel_id);
    }
    to_check_.pop_front();
    check_next_mark(channel_id);
  });
}

void Slack::compare_reactions(const std::string& channel_id, const FiledMessage& m, const Value& reactions) {
  bool doubt = false;
  for (const FiledMessage::Reaction& set : m.reactions) {
    const std::optional<bool> there = stands(reactions, set);
    doubt = doubt || !there;
    if (there && !*there) recall("unreaction", channel_id, m, set.person, set.emoji);
  }
  doubtful_ += doubt ? 1 : 0;
}

// By the account that set it. The record of earlier versions has the person only: where that is nobody we know here,
// nothing is concluded.
std::optional<bool> Slack::stands(const Value& reactions, const FiledMessage::Reaction& set) const {
  const std::set<std::string> users = who_reacted(reactions, set.emoji);
  const std::string user = set.account.empty() ? user_id_of(set.person) : set.account;
  if (users.empty() || users.contains(user)) return users.contains(user);
  return !set.account.empty() || users_.contains(user) ? std::optional(false) : std::nullopt;
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
                          : kind + ":" + channel_id + ":" + m.post_id + ":" + person + ":" + emoji + ":" + gap_key_;
  enqueue(std::move(in), nullptr);
}

ChatEvent Slack::recalled(ChatEvent e, const Inbound& in) {
  e.user = in.by;
  e.about.post_id = e.post_id;
  e.about.author = in.whose;
  e.about.at = slack_time(e.post_id);
  return e;
}

void Slack::marks_checked(const std::string& channel_id) { check_next_kept(channel_id); }

// Posts of ours that were not among what was read: older than that, or gone.
void Slack::check_next_kept(const std::string& channel_id) {
  if (kept_.empty()) return read_through(channel_id);
  const std::string ts = kept_.extract(kept_.begin()).value();
  const Value arguments =
      Value::Map{{"channel", channel_id}, {"oldest", ts}, {"latest", ts}, {"inclusive", true}, {"limit", 1}};
  look_up("conversations.history", arguments, [this, channel_id, ts](const SlackAnswer& a) {
    const bool there =
        std::ranges::any_of(a.body["messages"].as_list(), [&](const Value& m) { return m["ts"].as_string() == ts; });
    if (a.fate != Fate::ok) kept_.clear();  // then it says the same of all; the next edit finds out
    if (a.fate == Fate::ok && !there) tell_gone(channel_id, ts);
    check_next_kept(channel_id);
  });
}

void Slack::tell_gone(const std::string& channel_id, const std::string& ts) {
  Inbound in;
  in.caught_up = true;
  in.event.event.kind = "gone";
  in.event.event.id = "ours-gone:" + channel_id + ":" + ts;
  in.event.event.channel = channel_id;
  in.event.event.post_id = ts;
  in.event.event.at = out_.clock.now();
  enqueue(std::move(in), nullptr);
}

void Slack::read_through(const std::string& channel_id) {
  if (doubtful_ > 0) unseen_.push_back({"marks_whose", {{"n", std::to_string(doubtful_)}}});
  if (disordered_ > 0) unseen_.push_back({"disordered", {{"n", std::to_string(disordered_)}}});
  if (const auto early = passed_on_.find(channel_id); early != passed_on_.end())
    unseen_.push_back({"passed_on", {{"time", format_utc_clock(early->second)}}});
  state_coverage(channel_id, std::exchange(unseen_, {}));
  catch_up_next();
}

}  // namespace muster
