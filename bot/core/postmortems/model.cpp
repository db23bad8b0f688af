#include "bot/base/hash.h"
#include "bot/core/postmortems/context.h"

namespace muster {
namespace {

Value row_value(const ReportContext& c, const PrintedRow& p, std::int64_t number) {
  const ViewRow& row = *p.row;
  const std::string link = permalink_of(c, *row.entry);
  const MaybeTime zero = c.facts.times.impact_started;
  return Value::Map{{"n", number},
                    {"at", format_utc(row.effective_ms)},
                    {"at_ms", row.effective_ms},
                    {"offset_s", zero ? Value((row.effective_ms - *zero) / second_ms) : Value()},
                    {"kind", row.entry->kind},
                    {"speaker", p.speaker},
                    {"text", p.text},
                    {"evidence", link.empty() ? Value() : Value(link)},
                    {"held", p.held},
                    {"main", in_main_timeline(row)},
                    {"added_later", row.added_later},
                    {"clock_adjusted", row.clock_adjusted},
                    {"corrected", row.corrected},
                    {"late", row.late}};
}

Value public_row(const PrintedRow& p) {
  return Value::Map{{"at", format_utc(p.row->effective_ms)}, {"at_ms", p.row->effective_ms}, {"text", p.text}};
}

Value public_facts(const Facts& f) {
  const auto time = [](MaybeTime t) { return t ? Value(format_utc(*t)) : Value(); };
  return Value::Map{{"severity", f.severity_peak},
                    {"impact_started", time(f.times.impact_started)},
                    {"impact_ended", time(f.times.mitigated)},
                    {"impact_s", f.seconds.impact ? Value(*f.seconds.impact) : Value()}};
}

// The figures carry what people typed in a few places (title, alert names, actions): the same words as printed.
Value said(const ReportContext& c, const Value& v) {
  if (v.is_string()) return c.say(v.as_string(), 0);
  if (v.is_list()) {
    Value::List out;
    for (const Value& x : v.as_list()) out.push_back(said(c, x));
    return out;
  }
  if (!v.is_map()) return v;
  Value::Map out;
  for (const auto& [key, x] : v.as_map()) out[key] = said(c, x);
  return out;
}

void feed(std::string& text, const Value& v) {
  if (v.is_string()) text += "s" + std::to_string(v.as_string().size()) + ":" + v.as_string();
  if (v.is_int()) text += "i" + std::to_string(v.as_int());
  if (v.is_double()) text += "d" + std::to_string(v.as_double());
  if (v.is_bool()) text += v.as_bool() ? "t" : "f";
  if (v.is_null()) text += "n";
  for (const Value& x : v.as_list()) feed(text, x);
  for (const auto& [key, x] : v.as_map()) {
    text += "k" + key + "=";
    feed(text, x);
  }
}

}  // namespace

Value model_of(const ReportContext& c, const Document& d) {
  const bool open = c.options.profile == Profile::public_only;
  Value m = Value::Map{{"schema", 1},
                       {"incident_id", d.incident_id},
                       {"title", d.title},
                       {"profile", d.profile},
                       {"state", d.state},
                       {"language", d.language},
                       {"template_version", d.template_version}};
  if (d.version != 0) {
    const Publication& p = c.published[static_cast<std::size_t>(d.version) - 1];
    m.set("published", Value::Map{{"version", p.version}, {"at", format_utc(p.at_ms)}, {"at_ms", p.at_ms}});
  }
  m.set("facts", open ? public_facts(c.facts) : said(c, facts_value(c.facts)));
  Value::List rows;
  for (const PrintedRow& p : c.rows) {
    if (open && p.row->entry->kind != "status.update") continue;
    rows.push_back(open ? public_row(p) : row_value(c, p, static_cast<std::int64_t>(rows.size()) + 1));
  }
  m.set(open ? "updates" : "timeline", std::move(rows));
  // Opaque, and only of what is visible: equal for equal reports, silent about what is hidden.
  std::string text;
  feed(text, m);
  m.set("snapshot", to_hex(sha256(text)).substr(0, 32));
  return m;
}

}  // namespace muster
