#include "bot/core/engine/triage.h"

#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/cards.h"
#include "bot/core/engine/channels.h"
#include "bot/core/engine/incident_parts.h"
#include "bot/core/engine/question_parts.h"

namespace muster {
namespace {

constexpr int triage_reminders = 3;
constexpr DurationMs triage_slow = hour_ms;  // where the severity asks for no updates

DurationMs triage_interval(const Work& w, const Incident& i) {
  const SeverityRule* rule = find_severity(w.config, i.severity);
  return rule && rule->update_every > 0 ? std::min(rule->update_every, triage_slow) : triage_slow;
}

bool all_clear(const State& state, const Incident& i) {
  return std::ranges::none_of(i.alerts, [&](const std::string& id) {
    const Alert* a = find_alert(state, id);
    return a && a->status == "firing";
  });
}

}  // namespace

void add_triage_buttons(const Work& w, const Incident& i, Message& m) {
  const std::string& lang = w.config.language;
  m.buttons.push_back({say(lang, "button.accept"), "accept " + i.id, "primary"});
  m.buttons.push_back({say(lang, "button.decline"), say(lang, "button.decline.line", {{"id", i.id}}), ""});
}

void arm_triage(Work& w, const Incident& i, int said) {
  const bool waits = i.triage && i.open() && said < triage_reminders;
  w.decision.timers.push_back({"triage-due:" + i.id, waits ? w.now + triage_interval(w, i) : 0,
                               Value::Map{{"incident", i.id}, {"said", said}}});
}

void triage_rang(Work& w, const Timer& timer) {
  const Incident* i = find_incident(w.state, timer.body["incident"].as_string());
  if (!i || !i->triage || !i->open()) return;
  const std::string since = format_duration(w.now - i->declared_ms);
  Entry e;
  e.kind = "reminder.sent";
  e.incident_id = i->id;
  e.text = say("en", "triage.waits", {{"id", i->id}, {"time", since}, {"title", i->title}});
  e.data = Value::Map{{"topic", "triage"}};
  record(w, std::move(e));
  const std::string& lang = w.config.language;
  Message m{.text = say(lang, "triage.waits", {{"id", i->id}, {"time", since}, {"title", plain(i->title)}}),
            .sections = {},
            .buttons = {},
            .color = "warning"};
  if (all_clear(w.state, *i)) m.sections.push_back({say(lang, "triage.calm"), {}});
  add_triage_buttons(w, *i, m);
  post(w, w.config.alerts_channel, timer.id + "-" + std::to_string(w.now), m);
  arm_triage(w, *i, static_cast<int>(timer.body["said"].as_int()) + 1);
}

void triage_ended(Work& w, const Incident& i, const std::string& person) {
  arm_triage(w, i, triage_reminders);
  const std::string& lang = w.config.language;
  const Message m{
      .text = say(lang, i.open() ? "triage.accepted" : "triage.declined",
                  {{"id", i.id},
                   {"severity", i.severity},
                   {"channel", i.channel},
                   {"title", plain(i.title)},
                   {"who", person == "operator" ? say(lang, "who.operator") : person_name(w.config, person)}}),
      .sections = {},
      .buttons = {},
      .color = i.open() ? severity_color(i.severity) : "good"};
  Value body = Value::Map{{"post_id", "announce-" + i.id}, {"message", to_value(m)}};
  if (!i.open()) body.set("over", true);
  w.decision.out.push_back({w.new_id(), "room:#" + w.config.alerts_channel, "edit", std::move(body)});
  if (i.open()) show_on_board(w, i, true);
}

Outcome accept(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  if (!i->triage || !i->open())
    return refuse(c, "triage.not", {{"id", i->id}, {"status", status_words(c.language, i->status)}});
  const std::string because = named(c.command, "because");
  Entry e = human_entry(c, "incident.status_changed", i);
  e.text = because.empty() ? say("en", "triage.yes") : because;
  e.pinned = true;
  e.data = Value::Map{{"status", "investigating"},
                      {"from", i->status},
                      {"reason", because},
                      {"next_update_ms", next_update_for(c.work, i->severity, "investigating")}};
  record(c.work, std::move(e));
  arm_reminder(c.work, *i);
  triage_ended(c.work, *i, c.actor.id);
  touch(c.work, *i);
  return told(c, *i, [i](Call& d) {
    return answer(d, "accept.done", {{"id", i->id}, {"severity", i->severity}, {"channel", i->channel}});
  });
}

}  // namespace muster
