// States and times of an incident: mitigated, resolved, open again, and corrections of when things happened.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/when.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/cards.h"
#include "bot/core/engine/channels.h"
#include "bot/core/engine/checklists.h"
#include "bot/core/engine/incident_parts.h"
#include "bot/core/engine/todos.h"
#include "bot/core/engine/triage.h"

namespace muster {
namespace {

bool may_move(const std::string& from, const std::string& to) {
  static const std::map<std::string_view, std::vector<std::string_view>> next = {
      {"reported", {"investigating", "canceled"}},
      {"investigating", {"mitigating", "mitigated", "resolved", "canceled"}},
      {"mitigating", {"investigating", "mitigated", "resolved"}},
      {"mitigated", {"investigating", "resolved"}},
      {"resolved", {"investigating", "closed"}},
      {"closed", {"investigating"}},
      {"canceled", {"investigating"}}};
  const auto it = next.find(from);
  return it != next.end() && std::ranges::find(it->second, to) != it->second.end();
}

// A moment the command names, or now. Only a time and no reason asks for the reason.
struct Moment {
  TimeMs at = 0;
  std::int64_t precision_ms = second_ms;
  bool stated = false;
};

std::expected<Moment, Outcome> moment_of(Call& c) {
  const std::string before = join(words_without_incident(c), " ");
  const std::string reason = named(c.command, "because");
  const auto when = past_time(c, before.empty() ? reason : before);
  if (!when) return std::unexpected(when.error());
  if (!before.empty() && (!*when || !(*when)->rest.empty()))
    return std::unexpected(refuse(c, "time.unread", {{"text", plain(before)}, {"verb", c.command.verb}}));
  const std::string typed = before.empty() ? reason : before;  // only a time, and no reason
  if (reason.empty() || (before.empty() && *when && (*when)->rest.empty()))
    return std::unexpected(
        refuse(c, "need.because",
               {{"command", c.command.verb + (typed.empty() ? "" : " " + plain(clip(typed, 60))) + " because …"}}));
  if (before.empty() || !*when) return Moment{c.work.now, second_ms, false};
  return Moment{(*when)->at, (*when)->precision_ms, true};
}

// What must not come before what: shown with both times, never silently repaired.
std::string order_fault(Call& c, const Incident& i, const std::string& name, TimeMs at) {
  struct Pair {
    const char *first, *second;
    TimeMs a, b;
  };
  const auto of = [&](const char* which, TimeMs stored) { return name == which ? at : stored; };
  const Pair pairs[] = {
      {"impact", "detected", of("impact", i.impact_ms), of("detected", i.detected_ms)},
      {"impact", "mitigated", of("impact", i.impact_ms), of("mitigated", i.mitigated_ms)},
      {"detected", "resolved", of("detected", i.detected_ms), of("resolved", i.resolved_ms)},
      {"mitigated", "resolved", of("mitigated", i.mitigated_ms), of("resolved", i.resolved_ms)},
  };
  for (const Pair& p : pairs) {
    if ((name != p.first && name != p.second) || p.a == 0 || p.b == 0 || p.a < p.b + minute_ms) continue;
    return say(c.language, "time.order",
               {{"first", say(c.language, std::string("time.") + p.first)},
                {"a", short_time(c, p.a)},
                {"second", say(c.language, std::string("time.") + p.second)},
                {"b", short_time(c, p.b)}});
  }
  return {};
}

Outcome refuse_order(Call& c, const std::string& fault) {
  return refuse(c, "as_is", {{"text", fault}, {"next", say(c.language, "time.order_next")}});
}

// What is still owed when an incident ends.
struct Owed {
  TimeMs review = 0;
  int items = 0;  // of its checklists
};

Outcome state_answer(Call& c, const Incident& i, const std::string& status, const char* done, TimeMs at,
                     const Owed& owed) {
  return told(c, i, [&](Call& d) {
    Outcome o = answer(d, done, {{"id", i.id}, {"time", short_time(d, at)}, {"channel", i.channel}});
    if (owed.items != 0)
      o.reply.sections.push_back({say(d.language, "checklist.left", {{"n", std::to_string(owed.items)}}), {}});
    if (owed.review != 0)
      o.reply.sections.push_back({say(d.language, "review.owed", {{"time", short_time(d, owed.review)}}), {}});
    if (is_held(d.work.config, i)) o.reply.sections.push_back({say(d.language, "archive.waits", {{"id", i.id}}), {}});
    const TimeMs end = i.mitigated_ms != 0 ? i.mitigated_ms : at;
    if (i.impact_ms == 0 || status == "investigating" || status == "canceled") return o;
    const std::string lasted = format_duration(end - i.impact_ms);
    o.reply.sections.push_back({say(d.language, "impact.lasted", {{"duration", lasted}}), {}});
    return o;
  });
}

Outcome move(Call& c, const std::string& kind, const std::string& status, const char* done) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  if (i->triage && i->open() && status != "canceled") return refuse(c, "triage.first", {{"id", i->id}});
  if (!may_move(i->status, status)) {
    return refuse(
        c, i->status == status ? "status.same" : "status.refused",
        {{"id", i->id}, {"from", status_words(c.language, i->status)}, {"to", status_words(c.language, status)}});
  }
  const auto moment = moment_of(c);
  if (!moment) return moment.error();
  if (const std::string fault = order_fault(c, *i, status, moment->at); !fault.empty()) return refuse_order(c, fault);
  const std::string because = named(c.command, "because");
  Entry e = human_entry(c, kind, i);
  e.text = because;
  e.pinned = true;
  e.occurred_ms = moment->at;
  e.precision_ms = moment->precision_ms;
  if (moment->stated) e.origin = "backfill";
  e.data = Value::Map{{"status", status}, {"reason", because}};
  // Open again: the clock of updates starts anew; mitigated: it slows down.
  if (status == "investigating" || status == "mitigated")
    e.data.set("next_update_ms", next_update_for(c.work, i->severity, status));
  const bool waited = i->triage;
  const int left = status == "resolved" ? open_items(*i) : 0;  // before those of the end come out
  record(c.work, std::move(e));
  arm_reminder(c.work, *i);
  arm_archive(c.work, *i);
  if (waited) triage_ended(c.work, *i, c.actor.id);
  const TimeMs review = status == "resolved" ? owe_review(c.work, *i) : 0;
  const bool moves = i->open() && i->archived;
  if (moves) reopen_channel(c.work, *i);
  if (status == "resolved") bring_checklists(c.work, *i);
  touch(c.work, *i);
  show_links(c.work, *i);
  return state_answer(c, *i, status, moves ? "reopen.moved" : done, moment->at, {review, left});
}

const std::map<std::string_view, std::string_view>& time_names() {
  static const std::map<std::string_view, std::string_view> names = {
      {"impact", "impact"},       {"start", "impact"},         {"detected", "detected"},
      {"declared", "declared"},   {"acked", "acknowledged"},   {"acknowledged", "acknowledged"},
      {"mitigated", "mitigated"}, {"mitigation", "mitigated"}, {"resolved", "resolved"},
      {"resolution", "resolved"}};
  return names;
}

TimeMs stored_time(const Incident& i, std::string_view name) {
  if (name == "impact") return i.impact_ms;
  if (name == "detected") return i.detected_ms;
  if (name == "declared") return i.declared_ms;
  if (name == "acknowledged") return i.acknowledged_ms;
  return name == "mitigated" ? i.mitigated_ms : i.resolved_ms;
}

// A correction of the entry that set the time; where nothing set it, the fact itself, added later.
Entry time_entry(const Call& c, const Incident& i, const std::string& name, const PastTime& when,
                 const std::string& because) {
  const auto target = i.time_events.find(name);
  // Somebody noticed before the first alert: a signal of its own, the alert fired when it fired.
  const bool earlier_signal = name == "detected" && (i.detected_ms == 0 || when.at < i.detected_ms);
  if (target == i.time_events.end() || earlier_signal) {
    const char* kind = name == "impact"     ? "impact.started"
                       : name == "detected" ? "report.internal"
                                            : "page.acknowledged";
    Entry e = human_entry(c, kind, &i);
    e.text = because;
    e.occurred_ms = when.at;
    e.precision_ms = when.precision_ms;
    e.origin = "backfill";
    e.data = Value::Map{{"basis", "stated"}, {"reason", because}};
    return e;
  }
  Entry e = human_entry(c, "correction", &i);
  e.text = because;
  e.corrects = target->second;
  Value patch = Value::Map{{"occurred_at", format_utc(when.at)}, {"occurred_ms", when.at}};
  e.data = Value::Map{{"patch", patch}, {"reason", because}, {"field", name}};
  return e;
}

}  // namespace

