// What is true now: a fold over the journal. apply() is the only thing that changes it.
#pragma once
#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "bot/base/clock.h"
#include "bot/core/alerts/alert.h"
#include "bot/core/alerts/silence.h"
#include "bot/core/changes/record.h"
#include "bot/core/decision.h"
#include "bot/core/engine/capture.h"
#include "bot/core/engine/pairs.h"
#include "bot/core/engine/questions.h"
#include "bot/core/engine/together.h"
#include "bot/core/incidents/checklist.h"
#include "bot/core/people/identity.h"
#include "bot/core/runs/automation.h"
#include "bot/core/runs/locks.h"
#include "bot/core/runs/run.h"
#include "bot/core/schedules/schedule.h"
#include "bot/core/webhooks/webhook.h"

namespace muster {

// What tells alerts apart: 64 hex in words, half of it in memory.
class Fingerprint {
 public:
  Fingerprint() = default;
  explicit Fingerprint(std::string_view hex);  // other text than 64 hex is digested first
  static Fingerprint of(const AlertEvent& event);
  std::string hex() const;
  std::size_t hash() const;
  auto operator<=>(const Fingerprint&) const = default;

 private:
  std::array<char, 32> bytes_{};
};

struct Alert {
  Alert();
  Alert(const Alert&);
  Alert(Alert&&) noexcept;
  Alert& operator=(const Alert&);
  Alert& operator=(Alert&&) noexcept;
  ~Alert();

  std::string id;  // E12
  Fingerprint fingerprint;
  std::string status;  // firing, resolved
  std::string severity, title;
  Pairs labels;
  Pairs links;  // text, url; in the order of the sender
  TimeMs starts_ms = 0, ended_ms = 0;
  std::string incident;  // INC-7 or empty
  std::string acknowledged_by;
  TimeMs snoozed_until_ms = 0;
  const Pair* group = nullptr;  // its value is the key of the alert's group; groups are large, so it is kept once
  std::string reason;
  int episode = 1;
  bool own_row = true;          // false: it is as the list that it came in recorded it
  bool heads_list = false;      // the first of a list: it stands in the projection for all of them
  const Pair* place = nullptr;  // channel and id of the message that shows it; thousands may share a counting one
  // Not journaled, refreshed by every delivery: not part of the projection.
  std::int64_t count = 1;
  TimeMs last_seen_ms = 0;
  TimeMs ends_ms = 0;    // the latest end that a sender named for this episode; 0: none
  TimeMs silent_ms = 0;  // when it is over unless it is heard of again; 0: never. The timers keep it durably
  std::string group_key() const { return group ? group->second : std::string(); }
  std::string card() const { return place ? place->second : std::string(); }  // "storm-…" counts many, empty: none yet
  std::string card_channel() const { return place ? place->first : std::string(); }
};

struct Todo {
  int number = 0;
  std::string text, assignee, due;
  bool done = false;
  TimeMs due_ms = 0;      // 0: no day was named
  std::string from = {};  // the key of the message that a reaction made it of
};

// The last that was published of its postmortem.
struct Published {
  int version = 0;  // 0: nothing yet
  TimeMs at_ms = 0;
  std::string by;    // person id
  int recorded = 0;  // of the incident, then
};

struct Incident {
  Incident();
  Incident(const Incident&);
  Incident(Incident&&) noexcept;
  Incident& operator=(const Incident&);
  Incident& operator=(Incident&&) noexcept;
  ~Incident();

