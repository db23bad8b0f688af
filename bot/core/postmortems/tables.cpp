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

std::string clock_of(const ReportContext& c, const ViewRow& row) {
  const TimeMs t = row.effective_ms;
  const TimeMs first = c.view.rows.front().effective_ms;
  const bool coarse = row.entry->precision_ms >= minute_ms && !row.corrected;
  std::string s =
      coarse ? format_utc_clock(t).substr(0, 5) + " (±" + std::to_string(row.entry->precision_ms / minute_ms) + " min)"
             : format_utc_clock(t);
  return t / day_ms == first / day_ms ? s : format_utc(t).substr(0, 10) + " " + s;
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
  return out;
}

std::string what_of(const ReportContext& c, const PrintedRow& p) {
  std::string out = kind_word(p.row->entry->kind, c.korean);
  if (!p.speaker.empty()) out += " (" + p.speaker + ")";
  if (!p.text.empty()) out += ": " + p.text;
  return out + marks_of(c, *p.row);
}

bool has_zone(const ReportContext& c) {
  return !c.options.zone.empty() && c.options.zone != "UTC" && is_zone(c.options.zone);
}

}  // namespace

Block timeline_table(const ReportContext& c, bool complete) {
  Block b;
  b.kind = BlockKind::table;
  b.folded = complete;
  b.columns = {c.word("utc")};
  const bool zone = has_zone(c);
  if (zone) b.columns.push_back(c.options.zone);
  b.columns.insert(b.columns.end(), {c.word("offset"), c.word("event"), c.word("evidence")});
  b.rows.reserve(c.rows.size());
  for (const PrintedRow& p : c.rows) {
    if (!complete && !in_main_timeline(*p.row)) continue;
    const Entry& e = *p.row->entry;
    std::vector<Cell> cells = {{clock_of(c, *p.row), ""}};
    if (zone) cells.push_back({format_in_zone(p.row->effective_ms, c.options.zone, "%H:%M:%S"), ""});
    cells.push_back({offset_of(p.row->effective_ms, c.facts.times.impact_started), ""});
    cells.push_back({what_of(c, p), ""});
    cells.push_back({c.say(e.source.type, p.row->effective_ms), permalink_of(c, e)});
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
      b.rows.push_back({{c.word(key), ""}, {n.event_id, ""}, {amount, ""}, {c.say(n.reason, 0), ""}});
    }
  };
  add("corrected", c.view.corrected);
  add("retracted", c.view.retracted);
  add("late", c.view.late);
  add("clock", c.view.clock_adjusted);
  add("added_later", c.view.added_later);
  for (const PrintedRow& p : c.rows) {
    if (p.held) b.rows.push_back({{c.word("held"), ""}, {p.row->entry->event_id, ""}, {"", ""}, {"", ""}});
  }
  for (const std::string& id : c.view.order_conflicts) {
    b.rows.push_back({{c.word("order"), ""}, {id, ""}, {"", ""}, {"", ""}});
  }
  for (const std::string& what : c.facts.order_violations) {
    b.rows.push_back({{c.word("order"), ""}, {"", ""}, {"", ""}, {what, ""}});
  }
  return b;
}

Block evidence_table(const ReportContext& c) {
  Block b;
  b.kind = BlockKind::table;
  b.columns = {c.word("utc"), c.word("id"), "SHA-256", c.word("text")};
  for (const PrintedRow& p : c.rows) {
    for (const Value& a : p.row->entry->attachments.as_list()) {
      const std::string& seen_by = a["visibility"].as_string();
      const bool narrow = seen_by == "private" || (seen_by == "responders" && c.options.profile != Profile::responders);
      if (narrow) continue;
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
