// Commands about changes that were made: where, releases, diff, metrics; and what set an incident off.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/change_answers.h"
#include "bot/core/engine/handlers.h"
#include "bot/core/engine/incident_parts.h"
#include "bot/core/engine/question_parts.h"

namespace muster {
namespace {

constexpr std::size_t commits_most = 100;  // of one version
constexpr DurationMs metrics_span = 30 * day_ms, metrics_most = 3660 * day_ms;

bool deployed_before(const State& state, const std::string& service) {
  return std::ranges::any_of(state.changes.by_place, [&](const auto& p) { return p.first.service == service; });
}

// A service of the configuration, or one that the record knows; else why not.
std::optional<Outcome> check_service(Call& c, const std::string& name, std::string& service) {
  const Service* s = find_service(c.work.config, name);
  service = s ? s->name : name;
  if (s || deployed_before(c.work.state, name)) return {};
  return unknown_service(c, name);
}

std::optional<Outcome> check_environment(Call& c, const std::string& service, std::string& environment) {
  const auto known = environments_of(c.work.state, c.work.config, service);
  const auto it =
      std::ranges::find_if(known, [&](const auto& e) { return lower_ascii(e) == lower_ascii(environment); });
  if (it != known.end()) return environment = *it, std::nullopt;
  return unknown_environment(c, environment, known);
}

ReadWanted wanted_of(const Call& c, std::string service) {
  return {.what = c.command.verb,
          .incident = {},
          .args = {std::move(service)},
          .named = c.command.named,
          .language = c.language,
          .zone = c.zone};
}

Outcome off_loop(ReadWanted wanted) {
  Outcome o;
  o.read = std::move(wanted);
  return o;
}

// The targets are asked outside of the decision, each environment for itself.
Outcome where(Call& c) {
  std::string service;
  if (auto refused = check_service(c, first_argument(c.command), service)) return *refused;
  return off_loop(wanted_of(c, service));
}

Outcome diff(Call& c) {
  std::string service;
  if (auto refused = check_service(c, first_argument(c.command), service)) return *refused;
  if (c.command.args.size() < 3) return refuse(c, "diff.what", {{"service", plain(service)}});
  ReadWanted wanted = wanted_of(c, service);
  for (std::size_t i = 1; i < 3; ++i) wanted.args.push_back(c.command.args[i]);
  return off_loop(std::move(wanted));
}

Outcome releases(Call& c) {
  std::string service, environment = named_argument(c.command, "in");
  if (auto refused = check_service(c, first_argument(c.command), service)) return *refused;
  if (!environment.empty())
    if (auto refused = check_environment(c, service, environment)) return *refused;
  if (c.command.named.contains("all")) {
    ReadWanted wanted = wanted_of(c, service);
    if (!environment.empty()) wanted.named["in"] = environment;
    return off_loop(std::move(wanted));
  }
  return releases_outcome({c.work.config, c.language, c.zone, c.work.now}, c.work.state.changes,
                          {service, environment, false});
}

Outcome metrics(Call& c) {
  std::string service, environment = named_argument(c.command, "in");
  if (const std::string name = first_argument(c.command); !name.empty())
    if (auto refused = check_service(c, name, service)) return *refused;
  if (!environment.empty() && !service.empty())
    if (auto refused = check_environment(c, service, environment)) return *refused;
  DurationMs span = metrics_span;
  if (const std::string since = named_argument(c.command, "since"); !since.empty()) {
    const auto given = parse_duration(since);
    if (!given || *given <= 0 || *given > metrics_most) return refuse(c, "history.since_bad", {{"text", plain(since)}});
    span = *given;
  }
  ReadWanted wanted = wanted_of(c, service);
  wanted.named["environments"] = environment;
  wanted.named["from_ms"] = std::to_string(c.work.now - span);
  wanted.named["to_ms"] = std::to_string(c.work.now);
  return off_loop(std::move(wanted));
}

// The forward changes of a run, or the one that was named.
std::vector<const ChangeRecord*> changes_meant(const ChangeLog& log, const std::string& id) {
  if (const auto one = log.by_id.find(id); one != log.by_id.end()) return {&log.records.at(one->second)};
  auto found = changes_of_run(log, id);
  std::erase_if(found, [](const ChangeRecord* c) { return c->undo(); });
  const bool rollouts = std::ranges::any_of(found, [](const ChangeRecord* c) { return c->rollout(); });
  if (rollouts) std::erase_if(found, [](const ChangeRecord* c) { return !c->rollout(); });
  return found;
}

bool linked(const ChangeRecord& c, const std::string& incident) {
  return std::ranges::any_of(c.links,
                             [&](const ChangeLink& l) { return l.kind == "failed" && l.incident == incident; });
}

void record_link(Call& c, const Incident& i, const ChangeRecord& change, bool on) {
  Entry e = human_entry(c, on ? "change.linked" : "change.unlinked", &i);
  const std::string what = change_words("en", change) + " of " + change.service + " in " + change.environment;
  const std::string because = named_argument(c.command, "because");
  e.text = change.id + " (" + what + ") " + (on ? "set this incident off" : "did not set this incident off") +
           (because.empty() ? "" : ": " + because);
  e.data = Value::Map{{"change", change.id},
                      {"run", change.run},
                      {"link", "failed"},
                      {"basis", "person"},
                      {"service", change.service},
                      {"environment", change.environment},
                      {"version", change.after.version},
                      {"reason", because}};
  e.pinned = true;
  record(c.work, std::move(e));
}

std::optional<Outcome> refuse_link(Call& c, const Incident& i, const ChangeRecord& change, bool withdraw) {
  const std::string id = change.run.empty() ? change.id : change.run;
  if (withdraw && !linked(change, i.id)) return refuse(c, "caused.not", {{"change", plain(id)}, {"id", i.id}});
  if (withdraw) return {};
  if (linked(change, i.id)) return refuse(c, "caused.already", {{"change", plain(id)}, {"id", i.id}});
  const TimeMs begun = i.impact_ms != 0 ? std::min(i.impact_ms, i.declared_ms) : i.declared_ms;
  if (change.started_ms > begun)
    return refuse(c, "caused.later",
                  {{"change", plain(id)},
                   {"id", i.id},
                   {"time", short_time(c, change.started_ms)},
                   {"begun", short_time(c, begun)}});
  return {};
}

Outcome caused_by(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  const auto words = words_without_incident(c);
  const std::string id = words.empty() ? "" : words.front();
  const auto meant = changes_meant(c.work.state.changes, id);
  if (meant.empty()) return refuse(c, "caused.unknown", {{"change", plain(clip(id, 60))}});
  const bool withdraw = c.command.named.contains("withdraw");
  if (withdraw && named_argument(c.command, "because").empty())
    return refuse(c, "need.because", {{"command", "caused by " + plain(id) + " --withdraw because …"}});
  if (auto refused = refuse_link(c, *i, *meant.front(), withdraw)) return *refused;
  // Copies: recording changes the log.
  std::vector<ChangeRecord> changes;
  for (const ChangeRecord* one : meant) changes.push_back(*one);
  for (const ChangeRecord& one : changes)
    if (linked(one, i->id) == withdraw) record_link(c, *i, one, !withdraw);
  touch(c.work, *i);
  return told(c, *i, [&](Call& d) {
    return answer(d, withdraw ? "caused.withdrawn" : "caused.done",
                  {{"change", plain(changes.front().run.empty() ? changes.front().id : changes.front().run)},
                   {"what", change_words(d.language, changes.front())},
                   {"service", plain(changes.front().service)},
                   {"environment", plain(changes.front().environment)},
                   {"id", i->id}});
  });
}

// Told by whoever builds: which commits a version holds, and when they were made.
Outcome built(Call& c) {
  std::string service;
  if (auto refused = check_service(c, first_argument(c.command), service)) return *refused;
  const std::string version = c.command.args.size() > 1 ? c.command.args[1] : "";
  Value commits = Value::List{};
  for (const std::string& word : split(c.command.args.size() > 2 ? c.command.args[2] : "", ' ')) {
    if (word.empty()) continue;
    const auto at = word.find('@');
    const auto time =
        at == std::string::npos ? Result<TimeMs>(fail(ErrorKind::invalid, "")) : parse_time(word.substr(at + 1));
    if (!time || at == 0) return refuse(c, "built.bad", {{"word", plain(clip(word, 80))}});
    if (*time > c.work.now) return refuse(c, "built.later", {{"word", plain(clip(word, 80))}});
    commits.push(Value::Map{{"id", word.substr(0, at)}, {"at", format_utc(*time)}});
  }
  const std::size_t n = commits.as_list().size();
  if (n == 0 || n > commits_most) return refuse(c, "built.count", {{"most", std::to_string(commits_most)}});
  Entry e = human_entry(c, "version.built", nullptr);
  e.services = {service};
  e.text = service + " " + version + ": " + std::to_string(n) + " commits";
  e.data = Value::Map{{"service", service}, {"version", version}, {"commits", std::move(commits)}};
  record(c.work, std::move(e));
  return answer(c, "built.done",
                {{"service", plain(service)}, {"version", plain(clip(version, 80))}, {"n", std::to_string(n)}});
}

}  // namespace

const std::map<std::string_view, Handler>& change_reading_handlers() {
  static const std::map<std::string_view, Handler> table = {{"where", where},         {"diff", diff},
                                                            {"releases", releases},   {"metrics", metrics},
                                                            {"caused by", caused_by}, {"built", built}};
  return table;
}

}  // namespace muster
