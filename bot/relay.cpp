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

std::string file_words(const Value& body) {
  std::string words;
  for (const char* key : {"noted", "files"})
    for (const Value& f : body[key].as_list())
      words += (words.empty() ? "" : ", ") + plain(one_line(f["name"].as_string())) + " (" +
               byte_words(f["size"].as_int()) + ")";
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
void show_file(Work& w, const ChatEvent& e, const ChatFile& f, const FileOf& of) {
  const std::string channel = bare_channel(e.channel), name = file_name(f.name), lower = lower_ascii(name);
  const auto bytes = static_cast<std::int64_t>(f.bytes.size());
  // A drawing with a script in it is left where it is.
  const bool drawing = f.type == "image/svg+xml" || lower.ends_with(".svg");
  const std::vector<std::string> to = beside(w, channel, e.platform);
  if (to.empty() || drawing || bytes == 0 || bytes > relayed_file_bytes_max) return;
  Message m;
  m.text = say(w.config.language, "relay.file",
               {{"who", plain(one_line(author_name(w.config, of.author, e.platform)))},
                {"place", place_name(e.platform)},
                {"name", plain(name)}});
  m.attachments = {{name, f.type, is_utf8(f.bytes) ? redact(f.bytes).text : f.bytes}};
  post(w, channel, file_post(of.post, of.n), m, e.thread.empty() ? of.post : e.thread);
  Value& body = w.decision.out.back().body;
  body.set("only", list_of(to));
  body.set("relayed", true);
  body.set("relayed_from", e.platform);
  body.set("sent", e.at);
}

}  // namespace

std::optional<OutMessage> relayed(OutMessage copy, const std::string& from, const CoreConfig& config) {
  const Value body = copy.body;
  const std::string &change = body["change"].as_string(), &lang = config.language, place = place_name(from);
  const bool post = copy.kind == "human_post";
  if (!post && change != "edit" && change != "delete") return std::nullopt;
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
  if (const std::string files = file_words(body); !files.empty() && change != "delete")
    m.sections.push_back({say(lang, "relay.files", {{"files", files}, {"place", place}}), {}});
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
  for (std::size_t n = 0; n < e.files.size() && n < relayed_files_max; ++n)
    show_file(w, e, e.files[n], {post, e.user, static_cast<int>(n)});
  Value files = Value::List{};
  for (std::size_t n = 0; n < e.noted.size() && n < relayed_files_max; ++n) {
    const SaidFile& f = e.noted[n];
    if (f.size > relayed_file_bytes_max) continue;  // the copy names it and says where it is
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
  for (const ChatFile& f : e.files) show_file(w, e, f, {e.about.post_id, e.about.author, e.found});
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
