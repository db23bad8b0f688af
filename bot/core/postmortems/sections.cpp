#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/chat/coverage.h"
#include "bot/core/postmortems/blocks.h"
#include "bot/core/postmortems/words.h"

namespace muster {
namespace {

using Fill = void (*)(Document&, const ReportContext&);

void header(Document& d, const ReportContext& c) {
  const Facts& f = c.facts;
  Block b = table({c.word("field"), c.word("value")});
  put_row(b, {c.word("incident"), known(c, f.id)});
  put_row(b, {c.word("title"), known(c, f.title)});
  put_row(b, {c.word("severity_peak"), known(c, f.severity_peak)});
  put_row(b, {c.word("severity_final"), known(c, f.severity_final)});
  put_row(b, {c.word("services"), known(c, join(f.services, ", "))});
  put_row(b, {c.word("date"), f.times.declared ? format_utc(*f.times.declared).substr(0, 10) : c.word("not_recorded")});
  put_row(b, {c.word("incident_state"), known(c, f.state)});
  put_row(b, {c.word("document_state"), d.state});
  put_row(b, {c.word("owner"), role_label("incident_commander", c.korean)});
  put_row(b, {c.word("profile"), d.profile});
  put_row(b, {c.word("template"), d.template_version});
  d.blocks.push_back(std::move(b));
}

// A skeleton from figures alone; the prompt beside it asks a person for the words.
void summary(Document& d, const ReportContext& c) {
  const Facts& f = c.facts;
  const auto line = [&](std::string_view key, std::initializer_list<std::pair<std::string_view, std::string>> values) {
    std::string text = c.word(key);
    for (const auto& [name, value] : values) {
      if (const std::size_t at = text.find(name); at != std::string::npos) text.replace(at, name.size(), value);
    }
    return text;
  };
  Block b;
  b.kind = BlockKind::list;
  b.items.push_back(
      line("sum_what", {{"{services}", known(c, join(f.services, ", "))}, {"{severity}", known(c, f.severity_peak)}}));
  const char* const impact = !f.times.impact_started ? "sum_impact_unknown"
                             : !f.times.mitigated    ? "sum_impact_open"
                                                     : "sum_impact";
  b.items.push_back(line(impact, {{"{start}", c.when(f.times.impact_started)},
                                  {"{end}", c.when(f.times.mitigated)},
                                  {"{duration}", c.lasting(f.seconds.impact)}}));
  b.items.push_back(
      line(f.seconds.ttd ? "sum_detected" : "sum_signal",
           {{"{source}", f.detection_source.empty() ? c.word("not_recorded") : c.word(f.detection_source)},
            {"{ttd}", c.lasting(f.seconds.ttd)}}));
  const char* const end = !f.times.resolved ? "sum_open" : !f.seconds.response ? "sum_resolved" : "sum_end";
  b.items.push_back(
      line(end, {{"{resolved}", c.when(f.times.resolved)}, {"{response}", c.lasting(f.seconds.response)}}));
  d.blocks.push_back(std::move(b));
}

void impact(Document& d, const ReportContext& c) {
  const Facts& f = c.facts;
  const ImpactFacts& i = f.impact;
  Block b = table({c.word("field"), c.word("value")});
  put_row(b, {c.word("start"), c.when(f.times.impact_started)});
  put_row(b, {c.word("end"), c.when(f.times.mitigated)});
  put_row(b, {c.word("duration"), c.lasting(f.seconds.impact)});
  put_row(b, {c.word("requests_total"), c.count(i.requests_total)});
  put_row(b, {c.word("requests_bad"), c.count(i.requests_bad)});
  put_row(b, {c.word("bad_ratio"), decimal(c, i.bad_ratio, 100, " %")});
  put_row(b, {c.word("customers"), c.count(i.customers)});
  put_row(b, {c.word("tickets_first"), c.count(i.tickets_first_report)});
  put_row(b, {c.word("tickets_total"), c.count(i.tickets_total)});
  put_row(b, {c.word("orders_lost"), c.count(i.orders_lost)});
  put_row(b, {c.word("money_lost"), c.count(i.money_lost)});
  d.blocks.push_back(std::move(b));
}

void detection(Document& d, const ReportContext& c) {
  const Facts& f = c.facts;
  Block b = table({c.word("field"), c.word("value")});
  put_row(b, {c.word("source"), f.detection_source.empty() ? c.word("not_recorded") : c.word(f.detection_source)});
  put_row(b, {c.word("detected"), c.when(f.times.detected)});
  put_row(b, {c.word("ttd"), c.lasting(f.seconds.ttd)});
  put_row(b, {c.word("first_report"), c.lasting(f.first_customer_report_after_s)});
  d.blocks.push_back(std::move(b));
}

void timeline(Document& d, const ReportContext& c) {
  Block chart;
  chart.kind = BlockKind::chart;
  d.blocks.push_back(std::move(chart));
  put_table(d, c, timeline_table(c, false));
}

// What was decided, and between what: as it was known then.
Block decisions_of(const ReportContext& c) {
  Block b = table({c.word("utc"), kind_word("decision", c.korean), c.word("options")});
  for (const PrintedRow& p : c.rows) {
    if (p.row->entry->kind != "decision") continue;
    std::vector<std::string> options;
    for (const Value& v : row_data(*p.row, "options").as_list())
      options.push_back(c.say(v.as_string(), p.row->effective_ms));
    put_row(b, {c.when(p.row->effective_ms), p.text, options.empty() ? c.word("not_recorded") : join(options, ", ")});
  }
  return b;
}

Block runs_of(const ReportContext& c) {
  Block b = table({c.word("run"), c.word("done"), c.word("skipped"), c.word("failed"), c.word("counted")});
  for (const RunFacts& r : c.facts.runs) {
    std::vector<std::string> counted;
    for (const StepCount& s : r.counted)
      counted.push_back(c.say(s.what, 0) + " " + c.count(s.n) + (s.step.empty() ? "" : " (" + c.say(s.step, 0) + ")"));
    put_row(b, {known(c, r.run) + (r.runbook.empty() ? "" : " (" + c.say(r.runbook, 0) + ")"), std::to_string(r.done),
                std::to_string(r.skipped), std::to_string(r.failed), join(counted, ", ")});
  }
  return b;
}

void response(Document& d, const ReportContext& c) {
  Block b = table({c.word("role"), c.word("from"), c.word("to"), c.word("duration")});
  for (const Tenure& t : c.facts.roles.tenures) {
    const MaybeCount lasted = t.to ? MaybeCount((*t.to - t.from) / second_ms) : std::nullopt;
    put_row(b, {role_label(t.role, c.korean) + (t.nth > 1 ? " (" + std::to_string(t.nth) + ")" : ""), c.when(t.from),
                c.when(t.to), c.lasting(lasted)});
  }
  put_table(d, c, std::move(b));
  put_unless_empty(d, decisions_of(c));
  put_unless_empty(d, runs_of(c));
}

void mitigation(Document& d, const ReportContext& c) {
  Block b = table({c.word("field"), c.word("value")});
  put_row(b, {kind_word("decision", c.korean), c.when(c.facts.times.decision)});
  put_row(b, {kind_word("incident.mitigated", c.korean), c.when(c.facts.times.mitigated)});
  put_row(b, {kind_word("incident.resolved", c.korean), c.when(c.facts.times.resolved)});
  put_row(b, {c.word("verification"), c.lasting(c.facts.seconds.verification)});
  d.blocks.push_back(std::move(b));
  add_changes_afterwards(d, c);
}

void actions(Document& d, const ReportContext& c) {
  Block b = table({c.word("id"), c.word("text"), c.word("type"), c.word("priority"), c.word("owner"), c.word("due"),
                   c.word("state")});
  for (const ActionFacts& a : c.facts.actions) {
    put_row(b, {known(c, a.id), c.say(a.text, a.at_ms), known(c, a.type), known(c, a.priority), known(c, a.owner_team),
                known(c, a.due), known(c, a.state)});
  }
  put_table(d, c, std::move(b));
}

void metrics(Document& d, const ReportContext& c) {
  const IncidentSeconds& s = c.facts.seconds;
  Block b = table({c.word("field"), c.word("value")});
  put_row(b, {c.word("ttd"), c.lasting(s.ttd)});
  put_row(b, {c.word("page_delay"), c.lasting(s.page_delay)});
  put_row(b, {c.word("tta"), c.lasting(s.tta)});
  put_row(b, {c.word("time_to_declare"), c.lasting(s.time_to_declare)});
  put_row(b, {c.word("ttm"), c.lasting(s.ttm)});
  put_row(b, {c.word("ttr"), c.lasting(s.ttr)});
  put_row(b, {c.word("response_time"), c.lasting(s.response)});
  put_row(b, {c.word("verification"), c.lasting(s.verification)});
  put_row(b, {c.word("impact_duration"), c.lasting(s.impact)});
  put_row(b, {c.word("budget_spent"), decimal(c, c.facts.impact.budget_spent, 100, " %")});
  put_row(b, {c.word("burn_rate"), decimal(c, c.facts.impact.burn_rate, 1, "")});
  add_delivery_figures(b, c);
  d.blocks.push_back(std::move(b));
  put_unless_empty(d, deployments_table(c));
}

// Found by what both have in common; whether it means anything is for a person to say.
void related(Document& d, const ReportContext& c) {
  Block b = table({c.word("incident"), c.word("title"), c.word("severity"), c.word("date"), c.word("in_common"),
                   c.word("open_actions")});
  for (const RelatedIncident& r : c.options.related) {
    std::vector<std::string> common = r.services;
    common.insert(common.end(), r.alerts.begin(), r.alerts.end());
    put_row(b, {r.id, c.say(r.title, r.declared_ms), known(c, r.severity), format_utc(r.declared_ms).substr(0, 10),
                c.say(join(common, ", "), 0), r.open_actions < 0 ? "" : std::to_string(r.open_actions)});
  }
  put_table(d, c, std::move(b));
}

std::string promise_of(const ReportContext& c, const ViewRow& row) {
  const Result<TimeMs> promised = parse_time(row_data(row, "next_update_by").as_string());
  if (!promised) return {};
  const std::string out = c.when(*promised);
  const auto with = [&](const std::string& note) { return out + " (" + note + ")"; };
  if (c.facts.updates.open == *promised) return with(c.word("promise_open"));
  for (const LateUpdate& l : c.facts.updates.late) {
    if (l.promised != *promised) continue;
    return with(l.sent ? c.word("late_by") + " " + format_duration(*l.sent - l.promised) : c.word("promise_missed"));
  }
  return with(c.word("kept"));
}

void communications(Document& d, const ReportContext& c) {
  Block b = table({c.word("utc"), c.word("audience"), c.word("state"), c.word("text"), c.word("promised")});
  for (const PrintedRow& p : c.rows) {
    if (p.row->entry->kind != "status.update") continue;
    const TimeMs t = p.row->effective_ms;
    put_row(b, {c.when(t), c.say(row_data(*p.row, "audience").as_string(), t),
                c.say(row_data(*p.row, "status").as_string(), t), p.text, promise_of(c, *p.row)});
  }
  put_table(d, c, std::move(b));
}

void evidence(Document& d, const ReportContext& c) {
  put_table(d, c, evidence_table(c));
  for (Block& picture : pictures_of(c)) d.blocks.push_back(std::move(picture));
}

// What the record of the channel covers, and what nobody can tell.
void coverage(Document& d, const ReportContext& c) {
  if (c.view.coverage.empty()) {
    if (c.view.has_transcript) put_text(d, BlockKind::paragraph, c.word("heard_whole"));
    return;
  }
  Block b;
  b.kind = BlockKind::list;
  for (const Entry* e : c.view.coverage) {
    std::string text = c.word(e->data["complete"].as_bool() ? "heard_again" : "blind");
    const std::string why = one_line(coverage_text(e->data, c.korean ? "ko" : "en"));
    for (const auto& [name, value] :
         {std::pair<std::string_view, std::string>{"{platform}", e->data["platform"].as_string()},
          {"{from}", c.when(e->data["from_ms"].as_int())},
          {"{to}", c.when(e->data["to_ms"].as_int())},
          {"{why}", why}}) {
      if (const std::size_t at = text.find(name); at != std::string::npos) text.replace(at, name.size(), value);
    }
    if (e->data["complete"].as_bool() && !why.empty()) text += " " + why + ".";
    b.items.push_back(std::move(text));
  }
  d.blocks.push_back(std::move(b));
}

void quality(Document& d, const ReportContext& c) {
  coverage(d, c);
  put_table(d, c, quality_table(c));
  if (c.view.responders_only > 0) {
    put_text(d, BlockKind::paragraph, std::to_string(c.view.responders_only) + " " + c.word("responders_only"));
  }
}

Fill fill_of(std::string_view id) {
  static constexpr std::pair<std::string_view, Fill> fills[] = {{"header", header},
                                                                {"summary", summary},
                                                                {"impact", impact},
                                                                {"lead-up", add_lead_up},
                                                                {"trigger", add_trigger},
                                                                {"detection", detection},
                                                                {"timeline", timeline},
                                                                {"response", response},
                                                                {"mitigation", mitigation},
                                                                {"actions", actions},
                                                                {"related", related},
                                                                {"metrics", metrics},
                                                                {"communications", communications},
                                                                {"evidence", evidence},
                                                                {"quality", quality},
                                                                {"review", add_review}};
  for (const auto& [name, fill] : fills) {
    if (name == id) return fill;
  }
  return nullptr;
}

void put_heading(Document& d, std::string_view id, std::string text) {
  Block h;
  h.kind = BlockKind::heading;
  h.id = id;
  h.text = std::move(text);
  d.blocks.push_back(std::move(h));
}

}  // namespace

void add_sections(Document& d, const ReportContext& c) {
  put_text(d, BlockKind::note, d.state);
  add_publication(d, c);
  int number = 0;
  for (const SectionWords& s : section_words()) {
    put_heading(d, s.id, std::to_string(++number) + ". " + std::string(c.korean ? s.ko : s.en));
    if (const Fill fill = fill_of(s.id)) fill(d, c);
    const std::string_view prompt = c.korean ? s.prompt_ko : s.prompt_en;
    if (!prompt.empty()) put_text(d, BlockKind::prompt, std::string(prompt));
  }
  put_heading(d, "appendix", c.word("appendix"));
  put_table(d, c, timeline_table(c, true));
}

void add_public(Document& d, const ReportContext& c) {
  Block b = table({c.word("field"), c.word("value")});
  put_row(b, {c.word("severity"), known(c, c.facts.severity_peak)});
  put_row(b, {c.word("start"), c.when(c.facts.times.impact_started)});
  put_row(b, {c.word("end"), c.when(c.facts.times.mitigated)});
  put_row(b, {c.word("duration"), c.lasting(c.facts.seconds.impact)});
  d.blocks.push_back(std::move(b));
  Block updates = table({c.word("utc"), c.word("text")});
  for (const PrintedRow& p : c.rows) {
    if (p.row->entry->kind == "status.update") put_row(updates, {c.when(p.row->effective_ms), p.text});
  }
  put_table(d, c, std::move(updates));
}

}  // namespace muster
