// Into a private incident, and out into the open: invite, access, unseal, disclose.
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/calling.h"
#include "bot/core/engine/channels.h"
#include "bot/core/engine/incident_parts.h"
#include "bot/core/engine/privacy.h"

namespace muster {
namespace {

Outcome invite(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  const auto words = words_without_incident(c);
  const std::string who = words.empty() ? "" : words.front();
  const Person* p = find_person(c.work.config, who);
  if (!p) return unknown_person(c, who);
  const std::string id = i->id, name = plain(p->name);
  const Words named = {{"id", id}, {"who", name}};
  if (i->invited.contains(p->id)) return refuse(c, "invite.already", named);
  Entry e = human_entry(c, {}, i);
  e.text = p->name;
  admit(c.work, *i, std::move(e), p->id);
  return told(c, *i, [&](Call& d) { return answer(d, "invite.done", named); });
}

std::string because_of(const Call& c) { return one_line(named_argument(c.command, "because")); }

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
  e.text = "unsealed by " + p->name + ": " + because;
  e.pinned = true;
  e.data = Value::Map{{"unsealed", true}, {"reason", because}};
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
      {"invite", invite}, {"access", access}, {"unseal", unseal}, {"disclose", disclose}};
  return table;
}

}  // namespace muster
