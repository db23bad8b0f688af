// Checklists: how many and how long, conditions, commands and keywords, each wrong where it stands.
#include <map>

#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "bot/core/commands/condition.h"
#include "bot/core/commands/grammar.h"
#include "bot/core/commands/verbs.h"
#include "config/bind.h"

namespace muster {
namespace {

struct Lists {
  Issues& issues;

  void complain(const ConfigPlace& at, std::string message, std::string expected = {}, std::string near = {}) {
    issues.push_back(issue_at(at, std::move(message), std::move(expected), std::move(near)));
  }
};

const ConfigCell* said(const ConfigRecord& record, const char* name) {
  const auto cell = record.cells.find(name);
  return cell == record.cells.end() || cell->second.values.empty() ? nullptr : &cell->second;
}

std::string short_text(const std::string& text) { return clip(one_line(text), 60); }

void check_when(Lists& in, const ConfigRecord& record) {
  const ConfigCell* cell = said(record, "when");
  if (!cell || cell->values.front().empty()) return;
  const auto program = cel::compile(cell->values.front(), incident_condition());
  if (program) return;
  const cel::Problem& p = program.error();
  in.complain(cell->place, "the condition is wrong at " + cel::to_error(p).message +
                               (p.next_step.empty() ? "" : ". " + p.next_step));
}

std::string sample(std::string line) {
  for (const auto& [name, value] :
       {std::pair<std::string_view, std::string_view>{"{incident}", "INC-1"}, {"{service}", "checkout"}})
    for (auto at = line.find(name); at != std::string::npos; at = line.find(name, at))
      line.replace(at, name.size(), value);
  return line;
}

std::string nearest_verb(const std::string& line) {
  std::vector<std::string> names;
  for (const VerbInfo& v : verbs()) names.emplace_back(v.verb);
  const auto near = nearest(lower_ascii(line.substr(0, line.find(' '))), names, 3, 1);
  return near.empty() ? std::string() : near.front();
}

void check_run(Lists& in, const ConfigRecord& record) {
  const ConfigCell* cell = said(record, "run");
  if (!cell || cell->values.front().empty()) return;
  const std::string line = sample(cell->values.front());
  if (!redact(line).types.empty())
    return in.complain(cell->place, "a command of a checklist must hold no secret (its text is not repeated here)");
  const auto command = parse_command(line);
  if (!command) {
    const bool unknown = command.error().message_key == "unknown_verb";
    return in.complain(cell->place,
                       unknown ? "no command is called `" + short_text(line.substr(0, line.find(' '))) + "`"
                               : "`" + short_text(line) + "` is no whole command",
                       unknown ? "a command as `help` lists them, without the prefix" : "a line that one could type",
                       unknown ? nearest_verb(line) : "");
  }
  const VerbInfo* verb = find_verb(command->verb);
  if (command->ask || !verb || !verb->ready)
    in.complain(cell->place, "`" + short_text(line) + "` is no command of this version", "a line that one could type");
  else if (command->verb.starts_with("checklist"))
    in.complain(cell->place, "an item of a checklist cannot run a checklist", "another command");
}

void check_keyword(Lists& in, const ConfigRecord& record, std::map<std::string, int>& seen) {
  const ConfigCell* cell = said(record, "keyword");
  if (!cell || cell->values.front().empty()) return;
  const std::string word(trim(cell->values.front()));
  if (code_point_count(word) < limits::checklist_keyword_min)
    return in.complain(cell->place, "the keyword `" + short_text(word) + "` is too short: it would be in any sentence",
                       "at least 3 characters");
  const auto [first, fresh] = seen.emplace(fold_case(word), cell->place.line);
  if (!fresh)
    in.complain(cell->place, "the keyword `" + short_text(word) + "` ticks another item of this list, too",
                "another word than in line " + std::to_string(first->second));
}

void check_text(Lists& in, const ConfigRecord& record, const char* name) {
  const ConfigCell* cell = said(record, name);
  if (!cell) return;
  const std::string& text = cell->values.front();
  const bool word = std::string_view(name) == "keyword";
  const std::size_t most = word ? limits::checklist_keyword_bytes : limits::checklist_text_bytes;
  if (text.size() > most)
    in.complain(cell->place, "this has " + std::to_string(text.size()) + " bytes",
                "at most " + std::to_string(most) + " bytes");
  else if (text.find('\n') != std::string::npos)
    in.complain(cell->place, "this has several lines", "one line");
  else if (std::string_view(name) != "run" && !redact(text).types.empty())
    in.complain(cell->place, "a checklist must hold no secret (its text is not repeated here)");
}

void check_list(Lists& in, const ConfigRecord& record) {
  check_when(in, record);
  check_text(in, record, "name");
  const auto items = record.lists.find("items");
  if (items == record.lists.end()) return;
  if (items->second.empty()) in.complain(record.place, "this checklist has no items", "items: [{text: …}]");
  if (items->second.size() > limits::checklist_items_max)
    in.complain(items->second[limits::checklist_items_max].place,
                "a checklist of " + std::to_string(items->second.size()) + " items", "at most 30: split it");
  std::map<std::string, int> keywords;
  for (const ConfigRecord& item : items->second) {
    check_text(in, item, "text");
    check_text(in, item, "run");
    check_text(in, item, "keyword");
    check_when(in, item);
    check_run(in, item);
    check_keyword(in, item, keywords);
  }
}

}  // namespace

void check_checklists(const ConfigTree& tree, Issues& issues) {
  const auto lists = tree.lists.find("checklists[]");
  if (lists == tree.lists.end()) return;
  Lists in{issues};
  if (lists->second.size() > limits::checklists_max)
    in.complain(lists->second[limits::checklists_max].place, std::to_string(lists->second.size()) + " checklists",
                "at most 20");
  for (const ConfigRecord& record : lists->second) check_list(in, record);
}

}  // namespace muster
