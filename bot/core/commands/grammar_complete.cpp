// What may come next, from the same table that the parser reads.
#include <algorithm>
#include <set>

#include "bot/base/text.h"
#include "bot/core/commands/grammar_parts.h"

namespace muster {
namespace {

using Choices = std::vector<std::string>;

Choices joined(std::initializer_list<Choices> parts) {
  Choices all;
  for (const Choices& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Choices values(std::string_view kind, const Live& live) {
  if (kind == "service") return live.services;
  if (kind == "service_ref") return joined({live.services, live.builds});
  if (kind == "environment") return live.environments;
  if (kind == "person") return live.people;
  if (kind == "incident") return live.incidents;
  if (kind == "alert") return live.alerts;
  if (kind == "severity") return live.severities;
  if (kind == "role") return live.roles;
  if (kind == "right") return live.rights;
  if (kind == "approval") return live.approvals;
  if (kind == "duration") return {"15m", "30m", "1h", "2h"};
  if (kind.contains('|')) return split(kind, '|');
  if (kind == "grant") return joined({live.grants, live.rights});
  if (kind == "run") return live.runs;
  if (kind == "runbook") return live.runbooks;
  if (kind == "id") return joined({live.incidents, live.alerts, live.approvals, live.runs, live.grants});
  if (kind == "code") return joined({live.incidents, live.alerts, live.approvals, live.runs, live.codes});
  return {};
}

void add(Choices& to, const Choices& more) { to.insert(to.end(), more.begin(), more.end()); }

// The words of verbs and topics at a place: after "config" its second words, at the start every first word.
Choices verb_words(std::string_view first, const Live& live) {
  Choices out;
  const auto offered = [&](std::string_view verb) {
    return live.verbs.empty() || std::ranges::find(live.verbs, verb) != live.verbs.end();
  };
  for (const auto& v : verbs()) {
    if (!offered(v.verb)) continue;
    const auto space = v.verb.find(' ');
    if (first.empty())
      out.emplace_back(v.verb.substr(0, space));
    else if (space != std::string_view::npos && v.verb.substr(0, space) == first)
      out.emplace_back(v.verb.substr(space + 1));
  }
  if (first.empty()) {
    add(out, {"plan"});
    add(out, live.aliases);
  }
  if (first.empty() && offered("declare")) out.emplace_back("incident");
  if (first == "incident" && offered("declare")) out.emplace_back("open");
  return out;
}

const Slot* slot_of(const VerbInfo& verb, std::string_view word) {
  for (const Slot& s : verb.named)
    if (s.name == word) return &s;
  return nullptr;
}

// Walks the words after the verb; what is open at the end is what may come next.
Choices next_of_verb(const VerbInfo& verb, const std::vector<Token>& tokens, std::size_t from, const Live& live);

Choices next_command(const std::vector<Token>& tokens, std::size_t from, const Live& live) {
  if (from < tokens.size() && from == 0 && lower_ascii(tokens[0].text) == "plan") ++from;
  if (from >= tokens.size()) return verb_words("", live);
  const auto first = lower_ascii(tokens[from].text);
  if (from + 1 < tokens.size())
    if (const auto* both = find_verb(first + " " + lower_ascii(tokens[from + 1].text)))
      return next_of_verb(*both, tokens, from + 2, live);
  Choices out = from + 1 == tokens.size() ? verb_words(first, live) : Choices{};
  if (const auto* verb = find_verb(first)) add(out, next_of_verb(*verb, tokens, from + 1, live));
  return out;
}

// What belongs to the run or the runbook that was named: its steps, its inputs that are not given yet.
Choices of_first(const std::map<std::string, Choices>& table, const std::string& first,
                 const std::set<std::string>& used) {
  Choices out;
  if (const auto it = table.find(first); it != table.end())
    for (const std::string& word : it->second)
      if (!used.contains(word)) out.push_back(word);
  return out;
}

Choices next_of_verb(const VerbInfo& verb, const std::vector<Token>& tokens, std::size_t from, const Live& live) {
  std::string first;
  std::size_t positional = 0;
  std::set<std::string> used;
  for (std::size_t i = from; i < tokens.size(); ++i) {
    const auto word = lower_ascii(tokens[i].text);
    const bool rest = positional < verb.slots.size() && verb.slots[positional].rest;
    if (rest && verb.slots[positional].kind == "verb") return next_command(tokens, i, live);
    if (word == "because") return {};
    if (const auto equals = word.find('='); verb.any_keys && equals != std::string::npos) {
      used.insert(word.substr(0, equals + 1));
      continue;
    }
    const Slot* named = tokens[i].quoted ? nullptr : slot_of(verb, word);
    if (named && i + 1 == tokens.size() && named->kind != "flag") return values(named->kind, live);
    if (named) {
      used.insert(named->name);
      if (named->kind != "flag") ++i;
    } else if (verb.of_incident && canonical_id(word).starts_with("INC-") && used.insert("incident").second) {
      continue;
    } else if (!rest) {
      if (first.empty()) first = canonical_id(word).empty() ? word : canonical_id(word);
      const bool skipped = verb.shape == Shape::declare && positional == 0 && canonical_severity(word).empty();
      positional += skipped ? 2 : 1;
    }
  }
  Choices out;
  for (std::size_t i = positional; i < verb.slots.size(); ++i) {
    const auto& slot = verb.slots[i];
    if (slot.kind == "step") add(out, of_first(live.steps, first, used));
    add(out, slot.kind == "verb" ? next_command(tokens, tokens.size(), live) : values(slot.kind, live));
    if (slot.required) break;
  }
  if (verb.of_incident && positional == 0 && used.empty()) add(out, live.incidents);
  if (verb.any_keys && positional >= verb.slots.size()) add(out, of_first(live.keys, first, used));
  for (const Slot& s : verb.named)
    if (!used.contains(s.name)) out.push_back(s.name);
  return out;
}

// Lenient: an open quote ends the words.
std::vector<Token> tokens_of(std::string_view prefix) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  while (true) {
    auto token = grammar::next_token(prefix, at);
    if (!token || !*token) return tokens;
    at = (*token)->end;
    tokens.push_back(std::move(**token));
  }
}

Choices unique(const Choices& words) {
  Choices out;
  std::set<std::string_view> seen;
  for (const auto& w : words)
    if (!w.empty() && seen.insert(w).second) out.push_back(w);
  return out;
}

}  // namespace

std::vector<std::string> complete_line(std::string_view prefix, const Live& live) {
  auto tokens = tokens_of(prefix);
  const bool fresh = prefix.empty() || prefix.back() == ' ' || prefix.back() == '\t' || tokens.empty();
  std::string partial;
  if (!fresh) {
    partial = fold_case(tokens.back().text);
    tokens.pop_back();
  }
  Choices out;
  for (auto& word : next_command(tokens, 0, live))
    // People are offered with or without the @ that was typed.
    if (fold_case(word).starts_with(partial))
      out.push_back(word);
    else if (partial.starts_with('@') && fold_case("@" + word).starts_with(partial) &&
             std::ranges::find(live.people, word) != live.people.end())
      out.push_back("@" + word);
  return unique(out);
}

std::vector<std::string> complete(const Command& partial, const Live& live) {
  const std::string_view prefix = trim(partial.echo);
  if (prefix.empty()) return complete_line("", live);
  const auto tokens = tokens_of(prefix);
  const auto last = tokens.empty() ? std::string{} : fold_case(tokens.back().text);
  // The last word may be whole or only begun: a begun one is completed, a whole one is followed.
  auto begun = complete_line(prefix, live);
  const bool whole = std::ranges::any_of(begun, [&](const auto& w) { return fold_case(w) == last; });
  return whole || begun.empty() ? complete_line(std::string(prefix) + " ", live) : begun;
}

}  // namespace muster
