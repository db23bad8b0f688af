// Entries of runs that change something, as the engine writes them, and of changes made elsewhere: for tests of what
// is folded from them. A clock turned by hand.
#pragma once
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/core/journal/entry.h"

namespace muster::test {

class ChangeStory {
 public:
  TimeMs now = 1'773'705'600'000;  // 2026-03-17T00:00:00Z
  std::vector<Entry> entries;

  Entry& add(const std::string& kind, Value data, const std::string& incident = {}) {
    Entry e;
    e.event_id = "e" + std::to_string(entries.size() + 1);
    e.kind = kind;
    e.incident_id = incident;
    e.occurred_ms = e.received_ms = now;
    e.actor = {.type = "user", .id = "ana", .handle = "ana", .display = "Ana Silva"};
    e.data = std::move(data);
    entries.push_back(std::move(e));
    return entries.back();
  }

  void start(const std::string& run, const std::string& runbook, const std::string& incident = {},
             const std::string& person = "ana", const std::string& reason = {}) {
    Value d = Value::Map{{"run_id", run}, {"hash", "h"}, {"runbook", runbook}, {"person", person}};
    if (!reason.empty()) d.set("inputs", Value::Map{{"because", reason}});
    add("runbook.started", std::move(d), incident);
  }
  // Looks what is there, then the intent: after this it may have happened.
  void intend(const std::string& run, const std::string& path, const std::string& verb, Value arguments, Value before) {
    const Value intended = verb == "scale" ? Value(Value::Map{{"replicas", arguments["replicas"]}})
                           : verb == "rollback" && !arguments.has("to")
                               ? Value(Value::Map{{"version", before["previous_version"]}})
                               : Value(Value::Map{{"version", arguments["version"]}});
    add("run.attempt", Value::Map{{"run_id", run},
                                  {"path", path},
                                  {"verb", verb},
                                  {"effect", "write"},
                                  {"status", "running"},
                                  {"stage", "look"},
                                  {"attempt", 1},
                                  {"arguments", std::move(arguments)}});
    add("run.attempt", Value::Map{{"run_id", run}, {"path", path}, {"before", std::move(before)}});
    add("run.attempt", Value::Map{{"run_id", run}, {"path", path}, {"stage", ""}, {"intended", intended}});
  }
  void end(const std::string& run, const std::string& path, const std::string& status, const std::string& kind = {}) {
    Value d = Value::Map{{"run_id", run}, {"path", path}, {"status", status}, {"result", Value(Value::Map{})}};
    if (!kind.empty()) d.set("error_kind", kind), d.set("error", "It did not work.");
    add("runbook.step", std::move(d));
  }
  void finish(const std::string& run, const std::string& outcome = "succeeded") {
    add("runbook.finished", Value::Map{{"run_id", run}, {"outcome", outcome}, {"took_ms", 1}});
  }
  // A whole deploy or rollback of one service that succeeds after `took`.
  void rollout(const std::string& run, const std::string& verb, const std::string& service, const std::string& env,
               const std::string& from, const std::string& to, DurationMs took = minute_ms,
               const std::string& incident = {}) {
    start(run, verb, incident);
    intend(run, "0", verb, Value::Map{{"service", service}, {"env", env}, {verb == "rollback" ? "to" : "version", to}},
           Value::Map{{"version", from}, {"replicas", 3}});
    now += took;
    end(run, "0", "succeeded");
    finish(run);
  }
};

}  // namespace muster::test
