#include "integrations/targets/kubernetes/stage.h"

#include <algorithm>

#include "bot/base/json.h"
#include "bot/core/changes/stages.h"
#include "integrations/targets/kubernetes/objects.h"

namespace muster::kubernetes {
namespace {

constexpr int no_deadline = 2'147'483'647;  // the controller reads the greatest number as: none
constexpr std::size_t note_bytes_max = 4096;

const char* strategy_key(const Workload& w) { return w.kind == Kind::deployment ? "strategy" : "updateStrategy"; }

// How many new ones it is held at; 0: it is not held.
int copies_held(const Workload& w, const Value& spec) {
  const Value& rolling = spec[strategy_key(w)]["rollingUpdate"];
  if (w.kind == Kind::stateful_set) return w.partition > 0 ? std::max(0, w.replicas.value_or(1) - w.partition) : 0;
  const Value& surge = rolling["maxSurge"];
  const Value& away = rolling["maxUnavailable"];
  const bool held = spec["minReadySeconds"].as_int() == held_seconds && away.is_int() && away.as_int() == 0;
  return held && surge.is_int() ? static_cast<int>(std::clamp<std::int64_t>(surge.as_int(), 0, 100'000)) : 0;
}

// With a null for what is not there, so that a merge takes it away again.
Value strategy_as_it_is(const Workload& w, const Value& spec) {
  const Value& strategy = spec[strategy_key(w)];
  if (!strategy.is_map()) return {};
  Value rolling = Value::Map{};
  const auto keep = [&](const char* key) { rolling.set(key, strategy["rollingUpdate"][key]); };
  if (w.kind == Kind::stateful_set) keep("partition");
  if (w.kind == Kind::deployment) keep("maxSurge"), keep("maxUnavailable");
  return Value::Map{{"type", strategy["type"]}, {"rollingUpdate", std::move(rolling)}};
}

Value fields_as_they_are(const Workload& w, const Value& spec) {
  Value own = Value::Map{};
  own.set(strategy_key(w), strategy_as_it_is(w, spec));
  if (w.kind != Kind::deployment) return own;
  for (const char* key : {"minReadySeconds", "progressDeadlineSeconds"}) own.set(key, spec[key]);
  return own;
}

Value fields_held(const Workload& w, int copies) {
  if (w.kind == Kind::stateful_set) {
    const int partition = std::max(0, w.replicas.value_or(1) - copies);
    return Value::Map{{"updateStrategy",
                       Value::Map{{"type", "RollingUpdate"}, {"rollingUpdate", Value::Map{{"partition", partition}}}}}};
  }
  return Value::Map{
      {"minReadySeconds", held_seconds},
      {"progressDeadlineSeconds", no_deadline},
      {"strategy", Value::Map{{"type", "RollingUpdate"},
                              {"rollingUpdate", Value::Map{{"maxSurge", copies}, {"maxUnavailable", 0}}}}}};
}

// Only what a stage changes may come back from an annotation that anybody can write.
bool is_own_field(const Workload& w, const std::string& key, const Value& v) {
  if (key == strategy_key(w)) return v.is_null() || v.is_map();
  const bool number = key == "minReadySeconds" || key == "progressDeadlineSeconds";
  return number && w.kind == Kind::deployment && (v.is_null() || v.is_int());
}

Value without_nulls(const Value& v) {
  if (!v.is_map()) return v;
  Value rest = Value::Map{};
  for (const auto& [key, value] : v.as_map())
    if (!value.is_null()) rest.set(key, without_nulls(value));
  return rest;
}

std::unexpected<Error> not_in_part(const Workload& w, const std::string& why, std::string next) {
  return fail(ErrorKind::conflict, w.name + " cannot be brought out in part: " + why, std::move(next));
}

}  // namespace

std::optional<Stage> stage_of(const Workload& w, const Value& object) {
  const std::string& text = object["metadata"]["annotations"][stage_annotation].as_string();
  const int copies = w.kind == Kind::daemon_set ? 0 : copies_held(w, object["spec"]);
  if (text.empty() || text.size() > note_bytes_max || copies < 1) return std::nullopt;
  const auto note = parse_json(text);
  if (!note || !(*note)["own"].is_map() || (*note)["image"].as_string().empty()) return std::nullopt;
  for (const auto& [key, value] : (*note)["own"].as_map())
    if (!is_own_field(w, key, value)) return std::nullopt;
  return Stage{short_text((*note)["image"]), (*note)["own"], copies};
}

std::string no_part_of(const Workload& w) {
  if (w.kind == Kind::daemon_set) return "a DaemonSet has one pod on each node";
  if (!w.rolling_update) return "its update strategy is OnDelete";
  if (w.recreate) return "its strategy is Recreate, which ends all old pods first";
  if (w.replicas.value_or(1) < 1) return "it has no pods now";
  if (w.kind == Kind::stateful_set && w.partition > 0 && !w.stage) return "it has a partition of its own";
  return {};
}

Result<std::optional<StagePatch>> stage_patch(const Workload& w, const Value& object, const std::string& present,
                                              const ChangeRequest& request) {
  const auto part = part_from(request.part);
  if (!part) return fail(ErrorKind::invalid, "a part is a number of copies, a share of them, or `beside`");
  if (const std::string why = no_part_of(w); !why.empty())
    return not_in_part(w, why, "Bring it out with --strategy rolling.");
  if (part->beside && w.kind != Kind::deployment)
    return not_in_part(w, "a StatefulSet has no second set of pods beside the first",
                       "Bring it out with --strategy canary or rolling.");
  const int copies = copies_of(*part, w.replicas.value_or(1));
  if (w.stage && copies < w.stage->copies)
    return not_in_part(w, std::to_string(w.stage->copies) + " are out already, and a stage cannot be smaller",
                       "Bring all of it out, or roll it back.");
  if (w.stage && copies == w.stage->copies) return std::optional<StagePatch>();
  const std::string others = w.stage ? w.stage->image : present;
  const Value own = w.stage ? w.stage->own : fields_as_they_are(w, object["spec"]);
  const Value note = Value::Map{{"image", others}, {"own", own}};
  return std::optional(StagePatch{to_json(note), fields_held(w, copies)});
}

Value::List own_operations(const Stage& stage) {
  Value::List list;
  for (const auto& [key, value] : stage.own.as_map()) {
    const std::string path = "/spec/" + key;
    list.push_back(value.is_null()
                       ? Value(Value::Map{{"op", "remove"}, {"path", path}})
                       : Value(Value::Map{{"op", "replace"}, {"path", path}, {"value", without_nulls(value)}}));
  }
  return list;
}

std::string stage_words(const Workload& w) {
  if (!w.stage) return {};
  const int n = w.stage->copies, all = w.replicas.value_or(1);
  if (w.kind == Kind::stateful_set)
    return "\n" + std::to_string(n) + " of its " + std::to_string(all) +
           " pods, those with the highest numbers, get it; the partition holds it there";
  return "\n" + std::to_string(n) + (n == 1 ? " new pod comes" : " new pods come") + " beside the " +
         std::to_string(all) + " that stay: " + std::to_string(n) + " of " + std::to_string(n + all) +
         " get traffic as the Service spreads it, there are no weights. Until the last stage maxSurge, maxUnavailable, "
         "minReadySeconds and progressDeadlineSeconds hold it there";
}

}  // namespace muster::kubernetes