std::expected<std::optional<PastTime>, Outcome> past_time(Call& c, const std::string& text) {
  const Result<std::optional<When>> when = leading_time(text, c.work.now, c.zone);
  if (!when)
    return std::unexpected(
        refuse(c, "as_is", {{"text", plain(when.error().message) + "."}, {"next", plain(when.error().next_step)}}));
  if (!*when) return std::optional<PastTime>{};
  if ((*when)->at > c.work.now)
    return std::unexpected(
        refuse(c, "time.future", {{"time", short_time(c, (*when)->at)}, {"now", short_time(c, c.work.now)}}));
  return PastTime{(*when)->at, (*when)->precision_ms, std::string(trim((*when)->rest))};
}

Outcome mitigate(Call& c) { return move(c, "incident.mitigated", "mitigated", "mitigate.done"); }
Outcome resolve(Call& c) { return move(c, "incident.resolved", "resolved", "resolve.done"); }

Outcome decline(Call& c) { return move(c, "incident.canceled", "canceled", "decline.done"); }

Outcome reopen(Call& c) {
  const Incident* i = incident_of(c);
  if (i && (i->status == "resolved" || i->status == "closed") && c.work.now - i->resolved_ms > day_ms)
    return refuse(c, "reopen.late", {{"id", i->id}});
  return move(c, "incident.reopened", "investigating", "reopen.done");
}

