#include "bot/chat_facts.h"

#include "bot/base/hash.h"
#include "bot/base/limits.h"
#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "bot/core/chat/message.h"
#include "bot/relay.h"

namespace muster {

std::string bare_channel(const std::string& channel) { return channel.starts_with('#') ? channel.substr(1) : channel; }

std::string clean_text(const std::string& text) {
  return redact(clip_bytes(repair_utf8(text), limits::chat_text_bytes_max)).text;
}

Said clean_said(Said said, const std::string& channel) {
  said.text = clean_text(said.text);
  if (said.channel.empty()) said.channel = channel;
  for (SaidFile& f : said.files) f.name = redact(clip_bytes(repair_utf8(f.name), 200)).text;
  return said;
}

namespace {

// Files that stay where they are: their names and sizes.
Value noted_files(const std::vector<SaidFile>& files) {
  Value list = Value::List{};
  for (const SaidFile& f : files)
    list.push(Value::Map{{"name", redact(clip_bytes(repair_utf8(f.name), 200)).text}, {"size", f.size}});
  return list;
}

}  // namespace

Value human_post(const ChatEvent& e, const std::string& text) {
  const bool edit = e.kind == "edit";  // its first form was never heard
  Value body = Value::Map{{"at", edit && e.about.at != 0 ? e.about.at : e.at},
                          {"post_id", e.post_id.empty() ? e.id : e.post_id},
                          {"text", text},
                          {"user", edit && e.about.known() ? e.about.author : e.user}};
  if (!e.thread.empty()) body.set("thread", e.thread);
  if (e.is_read_later) body.set("in_place", true);
  Value files = Value::List{};
  for (const ChatFile& f : e.files) {
    files.push(Value::Map{{"id", f.id},
                          {"name", f.name},
                          {"size", static_cast<std::int64_t>(f.bytes.size())},
                          {"sha256", to_hex(sha256(f.bytes))}});
  }
  if (!e.files.empty()) body.set("files", std::move(files));
  if (!e.noted.empty()) body.set("noted", noted_files(e.noted));
  return body;
}

OutMessage human_change(const ChatEvent& e, const std::string& text, std::string id) {
  Value body = Value::Map{{"change", e.kind}, {"event", e.id}, {"post_id", e.post_id}, {"user", e.user}, {"text", text},
                          {"emoji", e.emoji}, {"at", e.at}};
  if (e.about.known()) body.set("said_by", e.about.author);
  if (!e.about.files.empty()) body.set("noted", noted_files(e.about.files));
  return {std::move(id), e.platform + ":#" + bare_channel(e.channel), "human_change", std::move(body)};
}

bool is_change(const std::string& kind) {
  static constexpr std::string_view kinds[] = {"edit", "delete", "reaction", "unreaction", "pin", "unpin"};
  return std::ranges::find(kinds, kind) != std::end(kinds);
}

void show_talk(const ChatEvent& e, const std::string& text, bool fresh, Work& w) {
  const std::string channel = bare_channel(e.channel);
  const bool said = e.kind == "message" || e.kind == "heard";
  const bool first_seen_edited = e.kind == "edit" && fresh && e.platform != "room";
  // What an incident's record knows was shown already, also when its key in the inbox was forgotten since.
  if (said && !fresh && w.state.incident_by_channel.contains(channel)) return;
  if (said || first_seen_edited) {
    w.decision.out.push_back({w.new_id(), e.platform + ":#" + channel, "human_post", human_post(e, text)});
    carry_files(e, w);
  } else if (is_change(e.kind) && (e.platform == "room" || e.kind == "edit" || e.kind == "delete")) {
    w.decision.out.push_back(human_change(e, text, w.new_id()));
    if (e.kind == "delete") drop_carried(e, w);
  } else if (e.kind == "relay_file") {
    show_carried(e, w);
  }
}

InboxItem inbox_of(const ChatEvent& e, const std::string& text, TimeMs now) {
  return {.dedupe_key = e.platform + ":" + e.id,
          .kind = "chat",
          .body = text,
          .received_ms = now,
          .meta = Value::Map{{"at", e.at},  // in the order of the names: nothing is moved
                             {"channel", e.channel},
                             {"emoji", e.emoji},
                             {"kind", e.kind},
                             {"post", e.post_id},
                             {"thread", e.thread},
                             {"user", e.user}}};
}

ChatEvent with_people(const ChatEvent& told, Work& w) {
  ChatEvent e = told;
  const Account account{e.platform, e.account, told.user, e.standing, e.email_person};
  const bool acts = e.kind == "message" || e.kind == "button" || e.kind == "form" || e.kind == "reaction";
  if (acts) join_by_email(w, account);
  e.user = speaker(w.state, w.config, account);
  // Credit only: no right hangs on who wrote the message that something is about.
  for (const auto& [key, a] : w.state.identities.accounts)
    if (!a.gone && a.shown == e.about.author && find_person(w.config, a.person)) e.about.author = a.person;
  return e;
}

CommandInput command_of(const ChatEvent& e) {
  const std::string channel = bare_channel(e.channel);
  CommandInput input{.person = e.user,
                     .is_operator = false,
                     .platform = e.platform,
                     .channel = channel,
                     .thread = e.thread,
                     .source_id = e.id,
                     .text = e.text,
                     .direct = e.direct || channel == "muster",
                     .sent_ms = e.at,
                     .about = clean_said(e.about, channel),
                     .account = e.account.empty() ? std::string() : e.platform + ":" + e.account,
                     .standing = e.standing,
                     .unseen = e.kind == "form",
                     .overtaken = e.overtaken};
  // In a shared channel answers to look at stand in the thread of the message, as they do on every platform.
  if (input.thread.empty() && !input.direct && e.kind == "message") input.thread = e.post_id.empty() ? e.id : e.post_id;
  return input;
}

void answer_form(FormAnswer& answer, const Outcome& o) {
  answer = {};
  if (o.ok) return;
  const auto bare = [](const std::string& marked) {
    Message said;
    said.text = marked;
    std::string text = plain_text(said);
    std::erase(text, '`');
    return clip(one_line(text), 300);
  };
  for (const auto& [field, why] : o.wrong_fields) answer.wrong[field] = bare(why);
  if (o.wrong_fields.empty()) answer.refused = bare(o.reply.text);
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
             .notes = e.notes,
             .standing = e.standing,
             .account = e.account};
  for (CoverageNote& n : f.notes)
    for (auto& [name, word] : n.words) word = clean_text(one_line(word));  // a server's own words may be among them
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
