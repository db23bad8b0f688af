// What the record needs beside the event: the very post that was marked or is meant, its files, and the statement of
// what was heard.
#include <algorithm>
#include <iterator>
#include <utility>

#include "bot/base/log.h"
#include "bot/base/text.h"
#include "integrations/chat/about.h"
#include "integrations/chat/mattermost/mattermost.h"
#include "integrations/chat/mattermost/names.h"

namespace muster {

using namespace mattermost;

namespace {

constexpr std::size_t asked_max = 100;  // posts of a channel whose reactions are asked for one by one

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

std::string Mattermost::reads(const std::string& user_id, const std::string& called) const {
  const bool asked = called.empty() || users_.contains(user_id);
  return out_.language_for(asked ? person(user_id) : out_.directory.person(called, user_id));
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
    e.from_ms = in.from;
    e.found = in.found;
    e.complete = in.complete;
    e.notes = in.notes;
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

std::expected<HttpCall, CoverageNote> Mattermost::file_call(const Value& file) const {
  const std::string id = file["id"].as_string();
  if (!is_id(id)) return std::unexpected(CoverageNote{"its id is none"});
  return api_.get("/files/" + id);
}

void Mattermost::state_coverage(const std::string& channel_id) {
  const TimeMs mark = std::strtoll(marks_.at(channel_id).c_str(), nullptr, 10);
  const TimeMs from = rejoined_.erase(channel_id) > 0 ? mark : gap_.start();
  if (from == 0 || out_.directory.ours("channel", channel_id).empty()) return;
  Inbound in;
  in.kind = "coverage";
  in.post.channel_id = channel_id;
  in.at = out_.clock.now();
  in.id = "coverage:" + channel_id + ":" + std::to_string(in.at);
  in.from = from;
  in.found = found_;
  in.complete = blind_.empty();
  in.notes = blind_;
  std::ranges::copy(unseen_, std::back_inserter(in.notes));
  enqueue_found(std::move(in));
}

// Reactions that the record has and that went while nobody listened. A reaction that comes or goes changes its post, so
// it is among the changes, with all that stand on it; only where the server does not show all changes it is asked.
void Mattermost::check_marks(const std::string& channel_id, const Answer& a, bool whole) {
  to_check_.clear();
  unseen_.clear();
  doubtful_ = 0;
  const std::string ours = out_.directory.ours("channel", channel_id);
  auto filed = out_.filed && !ours.empty() ? out_.filed(ours) : std::nullopt;
  if (!filed) filed.emplace();
  for (const FiledMessage& m : *filed) {
    const std::string id = id_there(ours, m);
    if (!is_id(id) || m.reactions.empty()) continue;
    const Value& post = a.body["posts"][id];
    const Value& shown = post["metadata"]["reactions"];
    if (post["delete_at"].as_int() != 0) continue;
    if (post.is_map() && (!shown.as_list().empty() || !post["has_reactions"].as_bool()))
      compare_reactions(channel_id, m, shown);
    else if (post.is_map() || !whole)
      to_check_.push_back(m);
  }
  if (to_check_.size() > asked_max) {
    const std::string n = std::to_string(to_check_.size() - asked_max);
    unseen_.push_back({"marks_many", {{"n", n}, {"most", std::to_string(asked_max)}}});
    to_check_.resize(asked_max);
  }
  check_next_mark(channel_id);
}

// What was said elsewhere and is shown here has an id of its own here.
std::string Mattermost::id_there(const std::string& ours, const FiledMessage& m) const {
  const std::string copy = out_.directory.theirs("post", ours + "/" + m.post_id);
  return copy.empty() ? m.post_id : copy;
}

void Mattermost::check_next_mark(const std::string& channel_id) {
  if (to_check_.empty()) return marks_checked(channel_id);
  const std::string ours = out_.directory.ours("channel", channel_id);
  look_up("/posts/" + id_there(ours, to_check_.front()) + "/reactions", [this, channel_id](const Answer& a) {
    if (a.ok()) compare_reactions(channel_id, to_check_.front(), a.body);
    if (!a.ok() && a.status != 404) {  // then it says the same of all
      const std::string n = std::to_string(to_check_.size());
      unseen_.push_back({"marks", {{"platform", "Mattermost"}, {"n", n}, {"why", a.why}}});
      to_check_.clear();
      return marks_checked(channel_id);
    }
    to_check_.pop_front();
    check_next_mark(channel_id);
  });
}

void Mattermost::compare_reactions(const std::string& channel_id, const FiledMessage& m, const Value& reactions) {
  bool doubt = false;
  for (const FiledMessage::Reaction& set : m.reactions) {
    const std::optional<bool> there = stands(reactions, set);
    doubt = doubt || !there;
    if (there && !*there) recall(channel_id, m, set);
  }
  doubtful_ += doubt ? 1 : 0;
}

// By the account that set it. The record of earlier versions has the person only: where that is nobody we know here,
// nothing is concluded.
std::optional<bool> Mattermost::stands(const Value& reactions, const FiledMessage::Reaction& set) const {
  const std::string handle = lower_ascii(out_.directory.handle(set.person));
  const auto is_theirs = [&](const std::string& id) {
    const auto user = users_.find(id);
    return set.account.empty() ? id == handle || (user != users_.end() && user->second.name == handle)
                               : id == set.account;
  };
  bool any = false;
  for (const Value& r : reactions.as_list()) {
    if (reaction_name(r["emoji_name"].as_string()) != set.emoji) continue;
    any = true;
    if (is_theirs(r["user_id"].as_string())) return true;
  }
  const bool known =
      !set.account.empty() || std::ranges::any_of(users_, [&](const auto& u) { return is_theirs(u.first); });
  return !any || known ? std::optional(false) : std::nullopt;
}

void Mattermost::recall(const std::string& channel_id, const FiledMessage& m, const FiledMessage::Reaction& set) {
  Inbound in;
  in.kind = "unreaction";
  in.post.channel_id = channel_id;
  in.of_record = m.post_id;
  in.undone_by = set.person;
  in.emoji = set.emoji;
  in.at = out_.clock.now();
  in.id = "recall:" + m.post_id + ":" + set.person + ":" + set.emoji + ":" + std::to_string(in.at);
  enqueue_found(std::move(in));
}

// The next channel's turn. What is heard live meanwhile waits until all is read.
void Mattermost::marks_checked(const std::string& channel_id) {
  if (doubtful_ > 0) unseen_.push_back({"marks_whose", {{"n", std::to_string(doubtful_)}}});
  state_coverage(channel_id);
  pump();
  catch_up_next();
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
