// The built-in runbooks of changes, as text: what a run has pinned is what one reads, and `retry` does the same again.
#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "runbooks/changes.h"

namespace muster::runbooks {
namespace {

constexpr std::string_view place = "service: \"${inputs.service}\", env: \"${inputs.env}\"";

std::string change_step(std::string_view verb, const std::string& more, bool undo, const std::string& id = "change") {
  std::string text = "  - id: " + id + "\n    " + std::string(verb) + ": {" + std::string(place) + more + "}\n";
  text += "    timeout: 15m\n";
  if (undo) text += "    undo: auto\n";
  return text;
}

// What the service runs elsewhere, or how many there are: read first, and never assumed.
std::string look_step(const std::string& id, const std::string& env, const std::string& field, const std::string& why) {
  return "  - id: " + id + "\n    lookup: {service: \"${inputs.service}\", env: \"${inputs." + env +
         "}\"}\n  - if: \"!has(" + id + "." + field + ")\"\n    stop: {status: failed, reason: \"" + why + "\"}\n";
}

// The address of the configuration with the values of the run, which land in it percent-encoded.
std::string ci_step(const ChangeWish& w, const CoreConfig& config) {
  const Service* service = find_service(config, w.service);
  if (!service || service->ci_url.empty()) return {};
  std::string url;
  for (std::size_t at = 0; at < service->ci_url.size();) {
    const std::string_view rest = std::string_view(service->ci_url).substr(at);
    const std::string version = w.from.empty() ? "${inputs.version}" : "${source.version}";
    bool known = false;
    for (const auto& [name, value] : {std::pair<std::string_view, std::string>{"{service}", "${inputs.service}"},
                                      {"{env}", "${inputs.env}"},
                                      {"{version}", version}}) {
      if (!rest.starts_with(name)) continue;
      url += value, at += name.size(), known = true;
      break;
    }
    if (known) continue;
    if (rest.starts_with("${")) url += '$';  // no template of ours
    url += service->ci_url[at++];
  }
  return "  - id: ci\n    http: " + to_json(Value(url)) + "\n    timeout: 20s\n    on_error: continue\n";
}

std::string inputs_of(const ChangeWish& w) {
  std::string text = "inputs:\n  service: {type: service}\n  env: {type: environment}\n";
  if (!w.from.empty()) text += "  from: {type: environment}\n";
  if (!w.version.empty()) text += "  version: {type: version}\n";
  if (w.replicas) text += "  replicas: {type: int, min: 0}\n";
  if (w.by) text += "  by: {type: int}\n";
  return text;
}

std::string lines_of(const std::vector<std::string>& steps) {
  std::string text;
  for (const std::string& step : steps) text += "  - " + step + "\n";
  return text;
}

std::string version_value(const ChangeWish& w) {
  if (w.verb != "deploy") return {};
  return w.asked == "promote" ? "${source.version}" : "${inputs.version}";
}

// A part, watched, the next part, watched, and in the end all of it. The first one takes back all of them.
std::string deploy_steps(const ChangeWish& w, const HealthPlan& health) {
  const std::string version = ", version: " + to_json(Value(version_value(w)));
  std::string text;
  for (std::size_t i = 0; i < w.stages.size(); ++i) {
    const std::string part = ", part: " + to_json(Value(w.stages[i].part));
    const std::string id = i == 0 ? "change" : "stage_" + std::to_string(i + 1);
    text += change_step("deploy", version + part, i == 0, id) + lines_of(health.between[i]);
  }
  return text + change_step("deploy", version, w.stages.empty(), w.stages.empty() ? "change" : "rest");
}

std::string steps_of(const ChangeWish& w, const CoreConfig& config, const HealthPlan& health) {
  if (w.asked == "promote")
    return look_step("source", "from", "version", "It is not known which version runs there.") + ci_step(w, config) +
           deploy_steps(w, health);
  if (w.verb == "deploy") return ci_step(w, config) + deploy_steps(w, health);
  if (w.verb == "restart") return change_step("restart", "", false);
  if (w.verb == "rollback")
    return change_step("rollback", w.version.empty() ? "" : ", to: \"${inputs.version}\"", true);
  if (!w.by) return change_step("scale", ", replicas: \"${inputs.replicas}\"", true);
  return look_step("present", "env", "replicas",
                   "It is not known how many there are. Say the number with to instead.") +
         "  - if: \"present.replicas + inputs.by < 0\"\n    stop: {status: failed, reason: \"It has only "
         "${present.replicas}, so there cannot be that many fewer. Say how many there shall be, "
         "as in scale ${inputs.service} in ${inputs.env} to 2.\"}\n" +
         change_step("scale", ", replicas: \"${present.replicas + inputs.by}\"", true);
}

// A version that was taken back does not come again by accident.
std::string steps_after(const ChangeWish& w) {
  if (w.verb != "rollback") return {};
  return "  - id: keep\n    lock: {" + std::string(place) +
         ", for: 12h, because: \"rolled back: no new version by accident\"}\n    on_error: continue\n";
}

// Of stages: their times, and a day for people to say `advance`.
std::string deadline_of(const ChangeWish& w) {
  DurationMs all = 4 * hour_ms;
  for (const RolloutStage& stage : w.stages) all += stage.hold;
  return w.stages.empty() ? "4h" : std::to_string((all + 24 * hour_ms) / minute_ms) + "m";
}

std::string summary_of(const ChangeWish& w) {
  if (w.asked == "promote") return "Bring the version of one environment to the next.";
  if (w.verb == "deploy") return "Bring a version of a service out.";
  if (w.verb == "rollback") return "Go back to a version that ran before.";
  return w.verb == "scale" ? "Set the number of replicas." : "Restart a service.";
}

}  // namespace

GuardedChange guarded(const ChangeWish& w) {
  GuardedChange change{w.verb, w.service, w.environment, w.version};
  if (w.stages.empty()) return change;
  change.stages = w.stages;
  change.version_value = version_value(w);
  return change;
}

std::shared_ptr<const PinnedRunbook> change_book(const ChangeWish& w, const CoreConfig& config) {
  auto pinned = std::make_shared<PinnedRunbook>();
  pinned->name = w.asked;
  const HealthPlan health = health_steps(config, guarded(w));
  pinned->text = "runbook: " + w.asked + "\nsummary: " + summary_of(w) + "\n" + inputs_of(w) +
                 "guard: {key: \"${inputs.service}/${inputs.env}\", on_busy: " + (w.queue ? "queue" : "skip") +
                 ", deadline: " + deadline_of(w) + "}\nsteps:\n" + steps_of(w, config, health) + steps_after(w) +
                 lines_of(health.steps) + "on_failure:\n" + lines_of(health.on_failure);
  pinned->hash = to_hex(sha256(pinned->name + "\n" + pinned->text));
  return pinned;
}

Value change_inputs(const ChangeWish& w) {
  Value v = Value::Map{{"service", w.service}, {"env", w.environment}};
  if (!w.from.empty()) v.set("from", w.from);
  if (!w.version.empty()) v.set("version", w.version);
  if (w.replicas) v.set("replicas", *w.replicas);
  if (w.by) v.set("by", *w.by);
  return v;
}

}  // namespace muster::runbooks
