#include "runbooks/plan.h"

#include <algorithm>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/core/engine/question_parts.h"
#include "bot/core/runs/secret_ref.h"
#include "runbooks/engine_parts.h"
#include "runbooks/paths.h"

namespace muster::runbooks {
namespace {

constexpr int rounds_max = 5'000;

std::string text_of(const Value& v) { return v.is_string() ? v.as_string() : to_json(v); }

std::string arguments_text(const Value& arguments) {
  std::vector<std::string> parts;
  for (const auto& [key, v] : arguments.as_map())
    if (key != "plan" && key != "plan_hash") parts.push_back(key + "=" + text_of(v));
  return clip(one_line(mask_secrets(join(parts, " "))), 300);
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
  how_[order.path] = "run";
  stage_.report(order, r);
}

// Approvals are taken as given, so that what follows can be shown; a form cannot be.
bool Plan::answer_people() {
  for (const OpenMatter& m : stage_.engine().open_matters(stage_.state())) {
    if (m.kind == "approve") {
      const Question q = *find_question(std::as_const(stage_.state()), m.question);
      how_[m.path] = q.kind == "confirm"
                         ? "confirm: by who starts it"
                         : "approve: " + std::to_string(q.needed) + " of " + (q.group.empty() ? "the others" : q.group);
      stage_.decide([&](Work& w) { close_question(w, q, {}, "done", {}); });
      return true;
    }
    if (how_[m.path].empty()) how_[m.path] = "stops here: it asks people";
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
        how_[order.path] = "stops here: waits for what only the change before it can bring";
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

void Plan::take(const AttemptOrder& order, AttemptReport report) {
  if (report.end == AttemptReport::End::done && order.stage.empty())
    how_[order.path] = "read: " + clip(one_line(to_json(report.result)), 120);
  stage_.report(order, std::move(report));
}

std::vector<PlanLine> Plan::lines() const {
  std::vector<PlanLine> lines;
  const Run* run = stage_.run();
  if (!run) return lines;
  for (const std::string& path : run->order) {
    const auto it = run->steps.find(path);
    if (it == run->steps.end() || is_undo_path(path) || path.starts_with("on_failure") || path.starts_with("finally"))
      continue;
    const StepRun& s = it->second;
    const auto how = how_.find(path);
    PlanLine line{path, s.id, s.verb, arguments_text(s.arguments), how == how_.end() ? "" : how->second};
    if (s.status == "skipped") line.how = "skipped";
    if (s.status == "failed") {
      const bool unknown = wrote_ && s.error_kind == "expression";
      line.how = unknown ? "stops here: it needs a value that only a change before it can give" : "refused: " + s.error;
    }
    if (line.how.empty())
      line.how = s.verb == "wait" ? "waits" : s.verb == "verify" ? "watches" : s.effect == "group" ? "" : "run";
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace muster::runbooks
