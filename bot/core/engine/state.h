// What is true now: a fold over the journal. apply() is the only thing that changes it.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "bot/base/clock.h"
#include "bot/core/alerts/alert.h"
#include "bot/core/decision.h"
#include "bot/core/engine/pairs.h"

namespace muster {

struct Alert {
  std::string id;           // E12
  std::string fingerprint;  // 64 hex
  std::string status;       // firing, resolved
  std::string severity, title;
  Pairs labels;
  Pairs links;  // text, url; in the order of the sender
  TimeMs starts_ms = 0, ended_ms = 0;
  std::string incident;  // INC-7 or empty
  std::string acknowledged_by;
  const Pair* group = nullptr;  // its value is the key of the alert's group; groups are large, so it is kept once
  std::string reason;
  int episode = 1;
  bool in_storm = false;    // this episode began without a card of its own
  bool stale_card = false;  // it changed during a storm and its card does not show it
  // Not journaled, refreshed by every delivery: not part of the projection.
  std::int64_t count = 1;
  TimeMs last_seen_ms = 0;
  std::string group_key() const { return group ? group->second : std::string(); }
};

struct Todo {
  int number = 0;
  std::string text, assignee, due;
  bool done = false;
};

struct Incident {
  std::string id;  // INC-7
  std::string title, severity, peak_severity, status;
  std::string channel;  // without '#'
  std::vector<std::string> services;
  std::string declared_by;
  TimeMs declared_ms = 0, detected_ms = 0, acknowledged_ms = 0, impact_ms = 0, mitigated_ms = 0, resolved_ms = 0;
  std::string impact_event;                  // the impact.started entry, target of corrections
  std::map<std::string, std::string> roles;  // role -> person id
  std::set<std::string> alerts;              // E ids
  std::string group_key;                     // of the alert group that opened it
  std::vector<Todo> todos;
  std::vector<std::string> links;
  int updates = 0;
  TimeMs next_update_ms = 0;
  std::string last_update;
  bool open() const { return status != "resolved" && status != "closed" && status != "canceled" && status != "merged"; }
};

struct Grant {
  std::string id;  // L3
  std::string person, role;
  TimeMs until_ms = 0;
};

// Many alerts at once, and how often alerts opened incidents: folded like the rest.
struct Storm {
  TimeMs since_ms = 0;              // 0: none
  std::deque<TimeMs> changes;       // of the last alerts that fired or resolved
  std::deque<TimeMs> opened;        // of the last incidents that alerts opened
  std::string incident;             // takes what would open too many incidents
  std::set<std::string> incidents;  // with alerts of this storm
  std::set<std::string> changed;    // of these, not shown since
  std::int64_t fired = 0, critical = 0, resolved = 0;
};

struct State {
  std::map<int, Incident> incidents;                               // by number
  std::map<int, Alert> alerts;                                     // by number
  std::unordered_multimap<std::size_t, int> alert_by_fingerprint;  // hash -> number: see alert_of_fingerprint()
  std::shared_ptr<PairPool> pairs = std::make_shared<PairPool>();  // shared: a copy of the state points into it too
  std::map<std::string, int> incident_by_group;
  std::map<std::string, int> incident_by_channel;
  std::map<std::string, std::string> aliases;    // "ana/name" or "*/name" -> command
  std::map<std::string, Grant> grants;           // by id
  std::map<std::string, std::string> corrected;  // event_id of impact entries -> incident id
  Storm storm;
  int next_incident = 1, next_alert = 1, next_lock = 1;
  std::int64_t position = 0;  // of the last folded entry
};

void apply(State& state, const Entry& entry);

Incident* find_incident(State& state, std::string_view id);  // INC-7, I7, 7
const Incident* find_incident(const State& state, std::string_view id);
Alert* find_alert(State& state, std::string_view id);  // E12
const Alert* find_alert(const State& state, std::string_view id);
Alert* alert_of_fingerprint(State& state, const std::string& fingerprint);  // the newest one

ProjectionRow projection(const Incident& incident);
ProjectionRow projection(const Alert& alert);
std::vector<ProjectionRow> projections(const State& state);  // everything, sorted by kind and id

}  // namespace muster
