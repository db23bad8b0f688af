// What people do with runs: cancel, pause, decide, answer, watch, again, back.
#include <algorithm>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/core/commands/codes.h"
#include "bot/core/commands/words.h"
#include "runbooks/changes.h"
#include "runbooks/commands.h"

namespace muster::runbooks {

std::string status_of(const Call& c, const Run& run) { return say(c.language, "run.status." + run.status); }

Outcome refused(Call& c, const Refusal& why) {
  std::map<std::string, std::string> words;
  for (const auto& [name, text] : why.words) words[name] = plain(clip(one_line(text), 300));
  if (const auto status = words.find("status"); status != words.end() && has_sentence("run.status." + status->second))
    status->second = say(c.language, "run.status." + status->second);
  Outcome o = refuse(c, "run.none", {{"name", ""}});  // for its shape
  o.reply.text = say_with(c.language, why.key, words);
  o.code = code_of(why.key);
  return o;
}

namespace {

// What became of the run by this command: its state is the answer.
Outcome told(Call& c, std::string_view key) {
  const Run* run = find_run(std::as_const(c.work.state), first_argument(c.command));
  if (!run) return no_such_id(c, first_argument(c.command));
  Outcome o = answer(c, key, {{"id", run->id}, {"runbook", plain(run->runbook)}, {"status", status_of(c, *run)}});
  o.json = Value::Map{{"id", run->id}, {"runbook", run->runbook}, {"status", run->status}};
  return o;
}

Outcome told_or(Call& c, const Decided<void>& decided, std::string_view key) {
  return decided ? told(c, key) : refused(c, decided.error());
}

std::string run_of(const Call& c) { return first_argument(c.command); }
std::string step_of(const Call& c) { return c.command.args.size() > 1 ? c.command.args[1] : std::string(); }

Outcome pause(Call& c) { return told_or(c, engine_of(c.work).pause_run(c.work, run_of(c), by(c)), "run.did.pause"); }
Outcome resume(Call& c) { return told_or(c, engine_of(c.work).resume_run(c.work, run_of(c), by(c)), "run.did.resume"); }

Outcome cancel(Call& c) {
  const bool undo = c.command.named.contains("undo");
  const auto done = engine_of(c.work).cancel_run(c.work, run_of(c), undo, named_argument(c.command, "because"), by(c));
  return told_or(c, done, "run.did.cancel");
}

Outcome undo(Call& c) { return told_or(c, engine_of(c.work).undo_run(c.work, run_of(c), by(c)), "run.did.undo"); }

// done, skip, fail: the answer to "nobody knows what came of it".
Outcome decide(Call& c) {
  const auto done = engine_of(c.work).decide(c.work, run_of(c), step_of(c), c.command.verb, by(c));
  return told_or(c, done, "run.did.decide");
}

// A new run needs the right that its first one needed.
std::optional<Outcome> may_not_start(Call& c, const Run& run) {
  if (run.change.is_map()) {  // it is planned anew, and its gate stands in the new run
    const ChangeAsker who{.person = c.input.is_operator && c.input.person.empty() ? "operator" : c.actor.id,
                          .channel = c.input.channel,
                          .direct = c.input.direct,
                          .in_incident = c.work.state.incident_by_channel.contains(c.input.channel),
                          .scheduled = !c.input.schedule.empty()};
    const ChangeWish wish = change_wish(run.change.get());
    const Verdict v = change_verdict(c.work.state, c.work.config, wish, who, run.inputs, c.work.now);
    if (v.effect != "deny") return {};
    return refuse(c, "run.again.denied", {{"id", run.id}, {"rule", v.rule}, {"line", plain(wish.command)}});
  }
  Command command;
  command.verb = "run";
  command.args = {run.runbook};
  command.echo = "run " + run.runbook;
  for (const auto& [name, v] : run.inputs.as_map()) {
    command.named[name] = v.is_string() ? v.as_string() : to_json(v);
    command.echo += " " + name + "=" + command.named[name];
  }
  const Verdict v = verdict_of(c, asker_of(c), command);
  if (v.effect == "run") return {};
  return refuse(c, v.effect == "deny" ? "run.again.denied" : "run.again.asks",
                {{"id", run.id}, {"rule", v.rule}, {"line", plain(command.echo)}});
}

Outcome retry(Call& c) {
  const Run* run = find_run(std::as_const(c.work.state), run_of(c));
  if (!run) return no_such_id(c, run_of(c));
  const bool over = run->over();
  if (over)
    if (auto no = may_not_start(c, *run)) return *no;
  const std::string before = run->id, who = c.input.is_operator && c.actor.id.empty() ? "operator" : c.actor.id;
  const bool latest = c.command.named.contains("latest");
  const auto id = engine_of(c.work).retry_run(c.work, before, step_of(c), latest, who, by(c));
  if (!id) return refused(c, id.error());
  if (!over) return told(c, "run.did.decide");
  const Run* again = find_run(std::as_const(c.work.state), *id);
  Outcome o =
      answer(c, latest ? "run.did.retry_latest" : "run.did.retry",
             {{"id", *id}, {"runbook", plain(again->runbook)}, {"before", before}, {"status", status_of(c, *again)}});
  o.json = Value::Map{{"id", *id}, {"again_of", before}, {"status", again->status}};
  return o;
}

FormField form_field(const Call& c, const Input& in) {
  FormField f{.name = in.name, .label = in.name};
  f.required = in.required && in.standard.is_null();
  if (!in.standard.is_null()) f.standard = in.standard.is_string() ? in.standard.as_string() : to_json(in.standard);
  if (in.type == "bool") f.choices = {"true", "false"};
  if (in.type == "service")
    for (const Service& s : c.work.config.services) f.choices.push_back(s.name);
  if (!in.values.empty()) f.choices = in.values;
  if (!f.choices.empty()) f.kind = "choice";
  f.hint = in.secret ? "env:NAME, file:PATH" : in.type;
  return f;
}

// The step of the run that asks, if one does.
const Step* asking_step(Call& c) {
  Engine& engine = engine_of(c.work);
  const Run* run = find_run(std::as_const(c.work.state), run_of(c));
  const Book* book = run ? engine.book_of(*run) : nullptr;
  for (const OpenMatter& m : engine.open_matters(c.work.state, run ? run->id : "-")) {
    const Step* step = book && m.kind == "form" ? step_at(*book, *run, m.path) : nullptr;
    if (step && !step->form.empty()) return step;
  }
  return nullptr;
}

// `answer R1` alone: what is asked, to be filled in or typed.
Outcome ask_again(Call& c, const Step& step) {
  const std::string id = find_run(std::as_const(c.work.state), run_of(c))->id;
  std::string line = "answer " + id;
  Form form{.title = say(c.language, "form.answer.title", {{"run", id}}),
            .intro = {},
            .send = say(c.language, "form.send"),
            .command = line,
            .fields = {}};
  for (const Input& field : step.form) {
    line += " " + field.name + "=…";
    form.fields.push_back(form_field(c, field));
  }
  Outcome o = refuse(c, "run.ask.line", {{"run", id}, {"line", plain(line)}});
  o.form = std::move(form);
  return o;
}

// The fields of a form as it was written: keys without case.
Outcome answer_form(Call& c) {
  std::map<std::string, std::string> fields = c.command.named;
  const Step* step = asking_step(c);
  if (step && fields.empty()) return ask_again(c, *step);
  for (const Input& field : step ? step->form : std::vector<Input>()) {
    const auto it = fields.find(lower_ascii(field.name));
    if (it == fields.end() || it->first == field.name) continue;
    fields[field.name] = it->second;
    fields.erase(lower_ascii(field.name));
  }
  const auto done = engine_of(c.work).answer(c.work, run_of(c), fields, by(c));
  Outcome o = told_or(c, done, "run.did.answer");
  if (!done && done.error().words.contains("name") && done.error().key != "run.no_field")
    o.wrong_fields[done.error().words.at("name")] = o.reply.text;
  return o;
}

Outcome watch(Call& c) {
  const bool on = c.command.verb == "watch";
  return told_or(c, engine_of(c.work).watch(c.work, run_of(c), c.actor.id, on, by(c)),
                 on ? "run.did.watch" : "run.did.unwatch");
}

}  // namespace

const std::map<std::string_view, Handler>& steering_commands() {
  static const std::map<std::string_view, Handler> table = {
      {"pause", pause},        {"resume", resume}, {"cancel", cancel}, {"undo", undo},
      {"done", decide},        {"skip", decide},   {"fail", decide},   {"retry", retry},
      {"answer", answer_form}, {"watch", watch},   {"unwatch", watch}};
  return table;
}

const std::map<std::string_view, Handler>& run_commands() {
  static const auto all = [] {
    std::map<std::string_view, Handler> table;
    for (const auto* part : {&steering_commands(), &listing_commands(), &book_commands(), &switch_commands(),
                             &lock_commands(), &change_commands()})
      table.insert(part->begin(), part->end());
    return table;
  }();
  return all;
}

}  // namespace muster::runbooks
