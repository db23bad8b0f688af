// Who does what in an incident, and handing over.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/cards.h"
#include "bot/core/engine/channels.h"
#include "bot/core/engine/incident_parts.h"
#include "bot/core/engine/privacy.h"

namespace muster {
namespace {

std::string role_title(std::string_view language, const std::string& role) { return say(language, "role." + role); }

std::string role_name(std::string_view word) {
  static const std::map<std::string_view, std::string_view> names = {{"commander", "incident_commander"},
                                                                     {"ic", "incident_commander"},
                                                                     {"lead", "incident_commander"},
                                                                     {"ops", "ops_lead"},
                                                                     {"operations", "ops_lead"},
                                                                     {"comms", "communications_lead"},
                                                                     {"communications", "communications_lead"},
                                                                     {"expert", "subject_matter_expert"},
                                                                     {"sme", "subject_matter_expert"}};
  static const std::vector<std::string_view> known = {
      "incident_commander", "deputy",           "ops_lead", "communications_lead", "scribe", "subject_matter_expert",
      "customer_liaison",   "internal_liaison", "planning"};
  const std::string lower = lower_ascii(word);
  if (const auto it = names.find(lower); it != names.end()) return std::string(it->second);
  return std::ranges::find(known, std::string_view(lower)) != known.end() ? lower : "";
}

Outcome assign(Call& c, const std::string& role, const std::string& who) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  const Person* p = person_meant(c, who);
  if (!p) return unknown_person(c, who);
  const auto held = i->roles.find(role);
  const std::string before = held == i->roles.end() ? "" : held->second;
  if (before == p->id) return refuse(c, "role.same", {{"who", p->name}, {"role", role_title(c.language, role)}});
  Entry e = human_entry(c, before.empty() ? "role.assigned" : "role.handoff", i);
  e.text = role + ": " + p->name;
  e.data = before.empty() ? Value::Map{{"role", role}, {"assignee", p->id}}
                          : Value::Map{{"role", role}, {"from", before}, {"to", p->id}, {"accepted", true}};
  record(c.work, std::move(e));
  if (i->is_private) {
    Entry in = human_entry(c, {}, i);
    in.text = p->name;
    admit(c.work, *i, std::move(in), p->id);
  } else if (p->id != c.actor.id || c.input.channel != i->channel) {
    invite_one(c.work, *i, p->id);
  }
  touch(c.work, *i);
  // Whoever holds a role now is told what it means.
  const std::string language = p->language.empty() ? c.work.config.language : p->language;
  const Message duty{
      .text = say(language, "role.duty",
                  {{"id", i->id}, {"role", role_title(language, role)}, {"what", say(language, "duty." + role)}}),
      .sections = {},
      .buttons = {},
      .color = ""};
  post(c.work, i->channel, "duty-" + c.input.source_id, duty, {}, p->id);
  const Person* from = find_person(c.work.config, before);
  return told(c, *i, [&](Call& d) {
    const std::string title = role_title(d.language, role);
    if (before.empty()) return answer(d, "role.done", {{"id", i->id}, {"role", title}, {"who", plain(p->name)}});
    return answer(
        d, "role.handed",
        {{"id", i->id}, {"role", title}, {"who", plain(p->name)}, {"from", plain(from ? from->name : before)}});
  });
}

}  // namespace

Outcome lead(Call& c) {
  const auto words = words_without_incident(c);
  return assign(c, "incident_commander", words.empty() ? "me" : words.front());
}

Outcome role(Call& c) {
  const auto words = words_without_incident(c);
  const std::string name = words.empty() ? "" : role_name(words.front());
  if (name.empty()) return refuse(c, "role.unknown", {{"name", words.empty() ? "" : words.front()}});
  return assign(c, name, words.size() > 1 ? words[1] : "me");
}

}  // namespace muster
