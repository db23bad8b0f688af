// The transcript of incident channels: every message, what became of it, and what nobody heard.
#include "bot/core/engine/capture.h"

#include <algorithm>

#include "bot/base/hash.h"
#include "bot/base/text.h"
#include "bot/core/chat/coverage.h"
#include "bot/core/engine/capture_parts.h"
#include "bot/core/engine/channels.h"
#include "bot/core/engine/checklists.h"
#include "bot/core/journal/sentence.h"

namespace muster {
namespace {

std::uint64_t hash_of(const std::string& key) { return fnv1a64(key); }

void apply_note(State& s, const Entry& e) {
  Filed& f = s.filed[e.source.id];
  f.incident = e.incident_id;
  f.note = e.event_id;
  f.author = e.actor.id;
  f.platform = e.data[e.data.has("said_on") ? "said_on" : "platform"].as_string();
}

void apply_retraction(State& s, const Entry& e) {
  Filed& f = s.filed[e.source.id];
  f.withdrawn = e.corrects == f.withdrawn ? std::string() : e.event_id;
}

// With its address there, where a mark on another platform may ask for a copy.
Value file_values(const std::vector<SaidFile>& files, bool elsewhere) {
  Value list = Value::List{};
  for (const SaidFile& f : files) {
    Value v = Value::Map{{"id", f.id}, {"name", f.name}, {"mime", f.type}, {"bytes", f.size}};
    if (!f.sha256.empty()) v.set("sha256", f.sha256);
    if (elsewhere && !f.url.empty()) v.set("url", f.url);
    list.push(std::move(v));
  }
  return list;
}

// The message as it was said, once.
void remember(Work& w, const Incident& i, const ChatFact& f, bool edited) {
  const std::string key = post_key(f.channel, f.about.post_id);
  if (w.state.heard.contains(hash_of(key)) || !f.about.known()) return;
  Entry e = chat_entry("chat.said", i, f);
  e.event_id = "said:" + key;
  e.actor = author_of(w.config, f.about);
  e.occurred_ms = f.about.at;
  e.text = f.about.text;
  if (!f.about.thread.empty()) e.data.set("thread", f.about.thread);
  if (!f.about.files.empty()) e.data.set("files", file_values(f.about.files, i.bound.size() > 1));
  if (edited) e.data.set("edited", true);  // its first form was never heard
  record(w, std::move(e));
}

void edited(Work& w, const Incident& i, const ChatFact& f) {
  const std::string key = post_key(f.channel, f.about.post_id);
  if (!w.state.heard.contains(hash_of(key))) return remember(w, i, f, true);
  Entry e = chat_entry("chat.edited", i, f);
  e.actor = actor_of(w.config, f.user, false);
  e.text = f.about.text;
  record(w, std::move(e));
  edit_filed(w, f, key);
}

Entry redaction(const Work& w, const Entry& like, const std::string& target, const std::string& author) {
  Entry e = like;
  e.kind = "redaction";
  e.corrects = target;
  e.text = {};
  const Actor who = actor_of(w.config, author, false);
  e.data = Value::Map{{"reason", "deleted in chat; the policy keeps no text of deleted messages"},
                      {"payload", Value::Map{{"text", std::string(words_not_kept)},
                                             {"handle", who.handle},
                                             {"display", who.display},
                                             {"data", Value::Map{{"deleted", true}}}}}};
  return e;
}

// Every entry that holds words of the message.
std::vector<std::string> entries_of(const State& s, const std::string& key) {
  std::vector<std::string> ids;
  if (s.heard.contains(hash_of(key))) ids.push_back("said:" + key);
  if (const auto later = s.edited.find(key); later != s.edited.end())
    ids.insert(ids.end(), later->second.begin(), later->second.end());
  const auto filed = s.filed.find(key);
  if (filed == s.filed.end() || filed->second.note.empty()) return ids;
  ids.push_back(filed->second.note);
  ids.insert(ids.end(), filed->second.later.begin(), filed->second.later.end());
  return ids;
}

Recorded deleted(Work& w, const Incident& i, const ChatFact& f) {
  const std::string key = post_key(f.channel, f.about.post_id);
  const bool heard = w.state.heard.contains(hash_of(key));
  Recorded result;
  result.keeps_files = w.config.capture.keep_deleted && w.state.filed.contains(key);
  if (!heard && !w.state.filed.contains(key)) return result;
  Entry e = chat_entry("chat.deleted", i, f);
  // Who deletes another's message is an administrator; where the platform does not say who, it is most likely the
  // author, and the entry says that this is a guess.
  e.actor = actor_of(w.config, f.user.empty() ? f.about.author : f.user, false);
  if (f.user.empty()) e.data.set("presumed", true);
  e.data.set("text_kept", w.config.capture.keep_deleted);
  const Entry like = e;
  record(w, std::move(e));
  bury_filed(w, like, key);
  if (w.config.capture.keep_deleted) return result;
  for (const std::string& id : entries_of(w.state, key)) {
    record(w, redaction(w, like, id, f.about.author));
    result.scrubs.push_back(id);
  }
  if (const auto filed = w.state.filed.find(key); filed != w.state.filed.end()) result.files_gone = filed->second.files;
  return result;
}

// A message of another channel that an incident was declared from: what becomes of it is followed too.
Recorded elsewhere(Work& w, const ChatFact& f) {
  const std::string key = post_key(f.channel, f.about.post_id);
  const auto it = w.state.filed.find(key);
  const Incident* i = it == w.state.filed.end() ? nullptr : find_incident(w.state, it->second.incident);
  if (!i) return {};
  if (f.kind == "edit") edit_filed(w, f, key);
  Recorded result;
  result.takes_file = f.kind == "file" && copied(w, *i, f);
  if (f.kind == "file") return result;
  return f.kind == "delete" ? deleted(w, *i, f) : Recorded{};
}

void covered(Work& w, const Incident& i, ChatFact f) {
  if (!i.open() && i.resolved_ms != 0 && f.from_ms > i.resolved_ms + day_ms) return;  // nobody works there any more
  f.from_ms = std::max(f.from_ms, i.declared_ms);
  Entry e = chat_entry("chat.coverage", i, f);
  e.occurred_ms = f.at;
  const std::string why = coverage_text(f.notes, "en");
  e.data = Value::Map{{"platform", f.platform}, {"from_ms", f.from_ms}, {"to_ms", f.at},
                      {"complete", f.complete}, {"found", f.found},     {"why", why}};
  if (!f.notes.empty()) e.data.set("notes", to_value(f.notes));
  const std::string span = format_utc(f.from_ms) + " to " + format_utc(f.at);
  e.text = f.platform + ": " +
           (f.complete ? "complete, read again from " + span + (why.empty() ? "" : "; " + why)
                       : "blind from " + span + ": " + why);
  record(w, std::move(e));
}

// "summary-INC-7-2", "board-INC-7", "announce-INC-7": what it said is said once more, and the platform that lost the
// post makes another.
Recorded shown_again(Work& w, const ChatFact& f) {
  const std::vector<std::string> parts = split(f.about.post_id, '-');
  const Incident* i = parts.size() < 3 ? nullptr : find_incident(w.state, parts[1] + "-" + parts[2]);
  if (i && parts[0] == "announce")
    announce_again(w, *i, f.platform);
  else if (i)
    touch(w, *i);
  return {};
}

// A mark that was set on another platform or in the web room is not seen on this one: it is none of its business.
FiledMessage as_filed_on(const std::string& platform, const Filed& f) {
  FiledMessage m;
  m.author = f.author;
  m.said_there = f.platform == platform;
  for (const auto& [name, mark] : f.marks) {
    if (mark.platform != platform) continue;
    const std::vector<std::string> parts = split(name, '/');  // a person's id may hold a slash, an emoji's name may not
    if (name == "pin") m.pinned = true;
    if (parts.size() < 3 || parts.front() != "reaction") continue;
    const std::string person =
        name.substr(parts.front().size() + 1, name.size() - parts.front().size() - parts.back().size() - 2);
    m.reactions.push_back({person, parts.back(), mark.account});
  }
  return m;
}

}  // namespace

std::string post_key(const std::string& channel, const std::string& post_id) { return channel + "/" + post_id; }

Actor author_of(const CoreConfig& config, const Said& said) {
  if (said.by_bot) return {.type = "bot", .id = "muster", .handle = config.bot_handle, .display = config.bot_handle};
  return actor_of(config, said.author, false);
}

Entry chat_entry(const std::string& kind, const Incident& i, const ChatFact& f) {
  Entry e;
  e.kind = kind;
  e.incident_id = i.id;
  e.services = i.services;
  e.occurred_ms = f.at;
  e.clock_name = f.platform;
  e.data = Value::Map{{"platform", f.platform}};
  e.source = {.system = "chat",
              .type = "chat_message",
              .id = post_key(f.channel, f.about.post_id),
              .channel = f.channel,
              .permalink = f.about.permalink};
  return e;
}

bool apply_capture(State& s, const Entry& e) {
  const std::string_view kind = e.kind;
  const bool of_message = e.source.type == "chat_message";
  if (kind == "chat.said") {
    s.heard.insert(hash_of(e.source.id));
    Incident* i = find_incident(s, e.incident_id);
    if (i && e.actor.type == "user" && i->people.size() < Incident::people_max) i->people.insert(e.actor.id);
  } else if (kind == "chat.edited") {
    s.edited[e.source.id].push_back(e.event_id);
  } else if (kind == "chat.marked") {
    s.filed[e.source.id].marks[e.data["mark"].as_string()] = {e.data["platform"].as_string(),
                                                              e.data["account"].as_string()};
  } else if (kind == "chat.unmarked") {
    s.filed[e.source.id].marks.erase(e.data["mark"].as_string());
  } else if (kind == "message.deleted") {
    s.filed[e.source.id].deleted = true;
  } else if (kind == "attachment.copied") {
    for (const Value& a : e.attachments.as_list()) s.filed[e.source.id].files.push_back(a["id"].as_string());
  } else if (kind == "declare.offered") {
    s.offers[e.source.channel] = e.occurred_ms;
  } else if (kind == "thread.muted") {
    s.muted.insert(e.source.id);
  } else if (kind == "note" && of_message) {
    apply_note(s, e);
  } else if (kind == "correction" && of_message) {
    s.filed[e.source.id].later.push_back(e.event_id);
  } else if (kind == "retraction" && of_message) {
    apply_retraction(s, e);
  } else {
    return kind.starts_with("chat.");
  }
  return true;
}

std::optional<std::vector<FiledMessage>> filed_in(const State& s, const std::string& channel,
                                                  const std::string& platform, TimeMs now) {
  const auto at = s.incident_by_channel.find(channel);
  const Incident* i = at == s.incident_by_channel.end() ? nullptr : &s.incidents.at(at->second);
  if (!i || (!i->open() && now - i->resolved_ms > day_ms)) return std::nullopt;
  std::vector<FiledMessage> list;
  const std::string here = channel + "/";
  for (auto it = s.filed.lower_bound(here); it != s.filed.end() && it->first.starts_with(here); ++it) {
    FiledMessage m = as_filed_on(platform, it->second);
    m.post_id = it->first.substr(here.size());
    if (!it->second.deleted && (m.said_there || m.marked())) list.push_back(std::move(m));
  }
  return list;
}

// All that may be there: which were ever posted the platform knows.
std::vector<std::string> kept_posts(const State& state, const CoreConfig& config, const std::string& channel) {
  std::vector<std::string> posts;
  for (const auto& [n, i] : state.incidents) {
    if (!i.open()) continue;
    if (i.channel == channel && !i.archived) posts.push_back(summary_post(i));
    if (channel == config.board_channel) posts.push_back("board-" + i.id);
    if (channel == config.alerts_channel) posts.push_back("announce-" + i.id);
  }
  return posts;
}

Recorded take_chat(Work& w, const ChatFact& f) {
  if (f.kind == "gone") return shown_again(w, f);
  const auto at = w.state.incident_by_channel.find(f.channel);
  if (at == w.state.incident_by_channel.end()) {
    if (f.kind == "message") offer_declaration(w, f);
    if (f.kind == "archived") return standing_archived(w, f), Recorded{};
    return elsewhere(w, f);
  }
  const Incident& i = w.state.incidents.at(at->second);
  Recorded result;
  const std::size_t before = w.state.heard.size();
  if (f.kind == "message")
    remember(w, i, f, false);
  else if (f.kind == "edit" || f.kind == "heard")
    edited(w, i, f);
  else if (f.kind == "delete")
    return deleted(w, i, f);
  else if (f.kind == "coverage")
    covered(w, i, f);
  else if (f.kind == "archived")
    archived_by_hand(w, i, f);
  else if (f.kind == "file")
    result.takes_file = copied(w, i, f);
  else
    marked(w, i, f);
  result.fresh = w.state.heard.size() != before;
  if (result.fresh && f.kind == "message") tick_by_keyword(w, i, f);
  return result;
}

}  // namespace muster
