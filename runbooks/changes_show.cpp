// What people see of a change: one line that says what changes, the plan with its checks and its gate, and the buttons
// that answer it.
#include <algorithm>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/question_parts.h"
#include "bot/core/metrics/query.h"
#include "runbooks/changes.h"

namespace muster::runbooks {
namespace {

using Mark = Check::Mark;

std::string_view mark_of(Mark mark) {
  switch (mark) {
    case Mark::passed:
      return "✅";
    case Mark::failed:
      return "❌";
    case Mark::overridden:
      return "⚠️";
    case Mark::warning:
      return "⚠️";
  }
  return "";
}

std::string shown(const Value& v) { return v.is_string() ? v.as_string() : v.is_null() ? std::string() : to_json(v); }

std::string fact(const Value& facts) {
  return facts.as_map().empty() ? std::string() : shown(facts.as_map().begin()->second);
}

// "v1 → v2", "6 → 8"; what is not known is a dash.
std::string difference(const ChangeWish& wish, const Plan& plan) {
  const std::string before = fact(plan.before), after = fact(plan.after);
  if (wish.verb == "restart") return before;
  if (!after.empty()) return (before.empty() ? std::string("–") : before) + " → " + after;
  if (wish.verb == "scale" && wish.by) return (*wish.by > 0 ? "+" : "") + std::to_string(*wish.by);
  if (wish.verb == "scale" && wish.replicas) return "→ " + std::to_string(*wish.replicas);
  return wish.version.empty() ? "" : "→ " + wish.version;
}

std::string checks_text(const std::string& lang, const Plan& plan) {
  std::vector<std::string> lines;
  for (const Check& c : plan.checks) {
    std::string line = std::string(mark_of(c.mark)) + " " + sentence(lang, c);
    if (c.mark == Mark::overridden) line += " · " + say(lang, "change.overridden", {{"check", c.name}});
    if (c.mark == Mark::failed && c.can_override) line += " " + say(lang, "change.override_hint", {{"check", c.name}});
    lines.push_back(std::move(line));
  }
  return join(lines, "\n");
}

std::string gate_text(const std::string& lang, const CoreConfig& config, const Verdict& gate,
                      const std::string& person) {
  std::vector<std::string> names;
  if (gate.effect == "approve")
    for (const std::string& id : approvers_of(config, gate.approve_group, person))
      if (names.size() < 8) names.push_back(person_name(config, id));
  return say_with(lang, "change.gate." + (gate.effect.empty() ? std::string("deny") : gate.effect),
                  {{"rule", plain(gate.rule)},
                   {"line", std::to_string(gate.line)},
                   {"n", std::to_string(std::max(1, gate.approvals))},
                   {"names", names.empty() ? say(lang, "nobody_yet") : join(names, ", ")}});
}

// "canary: 25%, watched for 5m, then by itself; 50%, …; then all of it"
std::string stages_text(const std::string& lang, const ChangeWish& wish) {
  if (wish.strategy.empty()) return {};
  std::vector<std::string> parts;
  for (const RolloutStage& stage : wish.stages)
    parts.push_back(say(lang, stage.asks ? "change.stage.asks" : "change.stage",
                        {{"part", part_words(lang, stage.part)}, {"time", short_span(stage.hold)}}));
  return wish.strategy + ": " + join(parts, "; ") + "; " + say(lang, "change.stage.all");
}

std::string now_text(const std::string& lang, const Value& seen) {
  std::vector<std::string> parts;
  if (const std::string v = shown(seen["version"]); !v.empty()) parts.push_back(plain(clip(one_line(v), 80)));
  if (const std::string& other = seen["part_version"].as_string(); !other.empty())
    parts.push_back(
        say(lang, "change.part",
            {{"version", plain(clip(one_line(other), 80))},
             {"n", seen["part_replicas"].is_int() ? std::to_string(seen["part_replicas"].as_int()) : "–"}}));
  if (seen["replicas"].is_int())
    parts.push_back(say(lang, "change.replicas", {{"n", std::to_string(seen["replicas"].as_int())}}));
  if (seen["healthy"].is_bool()) parts.push_back(say(lang, seen["healthy"].as_bool() ? "change.well" : "change.ill"));
  if (const std::string& d = seen["detail"].as_string(); !d.empty()) parts.push_back(plain(clip(one_line(d), 120)));
  return join(parts, " · ");
}

const Question* open_question_of(const Run& run, const State& state) {
  const StepRun* gate = nullptr;
  for (const auto& [path, s] : run.steps)
    if (s.stage == "gate" && s.status == "waiting") gate = &s;
  const Question* q = gate ? find_question(state, gate->question) : nullptr;
  return q && q->open() ? q : nullptr;
}

void add_answers(const std::string& lang, const Question& q, Message& m) {
  const bool confirm = q.kind == "confirm";
  m.buttons.clear();
  m.buttons.push_back(
      {say(lang, confirm ? "button.yes" : "button.approve"), (confirm ? "yes " : "approve ") + q.id, "primary"});
  m.buttons.push_back(
      {say(lang, confirm ? "button.no" : "button.deny"), (confirm ? "no " : "deny ") + q.id, confirm ? "" : "danger"});
}

}  // namespace

std::string part_words(const std::string& lang, const std::string& part) {
  if (part == "beside") return say(lang, "stage.part.beside");
  return part.ends_with('%') ? say(lang, "stage.part.percent", {{"n", part.substr(0, part.size() - 1)}})
                             : say(lang, "stage.part.copies", {{"n", part}});
}

std::string change_title(const std::string& lang, const Run& run) {
  const ChangeWish wish = change_wish(run.change.get());
  const Plan plan = plan_from(run.change.member("plan"));
  std::string what = plain(clip(one_line(difference(wish, plan)), 160));
  if (plan.after.has("minimum")) what = say(lang, "change.minimum") + " " + what;
  return say(lang, "change.title",
             {{"verb", wish.asked},
              {"service", plain(wish.service)},
              {"what", what.empty() ? what : " " + what},
              {"env", plain(wish.environment)}});
}

Section plan_section(const std::string& lang, const CoreConfig& config, const ChangeWish& wish, const Plan& plan,
                     const std::string& person) {
  Section s;
  s.text = checks_text(lang, plan);
  if (plan.possible()) {
    s.fields.emplace_back(say(lang, "change.gate"), gate_text(lang, config, plan.gate, person));
    s.fields.emplace_back(say(lang, "change.fails"),
                          say(lang, plan.on_failure, {{"before", plain(fact(plan.before))}}));
    if (const std::string stages = stages_text(lang, wish); !stages.empty())
      s.fields.emplace_back(say(lang, "change.stages"), stages);
    GuardedChange watched = guarded(wish);
    if (watched.version.empty()) watched.version = plan.after["version"].as_string();
    const auto sentences = health_steps(config, watched, lang).sentences;
    if (!sentences.empty()) s.fields.emplace_back(say(lang, "change.health"), join(sentences, " "));
  }
  if (!wish.because.empty()) s.fields.emplace_back(say(lang, "field.reason"), plain(clip(one_line(wish.because), 300)));
  return s;
}

Section seen_section(const std::string& lang, const Value& seen) {
  Section s;
  if (const std::string text = now_text(lang, seen); !text.empty())
    s.fields.emplace_back(say(lang, "change.now"), text);
  return s;
}

namespace {

// What is known of the place, and is it as of now? What the newest change found when it was through counts before what
// the plan saw, and what a look after it found counts before that; while a change is on its way that is only how it
// was.
struct LastSeen {
  Value state;
  bool was = false;
};

LastSeen last_seen_of(const Run& run) {
  LastSeen known{run.change.member("plan")["seen"]};
  for (const std::string& path : run.order) {
    const auto it = run.steps.find(path);
    if (it == run.steps.end()) continue;
    if (it->second.verb == "verify" && it->second.result["found"].is_map()) known.state = it->second.result["found"];
    if (it->second.before.is_null()) continue;
    const Value& after = it->second.result;
    const bool told = it->second.ended() && (after.has("version") || after.has("replicas"));
    if (told) known.state = after;
    known.was = !told;
  }
  return known;
}

Section known_section(const std::string& lang, const Run& run) {
  const LastSeen known = last_seen_of(run);
  Section s = seen_section(lang, known.state);
  if (known.was && !s.fields.empty()) s.fields.front().first = say(lang, "change.was");
  return s;
}

}  // namespace

// While a yes is waited for, and when the plan said no, people see all of it; afterwards what was decided.
void add_change(const std::string& lang, const Work& w, const Run& run, Message& m) {
  const ChangeWish wish = change_wish(run.change.get());
  const Plan plan = plan_from(run.change.member("plan"));
  const Question* q = open_question_of(run, w.state);
  Section now = run.over() ? Section{} : known_section(lang, run);
  if (q || !plan.possible()) {
    Section section = plan_section(lang, w.config, wish, plan, run.person);
    now.text = std::move(section.text);
    for (auto& field : section.fields) now.fields.push_back(std::move(field));
  } else if (!wish.because.empty()) {
    now.fields.emplace_back(say(lang, "field.reason"), plain(clip(one_line(wish.because), 300)));
  }
  std::vector<std::string> names;
  const Value approved_by = run.change.member("approved_by");
  for (const Value& id : approved_by.as_list()) names.push_back(person_name(w.config, id.as_string()));
  if (!q && !names.empty() && !run.change.member("approved").as_string().empty())
    now.fields.emplace_back(say(lang, "change.yes_of"), join(names, ", "));
  if (!wish.overrides.empty())
    now.fields.emplace_back(say(lang, "change.overrides"), plain(join(wish.overrides, ", ")));
  if (!now.text.empty() || !now.fields.empty()) m.sections.push_back(std::move(now));
  if (q) add_answers(lang, *q, m);
}

}  // namespace muster::runbooks
