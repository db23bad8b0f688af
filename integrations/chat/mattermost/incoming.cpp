// What people do: frames and caught-up posts become chat events, in order, each once. Who wrote it is asked from the
// server: names and props inside a post are the author's to choose.
#include <algorithm>
#include <limits>

#include "bot/base/log.h"
#include "integrations/chat/mattermost/mattermost.h"
#include "integrations/chat/mattermost/names.h"

namespace muster {

using namespace mattermost;

namespace {

constexpr DurationMs overlap_ms = 5 * second_ms;  // read again before the cursor: events of one millisecond
constexpr std::size_t since_max = 1'000;          // the server sends no more, and says nothing about the rest

// A person's words: system lines, command answers and plugins' posts are none.
bool is_speech(const Post& p) { return p.type.empty() || p.type == "me"; }

}  // namespace

void Mattermost::event(const GatewayEvent& e) {
  const std::string& name = e.name;
  if (name == "posted" || name == "post_edited" || name == "post_deleted") return post_event(name, e.data);
  if (name == "reaction_added" || name == "reaction_removed") return reaction_event(e);
  if (name == "user_updated") {
    users_.erase(e.data["user"]["id"].as_string());
  } else if (name == "channel_updated") {
    const Value c = inner(e.data, "channel");
    const auto known = channels_.find(c["id"].as_string());
    if (known != channels_.end()) known->second.name = c["name"].as_string();
    if (known != channels_.end()) topics_[known->first] = c["header"].as_string();
  }
}

void Mattermost::post_event(const std::string& name, const Value& data) {
  const Post p = post_of(inner(data, "post"));
  if (!is_id(p.id) || !is_id(p.channel_id)) return;
  if (data.has("channel_name") && !channels_.contains(p.channel_id)) {
    channels_[p.channel_id] = {data["channel_name"].as_string(), data["channel_type"].as_string(), {}};
  }
  if (p.user_id == me_ || !is_speech(p)) return remember(p.channel_id, p.update_at);
  // A pin or a link preview is an edit of the frame's kind too: an old message must not come out as a new one.
  constexpr TimeMs never = std::numeric_limits<TimeMs>::max();
  if (name != "post_deleted") return take_post(p, name == "posted" ? 0 : never);
  Inbound in;
  in.kind = "delete";
  in.post = p;
  in.user_id = p.user_id;
  in.id = "post:" + p.id + ":d";
  in.at = out_.clock.now();
  enqueue(std::move(in));
}

// A post as it is now: new, edited, deleted, pinned – from a frame or from a catch-up.
void Mattermost::take_post(const Post& p, TimeMs messages_after) {
  if (p.user_id == me_ || !is_speech(p)) return;
  const auto add = [&](const char* kind, const std::string& id, TimeMs at) {
    enqueue({.kind = kind, .post = p, .user_id = p.user_id, .emoji = {}, .id = id, .at = at, .stored = {}});
  };
  const std::string base = "post:" + p.id;
  if (p.delete_at != 0) return add("delete", base + ":d", p.delete_at);
  if (p.edit_at == 0 && p.create_at > messages_after) {
    add("message", base, p.create_at);
  } else if (p.edit_at != 0) {
    // An edited message is no command any more, also when its first form was never seen.
    add("edit", base + ":e" + std::to_string(p.edit_at), p.edit_at);
  }
  if (p.pinned && pinned_.insert(p.id).second) {
    add("pin", base + ":pin" + std::to_string(p.update_at), p.update_at);
  } else if (!p.pinned && pinned_.erase(p.id) != 0) {
    add("unpin", base + ":unpin" + std::to_string(p.update_at), p.update_at);
  }
}

void Mattermost::reaction_event(const GatewayEvent& e) {
  const Value r = inner(e.data, "reaction");
  if (r["user_id"].as_string() == me_) return;
  const bool on = e.name == "reaction_added";
  Inbound in;
  in.kind = on ? "reaction" : "unreaction";
  in.post.id = r["post_id"].as_string();
  in.post.channel_id = e.channel_id;  // not in the reaction
  in.user_id = r["user_id"].as_string();
  in.emoji = r["emoji_name"].as_string();
  in.at = r["create_at"].as_int();
  in.id = in.kind + ":" + in.post.id + ":" + in.user_id + ":" + in.emoji + ":" + std::to_string(in.at);
  if (is_id(in.post.id) && is_id(in.post.channel_id)) enqueue(std::move(in));
}

void Mattermost::enqueue(Inbound in) {
  if (seen_.contains(in.id)) {
    if (in.stored) in.stored({});  // pressed twice
    return;
  }
  if (inbound_.size() + held_.size() >= inbound_max) {
    log(LogLevel::warn, "too many Mattermost events wait: they are read again later", {});
    gateway_.forget();
    inbound_.clear();
    held_.clear();
    return reconnect("too many events wait");
  }
  seen_.insert(in.id);
  seen_order_.push_back(in.id);
  if (seen_order_.size() > seen_max) {
    seen_.erase(seen_order_.front());
    seen_order_.pop_front();
  }
  (catching_up_ ? held_ : inbound_).push_back(std::move(in));
  pump();
}

void Mattermost::pump() {
  if (std::exchange(pumping_, true)) return;
  while (!looking_ && !inbound_.empty() && known(inbound_.front())) {
    const Inbound in = std::move(inbound_.front());
    inbound_.pop_front();
    hand_over(in);
  }
  pumping_ = false;
}

// False: a look-up is under way and pump() goes on after it.
bool Mattermost::known(const Inbound& in) {
  const std::string user = in.user_id, channel = in.post.channel_id;
  if (!users_.contains(user)) {
    looking_ = true;
    look_up("/users/" + path_part(user), [this, user](const Answer& a) {
      if (!a.try_again()) users_[user] = {a.body["username"].as_string(), a.body["is_bot"].as_bool(!a.ok())};
      looking_ = false;
      pump();
    });
    return false;
  }
  if (channels_.contains(channel)) return true;
  looking_ = true;
  look_up("/channels/" + path_part(channel), [this, channel](const Answer& a) {
    if (!a.try_again()) channels_[channel] = {a.body["name"].as_string(), a.body["type"].as_string(), {}};
    looking_ = false;
    pump();
  });
  return false;
}

// A reading call outside of all lanes; broken exchanges come back as they are, after a wait.
void Mattermost::look_up(const std::string& path, std::function<void(const Answer&)> found) {
  const bool life = !ready_ || path.starts_with("/users/me") || path.starts_with("/config");
  queue_.add({.lane = {}, .buckets = {"all"}, .urgent = true, .barrier = false},
             [this, path, life, found = std::move(found)](Job job) {
               queue_.call(job, api_.get(path), [this, job, life, found](const Result<HttpResult>& result) {
                 const Answer a = answer_of(result);
                 if (a.try_again() && !life) return queue_.run_again(job);
                 found(a);
                 queue_.finish(job);
               });
             });
}

std::string Mattermost::channel_name(const std::string& id) {
  std::string ours = out_.directory.ours("channel", id);
  if (!ours.empty()) return ours;
  const Channel& c = channels_.at(id);
  ours = c.name;
  if (c.type == "D" || c.type == "G" || ours.empty()) ours = "direct-" + id;
  for (const auto& [name, called] : config_.channel_names) {
    if (called != c.name || ours != c.name) continue;
    remember_channel(name, id);
    return name;
  }
  // The name belongs to another channel, of another team perhaps: the id keeps them apart.
  if (!out_.directory.theirs("channel", ours).empty()) ours += "-" + id.substr(id.size() - 6);
  out_.directory.link("channel", ours, id);
  return ours;
}

void Mattermost::hand_over(const Inbound& in) {
  const std::string& channel = in.post.channel_id;
  const User& user = users_.at(in.user_id);
  // Other bots' and webhooks' posts never act. `from_webhook` can be forged by a person, who then only mutes himself.
  if (user.is_bot || user.name.empty() || in.post.from_webhook || !listener_) {
    if (in.stored) in.stored(fail(ErrorKind::unauthorized, "This account may not press buttons."));
    return remember(channel, in.post.update_at);
  }
  const std::string person = out_.directory.person(user.name, in.user_id);
  ChatEvent e;
  e.platform = config_.name;
  e.id = in.id;
  e.kind = in.kind;
  e.channel = "#" + channel_name(channel);
  e.thread = in.post.root_id;
  e.post_id = in.post.id;
  e.user = person.empty() ? config_.name + ":" + user.name : person;
  if (in.kind == "message" || in.kind == "edit" || in.kind == "button") e.text = in.post.message;
  e.emoji = in.emoji;
  e.at = in.at;
  e.direct = channels_.at(channel).type == "D";
  listener_(std::move(e), [this, in](const Result<void>& stored) {
    if (in.stored) in.stored(stored);
    if (stored || in.kind == "button") return remember(in.post.channel_id, in.post.update_at);
    seen_.erase(in.id);  // not written: the catch-up of the next connection brings it again
    gateway_.forget();
    if (socket_) reconnect("an event could not be stored");
  });
}

// How far each channel was read.

void Mattermost::remember(const std::string& channel_id, TimeMs update_at) {
  TimeMs& cursor = cursors_[channel_id];
  // What was said before we first came is not ours to act on, also when the cursor's overlap reaches back to it.
  if (cursor == 0 && out_.directory.theirs("since", channel_id).empty()) {
    const bool live = gateway_.live() && !catching_up_;
    out_.directory.link("since", channel_id, std::to_string(live ? update_at - 1 : update_at));
  }
  cursor = std::max(cursor, update_at);
}

void Mattermost::save_cursors() {
  cursors_saved_ms_ = out_.clock.now();
  for (const auto& [channel, at] : cursors_) {
    if (at == 0 || saved_cursors_[channel] == at) continue;
    saved_cursors_[channel] = at;
    out_.directory.link("cursor", channel, std::to_string(at));
  }
}

void Mattermost::catch_up() {
  catching_up_ = true;
  look_up("/users/me/teams/" + team_ + "/channels", [this](const Answer& a) { catch_up_channels(a); });
}

void Mattermost::catch_up_channels(const Answer& a) {
  to_catch_up_.clear();
  for (const Value& c : a.body.as_list()) {
    const std::string id = c["id"].as_string();
    channels_[id] = {c["name"].as_string(), c["type"].as_string(), c["header"].as_string()};
    topics_[id] = c["header"].as_string();
    if (cursors_[id] == 0) cursors_[id] = std::strtoll(out_.directory.theirs("cursor", id).c_str(), nullptr, 10);
    if (cursors_[id] == 0)
      remember(id, std::max<TimeMs>(1, c["last_post_at"].as_int()));  // the server's time, not ours
    else
      to_catch_up_.push_back(id);
  }
  catch_up_next();
}

void Mattermost::catch_up_next() {
  if (to_catch_up_.empty()) {
    catching_up_ = false;
    for (Inbound& in : held_) inbound_.push_back(std::move(in));
    held_.clear();
    save_cursors();
    return pump();
  }
  const std::string id = to_catch_up_.front();
  to_catch_up_.pop_front();
  const std::string since = std::to_string(std::max<TimeMs>(1, cursors_[id] - overlap_ms));
  look_up("/channels/" + id + "/posts?since=" + since, [this, id](const Answer& a) {
    caught_up_posts(id, a);
    catch_up_next();
  });
}

void Mattermost::caught_up_posts(const std::string& channel_id, const Answer& a) {
  std::vector<Post> posts;
  for (const auto& [id, v] : a.body["posts"].as_map()) posts.push_back(post_of(v));
  std::ranges::sort(posts, {}, &Post::update_at);
  if (posts.size() >= since_max) {
    log(LogLevel::warn, "Mattermost sent as many posts as it ever sends: earlier ones may be missing",
        {{"channel", channel_id}});
  }
  // What was missed goes before what is heard live meanwhile, whose copies are known by their ids.
  catching_up_ = false;
  const TimeMs since = std::strtoll(out_.directory.theirs("since", channel_id).c_str(), nullptr, 10);
  const TimeMs after = std::max(since, cursors_[channel_id] - overlap_ms);  // the cursor moves meanwhile
  for (const Post& p : posts) {
    if (is_id(p.id)) take_post(p, after);
  }
  catching_up_ = true;
  caught_up_ += posts.size();
  pump();
}

}  // namespace muster
