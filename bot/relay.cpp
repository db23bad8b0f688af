#include "bot/relay.h"

#include "bot/base/text.h"
#include "bot/chat_facts.h"
#include "bot/core/chat/message.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/together.h"

namespace muster {
namespace {

std::string byte_words(std::int64_t bytes) {
  if (bytes < 1'000) return std::to_string(bytes) + " B";
  const bool kilo = bytes < 1'000'000;
  const std::int64_t tenths = bytes / (kilo ? 100 : 100'000);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + (kilo ? " kB" : " MB");
}

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
  copy.body.set("sent", body["at"]);
  if (change == "delete") copy.body.set("deleted", true);  // what the store puts in the place of the words
  if (!body["thread"].as_string().empty()) copy.body.set("thread", body["thread"]);
  return copy;
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
