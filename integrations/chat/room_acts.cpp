// What people do in the room: checked here, stored by the listener, shown afterwards.
#include "bot/base/hash.h"
#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "bot/core/chat/message.h"
#include "integrations/chat/room.h"

namespace muster {

namespace {

constexpr std::size_t emoji_bytes_max = 32;
constexpr std::size_t reactions_max = 24;  // kinds per post

bool good_client_id(std::string_view id) {
  if (id.size() < 8 || id.size() > 64) return false;
  for (const char c : id) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && c != '-' && c != '_') return false;
  }
  return true;
}

// The last part of a path, without what a file system or a header would obey.
std::string harmless_file_name(std::string_view name) {
  if (const std::size_t slash = name.find_last_of("/\\"); slash != name.npos) name.remove_prefix(slash + 1);
  std::string out;
  for (const char c : repair_utf8(name)) {
    const auto u = static_cast<unsigned char>(c);
    if (u >= 0x20 && u != 0x7F) out += std::string_view("\"<>:|?*").find(c) == std::string_view::npos ? c : '_';
  }
  while (out.starts_with('.')) out.erase(0, 1);
  out = clip_bytes(out, 120);
  return out.empty() ? "file" : out;
}

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

Result<void> check_text(const std::string& text) {
  if (blank(text)) return fail(ErrorKind::invalid, "There is nothing to say.", "Type a message first.");
  if (text.size() > Room::text_bytes_max) {
    return fail(ErrorKind::invalid, "The message is longer than " + std::to_string(Room::text_bytes_max) + " bytes.",
                "Send it in parts.");
  }
  return {};
}

}  // namespace

Result<void> Room::check_place(const Act& act) const {
  const RoomChannel* in = channel(act.channel);
  if (!in || !shows(act.channel, act.user))
    return fail(ErrorKind::not_found, "There is no channel " + act.channel + ".", "Choose one from the list.");
  if (in->archived) return fail(ErrorKind::conflict, act.channel + " is archived.", "Speak in another channel.");
  if (!act.thread.empty() && !may_see(act.user, act.channel, act.thread)) {
    return fail(ErrorKind::not_found, "The thread is no longer here.", "Speak in the channel itself.");
  }
  return {};
}

Result<void> Room::check_post(const Act& act) const {
  if (auto place = check_place(act); !place) return place;
  const RoomPost* on = post(act.channel, act.post_id);
  if (!on || on->deleted || !may_see(act.user, act.channel, act.post_id)) {
    return fail(ErrorKind::not_found, "The post is no longer here.", "Reload the page.");
  }
  return {};
}

Result<void> Room::check_own(const Act& act) const {
  if (auto there = check_post(act); !there) return there;
  const RoomPost* own = post(act.channel, act.post_id);
  if (own->bot || own->author != act.user) {
    return fail(ErrorKind::unauthorized, "Only its author may change a post.");
  }
  return {};
}

Result<void> Room::check_files(const Act& act) const {
  std::int64_t more = 0;
  for (const ChatFile& file : act.files) {
    if (file.bytes.empty()) return fail(ErrorKind::invalid, "The file is empty.", "Choose another.");
    if (file.bytes.size() > file_bytes_max) {
      return fail(ErrorKind::invalid, "The file is larger than 4 MB.", "Put it elsewhere and post a link.");
    }
    more += static_cast<std::int64_t>(file.bytes.size());
  }
  if (more > 0 && file_bytes_ + more > files_bytes_max) {
    return fail(ErrorKind::conflict, "The files in the room have reached 512 MB together.",
                "Delete posts whose files nobody needs any more, or post a link.");
  }
  return {};
}

ChatEvent Room::event(std::string kind, Act act) {
  ChatEvent e;
  e.platform = name();
  // The person is part of the id: two people's clients can never collide.
  e.id = good_client_id(act.client_id) ? "room:" + act.user + ":" + act.client_id
                                       : "room:" + boot_ + ":" + std::to_string(++serial_);
  e.kind = std::move(kind);
  e.channel = std::move(act.channel);
  e.thread = std::move(act.thread);
  e.post_id = act.post_id.empty() ? e.id : std::move(act.post_id);
  e.user = std::move(act.user);
  e.text = std::move(act.text);
  e.emoji = std::move(act.emoji);
  e.files = std::move(act.files);
  e.can_open_form = act.shows_forms;
  e.at = clock_.now();
  // What is marked, edited or deleted; of a message or a button in a thread: the post it hangs on.
  const RoomPost* pressed = e.kind == "button" ? post(e.channel, e.post_id) : nullptr;
  if (pressed && e.thread.empty()) e.thread = pressed->thread;
  if (e.kind != "message" && e.kind != "button")
    e.about = about(e.channel, e.post_id);
  else if (!e.thread.empty())
    e.about = about(e.channel, e.thread);
  return e;
}

Said Room::about(const std::string& channel, const std::string& post_id) const {
  const RoomPost* found = post(channel, post_id);
  if (!found || found->deleted || !found->private_to.empty()) return {};
  Said said;
  said.post_id = found->id;
  said.thread = found->thread;
  said.author = found->bot ? "muster" : found->author;
  said.by_bot = found->bot;
  said.text = found->bot ? plain_text(message_from(message_of(*found))) : found->text;
  said.at = found->created_ms;
  for (const RoomFile& f : found->files) said.files.push_back({f.id, f.name, {}, f.size, f.sha256});
  return said;
}

