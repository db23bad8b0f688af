#include "tests/doubles/mattermost/core.h"

#include <algorithm>

#include "bot/base/json.h"

namespace muster::doubles {

namespace {

Value list_of(const std::vector<std::string>& strings) {
  Value list = Value::List{};
  for (const std::string& s : strings) list.push(s);
  return list;
}

}  // namespace

MattermostCore::MattermostCore(const Clock& clock, MattermostOptions options)
    : clock_(clock), options_(std::move(options)), rate_tokens_(options_.rate_burst) {}

// 26 characters of [a-z0-9], as every id of Mattermost.
std::string MattermostCore::new_id(char kind) {
  const std::string number = std::to_string(++serial_);
  return kind + std::string("dbl") + std::string(22 - number.size(), '0') + number;
}

TimeMs MattermostCore::now() {
  last_ms_ = std::max(clock_.now(), last_ms_ + 1);
  return last_ms_;
}

std::string MattermostCore::add_team(const std::string& name) {
  const std::string id = new_id('t');
  teams_[id] = name;
  return id;
}

std::string MattermostCore::add_user(const std::string& username, bool is_bot, const std::string& email) {
  const std::string id = new_id('u');
  users_[id] = {.id = id, .username = username, .email = email, .is_bot = is_bot};
  return id;
}

std::string MattermostCore::add_token(const std::string& user_id) {
  const std::string token = new_id('k');
  tokens_[token] = user_id;
  return token;
}

void MattermostCore::join_team(const std::string& team_id, const std::string& user_id) {
  team_members_[team_id].insert(user_id);
}

std::string MattermostCore::add_channel(const std::string& team_id, const std::string& name, const std::string& type) {
  MmChannel c;
  c.id = new_id('c');
  c.team_id = team_id;
  c.name = c.display_name = name;
  c.type = type;
  c.create_at = c.update_at = now();
  channels_[c.id] = c;
  return c.id;
}

void MattermostCore::join(const std::string& channel_id, const std::string& user_id) {
  MmChannel& c = channels_.at(channel_id);
  if (!c.members.insert(user_id).second) return;
  to_channel("user_added", Value::Map{{"user_id", user_id}, {"team_id", c.team_id}}, c);
}

void MattermostCore::leave(const std::string& channel_id, const std::string& user_id) {
  MmChannel& c = channels_.at(channel_id);
  if (c.members.erase(user_id) == 0) return;
  to_channel("user_removed", Value::Map{{"user_id", user_id}, {"remover_id", ""}}, c);
  to_user("user_removed", Value::Map{{"channel_id", channel_id}, {"remover_id", ""}}, user_id);
}

std::string MattermostCore::say(const std::string& user_id, const std::string& channel_id, const std::string& text,
                                const std::string& root_id, Value props, const std::string& type) {
  MmPost p;
  p.channel_id = channel_id;
  p.user_id = user_id;
  p.message = text;
  p.root_id = root_id;
  p.props = std::move(props);
  p.type = type;
  return store_post(std::move(p));
}

std::string MattermostCore::say_with_file(const std::string& user_id, const std::string& channel_id,
                                          const std::string& text, const std::string& name, const std::string& type,
                                          std::string data) {
  const auto size = static_cast<std::int64_t>(data.size());
  MmFile f{new_id('f'), name, channel_id, user_id, {}, std::move(data)};
  MmPost p;
  p.channel_id = channel_id;
  p.user_id = user_id;
  p.message = text;
  p.file_ids = {f.id};
  p.file_infos = Value::List{Value::Map{{"id", f.id}, {"name", name}, {"mime_type", type}, {"size", size}}};
  files_[f.id] = f;
  return store_post(std::move(p));
}

std::string MattermostCore::store_post(MmPost p) {
  p.id = new_id('p');
  p.create_at = p.update_at = now() - said_before;
  channels_.at(p.channel_id).last_post_at = std::max(channels_.at(p.channel_id).last_post_at, p.create_at);
  const auto it = posts_.emplace(p.id, std::move(p)).first;
  order_.push_back(it->first);
  note("post", it->second);
  posted(it->second);
  return it->first;
}

void MattermostCore::edit(const std::string& post_id, const std::string& text) {
  MmPost& p = posts_.at(post_id);
  p.message = text;
  p.update_at = p.edit_at = now();
  note("edit", p);
  post_edited(p);
}

void MattermostCore::remove(const std::string& post_id, bool by_bot) {
  MmPost& p = posts_.at(post_id);
  Value data = Value::Map{};
  data.set("post", to_json(to_value(p)));  // 5.37: content still in it, delete_at 0
  p.delete_at = p.update_at = now();
  for (auto& [id, reply] : posts_) {
    if (reply.root_id == post_id) reply.delete_at = reply.update_at = p.delete_at;
  }
  if (by_bot) note("delete", p);
  to_channel("post_deleted", std::move(data), channels_.at(p.channel_id));
}

void MattermostCore::react(const std::string& user_id, const std::string& post_id, const std::string& emoji, bool on) {
  MmPost& p = posts_.at(post_id);
  if (on)
    p.reactions[emoji].insert(user_id);
  else
    p.reactions[emoji].erase(user_id);
  p.update_at = now();
  // Of one that goes the server tells no time of making (api4/reaction.go, sqlstore/reaction_store.go).
  const Value reaction = Value::Map{{"user_id", user_id},       {"post_id", post_id},
                                    {"emoji_name", emoji},      {"create_at", on ? p.update_at : 0},
                                    {"update_at", p.update_at}, {"delete_at", 0}};
  to_channel(on ? "reaction_added" : "reaction_removed", Value::Map{{"reaction", to_json(reaction)}},
             channels_.at(p.channel_id));
}

void MattermostCore::archive(const std::string& channel_id) {
  MmChannel& c = channels_.at(channel_id);
  c.delete_at = c.update_at = now();
  to_channel("channel_deleted", Value::Map{{"channel_id", c.id}, {"delete_at", c.delete_at}}, c);
}

void MattermostCore::convert(const std::string& channel_id) {
  MmChannel& c = channels_.at(channel_id);
  c.type = "P";
  c.update_at = now();
  to_channel("channel_converted", Value::Map{{"channel_id", c.id}}, c);
}

void MattermostCore::pin(const std::string& post_id, bool on) {
  MmPost& p = posts_.at(post_id);
  p.pinned = on;
  p.update_at = now();
  note(on ? "pin" : "unpin", p);
  post_edited(p);
}

void MattermostCore::deliver_again(const std::string& post_id) { posted(posts_.at(post_id)); }

HttpResponse MattermostCore::click(const std::string& user_id, const std::string& post_id,
                                   const std::string& action_id) {
  for (const auto& [token, user] : tokens_) {
    if (user != user_id) continue;
    HttpRequest q;
    q.method = "POST";
    q.path = "/api/v4/posts/" + post_id + "/actions/" + action_id;
    q.headers["authorization"] = "Bearer " + token;
    q.body = "{}";
    return request(q);
  }
  return {.status = 401, .body = "this person has no token", .headers = {}};
}

void MattermostCore::system_post(const MmChannel& c, const std::string& user_id, const std::string& type,
                                 const std::string& text) {
  MmPost p;
  p.channel_id = c.id;
  p.user_id = user_id;
  p.type = type;
  p.message = text;
  store_post(std::move(p));
}

// Only what bots do is noted.
void MattermostCore::note(std::string kind, const MmPost& p) {
  const auto user = users_.find(p.user_id);
  if (user == users_.end() || !user->second.is_bot || p.type.starts_with("system_")) return;
  const MmChannel& c = channels_.at(p.channel_id);
  std::string to;
  if (c.type == "D") {
    for (const std::string& m : c.members) {
      if (m != p.user_id) to = users_.at(m).username;
    }
  }
  happenings_.push_back({std::move(kind), c.name, p.id, p.user_id, p.message, to, !p.root_id.empty(), p.props});
}

void MattermostCore::note_channel(std::string kind, const MmChannel& c, const std::string& text,
                                  const std::string& user_id) {
  const auto user = users_.find(user_id);
  if (user == users_.end() || !user->second.is_bot) return;
  happenings_.push_back({std::move(kind), c.name, {}, user_id, text, {}, false, {}});
}

bool MattermostCore::member(const std::string& channel_id, const std::string& user_id) const {
  const auto it = channels_.find(channel_id);
  return it != channels_.end() && it->second.members.contains(user_id);
}

const MmChannel* MattermostCore::channel_named(const std::string& name) const {
  for (const auto& [id, c] : channels_) {
    if (c.name == name) return &c;
  }
  return nullptr;
}

const MmChannel* MattermostCore::channel(const std::string& id) const {
  const auto it = channels_.find(id);
  return it == channels_.end() ? nullptr : &it->second;
}

const MmUser* MattermostCore::user_named(const std::string& name) const {
  for (const auto& [id, u] : users_) {
    if (u.username == name) return &u;
  }
  return nullptr;
}

const MmPost* MattermostCore::post(const std::string& id) const {
  const auto it = posts_.find(id);
  return it == posts_.end() ? nullptr : &it->second;
}

const MmFile* MattermostCore::file(const std::string& id) const {
  const auto it = files_.find(id);
  return it == files_.end() ? nullptr : &it->second;
}

std::vector<const MmPost*> MattermostCore::all_posts() const {
  std::vector<const MmPost*> all;
  for (const std::string& id : order_) all.push_back(&posts_.at(id));
  return all;
}

std::vector<const MmPost*> MattermostCore::posts_in(const std::string& channel_id) const {
  std::vector<const MmPost*> found;
  for (const std::string& id : order_) {
    const MmPost& p = posts_.at(id);
    if (p.channel_id == channel_id) found.push_back(&p);
  }
  return found;
}

Value to_value(const MmUser& u) {
  // Whether the address was verified is shown to administrators only, and our bot is none.
  Value v =
      Value::Map{{"id", u.id},       {"username", u.username}, {"email", u.email}, {"is_bot", u.is_bot},
                 {"roles", u.roles}, {"first_name", ""},       {"last_name", ""},  {"nickname", ""},
                 {"locale", "en"},   {"create_at", 1},         {"update_at", 1},   {"delete_at", u.active ? 0 : 1}};
  if (!u.remote_id.empty()) v.set("remote_id", u.remote_id);
  return v;
}

Value to_value(const MmChannel& c) {
  return Value::Map{{"id", c.id},
                    {"team_id", c.team_id},
                    {"name", c.name},
                    {"display_name", c.display_name},
                    {"header", c.header},
                    {"purpose", c.purpose},
                    {"type", c.type},
                    {"create_at", c.create_at},
                    {"update_at", c.update_at},
                    {"delete_at", c.delete_at},
                    {"creator_id", c.creator_id},
                    {"last_post_at", c.last_post_at},
                    {"total_msg_count", 0},
                    {"extra_update_at", 0}};
}

namespace {

Value metadata_of(const MmPost& p) {
  Value m = Value::Map{};
  if (!p.file_infos.as_list().empty()) m.set("files", p.file_infos);
  Value reactions = Value::List{};
  for (const auto& [emoji, users] : p.reactions)
    for (const std::string& user : users)
      reactions.push(
          Value::Map{{"user_id", user}, {"post_id", p.id}, {"emoji_name", emoji}, {"create_at", p.update_at}});
  if (!reactions.as_list().empty()) m.set("reactions", std::move(reactions));
  return m;
}

}  // namespace

Value to_value(const MmPost& p) {
  Value v =
      Value::Map{{"id", p.id},
                 {"create_at", p.create_at},
                 {"update_at", p.update_at},
                 {"edit_at", p.edit_at},
                 {"delete_at", p.delete_at},
                 {"is_pinned", p.pinned},
                 {"user_id", p.user_id},
                 {"channel_id", p.channel_id},
                 {"root_id", p.root_id},
                 {"parent_id", p.root_id},
                 {"original_id", ""},
                 {"message", p.delete_at ? "" : p.message},
                 {"type", p.type},
                 {"props", p.props},
                 {"hashtags", ""},
                 {"pending_post_id", p.pending_post_id},
                 {"has_reactions", std::ranges::any_of(p.reactions, [](const auto& r) { return !r.second.empty(); })},
                 {"reply_count", 0},
                 {"last_reply_at", 0},
                 {"participants", nullptr},
                 {"metadata", metadata_of(p)}};
  if (!p.file_ids.empty()) v.set("file_ids", list_of(p.file_ids));
  return v;
}

}  // namespace muster::doubles
