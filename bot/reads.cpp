#include "bot/reads.h"

#include <algorithm>
#include <charconv>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/journal/sentence.h"
#include "bot/core/journal/view.h"
#include "storage/store.h"

namespace muster {

namespace {

std::string timeline_file(const View& view, const std::string& id, const std::string& language) {
  std::string text = "# " + id + "\n\n";
  for (const ViewRow& r : view.rows)
    text += "- " + format_utc(r.effective_ms) + " **" + r.entry->kind + "** " + one_line(row_text(r, language)) + "\n";
  return text;
}

// What became of a row: who filed it, what it said before, that its message is gone.
std::string marks_of(const ViewRow& r, const std::string& language) {
  std::string text = r.added_later ? " ➕" : "";
  if (r.corrected) text += " ✏️";
  if (r.deleted) text += " 🗑️";
  if (!r.entry->attachments.as_list().empty()) text += " 📎";
  const std::string& by = r.entry->data["filed_by_name"].as_string();
  if (!by.empty()) text += " (" + say(language, "timeline.filed", {{"who", plain(by)}}) + ")";
  return text;
}

// A destroyed payload took the name along.
std::string name_of(const Actor& author, const CoreConfig& config) {
  if (!author.display.empty()) return author.display;
  const Person* p = find_person(config, author.id);
  return p ? p->name : author.id;
}

std::string timeline_lines(const ViewRow& r, const std::string& language, const CoreConfig& config) {
  const Actor& author = r.entry->actor;
  const bool filed = r.entry->kind == "note" && r.entry->source.type == "chat_message";
  const std::string who = filed ? plain(name_of(author, config)) + ": " : "";
  std::string text = "`" + format_utc_clock(r.effective_ms) + "` " + r.entry->kind + " · " + who +
                     plain(clip(one_line(row_text(r, language)), 160)) + marks_of(r, language) + "\n";
  for (const std::string& before : earlier_texts(r))
    text += "  ↳ " + say(language, "timeline.before", {{"text", plain(clip(one_line(before), 160))}}) + "\n";
  return text;
}

// What was withdrawn is named, unless its text was destroyed meanwhile.
std::string withdrawn_line(const std::vector<Entry>& entries, const QualityNote& note, const std::string& language,
                           const CoreConfig& config) {
  const auto it = std::ranges::find(entries, note.event_id, &Entry::event_id);
  const bool destroyed = std::ranges::any_of(
      entries, [&](const Entry& e) { return e.kind == "redaction" && e.corrects == note.event_id; });
  std::string what;
  if (it != entries.end()) {
    const std::string who = it->kind == "note" ? plain(name_of(it->actor, config)) + ": " : it->kind + " · ";
    what = "`" + format_utc_clock(it->occurred_ms) + "` " + who +
           (destroyed ? "" : plain(clip(one_line(entry_text(*it, language)), 80)));
  }
  return "✖ " + say(language, "timeline.withdrawn", {{"what", what}, {"reason", plain(reason_text(note, language))}}) +
         "\n";
}

// Times alone mislead when an incident went past midnight or somebody noted what was yesterday.
std::string day_of(const ViewRow& r) { return format_utc(r.effective_ms).substr(0, 10); }

Value timeline_value(const ViewRow& r) {
  Value v = Value::Map{{"id", r.entry->event_id}, {"n", r.entry->seq}, {"at", format_utc(r.effective_ms)},
                       {"kind", r.entry->kind},   {"text", r.text},    {"actor", r.entry->actor.id}};
  if (r.entry->data.has("filed_by")) v.set("filed_by", r.entry->data["filed_by"]);
  if (r.deleted) v.set("deleted", true);
  if (!r.entry->attachments.as_list().empty()) v.set("attachments", r.entry->attachments);
  Value before = Value::List{};
  for (const std::string& text : earlier_texts(r)) before.push(text);
  if (!before.as_list().empty()) v.set("before", std::move(before));
  return v;
}

}  // namespace

Outcome timeline_outcome(const std::vector<Entry>& entries, const ReadWanted& wanted, const CoreConfig& config) {
  const View view = effective_view(entries, Profile::internal);
  Outcome o;
  o.reply.text =
      say(wanted.language, "timeline.head", {{"id", wanted.incident}, {"n", std::to_string(view.rows.size())}});
  std::string lines;
  Value list = Value::List{};
  const bool days = !view.rows.empty() && day_of(view.rows.front()) != day_of(view.rows.back());
  std::string day;
  for (const ViewRow& r : view.rows) {
    if (days && day != day_of(r)) lines += "*" + (day = day_of(r)) + "*\n";
    if (wanted.named.contains("ids")) lines += "`" + std::to_string(r.entry->seq) + "` ";
    lines += timeline_lines(r, wanted.language, config);
    list.push(timeline_value(r));
  }
  for (const QualityNote& n : view.retracted) lines += withdrawn_line(entries, n, wanted.language, config);
  if (!lines.empty()) o.reply.sections.push_back({std::string(trim(lines)), {}});
  if (const auto format = wanted.named.find("export"); format != wanted.named.end()) {
    const bool json = format->second == "json";
    o.reply.attachments.push_back({"timeline-" + wanted.incident + (json ? ".json" : ".md"),
                                   json ? "application/json" : "text/markdown",
                                   json ? to_json(list) : timeline_file(view, wanted.incident, wanted.language)});
  }
  o.json = list;
  return o;
}

namespace {

constexpr std::size_t history_max = 200;  // what one answer shows; narrower filters show older ones

std::string filter_of(const ReadWanted& wanted, const char* key) {
  const auto it = wanted.named.find(key);
  return it == wanted.named.end() ? "" : it->second;
}

// The command in words; what the bot recorded without one is named by its kind.
std::string action_of(const Entry& e, const std::string& language) {
  const std::string& command = e.data["command"].as_string();
  const std::string text = entry_text(e, language);
  return command.empty() ? e.kind + (text.empty() ? "" : " · " + text) : command;
}

bool has_word_pair(const std::string& text, const std::string& value) {
  for (const char* word : {" in ", " to "}) {
    const auto at = text.find(word + value);
    const auto end = at + std::string_view(word).size() + value.size();
    if (at != std::string::npos && (end == text.size() || text[end] == ' ')) return true;
  }
  return false;
}

}  // namespace

bool HistoryReader::keeps(const Entry& e) const {
  if (e.origin != "human" && e.origin != "backfill" && e.kind != "config.changed") return false;
  if (e.data["sealed"].as_bool()) return false;  // that somebody asks to unseal is for who may answer
  if (wanted_.hides(e.incident_id) || wanted_.hides("#" + e.source.channel)) return false;
  const std::string& typed = e.data["command"].as_string();
  // A note is its text: no command is kept beside it, its kind is the verb.
  const std::string command = e.kind == "command.denied" ? e.text : typed.empty() ? e.kind : typed;
  const std::string who = filter_of(wanted_, "who"), verb = filter_of(wanted_, "verb");
  const std::string service = filter_of(wanted_, "service"), env = filter_of(wanted_, "env");
  if (!who.empty() && e.actor.id != who) return false;
  if (!verb.empty() && command != verb && !command.starts_with(verb + " ")) return false;
  const bool named = command.contains(" " + service + " ") || command.ends_with(" " + service);
  if (!service.empty() && std::ranges::find(e.services, service) == e.services.end() && !named) return false;
  if (!env.empty() && lower_ascii(e.data["environment"].as_string()) != env &&
      !has_word_pair(lower_ascii(command), env))
    return false;
  TimeMs since = 0;
  const std::string text = filter_of(wanted_, "since_ms");
  std::from_chars(text.data(), text.data() + text.size(), since);
  return e.received_ms >= since;
}

void HistoryReader::take(const Entry& e) {
  if (!keeps(e)) return;
  if (last_.size() == history_max) last_.pop_front();
  last_.push_back(e);
}

Outcome HistoryReader::outcome() const {
  Outcome o;
  std::string text;
  Value list = Value::List{};
  for (auto it = last_.rbegin(); it != last_.rend(); ++it) {
    const std::string mark = it->kind == "command.denied" ? "⛔ " : "";
    text += "`" + format_utc_minute(it->received_ms) + "` " + plain(it->actor.id) + " · " +
            (it->incident_id.empty() ? "" : it->incident_id + " · ") + mark +
            plain(clip(one_line(it->kind == "command.denied" ? it->text : action_of(*it, wanted_.language)), 120)) +
            "\n";
    list.push(Value::Map{{"at", format_utc(it->received_ms)},
                         {"who", it->actor.id},
                         {"kind", it->kind},
                         {"incident", it->incident_id},
                         {"command", it->data["command"].as_string()},
                         {"text", it->text}});
  }
  const bool filtered =
      std::ranges::any_of(std::initializer_list<const char*>{"who", "verb", "service", "env", "since_ms"},
                          [&](const char* key) { return wanted_.named.contains(key); });
  const std::string n = std::to_string(last_.size());
  o.reply.text = !last_.empty() ? say(wanted_.language, "history.filtered", {{"n", n}})
                 : filtered     ? say(wanted_.language, "history.none_match")
                                : say(wanted_.language, "history.none");
  if (!text.empty()) o.reply.sections.push_back({std::string(trim(text)), {}});
  o.json = list;
  return o;
}

Outcome record_outcome(Store& store, const ReadWanted& wanted, const CoreConfig& config) {
  HistoryReader history(wanted);
  const bool of_one = wanted.what != "history";
  const auto entries = of_one ? store.read_incident(wanted.incident) : Result<std::vector<Entry>>();
  const auto read = of_one ? Result<void>() : store.read_journal(0, [&history](const Entry& e) { history.take(e); });
  if (!entries || !read) {
    Outcome o;
    o.ok = false;
    o.reply.text = entries ? read.error().message : entries.error().message;
    return o;
  }
  if (!of_one) return history.outcome();
  return wanted.what == "timeline" ? timeline_outcome(*entries, wanted, config) : transcript_outcome(*entries, wanted);
}

FileBytes file_bytes_of(Store& store) {
  return [&store](const std::string& id) {
    auto file = store.read_file(id);
    return file ? std::move(file->bytes) : std::string();
  };
}

}  // namespace muster
