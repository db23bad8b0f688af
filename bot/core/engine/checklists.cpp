#include "bot/core/engine/checklists.h"

#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/condition.h"
#include "bot/core/commands/grammar.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/capture_parts.h"
#include "bot/core/engine/handlers.h"
#include "bot/core/engine/question_parts.h"

namespace muster {
namespace {

constexpr std::size_t lines_shown_max = 25;  // in one message; the rest is counted
constexpr std::size_t lines_of_section = 5;  // five of the longest are what every platform takes as one piece of text
constexpr std::size_t reason_shown_bytes = 200, command_shown_bytes = 120;

IncidentFacts facts_of_incident(const Work& w, const Incident& i) {
  IncidentFacts facts{.id = i.id,
                      .title = i.title,
                      .severity = i.severity,
                      .reason = i.reason,
                      .service = i.services.empty() ? "" : i.services.front(),
                      .services = i.services,
                      .labels = {}};
  std::vector<std::pair<TimeMs, const Alert*>> alerts;
  for (const std::string& id : i.alerts)
    if (const Alert* a = find_alert(std::as_const(w.state), id)) alerts.emplace_back(a->starts_ms, a);
  std::ranges::stable_sort(alerts, {}, &std::pair<TimeMs, const Alert*>::first);
  for (const auto& [at, alert] : alerts)
    for (const auto& [name, value] : alert->labels) facts.labels.emplace(name, value);
  return facts;
}

bool was_brought(const Incident& i, const std::string& list) {
  return std::ranges::any_of(i.checklist, [&](const ChecklistItem& x) { return x.list == list; });
}

// Without an answer the item is shown, and says so: better one too many than one that nobody sees.
struct Weighed {
  bool holds = true, unsure = false;
};

Weighed ask(const std::string& when, const cel::Bindings& facts) {
  if (when.empty()) return {};
  const auto holds = condition_holds(when, incident_condition(), facts);
  return {holds.value_or(true), !holds.has_value()};
}

std::string post_of(const Incident& i, const std::string& post) {
  return post + (i.rooms == 0 ? "" : "-" + std::to_string(i.rooms + 1));
}

std::vector<const ChecklistItem*> items_of_post(const Incident& i, const std::string& post) {
  std::vector<const ChecklistItem*> items;
  for (const ChecklistItem& x : i.checklist)
    if (x.post == post) items.push_back(&x);
  return items;
}

Message checklist_message(const Work& w, const Incident& i, const std::string& post) {
  const std::string language = channel_language(w, i.channel);
  const auto items = items_of_post(i, post);
  const auto open = std::ranges::count_if(items, &ChecklistItem::open);
  Message m{.text = say(language, open == 0 ? "checklist.complete" : "checklist.head",
                        {{"id", i.id}, {"n", std::to_string(open)}, {"all", std::to_string(items.size())}}),
            .sections = {},
            .buttons = {},
            .color = open == 0 ? "good" : ""};
  add_lists(language, w.config, items, m);
  const auto next = std::ranges::find_if(items, &ChecklistItem::open);
  if (next == items.end()) return m;
  const std::string n = std::to_string((*next)->number);
  if (!(*next)->run.empty())
    m.buttons.push_back({say(language, "button.checklist_run", {{"n", n}}), "checklist run " + i.id + " " + n, ""});
  m.buttons.push_back({say(language, "button.checklist_done", {{"n", n}}), "checklist done " + i.id + " " + n, ""});
  return m;
}

void keep_row(Work& w, const Incident& i) {
  std::erase_if(w.decision.rows, [&](const ProjectionRow& r) { return r.kind == "incident" && r.id == i.id; });
  w.decision.rows.push_back(projection(i));
}

// Of several changes in one decision only the last state is worth sending.
void show_post(Work& w, const Incident& i, const std::string& post_name) {
  if (i.channel.empty() || i.archived) return;
  const std::string destination = "room:#" + i.channel, id = post_of(i, post_name);
  const Value message = to_value(checklist_message(w, i, post_name));
  for (OutMessage& o : w.decision.out) {
    if (o.destination != destination || o.body["post_id"].as_string() != id) continue;
    o.body.set("message", message);
    return;
  }
  w.decision.out.push_back({w.new_id(), destination, "edit", Value::Map{{"post_id", id}, {"message", message}}});
}

// What is not known now stays as it is written: `checklist run` says what is missing.
std::string filled(std::string line, const Incident& i) {
  const std::pair<std::string_view, std::string> places[] = {
      {"{incident}", i.id}, {"{service}", i.services.empty() ? "{service}" : i.services.front()}};
  for (const auto& [name, value] : places)
    for (auto at = line.find(name); at != std::string::npos; at = line.find(name, at + value.size()))
      line.replace(at, name.size(), value);
  return line;
}

Value item_values(const ChecklistItem& x) {
  Value v = Value::Map{{"number", x.number}, {"list", x.list}, {"text", x.text}};
  if (!x.run.empty()) v.set("run", x.run);
  if (!x.keyword.empty()) v.set("keyword", x.keyword);
  if (x.unsure) v.set("unsure", true);
  return v;
}

// The items of the lists that are due now, numbered on.
std::vector<ChecklistItem> due_items(const Work& w, const Incident& i) {
  std::vector<ChecklistItem> due;
  const IncidentFacts known = facts_of_incident(w, i);
  const cel::Bindings facts = incident_facts(known, w.now);
  int number = i.checklist.empty() ? 0 : i.checklist.back().number;
  for (const ChecklistRule& rule : w.config.checklists) {
    if (rule.stage != i.status || was_brought(i, rule.name)) continue;
    const Weighed list = ask(rule.when, facts);
    if (!list.holds) continue;
    for (const ChecklistItemRule& item : rule.items) {
      const Weighed one = ask(item.when, facts);
      if (!one.holds) continue;
      due.push_back({.number = ++number,
                     .list = rule.name,
                     .post = {},
                     .text = item.text,
                     .run = filled(item.run, i),
                     .keyword = item.keyword,
                     .unsure = list.unsure || one.unsure});
    }
  }
  return due;
}

std::string names_of_lists(const std::vector<ChecklistItem>& items) {
  std::vector<std::pair<std::string, int>> lists;
  for (const ChecklistItem& x : items) {
    if (lists.empty() || lists.back().first != x.list) lists.emplace_back(x.list, 0);
    ++lists.back().second;
  }
  std::string text;
  for (const auto& [name, n] : lists) text += (text.empty() ? "" : ", ") + name + " (" + std::to_string(n) + ")";
  return text;
}

bool may_tick(Work& w, const ChatFact& f, const Incident& i) {
  const bool alone = w.config.people.empty() && f.platform == "room" && f.user == "operator";
  const CommandInput input{.person = f.user,
                           .is_operator = alone,
                           .platform = f.platform,
                           .channel = f.channel,
                           .thread = f.about.thread,
                           .source_id = f.about.post_id,
                           .text = {},
                           .direct = false,
                           .sent_ms = f.at,
                           .standing = f.standing};
  Command command;
  command.verb = "checklist done";
  command.named["incident"] = i.id;
  const Call call{w, input, command, w.config.language, w.config.zone, actor_of(w.config, f.user, alone)};
  return verdict_of(call, asker_of(call), command).effect == "run";
}

}  // namespace

bool apply_checklist(Incident& i, const Entry& e) {
  if (e.kind == "checklist.opened") {
    for (const Value& v : e.data["items"].as_list())
      i.checklist.push_back({.number = static_cast<int>(v["number"].as_int()),
                             .list = v["list"].as_string(),
                             .post = e.data["post"].as_string(),
                             .text = v["text"].as_string(),
                             .run = v["run"].as_string(),
                             .keyword = v["keyword"].as_string(),
                             .unsure = v["unsure"].as_bool()});
    return true;
  }
  if (!e.kind.starts_with("checklist.")) return false;
  for (ChecklistItem& x : i.checklist) {
    if (x.number != e.data["number"].as_int()) continue;
    if (e.kind == "checklist.done") x.state = "done";
    if (e.kind == "checklist.skipped") x.state = "skipped";
    if (e.kind == "checklist.undone") x.state = "open";
    x.by = e.actor.id;
    x.at = e.occurred_ms;
    x.reason = e.data["reason"].as_string();
  }
  return true;
}

void bring_checklists(Work& w, const Incident& i) {
  if (w.config.checklists.empty()) return;
  const std::vector<ChecklistItem> due = due_items(w, i);
  if (due.empty()) return;
  const std::string post_name = "checklist-" + i.id + "-" + std::to_string(due.front().number);
  Entry e;
  e.kind = "checklist.opened";
  e.incident_id = i.id;
  e.services = i.services;
  e.text = names_of_lists(due);
  Value items = Value::List{};
  for (const ChecklistItem& x : due) items.push(item_values(x));
  e.data = Value::Map{{"stage", i.status}, {"post", post_name}};
  e.data.set("items", std::move(items));
  record(w, std::move(e));
  keep_row(w, i);
  if (!i.channel.empty() && !i.archived) post(w, i.channel, post_of(i, post_name), checklist_message(w, i, post_name));
}

void repost_checklists(Work& w, const Incident& i) {
  std::string last;
  for (const ChecklistItem& x : i.checklist) {
    if (x.post == last) continue;
    last = x.post;
    post(w, i.channel, post_of(i, last), checklist_message(w, i, last));
  }
}

void record_item(Work& w, const Incident& i, Entry e, const ChecklistItem& item) {
  const std::string post_name = item.post, reason = e.data["reason"].as_string();
  e.text = item.text + (reason.empty() ? "" : " — " + reason);
  e.data.set("number", item.number);
  e.data.set("list", item.list);
  record(w, std::move(e));
  keep_row(w, i);  // the summary shows nothing of it: no touch()
  show_post(w, i, post_name);
}

void tick_by_keyword(Work& w, const Incident& i, const ChatFact& f) {
  if (i.checklist.empty() || f.user.empty() || !f.about.known() || f.about.by_bot) return;
  if (address(f.about.text, w.config.bot_handle, w.config.prefix, false).to_us) return;  // a command is no talk
  const std::string text = fold_case(f.about.text);
  std::vector<ChecklistItem> said;
  for (const ChecklistItem& x : i.checklist)
    if (x.open() && !x.keyword.empty() && says(text, fold_case(x.keyword))) said.push_back(x);
  if (said.empty() || !may_tick(w, f, i)) return;
  for (const ChecklistItem& item : said) {
    Entry e = chat_entry("checklist.done", i, f);
    e.origin = "human";
    e.actor = author_of(w.config, f.about);
    e.occurred_ms = f.about.at;
    e.data.set("keyword", item.keyword);
    record_item(w, i, std::move(e), item);
  }
}

int open_items(const Incident& i) { return static_cast<int>(std::ranges::count_if(i.checklist, &ChecklistItem::open)); }

const ChecklistItem* next_item(const Incident& i) {
  const auto it = std::ranges::find_if(i.checklist, &ChecklistItem::open);
  return it == i.checklist.end() ? nullptr : &*it;
}

std::string item_line(const std::string& language, const CoreConfig& config, const ChecklistItem& x) {
  std::string line = (x.open() ? "⬜ " : x.state == "done" ? "✅ " : "⏭ ") + std::to_string(x.number) + " ";
  line += plain(one_line(x.text));
  if (x.open() && !x.run.empty()) line += " · `" + plain(clip_bytes(x.run, command_shown_bytes)) + "`";
  if (x.open() && !x.keyword.empty()) line += " · “" + plain(x.keyword) + "”";
  if (x.open() && x.unsure) line += " · " + say(language, "checklist.unsure");
  if (x.open()) return line;
  line += " · " + (x.by == "operator" ? say(language, "who.operator") : person_name(config, x.by)) + " " +
          format_utc_clock(x.at).substr(0, 5);
  return x.reason.empty() ? line : line + " · " + plain(clip_bytes(one_line(x.reason), reason_shown_bytes));
}

void add_lists(const std::string& language, const CoreConfig& config, const std::vector<const ChecklistItem*>& items,
               Message& m) {
  std::string list;
  std::size_t lines = 0, shown = 0;
  for (const ChecklistItem* x : items) {
    if (++shown > lines_shown_max) break;
    const bool fresh = x->list != list || lines == lines_of_section;
    if (fresh) m.sections.push_back({x->list == list ? "" : "*" + plain(x->list) + "*", {}}), lines = 0;
    list = x->list;
    std::string& text = m.sections.back().text;
    text += (text.empty() ? "" : "\n") + item_line(language, config, *x);
    ++lines;
  }
  if (items.size() <= lines_shown_max) return;
  const std::string rest = std::to_string(items.size() - lines_shown_max);
  m.sections.push_back({say(language, "checklist.more", {{"n", rest}}), {}});
}

}  // namespace muster
