#include "bot/self_answers.h"

#include <cstdio>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/together.h"

namespace muster {
namespace {

std::string milliseconds(double ms) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", ms);
  return text;
}

// Whole tenths: a script compares numbers, not the noise behind them.
double tenths(double ms) { return static_cast<double>(static_cast<std::int64_t>(ms * 10 + 0.5)) / 10; }

std::string platform_line(const PlatformHealth& p, const SelfHealth& h, const std::string& language) {
  std::string line = say(language, p.connected ? "health.connected" : "health.apart", {{"name", plain(p.name)}});
  if (p.connected && !p.account.empty()) {
    const std::string account = p.account.substr(p.account.starts_with('@') ? 1 : 0);
    line += say(language, "health.account", {{"who", plain(account)}, {"version", plain(p.version)}});
  }
  line += ", " + say(language, "health.waiting", {{"n", std::to_string(p.waiting)}});
  if (p.oldest_ms >= second_ms)
    line += " " + say(language, "health.waiting_for", {{"time", format_duration(p.oldest_ms)}});
  line += ", " + (p.last_event_ms == 0
                      ? say(language, "health.no_event")
                      : say(language, "health.last_event", {{"time", format_duration(h.now - p.last_event_ms)}}));
  if (p.trouble.key.empty()) return line + (p.problem.empty() ? "" : ": " + plain(p.problem));
  const std::string change = check_change(p.trouble, language);
  return line + ": " + plain(check_text(p.trouble, language) + (change.empty() ? "" : " " + change));
}

std::string places(const std::vector<std::string>& platforms) {
  std::string names;
  for (const std::string& p : platforms) names += (names.empty() ? "" : " + ") + place_name(p);
  return names;
}

std::string room_lines(const SelfHealth& h, const std::string& language) {
  std::string lines;
  for (const std::string& rule : h.rooms.rules)
    lines += "\n" + say(language, "health.together", {{"names", plain(rule)}});
  for (const auto& [incident, platforms] : h.rooms.incidents)
    lines += "\n" + say(language, "health.incident_rooms",
                        {{"incident", plain(incident)}, {"names", plain(places(platforms))}});
  for (const auto& [platform, since] : h.rooms.lost)
    lines += "\n" + say(language, "health.lost",
                        {{"place", plain(place_name(platform))}, {"time", format_utc_minute(since) + " UTC"}});
  return lines;
}

Value rooms_value(const RoomHealth& r) {
  const auto list = [](const std::vector<std::string>& names) {
    Value v = Value::List{};
    for (const std::string& n : names) v.push(n);
    return v;
  };
  Value incidents = Value::List{}, lost = Value::Map{};
  for (const auto& [incident, platforms] : r.incidents)
    incidents.push(Value::Map{{"incident", incident}, {"platforms", list(platforms)}});
  for (const auto& [platform, since] : r.lost) lost.set(platform, format_utc(since));
  Value v = Value::Map{{"together", list(r.rules)}};
  v.set("incidents", std::move(incidents));
  v.set("lost", std::move(lost));
  return v;
}

Value platforms_value(const SelfHealth& h) {
  Value list = Value::List{};
  for (const PlatformHealth& p : h.platforms) {
    Value one = Value::Map{{"name", p.name},
                           {"connected", p.connected},
                           {"account", p.account},
                           {"version", p.version},
                           {"waiting", static_cast<std::int64_t>(p.waiting)},
                           {"oldest_ms", p.oldest_ms},
                           {"problem", p.problem}};
    one.set("last_event", p.last_event_ms == 0 ? Value() : Value(format_utc(p.last_event_ms)));
    list.push(std::move(one));
  }
  return list;
}

Value health_value(const SelfHealth& h) {
  Value v = Value::Map{{"ready", h.not_ready.empty()},
                       {"why", h.not_ready},
                       {"sandbox", h.sandbox},
                       {"draining", h.draining},
                       {"started", format_utc(h.started_ms)},
                       {"database", Value::Map{{"queue", static_cast<std::int64_t>(h.queue)},
                                               {"commits", static_cast<std::int64_t>(h.commits)},
                                               {"last_commit_ms", tenths(h.last_commit_ms)},
                                               {"refusing", h.refusing}}},
                       {"loop_lag_ms", tenths(h.loop_lag_ms)},
                       {"outbox", Value::Map{{"waiting", static_cast<std::int64_t>(h.outbox_waiting)},
                                             {"dead", static_cast<std::int64_t>(h.outbox_dead)}}},
                       {"timers", static_cast<std::int64_t>(h.timers)},
                       {"platforms", platforms_value(h)}};
  v.set("rooms", rooms_value(h.rooms));
  return v;
}

// Nobody reads on below "healthy": what is not connected stands in the first line.
void head(Message& m, const SelfHealth& h, const std::string& language) {
  std::string apart;
  for (const PlatformHealth& p : h.platforms)
    if (!p.connected) apart += (apart.empty() ? "" : ", ") + plain(p.name);
  const bool ready = h.not_ready.empty();
  m.color = !ready ? "danger" : apart.empty() ? "good" : "warning";
  m.text = !ready          ? say(language, "health.sick", {{"parts", plain(h.not_ready)}})
           : apart.empty() ? say(language, "health.head")
                           : say(language, "health.head_apart", {{"names", apart}});
}

}  // namespace

RoomHealth room_health(const State& state, const CoreConfig& config) {
  constexpr std::size_t incidents_max = 20;
  RoomHealth r;
  for (const TogetherRule& rule : config.together) r.rules.push_back(places(rule.platforms));
  for (const auto& [n, i] : state.incidents) {
    if (!i.open() || i.is_private || i.channel.empty() || r.incidents.size() == incidents_max) continue;
    if (auto bound = bound_platforms(state, config, i); !bound.empty())
      r.incidents.emplace_back(i.id + " #" + i.channel, std::move(bound));
  }
  r.lost = state.together.lost;
  return r;
}

Outcome health_outcome(const SelfHealth& h, const std::string& language) {
  Outcome o;
  head(o.reply, h, language);
  std::string lines = say(
      language, "health.database",
      {{"n", std::to_string(h.queue)}, {"ms", milliseconds(h.last_commit_ms)}, {"commits", std::to_string(h.commits)}});
  if (!h.refusing.empty()) lines += ": " + plain(h.refusing);
  lines += "\n" + say(language, "health.lag", {{"ms", milliseconds(h.loop_lag_ms)}});
  lines += "\n" + say(language, "health.outbox",
                      {{"n", std::to_string(h.outbox_waiting)}, {"timers", std::to_string(h.timers)}});
  for (const PlatformHealth& p : h.platforms) lines += "\n" + platform_line(p, h, language);
  if (h.draining) lines += "\n" + say(language, "health.draining");
  lines += room_lines(h, language);
  o.reply.sections.push_back({lines, {}});
  if (h.outbox_dead > 0)
    o.reply.sections.push_back({say(language, "outbox.dead", {{"n", std::to_string(h.outbox_dead)}}), {}});
  o.json = health_value(h);
  return o;
}

Outcome version_outcome(const CoreConfig& config, int schema, const std::string& language) {
  Outcome o;
  o.reply.text = say(language, "version",
                     {{"version", config.version}, {"schema", std::to_string(schema)}, {"policy", config.policy_hash}});
  o.json =
      Value::Map{{"name", "muster"}, {"version", config.version}, {"schema", schema}, {"policy", config.policy_hash}};
  return o;
}

}  // namespace muster
