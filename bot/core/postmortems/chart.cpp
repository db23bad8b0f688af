#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/postmortems/context.h"
#include "bot/core/postmortems/words.h"

namespace muster {
namespace {

enum Lane { impact_lane, change_lane, monitor_lane, response_lane, runbook_lane, words_lane, customer_lane };
constexpr std::size_t marks_max = 400;  // beyond it nobody can read the picture; the table has every row

Lane lane_of(std::string_view kind) {
  if (kind.starts_with("deploy.") || kind.starts_with("flag.") || kind.starts_with("config.")) return change_lane;
  if (kind.starts_with("alert.") || kind.starts_with("page.")) return monitor_lane;
  if (kind.starts_with("runbook.")) return runbook_lane;
  if (kind == "status.update") return words_lane;
  if (kind == "report.customer") return customer_lane;
  if (kind.starts_with("impact.") || kind.starts_with("incident.")) return impact_lane;
  return response_lane;
}

MarkShape shape_of(const ViewRow& row) {
  const std::string& kind = row.entry->kind;
  if (row.added_later) return MarkShape::ring;
  if (kind == "decision") return MarkShape::diamond;
  if (kind.starts_with("alert.")) return MarkShape::triangle;
  return row.entry->actor.type == "user" ? MarkShape::circle : MarkShape::square;
}

void set_axis(Chart& chart, const ReportContext& c) {
  const Facts& f = c.facts;
  const TimeMs first = c.rows.front().row->effective_ms;
  const TimeMs start = std::min(first, f.times.impact_started.value_or(first));
  const TimeMs end = std::max(start + minute_ms, f.times.resolved.value_or(c.rows.back().row->effective_ms));
  chart.from = start - (end - start) / 50;
  chart.to = end + (end - start) / 10;
}

void add_bars(Chart& chart, const ReportContext& c) {
  const Facts& f = c.facts;
  if (f.times.impact_started) {
    chart.bars.push_back({impact_lane, *f.times.impact_started, f.times.mitigated.value_or(chart.to),
                          c.word("impact_duration"), "impact"});
  }
  for (const SeveritySpan& s : f.severities) {
    chart.bars.push_back({impact_lane, s.from, s.to.value_or(chart.to), s.severity, "severity"});
  }
  for (const AlertSpan& a : f.alerts) {
    chart.bars.push_back({monitor_lane, a.from, a.to.value_or(chart.to), c.say(a.alert, a.from), "alert"});
  }
  for (const Tenure& t : f.roles.tenures) {
    if (t.role != "incident_commander") continue;
    chart.bars.push_back({response_lane, t.from, t.to.value_or(chart.to),
                          role_label(t.role, c.korean) + (t.nth > 1 ? " (" + std::to_string(t.nth) + ")" : ""),
                          "role"});
  }
  for (const DeploymentFacts& d : f.deployments) {
    const std::string label = c.say(d.version, 0);
    if (d.started && d.finished) chart.bars.push_back({change_lane, *d.started, *d.finished, label, "deploy"});
    if (const MaybeTime at = d.finished ? d.finished : d.started) chart.lines.push_back({*at, label, d.failed});
  }
}

}  // namespace

Chart chart_of(const ReportContext& c) {
  Chart chart;
  if (c.rows.empty()) return chart;
  set_axis(chart, c);
  chart.title = c.korean ? "타임라인" : "Timeline";
  chart.description = c.korean
                          ? "● 사람 · ■ 자동 · ▲ 알림 · ◆ 결정 · ○ 나중에 추가 · 음영: 영향 구간 · 점선: 실패한 배포. "
                            "같은 내용이 아래 표에 있습니다."
                          : "● a person · ■ by itself · ▲ an alert · ◆ a decision · ○ added later · shaded: impact · "
                            "dashed: a deployment that failed. The table below carries the same facts.";
  if (c.korean) {
    chart.lanes = {"영향과 상태", "변경", "모니터링과 호출", "대응", "런북", "공지", "고객"};
  } else {
    chart.lanes = {"Impact and state", "Changes",  "Monitoring and pages", "Response", "Runbook",
                   "Communications",   "Customers"};
  }
  add_bars(chart, c);
  for (const PrintedRow& p : c.rows) {
    const TimeMs t = p.row->effective_ms;
    if (!in_main_timeline(*p.row) || t < chart.from || t > chart.to || chart.marks.size() >= marks_max) continue;
    chart.marks.push_back(
        {lane_of(p.row->entry->kind), t, shape_of(*p.row), clip(kind_word(p.row->entry->kind, c.korean), 24)});
  }
  return chart;
}

}  // namespace muster
