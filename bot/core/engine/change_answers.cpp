#include "bot/core/engine/change_answers.h"

#include <algorithm>
#include <charconv>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/handlers.h"
#include "bot/core/engine/question_parts.h"

namespace muster {
namespace {

// A stage that is out is no success yet.
std::string outcome_word(const ChangeReader& r, const ChangeRecord& c) {
  const std::string outcome = outcome_of(c);
  const bool in_part = c.part && outcome == "succeeded";
  return in_part ? say(r.language, "change.outcome.in_part") : say(r.language, "change.outcome." + outcome);
}

constexpr std::size_t releases_shown = 40;  // in the answer; all of them in --json

std::string or_unknown(const std::string& language, const std::string& text) {
  return text.empty() ? say(language, "change.not_known") : plain(clip(one_line(text), 80));
}

std::string count_words(const std::string& language, const std::optional<int>& n) {
  return n ? std::to_string(*n) : say(language, "change.not_known");
}

std::string when(const ChangeReader& r, TimeMs t) {
  const std::string utc = format_utc_minute(t) + " UTC";
  return r.zone == "UTC" || r.zone.empty() ? utc : utc + " (" + format_in_zone(t, r.zone, "%H:%M %Z") + ")";
}

std::string who(const ChangeReader& r, const ChangeRecord& c) {
  if (c.origin == "automation") return say(r.language, "run.by_itself");
  return c.origin == "elsewhere" ? plain(clip(one_line(c.person), 60)) : person_name(r.config, c.person);
}

std::string named(const ReadWanted& wanted, const char* key) {
  const auto it = wanted.named.find(key);
  return it == wanted.named.end() ? "" : it->second;
}

TimeMs moment(const std::string& text) {
  TimeMs t = 0;
  std::from_chars(text.data(), text.data() + text.size(), t);
  return t;
}

}  // namespace

std::vector<std::string> environments_of(const State& state, const CoreConfig& config, const std::string& service) {
  std::vector<std::string> found;
  if (const Service* s = find_service(config, service)) found = s->environments;
  for (const auto& [place, numbers] : state.changes.by_place)
    if (place.service == service && std::ranges::find(found, place.environment) == found.end())
      found.push_back(place.environment);
  return found;
}

std::set<std::string> production_of(const CoreConfig& config, const std::vector<std::string>& environments) {
  std::set<std::string> named, guarded;
  for (const std::string& e : environments) {
    const std::string name = lower_ascii(e);
    if (name == "production" || name == "prod" || name == "live") named.insert(e);
    if (is_protected(config, e)) guarded.insert(e);
  }
  return named.empty() ? guarded : named;
}

std::string ago(const std::string& language, DurationMs age) {
  if (age < minute_ms) return say(language, "change.just_now");
  if (age >= 2 * day_ms) return say(language, "change.ago", {{"time", std::to_string(age / day_ms) + "d"}});
  const DurationMs shown = age < day_ms ? age / minute_ms * minute_ms : age / hour_ms * hour_ms;
  std::string text = format_duration(shown);
  // The small parts say nothing at such an age.
  for (const char* zero : {" 00s", " 00m"})
    if (text.ends_with(zero)) text.resize(text.size() - std::string_view(zero).size());
  return say(language, "change.ago", {{"time", text}});
}

std::string change_words(const std::string& language, const ChangeRecord& c) {
  const bool scale = c.verb == "scale";
  const std::string from = scale ? count_words(language, c.before.replicas) : or_unknown(language, c.before.version);
  const std::string to = scale ? count_words(language, c.after.replicas) : or_unknown(language, c.after.version);
  const std::string verb = c.undo() ? "undo" : c.minimum ? "minimum" : c.verb;
  return say(language, "change.words." + verb, {{"from", from}, {"to", to}});
}

std::string change_line(const ChangeReader& r, const ChangeRecord& c) {
  std::string line = "*" + plain(c.run.empty() ? clip(one_line(c.id), 60) : c.run) + "* · " +
                     change_words(r.language, c) + " · " + plain(c.environment) + " · " + outcome_word(r, c);
  if (!c.reverted_by.empty()) line += " (" + plain(clip(c.reverted_by.substr(0, c.reverted_by.find('.')), 60)) + ")";
  line += " · " + who(r, c) + " · " + when(r, c.started_ms);
  if (c.over()) line += " · " + format_duration(std::max<DurationMs>(0, c.ended_ms - c.started_ms));
  if (c.origin == "runbook" || c.origin == "automation") line += " · " + plain(clip(c.runbook, 60));
  for (const ChangeLink& l : c.links) line += " · " + say(r.language, "change.link." + l.kind, {{"id", l.incident}});
  if (!c.reason.empty()) line += " · " + plain(clip(one_line(c.reason), 120));
  if (!c.note.empty() && c.outcome != "succeeded") line += " · " + plain(clip(one_line(c.note), 120));
  return line;
}

Value change_value(const ChangeRecord& c) {
  Value v = projection(c).body;
  v.set("id", c.id);
  v.set("started", format_utc(c.started_ms));
  if (c.over()) v.set("ended", format_utc(c.ended_ms));
  return v;
}

std::string change_short(const ChangeReader& r, const ChangeRecord& c) {
  return plain(c.run.empty() ? clip(one_line(c.id), 60) : c.run) + " " + plain(c.service) + " " +
         change_words(r.language, c) + ", " + plain(c.environment) + " (" + outcome_word(r, c) + ", " +
         ago(r.language, r.now - (c.over() ? c.ended_ms : c.started_ms)) + ")";
}

std::string versions_text(const State& state, const std::string& service) {
  std::vector<std::string> list;
  for (const auto& [place, numbers] : state.changes.by_place) {
    const bool here = lower_ascii(place.service) == lower_ascii(service);
    const ChangeRecord* last = here ? last_rollout(state.changes, place.service, place.environment) : nullptr;
    if (last) list.push_back(plain(place.environment + " " + clip(one_line(last->after.version), 80)));
  }
  return join(list, " · ");
}

Outcome releases_outcome(const ChangeReader& r, const ChangeLog& log, const ReleasesWish& wish) {
  std::string lines;
  Value::List list;
  std::size_t shown = 0;
  for (const ChangeRecord* c : changes_at(log, wish.service, wish.environment)) {
    if (!wish.all && !c->rollout()) continue;
    if (++shown <= releases_shown || wish.all) lines += change_line(r, *c) + "\n";
    list.push_back(change_value(*c));
  }
  Outcome o;
  const std::string what = wish.service + (wish.environment.empty() ? "" : " " + wish.environment);
  o.reply.text = say(r.language, shown == 0 ? "releases.none" : "releases.head",
                     {{"what", plain(what)}, {"n", std::to_string(shown)}});
  if (!lines.empty()) o.reply.sections.push_back({std::string(trim(lines)), {}});
  if (!wish.all && shown > 0)
    o.reply.sections.push_back({say(r.language, "releases.more", {{"service", plain(wish.service)}}), {}});
  o.json = Value(std::move(list));
  return o;
}

ReleasesWish releases_wish(const ReadWanted& wanted) {
  return {wanted.args.empty() ? "" : wanted.args.front(), lower_ascii(named(wanted, "in")), true};
}

DoraQuery metrics_query(const ReadWanted& wanted) {
  DoraQuery q;
  q.service = wanted.args.empty() ? "" : wanted.args.front();
  for (const std::string& e : split(named(wanted, "environments"), ','))
    if (!e.empty()) q.environments.insert(e);
  q.from = moment(named(wanted, "from_ms"));
  q.to = moment(named(wanted, "to_ms"));
  q.count_rollbacks = wanted.named.contains("count-rollbacks");
  return q;
}

}  // namespace muster
