// What is told about changes: by other systems, by people, by the health guard.
#include <algorithm>

#include "bot/core/changes/record_parts.h"

namespace muster {
namespace {

constexpr std::size_t commits_max = 100;  // of one change

TimeMs effective(const Entry& e) { return e.occurred_ms - e.skew_ms; }

std::vector<SourceCommit> commits_of(const Value& data) {
  std::vector<SourceCommit> found;
  const auto add = [&found](const std::string& id, const std::string& at) {
    const Result<TimeMs> t = parse_time(at);
    if (t && found.size() < commits_max) found.push_back({id, *t});
  };
  for (const Value& c : data["commits"].as_list()) add(c["id"].as_string(), c["at"].as_string());
  if (found.empty() && data["commit_at"].is_string()) add(data["commit"].as_string(), data["commit_at"].as_string());
  return found;
}

std::string kind_word(const std::string& type) {
  for (const char* known : {"rollback", "hotfix", "config"})
    if (type == known) return known;
  return "release";
}

std::int64_t told_record(ChangeLog& log, const Entry& e) {
  const std::string& id = e.data["deploy_id"].as_string();
  if (const auto known = log.by_id.find(id); known != log.by_id.end()) return known->second;
  ChangeRecord r;
  r.id = id;
  r.service = e.data["service"].as_string();
  r.environment = e.data["environment"].as_string();
  r.origin = "elsewhere";
  r.person = e.actor.id;
  r.started_ms = effective(e);
  r.type = kind_word(e.data["type"].as_string());
  r.verb = r.type == "rollback" ? "rollback" : "deploy";
  return add_record(log, std::move(r));
}

void link_told(ChangeRecord& r, const Entry& e) {
  const std::string& named = e.data["incident_id"].as_string();
  const std::string& incident = named.empty() ? e.incident_id : named;
  const bool made_for_it = r.unplanned || r.type == "hotfix" || r.type == "rollback";
  if (incident.empty() || !made_for_it) return;
  r.incident = incident;
  if (r.links.empty()) r.links.push_back({incident, "remediates", "told", ""});
}

void take_told(ChangeRecord& r, const Entry& e) {
  const Value& d = e.data;
  const auto take = [&d](std::string& slot, const char* key) {
    if (const std::string& s = d[key].as_string(); !s.empty()) slot = s;
  };
  take(r.after.version, "version");
  take(r.reverts, "reverts");
  take(r.reason, "reason");
  r.unplanned = r.unplanned || d["unplanned"].as_bool() || r.type == "hotfix";
  if (auto commits = commits_of(d); !commits.empty()) r.commits = std::move(commits);
  link_told(r, e);
}

// Somebody else's deployment. Started and finished may come in either order, and twice.
void deployed_elsewhere(ChangeLog& log, const Entry& e) {
  if (e.data["deploy_id"].as_string().empty() || e.data["service"].as_string().empty()) return;
  const std::int64_t number = told_record(log, e);
  ChangeRecord* const known = record_of(log, number);
  // Older than all that is kept of the place; or an id of ours, for which nobody else speaks.
  if (!known || !known->run.empty()) return;
  ChangeRecord& r = *known;
  const bool finished = e.kind == "deploy.finished";
  take_told(r, e);
  touch(log, r);
  log.told[e.event_id] = {number, finished};
  if (!finished) {
    r.started_ms = effective(e);
    return;
  }
  const std::string& outcome = e.data["outcome"].as_string();
  r.outcome = outcome == "failed" ? "failed" : outcome == "aborted" ? "cancelled" : "succeeded";
  if (const auto old = log.by_id.find(r.reverts); r.outcome == "succeeded" && old != log.by_id.end()) {
    log.records.at(old->second).reverted_by = r.id;
    touch(log, log.records.at(old->second));
  }
  end_record(log, r, effective(e));
}

void link(ChangeLog& log, const Entry& e, bool on) {
  const auto it = log.by_id.find(e.data["change"].as_string());
  if (it == log.by_id.end()) return;
  ChangeRecord& r = log.records.at(it->second);
  const std::string& kind = e.data["link"].as_string();
  std::erase_if(r.links, [&](const ChangeLink& l) { return l.incident == e.incident_id && l.kind == kind; });
  if (on) r.links.push_back({e.incident_id, kind, "person", e.event_id});
  touch(log, r);
}

void judge(ChangeLog& log, const Entry& e) {
  const auto it = log.by_id.find(e.data["change"].as_string());
  if (it == log.by_id.end()) return;
  log.records.at(it->second).verdict = e.data["verdict"].as_string();
  touch(log, log.records.at(it->second));
}

void correct(ChangeLog& log, const Entry& e) {
  const auto told = log.told.find(e.corrects);
  const TimeMs at = e.data["patch"]["occurred_ms"].as_int();
  ChangeRecord* r = told == log.told.end() ? nullptr : record_of(log, told->second.record);
  if (!r || at == 0) return;
  (told->second.finished ? r->ended_ms : r->started_ms) = at;
  touch(log, *r);
}

// What was withdrawn is counted no more.
void retract(ChangeLog& log, const Entry& e) {
  if (const auto told = log.told.find(e.corrects); told != log.told.end()) return drop_record(log, told->second.record);
  for (auto& [n, r] : log.records)
    if (std::erase_if(r.links, [&](const ChangeLink& l) { return !l.entry.empty() && l.entry == e.corrects; }) > 0)
      touch(log, r);
}

// Which commits a version holds, told by whoever built it: before it is deployed, or after.
void version_told(ChangeLog& log, const Entry& e) {
  const std::string& service = e.data["service"].as_string();
  const std::string& version = e.data["version"].as_string();
  auto commits = commits_of(e.data);
  if (service.empty() || version.empty() || commits.empty()) return;
  for (auto& [n, r] : log.records) {
    if (r.service != service || r.after.version != version || r.type == "rollback" || !r.rollout()) continue;
    r.commits = commits;
    touch(log, r);
  }
  log.built[service + " " + version] = {log.next++, std::move(commits)};
  if (log.built.size() <= log.versions) return;
  log.built.erase(std::ranges::min_element(log.built, {}, [](const auto& known) { return known.second.number; }));
}

}  // namespace

void take_commits(const ChangeLog& log, ChangeRecord& r) {
  const auto it = log.built.find(r.service + " " + r.after.version);
  if (it != log.built.end() && r.rollout() && r.type != "rollback") r.commits = it->second.commits;
}

void apply_told(ChangeLog& log, const Entry& e) {
  const std::string_view kind = e.kind;
  if (kind == "deploy.started" || kind == "deploy.finished") return deployed_elsewhere(log, e);
  if (kind == "change.linked" || kind == "change.unlinked") return link(log, e, kind == "change.linked");
  if (kind == "change.judged") return judge(log, e);
  if (kind == "version.built") return version_told(log, e);
  if (kind == "correction") return correct(log, e);
  if (kind == "retraction") return retract(log, e);
}

}  // namespace muster
