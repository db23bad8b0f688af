// What the record needs beside the event: the very post that was marked or is meant, its files, and the statement of
// what was heard.
#include <algorithm>

#include "bot/base/log.h"
#include "bot/base/text.h"
#include "integrations/chat/about.h"
#include "integrations/chat/mattermost/mattermost.h"
#include "integrations/chat/mattermost/names.h"

namespace muster {

using namespace mattermost;

namespace {

std::vector<SaidFile> files_of(const Post& p) {
  std::vector<SaidFile> list;
  for (const Value& f : p.files.as_list())
    list.push_back({f["id"].as_string(), f["name"].as_string(), f["mime_type"].as_string(), f["size"].as_int(), {}});
  return list;
}

}  // namespace

// The id of the post that a mark or a line for us is about; empty: none.
std::string Mattermost::post_about(const Inbound& in) const {
  if (in.kind == "reaction") return out_.files(in.emoji) ? in.post.id : std::string();
  if (in.kind != "message" && in.kind != "button") return {};
  const bool direct = in.kind == "button" || channels_.at(in.post.channel_id).type == "D";
  // The answer to a button goes to the thread where its post stands: only the post knows it.
  if (!speaks_of_its_thread(in.post.message, my_name_, out_.prefix, direct))
    return in.kind == "button" ? in.post.id : std::string();
  const std::string link = address_in(in.post.message, api_.site() + "/");
  const std::size_t at = link.find("/pl/");
  if (at != std::string::npos) return link.substr(at + 4, 26);
  return in.kind == "button" && !in.post.id.empty()
             ? in.post.id
             : in.post.root_id;  // of a button: the post that has it leads to the root
}

// False: a look-up is under way and pump() goes on after it.
bool Mattermost::known_about(Inbound& in) {
  if (in.asked) return known_user(in.meant.user_id);
  if (in.about.empty()) in.about = post_about(in);
  if (!is_id(in.about)) return true;
  inbound_.looking = true;
  look_up("/posts/" + path_part(in.about), [this](const Answer& a) {
    Inbound& first = inbound_.waiting.front();
    const Post p = post_of(a.body);
    const bool of_button = first.kind == "button" && p.id == first.post.id;
    inbound_.looking = false;
    if (!a.ok()) log(LogLevel::warn, "a post that is to be recorded cannot be read", {{"why", a.why}});
    if (of_button && is_id(p.root_id)) {
      first.post.root_id = p.root_id;
      if (speaks_of_its_thread(first.post.message, my_name_, out_.prefix, true)) {
        first.about = p.root_id;
        return pump();
      }
    }
    first.asked = true;
    // Whoever names a post of another channel may not be a member there: only public channels are given away.
    const auto place = channels_.find(p.channel_id);
    const bool open = place != channels_.end() && place->second.type == "O";
    if (a.ok() && !of_button && (open || p.channel_id == first.post.channel_id)) first.meant = p;
    pump();
  });
  return false;
}

std::string Mattermost::person(const std::string& user_id) const {
  const auto it = users_.find(user_id);
  if (it == users_.end()) return config_.name + ":" + user_id;
  const std::string known = out_.directory.person(it->second.name, user_id);
  return known.empty() ? config_.name + ":" + it->second.name : known;
}

std::string Mattermost::permalink(const std::string& post_id) const {
  return team_name_.empty() || post_id.empty() ? "" : api_.site() + "/" + team_name_ + "/pl/" + post_id;
}

Said Mattermost::said_of(const Post& p) {
  Said s;
  if (!is_id(p.id)) return s;
  s.post_id = p.id;
  s.channel = channel_name(p.channel_id);
  s.thread = p.root_id;
  s.by_bot = p.user_id == me_;
  s.author = s.by_bot ? "muster" : person(p.user_id);
  s.text = p.message;
  s.permalink = permalink(p.id);
  s.at = p.create_at;
  s.files = files_of(p);
  return s;
}

// Adds to an event what the record wants to know of the message it is about.
void Mattermost::fill_about(ChatEvent& e, const Inbound& in) {
  if (in.kind == "coverage") {
    e.text = in.why;
    e.from_ms = in.from;
    e.found = in.found;
    e.complete = in.why.empty();
    return;
  }
  e.permalink = permalink(in.post.id);
  if (in.kind == "message") e.noted = files_of(in.post);
  if (is_id(in.meant.id)) e.about = said_of(in.meant);
  const bool change = in.kind == "edit" || in.kind == "delete" || in.kind == "pin" || in.kind == "unpin";
  if (change) e.about = said_of(in.post);
  if (in.kind == "delete") e.user = in.by.empty() ? std::string() : person(in.by);  // only newer servers say who
  if (in.kind == "pin" || in.kind == "unpin") e.user.clear();                       // no server says who
  if (in.kind == "button" && !in.post.root_id.empty()) e.thread = in.post.root_id;
  const bool mark = in.kind == "reaction" || in.kind == "unreaction" || in.kind == "button";
  // What was done to a post of ours is done to it by our name for it.
  const std::string ours = mark ? out_.directory.ours("post", in.post.id) : std::string();
  const std::string here = channel_name(in.post.channel_id) + "/";
  if (ours.starts_with(here)) e.post_id = ours.substr(here.size());
}

Result<HttpCall> Mattermost::file_call(const Value& file) const {
  const std::string id = file["id"].as_string();
  if (!is_id(id)) return fail(ErrorKind::invalid, "its id is none");
  return api_.get("/files/" + id);
}

void Mattermost::state_coverage(const std::string& channel_id, int found, const std::string& why) {
  const TimeMs mark = std::strtoll(marks_.at(channel_id).c_str(), nullptr, 10);
  const TimeMs from = rejoined_.erase(channel_id) > 0 ? mark : gap_.start();
  if (from == 0 || out_.directory.ours("channel", channel_id).empty()) return;
  Inbound in;
  in.kind = "coverage";
  in.post.channel_id = channel_id;
  in.at = out_.clock.now();
  in.id = "coverage:" + channel_id + ":" + std::to_string(in.at);
  in.from = from;
  in.found = found;
  in.why = why;
  enqueue(std::move(in));
}

// Reactions that the record has and that went while nobody listened: nothing but the post tells.
void Mattermost::check_marks(const std::string& channel_id) {
  const std::string ours = out_.directory.ours("channel", channel_id);
  const auto filed = out_.filed && !ours.empty() ? out_.filed(ours) : std::nullopt;
  if (!filed) return;
  for (const FiledMessage& m : *filed) {
    if (!is_id(m.post_id) || m.reactions.empty()) continue;
    look_up("/posts/" + m.post_id + "/reactions", [this, channel_id, m](const Answer& a) {
      if (!a.ok()) return;
      for (const auto& [person, emoji] : m.reactions)
        if (!stands(a.body, person, emoji)) recall(channel_id, m, person, emoji);
    });
  }
}

// Whose account is not known here may still be among those who reacted: then nothing is concluded.
bool Mattermost::stands(const Value& reactions, const std::string& person, const std::string& emoji) const {
  const std::string handle = lower_ascii(out_.directory.handle(person));
  bool any = false, known = false;
  for (const Value& r : reactions.as_list()) {
    if (reaction_name(r["emoji_name"].as_string()) != emoji) continue;
    const std::string id = r["user_id"].as_string();
    const auto user = users_.find(id);
    any = true;
    if (id == handle || user == users_.end() || user->second.name == handle) return true;
  }
  for (const auto& [id, user] : users_) known = known || id == handle || user.name == handle;
  return any && !known;
}

void Mattermost::recall(const std::string& channel_id, const FiledMessage& m, const std::string& person,
                        const std::string& emoji) {
  Inbound in;
  in.kind = "unreaction";
  in.post.id = m.post_id;
  in.post.channel_id = channel_id;
  in.undone_by = person;
  in.emoji = emoji;
  in.at = out_.clock.now();
  in.id = "recall:" + m.post_id + ":" + person + ":" + emoji + ":" + std::to_string(in.at);
  enqueue(std::move(in));
}

// Reactions that stand on a post: those the record knows change nothing.
void Mattermost::caught_up_marks(const Value& v) {
  for (const Value& r : v["metadata"]["reactions"].as_list()) {
    Inbound in;
    in.kind = "reaction";
    in.post = post_of(v);
    in.user_id = r["user_id"].as_string();
    in.emoji = r["emoji_name"].as_string();
    in.at = r["create_at"].as_int();
    in.id = in.kind + ":" + in.post.id + ":" + in.user_id + ":" + in.emoji + ":" + std::to_string(in.at);
    if (in.user_id != me_ && is_id(in.post.id) && out_.files(in.emoji)) enqueue(std::move(in));
  }
}

}  // namespace muster
