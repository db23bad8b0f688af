// What is true now: a fold over the journal. apply() is the only thing that changes it.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/core/alerts/alert.h"
#include "bot/core/decision.h"
#include "bot/core/engine/questions.h"

namespace muster {

struct Alert {
  std::string id;           // E12
  std::string event_id;     // of the entry that opened the episode
  std::string fingerprint;  // 64 hex
  std::string status;       // firing, resolved
  std::string severity, title;
  std::map<std::string, std::string> labels;
  std::vector<std::pair<std::string, std::string>> links;
  TimeMs starts_ms = 0, ended_ms = 0;
  std::string incident;  // INC-7 or empty
  std::string acknowledged_by;
  std::string group_key;
  std::string reason;
  int episode = 1;
  // Not journaled, refreshed by every delivery: not part of the projection.
  std::int64_t count = 1;
  TimeMs last_seen_ms = 0;
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
  std::string service, environment;  // empty: everywhere
};

struct State {
  std::map<int, Incident> incidents;  // by number
  std::map<int, Alert> alerts;        // by number
  std::map<std::string, int> alert_by_fingerprint;
  std::map<std::string, int> incident_by_group;
  std::map<std::string, int> incident_by_channel;
  std::map<std::string, std::string> aliases;    // "ana/name" or "*/name" -> command
  std::map<std::string, Grant> grants;           // by id
  std::map<std::string, std::string> corrected;  // event_id of impact entries -> incident id
  std::map<int, Question> questions;             // by number
  std::map<std::string, std::string> languages;  // "@ana" or "#muster" -> en, ko: what people chose by command
  int next_incident = 1, next_alert = 1, next_lock = 1, next_question = 1;
  std::int64_t position = 0;  // of the last folded entry
};

void apply(State& state, const Entry& entry);

Incident* find_incident(State& state, std::string_view id);  // INC-7, I7, 7
const Incident* find_incident(const State& state, std::string_view id);
Alert* find_alert(State& state, std::string_view id);  // E12
const Alert* find_alert(const State& state, std::string_view id);

ProjectionRow projection(const Incident& incident);
ProjectionRow projection(const Alert& alert);
std::vector<ProjectionRow> projections(const State& state);  // everything, sorted by kind and id

}  // namespace muster