  std::string id;      // INC-7
  std::string reason;  // why it was declared, if that was said
  std::string title, severity, peak_severity, status;
  std::string channel;  // without '#'
  std::vector<std::string> services;
  std::string declared_by;
  TimeMs declared_ms = 0, detected_ms = 0, acknowledged_ms = 0, impact_ms = 0, mitigated_ms = 0, resolved_ms = 0;
  std::map<std::string, std::string> time_events;  // impact, detected, mitigated … -> the entry to correct
  std::map<std::string, std::string> roles;        // role -> person id
  std::set<std::string> alerts;                    // E ids
  std::string group_key;                           // of the alert group that opened it
  std::vector<Todo> todos;
  std::vector<ChecklistItem> checklist;  // as it was brought out, by number
  std::vector<std::string> links;
  int updates = 0;
  TimeMs next_update_ms = 0;
  std::string last_update;
  std::set<std::string> invited;        // person ids
  std::set<std::string> removed;        // of a private one, until they are invited again
  std::map<std::string, TimeMs> asked;  // who asked to be let in, when last
  static constexpr std::size_t people_max = 200;
  std::set<std::string> people;  // who wrote in its channel, the first of them
  bool is_private = false;       // only those in it may know of it: privacy.h
  bool triage = false;           // nobody has said yet that it is one: it waits, or was declined
  bool archived = false;         // its channel
  int rooms = 0;                 // how often the channel came back from the archive
  int recorded = 0;              // entries that a report would show, after the first
  Published published = {};
  std::set<std::string> bound;  // platforms whose channels are one room; empty: nothing was said, every one
  bool open() const { return status != "resolved" && status != "closed" && status != "canceled" && status != "merged"; }
};

struct Grant {
  std::string id;  // L3
  std::string person, role;
  TimeMs until_ms = 0;
  std::string service, environment;  // empty: everywhere
};

// Alerts per channel and minute: over the limit they are counted on one card instead of having their own.
// Not journaled and no projection: after a restart counting begins anew.
struct Burst {
  TimeMs window_ms = 0;  // start of the minute
  int arrivals = 0;
  std::string post_id;  // of the counting card; empty: every alert has its own
};

// A group whose first alert came a moment ago; its incident opens when the wait is over.
struct WaitingGroup {
  TimeMs due_ms = 0;
  std::vector<int> alerts;  // numbers
};

// Which time of which incident an entry set.
struct TimeOf {
  std::string incident, name;
};

struct State {
  std::map<int, Incident> incidents;                               // by number
  std::map<int, Alert> alerts;                                     // by number
  std::unordered_multimap<std::size_t, int> alert_by_fingerprint;  // hash -> number: see alert_of_fingerprint()
  std::shared_ptr<PairPool> pairs = std::make_shared<PairPool>();  // shared: a copy of the state points into it too
  KeptPool kept;                                                   // what runs and questions have in common
  std::vector<int> private_incidents;                              // those of `incidents` that are private
  std::map<std::string, int> incident_by_group;
  std::map<std::string, int> incident_by_channel;
  std::map<std::string, std::string> aliases;   // "ana/name" or "*/name" -> command
  std::map<std::string, Grant> grants;          // by id
  std::map<std::string, TimeOf> time_entries;   // event_id -> what a correction of it changes
  std::map<std::string, WaitingGroup> waiting;  // by group
  std::map<std::string, TimeMs> complained;     // about senders: by what, when last; not journaled
  std::map<std::string, Burst> bursts;          // by channel
  std::set<std::string> stale_cards;            // a timer will bring them up to date
  std::set<std::string> known_storms;           // counting cards that were posted
  std::map<int, Question> questions;            // by number
  std::map<int, Run> runs;                      // by number
  std::map<int, Silence> silences;              // by number of their L id
  std::map<std::string, std::shared_ptr<const PinnedRunbook>> pinned;  // by hash
  std::map<int, Lock> locks;                                           // by number, those that stand
  std::map<int, Schedule> schedules;                                   // by number
  Automation automation;
  ChangeLog changes;
  std::map<std::string, std::string> languages;  // "@ana" or "#muster" -> en, ko: what people chose by command
  std::unordered_set<std::uint64_t> heard;       // messages of the transcript, by a hash of their key
  std::map<std::string, std::vector<std::string>> edited;  // key -> entries with later texts
  std::map<std::string, Filed> filed;                      // by key
  std::map<std::string, TimeMs> offers;                    // channel -> when a declaration was offered last
  std::set<std::string> muted;                             // keys of threads in which none is offered
  std::unordered_set<std::uint64_t> refused_marks;         // by a hash of message and mark: refused and told once
  Identities identities;                                   // accounts that were joined to people
  Together together;                                       // rooms that are one
  std::map<std::string, WebhookState> webhooks;            // by name, those of which people were told something
  int next_incident = 1, next_alert = 1, next_lock = 1, next_question = 1, next_run = 1, next_schedule = 1;
  std::int64_t position = 0;  // of the last folded entry
};

void apply(State& state, const Entry& entry);

Incident* find_incident(State& state, std::string_view id);  // INC-7, I7, 7
const Incident* find_incident(const State& state, std::string_view id);
Alert* find_alert(State& state, std::string_view id);  // E12
const Alert* find_alert(const State& state, std::string_view id);
Alert* alert_of_fingerprint(State& state, const Fingerprint& fingerprint);  // the newest one
void index_alert(State& state, const Alert& alert);                         // to be found by its fingerprint

ProjectionRow projection(const Incident& incident);
ProjectionRow projection(const Alert& alert);
std::vector<ProjectionRow> projections(const State& state);  // everything, sorted by kind and id

}  // namespace muster
