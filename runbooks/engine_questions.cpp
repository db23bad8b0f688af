// Steps that ask people: approvals, forms, and whether to put back.
#include <algorithm>

#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/question_parts.h"
#include "bot/core/engine/urgent.h"
#include "bot/core/runs/secret_ref.h"
#include "runbooks/changes.h"
#include "runbooks/engine_parts.h"
#include "runbooks/paths.h"
#include "runbooks/scope.h"

namespace muster::runbooks {
namespace {

std::string group_of(const std::string& by) { return by.starts_with("@") ? by.substr(1) : by; }

// People who may decide: members of a group, holders of a role, or one person; never who started the run.
std::vector<std::string> able(const Turn& t, const std::string& by) {
  if (by.empty() || by.starts_with("group:") || by.starts_with("role:"))
    return approvers_of(t.w.config, by, t.run.person);
  const Person* p = find_person(t.w.config, group_of(by));
  if (p && p->id != t.run.person) return {p->id};
  return approvers_of(t.w.config, "group:" + by, t.run.person);
}

std::string bare_group(const std::string& by) { return by.starts_with("group:") ? by.substr(6) : by; }

// A group of a chat platform whose members are not known: the people of the configuration are marked with it.
bool nobody_can_tell(const Turn& t, const std::string& by) {
  const std::string mark = "?" + bare_group(by);
  return std::ranges::any_of(t.w.config.people,
                             [&](const Person& p) { return std::ranges::find(p.groups, mark) != p.groups.end(); });
}

struct Asking {
  std::string kind, text, group;
  int needed = 1;
  TimeMs expires = 0;
  Facts facts;
};

std::string ask(Turn& t, const std::string& path, const Asking& q) {
  const std::string id = "A" + std::to_string(t.w.state.next_question);
  Value facts = Value::List{};
  for (const auto& [key, v] : q.facts) facts.push(Value::List{key, v});
  Entry e;
  e.kind = "approval.asked";
  e.incident_id = t.run.incident;
  e.text = id + ": " + q.text;
  e.actor = {.type = "bot", .id = "muster", .handle = t.w.config.bot_handle, .display = "muster"};
  e.data = Value::Map{{"id", id},
                      {"kind", q.kind},
                      {"person", t.run.person},
                      {"operator", t.run.person == "operator"},
                      {"asked_command", t.run.id + " " + t.run.runbook + ": " + q.text},
                      {"verb", "run"},
                      {"platform", t.run.platform},
                      {"channel", t.run.channel},
                      {"thread", t.run.post},
                      {"post", "question-" + id},
                      {"facts", facts},
                      {"rule", "runbook"},
                      {"group", q.group},
                      {"needed", q.needed},
                      {"expires_ms", q.expires},
                      {"run", t.run.id},
                      {"path", path}};
  record(t.w, std::move(e));
  t.w.decision.timers.push_back({"question:" + id, q.expires, Value::Map{{"id", id}}});
  return id;
}

std::string plan_text(const Value& plan) {
  std::vector<std::string> lines;
  for (const auto& [path, entry] : plan.as_map()) {
    std::string line = entry["verb"].as_string();
    // Masked before it becomes JSON, which would write the marks of a secret in another way.
    const Value arguments = masked(entry["arguments"]);
    for (const auto& [key, v] : arguments.as_map())
      line += " " + key + "=" + (v.is_string() ? v.as_string() : to_json(v));
    if (!entry.has("arguments")) line += " …";
    lines.push_back(clip(one_line(line), 160));
  }
  return join(lines, "; ");
}

void post_approval(Turn& t, const std::string& id, const std::string& changed) {
  const Question& q = *find_question(t.w.state, id);
  const std::string lang = channel_language(t.w, t.run.channel);
  Message m;
  m.color = "warning";
  m.text = say(lang, changed.empty() ? "run.approve" : "run.approve.again",
               {{"id", id},
                {"run", t.run.id},
                {"runbook", plain(t.run.runbook)},
                {"n", std::to_string(q.needed)},
                {"group", q.group.empty() ? say(lang, "ask.anybody") : plain(q.group)},
                {"time", format_utc_clock(q.expires_ms) + " UTC"},
                {"changed", plain(clip(one_line(changed), 200))}});
  m.sections.push_back(question_fields(lang, t.w.config, q));
  if (q.kind == "confirm") {
    m.text = say(lang, "change.ask.confirm",
                 {{"id", id},
                  {"run", t.run.id},
                  {"who", person_name(t.w.config, t.run.person)},
                  {"time", format_utc_clock(q.expires_ms) + " UTC"}});
    m.buttons = {{say(lang, "button.yes"), "yes " + id, "primary"}, {say(lang, "button.no"), "no " + id, ""}};
    return post(t.w, t.run.channel, "question-" + id, m, t.run.post);
  }
  m.buttons = {{say(lang, "button.approve"), "approve " + id, "primary"},
               {say(lang, "button.deny"), "deny " + id, "danger"}};
  post(t.w, t.run.channel, "question-" + id, m, t.run.post);
}

}  // namespace

void ask_approval(Turn& t, const std::string& path, const Step& step, const Value& arguments, const std::string& stage,
                  const std::string& changed) {
  const std::string by = arguments["by"].as_string();
  const int needed = static_cast<int>(std::max<std::int64_t>(1, arguments["count"].as_int(1)));
  const bool confirm = arguments["confirm"].as_bool();
  if (!confirm && able(t, by).size() < static_cast<std::size_t>(needed) && nobody_can_tell(t, by))
    return fail_step(
        t, path, &step, "refused",
        "Nobody can tell who is in " + bare_group(by) + " now; `health` says why. Try again when it is known.");
  if (!confirm && able(t, by).size() < static_cast<std::size_t>(needed))
    return fail_step(t, path, &step, "refused",
                     "Nobody can approve this: it needs " + std::to_string(needed) + " of " +
                         (by.empty() ? "the others" : by) + ".");
  const DurationMs timeout = confirm ? confirm_ms : stage == "gate" ? approve_ms : timeout_of(step);
  const TimeMs expires = t.w.now + (timeout > 0 ? timeout : approve_ms);
  Value plan = stage == "gate"
                   ? Value(Value::Map{{path, Value::Map{{"verb", step.verb}, {"arguments", arguments["arguments"]}}}})
                   : remaining_plan(t, path);
  // What was seen when it became void is what the next yes covers.
  const Value planned = plan;
  for (const auto& [at, entry] : planned.as_map()) {
    if (!entry.has("facts")) continue;
    Value facts = entry["facts"], seen = entry;
    for (const auto& [key, v] : arguments["now"].as_map())
      if (facts.has(key)) facts.set(key, v);
    seen.set("facts", facts);
    plan.set(at, seen);
  }
  std::string text = one_line(arguments["text"].as_string());
  if (text.empty()) text = step.verb + " " + step.id;
  Asking q{.kind = confirm ? "confirm" : "step",
           .text = clip(text, 500),
           .group = by,
           .needed = needed,
           .expires = expires,
           .facts = {}};
  if (!by.empty() && !by.starts_with("group:") && !by.starts_with("role:"))
    q.group =
        find_person(t.w.config, group_of(by)) ? "person:" + find_person(t.w.config, group_of(by))->id : "group:" + by;
  if (const std::string remaining = plan_text(plan); !remaining.empty()) q.facts.emplace_back("plan", remaining);
  const std::string id = ask(t, path, q);
  Value kept = arguments;
  kept.set("plan", plan);
  kept.set("plan_hash", to_hex(sha256(to_json(plan))).substr(0, 16));
  note_attempt(t, path,
               Value::Map{{"step", step.id},
                          {"verb", step.verb},
                          {"effect", stage == "gate" ? "write" : "human"},
                          {"status", "waiting"},
                          {"stage", stage},
                          {"attempt", stage == "gate" ? 0 : 1},
                          {"arguments", kept},
                          {"question", id},
                          {"due_ms", 0},
                          {"deadline_ms", expires}});
  post_approval(t, id, changed);
}

void ask_form(Turn& t, const std::string& path, const Step& step, const Value& arguments) {
  const DurationMs timeout = timeout_of(step);
  const TimeMs expires = t.w.now + (timeout > 0 ? timeout : approve_ms);
  const std::string text = clip(one_line(arguments["text"].as_string()), 500);
  const std::string id = ask(t, path,
                             {.kind = "form",
                              .text = text,
                              .group = arguments["of"].as_string(),
                              .needed = 1,
                              .expires = expires,
                              .facts = {}});
  note_attempt(t, path,
               Value::Map{{"step", step.id},
                          {"verb", "ask"},
                          {"effect", "human"},
                          {"status", "waiting"},
                          {"attempt", 1},
                          {"arguments", arguments},
                          {"question", id},
                          {"deadline_ms", expires}});
  const std::string lang = channel_language(t.w, t.run.channel);
  Message m;
  m.color = "warning";
  std::string line = "answer " + t.run.id;
  for (const Input& field : step.form) line += " " + field.name + "=…";
  m.text = say(lang, "run.ask", {{"id", id}, {"run", t.run.id}, {"text", plain(text)}, {"line", plain(line)}});
  Section fields;
  for (const Input& field : step.form) {
    std::string what = field.type;
    if (!field.values.empty()) what += " (" + join(field.values, ", ") + ")";
    if (!field.standard.is_null()) what += " = " + to_json(field.standard);
    fields.fields.emplace_back(field.name, plain(what));
  }
  m.sections.push_back(std::move(fields));
  m.buttons.push_back({say(lang, "button.form"), "answer " + t.run.id, "primary", true});
  post(t.w, t.run.channel, "question-" + id, m, t.run.post);
}

void ask_undo(Turn& t) {
  const std::string lang = channel_language(t.w, t.run.channel);
  note_attempt(t, "ask_undo",
               Value::Map{{"step", "ask_undo"},
                          {"verb", "ask"},
                          {"effect", "human"},
                          {"status", "waiting"},
                          {"attempt", 1},
                          {"due_ms", t.w.now + decision_ms}});
  std::vector<std::string> steps;
  for (const std::string& path : undoable(t.book, t.run).paths) {
    const StepRun* back = find_step(t, "undo." + path);
    if (!back || back->status != "succeeded") steps.push_back(plain(t.run.steps.at(path).id));
  }
  Message m;
  m.color = "warning";
  m.text = say(lang, "run.ask_undo", {{"id", t.run.id}, {"steps", join(steps, ", ")}});
  m.buttons = {{say(lang, "run.choice.undo"), "undo " + t.run.id, "primary"},
               {say(lang, "run.choice.leave"), "skip " + t.run.id + " ask_undo", ""}};
  tell_thread(t, "ask-undo-" + t.run.id + "-" + std::to_string(t.w.now), std::move(m));
  make_urgent(t.w);
}

void close_question_of(Turn& t, const std::string& id, const std::string& status, Entry by) {
  const Question* q = id.empty() ? nullptr : find_question(std::as_const(t.w.state), id);
  if (q && q->open()) close_question(t.w, *q, std::move(by), status, {});
}

namespace {

void approved_step(Turn& t, const std::string& path, const Step& step, const StepRun& s, const Question& q) {
  const std::string by = join(q.approvers, ", ");
  if (s.stage == "gate" && is_planned(t, path, step)) return plan_approved(t, path, step, s.arguments["arguments"], q);
  if (s.stage == "gate") {
    Action a;
    a.kind = Action::Kind::begin;
    a.path = path;
    a.step = &step;
    a.arguments = s.arguments["arguments"];
    return begin_step(t, a);
  }
  end_step(
      t, path, &step,
      {.status = "succeeded", .result = Value::Map{{"decision", "approved"}, {"by", by}, {"at", format_utc(t.w.now)}}});
}

}  // namespace

void answered(Turn& t, const Question& q) {
  const StepRun* known = find_step(t, q.path);
  if (!known || known->question != q.id || known->status != "waiting") return;
  const StepRun s = *known;
  const Step* step = step_at(t.book, t.run, q.path);
  if (!step) return;
  if (q.status == "done" && (q.kind == "step" || q.kind == "confirm")) return approved_step(t, q.path, *step, s, q);
  if (q.status == "done" || q.status == "void") return;
  const std::string who = person_name(t.w.config, q.closed_by);
  if (q.status == "denied")
    return fail_step(t, q.path, step, "denied", "Refused by " + who + (q.reason.empty() ? "." : ": " + q.reason));
  if (q.status == "expired") return fail_step(t, q.path, step, "expired", "Nobody answered in time.");
  fail_step(t, q.path, step, "cancelled", "Withdrawn by " + who + ".");
}

}  // namespace muster::runbooks