void Room::submit(ChatEvent e, Done done) {
  if (!listener_) {
    if (done) done(fail(ErrorKind::unavailable, "The bot is not listening yet.", "Try again in a moment."));
    return;
  }
  const bool shown_here = e.kind != "message" && e.kind != "button" && e.kind != "form";
  const ChatEvent copy = shown_here ? e : ChatEvent{};
  listener_(std::move(e), [this, copy, shown_here, done = std::move(done)](Result<void> accepted) {
    if (accepted && shown_here) apply(copy);
    if (done) done(accepted);
  });
}

namespace {

void refuse(const Result<void>& why, const Room::Done& done) {
  if (done) done(why);
}

}  // namespace

void Room::say(std::string user, std::string channel, std::string thread, std::string text, Done done) {
  Act act;
  act.user = std::move(user);
  act.channel = std::move(channel);
  act.thread = std::move(thread);
  act.text = std::move(text);
  say(std::move(act), std::move(done));
}

void Room::say(Act act, Done done) {
  Result<void> ok = check_place(act);
  if (ok && (act.files.empty() || !act.text.empty())) ok = check_text(act.text);
  if (ok) ok = check_files(act);
  if (!ok) return refuse(ok, done);
  act.post_id.clear();  // a new post names itself
  std::int64_t more = 0;
  for (ChatFile& file : act.files) {
    file.id = random_token(16);
    file.name = harmless_file_name(redact(file.name).text);
    more += static_cast<std::int64_t>(file.bytes.size());
  }
  file_bytes_ += more;
  submit(event("message", std::move(act)), [this, more, done = std::move(done)](const Result<void>& accepted) {
    if (!accepted) file_bytes_ -= more;
    if (done) done(accepted);
  });
}

void Room::press(Act act, Done done) {
  Result<void> ok = check_post(act);
  if (ok) ok = check_text(act.text);
  if (!ok) return refuse(ok, done);
  submit(event("button", std::move(act)), std::move(done));
}

void Room::send_form(Act act, std::map<std::string, std::string> fields, FormDone done) {
  Result<void> ok = check_place(act);
  if (ok) ok = check_text(act.text);
  if (!ok) return done(std::unexpected(ok.error()));
  act.shows_forms = false;
  ChatEvent e = event("form", std::move(act));
  e.about = {};
  e.form = std::move(fields);
  const auto answer = std::make_shared<FormAnswer>();
  e.answer = answer;
  submit(std::move(e), [answer, done = std::move(done)](const Result<void>& accepted) {
    if (!accepted) return done(std::unexpected(accepted.error()));
    done(*answer);
  });
}

void Room::edit(Act act, Done done) {
  Result<void> ok = check_own(act);
  if (ok) ok = check_text(act.text);
  if (!ok) return refuse(ok, done);
  submit(event("edit", std::move(act)), std::move(done));
}

void Room::remove(Act act, Done done) {
  if (const Result<void> ok = check_own(act); !ok) return refuse(ok, done);
  ChatEvent gone = event("delete", std::move(act));
  std::int64_t freed = 0;
  for (const RoomFile& file : post(gone.channel, gone.post_id)->files) {
    gone.files_gone.push_back(file.id);
    freed += file.size;
  }
  submit(std::move(gone), [this, freed, done = std::move(done)](const Result<void>& accepted) {
    if (accepted) file_bytes_ -= freed;
    if (done) done(accepted);
  });
}

void Room::react(Act act, bool on, Done done) {
  Result<void> ok = check_post(act);
  if (ok && (act.emoji.empty() || act.emoji.size() > emoji_bytes_max)) {
    ok = fail(ErrorKind::invalid, "That is no reaction.");
  }
  if (!ok) return refuse(ok, done);
  submit(event(on ? "reaction" : "unreaction", std::move(act)), std::move(done));
}

void Room::pin(Act act, bool on, Done done) {
  if (const Result<void> ok = check_post(act); !ok) return refuse(ok, done);
  submit(event(on ? "pin" : "unpin", std::move(act)), std::move(done));
}

void Room::typing(const std::string& user, const std::string& channel_name) {
  if (!channel(channel_name) || !shows(channel_name, user)) return;
  publish(Value::Map{{"kind", "typing"}, {"channel", channel_name}, {"user", user}}, {});
}

void Room::apply(const ChatEvent& e) {
  const std::string channel = room_channel_name(e.channel);
  if (channel.empty()) return;
  if (e.kind == "message") {
    RoomPost post;
    post.id = e.post_id.empty() ? e.id : e.post_id;
    post.channel = channel;
    post.thread = e.thread;
    post.author = e.user;
    post.text = e.text;
    post.created_ms = e.at;
    if (first_time("event:" + e.id)) add(std::move(post));
    return;
  }
  RoomPost* post = find(channel, e.post_id);
  if (!post || post->deleted || !first_time("event:" + e.id)) return;
  change_by_person(*post, e);
}

void Room::change_by_person(RoomPost& post, const ChatEvent& e) {
  if (e.kind == "edit") {
    post.text = e.text;
    post.edited_ms = e.at;
  } else if (e.kind == "delete") {
    post.deleted = true;
    post.pinned = false;
  } else if (e.kind == "pin" || e.kind == "unpin") {
    post.pinned = e.kind == "pin";
  } else if (e.kind == "reaction") {
    if (post.reactions.size() < reactions_max || post.reactions.contains(e.emoji)) {
      post.reactions[e.emoji].insert(e.user);
    }
  } else if (e.kind == "unreaction") {
    post.reactions[e.emoji].erase(e.user);
    if (post.reactions[e.emoji].empty()) post.reactions.erase(e.emoji);
  } else {
    return;
  }
  publish_post(post);
}

}  // namespace muster
