// What is there now, asked of every process.
#include <algorithm>
#include <filesystem>

#include "bot/base/text.h"
#include "integrations/net/timers.h"
#include "integrations/process/keeper/layout.h"
#include "integrations/targets/local/unit.h"

namespace muster::local {

namespace {

// The log of one, or the pattern that all of them fit.
std::string logs_shown(const std::vector<std::string>& logs) {
  if (logs.size() < 2) return logs.empty() ? "" : logs.front();
  const std::filesystem::path unit = std::filesystem::path(logs.front()).parent_path().parent_path();
  return (unit / "p*" / "log").string();
}

}  // namespace

struct Unit::Gather {
  struct One {
    int port = 0;
    bool asked = false, well = false, fresh = false, part = false;
    std::string why, log;
  };
  std::map<std::int64_t, One> all;
  std::size_t left = 0;
  StatusDone done;
};

void Unit::status(const TargetSubject& subject, StatusDone done) {
  if (broken_ || !serves(subject)) {
    const Error error = broken_ ? *broken_ : Error{ErrorKind::not_found, "the target does not serve this service", ""};
    parts_.timers.after(0, mine([done = std::move(done), error] { done(std::unexpected(error)); }));
    return;
  }
  const auto gather = std::make_shared<Gather>();
  gather->done = std::move(done);
  for (const auto& [number, r] : replicas_) {
    if (r.phase == Phase::leaving || !desired_) continue;
    Gather::One& one = gather->all[number];
    const auto record = read_state(folder(r.what.id));
    one.port = r.what.port;
    one.log = std::filesystem::absolute(folder(r.what.id) + "/log").lexically_normal();
    const Wanted& w = desired_->wanted;
    const bool part = !w.part_version.empty() && r.what.version == w.part_version;
    one.part = part;
    one.fresh = (part || r.what.version == w.version) && r.what.generation == w.generation;
    const bool running = record && record->phase == keeper::running && r.kept;
    one.asked = running && !def_.health.empty();
    one.well = running && def_.health.empty();
    if (!running) one.why = record ? how_it_ended(*record) : "is starting";
    if (one.asked) ++gather->left;
  }
  const auto finish = mine([this, gather] { gather->done(state_from(*gather)); });
  if (gather->left == 0) {
    parts_.timers.after(0, finish);
    return;
  }
  for (auto& [number, one] : gather->all) {
    if (!one.asked) continue;
    ask_health(replicas_.at(number).what, [gather, n = number, finish](bool well, const std::string& why) {
      gather->all[n].well = well;
      gather->all[n].why = why;
      if (--gather->left == 0) finish();
    });
  }
}

TargetState Unit::state_from(const Gather& gather) const {
  TargetState s;
  s.busy = going_on();
  s.replicas = 0;
  s.revision = std::to_string(desired_ ? desired_->revision : 0);
  if (!desired_) {
    s.detail = "nothing was deployed yet";
    return s;
  }
  // What is on its way is not there yet.
  const Wanted& there = going_on() ? desired_->before : desired_->wanted;
  s.version = there.version;
  s.replicas = there.version.empty() ? 0 : there.replicas;
  s.previous_version = going_on() ? desired_->previous_before : desired_->previous_version;
  s.restarted = std::to_string(there.generation);
  if (!desired_->history.empty()) s.last_run = desired_->history.front().run;
  int well = 0;
  for (const auto& [number, one] : gather.all) well += one.well && (one.fresh || going_on()) ? 1 : 0;
  if (!there.part_version.empty()) s.part_version = there.part_version, s.part_replicas = there.part;
  const int of = there.version.empty() ? 0 : there.in_all();
  if (of > 0) s.healthy = well >= of;
  s.ready = well;
  std::vector<std::string> logs;
  for (const auto& [number, one] : gather.all) logs.push_back(one.log);
  s.log = logs_shown(logs);
  s.detail = detail_from(gather, well, of);
  if (!there.part_version.empty())
    s.detail = clip(std::to_string(there.part) + " of them " + there.part_version + "; " + s.detail, 400);
  return s;
}

std::string Unit::detail_from(const Gather& gather, int well, int of) const {
  std::vector<std::string> ports, troubles;
  for (const auto& [number, one] : gather.all) {
    if (one.well) ports.push_back(std::to_string(one.port));
    if (!one.well) troubles.push_back("port " + std::to_string(one.port) + " " + one.why + " (log: " + one.log + ")");
  }
  std::ranges::sort(ports);
  std::string text = std::to_string(well) + " of " + std::to_string(of) + " well";
  if (!ports.empty()) text += (ports.size() == 1 ? " on port " : " on ports ") + join(ports, ", ");
  if (going_on()) {
    const Change& change = desired_->history.front();
    text = change.verb + " " + desired_->wanted.version + " by " + change.run +
           (desired_->stage == Stage::returning ? " is being put back; " : " is going on; ") + text;
  }
  if (!trouble_.empty()) troubles.push_back(trouble_);
  if (!troubles.empty()) text += "; " + join(troubles, "; ");
  return clip(one_line(text), 400);
}

void Unit::probe(const ChangeRequest& request, const TargetState& before, ProbeDone done) {
  ChangeRequest exact = request;
  if (request.verb == TargetVerb::rollback && request.version.empty()) exact.version = before.previous_version;
  status(request.subject, [exact, before, done = std::move(done)](const Result<TargetState>& state) {
    if (!state) return done({ProbeFinding::unknown, {}, state.error()});
    done({compare_states(exact, before, *state), *state, {}});
  });
}

void Unit::history(const TargetSubject& subject, int most, HistoryDone done) {
  Result<std::vector<HistoryEntry>> answer;
  if (broken_) answer = std::unexpected(*broken_);
  if (!serves(subject)) answer = fail(ErrorKind::not_found, "the target does not serve this service");
  for (const Change& c : desired_ ? desired_->history : std::vector<Change>{}) {
    const bool rollout = c.verb == "deploy" || c.verb == "rollback";
    if (!answer || static_cast<int>(answer->size()) >= most) break;
    // A stage is not all of it.
    if (rollout && c.outcome == "succeeded" && !c.part)
      answer->push_back({.version = c.version, .at = c.at, .by = c.by, .revision = {}, .note = c.run});
  }
  parts_.timers.after(0, mine([done = std::move(done), answer = std::move(answer)] { done(answer); }));
}

void Unit::dry_run(const ChangeRequest& request, const TargetState& before, DryRunDone done) {
  const auto exact = resolved(request, before);
  const auto problem = exact ? refusal(*exact, before) : std::optional(exact.error());
  Result<std::string> text;
  if (problem) {
    text = std::unexpected(*problem);
  } else if (is_so_already(*exact)) {
    text = "nothing: it is so already";
  } else {
    const Wanted next = wanted_by(*exact);
    const bool part = !next.part_version.empty();
    const std::string count = std::to_string(part ? next.part : next.replicas);
    const std::string& version = part ? next.part_version : next.version;
    text = (part ? "begin with " : "bring it to ") + count + " × " + shown_command(def_, version) + " on ports from " +
           std::to_string(def_.first_port) + " to " + std::to_string(def_.last_port);
    if (part) *text += "; " + std::to_string(next.of_version()) + " of " + next.version + " stay";
    if (request.verb != TargetVerb::scale && !next.beside)
      *text += "; one after the other, each well within " + format_duration(def_.start_timeout) +
               " before an old one ends (" + format_duration(def_.stop_timeout) + ", then by force)";
  }
  parts_.timers.after(0, mine([done = std::move(done), text = std::move(text)] { done(text); }));
}

}  // namespace muster::local
