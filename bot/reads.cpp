#include "bot/reads.h"

#include "bot/base/json.h"
#include "bot/base/limits.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/journal/view.h"
#include "bot/reports/html.h"
#include "bot/reports/json.h"
#include "bot/reports/markdown.h"

namespace muster {

Outcome timeline_outcome(const std::vector<Entry>& entries, const std::string& id, const CoreConfig& config,
                         const std::string& language) {
  (void)config;
  const View view = effective_view(entries, Profile::internal);
  Outcome o;
  o.reply.text = say(language, "timeline.head", {{"id", id}, {"n", std::to_string(view.rows.size())}});
  std::vector<std::string> lines;
  Value list = Value::List{};
  for (const ViewRow& r : view.rows) {
    const std::string text = clip(one_line(r.text), 160);
    lines.push_back("`" + format_utc_clock(r.effective_ms) + "` " + r.entry->kind + " · " + plain(text) +
                    (r.added_later ? " ➕" : "") + (r.corrected ? " ✏️" : ""));
    list.push(Value::Map{{"id", r.entry->event_id},
                         {"n", r.entry->seq},
                         {"at", format_utc(r.effective_ms)},
                         {"kind", r.entry->kind},
                         {"text", r.text},
                         {"actor", r.entry->actor.id}});
  }
  // First eight and last four: the whole is in the report.
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines.size() > limits::inline_lines_max && i == 8) text += "…\n";
    if (lines.size() > limits::inline_lines_max && i >= 8 && i + 4 < lines.size()) continue;
    text += lines[i] + "\n";
  }
  o.reply.sections.push_back({std::string(trim(text)), {}});
  o.json = list;
  return o;
}

Outcome history_outcome(const std::vector<Entry>& entries, const std::string& language) {
  Outcome o;
  std::string text;
  Value list = Value::List{};
  for (auto it = entries.rbegin(); it != entries.rend(); ++it) {
    text += "`" + format_utc_minute(it->received_ms) + "` " + plain(it->actor.id) + " · " + it->kind +
            (it->incident_id.empty() ? "" : " · " + it->incident_id) + " · " + plain(clip(one_line(it->text), 100)) +
            "\n";
    list.push(Value::Map{{"at", format_utc(it->received_ms)},
                         {"who", it->actor.id},
                         {"kind", it->kind},
                         {"incident", it->incident_id},
                         {"text", it->text}});
  }
  o.reply.text = entries.empty() ? say(language, "history.none")
                                 : say(language, "history.head", {{"n", std::to_string(entries.size())}});
  if (!text.empty()) o.reply.sections.push_back({std::string(trim(text)), {}});
  o.json = list;
  return o;
}

std::string render_report(const std::vector<Entry>& entries, const CoreConfig& config, const std::string& format,
                          const std::string& language, const std::string& zone, Profile profile) {
  ReportOptions options;
  options.profile = profile;
  options.language = language;
  options.zone = zone;
  for (const Person& p : config.people) {
    options.roster.push_back({p.id, p.handles.empty() ? p.id : p.handles.front().name, p.name});
  }
  const Document document = postmortem(entries, options);
  if (format == "json") return report_json(document);
  if (format == "html") return to_html(document);
  return to_markdown(document);
}

}  // namespace muster
