// Filing: a reaction, a pin or `pin` puts a message into the timeline at its own time, credited to its author; taking
// the last mark away withdraws it, marking it again brings it back.
#include <algorithm>

#include "bot/base/hash.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/capture_parts.h"
#include "bot/core/engine/handlers.h"
#include "bot/core/engine/todos.h"
#include "bot/core/journal/sentence.h"

namespace muster {

// Names that people may write in the configuration, and what a browser or another platform sends for them.
std::string reaction_name(std::string_view emoji) {
  static constexpr std::pair<std::string_view, std::string_view> pictures[] = {{"📌", "pushpin"},
                                                                               {"📍", "round_pushpin"},
                                                                               {"📝", "memo"},
                                                                               {"pencil", "memo"},
                                                                               {"🔖", "bookmark"},
                                                                               {"⭐", "star"},
                                                                               {"🚩", "triangular_flag_on_post"},
                                                                               {"💾", "floppy_disk"},
                                                                               {"👀", "eyes"},
                                                                               {"☑️", "ballot_box_with_check"},
                                                                               {"☑", "ballot_box_with_check"}};
  if (emoji.starts_with(':') && emoji.ends_with(':') && emoji.size() > 2) emoji = emoji.substr(1, emoji.size() - 2);
  emoji = emoji.substr(0, emoji.find("::"));  // a skin tone
  for (const auto& [from, to] : pictures)
    if (emoji == from) return std::string(to);
  return std::string(emoji);
}

namespace {

std::string mark_of(const ChatFact& f) {
  if (f.kind == "pin" || f.kind == "unpin") return "pin";
  return "reaction/" + f.user + "/" + reaction_name(f.emoji);
}

// The same as the record has it: an account may have been joined to a person since it set the mark. Who it was then
// stays in the record, as everything it says of then.
std::string known_mark(const State& state, const ChatFact& f) {
  const auto filed = state.filed.find(post_key(f.channel, f.about.post_id));
  const bool reaction = f.kind == "reaction" || f.kind == "unreaction";
  if (filed == state.filed.end() || f.account.empty() || !reaction) return mark_of(f);
  const std::string emoji = "/" + reaction_name(f.emoji);
  for (const auto& [name, mark] : filed->second.marks) {
    const bool same = mark.platform == f.platform && mark.account == f.account;
    if (same && name.starts_with("reaction/") && name.ends_with(emoji)) return name;
  }
  return mark_of(f);
}

// Who marked it: Mattermost does not say who pins.
Actor doer_of(const Work& w, const ChatFact& f) {
  if (!f.user.empty()) return actor_of(w.config, f.user, f.user == "operator");
  return {.type = "system", .id = f.platform, .handle = f.platform, .display = "somebody on " + f.platform};
}

// The one door: filing is the command `pin`, a follow-up is `todo`, however it is asked for.
bool may_mark(Work& w, const ChatFact& f, const std::string& verb) {
  if (f.user.empty()) return true;  // a pin on Mattermost: the server let somebody do it and does not say whom
  const bool alone = w.config.people.empty() && f.platform == "room" && f.user == "operator";
  const CommandInput input{.person = f.user,
                           .is_operator = alone,
                           .platform = f.platform,
                           .channel = f.channel,
                           .thread = f.about.thread,
                           .source_id = f.about.post_id,
                           .text = verb,
                           .direct = false,
                           .sent_ms = f.at,
                           .standing = f.standing};
  Command command;
  command.verb = verb;
  const std::string language = language_of(w.state, w.config, f.user, f.channel);
  Call call{w, input, command, language, w.config.zone, actor_of(w.config, f.user, alone)};
  const Verdict v = verdict_of(call, asker_of(call), command);
  if (v.effect == "run") return true;
  // A platform's history brings the mark again after each restart: it is refused again, and told once.
  const std::string mark = post_key(f.channel, f.about.post_id) + " " + mark_of(f);
  if (w.state.refused_marks.contains(fnv1a64(mark))) return false;
  Entry e = human_entry(call, "command.denied", nullptr);
  e.text = verb;
  e.data = Value::Map{{"verb", verb}, {"rule", v.rule}, {"mark", mark}};
  record(w, std::move(e));
  Message m;
  m.text = say(language, "capture.denied", {{"rule", plain(v.rule)}, {"who", who_may_grant(call)}});
  m.color = "warning";
  post(w, f.channel, "denied-" + w.new_id(), m, f.about.thread, f.user);
  w.decision.out.back().body.set("origin", f.platform);
  return false;
}

Value attachments_of(const Said& said) {
  Value list = Value::List{};
  for (const SaidFile& f : said.files) {
    if (list.as_list().size() == filed_files_max) break;
    Value v = Value::Map{{"id", f.id}, {"name", f.name}, {"mime", f.type}, {"bytes", f.size}};
    if (!f.sha256.empty()) v.set("sha256", f.sha256);
    list.push(std::move(v));
  }
  return list;
}

std::string names_of(const std::vector<SaidFile>& files) {
  std::string names;
  for (const SaidFile& f : files) names += (names.empty() ? "📎 " : ", ") + f.name;
  return names;
}

// Our own room has the bytes already; elsewhere they are fetched after the commit, with the bot's token.
void fetch_files(Work& w, const std::string& platform, const std::string& channel, const Said& said) {
  if (platform == "room" || said.files.empty()) return;
  Value files = Value::List{};
  for (const SaidFile& f : said.files) {
    if (files.as_list().size() == filed_files_max) break;
    files.push(Value::Map{{"id", f.id}, {"name", f.name}, {"mime", f.type}, {"bytes", f.size}, {"url", f.url}});
  }
  Value body = Value::Map{{"channel", channel}, {"post_id", said.post_id}, {"bytes_max", filed_file_bytes_max}};
  body.set("files", std::move(files));
  w.decision.out.push_back({w.new_id(), platform + ":files", "fetch_files", std::move(body)});
}

Entry note_of(Work& w, const Incident& i, const Said& said, const ChatFact& f, const std::string& how) {
  Entry e = chat_entry("note", i, f);
  e.origin = "human";
  e.pinned = true;
  e.actor = author_of(w.config, said);
  e.occurred_ms = said.at;
  e.text = said.text.empty() ? names_of(said.files) : said.text;
  for (const auto& [role, person] : i.roles)
    if (person == e.actor.id) e.role = role;
  const Actor by = doer_of(w, f);
  e.data.set("filed_by", by.id);
  e.data.set("filed_by_name", by.display);
  e.data.set("filed_how", how);
  if (!said.platform.empty() && said.platform != f.platform) e.data.set("said_on", said.platform);
  if (!said.files.empty()) e.attachments = attachments_of(said);
  return e;
}

void set_mark(Work& w, const Incident& i, const ChatFact& f, const std::string& kind, const std::string& mark) {
  Entry e = chat_entry(kind, i, f);
  e.origin = "human";
  e.actor = doer_of(w, f);
  e.data.set("mark", mark);
  if (!f.account.empty()) e.data.set("account", f.account);
  record(w, std::move(e));
}

void retract(Work& w, const Incident& i, const ChatFact& f, const std::string& target, const std::string& why) {
  Entry e = chat_entry("retraction", i, f);
  e.origin = "human";
  e.actor = doer_of(w, f);
  e.corrects = target;
  e.text = why;
  e.data.set("reason", why + " by " + e.actor.display + " at " + format_utc_minute(f.at) + " UTC");
  e.data.set("how", why == "unpinned" ? "unpinned" : why == "put back" ? "put_back" : "unmarked");
  record(w, std::move(e));
}

bool add_mark(Work& w, const Incident& i, const ChatFact& f, const std::string& mark, const std::string& how) {
  const std::string key = post_key(f.channel, f.about.post_id);
  const Filed known = w.state.filed.contains(key) ? w.state.filed.at(key) : Filed{};
  if (known.deleted || known.marks.contains(mark)) return false;
  if (known.note.empty() && !f.about.known()) return false;  // nobody can say what it said
  set_mark(w, i, f, "chat.marked", mark);
  if (known.note.empty()) {
    record(w, note_of(w, i, f.about, f, how));
    fetch_files(w, f.about.platform.empty() ? f.platform : f.about.platform, f.channel, f.about);
    return true;
  }
  if (!known.withdrawn.empty()) retract(w, i, f, known.withdrawn, "put back");
  return !known.withdrawn.empty();
}

void take_mark(Work& w, const Incident& i, const ChatFact& f, const std::string& mark) {
  const std::string key = post_key(f.channel, f.about.post_id);
  const auto it = w.state.filed.find(key);
  if (it == w.state.filed.end() || it->second.deleted || !it->second.marks.contains(mark)) return;
  set_mark(w, i, f, "chat.unmarked", mark);
  const Filed& now = w.state.filed.at(key);
  if (now.marks.empty() && now.withdrawn.empty() && !now.note.empty()) {
    const std::string note = now.note;
    retract(w, i, f, note, mark == "pin" ? "unpinned" : "reaction removed");
  }
}

}  // namespace

namespace {

bool is_listed(const std::vector<std::string>& reactions, const std::string& emoji) {
  const std::string name = reaction_name(emoji);
  return std::ranges::any_of(reactions, [&](const auto& r) { return reaction_name(r) == name; });
}

// Taking the reaction back undoes nothing: what is to be done stays until it is done.
void make_todo(Work& w, const Incident& i, const ChatFact& f) {
  const std::string from = post_key(f.channel, f.about.post_id);
  const bool made = std::ranges::any_of(i.todos, [&](const Todo& t) { return t.from == from; });
  if (f.kind != "reaction" || made || !f.about.known() || !may_mark(w, f, "todo")) return;
  Entry e = chat_entry("action.created", i, f);
  e.origin = "human";
  e.actor = doer_of(w, f);
  todo_of_message(w, i, std::move(e), f.about.text, from);
}

}  // namespace

bool is_filing_reaction(const CoreConfig& config, const std::string& emoji) {
  return is_listed(config.capture.reactions, emoji) || is_listed(config.capture.todo_reactions, emoji);
}

void marked(Work& w, const Incident& i, const ChatFact& f) {
  const bool reaction = f.kind == "reaction" || f.kind == "unreaction";
  if (reaction && is_listed(w.config.capture.todo_reactions, f.emoji)) return make_todo(w, i, f);
  if (reaction ? !is_listed(w.config.capture.reactions, f.emoji) : f.kind != "pin" && f.kind != "unpin") return;
  const std::string mark = known_mark(w.state, f);
  if (f.kind == "unreaction" || f.kind == "unpin") return take_mark(w, i, f, mark);
  const auto known = w.state.filed.find(post_key(f.channel, f.about.post_id));
  if (known != w.state.filed.end() && known->second.marks.contains(mark)) return;
  if (may_mark(w, f, "pin")) add_mark(w, i, f, mark, reaction ? "reaction " + reaction_name(f.emoji) : "pin");
}

bool file_message(Work& w, const Incident& i, const Said& said, const std::string& platform, const std::string& by,
                  const std::string& how) {
  ChatFact f;
  f.platform = platform;
  f.kind = "pin";
  f.channel = said.channel;
  f.user = by;
  f.at = w.now;
  f.about = said;
  return add_mark(w, i, f, how + "/" + by, how);
}

void edit_filed(Work& w, const ChatFact& f, const std::string& key) {
  const auto it = w.state.filed.find(key);
  if (it == w.state.filed.end() || it->second.note.empty()) return;
  const Incident* i = find_incident(w.state, it->second.incident);
  if (!i) return;
  Entry e = chat_entry("correction", *i, f);
  e.actor = actor_of(w.config, f.user, false);
  e.corrects = it->second.note;
  e.text = f.about.text;
  e.data.set("patch", Value::Map{{"text", f.about.text}});
  e.data.set("reason", "edited in chat by " + e.actor.display + " at " + format_utc_minute(f.at) + " UTC");
  e.data.set("how", "edited");
  record(w, std::move(e));
}

void bury_filed(Work& w, const Entry& like, const std::string& key) {
  const auto it = w.state.filed.find(key);
  if (it == w.state.filed.end() || it->second.note.empty() || it->second.deleted) return;
  const Person* author = find_person(w.config, it->second.author);
  const std::string whose = author ? author->name : it->second.author;
  Entry e = like;
  e.kind = "message.deleted";
  e.incident_id = it->second.incident;
  e.reply_to = it->second.note;
  const bool presumed = e.data["presumed"].as_bool();
  write_sentence(e, presumed ? "entry.deleted_by_somebody" : "entry.deleted",
                 Value::Map{{"whose", whose}, {"who", e.actor.display}});
  record(w, std::move(e));
}

bool copied(Work& w, const Incident& i, const ChatFact& f) {
  const auto it = w.state.filed.find(post_key(f.channel, f.about.post_id));
  if (it == w.state.filed.end() || it->second.note.empty() || f.about.files.empty()) return false;
  const SaidFile& file = f.about.files.front();
  Entry e = chat_entry(file.why.empty() ? "attachment.copied" : "attachment.missed", i, f);
  e.reply_to = it->second.note;
  e.text = file.why.empty() ? file.name : file.name + ": " + file.why;
  if (!f.notes.empty() && has_sentence("missed." + f.notes.front().key)) {
    Value words = Value::Map{};
    for (const auto& [name, word] : f.notes.front().words) words.set(name, word);
    write_sentence(e, "entry.not_copied",
                   Value::Map{{"name", file.name}, {"why", sentence_value("missed." + f.notes.front().key, words)}});
  }
  if (file.why.empty()) {
    e.attachments = Value::List{Value::Map{
        {"id", file.id}, {"name", file.name}, {"mime", file.type}, {"bytes", file.size}, {"sha256", file.sha256}}};
  }
  record(w, std::move(e));
  return file.why.empty();
}

}  // namespace muster
