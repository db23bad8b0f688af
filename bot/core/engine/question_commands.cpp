// Asking before a command runs, and the commands that answer: yes, no, approve, deny, withdraw, approvals.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/privacy.h"
#include "bot/core/engine/publishing.h"
#include "bot/core/engine/question_parts.h"
#include "bot/core/journal/sentence.h"

namespace muster {
namespace {

std::string group_words(const std::string& language, const std::string& group) {
  return group.empty() ? say(language, "ask.anybody") : plain(group);
}

Message question_message(const Call& c, const Question& q) {
  Message m;
  m.color = "warning";
  m.text = q.kind == "confirm" ? say(c.language, "ask.confirm", {{"id", q.id}})
                               : say(c.language, "ask.approve",
                                     {{"id", q.id},
                                      {"who", plain(c.actor.display)},
                                      {"n", std::to_string(q.needed)},
                                      {"group", group_words(c.language, q.group)},
                                      {"time", short_time(c, q.expires_ms)}});
  m.sections.push_back(question_fields(c.language, c.work.config, q));
  if (q.kind == "confirm")
    m.buttons = {{say(c.language, "button.yes"), "yes " + q.id, "primary"},
                 {say(c.language, "button.no"), "no " + q.id, ""}};
  else
    m.buttons = {{say(c.language, "button.approve"), "approve " + q.id, "primary"},
                 {say(c.language, "button.deny"), "deny " + q.id, "danger"}};
  return m;
}

Value facts_value(const Facts& facts) {
  Value list = Value::List{};
  for (const auto& [key, value] : facts) list.push(Value::List{key, value});
  return list;
}

// From a script there is no message to press: an approval is asked in the bot's own channel.
struct Place {
  std::string channel, thread, post;
};

Place place_of(const Call& c, const Verdict& v, const std::string& id) {
  if (c.command.verb == "unseal" && v.effect == "approve") return {};  // each who may answer, alone
  if (c.input.platform != "cli") return {c.input.channel, c.input.thread, "reply-" + c.input.source_id};
  if (v.effect == "approve") return {"muster", "", "question-" + id};
  return {c.input.channel, "", ""};
}

Outcome nobody_can(Call& c, const Verdict& v, std::size_t eligible) {
  Entry e = human_entry(c, "command.denied", nullptr);
  e.text = c.command.echo;
  e.data = Value::Map{{"verb", c.command.verb}, {"rule", v.rule}, {"reason", "nobody can approve"}};
  e.data.set("how", "nobody_can_approve");
  if (c.command.verb == "unseal") e.data.set("sealed", true);
  record(c.work, std::move(e));
  return refuse(c, "ask.nobody",
                {{"verb", c.command.verb},
                 {"n", std::to_string(std::max(1, v.approvals))},
                 {"group", group_words(c.language, v.approve_group)},
                 {"k", std::to_string(eligible)}});
}

const Question* same_question(const Call& c, const std::string& kind) {
  // Where it was asked, or in no channel: each who may answer it alone.
  const auto is_here = [&c](const Question& q) {
    return q.channel == c.input.channel || (is_sealed(q) && q.kind == "approve");
  };
  for (const auto& [n, q] : c.work.state.questions)
    if (q.open() && q.kind == kind && q.person == c.actor.id && q.command == c.command.echo && is_here(q)) return &q;
  return nullptr;
}

Outcome shown(Call& c, const Question& q) {
  Outcome o;
  o.reply = question_message(c, q);
  o.output.in_thread = true;
  o.json = Value::Map{{"id", q.id}, {"kind", q.kind.text()}, {"expires", format_utc(q.expires_ms)}};
  if (c.command.verb == "postmortem publish") o.read = review_wanted(c);
  return o;
}

// In a direct message, which holds no more than the line that was typed.
Outcome asked_each(Call& c, const Question& q) {
  std::vector<std::string> names;
  for (const std::string& person : approvers_of(c.work.config, q.group, q.person)) {
    const Call reader{c.work, c.input, c.command, language_of(c.work.state, c.work.config, person, {}),
                      c.zone, c.actor};
    post(c.work, "muster", "asked-" + q.id + "-" + person, question_message(reader, q), {}, person);
    c.work.decision.out.back().body.set("direct", true);
    c.work.decision.out.back().body.set("urgent", true);
    names.push_back(person_name(c.work.config, person));
  }
  return answer(c, "unseal.asked",
                {{"id", q.id},
                 {"n", std::to_string(q.needed)},
                 {"names", join(names, ", ")},
                 {"time", short_time(c, q.expires_ms)}});
}

// Who asked, and who may answer; a confirmation is its asker's alone.
bool asks_or_answers(const Call& c, const Question& q) {
  if (q.person == c.actor.id) return true;
  const auto able = approvers_of(c.work.config, q.group, q.person);
  return q.kind != "confirm" && std::ranges::find(able, c.actor.id) != able.end();
}

}  // namespace

// Of any number, whether or not there is such an incident: neither the asker nor who answers learns it by asking.
Outcome ask_to_unseal(Call& c, const Verdict& v) {
  if (named_argument(c.command, "because").empty() || named_argument(c.command, "incident").empty() || incident_of(c))
    return carry_out(c);  // says what is wrong
  Outcome o = ask_first(c, v);
  o.is_private = !is_alone(c.input);
  return o;
}

bool is_sealed(const Question& q) { return q.verb == "unseal"; }

bool may_read(const Call& c, const Question& q) {
  if (!is_sealed(q)) return true;
  return (asks_or_answers(c, q) && is_alone(c.input)) || (c.input.is_operator && c.input.platform == "cli");
}

std::string approvers_text(const Call& c, const Verdict& v) {
  std::vector<std::string> names;
  for (const std::string& id : approvers_of(c.work.config, v.approve_group, c.actor.id))
    names.push_back(person_name(c.work.config, id));
  return names.empty() ? say(c.language, "nobody_yet") : join(names, ", ");
}

Outcome ask_first(Call& c, const Verdict& v) {
  const int needed = std::max(1, v.approvals);
  const bool approve = v.effect == "approve";
  const std::size_t eligible = approve ? approvers_of(c.work.config, v.approve_group, c.actor.id).size() : 0;
  if (approve && eligible < static_cast<std::size_t>(needed)) return nobody_can(c, v, eligible);
  if (const Question* before = same_question(c, v.effect))
    return approve ? answer(c, "ask.already", {{"id", before->id}}) : shown(c, *before);
  const std::string id = "A" + std::to_string(c.work.state.next_question);
  const Place place = place_of(c, v, id);
  const TimeMs expires = c.work.now + (approve ? approve_ms : confirm_ms);
  Entry e = human_entry(c, "approval.asked", nullptr);
  e.text = c.command.echo;
  e.data = Value::Map{{"id", id},
                      {"kind", v.effect},
                      {"person", c.actor.id},
                      {"operator", c.input.is_operator},
                      {"asked_command",
                       c.command.body.empty() ? c.command.echo : c.command.echo + "\n```\n" + c.command.body + "\n```"},
                      {"verb", c.command.verb},
                      {"platform", c.input.platform},
                      {"channel", place.channel},
                      {"thread", place.thread},
                      {"post", place.post},
                      {"direct", c.input.direct},
                      {"standing", c.input.standing},
                      {"facts", facts_value(facts_of(c, v))},
                      {"rule", v.rule},
                      {"group", v.approve_group},
                      {"needed", needed},
                      {"expires_ms", expires}};
  if (!c.input.schedule.empty()) e.data.set("schedule", c.input.schedule);
  if (c.command.verb == "unseal") e.data.set("sealed", true);
  if (const Incident* i = private_subject(c.work.state, c.input, c.command)) e.source.channel = i->channel;
  record(c.work, std::move(e));
  c.work.decision.timers.push_back({"question:" + id, expires, Value::Map{{"id", id}}});
  if (c.command.verb == "unseal" && approve) return asked_each(c, *find_question(c.work.state, id));
  Outcome o = shown(c, *find_question(c.work.state, id));
  if (c.input.platform == "cli" && approve) post(c.work, place.channel, place.post, o.reply);
  return o;
}

namespace {

// The question named, or the only open one that this person can answer here.
struct Meant {
  Question* question = nullptr;
  Outcome refusal;
};

Meant question_meant(Call& c, const std::string& kind) {
  const std::string id = first_argument(c.command);
  if (!id.empty()) {
    if (Question* q = find_question(c.work.state, id)) return {q, {}};
    const std::string wanted = canonical_id(id);
    if (wanted.starts_with('A')) return {nullptr, no_such_id(c, id)};
    return {nullptr, refuse(c, "ask.other_kind", {{"id", plain(id)}})};
  }
  std::vector<Question*> open;
  for (auto& [n, q] : c.work.state.questions) {
    const bool mine = q.person == c.actor.id;
    const bool fits = kind.empty() || q.kind == kind || (kind == "approve" && q.kind == "step");
    if (q.open() && q.channel == c.input.channel && fits && mine == (kind != "approve")) open.push_back(&q);
  }
  if (open.size() == 1) return {open.front(), {}};
  if (open.empty()) return {nullptr, refuse(c, "ask.none")};
  std::vector<std::string> ids;
  for (const Question* q : open) ids.push_back(q->id);
  return {nullptr, refuse(c, "ask.which", {{"list", join(ids, ", ")}, {"verb", c.command.verb}, {"id", ids.front()}})};
}

// The command is in the answer: of a sealed one it is for nobody else in the channel.
Outcome for_one(const Call& c, const Question& q, Outcome o) {
  if (is_sealed(q)) o.is_private = !is_alone(c.input);
  return o;
}

std::optional<Outcome> not_open(Call& c, const Question& q) {
  if (q.open() && q.expires_ms > c.work.now) return {};
  Question shown = q;
  if (shown.open()) shown.status = "expired";
  const std::string how = question_state(c.language, c.work.config, shown);
  return for_one(c, q, refuse(c, "ask.closed", {{"id", q.id}, {"how", how}}));
}

std::string changes(const Call& c, const Facts& before, const Facts& now) {
  std::vector<std::string> list;
  const auto value = [](const Facts& facts, const std::string& key) {
    const auto it = std::ranges::find(facts, key, &Facts::value_type::first);
    return it == facts.end() || it->second.empty() ? std::string("–") : it->second;
  };
  for (const auto& [key, was] : before)
    if (value(now, key) != (was.empty() ? "–" : was))
      list.push_back(say(c.language, "ask.changed",
                         {{"what", say(c.language, "fact." + key)}, {"before", was}, {"after", value(now, key)}}));
  return list.empty() ? say(c.language, "fact.rule") : join(list, "; ");
}

// Who asked is told what came of it, who approved is told that: nothing of the incident, nor whether there is one.
Outcome unsealed(Call& c, const Question& q, Outcome o, const std::string& approved_by) {
  for (Entry& e : c.work.decision.entries) {
    if (e.kind != "people.invited" || !e.data["unsealed"].as_bool() || approved_by.empty()) continue;
    std::vector<std::string> names;
    for (const std::string& by : q.approvers) names.push_back(person_name(c.work.config, by));
    write_sentence(e, "entry.unsealed_approved",
                   Value::Map{{"who", e.actor.display}, {"by", join(names, ", ")}, {"why", e.data["reason"]}});
  }
  if (q.kind == "confirm") return o;
  o.reply.buttons.clear();
  post(c.work, "muster", "unsealed-" + q.id, o.reply, {}, q.person.text());
  c.work.decision.out.back().body.set("direct", true);
  return answer(c, "unseal.approved", {{"who", person_name(c.work.config, q.person)}});
}

// The yes is there: exactly the command that was shown runs, as the one who asked, if nothing has changed.
Outcome run_asked(Call& c, const Question& asked, const std::string& approved_by) {
  const Question q = asked;
  CommandInput input = c.input;
  input.person = q.person;
  input.is_operator = q.is_operator;
  input.platform = q.platform;
  input.channel = q.channel;
  input.direct = q.direct;
  input.standing = q.standing;
  input.schedule = q.schedule;
  input.account.clear();
  const PrivateView view(c.work, input);  // it sees what it saw where it was asked
  const auto parsed = parse_command(q.command);
  if (!parsed) return refuse(c, "grammar.wrong");
  const Command command = settled(*parsed, c.work.config);
  // What comes of it is read by whoever answers; of a sealed one by whoever asked.
  const bool told_asker = is_sealed(q) && q.kind != "confirm";
  const std::string language = told_asker ? language_of(c.work.state, c.work.config, q.person.text(), {}) : c.language;
  Call run{c.work, input, command, language, c.zone, actor_of(c.work.config, q.person, q.is_operator)};
  const Verdict v = verdict_of(run, asker_of(run), command);
  const Facts now = facts_of(run, v);
  if (now != q.facts) {
    const std::string reason = changes(c, q.facts, now);
    close_question(c.work, q, human_entry(c, {}, nullptr), "void", reason);
    return for_one(c, q,
                   refuse(c, "ask.void", {{"id", q.id}, {"reason", plain(reason)}, {"command", plain(q.command)}}));
  }
  close_question(c.work, q, human_entry(c, {}, nullptr), "done", {});
  Outcome o = carry_out(run);
  audit(run, approved_by);
  o.echo.clear();
  return is_sealed(q) ? unsealed(c, q, std::move(o), approved_by) : o;
}

Outcome with_head(Outcome o, std::string head) {
  if (o.read || !o.ok) return o;
  o.reply.text = std::move(head) + "\n" + o.reply.text;
  return o;
}

// The refusal may be seen by one person alone; that somebody tried is for everybody who reads the record.
Outcome not_for_you(Call& c, std::string_view key, Words words) {
  Entry e = human_entry(c, "command.denied", nullptr);
  e.text = c.command.echo;
  e.data = Value::Map{{"verb", c.command.verb}, {"rule", "question"}};
  record(c.work, std::move(e));
  return refuse(c, key, words);
}

// The confirmation that this person may answer with yes or no; without one the refusal says why.
Meant own_confirmation(Call& c) {
  Meant meant = question_meant(c, "confirm");
  if (!meant.question) return meant;
  const Question& q = *meant.question;
  const auto refused = [](Outcome o) { return Meant{nullptr, std::move(o)}; };
  if (q.kind != "confirm") return refused(refuse(c, "ask.is_approve", {{"id", q.id}}));
  if (q.person != c.actor.id)
    return refused(not_for_you(c, "ask.not_yours", {{"id", q.id}, {"who", person_name(c.work.config, q.person)}}));
  if (auto closed = not_open(c, q)) return refused(std::move(*closed));
  return meant;
}

Outcome yes(Call& c) {
  const Meant meant = own_confirmation(c);
  if (!meant.question) return meant.refusal;
  const Question& q = *meant.question;
  if (!q.run.empty()) {  // its run goes on by itself
    const std::string id = q.id, run = q.run;
    close_question(c.work, q, human_entry(c, {}, nullptr), "done", {});
    return answer(c, "confirm.step", {{"id", id}, {"run", run}});
  }
  return with_head(run_asked(c, q, {}), say(c.language, "confirm.done"));
}

Outcome no(Call& c) {
  const Meant meant = own_confirmation(c);
  if (!meant.question) return meant.refusal;
  const Question& q = *meant.question;
  const std::string id = q.id;
  close_question(c.work, q, human_entry(c, {}, nullptr), "denied", {});
  return answer(c, "confirm.dropped", {{"id", id}});
}

// May this person decide this approval? Empty: yes.
std::optional<Outcome> may_not_decide(Call& c, const Question& q) {
  // How a sealed one ended names its command: whoever may not answer it hears what they heard while it was open.
  if (!is_sealed(q) || asks_or_answers(c, q))
    if (auto closed = not_open(c, q)) return closed;
  if (q.kind == "form") return refuse(c, "ask.is_form", {{"id", q.id}, {"run", q.run}});
  if (q.kind != "approve" && q.kind != "step")
    return refuse(c, "ask.is_confirm", {{"id", q.id}, {"who", person_name(c.work.config, q.person)}});
  if (same_human(c.work.state, q.person, c.actor.id)) return not_for_you(c, "approve.own", {{"id", q.id}});
  const auto able = approvers_of(c.work.config, q.group, q.person);
  if (std::ranges::find(able, c.actor.id) != able.end()) return {};
  const Person* p = find_person(c.work.config, c.actor.id);
  const std::string group = q.group.starts_with("group:") ? q.group.text().substr(6) : q.group.text();
  if (p && std::ranges::find(p->groups, "?" + group) != p->groups.end())
    return refuse(c, "approve.group_unknown", {{"id", q.id}, {"group", plain(group)}});
  std::vector<std::string> names;
  for (const std::string& id : able) names.push_back(person_name(c.work.config, id));
  return not_for_you(c, "approve.not_you",
                     {{"id", q.id}, {"group", group_words(c.language, q.group)}, {"names", join(names, ", ")}});
}

Outcome approve(Call& c) {
  const Meant meant = question_meant(c, "approve");
  if (!meant.question) return meant.refusal;
  const Question& q = *meant.question;
  if (auto no_right = may_not_decide(c, q)) return *no_right;
  if (std::ranges::find(q.approvers, c.actor.id) != q.approvers.end())
    return refuse(c, "approve.twice", {{"id", q.id}});
  Entry e = human_entry(c, "approval.given", nullptr);
  e.text = q.id + ": " + q.command;
  e.data = Value::Map{{"id", q.id}, {"reason", named_argument(c.command, "because")}};
  if (is_sealed(q)) e.data.set("sealed", true);
  record(c.work, std::move(e));
  const std::string have = std::to_string(q.approvers.size()), n = std::to_string(q.needed), id = q.id;
  const std::string requester = person_name(c.work.config, q.person), me = plain(c.actor.display);
  if (q.approvers.size() < static_cast<std::size_t>(q.needed))
    return answer(c, "approve.more", {{"who", me}, {"id", id}, {"have", have}, {"n", n}});
  if (q.kind == "step") {  // of a runbook: its run goes on by itself
    close_question(c.work, q, human_entry(c, {}, nullptr), "done", {});
    return answer(c, "approve.step", {{"who", me}, {"id", id}, {"requester", requester}});
  }
  return with_head(run_asked(c, q, join(q.approvers, ", ")),
                   say(c.language, "approve.done", {{"who", me}, {"id", id}, {"requester", requester}}));
}

Outcome deny(Call& c) {
  const Meant meant = question_meant(c, "approve");
  if (!meant.question) return meant.refusal;
  const Question& q = *meant.question;
  const std::string because = named_argument(c.command, "because"), id = q.id;
  const bool reason_later = q.status == "denied" && q.closed_by == c.actor.id && !because.empty();
  if (!reason_later)
    if (auto no_right = may_not_decide(c, q)) return *no_right;
  const std::string requester = person_name(c.work.config, q.person);
  close_question(c.work, q, human_entry(c, {}, nullptr), "denied", because);
  if (reason_later) return answer(c, "deny.reason", {{"id", id}});
  Outcome o = answer(c, "deny.done", {{"id", id}});
  if (because.empty())
    o.reply.sections.push_back({say(c.language, "deny.ask_why", {{"id", id}, {"who", requester}}), {}});
  return o;
}

Outcome withdraw(Call& c) {
  const Meant meant = question_meant(c, "");
  if (!meant.question) return meant.refusal;
  const Question& q = *meant.question;
  const std::string id = q.id;
  const bool mine = q.person == c.actor.id;
  const bool gave = std::ranges::find(q.approvers, c.actor.id) != q.approvers.end();
  if (!mine && !gave) return refuse(c, "withdraw.not_yours", {{"id", id}});
  if (auto closed = not_open(c, q)) return *closed;
  if (mine) {
    close_question(c.work, q, human_entry(c, {}, nullptr), "withdrawn", {});
    return answer(c, "withdraw.done", {{"id", id}});
  }
  Entry e = human_entry(c, "approval.taken_back", nullptr);
  e.text = id;
  e.data = Value::Map{{"id", id}};
  if (is_sealed(q)) e.data.set("sealed", true);
  record(c.work, std::move(e));
  return answer(c, "withdraw.approval", {{"id", id}});
}

Outcome approvals(Call& c) {
  const bool only_mine = c.command.named.contains("mine");
  std::string lines;
  Value::List list;
  for (const auto& [n, q] : c.work.state.questions) {
    if (!q.open() || q.expires_ms <= c.work.now || !may_read(c, q)) continue;
    const auto able = approvers_of(c.work.config, q.group, q.person);
    const bool for_me = q.kind != "confirm" && std::ranges::find(able, c.actor.id) != able.end();
    if (only_mine && q.person != c.actor.id && !for_me) continue;
    const bool confirm = q.kind == "confirm";
    lines += say(c.language, "approvals.line",
                 {{"id", q.id},
                  {"since", format_duration(c.work.now - q.asked_ms)},
                  {"who", person_name(c.work.config, q.person)},
                  {"command", plain(clip(one_line(q.command), 120))},
                  {"whom", confirm ? person_name(c.work.config, q.person) : group_words(c.language, q.group)},
                  {"have", std::to_string(q.approvers.size())},
                  {"n", std::to_string(q.needed)}}) +
             "\n";
    list.push_back(Value::Map{{"id", q.id}, {"kind", q.kind}, {"person", q.person}, {"command", q.command}});
  }
  Outcome o =
      list.empty() ? answer(c, "approvals.none") : answer(c, "approvals.head", {{"n", std::to_string(list.size())}});
  if (!lines.empty()) o.reply.sections.push_back({std::string(trim(lines)), {}});
  o.json = Value(std::move(list));
  return o;
}

}  // namespace

const std::map<std::string_view, Handler>& question_handlers() {
  static const std::map<std::string_view, Handler> table = {
      {"yes", yes}, {"no", no}, {"approve", approve}, {"deny", deny}, {"withdraw", withdraw}, {"approvals", approvals}};
  return table;
}

}  // namespace muster
