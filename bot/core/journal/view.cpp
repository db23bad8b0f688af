#include "bot/core/journal/view.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"

namespace muster {
namespace {

constexpr DurationMs late_after_ms = 5 * minute_ms;
constexpr DurationMs clock_tolerance_ms = 2 * second_ms;

using Ids = std::unordered_set<std::string_view>;
using Many = std::unordered_map<std::string_view, std::vector<const Entry*>>;

bool visible(const Entry& e, Profile profile) {
  if (e.kind == "message.private") return false;
  if (e.visibility == "public") return true;
  if (profile == Profile::public_only) return false;
  return e.visibility == "internal" || (profile == Profile::responders && e.visibility == "responders");
}

bool changes_another(const Entry& e) {
  return e.kind == "correction" || e.kind == "retraction" || e.kind == "redaction";
}

bool has_tag(const Entry& e, std::string_view tag) {
  return std::find(e.tags.begin(), e.tags.end(), tag) != e.tags.end();
}

// Written order: seq when given, else when it was received.
bool written_before(const Entry* a, const Entry* b) {
  return std::tie(a->seq, a->received_ms, a->event_id) < std::tie(b->seq, b->received_ms, b->event_id);
}

// What changes other entries, private changes left out: they leave no trace, not even through their effect.
struct Changes {
  Ids retracted, deleted;
  Many corrections, redactions;  // newest first
  std::unordered_map<std::string_view, const Entry*> retraction_of;
  std::unordered_map<std::string_view, const Entry*> edit_of;  // by the captured post's id
};

Changes collect(const std::vector<Entry>& entries, Profile profile) {
  std::vector<const Entry*> changing;
  Changes out;
  for (const Entry& e : entries) {
    if (e.visibility == "private") continue;
    if (changes_another(e) && !e.corrects.empty()) changing.push_back(&e);
    if (e.kind == "message.deleted" && !e.reply_to.empty()) out.deleted.insert(e.reply_to);
    if (e.kind != "message.edited" || !visible(e, profile)) continue;
    const std::string& post = e.data["post_id"].as_string();
    const Entry*& newest = out.edit_of[post.empty() ? std::string_view(e.reply_to) : std::string_view(post)];
    if (newest == nullptr || written_before(newest, &e)) newest = &e;
  }
  std::sort(changing.begin(), changing.end(), [](auto a, auto b) { return written_before(b, a); });
  for (const Entry* e : changing) {  // newest first: what is withdrawn is known before it would take effect
    if (out.retracted.contains(e->event_id)) continue;
    if (e->kind == "retraction") {
      out.retracted.insert(e->corrects);
      out.retraction_of.try_emplace(e->corrects, e);
    } else {
      (e->kind == "correction" ? out.corrections : out.redactions)[e->corrects].push_back(e);
    }
  }
  return out;
}

const std::vector<const Entry*>& changes_of(const Many& all, const Entry& e) {
  static const std::vector<const Entry*> none;
  const auto it = all.find(e.event_id);
  return it == all.end() ? none : it->second;
}

// Effective time by domain rules 2.4: a correction, else the source clock less its skew, never before it
// could have been known without saying so.
void set_time(ViewRow& row, const std::vector<const Entry*>& corrections) {
  const Entry& e = *row.entry;
  for (const Entry* c : corrections) {
    const Value& at = c->data["patch"]["occurred_ms"];
    if (!at.is_int()) continue;
    row.effective_ms = at.as_int();
    row.corrected = true;
    return;
  }
  row.effective_ms = e.occurred_ms - e.skew_ms;
  row.clock_adjusted = e.skew_ms != 0;
  if (e.skew_ms == 0 && e.occurred_ms > e.received_ms + clock_tolerance_ms) {
    row.effective_ms = e.received_ms;
    row.clock_adjusted = true;
  }
}

void set_text(ViewRow& row, const Changes& changes, Profile profile) {
  const Entry& e = *row.entry;
  row.text = e.text;
  const auto& redactions = changes_of(changes.redactions, e);
  if (e.scrubbed && !redactions.empty()) row.text = redactions.front()->data["payload"]["text"].as_string();
  if (const auto edit = changes.edit_of.find(e.source.id); !e.source.id.empty() && edit != changes.edit_of.end()) {
    row.text = edit->second->text;
    row.edited = true;
  }
  for (const Entry* c : changes_of(changes.corrections, e)) {
    row.corrected = true;
    // A narrower correction may move the time of a wider entry, but its words stay with its readers.
    if (!visible(*c, profile)) continue;
    const Value& patch = c->data["patch"];
    row.patches.push_back(&patch);
  }
  for (const Value* patch : row.patches) {
    if (!(*patch)["text"].is_string()) continue;
    row.text = (*patch)["text"].as_string();
    break;
  }
}

void set_flags(ViewRow& row) {
  const Entry& e = *row.entry;
  row.added_later = e.origin == "backfill";
  const bool outside = e.origin == "auto" && e.actor.type == "system" && e.source.type != "bot";
  const bool slow = outside && !row.corrected && e.received_ms - row.effective_ms > late_after_ms;
  row.late = has_tag(e, "late_delivery") || slow;
}

QualityNote noted(const Entry& e, const Entry& why, Profile profile) {
  if (!visible(why, profile)) return {e.event_id, {}, 0};
  return {e.event_id, why.data["reason"].as_string(), 0, &why};
}

void note_quality(View& view, const ViewRow& row, const Changes& changes, Profile profile) {
  const Entry& e = *row.entry;
  if (row.corrected) {
    const Entry& why = *changes_of(changes.corrections, e).front();
    view.corrected.push_back(noted(e, why, profile));
  }
  if (row.late) view.late.push_back({e.event_id, {}, e.received_ms - row.effective_ms});
  if (row.clock_adjusted) {
    view.clock_adjusted.push_back({e.event_id, {}, e.skew_ms != 0 ? e.skew_ms : e.occurred_ms - e.received_ms});
  }
  if (row.added_later) view.added_later.push_back({e.event_id, {}, e.received_ms - row.effective_ms});
}

void note_order_conflicts(View& view) {
  std::unordered_map<std::string_view, TimeMs> at;
  for (const ViewRow& row : view.rows) at.emplace(row.entry->event_id, row.effective_ms);
  for (const ViewRow& row : view.rows) {
    if (row.entry->reply_to.empty()) continue;
    const auto parent = at.find(row.entry->reply_to);
    if (parent != at.end() && row.effective_ms < parent->second) view.order_conflicts.push_back(row.entry->event_id);
  }
}

// What people said has a reading of its own; the story has what they filed of it.
bool is_transcript(const Entry& e, View& view) {
  if (!e.kind.starts_with("chat.")) return false;
  view.has_transcript = view.has_transcript || e.kind == "chat.said";
  if (e.kind == "chat.coverage") view.coverage.push_back(&e);
  return true;
}

bool row_before(const ViewRow& a, const ViewRow& b) {
  return std::tie(a.effective_ms, a.entry->received_ms, a.entry->seq, a.entry->event_id) <
         std::tie(b.effective_ms, b.entry->received_ms, b.entry->seq, b.entry->event_id);
}

}  // namespace

std::string reason_text(const QualityNote& note, std::string_view language) {
  const std::string key = note.why ? "reason." + note.why->data["how"].as_string() : "";
  if (!has_sentence(key)) return note.reason;
  const Actor& by = note.why->actor;
  // A platform that does not say who it was.
  const std::string who = by.type == "system" ? say(language, "reason.somebody", {{"place", by.id}}) : by.display;
  return say(language, key, {{"who", who}, {"time", format_utc_minute(note.why->occurred_ms) + " UTC"}});
}

View effective_view(const std::vector<Entry>& entries, Profile profile) {
  const Changes changes = collect(entries, profile);
  View view;
  view.rows.reserve(entries.size());
  for (const Entry& e : entries) {
    if (changes_another(e) || is_transcript(e, view)) continue;
    const bool of_retracted = e.kind.starts_with("attachment.") && changes.retracted.contains(e.reply_to);
    if (of_retracted) continue;
    const bool retracted = changes.retracted.contains(e.event_id);
    if (profile == Profile::internal && e.visibility == "responders" && e.kind != "message.private" && !retracted) {
      ++view.responders_only;
    }
    if (!visible(e, profile)) continue;
    if (retracted) {
      const Entry& why = *changes.retraction_of.at(e.event_id);
      view.retracted.push_back(noted(e, why, profile));
      continue;
    }
    ViewRow row;
    row.entry = &e;
    set_time(row, changes_of(changes.corrections, e));
    set_text(row, changes, profile);
    set_flags(row);
    row.deleted = changes.deleted.contains(e.event_id);
    view.rows.push_back(std::move(row));
  }
  std::sort(view.rows.begin(), view.rows.end(), row_before);
  std::sort(view.retracted.begin(), view.retracted.end(),
            [](const auto& a, const auto& b) { return a.event_id < b.event_id; });
  for (const ViewRow& row : view.rows) note_quality(view, row, changes, profile);
  note_order_conflicts(view);
  return view;
}

std::vector<std::string> earlier_texts(const ViewRow& row) {
  std::vector<std::string> texts;
  if (!row.entry->scrubbed) texts.push_back(row.entry->text);
  for (auto patch = row.patches.rbegin(); patch != row.patches.rend(); ++patch)
    if ((**patch)["text"].is_string()) texts.push_back((**patch)["text"].as_string());
  if (!texts.empty()) texts.pop_back();
  return texts;
}

const Value& row_data(const ViewRow& row, std::string_view key) {
  for (const Value* patch : row.patches) {
    const Value& v = (*patch)["data"][key];
    if (!v.is_null()) return v;
    const Value& direct = (*patch)[key];
    if (!direct.is_null()) return direct;
  }
  return row.entry->data[key];
}

std::vector<std::string> row_services(const ViewRow& row) {
  for (const Value* patch : row.patches) {
    const Value& list = (*patch)["services"];
    if (!list.is_list()) continue;
    std::vector<std::string> out;
    for (const Value& v : list.as_list()) out.push_back(v.as_string());
    return out;
  }
  return row.entry->services;
}

bool in_main_timeline(const ViewRow& row) {
  const Entry& e = *row.entry;
  if (e.kind == "role.assigned" || e.kind == "impact.measured" || e.kind == "action.created") return false;
  if (e.kind == "declare.offered" || e.kind.starts_with("attachment.")) return false;
  if (e.kind == "reminder.sent") return false;  // the bot's own clock, no part of what happened
  return e.kind != "note" || e.pinned || row.added_later;
}

}  // namespace muster
