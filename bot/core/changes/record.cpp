#include "bot/core/changes/record.h"

#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/changes/record_parts.h"
#include "bot/core/decision.h"

namespace muster {
namespace {

bool is_change(std::string_view verb) {
  return verb == "deploy" || verb == "rollback" || verb == "scale" || verb == "restart";
}

std::optional<int> count_of(const Value& v) {
  return v.is_int() ? std::optional<int>(static_cast<int>(v.as_int())) : std::nullopt;
}

std::string origin_of(const Value& started) {
  if (started["person"].as_string() == "automation") return "automation";
  const bool command = started["change"].is_map() || is_change(started["runbook"].as_string());
  return command ? "chat" : "runbook";
}

// As the person gave it: with the command, or as an input of the runbook.
std::string reason_of(const Value& started) {
  for (const Value* from : {&started, &started["change"], &started["change"]["wish"], &started["inputs"]})
    for (const char* key : {"reason", "because"})
      if (const std::string& text = (*from)[key].as_string(); !text.empty()) return text;
  return "";
}

// "because INC-12": the reason names the incident.
std::string incident_in(const std::string& reason) {
  const std::string text = lower_ascii(reason);
  const auto at = text.find("inc-");
  if (at == std::string::npos) return "";
  const auto end = std::min(text.find_first_not_of("0123456789", at + 4), text.size());
  const std::string number = text.substr(at + 4, end - at - 4);
  return number.empty() || number.size() > 9 || number.front() == '0' ? "" : "INC-" + number;
}

void begin_run(ChangeLog& log, const Entry& e) {
  const Value& d = e.data;
  if (!d.has("hash")) return;  // somebody else's run
  ChangeLog::Header& h = log.runs[d["run_id"].as_string()];
  h.runbook = d["runbook"].as_string();
  h.person = d["person"].as_string();
  h.reason = reason_of(d);
  h.incident = e.incident_id.empty() ? incident_in(h.reason) : e.incident_id;
  h.alert = d["alert"].as_string();
  h.origin = d.has("origin") ? d["origin"].as_string() : origin_of(d);
}

// A run that was over goes on to put back what it did; who asked for that answers for it.
void reopen_run(ChangeLog& log, const Entry& e) {
  const std::string& run = e.data["run_id"].as_string();
  ChangeLog::Header& h = log.runs[run];
  const ChangeRecord* known = find_change(log, run);
  if (known) h.runbook = known->runbook, h.incident = known->incident, h.alert = known->alert;
  h.origin = "chat";
  h.person = e.actor.id;
}

ChangeSide wanted_side(const ChangeLog::Step& step) {
  ChangeSide side = step.wanted;
  if (step.verb == "rollback" && side.version.empty()) side.version = step.previous;
  if (side.version.empty()) side.version = step.before.version;
  if (!side.replicas) side.replicas = step.before.replicas;
  return side;
}

std::string type_of(const std::string& verb, bool undo, const std::string& incident) {
  if (verb == "rollback") return "rollback";
  if (verb != "deploy") return "";
  if (undo) return "rollback";
  return incident.empty() ? "release" : "hotfix";
}

// The change that an undo puts back: its step, or the step around it.
const ChangeRecord* undone_by(const ChangeLog& log, const std::string& run, std::string path) {
  path = path.substr(std::string_view("undo.").size());
  while (!path.empty()) {
    if (const auto found = log.by_id.find(run + "." + path); found != log.by_id.end())
      return &log.records.at(found->second);
    const auto dot = path.rfind('.');
    path = dot == std::string::npos ? "" : path.substr(0, dot);
  }
  return nullptr;
}

// The intent is on disk: from now on it may have happened.
void begin_change(ChangeLog& log, const std::string& run, const std::string& path, ChangeLog::Step& step,
                  const Entry& e) {
  const ChangeLog::Header& h = log.runs.at(run);
  ChangeRecord r;
  r.id = run + "." + path;
  r.run = run;
  r.path = path;
  r.service = step.service;
  r.environment = step.environment;
  r.verb = step.verb;
  r.before = step.before;
  if (step.minimum) r.before.replicas = step.least;
  r.after = wanted_side(step);
  r.runbook = h.runbook;
  r.origin = h.origin;
  r.person = h.person;
  r.reason = h.reason;
  r.incident = h.incident;
  r.alert = h.alert;
  r.started_ms = e.occurred_ms;
  r.type = type_of(r.verb, r.undo(), h.incident);
  r.part = step.part;
  if (const ChangeRecord* first = r.undo() ? undone_by(log, run, path) : nullptr) r.reverts = first->id;
  if (!r.incident.empty() && r.rollout()) r.links.push_back({r.incident, "remediates", "run", ""});
  r.unplanned = r.type == "hotfix";
  take_commits(log, r);
  r.minimum = step.minimum;
  step.record = add_record(log, std::move(r));
}

void take_step(ChangeLog::Step& step, const Value& d) {
  if (d.has("verb")) step.verb = d["verb"].as_string();
  if (const Value& with = d["arguments"]; with.is_map()) {
    step.service = with["service"].as_string();
    step.environment = with["env"].as_string();
    step.wanted.version = with[step.verb == "rollback" ? "to" : "version"].as_string();
    step.wanted.replicas = count_of(with["replicas"]);
    step.part = !with["part"].as_string().empty();
    step.minimum = with["minimum"].as_bool();
  }
  if (const Value& before = d["before"]; before.is_map()) {
    step.before = {before["version"].as_string(), count_of(before["replicas"])};
    step.least = count_of(before["scaler_least"]);
    step.previous = before["previous_version"].as_string();
  }
  if (const std::string& to = d["intended"]["version"].as_string(); !to.empty()) step.wanted.version = to;
  if (d["stage"].as_string() == "probe" || d["status"].as_string() == "needs_decision") step.lost = true;
}

// A later stage is no change of its own: the one that began it goes on.
ChangeRecord* goes_on(ChangeLog& log, const std::string& run, const ChangeLog::Step& step, const std::string& path) {
  if (step.verb != "deploy" || path.starts_with("undo.")) return nullptr;
  for (const ChangeRecord* r : changes_of_run(log, run)) {
    const bool same = r->part && r->verb == "deploy" && r->service == step.service &&
                      r->environment == step.environment && r->after.version == step.wanted.version;
    if (!same || r->undo() || r->outcome != "succeeded" || !r->reverted_by.empty()) continue;
    return record_of(log, log.by_id.at(r->id));
  }
  return nullptr;
}

void go_on(ChangeLog& log, ChangeRecord& r, ChangeLog::Step& step) {
  if (r.over()) --log.ended;
  r.ended_ms = 0;
  r.outcome = "running";
  r.part = step.part;
  step.record = log.by_id.at(r.id);
  touch(log, r);
}

void step_moves(ChangeLog& log, const Entry& e) {
  const Value& d = e.data;
  const auto run = log.runs.find(d["run_id"].as_string());
  if (run == log.runs.end()) return;
  const std::string& path = d["path"].as_string();
  const auto known = run->second.steps.find(path);
  if (known == run->second.steps.end() && !is_change(d["verb"].as_string())) return;
  ChangeLog::Step& step = run->second.steps[path];
  if (d["forget"].as_bool()) {
    if (step.record == 0) run->second.steps.erase(path);
    return;
  }
  take_step(step, d);
  if (d.has("intended") && step.record == 0) {
    if (ChangeRecord* r = goes_on(log, run->first, step, path)) return go_on(log, *r, step);
    return begin_change(log, run->first, path, step, e);
  }
  ChangeRecord* r = record_of(log, step.record);
  if (!r) return;
  const bool stage = r->id != run->first + "." + path;
  if (d.has("intended") && !stage) r->before = step.before, r->after = wanted_side(step);
  if (d.has("status")) r->outcome = d["status"].as_string() == "needs_decision" ? "unknown" : "running";
  touch(log, *r);
}

std::string outcome_of_step(const Value& d, bool lost) {
  const std::string& status = d["status"].as_string();
  if (status == "succeeded") return "succeeded";
  if (status == "skipped") return "unknown";  // a person let it rest without knowing
  const std::string& kind = d["error_kind"].as_string();
  if (kind == "lost" || (kind == "cancelled" && lost)) return "unknown";
  return kind == "cancelled" ? "cancelled" : "failed";
}

// A rollback reverts the newest change that had brought what was there before it.
void find_reverted(ChangeLog& log, ChangeRecord& r) {
  if (!r.reverts.empty() || r.type != "rollback" || r.before.version.empty()) return;
  if (r.before.version == r.after.version) return;
  for (const ChangeRecord* old : changes_at(log, r.service, r.environment)) {
    if (old->id == r.id || !old->rollout() || !old->over() || old->after.version != r.before.version) continue;
    r.reverts = old->id;
    return;
  }
}

void mark_reverted(ChangeLog& log, const ChangeRecord& by) {
  const auto it = by.outcome == "succeeded" ? log.by_id.find(by.reverts) : log.by_id.end();
  if (it == log.by_id.end()) return;
  ChangeRecord& old = log.records.at(it->second);
  old.reverted_by = by.id;
  touch(log, old);
}

void step_ends(ChangeLog& log, const Entry& e) {
  const Value& d = e.data;
  const auto run = log.runs.find(d["run_id"].as_string());
  if (run == log.runs.end()) return;
  const auto step = run->second.steps.find(d["path"].as_string());
  if (step == run->second.steps.end()) return;
  const ChangeLog::Step ended = step->second;
  run->second.steps.erase(step);
  ChangeRecord* r = record_of(log, ended.record);
  if (!r) return;
  r->outcome = outcome_of_step(d, ended.lost);
  r->note = d["error"].as_string();
  if (r->outcome == "succeeded") {
    if (const std::string& v = d["result"]["version"].as_string(); !v.empty() && !ended.part) r->after.version = v;
    if (const auto n = count_of(d["result"][r->minimum ? "scaler_least" : "replicas"])) r->after.replicas = n;
    find_reverted(log, *r);
    mark_reverted(log, *r);
  }
  end_record(log, *r, e.occurred_ms);
}

void end_run(ChangeLog& log, const Entry& e) {
  const auto run = log.runs.find(e.data["run_id"].as_string());
  if (run == log.runs.end() || !e.data.has("took_ms")) return;
  for (const auto& [path, step] : run->second.steps) {
    ChangeRecord* r = record_of(log, step.record);
    if (!r) continue;
    r->outcome = "unknown";  // nothing is running when nobody runs it
    end_record(log, *r, e.occurred_ms);
  }
  log.runs.erase(run);
}

}  // namespace

const std::vector<std::string>& change_kinds() {
  static const std::vector<std::string> kinds = {
      "run.attempt",    "run.changed",     "runbook.started", "runbook.step",    "runbook.finished",
      "deploy.started", "deploy.finished", "change.linked",   "change.unlinked", "change.judged",
      "version.built",  "correction",      "retraction"};
  return kinds;
}

void apply_change(ChangeLog& log, const Entry& e) {
  const std::string_view kind = e.kind;
  log.touched.clear();
  if (kind == "run.attempt") return step_moves(log, e);
  if (kind == "runbook.step") return step_ends(log, e);
  if (kind == "runbook.started") return begin_run(log, e);
  if (kind == "runbook.finished") return end_run(log, e);
  if (kind == "run.changed" && e.data.has("reopened")) return reopen_run(log, e);
  apply_told(log, e);
}

}  // namespace muster
