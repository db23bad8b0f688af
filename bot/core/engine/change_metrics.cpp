// The figures of delivery in words: every one with its count, none with a person's name.
#include <algorithm>
#include <cstdio>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/change_answers.h"

namespace muster {
namespace {

constexpr std::size_t failed_shown = 10;

std::string decimals(double x, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, x);
  return text;
}

std::string percent(const std::optional<double>& ratio) { return decimals(ratio.value_or(0) * 100, 1) + " %"; }

std::string seconds(double s) { return format_duration(static_cast<DurationMs>(s) * second_ms); }

std::string number(std::size_t n) { return std::to_string(n); }

std::string lead_line(const std::string& lang, const DoraFigures& f) {
  const std::string missing = std::to_string(f.without_commits);
  const auto median = median_of(f.lead_s);
  if (!median) return say(lang, f.deployments == 0 ? "dora.lead.nothing" : "dora.lead.none", {{"n", missing}});
  std::string text = say(lang, "dora.lead", {{"median", seconds(*median)}, {"n", number(f.lead_s.size())}});
  if (f.without_commits > 0) text += " " + say(lang, "dora.lead.missing", {{"n", missing}});
  return text;
}

std::string failed_line(const std::string& lang, const FailedDeployment& d) {
  const std::string change = d.change.substr(0, d.change.starts_with('R') ? d.change.find('.') : std::string::npos);
  return "• " + say(lang, "dora.failed." + d.basis,
                    {{"id", plain(clip(one_line(change), 60))},
                     {"version", plain(clip(one_line(d.version), 60))},
                     {"by", plain(d.by.substr(0, d.by.starts_with('R') ? d.by.find('.') : std::string::npos))},
                     {"incident", d.incident}});
}

std::string block(const std::string& lang, const DoraFigures& f, bool counted) {
  const std::string whole = std::to_string(f.deployments);
  std::string text = "*" + plain(f.service) + "*\n";
  text += say(lang, counted ? "dora.frequency.counted" : "dora.frequency",
              {{"n", whole},
               {"per_day", decimals(f.per_day().value_or(0), 2)},
               {"rollbacks", std::to_string(f.rollbacks)}}) +
          "\n" + lead_line(lang, f) + "\n";
  if (f.deployments == 0) return text;
  text +=
      say(lang, "dora.failures", {{"rate", percent(f.fail_rate())}, {"n", number(f.failed.size())}, {"whole", whole}}) +
      "\n";
  for (std::size_t i = 0; i < f.failed.size() && i < failed_shown; ++i) text += failed_line(lang, f.failed[i]) + "\n";
  const auto recovery = median_of(f.recovery_s);
  text += (recovery ? say(lang, "dora.recovery", {{"median", seconds(*recovery)}, {"n", number(f.recovery_s.size())}})
                    : say(lang, f.failed.empty() ? "dora.recovery.nothing" : "dora.recovery.none")) +
          "\n";
  return text + say(lang, "dora.rework",
                    {{"rate", percent(f.rework_rate())}, {"n", std::to_string(f.rework)}, {"whole", whole}});
}

}  // namespace

Outcome metrics_outcome(const ChangeReader& r, const ChangeLog& all, const std::vector<IncidentSpan>& incidents,
                        DoraQuery q) {
  if (q.environments.empty()) {
    std::vector<std::string> known;
    for (const auto& [place, numbers] : all.by_place)
      if (q.service.empty() || place.service == q.service) known.push_back(place.environment);
    q.environments = production_of(r.config, known);
  }
  const std::vector<DoraFigures> figures = dora_figures(all, incidents, q);
  std::vector<std::string> places(q.environments.begin(), q.environments.end());
  Outcome o;
  o.reply.text = say(r.language, figures.empty() ? "dora.none" : "dora.head",
                     {{"from", format_utc_minute(q.from)},
                      {"to", format_utc_minute(q.to)},
                      {"where", places.empty() ? "production" : plain(join(places, ", "))}});
  Value::List list;
  for (const DoraFigures& f : figures) {
    if (o.reply.sections.size() < 20)
      o.reply.sections.push_back({std::string(trim(block(r.language, f, q.count_rollbacks))), {}});
    list.push_back(dora_value(f));
  }
  Value environments = Value::List{};
  for (const std::string& e : places) environments.push(e);
  o.json = Value::Map{{"from", format_utc(q.from)},
                      {"to", format_utc(q.to)},
                      {"environments", environments},
                      {"rollbacks_counted", q.count_rollbacks},
                      {"services", Value(std::move(list))}};
  return o;
}

}  // namespace muster
