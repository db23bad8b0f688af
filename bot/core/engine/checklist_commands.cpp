// checklist: shows, ticks, skips, and runs the command of an item.
#include <algorithm>
#include <charconv>

#include "bot/base/text.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/checklists.h"
#include "bot/core/engine/incident_parts.h"
#include "bot/core/engine/question_parts.h"

namespace muster {
namespace {

// The item that a command names, or the refusal to answer with.
struct ItemMeant {
  Incident* incident = nullptr;
  ChecklistItem item;
  Outcome refusal;
};

ItemMeant item_meant(Call& c) {
  ItemMeant found;
  found.incident = incident_of(c);
  if (!found.incident) return found.refusal = no_incident(c), found;
  const auto words = words_without_incident(c);
  const std::string word = words.empty() ? "" : words.front();
  int n = 0;
  std::from_chars(word.data(), word.data() + word.size(), n);
  const auto& items = found.incident->checklist;
  const auto it = std::ranges::find(items, n, &ChecklistItem::number);
  if (it != items.end()) return found.item = *it, found;
  found.refusal = refuse(c, items.empty() ? "checklist.none" : "checklist.unknown",
                         {{"id", found.incident->id}, {"n", plain(clip(word, 20))}});
  found.incident = nullptr;
  return found;
}

Entry item_entry(const Call& c, const std::string& kind, const Incident* i) {
  Entry e = human_entry(c, kind, i);
  e.data = Value::Map{};
  return e;
}

Outcome item_answer(Call& c, const Incident& i, const ChecklistItem& item, const char* key) {
  return told(c, i, [&](Call& d) {
    Outcome o = answer(d, key, {{"n", std::to_string(item.number)}, {"text", plain(clip(item.text, 200))}});
    const ChecklistItem* next = next_item(i);
    const std::string line = next ? item_line(d.language, d.work.config, *next) : std::string();
    o.reply.sections.push_back({next ? say(d.language, "checklist.next", {{"line", line}})
                                     : say(d.language, "checklist.all_done", {{"id", i.id}}),
                                {}});
    return o;
  });
}

Outcome state_refusal(Call& c, const ChecklistItem& item) {
  const bool done = item.state == "done";
  return refuse(
      c,
      done          ? "checklist.already"
      : item.open() ? "checklist.is_open"
                    : "checklist.is_skipped",
      {{"n", std::to_string(item.number)},
       {"who", item.by == "operator" ? say(c.language, "who.operator") : person_name(c.work.config, item.by)}});
}

Outcome set_item(Call& c, const char* kind, const char* key, bool wants_open) {
  const ItemMeant meant = item_meant(c);
  if (!meant.incident) return meant.refusal;
  if (meant.item.open() != wants_open) return state_refusal(c, meant.item);
  record_item(c.work, *meant.incident, item_entry(c, kind, meant.incident), meant.item);
  return item_answer(c, *meant.incident, meant.item, key);
}

// How far a command has come when its answer is given: a question, a run or a message to the outside has no end yet.
struct Extent {
  int questions = 0, runs = 0;
  std::size_t out = 0;
};

Extent extent_of(const Work& w) { return {w.state.next_question, w.state.next_run, w.decision.out.size()}; }

bool over_at_once(const Work& w, const Extent& before, const Outcome& o) {
  const auto begin = w.decision.out.begin() + static_cast<std::ptrdiff_t>(std::min(before.out, w.decision.out.size()));
  return o.ok && !o.read && before.questions == w.state.next_question && before.runs == w.state.next_run &&
         std::all_of(begin, w.decision.out.end(),
                     [](const OutMessage& m) { return m.destination.starts_with("room:#"); });
}

}  // namespace

Outcome checklist(Call& c) {
  const Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  if (i->checklist.empty())
    return answer(c, c.work.config.checklists.empty() ? "checklist.unconfigured" : "checklist.none", {{"id", i->id}});
  Outcome o =
      answer(c, open_items(*i) == 0 ? "checklist.complete" : "checklist.head",
             {{"id", i->id}, {"n", std::to_string(open_items(*i))}, {"all", std::to_string(i->checklist.size())}});
  std::string list, lines;
  o.json = Value::List{};
  for (const ChecklistItem& x : i->checklist) {
    if (x.list != list) lines += "*" + plain(list = x.list) + "*\n";
    lines += item_line(c.language, c.work.config, x) + "\n";
    o.json.push(Value::Map{{"number", x.number},
                           {"list", x.list},
                           {"text", x.text},
                           {"state", x.state},
                           {"by", x.by},
                           {"reason", x.reason}});
  }
  o.reply.sections.push_back({std::string(trim(lines)), {}});
  return o;
}

Outcome checklist_done(Call& c) { return set_item(c, "checklist.done", "checklist.done", true); }
Outcome checklist_undo(Call& c) { return set_item(c, "checklist.undone", "checklist.undone", false); }

Outcome checklist_skip(Call& c) {
  const ItemMeant meant = item_meant(c);
  if (!meant.incident) return meant.refusal;
  if (!meant.item.open()) return state_refusal(c, meant.item);
  const std::string because = named(c.command, "because");
  const std::string n = std::to_string(meant.item.number);
  if (because.empty()) return refuse(c, "need.because", {{"command", "checklist skip " + n + " because …"}});
  Entry e = item_entry(c, "checklist.skipped", meant.incident);
  e.data.set("reason", because);
  record_item(c.work, *meant.incident, std::move(e), meant.item);
  return item_answer(c, *meant.incident, meant.item, "checklist.skipped");
}

// The item's command as if this person had typed it here: the same grammar, the same policy, the same questions.
Outcome checklist_run(Call& c) {
  const ItemMeant meant = item_meant(c);
  if (!meant.incident) return meant.refusal;
  const Incident& i = *meant.incident;
  const std::string n = std::to_string(meant.item.number);
  if (!meant.item.open()) return state_refusal(c, meant.item);
  if (meant.item.run.empty()) return refuse(c, "checklist.no_command", {{"n", n}});
  if (c.input.channel != i.channel)
    return refuse(c, "checklist.elsewhere", {{"channel", i.channel}, {"n", n}, {"line", plain(meant.item.run)}});
  if (meant.item.run.find("{service}") != std::string::npos)
    return refuse(c, "checklist.no_service", {{"id", i.id}, {"line", plain(meant.item.run)}});
  CommandInput input = c.input;
  input.text = meant.item.run;
  const auto parsed = parse_command(input.text);
  if (!parsed) return grammar_refusal(c, parsed.error());
  const Command command = settled(*parsed, c.work.config);
  Call inner{c.work, input, command, c.language, c.zone, c.actor};
  const Extent before = extent_of(c.work);
  Outcome o = gate_and_run(inner);
  if (!o.ok) return o;
  const bool over = over_at_once(c.work, before, o);
  const char* key = over ? "checklist.ticked" : "checklist.stays_open";
  if (over) record_item(c.work, i, item_entry(c, "checklist.done", &i), meant.item);
  const std::string told = say(c.language, key, {{"n", n}});
  if (o.read && o.reply.text.empty())
    o.reply.text = told;  // the reading stands below it
  else
    o.reply.sections.push_back({told, {}});
  return o;
}

}  // namespace muster
