#include "bot/core/engine/storm.h"

#include <algorithm>

#include "bot/base/limits.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"

namespace muster {
namespace {

constexpr DurationMs board_every = 5 * second_ms;  // the board is an edit: this often is bearable
constexpr std::size_t incidents_named = 8;
constexpr std::size_t cards_put_right = 100;  // at the end of a storm; `alerts` has the whole truth

bool as_many_within_a_minute(const std::deque<TimeMs>& times, std::size_t most, TimeMs now) {
  return times.size() >= most && now - times[times.size() - most] < minute_ms;
}

std::string board_id(const Storm& s) { return "storm-" + std::to_string(s.since_ms); }

Message board(const Work& w, bool over) {
  const std::string& lang = w.config.language;
  const Storm& s = w.state.storm;
  Message m{.text = say(lang, over ? "storm.over" : "storm.on",
                        {{"from", format_utc_clock(s.since_ms)},
                         {"n", std::to_string(s.fired)},
                         {"critical", std::to_string(s.critical)},
                         {"resolved", std::to_string(s.resolved)}}),
            .sections = {},
            .buttons = {{"alerts", "alerts", ""}},
            .color = over ? "good" : "danger"};
  std::string names;
  for (const std::string& id : s.incidents) {
    if (std::ranges::count(names, ',') + 1 > static_cast<long>(incidents_named)) break;
    names += (names.empty() ? "" : ", ") + id;
  }
  if (!names.empty()) m.sections.push_back({say(lang, "storm.incidents", {{"ids", names}}), {}});
  return m;
}

void show_board(Work& w, bool over) {
  w.decision.out.push_back(
      {w.new_id(), "room:#" + w.config.alerts_channel, "edit",
       Value::Map{{"post_id", board_id(w.state.storm)}, {"message", to_value(board(w, over))}, {"at", w.now}}});
}

void show_incidents(Work& w) {
  for (const std::string& id : std::exchange(w.state.storm.changed, {})) {
    if (const Incident* i = find_incident(w.state, id)) touch(w, *i);
  }
}

void arm(Work& w) { w.decision.timers.push_back({"storm", w.now + board_every, {}}); }

}  // namespace

bool storming(const State& s) { return s.storm.since_ms != 0; }

bool storm_goes_on(const Work& w) {
  return as_many_within_a_minute(w.state.storm.changes, limits::storm_changes_per_minute, w.now);
}

void watch_for_storm(Work& w, TimeMs received) {
  if (storming(w.state)) return;
  if (!as_many_within_a_minute(w.state.storm.changes, limits::storm_changes_per_minute, received)) return;
  Entry e;
  e.kind = "alert.storm";
  e.received_ms = received;
  e.text = say("en", "storm.began", {{"n", std::to_string(limits::storm_changes_per_minute)}});
  e.data = Value::Map{{"state", "began"}};
  record(w, std::move(e));
  post(w, w.config.alerts_channel, board_id(w.state.storm), board(w, false));
  arm(w);
}

Incident* storm_incident(Work& w, TimeMs received, const std::vector<std::string>& services,
                         const std::string& severity) {
  Incident* known = find_incident(w.state, w.state.storm.incident);
  if (known && known->open()) return known;
  if (!as_many_within_a_minute(w.state.storm.opened, limits::incidents_opened_per_minute, received)) return nullptr;
  Entry e;
  e.received_ms = received;
  e.services = services;
  e.text = say("en", "storm.incident.text", {{"n", std::to_string(limits::incidents_opened_per_minute)}});
  e.actor = {.type = "bot", .id = "muster", .handle = w.config.bot_handle, .display = "muster"};
  e.data = Value::Map{{"title", say(w.config.language, "storm.incident.title")},
                      {"severity", severity},
                      {"group_key", "storm:" + std::to_string(received)},
                      {"storm", true}};
  return &open_incident(w, std::move(e));
}

void keep_row(Work& w, const Incident& i) {
  std::erase_if(w.decision.rows, [&](const ProjectionRow& r) { return r.kind == "incident" && r.id == i.id; });
  w.decision.rows.push_back(projection(i));
}

void end_storm(Work& w, DrawCard draw) {
  show_board(w, true);
  std::size_t drawn = 0;
  for (const auto& [n, a] : w.state.alerts) {
    if (!a.stale_card) continue;
    if (++drawn > cards_put_right) break;
    draw(w, a);
  }
  Entry e;
  e.kind = "alert.storm";
  e.text = say("en", "storm.ended", {{"n", std::to_string(w.state.storm.fired)}});
  e.data = Value::Map{{"state", "ended"}, {"fired", w.state.storm.fired}, {"resolved", w.state.storm.resolved}};
  record(w, std::move(e));
}

bool storm_rang(Work& w, const Timer& timer) {
  if (timer.id != "storm") return false;
  if (!storming(w.state)) return true;
  show_incidents(w);
  if (!storm_goes_on(w)) return false;
  show_board(w, false);
  arm(w);
  return true;
}

}  // namespace muster
