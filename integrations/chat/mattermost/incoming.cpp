// What people do: frames and caught-up posts become chat events, in order, each once. Who wrote it is asked from the
// server: names and props inside a post are the author's to choose.
#include <algorithm>
#include <limits>

#include "bot/base/log.h"
#include "bot/core/commands/grammar.h"
#include "bot/core/commands/words.h"
#include "integrations/chat/mattermost/mattermost.h"
#include "integrations/chat/mattermost/names.h"

namespace muster {

using namespace mattermost;

namespace {

constexpr DurationMs overlap_ms = 5 * second_ms;  // read again before the cursor: events of one millisecond
constexpr std::size_t page_posts = 200;           // of one page
constexpr int back_pages_max = 50;
constexpr std::size_t since_max = 1'000;  // the server sends no more, and says nothing about the rest

// A person's words: system lines, command answers and plugins' posts are none.
bool is_speech(const Post& p) { return p.type.empty() || p.type == "me"; }

// Of our own posts: one that carries somebody's words from another platform.
bool is_copy(const Post& p) { return p.type == "muster_relayed"; }

// The account may be called otherwise than the configuration calls the bot: its mention is one all the same.
std::string with_our_name(const std::string& text, const std::string& account, const std::string& handle) {
  const Addressed to = address(text, account, '\0', false);
  return to.by_mention && account != handle ? "@" + handle + " " + to.command : text;
}

}  // namespace

void Mattermost::event(const GatewayEvent& e) {
  const std::string& name = e.name;
  if (name == "posted" || name == "post_edited" || name == "post_deleted") return post_event(name, e.data);
  if (name == "reaction_added" || name == "reaction_removed") return reaction_event(e);
  if (name == "channel_deleted") return archived_event(e.data);
  if (name == "user_added" && e.data["user_id"].as_string() == me_) return catch_up_one(e.channel_id);
  if (name == "user_updated") {
    users_.erase(e.data["user"]["id"].as_string());
  } else if (name == "channel_converted") {  // to which kind it does not say: the closed one gives nothing away
    const auto known = channels_.find(e.data["channel_id"].as_string());
    if (known != channels_.end()) known->second.type = "P";
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
  constexpr TimeMs never = std::numeric_limits<TimeMs>::max();
  if (p.user_id == me_ && is_copy(p) && name == "post_edited") return take_post(p, never);
  if (p.user_id == me_ && name == "post_deleted") ours_gone(p);
  if (p.user_id == me_ || !is_speech(p)) {
    // What came before it and still waits is not read before it is stored.
    if (inbound_.waiting.empty() && held_.empty()) remember(p.channel_id, p.update_at);
    return;
  }
  // A pin or a link preview is an edit of the frame's kind too: an old message must not come out as a new one.
  if (name != "post_deleted") return take_post(p, name == "posted" ? 0 : never);
  Inbound in;
  in.kind = "delete";
  in.post = p;
  in.user_id = p.user_id;
  in.id = "post:" + p.id + ":d";
  in.by = data["delete_by"].as_string();
  in.at = out_.clock.now();
  enqueue(std::move(in));
  if (p.root_id.empty()) replies_gone(p);
}

// Of our own posts that somebody deleted only those are news that are to be there.
void Mattermost::ours_gone(const Post& p) {
  const std::string ours = out_.directory.ours("post", p.id), name = ours.substr(ours.find('/') + 1);
  if (!is_kept_current(name)) return;
  Inbound in;
  in.kind = "gone";
  in.post.channel_id = p.channel_id;
  in.of_record = name;
  in.at = out_.clock.now();
  in.id = "ours-gone:" + p.id;
  enqueue(std::move(in));
}

// The replies of a deleted post go with it, and no event tells of them.
void Mattermost::replies_gone(const Post& root) {
  const TimeMs read = std::strtoll(marks_.at(root.channel_id).c_str(), nullptr, 10);
  const std::string since = std::to_string(std::max<TimeMs>(1, (read != 0 ? read : root.create_at) - overlap_ms));
  look_up("/channels/" + root.channel_id + "/posts?since=" + since, [this, root](const Answer& a) {
    for (const auto& [id, v] : a.body["posts"].as_map()) {
      const Post p = post_of(v);
      const bool gone = p.root_id == root.id && p.delete_at != 0;
      if (gone && is_id(p.id)) take_post(p, std::numeric_limits<TimeMs>::max());
    }
  });
}

// A post as it is now: new, edited, deleted, pinned – from a frame or from a catch-up.
void Mattermost::take_post(const Post& p, TimeMs messages_after) {
  const bool copy = p.user_id == me_ && is_copy(p);
  if (!copy && (p.user_id == me_ || !is_speech(p))) return;
  const auto add = [&](const char* kind, const std::string& id, TimeMs at) {
    enqueue({.kind = kind, .post = p, .user_id = p.user_id, .emoji = {}, .id = id, .at = at});
  };
  const std::string base = "post:" + p.id;
  // Of a copy nothing but a pin is a person's doing: we pin none.
  if (p.delete_at != 0) {
    if (!copy) add("delete", base + ":d", p.delete_at);
    return;
  }
  if (!copy && p.edit_at == 0 && p.create_at > messages_after) {
    add("message", base, p.create_at);
  } else if (!copy && p.edit_at != 0) {
    // An edited message is no command any more, also when its first form was never seen.
    add("edit", base + ":e" + std::to_string(p.edit_at), p.edit_at);
  }
  if (p.pinned == was_pinned(p.id)) return;
  pinned_[p.id] = p.pinned;
  add(p.pinned ? "pin" : "unpin", base + (p.pinned ? ":pin" : ":unpin") + std::to_string(p.update_at), p.update_at);
}

// A pin that goes while nobody listens leaves no trace but the post without it: what was pinned is kept.
bool Mattermost::was_pinned(const std::string& post) const {
  const auto it = pinned_.find(post);
  return it == pinned_.end() ? out_.directory.theirs("pin", post) == "yes" : it->second;
}

void Mattermost::pin_stored(const Inbound& in, bool stored) {
  if (in.kind != "pin" && in.kind != "unpin") return;
  if (stored)
    out_.directory.link("pin", in.post.id, in.kind == "pin" ? "yes" : "no");
  else
    pinned_.erase(in.post.id);  // not written: it is found again
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
  // Of one that is taken away the server tells when that was, and not when it was made (0).
  in.at = std::max(r["create_at"].as_int(), r["update_at"].as_int());
  if (in.at == 0) in.at = out_.clock.now();
  in.id = in.kind + ":" + in.post.id + ":" + in.user_id + ":" + in.emoji + ":" + std::to_string(in.at);
  if (is_id(in.post.id) && is_id(in.post.channel_id)) enqueue(std::move(in));
}

void Mattermost::enqueue(Inbound in) {
  if (seen_.contains(in.id)) {
    if (in.stored) in.stored({});  // pressed twice
    return;
  }
  if (inbound_.waiting.size() + held_.size() >= inbound_max) {
    log(LogLevel::warn, "too many Mattermost events wait: they are read again later", {});
    gateway_.forget();
    drop_waiting();
    if (in.stored) in.stored(fail(ErrorKind::unavailable, say(out_.language, "slash.not_stored")));
    return reconnect("too many events wait");
  }
  seen_.insert(in.id);
  seen_order_.push_back(in.id);
  if (seen_order_.size() > seen_max) {
    seen_.erase(seen_order_.front());
    seen_order_.pop_front();
  }
  in.is_read_later = catching_up_ && !holding_;
  (holding_ ? held_ : inbound_.waiting).push_back(std::move(in));
  pump();
}

// They come again when the changes are read, as if they had never been here.
void Mattermost::drop_waiting() {
  std::deque<Inbound> dropped = inbound_.drop();
  std::ranges::move(std::exchange(held_, {}), std::back_inserter(dropped));
  for (const Inbound& in : dropped) {
    seen_.erase(in.id);
    pin_stored(in, false);
    if (in.stored) in.stored(fail(ErrorKind::unavailable, say(out_.language, "slash.not_stored")));
  }
}

// Found by reading again: it goes before what is heard live meanwhile.
void Mattermost::enqueue_found(Inbound in) {
  const bool held = std::exchange(holding_, false);
  enqueue(std::move(in));
  holding_ = held;
}

void Mattermost::pump() {
  inbound_.pump([this](Inbound& in) { return known(in); }, [this](const Inbound& in) { hand_over(in); });
}

// False: a look-up is under way and pump() goes on after it.
bool Mattermost::known(Inbound& in) {
  return known_user(in.user_id) && known_user(in.by) && known_channel(in.post.channel_id) && known_about(in);
}

bool Mattermost::known_user(const std::string& user) {
  if (user.empty() || users_.contains(user)) return true;
  inbound_.looking = true;
  look_up_patiently("/users/" + path_part(user), [this, user](const Answer& a) {
    if (!a.try_again()) users_[user] = user_of(a);
    const std::string person = a.ok() ? out_.directory.person(users_[user].name, user) : std::string();
    if (!person.empty()) out_.directory.link("standing", person, users_[user].standing);
    inbound_.looking = false;
    pump();
  });
  return false;
}

// The server shows whether an address was verified to administrators only; otherwise its own rule must say so.
Mattermost::User Mattermost::user_of(const Answer& a) const {
  const Value& v = a.body;
  User u{v["username"].as_string(), v["is_bot"].as_bool(!a.ok())};
  const std::string roles = " " + v["roles"].as_string() + " ";
  if (roles.contains(" system_guest ")) u.standing = "guest";
  if (!v["remote_id"].as_string().empty()) u.standing = "outsider";  // of a server that shares channels with this one
  const bool verified = v["email_verified"].as_bool() || verifies_addresses_;
  if (config_.link_by_email && verified && u.standing.empty() && !u.is_bot) u.email = v["email"].as_string();
  return u;
}

bool Mattermost::known_channel(const std::string& channel) {
  if (channels_.contains(channel)) return true;
  inbound_.looking = true;
  look_up_patiently("/channels/" + path_part(channel), [this, channel](const Answer& a) {
    if (!a.try_again()) channels_[channel] = {a.body["name"].as_string(), a.body["type"].as_string(), {}};
    inbound_.looking = false;
    pump();
  });
  return false;
}

// A reading call outside of all lanes; broken exchanges come back as they are, after a wait.
void Mattermost::look_up(const std::string& path, std::function<void(const Answer&)> found) {
  ask(path, true, std::move(found));
}

// Of an event that waits: while the token is refused nothing is known, and what is not known must not be remembered as
// an answer.
void Mattermost::look_up_patiently(const std::string& path, std::function<void(const Answer&)> found) {
  ask(path, true, std::move(found), true);
}

void Mattermost::ask(const std::string& path, bool again, std::function<void(const Answer&)> found, bool patient) {
  queue_.add({.lane = {}, .buckets = {"all"}, .urgent = true, .barrier = false},
             [this, path, again, patient, found = std::move(found)](Job job) {
               queue_.call(job, api_.get(path), [this, job, again, patient, found](const Result<HttpResult>& result) {
                 const Answer a = answer_of(result);
                 const bool shut = a.status == 401 && patient;
                 if (shut && open_timer_ == 0 && ready_) reconnect("the server no longer accepts the token");
                 if (shut || (a.try_again() && again)) return queue_.run_again(job);
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
  const bool ours = in.kind == "coverage" || in.kind == "archived" || in.kind == "gone" || !in.undone_by.empty();
  const bool on_copy = in.user_id == me_ && (in.kind == "pin" || in.kind == "unpin");
  const User user = ours || on_copy ? User{"muster", false} : users_.at(in.user_id);
  // Other bots' and webhooks' posts never act. `from_webhook` can be forged by a person, who then only mutes himself.
  if (user.is_bot || user.name.empty() || in.post.from_webhook || !listener_) {
    if (in.stored) in.stored(fail(ErrorKind::unauthorized, say(out_.language, "button.no_person")));
    return remember(channel, in.post.update_at);
  }
  ChatEvent e;
  e.platform = config_.name;
  e.id = in.id;
  e.kind = in.kind;
  e.channel = "#" + channel_name(channel);
  e.thread = in.post.root_id;
  e.post_id = in.post.id;
  if (!ours) e.user = person(in.user_id);
  if (!in.undone_by.empty()) e.user = in.undone_by;
  if (!in.of_record.empty()) e.post_id = in.of_record;
  if (!ours && in.kind != "delete" && in.kind != "pin" && in.kind != "unpin") {
    e.account = in.user_id;
    e.standing = user.standing;
    const std::string known = e.user.starts_with(config_.name + ":") ? std::string() : e.user;
    if (!user.email.empty()) e.email_person = out_.directory.person_of_email(known, user.email);
  }
  if (in.kind == "message" || in.kind == "edit" || in.kind == "button" || in.kind == "form") e.text = in.post.message;
  if (in.kind == "message") e.text = with_our_name(e.text, my_name_, out_.bot_handle);
  const bool stars = e.text.size() > 2 && e.text.starts_with('*') && e.text.ends_with('*');
  if (in.post.type == "me" && stars) e.text = e.text.substr(1, e.text.size() - 2);  // the server's, not the person's
  e.emoji = in.emoji;
  e.at = in.at;
  e.direct = channels_.at(channel).type == "D";
  e.is_read_later = in.is_read_later;
  e.is_told_only = in.post.type == "me";
  fill_about(e, in);
  keep_trigger(in, e);
  e.form = in.form;
  e.answer = in.answer;
  e.told = in.told;
  listener_(std::move(e), [this, in](const Result<void>& stored) {
    if (in.stored) in.stored(stored);
    const bool refused = in.answer && !in.answer->taken();
    if (!stored || refused) seen_.erase(in.id);  // not written: it comes again with the next catch-up, or by a person
    if (!stored || refused) pressed_.erase(in.id.substr(0, in.id.rfind(':')));
    pin_stored(in, stored.has_value());
    if (stored || in.kind == "button" || in.kind == "form") return remember(in.post.channel_id, in.post.update_at);
    gateway_.forget();
    if (socket_) reconnect("an event could not be stored");
  });
}

// How far each channel was read.

void Mattermost::remember(const std::string& channel_id, TimeMs update_at) {
  if (update_at <= 0) return;  // a press or a line without a post
  // What was said before we first came is not ours to act on, also when the mark's overlap reaches back to it.
  if (marks_.at(channel_id).empty() && out_.directory.theirs("since", channel_id).empty()) {
    const bool live = gateway_.live() && !holding_;
    out_.directory.link("since", channel_id, std::to_string(live ? update_at - 1 : update_at));
  }
  marks_.heard(channel_id, std::to_string(update_at));
}

// We speak there since then: what is said afterwards while we are cut off is for us, also where nobody was heard yet.
void Mattermost::begin_at(const std::string& channel_id, TimeMs at) {
  const std::string time = std::to_string(std::max<TimeMs>(1, at));
  if (out_.directory.theirs("since", channel_id).empty()) out_.directory.link("since", channel_id, time);
  marks_.begin(channel_id, time);
}

void Mattermost::save_marks() {
  gap_.tick(connected() && !catching_up_);
  marks_saved_ms_ = out_.clock.now();
  marks_.save();
}

void Mattermost::catch_up() {
  marks_.gap();
  holding_ = true;
  if (std::exchange(catching_up_, true)) {
    again_ = true;
    return;
  }
  look_up("/users/me/teams/" + team_ + "/channels", [this](const Answer& a) { catch_up_channels(a); });
}

void Mattermost::catch_up_channels(const Answer& a) {
  if (!a.ok()) {  // nothing was read, and what is heard waits: from the beginning, when the account is seen to work
    catching_up_ = again_ = false;
    gateway_.forget();
    return reconnect("the channels are not shown (" + a.why + ")");
  }
  to_catch_up_.clear();
  know_channels(a);
  for (const Value& c : a.body.as_list()) {
    const std::string id = c["id"].as_string();
    if (marks_.at(id).empty())
      begin_at(id, c["last_post_at"].as_int());  // the server's time, not ours
    else
      to_catch_up_.push_back(id);
  }
  catch_up_next();
}

// Somebody put us out of a channel and in again: what was said there meanwhile is read, nowhere else was a gap.
void Mattermost::catch_up_one(const std::string& channel_id) {
  if (marks_.at(channel_id).empty()) return;
  marks_.gap();
  holding_ = true;
  rejoined_.insert(channel_id);
  to_catch_up_.push_back(channel_id);
  if (!std::exchange(catching_up_, true)) catch_up_next();
}

// Who did it the server does not say; of our own doing the record knows.
void Mattermost::archived_event(const Value& data) {
  Inbound in;
  in.kind = "archived";
  in.post.channel_id = data["channel_id"].as_string();
  in.at = out_.clock.now();
  in.id = "archived:" + in.post.channel_id + ":" + std::to_string(data["delete_at"].as_int());
  found_archived_.insert(in.post.channel_id);
  if (is_id(in.post.channel_id) && !out_.directory.ours("channel", in.post.channel_id).empty()) enqueue(std::move(in));
}

// It was archived while nobody told us: what is refused there says so, once.
void Mattermost::found_archived(const std::string& channel_id) {
  if (!is_id(channel_id) || !found_archived_.insert(channel_id).second) return;
  Inbound in;
  in.kind = "archived";
  in.post.channel_id = channel_id;
  in.at = out_.clock.now();
  in.id = "archived:" + channel_id + ":" + std::to_string(in.at);
  enqueue(std::move(in));
}

void Mattermost::catch_up_next() {
  if (to_catch_up_.empty()) {
    catching_up_ = false;
    if (std::exchange(again_, false)) return catch_up();
    holding_ = false;
    marks_.covered();
    for (Inbound& in : held_) inbound_.waiting.push_back(std::move(in));
    held_.clear();
    gap_.covered();
    save_marks();
    return pump();
  }
  const std::string id = to_catch_up_.front();
  to_catch_up_.pop_front();
  const TimeMs read = std::strtoll(marks_.at(id).c_str(), nullptr, 10);
  const std::string since = std::to_string(std::max<TimeMs>(1, read - overlap_ms));
  look_up("/channels/" + id + "/posts?since=" + since, [this, id](const Answer& a) {
    if (a.body["posts"].as_map().size() >= since_max) return catch_up_pages(id, a, 0);
    caught_up_posts(id, a);
  });
}

// The server sends no more than so many changes at once: what was said before them is read page by page.
void Mattermost::catch_up_pages(const std::string& channel_id, const Answer& so_far, int page) {
  const std::string path =
      "/channels/" + channel_id + "/posts?page=" + std::to_string(page) + "&per_page=" + std::to_string(page_posts);
  look_up(path, [this, channel_id, so_far, page](const Answer& a) {
    Answer all = so_far;
    Value posts = all.body["posts"];
    TimeMs oldest = std::numeric_limits<TimeMs>::max();
    for (const auto& [id, v] : a.body["posts"].as_map()) {
      oldest = std::min(oldest, v["create_at"].as_int());
      if (!posts.has(id)) posts.set(id, v);
    }
    all.body.set("posts", std::move(posts));
    const TimeMs read = std::strtoll(marks_.at(channel_id).c_str(), nullptr, 10);
    const bool more = a.body["posts"].as_map().size() >= page_posts && oldest > read;
    if (a.ok() && more && page + 1 < back_pages_max) return catch_up_pages(channel_id, all, page + 1);
    whole_ = a.ok() && !more;
    caught_up_posts(channel_id, all);
  });
}

void Mattermost::caught_up_posts(const std::string& channel_id, const Answer& a) {
  std::vector<Post> posts;
  for (const auto& [id, v] : a.body["posts"].as_map()) posts.push_back(post_of(v));
  std::ranges::sort(posts, {}, &Post::update_at);
  blind_.clear();
  if (!a.ok()) blind_.push_back({"no_history", {{"platform", "Mattermost"}, {"why", a.why}}});
  if (posts.size() >= since_max) {
    blind_.push_back({std::exchange(whole_, false) ? "changes_cut" : "messages_cut"});
    log(LogLevel::warn, "Mattermost sent as many changes as it ever sends: earlier ones may be missing",
        {{"channel", channel_id}});
  }
  // What was missed goes before what is heard live meanwhile, whose copies are known by their ids.
  holding_ = false;
  const TimeMs since = std::strtoll(out_.directory.theirs("since", channel_id).c_str(), nullptr, 10);
  const TimeMs read = std::strtoll(marks_.at(channel_id).c_str(), nullptr, 10);
  const TimeMs after = std::max(since, read - overlap_ms);
  for (const Post& p : posts) {
    if (is_id(p.id)) take_post(p, after);
    if (is_id(p.id) && p.user_id == me_ && p.delete_at != 0) ours_gone(p);
  }
  for (const auto& [id, v] : a.body["posts"].as_map()) caught_up_marks(v);
  found_ = static_cast<int>(std::ranges::count_if(posts, [&](const Post& p) { return p.create_at > read; }));
  caught_up_ += posts.size();
  holding_ = true;
  check_marks(channel_id, a, blind_.empty());
}

}  // namespace muster
