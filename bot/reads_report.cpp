// The report of an incident: rendered, and what `postmortem` answers.
#include <algorithm>
#include <charconv>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/postmortems/published.h"
#include "bot/reads.h"
#include "bot/reports/json.h"
#include "bot/reports/markdown.h"

namespace muster {

namespace {

ReportOptions options_of(const CoreConfig& config, const std::string& language, const std::string& zone,
                         std::vector<ChangeRecord> changes, std::vector<RelatedIncident> related) {
  ReportOptions options;
  options.related = std::move(related);
  options.changes = std::move(changes);
  options.language = language;
  options.zone = zone;
  for (const Person& p : config.people) {
    options.roster.push_back({p.id, p.handles.empty() ? p.id : p.handles.front().name, p.name});
  }
  return options;
}

}  // namespace

std::string render_report(const std::vector<Entry>& entries, const CoreConfig& config, const std::string& format,
                          const std::string& language, const std::string& zone, Profile profile,
                          std::vector<ChangeRecord> changes, std::vector<RelatedIncident> related,
                          const FileBytes& bytes, int version) {
  ReportOptions options = options_of(config, language, zone, std::move(changes), std::move(related));
  options.profile = profile;
  options.version = version;
  options.with_model = format == "json";
  const Document document = postmortem(entries, std::move(options));
  if (format == "json") return report_json(document);
  if (format == "html") return to_html(document, bytes);
  return to_markdown(document);
}

int last_version(const std::vector<Entry>& entries) { return static_cast<int>(publications(entries).size()); }

namespace {

Outcome left_open(const std::vector<Entry>& entries, const ReadWanted& wanted, const CoreConfig& config,
                  const ReportRead& more) {
  const Document d = postmortem(entries, options_of(config, wanted.language, wanted.zone, more.changes, more.related));
  const auto asks = std::ranges::count(d.blocks, BlockKind::prompt, &Block::kind);
  Outcome o;
  o.reply.sections.push_back(
      {say(wanted.language, "publish.left",
           {{"n", std::to_string(asks)}, {"held", std::to_string(d.held)}, {"mild", std::to_string(d.remarks)}}) +
           "\n" +
           say(wanted.language, "publish.draft", {{"url", more.link + (last_version(entries) == 0 ? "" : "?draft=1")}}),
       {}});
  o.json = Value::Map{{"open_sections", static_cast<std::int64_t>(asks)}, {"held", d.held}, {"findings", d.remarks}};
  return o;
}

std::string type_of(const std::string& format) {
  return format == "html" ? "text/html" : format == "json" ? "application/json" : "text/markdown";
}

}  // namespace

Outcome postmortem_outcome(const std::vector<Entry>& entries, const ReadWanted& wanted, const CoreConfig& config,
                           const ReportRead& more) {
  if (wanted.what == "postmortem publish") return left_open(entries, wanted, config, more);
  const std::string& language = wanted.language;
  const auto published = publications(entries);
  const int last = static_cast<int>(published.size());
  const bool numbered = wanted.args.size() > 1;
  int version = wanted.args.empty() || wanted.args.front() != "draft" ? last : 0;
  if (numbered) {
    const std::string& n = wanted.args[1];
    version = 0;
    std::from_chars(n.data(), n.data() + n.size(), version);
  }
  Outcome o;
  o.ok = !numbered || (version >= 1 && version <= last);
  const int shown = version == 0 ? last : version;
  const Publication p = shown < 1 || shown > last ? Publication() : published[static_cast<std::size_t>(shown) - 1];
  std::string link = more.link;
  if (version != last) link += version == 0 ? "?draft=1" : "?version=" + std::to_string(version);
  const Person* by = find_person(config, p.person);
  const std::string who = p.person == "operator" ? say(language, "who.operator") : plain(by ? by->name : p.name);
  const std::string n = std::to_string(p.version), newest = std::to_string(last), next = std::to_string(last + 1),
                    later = std::to_string(p.later), time = format_utc_minute(p.at_ms) + " UTC",
                    asked = numbered ? plain(wanted.args[1]) : "";
  const Words words = {{"id", wanted.incident}, {"url", link},  {"n", n},         {"who", who},    {"time", time},
                       {"later", later},        {"next", next}, {"last", newest}, {"asked", asked}};
  o.reply.text = say(language,
                     !o.ok          ? "postmortem.no_version"
                     : version == 0 ? "postmortem.done"
                                    : "postmortem.published",
                     words);
  if (!o.ok) return o;
  const char* const below = version == 0 && last != 0      ? "postmortem.before"
                            : version != last              ? "postmortem.newer"
                            : version != 0 && p.later != 0 ? "postmortem.later"
                                                           : "";
  if (*below != 0) o.reply.sections.push_back({say(language, below, words), {}});
  const auto rendered = [&](const std::string& format) {
    return render_report(entries, config, format, language, wanted.zone, Profile::internal, more.changes, more.related,
                         {}, version);
  };
  if (const auto format = wanted.named.find("export"); format != wanted.named.end())
    o.reply.attachments.push_back(
        {"postmortem-" + wanted.incident + (version == 0 ? "" : "-v" + n) + "." + format->second,
         type_of(format->second), rendered(format->second)});
  o.json = Value::Map{{"url", link}, {"version", version}, {"markdown", rendered("md")}};
  if (version != 0) {
    o.json.set("published_at", format_utc(p.at_ms));
    o.json.set("published_by", p.person);
    o.json.set("changed_since", static_cast<std::int64_t>(p.later));
  }
  return o;
}

}  // namespace muster
