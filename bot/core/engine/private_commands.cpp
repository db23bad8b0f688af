// Into a private incident, out of it, and out into the open: invite, uninvite, access, unseal, disclose.
#include <optional>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/calling.h"
#include "bot/core/engine/channels.h"
#include "bot/core/engine/incident_parts.h"
#include "bot/core/engine/privacy.h"
#include "bot/core/engine/private_rooms.h"
#include "bot/core/engine/together.h"
#include "bot/core/journal/sentence.h"

namespace muster {
namespace {

// The first word that is no incident's number: whom it is about.
std::string whom(const Call& c) {
  const auto words = words_without_incident(c);
  return words.empty() ? std::string() : words.front();
}

// In direct messages, where the person is: nothing else there says that there is one.
void tell_directly(Call& c, const Person& p, const char* what, const std::string& text) {
  Message m;
  m.text = text;
  post(c.work, "muster", what + c.input.source_id, m, {}, p.id);
  c.work.decision.out.back().body.set("direct", true);
}

Outcome invite(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  const std::string who = whom(c);
  const Person* p = person_meant(c, who);
  if (!p) return unknown_person(c, who);
  const std::string id = i->id, name = plain(p->name);
  const Words named = {{"id", id}, {"who", name}};
  if (i->invited.contains(p->id)) return refuse(c, "invite.already", named);
  Entry e = human_entry(c, {}, i);
  e.text = p->name;
  admit(c.work, *i, std::move(e), p->id);
  const std::vector<std::string> elsewhere = only_elsewhere(c.work, *i, p->id);
  if (elsewhere.empty()) return told(c, *i, [&](Call& d) { return answer(d, "invite.done", named); });
  const std::string place = places_named(elsewhere);
  tell_directly(c, *p, "invited-",
                say(language_of(c.work.state, c.work.config, p->id, {}), "invite.told_elsewhere",
                    {{"id", id}, {"by", plain(c.actor.display)}, {"place", place}}));
  return told(c, *i, [&](Call& d) {
    return answer(d, "invite.done_elsewhere", {{"id", id}, {"who", name}, {"place", place}});
  });
}

std::string because_of(const Call& c) { return one_line(named_argument(c.command, "because")); }

// Who must not go: whoever holds a role, and whoever is the only one left. Empty: goes.
std::optional<Outcome> must_stay(Call& c, const Incident& i, const Person& p) {
  const std::string name = plain(p.name);  // Words only points to it
  const Words named = {{"id", i.id}, {"who", name}};
  if (!i.is_private) return refuse(c, "uninvite.public", named);
  if (!is_in(i, p.id)) return refuse(c, "uninvite.not_in", named);
  for (const auto& [role, person] : i.roles)
    if (person == p.id)
      return refuse(c, "uninvite.role",
                    {{"id", i.id},
                     {"who", name},
                     {"role", say(c.language, "role." + role)},
                     {"how", role == "incident_commander" ? "lead" : "role " + role}});
  if (those_in(c.work.config, i).size() == 1) return refuse(c, "uninvite.last", named);
  return {};
}

// What was read is not unread; from here on it is as hidden as from everybody else.
Outcome uninvite(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  const std::string who = whom(c);
  const Person* p = person_meant(c, who);
  if (!p) return unknown_person(c, who);
  if (auto no = must_stay(c, *i, *p)) return *no;
  const std::string because = because_of(c), name = plain(p->name);
  Entry e = human_entry(c, "people.removed", i);
  e.text = p->name + (because.empty() ? "" : ": " + because);
  e.data = Value::Map{{"people", Value::List{Value(p->id)}}};
  if (!because.empty()) e.data.set("reason", because);
  record(c.work, std::move(e));
  Value body = Value::Map{{"people", Value::List{Value(p->id)}}, {"private", true}};
  if (i->archived) body.set("only", Value::List{Value("room")});  // on a platform it stays as it is
  c.work.decision.out.push_back({c.work.new_id(), "room:#" + i->channel, "remove", std::move(body)});
  const std::string language = language_of(c.work.state, c.work.config, p->id, {});
  const std::string why =
      because.empty() ? "" : say(language, "uninvite.told_why", {{"why", plain(clip(because, 300))}});
  // Not in its channel, which the person is shown no more.
  tell_directly(c, *p, "uninvited-",
                say(language, "uninvite.told", {{"id", i->id}, {"by", plain(c.actor.display)}, {"why", why}}));
  const char* const done = i->archived ? "uninvite.done_archived" : "uninvite.done";
  return told(c, *i, [&](Call& d) { return answer(d, done, {{"id", i->id}, {"who", name}}); });
}

Outcome need_because(Call& c) { return refuse(c, "need.because", {{"command", plain(c.command.echo) + " because …"}}); }

// The same answer whether or not there is such an incident: asking tells nothing.
Outcome access(Call& c) {
  const std::string id = named_argument(c.command, "incident"), because = because_of(c);
  if (because.empty()) return need_because(c);
  if (const Incident* i = incident_of(c)) return refuse(c, "access.yours", {{"id", i->id}});
  if (id.empty()) return no_incident(c);
  Outcome o = answer(c, "access.asked", {{"id", plain(clip(id, 20))}});
  o.is_private = !is_alone(c.input);
  const Incident* i = c.work.view && !asker_of(c).person.empty() ? c.work.view->reveal(id) : nullptr;
  if (!i || is_in(*i, asker_of(c).person)) return o;
  // Once an hour is heard: nobody fills the channel, and the answer tells nothing of that either.
  const auto before = i->asked.find(c.actor.id);
  // A time ahead of now is from a clock that was wrong, and silences nobody.
  if (before != i->asked.end() && before->second <= c.work.now && c.work.now - before->second < hour_ms) return o;
  Entry e = human_entry(c, "access.asked", i);
  e.text = because;
  record(c.work, std::move(e));
  Message m;
  m.text = say(channel_language(c.work, i->channel), "access.told",
               {{"who", plain(c.actor.display)}, {"person", c.actor.id}, {"why", plain(clip(because, 300))}});
  m.color = "warning";
  if (!i->archived) post(c.work, i->channel, "access-" + c.input.source_id, m);
  return o;
}

// Break-glass for reading: whoever keeps the bot looks in, and everybody in it hears of it.
Outcome unseal(Call& c) {
  const std::string because = because_of(c);
  if (because.empty()) return need_because(c);
  const Incident* here = incident_of(c);
  const Incident* i = c.work.view && !here ? c.work.view->reveal(named_argument(c.command, "incident")) : here;
  const Person* p = find_person(c.work.config, asker_of(c).person);
  Outcome o = !i ? no_incident(c) : !p || is_in(*i, p->id) ? refuse(c, "access.yours", {{"id", i->id}}) : Outcome();
  o.is_private = !is_alone(c.input);
  if (!i || !o.ok) return o;
  const auto people = those_in(c.work.config, *i);
  Entry e = human_entry(c, {}, i);
  e.pinned = true;
  e.data = Value::Map{{"unsealed", true}, {"reason", because}};
  write_sentence(e, "entry.unsealed", Value::Map{{"who", p->name}, {"why", because}});
  admit(c.work, *i, std::move(e), p->id);
  call_people(c.work, i->channel, "unseal-" + c.input.source_id, people,
              say(channel_language(c.work, i->channel), "unseal.told",
                  {{"id", i->id}, {"who", plain(p->name)}, {"why", plain(clip(because, 300))}}));
  o.reply.text = say(c.language, "unseal.done", {{"id", i->id}, {"channel", i->channel}});
  return o;
}

// Nothing is taken back from those who have read it: the yes says that it is meant.
Outcome disclose(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  if (!i->is_private) return refuse(c, "disclose.public", {{"id", i->id}});
  const std::string because = because_of(c);
  if (because.empty()) return need_because(c);
  if (!c.command.named.contains("yes")) {
    const std::string line = "disclose " + i->id + " --yes because " + because;
    Outcome o = answer(c, "disclose.sure", {{"id", i->id}, {"line", plain(line)}});
    o.reply.buttons.push_back({say(c.language, "button.disclose"), line, "danger"});
    return o;
  }
  Entry e = human_entry(c, "incident.disclosed", i);
  e.text = because;
  e.pinned = true;
  e.data = Value::Map{{"reason", because}};
  record(c.work, std::move(e));
  show_on_board(c.work, *i, true);
  if (i->open() && c.work.config.board_channel.empty())
    post(c.work, c.work.config.alerts_channel, "announce-" + i->id, announcement(c.work, *i));
  touch(c.work, *i);
  if (i->archived)
    c.work.decision.out.push_back(
        {c.work.new_id(), "room:#" + i->channel, "topic", Value::Map{{"only", Value::List{Value("room")}}}});
  for (OutMessage& m : c.work.decision.out)
    if (m.kind == "topic" && m.destination == "room:#" + i->channel) m.body.set("disclosed", true);  // pages read anew
  return told(c, *i, [i](Call& d) { return answer(d, "disclose.done", {{"id", i->id}}); });
}

}  // namespace

const std::map<std::string_view, Handler>& private_handlers() {
  static const std::map<std::string_view, Handler> table = {
      {"invite", invite}, {"uninvite", uninvite}, {"access", access}, {"unseal", unseal}, {"disclose", disclose}};
  return table;
}

}  // namespace muster
