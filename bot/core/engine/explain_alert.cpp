#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/cards.h"
#include "bot/core/engine/explain.h"
#include "bot/core/engine/question_parts.h"
#include "bot/core/engine/silences.h"

namespace muster {
namespace {

// Seconds count here: the wait is short.
std::string exact_time(const Call& c, TimeMs t) {
  const std::string utc = format_utc_clock(t) + " UTC";
  if (c.zone == "UTC" || c.zone.empty()) return utc;
  return utc + " (" + format_in_zone(t, c.zone, "%H:%M:%S %Z") + ")";
}

// Of a group whose incident is still to open; nothing: it does not wait.
const WaitingGroup* waits_with(const State& state, const Alert& a) {
  const auto group = state.waiting.find(a.group_key());
  if (a.status != "firing" || !a.incident.empty() || group == state.waiting.end()) return nullptr;
  const bool among = std::ranges::any_of(group->second.alerts, [&](int n) { return "E" + std::to_string(n) == a.id; });
  return among ? &group->second : nullptr;
}

// What the rule asks for, as it stands in the configuration.
std::string conditions_of(const AlertRouteRule& r) {
  std::string text = to_text(r.matchers);
  if (!r.when.empty()) text += (text.empty() ? "when " : " and when ") + r.when;
  return text;
}

std::string route_text(const Call& c, const AlertRouteRule* route) {
  const auto& all = c.work.config.alert_routes;
  if (!route) return say(c.language, "explain.route_none", {{"n", std::to_string(all.size())}});
  const std::string conditions = conditions_of(*route);
  const std::string does = route->triage          ? "explain.does_triage"
                           : route->open_incident ? "explain.does_open"
                                                  : "explain.does_list";
  return say(c.language, "explain.route",
             {{"n", std::to_string(route - all.data() + 1)},
              {"all", std::to_string(all.size())},
              {"name", plain(route->name)},
              {"if", conditions.empty() ? say(c.language, "explain.always") : "`" + plain(clip(conditions, 300)) + "`"},
              {"does", say(c.language, does, {{"severity", route->severity}})}});
}

std::string incident_text(const Call& c, const Alert& a, const AlertRouteRule* route) {
  if (const Incident* i = find_incident(c.work.state, a.incident)) {
    const bool opened = i->group_key == a.group_key();
    const char* key = i->group_key == "storm" ? "explain.in_storm" : opened ? "explain.in_group" : "explain.in_by_hand";
    return say(c.language, key, {{"id", i->id}, {"status", status_words(c.language, i->status)}});
  }
  if (route && route->open_incident && a.status != "firing") return say(c.language, "explain.over_before");
  if (route && route->open_incident) return say(c.language, "explain.route_is_newer");
  return say(c.language, "explain.no_incident");
}

std::string told_text(const Call& c, const Alert& a) {
  if (a.card().empty()) return say(c.language, "explain.told_nowhere");
  return say(c.language, a.card().starts_with("storm-") ? "explain.told_counted" : "explain.told",
             {{"channel", a.card_channel()}, {"n", std::to_string(limits::alert_cards_per_minute)}});
}

std::string quiet_text(const Call& c, const Alert& a) {
  if (const Silence* l = silence_over(c.work.state, a, c.work.now))
    return say(c.language, "explain.silenced",
               {{"id", l->id},
                {"who", person_name(c.work.config, l->person)},
                {"time", short_time(c, l->until_ms)},
                {"why", plain(clip(one_line(l->reason), 200))}});
  if (a.snoozed_until_ms > c.work.now)
    return say(c.language, "explain.snoozed", {{"time", short_time(c, a.snoozed_until_ms)}});
  return say(c.language, "explain.not_quiet");
}

std::string times_text(const Call& c, const Alert& a) {
  std::string text = say(c.language, "explain.began", {{"time", short_time(c, a.starts_ms)}});
  if (a.status != "firing") text += say(c.language, "explain.ended", {{"time", short_time(c, a.ended_ms)}});
  if (a.count > 1)
    text +=
        say(c.language, "explain.copies", {{"n", std::to_string(a.count)}, {"time", short_time(c, a.last_seen_ms)}});
  if (a.episode > 1)
    text += say(c.language, "explain.episodes",
                {{"n", std::to_string(a.episode)}, {"window", format_duration(c.work.config.flap_window)}});
  return text;
}

std::string group_text(const Call& c, const Alert& a) {
  std::size_t all = 0, firing = 0;
  for (const auto& [n, other] : c.work.state.alerts) {
    if (other.group != a.group) continue;
    ++all;
    firing += other.status == "firing" ? 1 : 0;
  }
  return say(c.language, "explain.group",
             {{"group", plain(clip(a.group_key(), 200))}, {"n", std::to_string(all)}, {"m", std::to_string(firing)}});
}

}  // namespace

Outcome explain_alert(Call& c, const Alert& a) {
  const AlertRouteRule* route = route_for(c.work, a);
  const std::string name = route ? plain(route->name) : say(c.language, "explain.no_route");
  const WaitingGroup* waits = waits_with(c.work.state, a);
  const auto head = [&] {
    if (waits)
      return answer(c, "explain.waits",
                    {{"id", a.id},
                     {"time", exact_time(c, waits->due_ms)},
                     {"n", std::to_string(waits->alerts.size())},
                     {"route", name},
                     {"group", plain(clip(a.group_key(), 200))},
                     {"wait", format_duration(c.work.config.group_wait)}});
    return answer(c, "explain.alert",
                  {{"id", a.id},
                   {"route", name},
                   {"group", plain(clip(a.group_key(), 200))},
                   {"incident", a.incident.empty() ? say(c.language, "explain.none") : a.incident}});
  };
  Outcome o = head();
  const auto field = [&](const char* key) { return say(c.language, std::string("explain.field.") + key); };
  Section s;
  s.fields = {{field("route"), route_text(c, route)}, {field("group"), group_text(c, a)}};
  if (!waits) s.fields.emplace_back(field("incident"), incident_text(c, a, route));
  s.fields.emplace_back(field("told"), told_text(c, a));
  s.fields.emplace_back(field("quiet"), quiet_text(c, a));
  s.fields.emplace_back(field("claim"), a.acknowledged_by.empty() ? say(c.language, "nobody_yet")
                                                                  : person_name(c.work.config, a.acknowledged_by));
  s.fields.emplace_back(field("times"), times_text(c, a));
  s.fields.emplace_back(field("paged"), say(c.language, "none_yet"));
  o.reply.sections.push_back(std::move(s));
  o.json = Value::Map{{"id", a.id},
                      {"route", route ? Value(route->name) : Value()},
                      {"group", a.group_key()},
                      {"incident", a.incident},
                      {"channel", a.card_channel()},
                      {"acknowledged_by", a.acknowledged_by},
                      {"episode", a.episode},
                      {"count", a.count}};
  if (const Silence* l = silence_over(c.work.state, a, c.work.now)) o.json.set("silence", l->id);
  return o;
}

}  // namespace muster
