// What the room shows: deliveries and accepted events become channels, posts and changes in the feed.
#include "integrations/chat/room.h"

#include <algorithm>
#include <tuple>

#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/text.h"

namespace muster {

namespace {

constexpr std::size_t seen_max = 10'000;  // far beyond what the outbox may still redeliver

bool channel_char(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u >= 0x80 || (u > 0x20 && u != 0x7F && c != '#' && c != '/' && c != '"' && c != '<' && c != '>');
}

Value people_by_emoji(const RoomPost& post) {
  Value out = Value::Map{};
  for (const auto& [emoji, people] : post.reactions) {
    Value list = Value::List{};
    for (const std::string& person : people) list.push(person);
    out.set(emoji, std::move(list));
  }
  return out;
}

// A long output hangs on its message as a file: pages get its name and size, and the text when they ask for it.
Value without_contents(const Value& message) {
  if (!message.has("attachments")) return message;
  Value list = Value::List{};
  for (const Value& a : message["attachments"].as_list()) {
    const auto kept = static_cast<std::int64_t>(a["text"].as_string().size());
    const std::int64_t size = a["base64"].as_bool() ? kept / 4 * 3 : kept;
    list.push(Value::Map{{"name", a["name"]}, {"type", a["type"]}, {"size", size}});
  }
  Value out = message;
  out.set("attachments", std::move(list));
  return out;
}

Value files_of(const RoomPost& post) {
  Value files = Value::List{};
  for (const RoomFile& f : post.files) files.push(Value::Map{{"id", f.id}, {"name", f.name}, {"size", f.size}});
  return files;
}

Value shown_message(const RoomPost& post) { return without_contents(message_of(post)); }

bool visible(const RoomPost& post, const std::string& person) {
  return post.private_to.empty() || post.private_to == person;
}

ChatEvent changed_by_person(const Value& body, const std::string& channel) {
  ChatEvent e;
  e.platform = "room";
  e.id = body["event"].as_string();
  e.kind = body["change"].as_string();
  e.channel = channel;
  e.post_id = body["post_id"].as_string();
  e.user = body["user"].as_string();
  e.text = body["text"].as_string();
  e.emoji = body["emoji"].as_string();
  e.at = body["at"].as_int();
  return e;
}

}  // namespace

std::string room_channel_name(std::string_view name) {
  if (name.starts_with("room:")) name.remove_prefix(5);
  if (name.starts_with("#")) name.remove_prefix(1);
  if (name.empty() || name.size() > 120 || !std::ranges::all_of(name, channel_char)) return {};
  return "#" + std::string(name);
}

Value to_value(const RoomPost& post) {
  // In the order of the names, so that nothing is moved: every post of the room passes here.
  Value::Map v;
  v.reserve(15);
  v["author"] = post.author;
  v["bot"] = post.bot;
  v["channel"] = post.channel;
  v["created_ms"] = post.created_ms;
  v["deleted"] = post.deleted;
  v["edited_ms"] = post.edited_ms;
  if (!post.deleted) v["files"] = files_of(post);  // what was deleted leaves the room; the journal keeps it
  v["id"] = post.id;
  if (post.in_place) v["in_place"] = true;
  if (!post.deleted && !post.message.empty()) v["message"] = shown_message(post);
  v["pinned"] = post.pinned;
  v["private"] = !post.private_to.empty();
  if (!post.deleted) v["reactions"] = people_by_emoji(post);
  if (!post.deleted) v["text"] = post.text;
  v["thread"] = post.thread;
  return v;
}

Value message_of(const RoomPost& post) {
  if (post.message.empty()) return {};
  return parse_json(post.message).value_or(Value());  // what was printed here can be read
}

void append_json(std::string& out, const RoomPost& post) {
  const auto text = [&out](std::string_view name, const std::string& value) {
    out += name;
    append_json(out, value);
  };
  const auto flag = [&out](std::string_view name, bool value) { out.append(name).append(value ? "true" : "false"); };
  const auto values = [&out](std::string_view name, const Value& value) {
    out += name;
    append_json(out, value);
  };
  text("{\"author\":", post.author);
  flag(",\"bot\":", post.bot);
  text(",\"channel\":", post.channel);
  out.append(",\"created_ms\":").append(std::to_string(post.created_ms));
  flag(",\"deleted\":", post.deleted);
  out.append(",\"edited_ms\":").append(std::to_string(post.edited_ms));
  if (!post.deleted) values(",\"files\":", files_of(post));
  text(",\"id\":", post.id);
  if (post.in_place) out += ",\"in_place\":true";
  if (!post.deleted && post.message.contains("\"attachments\":"))
    values(",\"message\":", shown_message(post));
  else if (!post.deleted && !post.message.empty())
    out.append(",\"message\":").append(post.message);
  flag(",\"pinned\":", post.pinned);
  flag(",\"private\":", !post.private_to.empty());
  if (!post.deleted) values(",\"reactions\":", people_by_emoji(post));
  if (!post.deleted) text(",\"text\":", post.text);
  text(",\"thread\":", post.thread);
  out += '}';
}

Value to_value(const RoomChannel& channel) {
  return Value::Map{{"name", channel.name},
                    {"title", channel.title},
                    {"topic", channel.topic},
                    {"archived", channel.archived},
                    {"opened", static_cast<std::int64_t>(channel.opened)},
                    {"last_ms", channel.last_ms}};
}

Room::Room(const Clock& clock) : clock_(clock), boot_(random_token(6)) {}

bool Room::first_time(const std::string& id) {
  if (id.empty()) return true;
  const auto [seen, is_new] = seen_.insert(id);
  if (!is_new) return false;
  seen_order_.push_back(&*seen);
  if (seen_order_.size() > seen_max) {
    seen_.erase(seen_.find(*seen_order_.front()));
    seen_order_.pop_front();
  }
  return true;
}

void Room::deliver(const OutMessage& message, Done done) {
  const Result<void> shown = show(message);
  if (done) done(shown);
}

Result<void> Room::show(const OutMessage& message) {
  const std::string named = message.body["channel"].as_string();
  std::string channel = room_channel_name(message.destination);
  if (channel.empty()) channel = room_channel_name(named);
  if (channel.empty()) return fail(ErrorKind::invalid, "the room has no channel named " + message.destination);
  if (!first_time(message.id)) return {};
  const std::string& kind = message.kind;
  if (kind == "post" || kind == "human_post") {
    show_post(message, channel, kind == "human_post");
  } else if (kind == "edit" || kind == "pin" || kind == "unpin" || kind == "delete") {
    change_post(message, channel);
  } else if (kind == "human_change") {
    if (message.body["files_gone"].as_bool())
      if (RoomPost* post = find(channel, message.body["post_id"].as_string())) post->files.clear();
    apply(changed_by_person(message.body, channel));
  } else if (kind == "form") {
    const Value opened = Value::Map{{"kind", "form"},
                                    {"channel", channel},
                                    {"thread", message.body["thread"]},
                                    {"event", message.body["event"]},
                                    {"form", message.body["form"]}};
    publish(opened, message.body["private_to"].as_string());
  } else if ((kind == "invite" || kind == "remove") && message.body["private"].as_bool()) {
    for (const Value& person : message.body["people"].as_list())
      publish(Value::Map{{"kind", "reset"}}, person.as_string());
  } else if (kind == "invite" || kind == "bookmarks") {
    return {};  // everybody sees every other channel here, and the summary shows the links
  } else if (kind == "open_channel" || kind == "topic" || kind == "archive") {
    change_channel(message, channel);
    if (message.body["disclosed"].as_bool()) publish(Value::Map{{"kind", "reset"}}, {});
  } else {
    return fail(ErrorKind::invalid, "the room does not know the message kind " + kind);
  }
  return {};
}

void Room::show_post(const OutMessage& message, const std::string& channel, bool human) {
  const Value& body = message.body;
  RoomPost post;
  post.id = body["post_id"].as_string().empty() ? message.id : body["post_id"].as_string();
  post.channel = channel;
  post.thread = body["thread"].as_string();
  post.author = human ? body["user"].as_string() : "muster";
  post.bot = !human;
  if (!human && body.has("message")) post.message = to_json(body["message"]);
  post.text = body["text"].as_string();
  post.created_ms = body["at"].as_int(clock_.now());
  post.private_to = body["private_to"].as_string();
  post.in_place = body["in_place"].as_bool();
  for (const Value& f : body["files"].as_list())
    post.files.push_back({f["id"].as_string(), f["name"].as_string(), f["size"].as_int(), f["sha256"].as_string()});
  add(std::move(post));
}

void Room::change_post(const OutMessage& message, const std::string& channel) {
  RoomPost* post = find(channel, message.body["post_id"].as_string());
  if (!post) return;  // scrolled out of memory: nothing to show, and trying again would not help
  if (message.kind == "edit") {
    post->message = message.body.has("message") ? to_json(message.body["message"]) : "";
    if (message.body.has("text")) post->text = message.body["text"].as_string();
    post->edited_ms = message.body["at"].as_int(clock_.now());
  } else if (message.kind == "delete") {
    post->deleted = true;
    post->pinned = false;
  } else {
    post->pinned = message.kind == "pin";
  }
  publish_post(*post);
}

void Room::change_channel(const OutMessage& message, const std::string& name) {
  RoomChannel& channel = open(name);
  if (message.body.has("title")) channel.title = message.body["title"].as_string();
  if (message.body.has("topic")) channel.topic = message.body["topic"].as_string();
  if (message.kind == "archive") channel.archived = true;
  if (message.kind == "open_channel") channel.archived = false;
  publish_channel(channel);
}

RoomChannel& Room::open(const std::string& name) {
  if (const auto it = channels_.find(name); it != channels_.end()) return it->second;
  make_space();
  RoomChannel& channel = channels_[name];
  channel.name = name;
  channel.opened = ++opened_;
  publish_channel(channel);
  return channel;
}

void Room::make_space() {
  while (channels_.size() >= channels_max) {
    // The oldest archived one; when none is archived, the one that has been quiet the longest.
    const auto oldest = std::ranges::min_element(channels_, {}, [](const auto& entry) {
      const RoomChannel& c = entry.second;
      return c.archived ? std::tuple(0, static_cast<TimeMs>(c.opened), c.opened) : std::tuple(1, c.last_ms, c.opened);
    });
    const std::string name = oldest->first;
    channels_.erase(oldest);
    publish(Value::Map{{"kind", "channel_gone"}, {"channel", name}}, {});
  }
}

void Room::add(RoomPost post) {
  RoomChannel& channel = open(post.channel);
  if (find(post.channel, post.id)) return;
  post.text = clip_bytes(post.text, text_bytes_max);
  channel.last_ms = std::max(channel.last_ms, post.created_ms);
  publish_post(put(channel, std::move(post)));
  if (channel.posts.size() > posts_max) {
    channel.numbers.erase(channel.posts.front().id);
    channel.posts.pop_front();
    ++channel.first_number;
  }
}

// At the end, or where it was said if it was heard later than what was said since.
RoomPost& Room::put(RoomChannel& channel, RoomPost post) {
  auto& posts = channel.posts;
  auto at = posts.end();
  while (post.in_place && at != posts.begin() && std::prev(at)->created_ms > post.created_ms) --at;
  for (auto later = at; later != posts.end(); ++later) ++channel.numbers.find(later->id)->second;
  const auto number = channel.first_number + static_cast<std::uint64_t>(at - posts.begin());
  channel.numbers.emplace(post.id, number);
  return *posts.insert(at, std::move(post));
}

RoomPost* Room::find(const std::string& channel, std::string_view post_id) {
  return const_cast<RoomPost*>(post(channel, post_id));  // the room itself is not const here
}

const RoomChannel* Room::channel(std::string_view name) const {
  const auto it = channels_.find(name);
  return it == channels_.end() ? nullptr : &it->second;
}

const RoomPost* Room::post(std::string_view channel_name, std::string_view post_id) const {
  const RoomChannel* in = channel(channel_name);
  if (!in) return nullptr;
  const auto it = in->numbers.find(post_id);
  return it == in->numbers.end() ? nullptr : &in->posts[it->second - in->first_number];
}

bool Room::shows(std::string_view channel, const std::string& person) const {
  if (channel.starts_with('#')) channel.remove_prefix(1);
  return !gate_ || gate_(std::string(channel), person);
}

const RoomFile* Room::file(std::string_view id, const std::string& person) const {
  for (const auto& [name, in] : channels_) {
    if (!shows(name, person)) continue;
    for (const RoomPost& post : in.posts) {
      const auto it = std::ranges::find(post.files, id, &RoomFile::id);
      if (it != post.files.end() && !post.deleted) return &*it;
    }
  }
  return nullptr;
}

bool Room::may_see(const std::string& person, std::string_view channel_name, std::string_view post_id) const {
  const RoomPost* found = post(channel_name, post_id);
  return found && visible(*found, person) && shows(channel_name, person);
}

Value Room::snapshot(const std::string& person, std::size_t channel_limit, std::size_t post_limit) const {
  std::vector<const RoomChannel*> chosen;
  for (const auto& [name, channel] : channels_)
    if (shows(name, person)) chosen.push_back(&channel);
  std::ranges::sort(chosen, [](const RoomChannel* a, const RoomChannel* b) {
    return std::tuple(a->archived, -a->last_ms, a->opened) < std::tuple(b->archived, -b->last_ms, b->opened);
  });
  if (chosen.size() > channel_limit) chosen.resize(channel_limit);
  std::ranges::sort(chosen, {}, &RoomChannel::opened);
  Value channels = Value::List{};
  for (const RoomChannel* channel : chosen) {
    std::vector<const RoomPost*> seen;
    for (const RoomPost& post : channel->posts) {
      if (visible(post, person)) seen.push_back(&post);
    }
    const std::size_t skip = seen.size() > post_limit ? seen.size() - post_limit : 0;
    Value posts = Value::List{};
    for (std::size_t i = skip; i < seen.size(); ++i) posts.push(to_value(*seen[i]));
    Value entry = to_value(*channel);
    entry.set("posts", std::move(posts));
    channels.push(std::move(entry));
  }
  return Value::Map{{"cursor", static_cast<std::int64_t>(cursor_)}, {"channels", std::move(channels)}};
}

std::uint64_t Room::subscribe(Feed feed) { return add_feed({.values = std::move(feed), .text = {}}); }

std::uint64_t Room::subscribe_text(TextFeed feed) { return add_feed({.values = {}, .text = std::move(feed)}); }

std::uint64_t Room::add_feed(AnyFeed feed) {
  auto feeds = std::make_shared<Feeds>(*feeds_);
  (*feeds)[next_feed_] = std::move(feed);
  feeds_ = std::move(feeds);
  return next_feed_++;
}

void Room::unsubscribe(std::uint64_t id) {
  auto feeds = std::make_shared<Feeds>(*feeds_);
  feeds->erase(id);
  feeds_ = std::move(feeds);
}

void Room::publish_channel(const RoomChannel& channel) {
  publish(Value::Map{{"kind", "channel"}, {"channel", to_value(channel)}}, {});
}

// Every answer passes here: nobody gets values who wants text, and the text is made from the post itself.
void Room::publish_post(const RoomPost& post) {
  const auto n = static_cast<std::int64_t>(++cursor_);
  const auto feeds = feeds_;  // a feed may unsubscribe while it is told
  std::string json;
  for (const auto& [id, feed] : *feeds) {
    if (feed.values) {
      feed.values(Value::Map{{"kind", "post"}, {"n", n}, {"post", to_value(post)}}, post.private_to);
      continue;
    }
    if (json.empty()) {
      json.append("{\"kind\":\"post\",\"n\":").append(std::to_string(n)).append(",\"post\":");
      append_json(json, post);
      json += '}';
    }
    feed.text({.n = cursor_, .json = json, .private_to = post.private_to, .channel = post.channel});
  }
}

void Room::publish(Value event, const std::string& private_to) {
  event.set("n", static_cast<std::int64_t>(++cursor_));
  const std::string kind = event["kind"].as_string();
  const Value& in = event["channel"];
  const std::string channel = in.is_map() ? in["name"].as_string() : in.as_string();
  const auto feeds = feeds_;
  for (const auto& [id, feed] : *feeds) {
    if (feed.values)
      feed.values(event, private_to);
    else
      feed.text({.n = cursor_,
                 .json = to_json(event),
                 .private_to = private_to,
                 .channel = channel,
                 .lasts = kind != "typing",
                 .reset = kind == "reset"});
  }
}

}  // namespace muster
