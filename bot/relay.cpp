#include "bot/relay.h"

#include <algorithm>

#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "bot/chat_facts.h"
#include "bot/core/chat/message.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/together.h"
#include "integrations/chat/about.h"

namespace muster {
namespace {

// What is known before it is fetched: a drawing may have a script in it, and what is too large or one too many is left
// where it is.
bool stays_there(const std::string& name, std::int64_t size, std::size_t n) {
  return n >= relayed_files_max || size > relayed_file_bytes_max || lower_ascii(name).ends_with(".svg");
}

std::string words_of_file(const std::string& name, std::int64_t size) {
  return plain(one_line(name)) + " (" + byte_words(size) + ")";
}

// Of a message's files, those that follow as a copy of their own and those that are to be seen there alone.
struct FileWords {
  std::string follow, stay;
};

FileWords file_words(const Value& body) {
  FileWords words;
  for (const char* key : {"noted", "files"}) {
    std::size_t n = 0;
    for (const Value& f : body[key].as_list()) {
      const std::string& name = f["name"].as_string();
      std::string& to = stays_there(name, f["size"].as_int(), n++) ? words.stay : words.follow;
      to += (to.empty() ? "" : ", ") + words_of_file(name, f["size"].as_int());
    }
  }
  return words;
}

// A person of the configuration by name; another by the handle, without the platform's name before it.
std::string author_name(const CoreConfig& config, const std::string& user, const std::string& from) {
  if (const Person* p = find_person(config, user)) return p->name.empty() ? p->id : p->name;
  return user.starts_with(from + ":") ? user.substr(from.size() + 1) : user;
}

// Chat platforms whose rooms are one with this one's.
std::vector<std::string> beside(const Work& w, const std::string& channel, const std::string& from) {
  std::vector<std::string> found;
  for (const TogetherRule& rule : w.config.together)
    for (const std::string& p : rule.platforms)
      if (std::ranges::find(found, p) == found.end() && relays(w.state, w.config, channel, from, p)) found.push_back(p);
  return found;
}

Value list_of(const std::vector<std::string>& names) { return Value::List(names.begin(), names.end()); }

// A third bridge whose account passes for a person's brings our copies back to where they came from: "bridge: Ana
// (Mattermost): …" on Mattermost. Passed on again they would go round for ever. Nobody of the configuration is
// silenced.
bool is_echo(const CoreConfig& config, const Value& body, const std::string& from) {
  return find_person(config, body["user"].as_string()) == nullptr &&
         body["text"].as_string().contains(" (" + place_name(from) + "): ");
}

std::string file_post(const std::string& post, int n) { return "file-" + post + "-" + std::to_string(n); }

// A name for another platform: no path, no line break, no quote.
std::string file_name(const std::string& told) {
  std::string name = redact(clip_bytes(repair_utf8(one_line(told)), 200)).text;
  for (char& c : name)
    if (c == '/' || c == '\\' || c == '"' || static_cast<unsigned char>(c) < 0x20) c = '_';
  return name.empty() ? "file" : name;
}

struct FileOf {
  std::string post, author;
  int n = 0;
};

// Under the copy of its message, never before it: the outbox keeps the order of a channel.
void post_under(Work& w, const ChatEvent& e, const FileOf& of, const Message& m, const std::vector<std::string>& to) {
  post(w, bare_channel(e.channel), file_post(of.post, of.n), m, e.thread.empty() ? of.post : e.thread);
  Value& body = w.decision.out.back().body;
  body.set("only", list_of(to));
  body.set("relayed", true);
  body.set("relayed_from", e.platform);
  body.set("sent", e.at);
}

// Of what the copy of the message had said that it follows.
void say_it_stays(Work& w, const ChatEvent& e, const std::string& name, std::int64_t size, const FileOf& of) {
  const std::vector<std::string> to = beside(w, bare_channel(e.channel), e.platform);
  if (to.empty()) return;
  const Message m{.text = say(w.config.language, "relay.files",
                              {{"files", words_of_file(file_name(name), size)}, {"place", place_name(e.platform)}}),
                  .sections = {},
                  .buttons = {},
                  .color = ""};
  post_under(w, e, of, m, to);
}

void show_file(Work& w, const ChatEvent& e, const ChatFile& f, const FileOf& of) {
  const std::string name = file_name(f.name);
  const auto bytes = static_cast<std::int64_t>(f.bytes.size());
  const bool stays = f.type == "image/svg+xml" || bytes == 0 || stays_there(name, bytes, 0);
  const std::vector<std::string> to = beside(w, bare_channel(e.channel), e.platform);
  if (stays) return say_it_stays(w, e, f.name, bytes, of);
  if (to.empty()) return;
  Message m;
  m.text = say(w.config.language, "relay.file",
               {{"who", plain(one_line(author_name(w.config, of.author, e.platform)))},
                {"place", place_name(e.platform)},
                {"name", plain(name)}});
  m.attachments = {{name, f.type, is_utf8(f.bytes) ? redact(f.bytes).text : f.bytes}};
  post_under(w, e, of, m, to);
}

}  // namespace

std::optional<OutMessage> relayed(OutMessage copy, const std::string& from, const CoreConfig& config) {
  const Value body = copy.body;
  const std::string &change = body["change"].as_string(), &lang = config.language, place = place_name(from);
  const bool post = copy.kind == "human_post";
  if (!post && change != "edit" && change != "delete") return std::nullopt;
  if (post && is_echo(config, body, from)) return std::nullopt;
  const std::string& author = body["said_by"].as_string();
  const std::string who =
      plain(one_line(author_name(config, author.empty() ? body["user"].as_string() : author, from)));
  const std::string text = plain(body["text"].as_string());
  const Words words = {{"who", who}, {"place", place}, {"text", text}};
  Message m;
  if (change == "delete")
    m.text = say(lang, author.empty() ? "relay.deleted_by_somebody" : "relay.deleted", words);
  else
    m.text = std::string(trim(say(lang, change == "edit" ? "relay.edited" : "relay.said", words)));
  const FileWords files = change == "delete" ? FileWords() : file_words(body);
  if (!files.follow.empty()) m.sections.push_back({say(lang, "relay.files_follow", {{"files", files.follow}}), {}});
  if (!files.stay.empty())
    m.sections.push_back({say(lang, "relay.files", {{"files", files.stay}, {"place", place}}), {}});
  copy.kind = post ? "post" : "edit";
  copy.body = Value::Map{{"post_id", body["post_id"]}, {"relayed", true}, {"message", to_value(m)}};
  copy.body.set("relayed_from", from);
  copy.body.set("sent", body["at"]);
  if (change == "delete") copy.body.set("deleted", true);  // what the store puts in the place of the words
  if (!body["thread"].as_string().empty()) copy.body.set("thread", body["thread"]);
  return copy;
}

void carry_files(const ChatEvent& e, Work& w) {
  const std::string channel = bare_channel(e.channel), post = e.post_id.empty() ? e.id : e.post_id;
  if ((e.noted.empty() && e.files.empty()) || beside(w, channel, e.platform).empty()) return;
  for (std::size_t n = 0; n < e.files.size(); ++n)
    if (const ChatFile& f = e.files[n]; !stays_there(f.name, static_cast<std::int64_t>(f.bytes.size()), n))
      show_file(w, e, f, {post, e.user, static_cast<int>(n)});
  Value files = Value::List{};
  for (std::size_t n = 0; n < e.noted.size(); ++n) {
    const SaidFile& f = e.noted[n];
    if (stays_there(f.name, f.size, n)) continue;  // the copy names it and says where it is
    Value file = Value::Map{{"id", f.id}, {"name", f.name}, {"mime", f.type}, {"bytes", f.size}, {"url", f.url}};
    file.set("relay", Value::Map{{"n", static_cast<std::int64_t>(n)}, {"thread", e.thread}, {"user", e.user}});
    files.push(std::move(file));
  }
  if (files.as_list().empty()) return;
  Value body = Value::Map{{"channel", channel}, {"post_id", post}, {"bytes_max", relayed_file_bytes_max}};
  body.set("files", std::move(files));
  w.decision.out.push_back({w.new_id(), e.platform + ":files", "fetch_files", std::move(body)});
}

void show_carried(const ChatEvent& e, Work& w) {
  const FileOf of{e.about.post_id, e.about.author, e.found};
  for (const ChatFile& f : e.files) show_file(w, e, f, of);
  if (!e.files.empty() || e.about.files.empty()) return;
  const SaidFile& refused = e.about.files.front();
  say_it_stays(w, e, refused.name, refused.size, of);
}

void drop_carried(const ChatEvent& e, Work& w) {
  const std::string channel = bare_channel(e.channel);
  const std::vector<std::string> to = beside(w, channel, e.platform);
  if (to.empty()) return;
  const std::size_t files = e.about.files.empty() ? relayed_files_max : e.about.files.size();
  for (std::size_t n = 0; n < std::min(files, relayed_files_max); ++n)
    w.decision.out.push_back({w.new_id(), "room:#" + channel, "delete",
                              Value::Map{{"post_id", file_post(e.post_id, static_cast<int>(n))},
                                         {"only", list_of(to)},
                                         {"relayed_from", e.platform}}});
}

std::string late_text(const CoreConfig& config, TimeMs sent) {
  return say(config.language, "relay.late", {{"time", format_in_zone(sent, config.zone, "%H:%M %Z")}});
}

void name_posts(ChatLinks& links, ChatEvent& e) {
  if (e.platform == "room") return;
  const ChatDirectory& directory = links.directory(e.platform);
  const std::string here = bare_channel(e.channel) + "/";
  const auto name = [&](std::string& id) {
    if (id.empty()) return;
    const std::string ours = directory.ours("post", id);
    if (ours.starts_with(here)) id = ours.substr(here.size());
  };
  name(e.thread);
  name(e.about.post_id);
  name(e.about.thread);
}

}  // namespace muster
