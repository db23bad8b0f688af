#include "bot/core/postmortems/report.h"

#include "bot/base/text.h"
#include "bot/core/journal/sentence.h"
#include "bot/core/postmortems/context.h"
#include "bot/core/postmortems/lint.h"
#include "bot/core/postmortems/words.h"

namespace muster {
namespace {

// Words that people typed are checked; what was already sent to customers is evidence as it stands.
bool is_typed(const Entry& e) { return e.actor.type == "user" && e.kind != "status.update"; }

PrintedRow print_row(const ReportContext& c, const ViewRow& row) {
  const Entry& e = *row.entry;
  PrintedRow p;
  p.row = &row;
  const std::string text = wording_form(row_text(row, c.korean ? "ko" : "en"));
  const bool named = c.roster.mentions(text);
  if (is_typed(e)) {
    p.findings = wording_findings(named ? c.roster.mask(text) : text);
    p.held = holds_back(p.findings);
    p.speaker = c.options.names_as_roles && e.role.empty() ? c.roster.role_of(e.actor.id, row.effective_ms, c.korean)
                : c.options.names_as_roles                 ? role_label(e.role, c.korean)
                                                           : e.actor.display;
  } else if (e.actor.type == "user") {
    p.speaker = c.options.names_as_roles ? c.roster.role_of(e.actor.id, row.effective_ms, c.korean) : e.actor.display;
  } else {
    p.speaker = c.say(e.actor.display.empty() ? e.actor.id : e.actor.display, row.effective_ms);
  }
  p.text = p.held ? c.word("held") : named ? c.say(text, row.effective_ms) : one_line(text);
  return p;
}

void sweep(Block& b, const ReportContext& c) {
  const auto clean = [&c](std::string& s) {
    if (c.roster.mentions(s)) s = c.roster.replace(s, 0);
  };
  clean(b.text);
  for (std::string& s : b.items) clean(s);
  for (auto& row : b.rows) {
    for (Cell& cell : row) clean(cell.text);
  }
}

Document frame(const ReportContext& c) {
  Document d;
  d.language = c.options.language;
  d.incident_id = c.facts.id;
  d.state = c.word("state_draft");
  d.version = c.options.version;
  if (d.version != 0) d.state = c.word("state_published") + " " + std::to_string(d.version);
  d.profile = profile_name(c.options.profile);
  d.template_version = c.options.template_version;
  d.severity = c.facts.severity_peak;
  d.title = c.word("incident") + " " + d.incident_id;
  return d;
}

}  // namespace

std::string_view profile_name(Profile profile) {
  if (profile == Profile::public_only) return "public";
  return profile == Profile::internal ? "internal" : "responders";
}

ReportContext::ReportContext(const std::vector<Entry>& entries, const ReportOptions& o)
    : options(o),
      view(effective_view(entries, o.profile)),
      // The public report shows a few figures that come from internal entries; its rows stay public.
      facts(o.profile == Profile::public_only ? incident_facts(entries)
                                              : with_changes(incident_facts(view), o.changes)),
      roster(entries, view, facts, o),
      korean(o.language == "ko") {
  rows.reserve(view.rows.size());
  for (const ViewRow& row : view.rows) rows.push_back(print_row(*this, row));
}

std::string ReportContext::word(std::string_view key) const { return std::string(report_word(key, korean)); }

std::string ReportContext::say(std::string_view text, TimeMs at) const {
  const std::string flat = one_line(text);
  return options.names_as_roles ? roster.replace(flat, at) : flat;
}

std::string ReportContext::when(TimeMs t) const {
  return format_utc(t).substr(0, 10) + " " + format_utc_clock(t) + " UTC";
}

std::string ReportContext::when(MaybeTime t) const { return t ? when(*t) : word("not_recorded"); }

std::string ReportContext::lasting(MaybeCount s) const {
  if (!s) return word("not_recorded");
  return *s < 0 ? "-" + format_duration(-*s * second_ms) : format_duration(*s * second_ms);
}

std::string ReportContext::count(MaybeCount n) const {
  if (!n) return word("not_recorded");
  std::string s = std::to_string(*n);
  const std::size_t first = s[0] == '-' ? 1 : 0;
  for (std::size_t i = s.size(); i > first + 3; i -= 3) s.insert(i - 3, ",");
  return s;
}

std::string permalink_of(const ReportContext& c, const Entry& e) {
  const std::string& link = e.source.permalink;
  if (!link.starts_with("https://") && !link.starts_with("http://")) return {};
  if (link.size() > 2000 || (c.options.names_as_roles && c.roster.mentions(link))) return {};
  return link;
}

Document postmortem(const std::vector<Entry>& all, ReportOptions options) {
  std::vector<Publication> published;
  if (options.profile != Profile::public_only) published = publications(all);
  if (options.version > static_cast<int>(published.size())) options.version = 0;
  std::vector<Entry> then;
  if (options.version > 0) then = as_published(all, published[static_cast<std::size_t>(options.version) - 1], options);
  ReportContext c(options.version > 0 ? then : all, options);
  c.published = std::move(published);
  Document d = frame(c);
  for (const PrintedRow& row : c.rows) (row.held ? d.held : d.remarks) += row.findings.empty() ? 0 : 1;
  if (options.profile == Profile::public_only) {
    add_public(d, c);
  } else {
    const std::string title = c.say(c.facts.title, c.facts.times.declared.value_or(0));
    if (!title.empty()) d.title = d.incident_id + ": " + title;
    add_sections(d, c);
    d.chart = chart_of(c);
  }
  if (options.names_as_roles) {
    for (Block& b : d.blocks) sweep(b, c);
  }
  if (options.with_model) d.model = model_of(c, d);
  return d;
}

}  // namespace muster
