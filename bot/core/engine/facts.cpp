// What a command depends on: shown before it is confirmed or approved, and compared before it runs.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/incident_parts.h"
#include "bot/core/engine/publishing.h"

namespace muster {
namespace {

// Only what the verb needs, so that unrelated noise voids nothing.
void add_incident(const Call& c, const Incident& i, Facts& facts) {
  facts.emplace_back("incident", i.id + " " + i.title);
  facts.emplace_back("status", i.status);
  if (c.command.verb == "checklist run") {
    // Who says yes to it says yes to this.
    const auto words = words_without_incident(c);
    const auto item = std::ranges::find(i.checklist, words.empty() ? "" : words.front(),
                                        [](const ChecklistItem& x) { return std::to_string(x.number); });
    if (item != i.checklist.end()) facts.emplace_back("item", item->run);
  }
  if (c.command.verb == "postmortem publish") add_publication(c, i, facts);
  if (c.command.verb == "severity" || c.command.verb == "update") facts.emplace_back("severity", i.severity);
  if (c.command.verb != "lead" && c.command.verb != "role") return;
  std::vector<std::string> held;
  for (const auto& [role, person] : i.roles) held.push_back(role + " " + person);
  facts.emplace_back("held", join(held, ", "));
}

void add_person(const Call& c, const std::string& name, Facts& facts) {
  const Person* p = person_meant(c, name);
  if (!p) return;
  const auto held = roles_of(c.work.state, c.work.config, p->id, c.work.now);
  facts.emplace_back("roles", p->id + ": " + (held.empty() ? "–" : join(held, ", ")));
}

std::string rule_text(const Verdict& v) {
  std::string text = v.rule + ": " + v.effect;
  if (v.effect == "approve") text += " " + std::to_string(std::max(1, v.approvals)) + " " + v.approve_group;
  return text;
}

}  // namespace

Facts facts_of(const Call& c, const Verdict& v) {
  Facts facts{{"rule", rule_text(v)}};
  const VerbInfo* verb = find_verb(c.command.verb);
  Call call = c;
  if (verb && verb->of_incident)
    if (const Incident* i = incident_of(call)) add_incident(c, *i, facts);
  if (const Alert* a = find_alert(c.work.state, first_argument(c.command)); a && verb && verb->topic == "alerts") {
    facts.emplace_back("alert", a->id + " " + a->title + " (" + a->status + ")");
    facts.emplace_back("acked", a->acknowledged_by);
  }
  if (c.command.verb == "grant" || c.command.verb == "revoke")
    add_person(c, named_argument(c.command, c.command.verb == "grant" ? "to" : "from"), facts);
  if (c.command.verb == "config reload") facts.emplace_back("policy", c.work.config.policy_hash);
  if (c.command.verb.starts_with("alias ")) {
    const bool team = c.command.named.contains("team");
    const auto it = c.work.state.aliases.find((team ? "*" : c.actor.id) + "/" + first_argument(c.command));
    facts.emplace_back("alias", it == c.work.state.aliases.end() ? "" : it->second);
  }
  return facts;
}

}  // namespace muster
