// `guard` and `triggers`.
#include "bot/base/text.h"
#include "runbooks/reading.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

constexpr DurationMs guard_time_max = 30 * day_ms;

void read_effective(Reader& in, const YamlNode& node, Guard& guard) {
  if (!in.is_map(node, "effective", "{check_after: 10m, disarm_after: 2}")) return;
  in.only(node, {"check_after", "disarm_after"}, "in `effective`");
  if (const YamlNode* n = node.find("check_after"))
    guard.check_after_ms = in.duration(*n, "check_after", second_ms, day_ms).value_or(guard.check_after_ms);
  if (const YamlNode* n = node.find("disarm_after"))
    guard.disarm_after = static_cast<int>(in.integer(*n, "disarm_after", 1, 100).value_or(guard.disarm_after));
}

void read_limits(Reader& in, const YamlNode& node, Guard& guard) {
  if (!in.is_map(node, "limits", "{targets: 1, replicas: 40, change: 50%}")) return;
  in.only(node, {"targets", "replicas", "change"}, "in `limits`");
  if (const YamlNode* n = node.find("targets")) guard.limit_targets = in.integer(*n, "targets", 1, 1000);
  if (const YamlNode* n = node.find("replicas")) guard.limit_replicas = in.integer(*n, "replicas", 0, 100'000);
  const YamlNode* change = node.find("change");
  if (!change) return;
  const auto text = in.plain_text(*change, "change", "a percentage such as 50%");
  const auto percent = text ? percent_of(*text) : std::nullopt;
  if (text && (!percent || *percent < 0 || *percent > 100))
    in.error("RB012", in.place(*change), "`change` is no percentage: " + shown(*text), "Write, for example, 50%.");
  guard.limit_change = percent;
}

void read_member(Reader& in, const YamlMember& m, Guard& guard) {
  const YamlNode& v = m.value;
  if (m.key == "key") {
    if (v.kind == YamlNode::Kind::scalar && !v.text.empty())
      guard.key = read_template(in, v);
    else
      in.error("RB011", in.place(v), "`key` takes a text", "For example ${inputs.service}/${inputs.env}.");
  }
  if (m.key == "on_busy") guard.on_busy = in.choice(v, m.key, {"skip", "queue", "replace"}).value_or("skip");
  if (m.key == "cooldown") guard.cooldown_ms = in.duration(v, m.key, 0, guard_time_max).value_or(guard.cooldown_ms);
  if (m.key == "deadline")
    guard.deadline_ms = in.duration(v, m.key, second_ms, guard_time_max).value_or(guard.deadline_ms);
  if (m.key == "effective") read_effective(in, v, guard);
  if (m.key == "limits") read_limits(in, v, guard);
  if (m.key == "unattended") guard.unattended = in.boolean(v, m.key).value_or(false);
  if (m.key != "max_runs") return;
  const auto text = in.plain_text(v, m.key, "a number per time such as 3 per 6h");
  const auto runs = text ? runs_per_time(*text) : std::nullopt;
  if (text && !runs)
    in.error("RB012", in.place(v), "`max_runs` is no number per time: " + shown(*text),
             "Write, for example, 3 per 6h.");
  if (!runs) return;
  guard.max_runs = runs->runs;
  guard.max_runs_in_ms = runs->in_ms;
}

Trigger read_trigger(Reader& in, const YamlNode& node) {
  Trigger trigger;
  trigger.place = in.place(node);
  if (!in.is_map(node, "triggers", "a list of {alert: …}")) return trigger;
  in.only(node, {"alert", "firing_for", "mode"}, "in a trigger");
  const YamlNode* alert = node.find("alert");
  if (!alert) {
    in.error("RB009", trigger.place, "a trigger needs `alert`", "Write alert: alertname=\"HighLatency\".");
  } else if (const auto text = in.plain_text(*alert, "alert", "matchers such as severity=~\"page|critical\"")) {
    trigger.text = *text;
    const auto matchers = parse_matchers(*text);
    if (matchers)
      trigger.matchers = *matchers;
    else
      in.error("RB019", in.place(*alert), matchers.error().message, matchers.error().next_step);
  }
  if (const YamlNode* n = node.find("firing_for"))
    trigger.firing_for_ms = in.duration(*n, "firing_for", 0, 7 * day_ms).value_or(0);
  if (const YamlNode* n = node.find("mode"))
    trigger.automatic = in.choice(*n, "mode", {"suggest", "auto"}).value_or("suggest") == "auto";
  return trigger;
}

}  // namespace

Guard read_guard(Reader& in, const YamlNode& node, Runbook& book) {
  Guard guard;
  if (!in.is_map(node, "guard", "names with values")) return guard;
  in.only(node, {"key", "on_busy", "cooldown", "max_runs", "deadline", "effective", "limits", "unattended"},
          "in `guard`");
  for (const YamlMember& m : node.members) {
    book.places["guard." + m.key] = in.place(m);
    read_member(in, m, guard);
  }
  return guard;
}

std::vector<Trigger> read_triggers(Reader& in, const YamlNode& node) {
  std::vector<Trigger> out;
  if (!in.is_list(node, "triggers", "a list of {alert: …}")) return out;
  for (const YamlNode& item : node.items) out.push_back(read_trigger(in, item));
  return out;
}

}  // namespace muster::runbooks
