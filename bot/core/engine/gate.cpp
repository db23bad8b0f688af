// One door for every right: who asks, for what, what the policy says, and what happens then.
#include <algorithm>

#include "bot/base/limits.h"
#include "bot/base/text.h"
#include "bot/core/changes/plan.h"
#include "bot/core/commands/codes.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/extension.h"
#include "bot/core/engine/handlers.h"
#include "bot/core/engine/privacy.h"
#include "bot/core/engine/question_parts.h"

namespace muster {

std::string first_argument(const Command& c) { return c.args.empty() ? "" : c.args.front(); }

std::string named_argument(const Command& c, const std::string& key) {
  const auto it = c.named.find(key);
  return it == c.named.end() ? "" : it->second;
}

Outcome refuse(Call& c, std::string_view key, Words arguments) {
  Outcome o;
  o.ok = false;
  o.reply.text = say(c.language, key, arguments);
  o.reply.color = "warning";
  o.code = code_of(key);
  return o;
}

Outcome answer(Call& c, std::string_view key, Words arguments) {
  Outcome o;
  o.reply.text = say(c.language, key, arguments);
  return o;
}

std::vector<std::string> roles_of(const State& state, const CoreConfig& config, const std::string& person, TimeMs now) {
  std::vector<std::string> roles;
  if (const Person* p = find_person(config, person)) roles = p->roles;
  for (const auto& [id, g] : state.grants) {
    const bool everywhere = g.service.empty() && g.environment.empty();
    if (g.person == person && g.until_ms > now && everywhere) roles.push_back(g.role);
  }
  return roles;
}

std::vector<std::string> roles_there(const State& state, const CoreConfig& config, const std::string& person,
                                     const std::string& service, const std::string& environment, TimeMs now) {
  std::vector<std::string> roles = roles_of(state, config, person, now);
  for (const auto& [id, g] : state.grants) {
    const bool scoped = !g.service.empty() || !g.environment.empty();
    const bool here =
        (g.service.empty() || g.service == service) && (g.environment.empty() || g.environment == environment);
    if (scoped && here && !person.empty() && g.person == person && g.until_ms > now) roles.push_back(g.role);
  }
  return roles;
}

Asker asker_of(const Call& c) {
  const Person* p = find_person(c.work.config, c.input.person);
  return {p ? p->id : "", c.input.is_operator};
}

namespace {

// Arguments by the names of their slots, so that a condition can speak of them: severity=~"sev1|sev2".
std::map<std::string, std::string> arguments_of(const Command& command, const VerbInfo* verb) {
  auto arguments = command.named;
  for (std::size_t i = 0; verb && i < verb->slots.size() && i < command.args.size(); ++i)
    arguments.emplace(verb->slots[i].name, command.args[i]);
  return arguments;
}

const Incident* incident_meant(const Call& c, const Command& command) {
  const State& state = c.work.state;
  if (const auto named = command.named.find("incident"); named != command.named.end())
    return find_incident(state, named->second);
  const auto it = state.incident_by_channel.find(c.input.channel);
  return it == state.incident_by_channel.end() ? nullptr : &state.incidents.at(it->second);
}

std::string label(const Alert& alert, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (const auto it = alert.labels.find(name); it != alert.labels.end()) return it->second;
  return {};
}

// "to v3" of a rollback and "to 5" of a scale are no places.
bool names_environment(const VerbInfo* verb, std::string_view key) {
  if (!verb) return true;
  const auto slot = std::ranges::find(verb->named, key, &Slot::name);
  return slot == verb->named.end() || slot->kind == "environment";
}

// Who steers a run acts where it acts.
void place_of_run(const Run& run, Ask& ask) {
  const auto text = [&](const char* key) {
    return run.inputs[key].is_string() ? run.inputs[key].as_string() : std::string();
  };
  ask.service = text("service");
  ask.environment = text("env");
}

// The service and the environment a command is about: named, else its incident's, else its alert's.
void place(const Call& c, const Command& command, const VerbInfo* verb, Ask& ask) {
  const CoreConfig& config = c.work.config;
  for (const char* key : {"for", "on", "service"})
    if (const auto it = command.named.find(key); it != command.named.end() && find_service(config, it->second))
      ask.service = find_service(config, it->second)->name;
  for (const char* key : {"in", "to", "env"})
    if (const auto it = command.named.find(key); it != command.named.end() && names_environment(verb, key))
      if (canonical_id(it->second).empty() && !it->second.starts_with('@')) ask.environment = lower_ascii(it->second);
  for (std::size_t i = 0; verb && i < verb->slots.size() && i < command.args.size(); ++i) {
    const std::string& kind = verb->slots[i].kind;
    const Service* s = kind == "service" || kind == "service_ref" ? find_service(config, command.args[i]) : nullptr;
    if (s) ask.service = s->name;
    if (const Run* r = kind == "run" ? find_run(c.work.state, command.args[i]) : nullptr) place_of_run(*r, ask);
    if (const Alert* a = verb->slots[i].kind == "alert" ? find_alert(c.work.state, command.args[i]) : nullptr) {
      if (ask.service.empty()) ask.service = label(*a, {"service", "app", "job"});
      if (ask.environment.empty()) ask.environment = label(*a, {"environment", "env"});
    }
  }
  if (!ask.service.empty() || !verb || !verb->of_incident) return;
  if (const Incident* i = incident_meant(c, command); i && !i->services.empty()) ask.service = i->services.front();
}

}  // namespace

Ask ask_for(const Call& c, const Asker& asker, const Command& command) {
  const VerbInfo* verb = find_verb(command.verb);
  Ask ask;
  ask.person = asker.person;
  ask.operator_ = asker.is_operator;
  ask.verb = command.verb;
  ask.arguments = arguments_of(command, verb);
  ask.channel = c.input.channel;
  ask.direct = c.input.direct;
  ask.at = c.work.now;
  if (asker.person == asker_of(c).person) ask.standing = c.input.standing;
  ask.scheduled = !c.input.schedule.empty();
  if (const Schedule* t =
          command.verb == "schedule cancel" ? find_schedule(c.work.state, first_argument(command)) : nullptr)
    if (t->person != (asker.person.empty() && asker.is_operator ? "operator" : asker.person))
      ask.arguments["others"] = "true";
  ask.incident_channel = c.work.state.incident_by_channel.contains(c.input.channel);
  place(c, command, verb, ask);
  ask.is_protected = is_protected(c.work.config, ask.environment);
  if (const Person* p = find_person(c.work.config, asker.person)) {
    ask.groups = p->groups;
    if (asker.person != asker_of(c).person) ask.standing = p->standing;
    ask.roles = roles_there(c.work.state, c.work.config, p->id, ask.service, ask.environment, c.work.now);
  }
  return ask;
}

Verdict verdict_of(const Call& c, const Asker& asker, const Command& command) {
  return decide_policy(c.work.config.policy, ask_for(c, asker, command));
}

bool may_run(const Call& c, std::string_view verb) {
  Command command;
  command.verb = verb;
  return verdict_of(c, asker_of(c), command).effect != "deny";
}

std::string who_may_grant(const Call& c) {
  Command command;
  command.verb = "grant";
  std::vector<std::string> names;
  for (const Person& p : c.work.config.people)
    if (names.size() < 3 && p.id != c.actor.id && verdict_of(c, {p.id, false}, command).effect != "deny")
      names.push_back(plain(p.name));
  return names.empty() ? say(c.language, "who.keeper") : join(names, ", ");
}

namespace {

// A role that some line would let run this verb, to show what to ask for.
std::string role_for(const Call& c) {
  for (const Rule& r : c.work.config.policy) {
    const bool verb = r.verbs.empty() || std::ranges::find(r.verbs, c.command.verb) != r.verbs.end() ||
                      std::ranges::find(r.verbs, "*") != r.verbs.end();
    if (r.effect == "deny" || !verb) continue;
    for (const std::string& who : r.who)
      if (who.starts_with("role:")) return who.substr(5);
  }
  return "owner";
}

// A group of a platform that a line for this verb names and whose members nobody can tell now; empty: none.
std::string unknown_group(const Call& c, const Verdict& v) {
  const Person* p = find_person(c.work.config, asker_of(c).person);
  if (!p) return {};
  int line = 0;
  for (const Rule& r : c.work.config.policy) {
    const bool verb = r.verbs.empty() || std::ranges::find(r.verbs, c.command.verb) != r.verbs.end() ||
                      std::ranges::find(r.verbs, "*") != r.verbs.end();
    const bool decided = v.rule == "end" || v.line == ++line;
    for (const std::string& who : r.who)
      if (verb && decided && who.starts_with("group:") &&
          std::ranges::find(p->groups, "?" + who.substr(6)) != p->groups.end())
        return who.substr(6);
  }
  return {};
}

}  // namespace

Outcome denied(Call& c, const Verdict& v) {
  Entry e = human_entry(c, "command.denied", private_subject(c.work.state, c.input, c.command));
  e.text = c.command.verb == "declare" && c.command.named.contains("private") ? "declare --private" : c.command.echo;
  e.data = Value::Map{{"verb", c.command.verb}, {"rule", v.rule}};
  record(c.work, std::move(e));
  const Asker asker = asker_of(c);
  if (asker.person.empty() && !asker.is_operator)
    return refuse(c, c.input.account.empty() ? "stranger" : "stranger.account",
                  {{"name", plain(clip(one_line(c.input.person), 60))}, {"who", who_may_grant(c)}});
  if (const std::string group = unknown_group(c, v); !group.empty())
    return refuse(c, "denied.group_unknown", {{"verb", c.command.verb}, {"group", plain(group)}});
  const std::string grant = "grant " + role_for(c) + " to @" + c.actor.id + " for 1h because …";
  return refuse(c, v.rule == "end" ? "denied.end" : "denied.by",
                {{"verb", c.command.verb},
                 {"rule", v.rule},
                 {"line", std::to_string(v.line)},
                 {"who", who_may_grant(c)},
                 {"grant", plain(grant)}});
}

namespace {

// The command is tried on a copy of the state: what it would say, and that it would not be refused.
Outcome rehearse(const Call& c) {
  State copy = c.work.state;
  Work work{.state = copy,
            .config = c.work.config,
            .now = c.work.now,
            .new_id = c.work.new_id,
            .decision = {},
            .extension = c.work.extension};
  Call trial{work, c.input, c.command, c.language, c.zone, c.actor};
  return carry_out(trial);
}

constexpr std::size_t rehearsal_alerts_max = 5'000;  // beyond, a copy of the state would hold up the loop

}  // namespace

std::optional<Outcome> rehearsal(const Call& c) {
  if (c.work.state.alerts.size() > rehearsal_alerts_max) return {};
  return rehearse(c);
}

Section gates_now(const Call& c, const Verdict& v, const std::optional<Outcome>& tried) {
  std::string text = say_with(c.language, "plan." + v.effect,
                              {{"rule", v.rule},
                               {"line", std::to_string(v.line)},
                               {"n", std::to_string(std::max(1, v.approvals))},
                               {"group", v.approve_group.empty() ? say(c.language, "ask.anybody") : v.approve_group}});
  if (tried && !tried->ok) text = say(c.language, "plan.refused", {{"why", tried->reply.text}});
  Section s{text, {}};
  s.fields.emplace_back(say(c.language, "field.command"),
                        "`" + plain(c.command.echo.substr(c.command.plan ? 5 : 0)) + "`");
  for (const auto& [key, value] : facts_of(c, v))
    if (key != "rule") s.fields.emplace_back(say(c.language, "fact." + key), plain(value));
  if (v.effect == "approve") s.fields.emplace_back(say(c.language, "field.approvers"), approvers_text(c, v));
  if (tried && tried->ok && !tried->reply.text.empty())
    s.fields.emplace_back(say(c.language, "field.after"), tried->reply.text);
  return s;
}

namespace {

Outcome plan(Call& c, const Verdict& v) {
  Outcome o = answer(c, "plan.head");
  // A plan of a run reads for real, outside of the decision, and tries nothing here. Of no other command: what is
  // carried out beyond the decision may destroy (`scrub`) or take effect (`config reload`).
  const bool of_run = c.command.verb == "run";
  const auto tried = of_run ? std::optional(carry_out(c)) : rehearsal(c);
  Section s = gates_now(c, v, tried);
  if (of_run && tried && tried->ok && tried->read) {
    o.read = tried->read;
    o.read->args.push_back(s.text + "\n" + say(c.language, "field.command") + ": " + s.fields.front().second);
    o.reply = {};
    return o;
  }
  o.reply.sections.push_back(std::move(s));
  o.json = Value::Map{{"command", c.command.echo.substr(5)},
                      {"would", tried && !tried->ok ? "refuse" : v.effect},
                      {"rule", v.rule},
                      {"text", plain_text(o.reply)}};
  return o;
}

Outcome late(Call& c, std::string_view why) {
  Outcome o = refuse(c, why, {{"command", plain(c.input.text)}});
  o.reply.buttons.push_back({say(c.language, "button.again"), c.input.text, ""});
  return o;
}

OutputFlags output_flags(const VerbInfo& verb, const Command& command) {
  OutputFlags f;
  f.reading = !verb.writes;
  const auto flag = [&](const char* key) { return f.reading && command.named.contains(key); };
  f.json = flag("json");
  f.is_private = flag("private");
  f.here = flag("here") || command.verb == "postmortem";  // everybody in the incident wants the draft
  if (flag("grep")) f.grep = command.named.at("grep");
  if (flag("tail"))
    for (const char ch : clip_bytes(command.named.at("tail"), 5))
      if (ch >= '0' && ch <= '9') f.tail = f.tail * 10 + static_cast<std::size_t>(ch - '0');
  return f;
}

// What stays inside a private incident, however it goes on. Everything else that writes could tell others of it: runs
// and locks are listed, changes are told, a question waits before everybody who may answer it.
bool stays_inside(const VerbInfo& verb) {
  static constexpr std::string_view inside[] = {"uninvite",
                                                "severity",
                                                "lead",
                                                "role",
                                                "note",
                                                "update",
                                                "todo",
                                                "todo done",
                                                "checklist done",
                                                "checklist undo",
                                                "checklist skip",
                                                "link",
                                                "page",
                                                "pin",
                                                "mitigate",
                                                "resolve",
                                                "reopen",
                                                "time",
                                                "archive",
                                                "archive later",
                                                "language",
                                                "invite",
                                                "disclose",
                                                "unseal",
                                                "access",
                                                "scrub",
                                                "yes",
                                                "no",
                                                "withdraw",
                                                "postmortem publish",
                                                "bind"};
  return !verb.writes || std::ranges::find(inside, verb.verb) != std::end(inside);
}

// The refusal of what would leave a private incident; none: it may be.
std::optional<Outcome> would_leave(Call& c, const VerbInfo& verb, const Verdict& v) {
  const bool of_itself = verb.verb == "access";
  if (verb.verb == "unseal") return {};  // who may answer is asked alone, and of the number alone
  const Incident* i = private_subject(c.work.state, c.input, c.command);
  if (!i && !of_itself) return {};
  // A question about it is hidden with it; one that somebody else answers is told elsewhere, too.
  const bool sure = v.effect == "confirm" && i && (c.input.channel == i->channel || is_alone(c.input));
  if (v.effect == "deny" || ((v.effect == "run" || sure) && stays_inside(verb))) return {};
  return refuse(c, stays_inside(verb) ? "private.asks" : "private.not_yet", {{"verb", verb.verb}, {"rule", v.rule}});
}

Outcome decide(Call& c, const VerbInfo& verb) {
  const Verdict v = verdict_of(c, asker_of(c), c.command);
  const bool known = !asker_of(c).person.empty() || c.input.is_operator;
  if (!known && is_joining(c)) return carry_out(c);
  // What nobody can do yet is said as such: a "no" of the policy would only send people to ask for a right.
  if (!verb.ready && known) return not_yet(c, verb);
  if (v.effect == "deny") return denied(c, v);
  if (auto no = would_leave(c, verb, v)) return *no;
  // Its plan is made after a look at the target, and the yes is asked for that plan, in the run.
  const bool planned = is_change_command(verb.verb);
  if (c.command.plan) return planned ? carry_out(c) : plan(c, v);
  if (verb.writes && c.input.sent_ms != 0 && c.work.now - c.input.sent_ms > limits::stale_command_ms)
    return late(c, "stale");
  if (verb.writes && c.input.overtaken) return late(c, "overtaken");
  if (verb.verb == "unseal" && v.effect != "run") return ask_to_unseal(c, v);
  if (v.effect != "run" && !planned) {
    if (const auto tried = rehearsal(c); tried && !tried->ok) return *tried;
    return ask_first(c, v);
  }
  Outcome o = carry_out(c);
  audit(c, {});
  return o;
}

}  // namespace

Outcome carry_out(Call& c) {
  for (const auto* table : {&incident_handlers(), &reading_handlers(), &admin_handlers(), &people_handlers(),
                            &question_handlers(), &explain_handlers(), &silence_handlers(), &capture_handlers(),
                            &glass_handlers(), &private_handlers(), &change_reading_handlers(), &suspect_handlers(),
                            &identity_handlers(), &schedule_handlers(), &webhook_handlers()}) {
    const auto it = table->find(c.command.verb);
    if (it != table->end()) return it->second(c);
  }
  if (c.work.extension) {
    const auto& more = c.work.extension->handlers();
    if (const auto it = more.find(c.command.verb); it != more.end()) return it->second(c);
  }
  const VerbInfo* verb = find_verb(c.command.verb);
  return verb ? not_yet(c, *verb) : refuse(c, "verb.unknown", {{"verb", plain(c.command.verb)}});
}

void audit(Call& c, const std::string& approved_by) {
  const VerbInfo* verb = find_verb(c.command.verb);
  if (!verb || !verb->writes) return;
  for (Entry& e : c.work.decision.entries) {
    if (e.actor != c.actor || !e.data.is_map() || e.data.has("command")) continue;
    if (e.kind.starts_with("approval.") || e.kind.starts_with("chat.")) continue;  // the line itself is no act
    e.data.set("command", c.command.echo);
    if (!approved_by.empty()) e.data.set("approved_by", approved_by);
  }
}

Outcome gate_and_run(Call& c) {
  const VerbInfo* verb = find_verb(c.command.verb);
  if (!verb) return refuse(c, "verb.unknown", {{"verb", plain(c.command.verb)}});
  Outcome o = decide(c, *verb);
  if (!o.echo.empty()) return o;  // it gave another command: the answer is that one's
  o.echo = c.command.echo;
  const bool in_thread = o.output.in_thread;
  o.output = output_flags(*verb, c.command);
  o.output.in_thread = in_thread;
  return o;
}

}  // namespace muster
