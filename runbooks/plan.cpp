#include "runbooks/plan.h"

#include <algorithm>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/core/engine/question_parts.h"
#include "bot/core/runs/secret_ref.h"
#include "runbooks/engine_parts.h"
#include "runbooks/paths.h"
#include "runbooks/seen.h"

namespace muster::runbooks {
namespace {

constexpr int rounds_max = 5'000;
constexpr std::size_t approvers_named = 5;

std::string text_of(const Value& v) { return v.is_string() ? v.as_string() : to_json(v); }

// Masked before it becomes JSON, which would write the marks of a secret in another way.
std::string arguments_text(const Value& arguments) {
  const Value clean = masked(arguments);
  std::vector<std::string> parts;
  for (const auto& [key, v] : clean.as_map())
    if (key != "plan" && key != "plan_hash" && key != "confirm") parts.push_back(key + "=" + text_of(v));
  return clip(one_line(join(parts, " ")), 300);
}

}  // namespace

Plan::Plan(Library library, const CoreConfig& config, const State& state, TimeMs now)
    : stage_(std::move(library), config, now) {
  State& s = stage_.state();
  s.locks = state.locks;
  s.grants = state.grants;
  s.automation = state.automation;
  s.automation.draining = false;
  s.incidents = state.incidents;
  s.alerts = state.alerts;
  s.pairs = state.pairs;
}

std::optional<Refusal> Plan::begin(StartWish wish) {
  const auto started = stage_.start(std::move(wish));
  if (!started) return started.error();
  return {};
}

// What a write would give is not known; what it was given is.
void Plan::pretend(const AttemptOrder& order) {
  wrote_ = true;
  AttemptReport r;
  if (order.stage == "probe") r.end = AttemptReport::End::applied;
  how_[order.path].push_back({"runplan.run", {}});
  stage_.report(order, r);
}

Refusal Plan::asked(const Question& q) const {
  if (q.kind == "confirm") return {"runplan.confirm", {}};
  std::vector<std::string> who;
  const std::string& group = q.group;
  const std::string name = group.substr(group.find(':') + 1);
  for (const Person& p : stage_.config().people) {
    if (p.id == stage_.run()->person) continue;  // never who asks for it
    const bool in = q.group.empty() || p.id == name || std::ranges::find(p.groups, name) != p.groups.end() ||
                    std::ranges::find(p.roles, name) != p.roles.end();
    if (in) who.push_back(p.name.empty() ? p.id : p.name);
  }
  const std::size_t all = who.size();
  if (all > approvers_named) who.resize(approvers_named);
  std::string names = join(who, ", ");
  if (all > approvers_named) names += " +" + std::to_string(all - approvers_named);
  const bool enough = all >= static_cast<std::size_t>(std::max(1, q.needed));
  if (enough && group.empty()) return {"runplan.approve_any", {{"n", std::to_string(q.needed)}, {"who", names}}};
  return {enough ? "runplan.approve" : "runplan.approve_nobody",
          {{"n", std::to_string(q.needed)}, {"group", q.group.empty() ? "*" : q.group}, {"who", names}}};
}

// Approvals are taken as given, so that what follows can be shown; a form cannot be.
bool Plan::answer_people() {
  for (const OpenMatter& m : stage_.engine().open_matters(stage_.state())) {
    if (m.kind == "approve") {
      const Question q = *find_question(std::as_const(stage_.state()), m.question);
      how_[m.path].push_back(asked(q));
      stage_.decide([&](Work& w) { close_question(w, q, {}, "done", {}); });
      return true;
    }
    if (how_[m.path].empty()) how_[m.path].push_back({"runplan.stops_form", {}});
  }
  return false;
}

std::optional<AttemptOrder> Plan::next() {
  for (int i = 0; i < rounds_max && stage_.run() && !stage_.run()->over(); ++i) {
    if (stage_.run()->phase != "steps") return {};  // nothing fails in a plan but the plan itself
    if (stage_.has_order()) {
      AttemptOrder order = stage_.take_order();
      const bool look = order.stage == "look";
      if (order.verb == "verify") {
        AttemptReport well;
        well.result = Value::Map{{"verdict", "good"}};
        stage_.report(order, well);
        continue;
      }
      if (order.stage == "sample" && wrote_) {  // it would look at what only the write can change
        how_[order.path].push_back({"runplan.stops_wait", {}});
        return {};
      }
      if (order.effect == "read" || look) return order;
      pretend(order);
      continue;
    }
    if (answer_people()) continue;
    if (!stage_.engine().open_matters(stage_.state()).empty()) return {};
    if (!stage_.ring_next()) return {};
  }
  return {};
}

namespace {

// A target that cannot, or a version that is not there, is known before anything is sent.
void refuse_impossible(const AttemptOrder& order, AttemptReport& report) {
  const Value can = report.result["can"];
  const std::string missing = report.result["missing"].as_string();
  Value kept = Value::Map{};
  for (const auto& [key, v] : report.result.as_map())
    if (key != "can" && key != "missing" && key != "history") kept.set(key, v);
  report.result = std::move(kept);
  const auto has = [&](std::string_view verb) {
    return std::ranges::any_of(can.as_list(), [&](const Value& v) { return v.as_string() == verb; });
  };
  const bool named = order.verb == "rollback" && !order.arguments["to"].as_string().empty();
  const bool able = !can.is_list() || has(order.verb) || (named && has("deploy"));
  if (able && missing.empty()) return;
  report.end = AttemptReport::End::failed;
  report.error_kind = "refused";
  report.error = !able ? "The target of " + order.arguments["service"].as_string() + " in " +
                             order.arguments["env"].as_string() + " has no `" + order.verb + "`."
                       : missing;
}

}  // namespace

void Plan::take(const AttemptOrder& order, AttemptReport report) {
  if (report.end == AttemptReport::End::done && order.stage == "look") refuse_impossible(order, report);
  if (report.end == AttemptReport::End::done && order.stage.empty()) {
    const std::string seen = seen_brief(report.result);
    how_[order.path] = {seen.empty() ? Refusal{"runplan.read_nothing", {}}
                                     : Refusal{"runplan.read", {{"value", seen}}}};
  }
  stage_.report(order, std::move(report));
}

std::vector<Refusal> Plan::how_of(const std::string& path, const StepRun& s) const {
  if (s.status == "skipped") return {{"runplan.skipped", {}}};
  if (s.status == "failed" && wrote_ && s.error_kind == "expression") return {{"runplan.stops_value", {}}};
  if (s.status == "failed") return {{"runplan.refused", {{"why", s.error}}}};
  if (const auto it = how_.find(path); it != how_.end()) return it->second;
  if (s.verb == "wait") return {{"runplan.waits", {}}};
  if (s.verb == "verify") return {{"runplan.watches", {}}};
  if (s.effect == "group") return {};
  return {{"runplan.run", {}}};
}

std::vector<PlanLine> Plan::lines() const {
  std::vector<PlanLine> lines;
  const Run* run = stage_.run();
  if (!run) return lines;
  for (const std::string& path : run->order) {
    const auto it = run->steps.find(path);
    if (it == run->steps.end() || is_undo_path(path) || path == "ask_undo" || path.starts_with("on_failure") ||
        path.starts_with("finally"))
      continue;
    const StepRun& s = it->second;
    lines.push_back({path, s.id, s.verb, arguments_text(s.arguments), how_of(path, s)});
  }
  return lines;
}

bool Plan::whole() const {
  const Run* run = stage_.run();
  return run && run->phase != "steps" && (run->outcome == "succeeded" || run->outcome == "handed_over");
}

std::string Plan::hash() const { return stage_.run() && stage_.run()->pinned ? stage_.run()->pinned->hash : ""; }

}  // namespace muster::runbooks
