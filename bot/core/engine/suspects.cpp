#include "bot/core/engine/suspects.h"

#include <algorithm>
#include <ranges>

#include "bot/base/text.h"
#include "bot/core/changes/health.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/change_answers.h"
#include "bot/core/engine/handlers.h"
#include "bot/core/engine/incident_parts.h"

namespace muster {
namespace {

TimeMs began(const Incident& i) {
  const TimeMs first = i.impact_ms != 0 ? std::min(i.impact_ms, i.declared_ms) : i.declared_ms;
  return i.detected_ms != 0 ? std::min(first, i.detected_ms) : first;
}

std::set<std::string> services_around(const CoreConfig& config, const Incident& i) {
  std::set<std::string> all;
  for (const std::string& service : i.services) all.merge(with_dependencies(config, service));
  return all;
}

// Where its alerts fire; empty: they do not say, or there are none.
std::set<std::string> places_of(const State& state, const Incident& i) {
  std::set<std::string> places;
  for (const std::string& id : i.alerts) {
    const Alert* a = find_alert(state, id);
    for (const auto& [name, value] : a ? a->labels : Pairs())
      if (name == "environment" || name == "env") places.insert(lower_ascii(value));
  }
  return places;
}

bool newest_there(const State& state, const ChangeRecord& c) {
  for (const ChangeRecord* other : changes_at(state.changes, c.service, c.environment))
    if (other->id != c.id && other->verb != "restart" && other->started_ms >= c.started_ms) return false;
  return true;
}

}  // namespace

std::vector<const ChangeRecord*> suspects_of(const State& state, const CoreConfig& config, const Incident& i) {
  const auto services = services_around(config, i);
  const auto places = places_of(state, i);
  std::vector<const ChangeRecord*> found;
  for (const ChangeRecord* c : changes_since(state.changes, began(i) - suspects_ms)) {
    if (!services.contains(c->service) || c->undo() || c->started_ms > i.declared_ms) continue;
    if (!places.empty() && !places.contains(lower_ascii(c->environment))) continue;
    found.push_back(c);
  }
  return found;
}

std::string way_back(const State& state, const ChangeRecord& c, const std::string& incident) {
  if (!c.reverted_by.empty() || !newest_there(state, c)) return {};
  const std::string place = " " + c.service + " in " + c.environment, why = " because " + incident;
  if (c.rollout() && !c.before.version.empty() && c.before.version != c.after.version)
    return "rollback" + place + " to " + c.before.version + why;
  if (c.verb == "scale" && c.before.replicas)
    return "scale" + place + " to " + std::to_string(*c.before.replicas) + why;
  return {};
}

std::string suspects_line(const Work& w, const Incident& i) {
  constexpr std::size_t on_card = 3;
  const std::string& language = w.config.language;
  if (w.state.changes.records.empty()) return say(language, "none_yet");
  const auto suspects = suspects_of(w.state, w.config, i);
  std::vector<std::string> parts;
  for (const ChangeRecord* c : suspects | std::views::take(on_card)) {
    const TimeMs at = c->over() ? c->ended_ms : c->started_ms;
    const std::string when = format_utc_minute(at);
    parts.push_back(plain(c->run.empty() ? clip(one_line(c->id), 60) : c->run) + " " + plain(c->service) + " " +
                    change_words(language, *c) + ", " + plain(c->environment) + " (" +
                    (at / day_ms == i.declared_ms / day_ms ? when.substr(when.size() - 5) : when) + " UTC)");
  }
  if (suspects.size() > on_card)
    parts.push_back(say(language, "and_more", {{"n", std::to_string(suspects.size() - on_card)}}));
  return parts.empty() ? say(language, "status.nothing") : join(parts, "; ");
}

Message suspects_message(const Work& w, const Incident& i, const std::string& language, const std::string& zone) {
  const auto suspects = suspects_of(w.state, w.config, i);
  const ChangeReader reader{w.config, language, zone, w.now};
  Message m;
  m.text = say(language, suspects.empty() ? "suspects.none" : "suspects.head",
               {{"id", i.id}, {"n", std::to_string(suspects.size())}});
  std::vector<std::string> lines;
  for (const ChangeRecord* c : suspects) {
    if (lines.size() == suspects_max) break;
    const std::string name = c->run.empty() ? c->id : c->run;
    std::string line = change_short(reader, *c);
    if (const std::string back = way_back(w.state, *c, i.id); !back.empty()) {
      line += " · `" + plain(back) + "`";
      m.buttons.push_back({say(language, "suspects.button.back", {{"change", name}}), back, "danger"});
    }
    lines.push_back(line);
  }
  if (suspects.size() > lines.size())
    lines.push_back(say(language, "suspects.more", {{"n", std::to_string(suspects.size() - lines.size())}}));
  if (lines.empty()) return m;
  m.sections.push_back({join(lines, "\n"), {}});
  const ChangeRecord& first = *suspects.front();
  m.sections.push_back(
      {say(language, "suspects.name", {{"change", plain(first.run.empty() ? first.id : first.run)}}), {}});
  return m;
}

void show_suspects(Work& w, const Incident& i) {
  if (i.is_private || suspects_of(w.state, w.config, i).empty()) return;  // its buttons would change production
  post(w, i.channel, "suspects-" + i.id, suspects_message(w, i, channel_language(w, i.channel), w.config.zone));
}

namespace {

// The list again, as it is now: what was put back since has no way back any more.
Outcome suspects(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  Outcome o = answer(c, "suspects.none", {{"id", i->id}});
  o.reply = suspects_message(c.work, *i, c.language, c.zone);
  Value list = Value::List{};
  for (const ChangeRecord* change : suspects_of(c.work.state, c.work.config, *i)) {
    Value row = change_value(*change);
    if (const std::string back = way_back(c.work.state, *change, i->id); !back.empty()) row.set("way_back", back);
    list.push(std::move(row));
  }
  o.json = std::move(list);
  return o;
}

}  // namespace

const std::map<std::string_view, Handler>& suspect_handlers() {
  static const std::map<std::string_view, Handler> table = {{"suspects", suspects}};
  return table;
}

}  // namespace muster
