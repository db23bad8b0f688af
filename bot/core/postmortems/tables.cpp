#include <algorithm>
#include <array>

#include "bot/base/text.h"
#include "bot/core/postmortems/context.h"
#include "bot/core/postmortems/words.h"

namespace muster {
namespace {

std::string two(std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); }

std::string offset_of(TimeMs t, MaybeTime zero) {
  if (!zero) return {};
  const std::int64_t s = (t - *zero) / second_ms;
  const std::int64_t a = s < 0 ? -s : s;
  const std::string minutes = two(a / 60 % 60) + ":" + two(a % 60);
  return (s < 0 ? "T-" : "T+") + (a >= 3600 ? std::to_string(a / 3600) + ":" + minutes : minutes);
}

// The date is said on every row, or on none.
bool many_days(const ReportContext& c) {
  const auto& rows = c.view.rows;
  return rows.front().effective_ms / day_ms != rows.back().effective_ms / day_ms;
}

std::string clock_of(const ReportContext& c, const ViewRow& row) {
  const TimeMs t = row.effective_ms;
  const bool coarse = row.entry->precision_ms >= minute_ms && !row.corrected;
  std::string s =
      coarse ? format_utc_clock(t).substr(0, 5) + " (±" + std::to_string(row.entry->precision_ms / minute_ms) + " min)"
             : format_utc_clock(t);
  return many_days(c) ? format_utc(t).substr(0, 10) + " " + s : s;
}

// What a row without words of its own is about: the field that its kind must have.
std::string told_by_data(const ReportContext& c, const ViewRow& row) {
  for (const char* key : {"reason", "title", "alert", "status", "decision", "to", "outcome", "version"}) {
    const std::string& s = row_data(row, key).as_string();
    if (!s.empty()) return c.say(s, row.effective_ms);
  }
  return {};
}

std::string marks_of(const ReportContext& c, const ViewRow& row) {
  std::string out;
  if (row.added_later) {
    const DurationMs after = row.entry->received_ms - row.effective_ms;
    out += " (" + c.word("added_later") + " +" + std::to_string(after / minute_ms) + " min)";
  }
  if (row.corrected) out += " (" + c.word("corrected") + ")";
  if (row.clock_adjusted) out += " (" + c.word("clock") + ")";
  if (row.late) out += " (" + c.word("late") + ")";
  if (row.edited) out += " (edited)";
  if (row.deleted) out += " (" + c.word("deleted_in_chat") + ")";
  return out;
}

// Text that runs from right to left keeps to itself, so that what stands around it is not turned over.
std::string isolated(std::string text) {
  const bool turns = std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0xD6 && byte <= 0xDB;  // Hebrew, Arabic, Syriac begin so in UTF-8
  });
  return turns ? "\u2068" + text + "\u2069" : text;
}

std::string what_of(const ReportContext& c, const PrintedRow& p) {
  std::string out = kind_word(p.row->entry->kind, c.korean);
  if (!p.speaker.empty()) out += " (" + p.speaker + ")";
  const std::string text = p.text.empty() ? told_by_data(c, *p.row) : p.text;
  if (!text.empty()) out += ": " + isolated(text);
  return out + marks_of(c, *p.row);
}

// "05:09:00 → 05:04:40" of a corrected time; empty when only words changed.
std::string moved_from(const ReportContext& c, std::string_view event_id) {
  for (const ViewRow& row : c.view.rows) {
    const TimeMs before = row.entry->occurred_ms - row.entry->skew_ms;
    if (row.entry->event_id != event_id || before == row.effective_ms) continue;
    const bool same_day = before / day_ms == row.effective_ms / day_ms;
    const auto clock = [same_day](TimeMs t) {
      return (same_day ? "" : format_utc(t).substr(0, 10) + " ") + format_utc_clock(t);
    };
    return clock(before) + " → " + clock(row.effective_ms);
  }
  return {};
}

std::string rules_of(const PrintedRow& p) {
  std::vector<std::string> ids;
  for (const WordingFinding& f : p.findings) ids.emplace_back(f.rule);
  return join(ids, ", ");
}

// What a person may write instead, by the rule that held the text.
std::string advice_of(const PrintedRow& p) {
  const auto held_by = std::ranges::find(p.findings, WordingLevel::error, &WordingFinding::level);
  return held_by == p.findings.end() ? "" : std::string(held_by->rewrite);
}

bool has_zone(const ReportContext& c) {
  return !c.options.zone.empty() && c.options.zone != "UTC" && is_zone(c.options.zone);
}

// Those that this profile may know of, and whose bytes are kept or at least have a name.
std::vector<Value> shown_files(const ReportContext& c, const Entry& e) {
  const bool filed = e.kind == "note" && e.source.type == "chat_message";
  std::vector<Value> files;
  for (const Value& a : e.attachments.as_list()) {
    if (filed && a["sha256"].as_string().empty()) continue;  // the copy is an entry of its own
    const std::string& seen_by = a["visibility"].as_string();
    const bool narrow = seen_by == "private" || (seen_by == "responders" && c.options.profile != Profile::responders);
    if (!narrow) files.push_back(a);
  }
  return files;
}

}  // namespace

