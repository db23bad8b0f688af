#include "bot/core/engine/calling.h"

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/incident_parts.h"
#include "bot/core/engine/privacy.h"
#include "bot/core/engine/question_parts.h"
#include "bot/core/engine/urgent.h"

namespace muster {

std::vector<const Person*> people_called(const CoreConfig& config, const std::string& whom) {
  std::vector<const Person*> found;
  const std::string name = whom.starts_with("@") ? whom.substr(1) : whom;
  const bool kind = name.starts_with("group:") || name.starts_with("role:");
  if (const Person* p = kind || name.empty() ? nullptr : find_person(config, name)) return {p};
  if (name.empty()) return found;
  for (const std::string& id : approvers_of(config, kind ? name : "group:" + name, ""))
    if (const Person* p = find_person(config, id)) found.push_back(p);
  return found;
}

void call_people(Work& w, const std::string& channel, const std::string& post_id,
                 const std::vector<const Person*>& people, const std::string& text) {
  const std::size_t first = w.decision.out.size();
  Message m;
  m.color = "danger";
  Value calls = Value::List{};
  std::string names;
  for (const Person* p : people) {
    names += "@" + p->id + " ";
    calls.push(p->id);
    m.text = text;
    post(w, channel, post_id + "-" + p->id, m, {}, p->id);
    w.decision.out.back().body.set("direct", true);
  }
  m.text = names + text;
  post(w, channel, post_id, m);
  w.decision.out.back().body.set("calls", std::move(calls));
  make_urgent(w, first);
}

Outcome page(Call& c) {
  const std::string whom = c.command.args.empty() ? "" : c.command.args.front();
  const std::string because = one_line(named(c.command, "because"));
  if (because.empty()) return refuse(c, "need.because", {{"command", plain(c.command.echo) + " because …"}});
  const Person* me = is_me(whom) ? person_meant(c, whom) : nullptr;
  if (is_me(whom) && !me) return unknown_person(c, whom);
  auto people = me ? std::vector{me} : people_called(c.work.config, whom);
  if (people.size() > 1) std::erase_if(people, [&](const Person* p) { return p->id == c.actor.id; });  // is there
  if (people.empty()) return refuse(c, "paging.nobody", {{"who", plain(clip(one_line(whom), 60))}});
  const Incident* i = incident_of(c);
  for (const Person* p : people)
    if (i && !is_in(*i, p->id)) return refuse(c, "private.not_in", {{"who", plain(p->name)}, {"person", p->id}});
  const std::string channel = i ? i->channel : c.input.channel.empty() ? "muster" : c.input.channel;
  const std::string lang = channel_language(c.work, channel);
  Entry e = human_entry(c, "page.sent", i);
  e.text = because;
  e.data = Value::Map{{"page_id", "page-" + c.input.source_id}, {"target_role", me ? me->id : whom}};
  record(c.work, std::move(e));
  call_people(c.work, channel, "page-" + c.input.source_id, people,
              say(lang, i ? "paging.incident" : "paging.call",
                  {{"who", plain(c.actor.display)},
                   {"id", i ? i->id : std::string()},
                   {"title", i ? plain(clip(one_line(i->title), 120)) : std::string()},
                   {"channel", channel},
                   {"why", plain(clip(because, 500))}}));
  std::vector<std::string> names;
  for (const Person* p : people) names.push_back(plain(p->name));
  return answer(c, "paging.done", {{"names", join(names, ", ")}, {"channel", channel}});
}

}  // namespace muster
