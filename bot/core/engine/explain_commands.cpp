// Anything by its id, and why it is as it is.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/codes.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/cards.h"
#include "bot/core/engine/change_answers.h"
#include "bot/core/engine/explain.h"
#include "bot/core/engine/extension.h"
#include "bot/core/engine/question_parts.h"
#include "bot/core/engine/schedules.h"
#include "bot/core/engine/silences.h"

namespace muster {
namespace {

std::string codes_text() {
  std::vector<std::string> all;
  for (const std::string_view code : refusal_codes()) all.push_back("`" + std::string(code) + "`");
  return join(all, " ");
}

Outcome show_alert(Call& c, const Alert& a) {
  Outcome o;
  o.reply = {.text = alert_line(c, a), .sections = {}, .buttons = {}, .color = severity_color(a.severity)};
  Section s;
  s.fields = {{say(c.language, "field.since"), short_time(c, a.starts_ms)},
              {say(c.language, "field.copies"), std::to_string(a.count)},
              {say(c.language, "field.episode"), std::to_string(a.episode)}};
  if (a.ended_ms) s.fields.emplace_back(say(c.language, "field.resolved"), short_time(c, a.ended_ms));
  for (const auto& [k, v] : a.labels)
    if (!internal_label(k)) s.fields.emplace_back(clip(one_line(k), 40), plain(clip(one_line(v), 200)));
  for (const auto& [text, url] : a.links)
    s.fields.emplace_back(clip(one_line(text), 40), plain(clip(one_line(url), 300)));
  o.reply.sections.push_back(s);
  if (a.status == "firing" && a.acknowledged_by.empty())
    o.reply.buttons = {{say(c.language, "button.ack"), "ack " + a.id, "primary"}};
  o.json = projection(a).body;
  return o;
}

Outcome show_question(Call& c, const Question& q) {
  Outcome o;
  o.reply.text = question_state(c.language, c.work.config, q);
  o.reply.sections.push_back(question_fields(c.language, c.work.config, q));
  if (q.open() && q.kind == "approve" && q.person != c.actor.id)
    o.reply.buttons = {{say(c.language, "button.approve"), "approve " + q.id, "primary"},
                       {say(c.language, "button.deny"), "deny " + q.id, "danger"}};
  o.json = Value::Map{{"id", q.id},           {"kind", q.kind},     {"status", q.status},
                      {"command", q.command}, {"person", q.person}, {"rule", q.rule},
                      {"group", q.group},     {"needed", q.needed}, {"given", static_cast<int>(q.approvers.size())}};
  return o;
}

Outcome show_grant(Call& c, const Grant& g) {
  Outcome o = answer(c, "show.grant",
                     {{"id", g.id},
                      {"who", person_name(c.work.config, g.person)},
                      {"role", plain(g.role)},
                      {"time", short_time(c, g.until_ms)}});
  const std::string scope = g.service + (g.environment.empty() ? "" : " " + g.environment);
  if (!scope.empty()) o.reply.sections.push_back({say(c.language, "grant.scope", {{"scope", plain(scope)}}), {}});
  o.json = Value::Map{{"id", g.id}, {"person", g.person}, {"role", g.role}, {"until", format_utc(g.until_ms)}};
  return o;
}

Outcome show_silence(Call& c, const Silence& l) {
  Outcome o;
  o.reply.text = silence_line(c, l);
  if (l.open()) o.reply.buttons = {{say(c.language, "button.unsilence"), "unsilence " + l.id, ""}};
  o.json = projection(l).body;
  return o;
}

Outcome unknown_id(Call& c, const std::string& id) {
  const std::string canonical = canonical_id(id);
  if (canonical.starts_with('T')) return refuse(c, "schedule.no_id", {{"id", plain(id)}});
  return no_such_id(c, id);
}

// Runs, locks: what another room keeps.
bool of_extension(const Call& c, const std::string& id) {
  const std::string canonical = canonical_id(id);
  const bool ours = canonical.starts_with('R') || canonical.starts_with('L');
  return ours && c.work.extension && c.work.extension->handlers().contains("show");
}

Outcome show_service(Call& c, const Service& s) {
  const State& state = c.work.state;
  const ChangeReader reader{c.work.config, c.language, c.zone, c.work.now};
  Outcome o = answer(c, "show.service", {{"name", plain(s.name)}});
  Section facts;
  const auto field = [&](const char* key, const std::string& text) {
    if (!text.empty()) facts.fields.emplace_back(say(c.language, key), text);
  };
  if (!s.title.empty()) facts.text = plain(s.title);
  field("field.owners", plain(join(s.owners, ", ")));
  field("field.environments", plain(join(s.environments, ", ")));
  field("field.depends_on", plain(join(s.depends_on, ", ")));
  field("field.versions", versions_text(state, s.name));
  field("field.runbook_link", plain(s.runbook_url));
  field("field.dashboard", plain(s.dashboard_url));
  o.reply.sections.push_back(std::move(facts));
  std::string lines;
  Value::List list;
  for (const ChangeRecord* change : changes_at(state.changes, s.name, "")) {
    if (list.size() == 3) break;
    lines += change_line(reader, *change) + "\n";
    list.push_back(change_value(*change));
  }
  if (!lines.empty()) o.reply.sections.push_back({std::string(trim(lines)), {}});
  o.reply.sections.push_back({say(c.language, "show.service.more", {{"name", plain(s.name)}}), {}});
  o.json = Value::Map{{"name", s.name}, {"title", s.title}, {"changes", Value(std::move(list))}};
  return o;
}

Outcome show(Call& c) {
  const std::string id = first_argument(c.command);
  if (const Alert* a = find_alert(c.work.state, id)) return show_alert(c, *a);
  if (const Question* q = find_question(std::as_const(c.work.state), id); q && may_read(c, *q))
    return show_question(c, *q);
  if (const auto g = c.work.state.grants.find(canonical_id(id)); g != c.work.state.grants.end())
    return show_grant(c, g->second);
  if (const Silence* l = find_silence(c.work.state, canonical_id(id))) return show_silence(c, *l);
  if (const Schedule* t = find_schedule(std::as_const(c.work.state), id)) return show_schedule(c, *t);
  if (of_extension(c, id)) return c.work.extension->handlers().at("show")(c);
  const Incident* i = find_incident(c.work.state, id);
  const Service* service = i ? nullptr : find_service(c.work.config, id);
  if (service) return show_service(c, *service);
  if (!i) return unknown_id(c, id);
  Outcome o;
  o.reply = summary_message(c.work, *i);
  o.json = projection(*i).body;
  o.json.set("id", i->id);
  return o;
}

Outcome explain(Call& c) {
  const std::string what = first_argument(c.command);
  if (what.empty()) return answer(c, "code.list", {{"codes", codes_text()}});
  const std::string code = lower_ascii(what);
  if (std::ranges::find(refusal_codes(), std::string_view(code)) != refusal_codes().end())
    return answer(c, "code." + code);
  // A code of the linter.
  if (const std::string rule = "lint.RB" + code.substr(std::min<std::size_t>(2, code.size()));
      code.starts_with("rb") && has_sentence(rule))
    return answer(c, rule);
  if (const Alert* a = find_alert(c.work.state, what)) return explain_alert(c, *a);
  if (const Question* q = find_question(std::as_const(c.work.state), what); q && may_read(c, *q))
    return show_question(c, *q);
  if (const Schedule* t = find_schedule(std::as_const(c.work.state), what)) return explain_schedule(c, *t);
  if (c.work.state.grants.contains(canonical_id(what)) || of_extension(c, what)) return show(c);
  if (const Incident* i = find_incident(c.work.state, what)) {
    return answer(c, i->group_key.empty() ? "explain.incident.alone" : "explain.incident",
                  {{"id", i->id},
                   {"who", person_name(c.work.config, i->declared_by)},
                   {"time", short_time(c, i->declared_ms)},
                   {"group", plain(clip(i->group_key, 200))}});
  }
  return canonical_id(what).empty()
             ? refuse(c, "code.unknown", {{"text", plain(clip(what, 60))}, {"codes", codes_text()}})
             : unknown_id(c, what);
}

}  // namespace

const std::map<std::string_view, Handler>& explain_handlers() {
  static const std::map<std::string_view, Handler> table = {{"show", show}, {"explain", explain}};
  return table;
}

}  // namespace muster