Block timeline_table(const ReportContext& c, bool complete) {
  Block b;
  b.kind = BlockKind::table;
  b.id = "timeline";
  b.folded = complete;
  b.columns = {c.word("utc")};
  const bool zone = has_zone(c);
  const char* zone_format = zone && !c.rows.empty() && many_days(c) ? "%Y-%m-%d %H:%M:%S" : "%H:%M:%S";
  if (zone) b.columns.push_back(c.options.zone);
  b.columns.insert(b.columns.end(), {c.word("offset"), c.word("event"), c.word("evidence")});
  b.rows.reserve(c.rows.size());
  for (const PrintedRow& p : c.rows) {
    if (!complete && !in_main_timeline(*p.row)) continue;
    const Entry& e = *p.row->entry;
    std::vector<Cell> cells;
    cells.reserve(5);
    cells.push_back({clock_of(c, *p.row), ""});
    if (zone) cells.push_back({format_in_zone(p.row->effective_ms, c.options.zone, zone_format), ""});
    cells.push_back({offset_of(p.row->effective_ms, c.facts.times.impact_started), ""});
    cells.push_back({what_of(c, p), ""});
    const std::string_view source = source_word(e.source.type, c.korean);
    cells.push_back(
        {source.empty() ? c.say(e.source.type, p.row->effective_ms) : std::string(source), permalink_of(c, e)});
    b.rows.push_back(std::move(cells));
  }
  return b;
}

Block quality_table(const ReportContext& c) {
  Block b;
  b.kind = BlockKind::table;
  b.columns = {c.word("type"), c.word("id"), c.word("amount"), c.word("reason")};
  const auto add = [&](std::string_view key, const std::vector<QualityNote>& notes) {
    for (const QualityNote& n : notes) {
      const std::string amount = n.amount_ms > 0 ? format_duration(n.amount_ms) : "";
      b.rows.push_back(
          {{c.word(key), ""}, {n.event_id, ""}, {amount, ""}, {c.say(reason_text(n, c.korean ? "ko" : "en"), 0), ""}});
    }
  };
  for (const QualityNote& n : c.view.corrected) {
    b.rows.push_back({{c.word("corrected"), ""},
                      {n.event_id, ""},
                      {moved_from(c, n.event_id), ""},
                      {c.say(reason_text(n, c.korean ? "ko" : "en"), 0), ""}});
  }
  add("retracted", c.view.retracted);
  add("late", c.view.late);
  add("clock", c.view.clock_adjusted);
  add("added_later", c.view.added_later);
  for (const PrintedRow& p : c.rows) {
    if (p.held)
      b.rows.push_back({{c.word("held"), ""}, {p.row->entry->event_id, ""}, {rules_of(p), ""}, {advice_of(p), ""}});
  }
  for (const PrintedRow& p : c.rows) {
    for (const WordingFinding& f : p.findings) {
      if (f.level == WordingLevel::info || p.held) continue;
      b.rows.push_back({{c.word("wording"), ""},
                        {p.row->entry->event_id, ""},
                        {std::string(f.rule), ""},
                        {std::string(f.rewrite), ""}});
    }
  }
  for (const std::string& id : c.view.order_conflicts) {
    b.rows.push_back({{c.word("order"), ""}, {id, ""}, {"", ""}, {"", ""}});
  }
  for (const std::string& what : c.facts.order_violations) {
    b.rows.push_back({{c.word("order"), ""}, {"", ""}, {"", ""}, {what, ""}});
  }
  return b;
}

std::vector<Block> pictures_of(const ReportContext& c) {
  constexpr auto endings = std::to_array<std::string_view>({".png", ".jpg", ".jpeg", ".webp"});
  std::vector<Block> pictures;
  for (const PrintedRow& p : c.rows) {
    const TimeMs t = p.row->effective_ms;
    for (const Value& a : shown_files(c, *p.row->entry)) {
      const std::string name = lower_ascii(a["name"].as_string());
      const bool ends = std::ranges::any_of(endings, [&](std::string_view e) { return name.ends_with(e); });
      if (a["id"].as_string().empty() || !(ends || a["mime"].as_string().starts_with("image/"))) continue;
      const std::string& alt = a["alt"].as_string();
      Block b;
      b.kind = BlockKind::picture;
      b.id = a["id"].as_string();
      b.text = c.say(a["name"].as_string(), t) + " · " + clock_of(c, *p.row) + " UTC";
      if (!alt.empty()) b.text += " · " + c.say(alt, t);
      b.items = {a["sha256"].as_string(), c.word("picture_left_out")};
      pictures.push_back(std::move(b));
    }
  }
  return pictures;
}

Block evidence_table(const ReportContext& c) {
  Block b;
  b.kind = BlockKind::table;
  b.columns = {c.word("utc"), c.word("id"), "SHA-256", c.word("text")};
  for (const PrintedRow& p : c.rows) {
    const Entry& e = *p.row->entry;
    if (e.kind == "attachment.missed") {
      b.rows.push_back({{clock_of(c, *p.row), ""}, {p.text, ""}, {c.word("not_copied"), ""}, {"", ""}});
      continue;
    }
    for (const Value& a : shown_files(c, e)) {
      const TimeMs t = p.row->effective_ms;
      b.rows.push_back({{clock_of(c, *p.row), ""},
                        {c.say(a["name"].as_string(), t), ""},
                        {c.say(a["sha256"].as_string(), t), ""},
                        {c.say(a["alt"].as_string(), t), ""}});
    }
  }
  return b;
}

}  // namespace muster
