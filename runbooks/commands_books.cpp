// Runbooks in chat: which there are, what one does, starting it.
#include <algorithm>
#include <cmath>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/core/commands/clean.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/question_parts.h"
#include "runbooks/commands.h"
#include "runbooks/freshness.h"
#include "runbooks/graph.h"
#include "runbooks/lint.h"
#include "runbooks/record.h"
#include "runbooks/scope.h"
#include "runbooks/values.h"

namespace muster::runbooks {

const Known* known_book(Call& c, const std::string& name) {
  const Library& library = engine_of(c.work).library();
  const auto it = library.find(name);
  return it == library.end() ? nullptr : &it->second;
}

Outcome no_book(Call& c, const std::string& name) {
  Outcome o = refuse(c, "run.none", {{"name", plain(clip(name, 60))}});
  std::vector<std::string> names, near;
  for (const auto& [known, book] : engine_of(c.work).library()) {
    names.push_back(known);
    if (near.size() < 3 && !name.empty() && known.contains(name)) near.push_back("`" + known + "`");
  }
  for (const std::string& n : nearest(name, names))
    if (near.size() < 3 && std::ranges::find(near, "`" + n + "`") == near.end()) near.push_back("`" + n + "`");
  if (!near.empty()) o.reply.sections.push_back({say(c.language, "did_you_mean", {{"list", join(near, ", ")}}), {}});
  return o;
}

std::string line_to_paste(const Runbook& book, const Value& given, std::string_view wrong) {
  static const Value none;
  std::string line = "run " + book.name;
  for (const Input& input : book.inputs) {
    const Value& v = input.name == wrong ? none : given[input.name];
    const std::string text = v.is_string() ? v.as_string() : to_json(v);
    if (!v.is_null()) line += " " + input.name + "=" + (text.contains(' ') ? "\"" + text + "\"" : text);
    if (v.is_null() && (input.name == wrong || (input.required && input.standard.is_null())))
      line += " " + input.name + "=…";
  }
  return line;
}

Value typed_inputs(const Runbook& book, const std::map<std::string, std::string>& named) {
  Value inputs = Value::Map{};
  for (const auto& [key, text] : named) {
    if (key == "because") continue;
    const auto input = std::ranges::find_if(book.inputs, [&](const Input& i) { return lower_ascii(i.name) == key; });
    if (input == book.inputs.end())
      inputs.set(key, text);
    else
      inputs.set(input->name, value_typed(*input, text));
  }
  return inputs;
}

StartWish wish_of(const Call& c, const Runbook& book) {
  StartWish wish;
  wish.runbook = book.name;
  wish.inputs = typed_inputs(book, c.command.named);
  wish.person = c.input.is_operator && c.input.person.empty() ? "operator" : c.actor.id;
  wish.platform = c.input.platform == "cli" ? "room" : c.input.platform;
  wish.channel = c.input.channel;
  wish.trigger = c.input.schedule;
  if (const auto it = c.work.state.incident_by_channel.find(c.input.channel);
      it != c.work.state.incident_by_channel.end()) {
    const Incident& incident = c.work.state.incidents.at(it->second);
    wish.incident = incident.id;
    if (!incident.alerts.empty()) wish.alert = *incident.alerts.begin();
  }
  wish.by = human_entry(c, {}, nullptr);
  wish.language = c.language;
  if (const auto because = c.command.named.find("because"); because != c.command.named.end())
    wish.by.data.set("reason", because->second);
  return wish;
}

namespace {

struct Record {
  int runs = 0, good = 0, checked = 0, helped = 0;
  TimeMs last_ms = 0;
  std::vector<std::string> last;  // newest first
};

bool good(const Run& run) { return run.status == "succeeded" || run.status == "handed_over"; }

Record record_of(const Call& c, const std::string& name) {
  Record r;
  for (auto it = c.work.state.runs.rbegin(); it != c.work.state.runs.rend(); ++it) {
    const Run& run = it->second;
    if (run.runbook != name) continue;
    if (r.last.size() < 5) r.last.push_back("*" + run.id + "* " + status_of(c, run));
    if (!run.over()) continue;
    r.last_ms = std::max(r.last_ms, run.ended_ms);
    ++r.runs;
    r.good += good(run) ? 1 : 0;
    r.checked += run.effective.empty() ? 0 : 1;
    r.helped += run.effective == "yes" ? 1 : 0;
  }
  return r;
}

// Which firing alerts it would answer.
std::vector<std::string> fits(const Call& c, const Runbook& book) {
  std::vector<std::string> ids;
  for (const Trigger& trigger : book.triggers)
    for (const auto& [n, a] : c.work.state.alerts) {
      if (a.status != "firing" || ids.size() >= 5) continue;
      const Labels labels = a.labels;
      if (matches(trigger.matchers, labels) && std::ranges::find(ids, a.id) == ids.end()) ids.push_back(a.id);
    }
  return ids;
}

bool wanted(const std::string& name, const Known& known, const std::string& text) {
  if (text.empty() || name.contains(text)) return true;
  return known.runbook && fold_case(known.runbook->summary).contains(fold_case(text));
}

Outcome runbooks(Call& c) {
  const std::string text = lower_ascii(first_argument(c.command));
  std::vector<std::string> lines;
  Value::List list;
  for (const auto& [name, known] : engine_of(c.work).library()) {
    if (!wanted(name, known, text)) continue;
    std::string line = "*" + plain(name) + "*";
    if (!known.runbook) {
      line += " · " + say(c.language, "books.broken", {{"name", plain(name)}});
    } else {
      if (!known.runbook->summary.empty()) line += " · " + plain(clip(one_line(known.runbook->summary), 140));
      if (const auto ids = fits(c, *known.runbook); !ids.empty())
        line += " · " + say(c.language, "books.fits", {{"list", join(ids, ", ")}});
    }
    lines.push_back(line);
    list.push_back(Value::Map{{"name", name},
                              {"summary", known.runbook ? known.runbook->summary : ""},
                              {"ok", known.runbook != nullptr},
                              {"shipped", known.shipped}});
  }
  const std::string n = std::to_string(lines.size());
  Outcome o = !lines.empty() ? answer(c, "books.head", {{"n", n}})
              : text.empty() ? answer(c, "books.none")
                             : answer(c, "books.none_like", {{"text", plain(text)}});
  if (!lines.empty()) o.reply.sections.push_back({join(lines, "\n"), {}});
  o.json = Value(std::move(list));
  return o;
}

std::string mistakes(const std::string& language, const std::vector<Finding>& findings) {
  std::vector<std::string> lines;
  for (const Finding& f : findings) {
    const std::string reason = told_reason(language, f), advice = told_advice(language, f);
    lines.push_back(plain(std::to_string(f.place.line) + ":" + std::to_string(f.place.column) + " " + f.code + " " +
                          reason + (advice.empty() ? "" : (reason.ends_with('.') ? " " : ". ") + advice)));
  }
  return join(lines, "\n");
}

Outcome broken(Call& c, const std::string& name, const Known& known) {
  Outcome o = refuse(c, "books.is_broken", {{"name", plain(name)}});
  o.reply.sections.push_back({mistakes(c.language, known.findings), {}});
  return o;
}

// Without the name, which stands above, and without empty lines: chat is short of space.
std::string told_of(const Runbook& book) {
  std::vector<std::string> kept;
  for (const std::string& line : split(show_text(book), '\n'))
    if (!trim(line).empty() && line != book.name) kept.push_back(line);
  return join(kept, "\n");
}

LintContext context_of(Call& c) {
  return {&c.work.config, [&c](const std::string& name) {
            const Known* k = known_book(c, name);
            return k ? k->runbook : nullptr;
          }};
}

std::string span_of(DurationMs age) {
  if (age >= 2 * day_ms) return std::to_string(age / day_ms) + "d";
  return format_duration(std::max<DurationMs>(minute_ms, age - age % minute_ms));
}

// How much is known of whether it still works: when it was good last, and what today's configuration says.
std::string proof_text(Call& c, const Runbook& book, const Freshness& f) {
  std::string key = f.at_ms == 0 ? "never" : f.run.empty() ? "planned" : "good";
  if (f.changed) key = "changed_" + key;
  const std::string half = std::to_string(half_life_ms / day_ms) + "d", age = span_of(c.work.now - f.at_ms);
  std::string text =
      say(c.language, "fresh." + key,
          {{"percent", std::to_string(std::lround(f.fresh * 100)) + "%"}, {"id", f.run}, {"age", age}, {"half", half}});
  if (is_stale(f)) text += "; " + say(c.language, "fresh.advice", {{"line", plain(line_to_paste(book, Value::Map{}))}});
  const auto findings = lint_runbook(book, context_of(c));
  const auto wrong = std::ranges::count(findings, Finding::Level::error, &Finding::level);
  if (wrong > 0)
    text += "; " + say(c.language, "fresh.lint", {{"n", std::to_string(wrong)}, {"name", plain(book.name)}});
  return text;
}

// Where it does not start by itself for now, and why: whoever looks at a runbook that did not run asks that first.
std::string disarmed_lines(const Call& c, const std::string& name) {
  std::vector<std::string> lines;
  for (const auto& [what, d] : c.work.state.automation.disarmed) {
    const bool all = what == name;
    if ((!all && !what.starts_with(name + " ")) || (d.until_ms != 0 && d.until_ms <= c.work.now)) continue;
    const std::string key = plain(all ? "*" : what.substr(name.size() + 1));
    const std::string said = d.until_ms == 0
                                 ? say(c.language, "books.disarmed", {{"name", plain(name)}, {"key", key}})
                                 : say(c.language, "books.disarmed_until",
                                       {{"name", plain(name)}, {"key", key}, {"time", short_time(c, d.until_ms)}});
    lines.push_back("⏸️ " + said + (d.reason.empty() ? "" : " · " + plain(clip(one_line(d.reason), 200))));
  }
  return join(lines, "\n");
}

Outcome show_book(Call& c) {
  const std::string name = first_argument(c.command);
  const Known* known = known_book(c, name);
  if (!known) return no_book(c, name);
  if (!known->runbook) return broken(c, name, *known);
  const Record r = record_of(c, name);
  Outcome o;
  o.reply.text = "*" + plain(name) + "*";
  o.reply.sections.push_back({plain(told_of(*known->runbook)), {}});
  if (std::string lines = disarmed_lines(c, name); !lines.empty()) o.reply.sections.push_back({std::move(lines), {}});
  Section s;
  if (!r.last.empty()) s.fields.emplace_back(say(c.language, "field.last_runs"), join(r.last, ", "));
  if (r.runs > 0)
    s.fields.emplace_back(say(c.language, "field.success"), std::to_string(r.good) + "/" + std::to_string(r.runs));
  if (r.checked > 0)
    s.fields.emplace_back(say(c.language, "field.effect"), std::to_string(r.helped) + "/" + std::to_string(r.checked));
  const Freshness f = freshness_of(c.work.state, name, engine_of(c.work).hash_of(name), c.work.now);
  s.fields.emplace_back(say(c.language, "field.fresh"), proof_text(c, *known->runbook, f));
  s.fields.emplace_back(say(c.language, "field.start"),
                        "`" + plain(line_to_paste(*known->runbook, Value::Map{})) + "`");
  o.reply.sections.push_back(std::move(s));
  o.json = Value::Map{{"name", name}, {"summary", known->runbook->summary}, {"runs", r.runs}, {"good", r.good}};
  o.json.set("checked", r.checked);
  o.json.set("helped", r.helped);
  o.json.set("fresh", f.fresh);
  o.json.set("last_good", f.run);
  if (f.at_ms != 0) o.json.set("last_good_at", format_utc(f.at_ms));
  o.json.set("changed_since", f.changed);
  return o;
}

// Never a guess about production: a service or an environment that nobody knows is a typing mistake.
std::optional<Outcome> unknown_place(Call& c, const Runbook& book, const Value& inputs) {
  const auto known = live_words(c.work.state, c.work.config).environments;
  for (const Input& input : book.inputs) {
    const std::string value = inputs[input.name].is_string() ? inputs[input.name].as_string() : "";
    if (value.empty() || c.work.config.services.empty()) continue;
    if (input.type == "service" && !find_service(c.work.config, value)) return unknown_service(c, value);
    if (input.type == "environment" && std::ranges::find(known, lower_ascii(value)) == known.end())
      return unknown_environment(c, value, known);
  }
  return {};
}

// Its reads are carried out for real, outside of the decision; what is known of it stands in `args`.
Outcome planned(const Call& c, const StartWish& wish) {
  Outcome o;
  o.read = ReadWanted{.what = "plan run",
                      .incident = wish.incident,
                      .args = {wish.runbook, wish.person, wish.channel, wish.alert},
                      .named = c.command.named,
                      .language = c.language,
                      .zone = c.zone};
  return o;
}

Outcome start(Call& c) {
  const std::string name = first_argument(c.command);
  const Known* known = known_book(c, name);
  if (!known) return no_book(c, name);
  if (!known->runbook) return broken(c, name, *known);
  const std::shared_ptr<const Runbook> book = known->runbook;
  StartWish wish = wish_of(c, *book);
  const Value given = wish.inputs;
  if (auto wrong = unknown_place(c, *book, given)) return *wrong;
  if (c.command.plan) return planned(c, wish);
  const auto id = engine_of(c.work).start_run(c.work, std::move(wish));
  if (!id) {
    Outcome o = refused(c, id.error());
    const bool bad = id.error().key == "run.bad_input";
    const std::string wrong = bad ? id.error().words.at("name") : "";
    if (bad || id.error().key == "run.missing" || id.error().key == "run.no_input")
      o.reply.sections.push_back(
          {say(c.language, "run.paste", {{"line", plain(line_to_paste(*book, given, wrong))}}), {}});
    return o;
  }
  const Run& run = *find_run(std::as_const(c.work.state), *id);
  Outcome o = answer(c,
                     run.over()               ? "run.started_over"
                     : run.status == "queued" ? "run.started_queued"
                                              : "run.started",
                     {{"id", *id}, {"runbook", plain(name)}, {"status", status_of(c, run)}, {"channel", run.channel}});
  o.json = Value::Map{{"id", *id}, {"runbook", name}, {"status", run.status}};
  return o;
}

Outcome lint(Call& c) {
  const std::string name = first_argument(c.command);
  const Known* known = known_book(c, name);
  if (!known) return no_book(c, name);
  std::vector<Finding> findings = known->findings;
  if (known->runbook)
    for (Finding& f : lint_runbook(*known->runbook, context_of(c))) findings.push_back(std::move(f));
  Outcome o = findings.empty()
                  ? answer(c, "books.lint_ok", {{"name", plain(name)}})
                  : answer(c, "books.lint", {{"name", plain(name)}, {"n", std::to_string(findings.size())}});
  if (!findings.empty()) o.reply.sections.push_back({mistakes(c.language, findings), {}});
  if (has_errors(findings)) o.reply.color = "warning";
  return o;
}

Outcome graph(Call& c) {
  const std::string name = first_argument(c.command);
  const Known* known = known_book(c, name);
  if (!known) return no_book(c, name);
  if (!known->runbook) return broken(c, name, *known);
  Outcome o = answer(c, "books.graph", {{"name", plain(name)}});
  o.reply.attachments.push_back({name + ".svg", "image/svg+xml", graph_svg(*known->runbook)});
  o.json = Value::Map{{"name", name}};
  return o;
}

// The cases stand in a file: they are read and run outside of the decision.
Outcome test(Call& c) {
  const std::string name = first_argument(c.command);
  const Known* known = known_book(c, name);
  if (!known) return no_book(c, name);
  if (!known->runbook) return broken(c, name, *known);
  Outcome o;
  o.read = ReadWanted{
      .what = "runbook test", .incident = {}, .args = {name}, .named = {}, .language = c.language, .zone = c.zone};
  return o;
}

Outcome record_run(Call& c) {
  const std::string id = first_argument(c.command);
  const Run* run = find_run(std::as_const(c.work.state), id);
  if (!run) return refuse(c, "run.no_id", {{"id", plain(id)}});
  const Book* book = engine_of(c.work).book_of(*run);
  if (!book) return refuse(c, "run.none", {{"name", plain(run->runbook)}});
  const auto made = record_case(*book, *run);
  if (!made) return refused(c, made.error());
  Outcome o = answer(c, "record.head", {{"id", run->id}, {"file", plain(made->file)}});
  o.reply.sections.push_back({plain(made->yaml), {}});
  std::string after = say(c.language, "record.more", {{"name", plain(run->runbook)}});
  if (!made->differs.empty()) {
    after = say(c.language, "record.differs", {{"id", run->id}});
    for (const std::string& d : made->differs) after += "\n" + plain(clip(one_line(d), 200));
  }
  o.reply.sections.push_back({after, {}});
  o.reply.attachments.push_back({made->file, "text/plain", made->yaml});
  Value differs = Value::List{};
  for (const std::string& d : made->differs) differs.push(d);
  o.json = Value::Map{{"runbook", run->runbook}, {"file", made->file}, {"text", made->yaml}, {"differs", differs}};
  return o;
}

}  // namespace

const std::map<std::string_view, Handler>& book_commands() {
  static const std::map<std::string_view, Handler> table = {
      {"runbooks", runbooks},        {"runbook show", show_book}, {"run", start},
      {"runbook lint", lint},        {"runbook graph", graph},    {"runbook test", test},
      {"runbook record", record_run}};
  return table;
}

}  // namespace muster::runbooks
