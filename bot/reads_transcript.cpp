// The transcript of an incident's channel: every message with its edits, its deletion and its files.
#include <algorithm>
#include <map>

#include "bot/base/text.h"
#include "bot/core/chat/coverage.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/together.h"
#include "bot/reads.h"

namespace muster {

namespace {

constexpr std::string_view complete_key = "complete";  // of a coverage entry

struct Line {
  const Entry* said = nullptr;
  std::vector<const Entry*> edits;
  const Entry* deleted = nullptr;
  std::string name;  // who said it, also when the text was destroyed
};

using Lines = std::vector<Line>;

Lines lines_of(const std::vector<Entry>& entries) {
  Lines lines;
  std::map<std::string, std::size_t> by_key;
  for (const Entry& e : entries) {
    if (e.kind == "chat.said") {
      by_key[e.source.id] = lines.size();
      lines.push_back({&e, {}, nullptr, e.actor.display.empty() ? e.actor.id : e.actor.display});
      continue;
    }
    const auto it = by_key.find(e.source.id);
    if (it == by_key.end()) continue;
    if (e.kind == "chat.edited") lines[it->second].edits.push_back(&e);
    if (e.kind == "chat.deleted") lines[it->second].deleted = &e;
    const std::string& name = e.kind == "redaction" ? e.data["payload"]["display"].as_string() : std::string();
    if (!name.empty()) lines[it->second].name = name;
  }
  std::ranges::stable_sort(lines, {}, [](const Line& l) { return l.said->occurred_ms; });
  return lines;
}

const Entry& newest(const Line& l) { return l.edits.empty() ? *l.said : *l.edits.back(); }

std::string words_of(const Entry& e, const std::string& language, std::size_t most) {
  return e.scrubbed ? say(language, "transcript.no_text") : plain(clip(one_line(e.text), most));
}

std::string clock(TimeMs t) { return format_utc_clock(t); }

std::string text_of(const Line& l, const std::string& language) {
  std::string text = "`" + clock(l.said->occurred_ms) + "` " + (l.said->data.has("thread") ? "↳ " : "") + "*" +
                     plain(l.name) + "*: " + words_of(newest(l), language, 400);
  for (const Value& f : l.said->data["files"].as_list()) text += " 📎 " + plain(clip(f["name"].as_string(), 80));
  for (std::size_t i = l.edits.size(); i > 0; --i) {
    const Entry& before = i == 1 ? *l.said : *l.edits[i - 2];
    text += " ✏️ " + say(language, "transcript.edited",
                             {{"time", clock(l.edits[i - 1]->occurred_ms)}, {"text", words_of(before, language, 200)}});
  }
  if (l.deleted) {
    const bool guess = l.deleted->data["presumed"].as_bool();
    text += " 🗑️ " + say(language, guess ? "transcript.deleted_guess" : "transcript.deleted",
                              {{"who", plain(l.deleted->actor.display)}, {"time", clock(l.deleted->occurred_ms)}});
  }
  return text;
}

Value value_of(const Line& l) {
  Value v = Value::Map{{"at", format_utc(l.said->occurred_ms)},
                       {"author", l.said->actor.id},
                       {"text", newest(l).text},
                       {"post", l.said->source.id},
                       {"platform", l.said->data["platform"].as_string()}};
  if (!l.said->source.permalink.empty()) v.set("permalink", l.said->source.permalink);
  if (l.said->data.has("thread")) v.set("thread", l.said->data["thread"]);
  if (l.said->data.has("files")) v.set("files", l.said->data["files"]);
  Value before = Value::List{};
  for (std::size_t i = 0; i < l.edits.size(); ++i) {
    before.push(Value::Map{{"text", (i == 0 ? l.said : l.edits[i - 1])->text},
                           {"until", format_utc(l.edits[i]->occurred_ms)},
                           {"edited_by", l.edits[i]->actor.id}});
  }
  if (!l.edits.empty()) v.set("before", std::move(before));
  if (l.deleted) {
    v.set("deleted_at", format_utc(l.deleted->occurred_ms));
    if (!l.deleted->data["presumed"].as_bool()) v.set("deleted_by", l.deleted->actor.id);
  }
  return v;
}

std::string coverage_line(const Entry& e, const std::string& language) {
  const Value& d = e.data;
  const bool complete = d[complete_key].as_bool();
  const std::string why = plain(coverage_text(d, language)), but = complete && !why.empty() ? "; " + why : "";
  const std::string span =
      say(language, complete ? "transcript.complete" : "transcript.blind",
          {{"platform", plain(place_name(d["platform"].as_string()))},
           {"from", format_utc_minute(d["from_ms"].as_int()) + ":" + clock(d["from_ms"].as_int()).substr(6)},
           {"to", format_utc_minute(d["to_ms"].as_int()) + ":" + clock(d["to_ms"].as_int()).substr(6)},
           {"why", why}});
  return span + but;
}

}  // namespace

Outcome transcript_outcome(const std::vector<Entry>& entries, const ReadWanted& wanted) {
  const Lines lines = lines_of(entries);
  Outcome o;
  o.reply.text = say(wanted.language, lines.empty() ? "transcript.none" : "transcript.head",
                     {{"id", wanted.incident}, {"n", std::to_string(lines.size())}});
  std::string text;
  Value list = Value::List{};
  for (const Line& l : lines) {
    text += text_of(l, wanted.language) + "\n";
    list.push(value_of(l));
  }
  if (!text.empty()) o.reply.sections.push_back({std::string(trim(text)), {}});
  std::string coverage;
  for (const Entry& e : entries)
    if (e.kind == "chat.coverage") coverage += coverage_line(e, wanted.language) + "\n";
  if (!coverage.empty()) o.reply.sections.push_back({std::string(trim(coverage)), {}});
  o.json = list;
  return o;
}

}  // namespace muster
