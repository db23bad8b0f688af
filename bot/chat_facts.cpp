#include "bot/chat_facts.h"

#include "bot/base/hash.h"
#include "bot/base/limits.h"
#include "bot/base/redact.h"
#include "bot/base/text.h"

namespace muster {

namespace {

std::string bare_channel(const std::string& channel) { return channel.starts_with('#') ? channel.substr(1) : channel; }

}  // namespace

std::string clean_text(const std::string& text) {
  return redact(clip_bytes(repair_utf8(text), limits::chat_text_bytes_max)).text;
}

Said clean_said(Said said, const std::string& channel) {
  said.text = clean_text(said.text);
  if (said.channel.empty()) said.channel = channel;
  for (SaidFile& f : said.files) f.name = redact(clip_bytes(repair_utf8(f.name), 200)).text;
  return said;
}

ChatFact fact_of(const ChatEvent& e, const std::string& text) {
  ChatFact f{.platform = e.platform,
             .kind = e.kind,
             .channel = bare_channel(e.channel),
             .user = e.user,
             .emoji = e.emoji,
             .at = e.at,
             .about = clean_said(e.about, bare_channel(e.channel)),
             .from_ms = e.from_ms,
             .found = e.found,
             .complete = e.complete,
             .why = e.kind == "coverage" ? text : std::string()};
  const bool said = e.kind == "message" || e.kind == "heard";
  if (said) {  // `about` is another message, for the command
    f.about = {};
    f.about.channel = f.channel;
    f.about.author = e.user;
    f.about.at = e.at;
    f.about.permalink = e.permalink;
    f.about.files = e.noted;
    for (const ChatFile& file : e.files)
      f.about.files.push_back(
          {file.id, file.name, file.type, static_cast<std::int64_t>(file.bytes.size()), to_hex(sha256(file.bytes))});
  }
  f.about.post_id = e.post_id.empty() ? e.id : e.post_id;
  if (f.about.thread.empty()) f.about.thread = e.thread;
  if (said || e.kind == "edit") f.about.text = text;
  if (e.kind == "edit" && f.about.author.empty()) f.about.author = e.user;
  return f;
}

}  // namespace muster
