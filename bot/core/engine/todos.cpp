#include "bot/core/engine/todos.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "bot/base/text.h"
#include "bot/core/commands/when.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/incident_parts.h"
#include "bot/core/engine/privacy.h"
#include "bot/core/engine/question_parts.h"

namespace muster {
namespace {

constexpr int overdue_reminders = 3;

std::string todo_timer(const Incident& i, int n) { return "todo-due:" + i.id + "/" + std::to_string(n); }

struct Due {
  std::string text;  // a date, or a minute: what "friday" meant is not to be guessed later
  TimeMs at = 0;     // 0: none
};

// A day lasts until its end, on the clock of who named it.
Due due_of(Call& c, const std::string& word) {
  if (word.empty()) return {};
  if (const auto span = parse_duration(word)) {
    const TimeMs at = c.work.now + *span;
    return {format_utc_minute(at) + " UTC", at};
  }
  const auto at = coming_time(word + " 23:59", c.work.now, c.zone);
  if (!at) return {word, 0};
  return {format_in_zone(*at, c.zone, "%Y-%m-%d"), *at + minute_ms};
}

void arm_todo(Work& w, const Incident& i, int n, TimeMs due, int said = 0) {
  w.decision.timers.push_back({todo_timer(i, n), due, Value::Map{{"incident", i.id}, {"number", n}, {"said", said}}});
}

int record_todo(Work& w, const Incident& i, Entry e, const std::string& assignee, const Due& due,
                const std::string& from = {}) {
  const int n = static_cast<int>(i.todos.size()) + 1;
  e.data =
      Value::Map{{"action_id", "AI-" + std::to_string(n)}, {"number", n}, {"assignee", assignee}, {"due", due.text}};
  if (due.at != 0) e.data.set("due_ms", due.at);
  if (!from.empty()) e.data.set("from", from);
  record(w, std::move(e));
  if (due.at != 0) arm_todo(w, i, n, due.at);
  return n;
}

bool is_overdue(const Todo& t, TimeMs now) { return !t.done && t.due_ms != 0 && t.due_ms <= now; }

std::string todo_line(const Call& c, const Todo& t) {
  return (t.done                      ? "✅ "
          : is_overdue(t, c.work.now) ? "⏰ "
                                      : "⬜ ") +
         std::to_string(t.number) + " " + plain(t.text) +
         (t.assignee.empty() ? "" : " · " + person_name(c.work.config, t.assignee)) +
         (t.due.empty() ? "" : " · " + plain(t.due));
}

// What there is to do, by whom and until when, where a form can open.
Form todo_form(const Call& c, const Incident& i) {
  Form f{.title = say(c.language, "form.todo.title", {{"id", i.id}}),
         .intro = {},
         .send = say(c.language, "form.send"),
         .command = "todo " + i.id,
         .fields = {}};
  f.fields.push_back({.name = "text", .label = say(c.language, "form.todo.text")});
  FormField who{.name = "who", .label = say(c.language, "form.todo.who"), .kind = "choice"};
  for (const Person& p : c.work.config.people) who.choices.push_back(p.id);
  who.required = false;
  if (!who.choices.empty()) f.fields.push_back(std::move(who));
  FormField due{.name = "due", .label = say(c.language, "form.todo.due"), .kind = "choice"};
  due.choices = {"2h", "today", "tomorrow", "monday", "tuesday", "wednesday", "thursday", "friday", "7d"};
  due.required = false;
  f.fields.push_back(std::move(due));
  return f;
}

Outcome list_todos(Call& c, const Incident& i) {
  Outcome o = answer(c, i.todos.empty() ? "todo.none" : "todo.list", {{"id", i.id}});
  o.form = todo_form(c, i);
  if (i.todos.empty()) return o;
  std::string lines;
  for (const Todo& t : i.todos) lines += todo_line(c, t) + "\n";
  o.reply.sections.push_back({std::string(trim(lines)), {}});
  return o;
}

void close_todo(Call& c, const Incident& i, const Todo& t) {
  const int n = t.number;
  const bool timed = t.due_ms != 0;
  Entry e = human_entry(c, "action.closed", &i);
  e.text = t.text;
  e.data = Value::Map{{"action_id", "AI-" + std::to_string(n)}, {"number", n}};
  record(c.work, std::move(e));
  if (timed) arm_todo(c.work, i, n, 0);
}

}  // namespace

Outcome todo(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  const std::string text(trim(join(words_without_incident(c), " ")));
  if (text.empty()) return list_todos(c, *i);
  const std::string wanted = named(c.command, "who");
  const Person* who = wanted.empty() ? nullptr : person_meant(c, wanted);
  if (!who && !wanted.empty()) return unknown_person(c, wanted);
  if (who && !is_in(*i, who->id)) return refuse(c, "private.not_in", {{"who", plain(who->name)}, {"person", who->id}});
  const Due due = due_of(c, named(c.command, "due"));
  Entry e = human_entry(c, "action.created", i);
  e.text = text;
  const int number = record_todo(c.work, *i, std::move(e), who ? who->id : "", due);
  touch(c.work, *i);
  // Who and when are said apart from the text: what was not understood as such is seen to be missing.
  const std::string more = (who ? " · " + plain(who->name) : "") + (due.text.empty() ? "" : " · " + plain(due.text));
  const std::string shown = plain(clip(text, 200)) + more;
  return told(c, *i, [&](Call& d) {
    return answer(d, "todo.done", {{"id", i->id}, {"n", std::to_string(number)}, {"text", shown}});
  });
}

Outcome todo_done(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  const auto words = words_without_incident(c);
  int n = 0;
  if (!words.empty()) std::from_chars(words.front().data(), words.front().data() + words.front().size(), n);
  const auto it = std::ranges::find_if(i->todos, [n](const Todo& t) { return t.number == n; });
  if (it == i->todos.end())
    return refuse(c, "todo.unknown", {{"id", i->id}, {"n", words.empty() ? "" : words.front()}});
  if (it->done) return refuse(c, "todo.already", {{"n", std::to_string(n)}});
  const std::string text = plain(clip(it->text, 200));
  close_todo(c, *i, *it);
  touch(c.work, *i);
  return told(c, *i, [&](Call& d) { return answer(d, "todo.closed", {{"n", std::to_string(n)}, {"text", text}}); });
}

// Of all incidents, what is open and mine (or somebody's), the next to be due first.
Outcome todo_mine(Call& c) {
  const std::string wanted = first_argument(c.command);
  const bool mine = wanted.empty() || is_me(wanted);
  const Person* who = mine ? nullptr : find_person(c.work.config, wanted);
  if (!mine && !who) return unknown_person(c, wanted);
  const std::string person = who ? who->id : c.actor.id;
  std::vector<std::pair<const Incident*, const Todo*>> found;
  for (const auto& [n, i] : c.work.state.incidents)
    for (const Todo& t : i.todos)
      if (!t.done && t.assignee == person) found.emplace_back(&i, &t);
  const std::string name = person_name(c.work.config, person);
  if (found.empty()) return answer(c, "todo.nothing", {{"who", name}});
  std::ranges::stable_sort(found, [](const auto& a, const auto& b) {
    return std::pair(a.second->due_ms == 0, a.second->due_ms) < std::pair(b.second->due_ms == 0, b.second->due_ms);
  });
  Outcome o = answer(c, "todo.mine", {{"who", name}, {"n", std::to_string(found.size())}});
  std::string lines;
  o.json = Value::List{};
  for (const auto& [i, t] : found) {
    lines += "*" + i->id + "* " + todo_line(c, *t) + "\n";
    o.json.push(Value::Map{{"incident", i->id},
                           {"number", t->number},
                           {"text", t->text},
                           {"due", t->due},
                           {"overdue", is_overdue(*t, c.work.now)}});
  }
  o.reply.sections.push_back({std::string(trim(lines)), {}});
  return o;
}

void todo_of_message(Work& w, const Incident& i, Entry e, const std::string& text, const std::string& from) {
  if (std::ranges::any_of(i.todos, [&](const Todo& t) { return t.from == from; })) return;
  e.kind = "action.created";
  e.text = clip(one_line(text), 200);
  const std::string shown = plain(e.text);
  const int n = record_todo(w, i, std::move(e), {}, {}, from);
  touch(w, i);
  const std::string language = channel_language(w, i.channel);
  const Message m{.text = say(language, "todo.reaction", {{"id", i.id}, {"n", std::to_string(n)}, {"text", shown}}),
                  .sections = {},
                  .buttons = {},
                  .color = ""};
  post(w, i.channel, "todo-" + i.id + "-" + std::to_string(n), m);
}

// On the day, a day later and a week later; then it is up to those who read `todo mine`.
void todo_rang(Work& w, const Timer& timer) {
  const Incident* i = find_incident(w.state, timer.body["incident"].as_string());
  const auto n = timer.body["number"].as_int();
  const int said = static_cast<int>(timer.body["said"].as_int());
  if (!i) return;
  const auto t = std::ranges::find_if(i->todos, [n](const Todo& x) { return x.number == n; });
  if (t == i->todos.end() || !is_overdue(*t, w.now) || said >= overdue_reminders) return;
  const std::string& lang = w.config.language;
  const auto text = [&](std::string_view language) {
    return say(language, "todo.overdue",
               {{"id", i->id},
                {"n", std::to_string(n)},
                {"due", plain(t->due)},
                {"text", plain(clip(t->text, 200))},
                {"who", t->assignee.empty() ? say(language, "nobody_yet") : person_name(w.config, t->assignee)}});
  };
  Entry e;
  e.kind = "reminder.sent";
  e.incident_id = i->id;
  e.text = text("en");
  e.data = Value::Map{{"topic", "todo"}, {"number", n}};
  const int number = t->number;
  record(w, std::move(e));
  const Message m{.text = text(lang), .sections = {}, .buttons = {}, .color = "warning"};
  const std::string& channel = i->archived || i->channel.empty() ? w.config.alerts_channel : i->channel;
  // Where the channel is gone everybody hears of it; of a private one whoever has to do it, or declared it, alone.
  const std::string& whom = t->assignee.empty() ? i->declared_by : t->assignee;
  const bool alone = i->is_private && channel != i->channel;
  if (!alone) {
    post(w, channel, timer.id + "-" + std::to_string(w.now), m);
  } else if (find_person(w.config, whom)) {
    post(w, "muster", timer.id + "-" + std::to_string(w.now), m, {}, whom);
    w.decision.out.back().body.set("direct", true);
  }
  if (said + 1 < overdue_reminders) arm_todo(w, *i, number, w.now + (said == 0 ? 1 : 6) * day_ms, said + 1);
}

bool is_review(const Incident& i, const Todo& t) {
  return std::ranges::any_of(std::array{"en", "ko"}, [&](const char* language) {
    return t.text == say(language, "review.todo", {{"id", i.id}});
  });
}

void review_held(Call& c, const Incident& i) {
  const auto owed = std::ranges::find_if(i.todos, [&](const Todo& t) { return !t.done && is_review(i, t); });
  if (owed != i.todos.end()) close_todo(c, i, *owed);
}

TimeMs owe_review(Work& w, const Incident& i) {
  const SeverityRule* rule = find_severity(w.config, i.peak_severity);
  if (!rule || rule->review_within <= 0) return 0;
  const std::string text = say(w.config.language, "review.todo", {{"id", i.id}});
  if (std::ranges::any_of(i.todos, [&](const Todo& t) { return is_review(i, t); })) return 0;  // it came back once
  const TimeMs at = w.now + rule->review_within;
  const auto commander = i.roles.find("incident_commander");
  Entry e;
  e.kind = "action.created";
  e.incident_id = i.id;
  e.text = text;
  e.services = i.services;
  record_todo(w, i, std::move(e), commander == i.roles.end() ? "" : commander->second,
              {format_in_zone(at, w.config.zone, "%Y-%m-%d"), at});
  return at;
}

}  // namespace muster
