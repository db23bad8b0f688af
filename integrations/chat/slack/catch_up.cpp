// After a loss: the history is read from where the channel was last heard, with threads, edits and marks.
#include <algorithm>
#include <utility>

#include "bot/base/log.h"
#include "integrations/chat/slack/slack.h"

namespace muster {

namespace {

using Fate = SlackAnswer::Fate;

bool is_later(const std::string& a, const std::string& b) { return ReadMarks::is_later(a, b); }

constexpr int older_pages_max = 5;                   // of 200 messages each, read again for late replies
constexpr DurationMs direct_within_ms = 7 * day_ms;  // conversations with one person that are read after a loss

std::string now_ts(TimeMs now) { return std::to_string(now / 1'000) + ".000000"; }

}  // namespace

// Events of the time without a connection come again only for some minutes: the history is read instead.
void Slack::catch_up(const std::string& cursor) {
  marks_.gap();
  if (cursor.empty() && std::exchange(catching_up_, true)) {
    again_ = true;  // lost once more meanwhile: the pages read so far may lack the end
    return;
  }
  Value arguments = Value::Map{{"types", "public_channel,private_channel"}, {"limit", 500}, {"exclude_archived", true}};
  if (!cursor.empty()) arguments.set("cursor", cursor);
  look_up("conversations.list", arguments, [this, cursor](const SlackAnswer& a) {
    if (a.fate != Fate::ok) {  // nothing was read: from here again, when the next connection opens
      catching_up_ = again_ = false;
      return log(LogLevel::warn, "what was said meanwhile cannot be read",
                 {{"platform", config_.name}, {"why", a.error}});
    }
    for (const Value& c : a.body["channels"].as_list()) {
      if (!c["is_member"].as_bool()) continue;
      const std::string id = c["id"].as_string();
      channels_[id] = {c["name"].as_string(), c["topic"]["value"].as_string(), false, !c["is_private"].as_bool(true)};
      // What was said before we first came is not ours to act on.
      if (marks_.at(id).empty())
        marks_.begin(id, now_ts(out_.clock.now()));
      else
        to_be_read(id);
    }
    const std::string next = next_slack_page(a, cursor);
    if (!next.empty()) return catch_up(next);
    catch_up_direct({});
  });
}

// Everybody whom the bot ever wrote to has one: only those in which somebody spoke lately are worth a call each. Asked
// for alone, because a right that is missing for them must not cost the channels.
void Slack::catch_up_direct(const std::string& cursor) {
  Value arguments = Value::Map{{"types", "im"}, {"limit", 500}};
  if (!cursor.empty()) arguments.set("cursor", cursor);
  look_up("conversations.list", arguments, [this, cursor](const SlackAnswer& a) {
    for (const Value& c : a.body["channels"].as_list()) {
      const std::string id = c["id"].as_string();
      if (!c["is_im"].as_bool() || id.empty()) continue;
      channels_[id] = {{}, {}, true, false};
      const std::string last = marks_.at(id);
      if (!last.empty() && out_.clock.now() - slack_time(last) < direct_within_ms) to_be_read(id);
    }
    const std::string next = next_slack_page(a, cursor);
    if (a.fate == Fate::ok && !next.empty()) return catch_up_direct(next);
    all_unread_ = again_;  // lost once more meanwhile: there is more to be read than this
    catch_up_next();
  });
}

// Somebody put us out of a channel and in again: what was said there meanwhile is read, nowhere else was a gap.
void Slack::catch_up_one(const std::string& channel_id) {
  if (marks_.at(channel_id).empty()) return;
  marks_.gap();
  rejoined_.insert(channel_id);
  to_be_read(channel_id);
  if (!std::exchange(catching_up_, true)) catch_up_next();
}

// People wait for the channels of incidents: those are read first.
void Slack::to_be_read(const std::string& channel_id) {
  const std::string ours = out_.directory.ours("channel", channel_id);
  const bool first = out_.filed && !ours.empty() && out_.filed(ours).has_value();
  if (first)
    to_catch_up_.insert(to_catch_up_.begin() + static_cast<std::ptrdiff_t>(first_to_catch_up_++), channel_id);
  else
    to_catch_up_.push_back(channel_id);
  unread_[channel_id] += 1;
}

void Slack::one_less_unread(const std::string& channel_id) {
  const auto it = unread_.find(channel_id);
  if (it != unread_.end() && --it->second <= 0) unread_.erase(it);
}

bool Slack::is_unread(const std::string& id) const {
  return unread_.contains(id) || (all_unread_ && !marks_.at(id).empty());
}

// What others wait for is on disk, and so on its way to them, when this says no. Whoever has waited too long waits for
// nothing more of this gap.
bool Slack::reads_before(const std::string& ours, const CopiesWaiting& copies) {
  const std::string id = out_.directory.theirs("channel", ours);
  if (!is_unread(id) || passed_on_.contains(id)) return false;
  const bool too_much = copies.messages > copies_max || copies.bytes > copies_bytes_max;
  const DurationMs waited = out_.clock.now() - copies.since;
  if (!too_much && waited >= 0 && waited < copies_wait_ms) return true;  // a clock that was set back shortens the wait
  // Nothing is heard there now, and what waited since an earlier process was said before the gap.
  if (!connected() && !unread_.contains(id)) return false;
  passed_on_[id] = copies.since;
  log(LogLevel::warn, "what is said in a Slack channel is passed on before what was said there in the gap",
      {{"channel", id}});
  return false;
}

void Slack::catch_up_next() {
  if (!to_catch_up_.empty()) {
    const std::string id = to_catch_up_.front();
    to_catch_up_.pop_front();
    if (first_to_catch_up_ > 0) --first_to_catch_up_;
    found_ = disordered_ = 0;
    handed_to_.clear();
    blind_.clear();
    gap_cursor_ = marks_.at(id);
    begin_checks(id);
    return catch_up_page(id, {});
  }
  catching_up_ = false;
  if (std::exchange(again_, false)) return catch_up({});
  covered();
}

// All is read, and all that was read is on disk: only then is there no gap any more.
void Slack::covered() {
  if (catching_up_ || again_timer_ != 0 || unsettled_ > 0 || !connected()) return;
  marks_.covered();
  gap_.covered();
  passed_on_.clear();
  lines_ahead_.clear();
  save_marks();
}

// Nothing of it is on disk before it is handed over: a process that ends meanwhile reads all of it again.
void Slack::gather(const std::string& ts, Inbound in) {
  const std::size_t bytes = sizeof(Inbound) + in.event.event.text.size() + in.event.event.id.size();
  gathered_.add(ts, std::move(in), bytes, out_.clock.now());
  if (gathered_.is_too_much()) hand_over_gathered();
}

void Slack::hand_over_gathered() {
  const std::string before = handed_to_;
  for (auto& [ts, in] : gathered_.take()) {
    const bool word = in.event.event.kind == "message" || in.event.event.kind == "heard";
    if (word && is_later(before, ts) && !stored_.contains(in.event.event.id)) ++disordered_;
    if (word && is_later(ts, handed_to_)) handed_to_ = ts;
    enqueue(std::move(in), nullptr);
  }
}

void Slack::caught_up_channel(const std::string& channel_id) {
  hand_over_gathered();
  one_less_unread(channel_id);
  check_marks(channel_id);
}

void Slack::cannot_read(const std::string& channel_id, const SlackAnswer& a) {
  const CoverageNote note{"no_history", {{"platform", "Slack"}, {"why", a.error}}};
  if (std::ranges::find(blind_, note) == blind_.end()) blind_.push_back(note);
  log(LogLevel::warn, "the history of a Slack channel cannot be read", {{"channel", channel_id}, {"why", a.error}});
}

void Slack::catch_up_page(const std::string& channel_id, const std::string& cursor) {
  Value arguments = Value::Map{{"channel", channel_id}, {"oldest", gap_cursor_}, {"limit", 200}};
  if (!cursor.empty()) arguments.set("cursor", cursor);
  look_up("conversations.history", arguments, [this, channel_id, cursor](const SlackAnswer& a) {
    if (a.fate != Fate::ok) cannot_read(channel_id, a);
    caught_up_messages(channel_id, a);
    const std::string next = next_slack_page(a, cursor);
    if (!next.empty()) return catch_up_page(channel_id, next);
    if (blind_.empty()) return catch_up_older(channel_id, {}, 0);
    caught_up_channel(channel_id);
  });
}

// Slack has no list of threads: those whose root is older than the gap are found by reading further back. What was
// edited or marked meanwhile is seen on the way.
void Slack::catch_up_older(const std::string& channel_id, const std::string& cursor, int pages) {
  Value arguments = Value::Map{{"channel", channel_id}, {"latest", gap_cursor_}, {"inclusive", true}, {"limit", 200}};
  if (!cursor.empty()) arguments.set("cursor", cursor);
  look_up("conversations.history", arguments, [this, channel_id, cursor, pages](const SlackAnswer& a) {
    if (a.fate != Fate::ok) cannot_read(channel_id, a);
    for (const Value& m : a.body["messages"].as_list()) {
      if (is_later(m["latest_reply"].as_string(), gap_cursor_)) threads_.emplace_back(channel_id, m["ts"].as_string());
      if (is_later(m["edited"]["ts"].as_string(), gap_cursor_)) caught_up_edit(channel_id, m);
      caught_up_marks(channel_id, m);
    }
    const std::string next = next_slack_page(a, cursor);
    if (!next.empty() && pages + 1 < older_pages_max) return catch_up_older(channel_id, next, pages + 1);
    if (!next.empty()) blind_.push_back({"old_threads"});
    catch_up_threads(channel_id);
  });
}

void Slack::caught_up_messages(const std::string& channel_id, const SlackAnswer& a) {
  const auto& newest_first = a.body["messages"].as_list();
  for (auto m = newest_first.rbegin(); m != newest_first.rend(); ++m) caught_up_message(channel_id, *m);
}

void Slack::caught_up_message(const std::string& channel_id, const Value& message) {
  Value event = message;
  event.set("channel", channel_id);
  event.set("type", "message");
  auto heard = slack_event("events_api", Value::Map{{"event", event}}, self_);
  if (heard) {
    // An edited message is no command any more, also when its first form was never seen.
    if (message.has("edited")) {
      heard->event.kind = "heard";
      heard->event.id = "edit:" + channel_id + ":" + heard->event.post_id + ":" + message["edited"]["ts"].as_string();
    }
    caught_up_ += 1;
    found_ += 1;
    gather(message["ts"].as_string(), {*heard, true});
  }
  caught_up_marks(channel_id, message);
  if (message["reply_count"].as_int() > 0) threads_.emplace_back(channel_id, message["ts"].as_string());
}

void Slack::caught_up_edit(const std::string& channel_id, const Value& message) {
  const Value event = Value::Map{{"type", "message"},     {"subtype", "message_changed"},
                                 {"channel", channel_id}, {"ts", message["edited"]["ts"]},
                                 {"message", message},    {"previous_message", Value::Map{}}};
  if (const auto heard = slack_event("events_api", Value::Map{{"event", event}}, self_)) {
    gather(message["edited"]["ts"].as_string(), {*heard, true});
  }
}

// Marks that stand on a message: those the record knows change nothing.
void Slack::caught_up_marks(const std::string& channel_id, const Value& message) {
  const std::string ts = message["ts"].as_string();
  const auto mark = [&](const char* kind, const std::string& user, const std::string& emoji) {
    Inbound in;
    ChatEvent& e = in.event.event;
    e.kind = kind;
    e.id = std::string("mark:") + channel_id + ":" + ts + ":" + kind + ":" + user + ":" + emoji + ":" + gap_key_;
    e.channel = channel_id;
    e.post_id = ts;
    e.user = user;
    e.emoji = emoji;
    in.event.author = message["user"].as_string();
    in.caught_up = true;
    gather(ts, std::move(in));
  };
  check_seen(channel_id, message);
  for (const Value& r : message["reactions"].as_list()) {
    const std::string& name = r["name"].as_string();
    if (out_.is_filing && !out_.is_filing(name)) continue;
    for (const Value& user : r["users"].as_list())
      if (user.as_string() != self_.user_id) mark("reaction", user.as_string(), name);
  }
}

void Slack::catch_up_threads(const std::string& channel_id) {
  if (threads_.empty()) return caught_up_channel(channel_id);
  const auto [channel, root] = threads_.front();
  threads_.pop_front();
  catch_up_thread(channel, root, {});
}

// The history holds no replies; each thread is asked for.
void Slack::catch_up_thread(const std::string& channel, const std::string& root, const std::string& cursor) {
  Value arguments = Value::Map{{"channel", channel}, {"ts", root}, {"limit", 200}};
  if (!cursor.empty()) arguments.set("cursor", cursor);
  look_up("conversations.replies", arguments, [this, channel, root, cursor](const SlackAnswer& a) {
    if (a.fate != Fate::ok) cannot_read(channel, a);
    for (const Value& m : a.body["messages"].as_list()) {
      const std::string& ts = m["ts"].as_string();
      if (ts == root) continue;
      if (is_later(ts, gap_cursor_)) {
        Value reply = m;
        reply.set("reply_count", 0);
        caught_up_message(channel, reply);
        continue;
      }
      if (is_later(m["edited"]["ts"].as_string(), gap_cursor_)) caught_up_edit(channel, m);
      caught_up_marks(channel, m);
    }
    const std::string next = next_slack_page(a, cursor);
    if (!next.empty()) return catch_up_thread(channel, root, next);
    catch_up_threads(channel);
  });
}

}  // namespace muster