// time impact 13:55 because the graph shows the step there
Outcome correct_time(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  const std::string text = join(words_without_incident(c), " ");
  const std::string because = named(c.command, "because");
  if (text.empty())
    return refuse(
        c, "need.because",
        {{"command", "time " + (because.empty() ? "impact 13:55" : plain(clip(because, 60))) + " because …"}});
  const std::size_t space = text.find(' ');
  const auto known = time_names().find(lower_ascii(text.substr(0, space)));
  if (known == time_names().end()) return refuse(c, "time.which", {{"name", plain(text.substr(0, space))}});
  const std::string name(known->second);
  const auto when = past_time(c, space == std::string::npos ? "" : text.substr(space + 1));
  if (!when) return when.error();
  if (!*when || !(*when)->rest.empty()) return refuse(c, "time.when", {{"name", std::string(known->first)}});
  if (because.empty()) return refuse(c, "need.because", {{"command", "time " + text + " because …"}});
  const TimeMs before = stored_time(*i, name);
  if (before == 0 && (name == "mitigated" || name == "resolved"))
    return refuse(c, "time.not_yet", {{"id", i->id}, {"verb", name == "mitigated" ? "mitigate" : "resolve"}});
  if (const std::string fault = order_fault(c, *i, name, (*when)->at); !fault.empty()) return refuse_order(c, fault);
  record(c.work, time_entry(c, *i, name, **when, because));
  touch(c.work, *i);
  return told(c, *i, [&](Call& d) {
    const std::string what = say(d.language, "time." + name), at = short_time(d, (*when)->at);
    if (before == 0) return answer(d, "time.set", {{"id", i->id}, {"what", what}, {"time", at}});
    return answer(d, "time.corrected",
                  {{"id", i->id}, {"what", what}, {"time", at}, {"before", short_time(d, before)}});
  });
}

}  // namespace muster
