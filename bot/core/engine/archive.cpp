// When an incident is over, its channel is archived after a while, and only when somebody says so.
#include <algorithm>
#include <set>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/channels.h"
#include "bot/core/engine/checklists.h"
#include "bot/core/engine/incident_parts.h"
#include "bot/core/engine/privacy.h"
#include "bot/core/engine/together.h"
#include "bot/core/engine/urgent.h"
#include "bot/core/journal/sentence.h"

namespace muster {

namespace {

// Where it waits for the review: of what has none, and after `archive later`, the next day.
DurationMs wait_of(const CoreConfig& c) { return c.archive_published ? day_ms : c.archive_after; }

}  // namespace

bool is_held(const CoreConfig& c, const Incident& i) { return c.archive_published && i.status == "resolved"; }

void arm_archive(Work& w, const Incident& i, DurationMs soon) {
  if (i.open()) w.decision.timers.push_back({"archive-now:" + i.id, 0, {}});  // what was said before it came back
  if (soon != 0 && !w.config.archive_published) return;  // the end of the incident has set the clock
  const DurationMs wait = soon != 0 ? soon : wait_of(w.config);
  if (wait <= 0 || i.channel.empty()) return;
  const bool ask = !i.open() && !i.archived && !is_held(w.config, i);
  w.decision.timers.push_back({"archive:" + i.id, ask ? w.now + wait : 0, Value::Map{{"incident", i.id}}});
}

void archive_rang(Work& w, const Timer& timer) {
  const Incident* i = find_incident(w.state, timer.body["incident"].as_string());
  if (!i || i->open() || i->archived || i->channel.empty() || is_held(w.config, *i)) return;
  const std::string& lang = w.config.language;
  const bool reviewed = w.config.archive_published && i->status == "closed";
  Message m;
  m.text =
      say(lang, reviewed ? "archive.ask_reviewed" : "archive.ask",
          {{"id", i->id}, {"time", format_duration(w.now - (i->resolved_ms != 0 ? i->resolved_ms : i->declared_ms))}});
  m.buttons.push_back({say(lang, "button.archive"), "archive " + i->id, ""});
  m.buttons.push_back({say(lang, "button.archive_later"), "archive later " + i->id, ""});
  post(w, i->channel, timer.id + "-" + std::to_string(w.now), m);
}

namespace {

// Nobody is taken out of a channel that is archived: whoever was taken out of the incident meanwhile is still in it.
// They go when it is opened again, before anything is said there.
void shut_out_removed(Work& w, const Incident& i) {
  Value people = Value::List{};
  for (const std::string& person : i.removed)
    if (i.is_private && !is_in(i, person)) people.push(person);
  if (people.as_list().empty()) return;
  auto& out = w.decision.out;
  const auto opens = [&](const OutMessage& m) {
    return m.kind == "open_channel" && m.destination == "room:#" + i.channel;
  };
  const auto at = std::ranges::find_if(out, opens);
  Value body = Value::Map{{"people", std::move(people)}, {"private", true}};
  out.insert(at == out.end() ? at : std::next(at), {w.new_id(), "room:#" + i.channel, "remove", std::move(body)});
}

}  // namespace

void reopen_channel(Work& w, const Incident& i) {
  Entry e;
  e.kind = "channel.reopened";
  e.incident_id = i.id;
  e.text = "#" + i.channel;
  record(w, std::move(e));
  show_channel(w, i);
  shut_out_removed(w, i);
  repost_checklists(w, i);
  invite_again(w, i);
}

// Of an incident that is over it is what the bot would have asked for. One that is open needs its channel: it is opened
// again, or another one takes the place, and whoever was there is invited.
void archived_by_hand(Work& w, const Incident& i, const ChatFact& f) {
  if (i.archived || (!i.open() && i.bound.size() > 1)) return;
  Entry e;
  e.kind = "channel.archived";
  e.incident_id = i.id;
  e.origin = "human";
  e.actor = f.user.empty() ? Actor{.type = "system", .id = f.platform, .handle = f.platform, .display = f.platform}
                           : actor_of(w.config, f.user, false);
  e.data = Value::Map{{"platform", f.platform}, {"by_hand", true}};
  write_sentence(e, "entry.by_hand", Value::Map{{"channel", i.channel}, {"platform", f.platform}});
  const std::string who = f.user.empty() ? say(w.config.language, "somebody") : plain(e.actor.display);
  record(w, std::move(e));
  arm_archive(w, i);
  if (!i.open()) return touch(w, i);
  reopen_channel(w, i);
  touch(w, i);
  Message m;
  m.color = "warning";
  m.text = say(channel_language(w, i.channel), "archive.undone", {{"id", i.id}, {"who", who}});
  post(w, i.channel, "unarchived-" + w.new_id(), m);
}

// Alerts and the board would go on unseen: whoever reads the bot's other channels is told.
void standing_archived(Work& w, const ChatFact& f) {
  const std::vector<std::string> all = standing_channels(w.config);
  if (std::ranges::find(all, f.channel) == all.end()) return;
  for (const std::string& channel : std::set<std::string>{"muster", w.config.alerts_channel}) {
    if (channel == f.channel) continue;
    const std::string language = channel_language(w, channel);
    const std::string who =
        f.user.empty() ? say(language, "somebody") : plain(actor_of(w.config, f.user, false).display);
    Message m;
    m.color = "warning";
    m.text = say(language, "archive.standing",
                 {{"who", who}, {"channel", plain(f.channel)}, {"place", place_name(f.platform)}});
    post(w, channel, "archived-" + w.new_id(), m);
    make_urgent(w);
  }
}

// A moment later, so that the answer and whatever else this decision says still get there.
Outcome archive_channel(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  if (i->open()) return refuse(c, "archive.open", {{"id", i->id}});
  if (i->archived) return refuse(c, "archive.already", {{"id", i->id}, {"channel", i->channel}});
  const std::string because = named(c.command, "because");
  if (is_held(c.work.config, *i) && because.empty()) return refuse(c, "archive.held", {{"id", i->id}});
  c.work.decision.timers.push_back({"archive-now:" + i->id, c.work.now + 1,
                                    Value::Map{{"incident", i->id}, {"by", c.actor.id}, {"because", because}}});
  // Nobody speaks there any more, and a review of a private incident can be published in few other places.
  const bool last_chance = i->is_private && i->published.version == 0 && i->status == "resolved";
  return told(c, *i, [i, last_chance](Call& d) {
    return answer(d, last_chance ? "archive.done_unpublished" : "archive.done",
                  {{"id", i->id}, {"channel", i->channel}});
  });
}

void archive_now_rang(Work& w, const Timer& timer) {
  Incident* i = find_incident(w.state, timer.body["incident"].as_string());
  if (!i || i->open() || i->archived || i->channel.empty()) return;
  Entry e;
  e.kind = "channel.archived";
  e.incident_id = i->id;
  e.origin = "human";
  e.actor = actor_of(w.config, timer.body["by"].as_string(), timer.body["by"].as_string() == "operator");
  e.text = "#" + i->channel;
  if (const std::string& because = timer.body["because"].as_string(); !because.empty()) {
    e.text += ": " + because;
    e.data = Value::Map{{"reason", because}};
  }
  record(w, std::move(e));
  arm_archive(w, *i);
  touch(w, *i);
  w.decision.out.push_back({w.new_id(), "room:#" + i->channel, "archive", Value::Map{{"channel", i->channel}}});
}

Outcome keep_channel(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  if (i->open()) return refuse(c, "archive.open", {{"id", i->id}});
  if (i->archived) return refuse(c, "archive.already", {{"id", i->id}, {"channel", i->channel}});
  if (is_held(c.work.config, *i)) return answer(c, "archive.waits", {{"id", i->id}});
  arm_archive(c.work, *i);
  const DurationMs wait = wait_of(c.work.config);
  if (wait <= 0) return answer(c, "archive.never", {{"id", i->id}});
  return answer(c, "archive.later", {{"id", i->id}, {"time", short_time(c, c.work.now + wait)}});
}

}  // namespace muster
