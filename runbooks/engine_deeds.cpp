// Verbs that are decisions themselves: talking, paging, incidents, locks. Their messages have ids of their step, so
// that a step that is decided again says nothing twice.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/calling.h"
#include "bot/core/engine/cards.h"
#include "bot/core/engine/checklists.h"
#include "bot/core/engine/privacy.h"
#include "bot/core/engine/question_parts.h"
#include "bot/core/engine/urgent.h"
#include "runbooks/engine_parts.h"

namespace muster::runbooks {
namespace {

std::string id_of(const Turn& t, const std::string& path) { return "run-" + t.run.id + "-" + path; }

void succeed(Turn& t, const std::string& path, const Step& step, Value result = Value::Map{}) {
  end_step(t, path, &step, {.status = "succeeded", .result = std::move(result)});
}

}  // namespace

void tell_thread(Turn& t, const std::string& id, Message m) { post(t.w, t.run.channel, id, m, t.run.post); }

void do_message(Turn& t, const std::string& path, const Step& step, const Value& with) {
  Message m;
  m.text = clip_bytes(with["text"].as_string(), 8'000);
  const std::string& channel = with["channel"].as_string();
  const std::string& to = with["to"].as_string();
  if (!to.empty()) {
    for (const Person* p : people_called(t.w.config, to))
      post(t.w, t.run.channel, id_of(t, path) + "-" + p->id, m, t.run.post, p->id);
  } else if (!channel.empty()) {
    post(t.w, channel.starts_with('#') ? channel.substr(1) : channel, id_of(t, path), m);
  } else {
    tell_thread(t, id_of(t, path), std::move(m));
  }
  succeed(t, path, step);
}

void page_people(Work& w, const std::string& channel, const std::string& id, const std::string& whom,
                 const std::string& text) {
  call_people(w, channel, id, people_called(w.config, whom), text);
}

void do_page(Turn& t, const std::string& path, const Step& step, const Value& with) {
  const std::string& to = with["to"].as_string();
  const auto people = people_called(t.w.config, to);
  if (people.empty()) return fail_step(t, path, &step, "not_found", "There is nobody to page: " + to);
  page_people(t.w, t.run.channel, id_of(t, path), to, clip_bytes(with["text"].as_string(), 4'000));
  Entry e;
  e.kind = "page.sent";
  e.incident_id = t.run.incident;
  e.text = with["text"].as_string();
  e.data = Value::Map{{"page_id", id_of(t, path)}, {"target_role", to}};
  record(t.w, std::move(e));
  Value reached = Value::List{};
  for (const Person* p : people) reached.push(p->id);
  succeed(t, path, step, Value::Map{{"reached", reached}});
}

namespace {

std::string severity_of(const Work& w, const Value& with) {
  const Value& given = with["severity"];
  const std::string text = given.is_int() ? std::to_string(given.as_int()) : given.as_string();
  if (const SeverityRule* rule = find_severity(w.config, text)) return rule->name;
  return "SEV3";
}

void add_note(Turn& t, const std::string& incident, const std::string& text) {
  Entry e;
  e.kind = "note";
  e.incident_id = incident;
  e.text = text;
  record(t.w, std::move(e));
}

void open_one(Turn& t, const std::string& path, const Step& step, const Value& with) {
  Entry e;
  e.text = with["open"].as_string();
  if (!with["service"].as_string().empty()) e.services = {with["service"].as_string()};
  e.actor = {.type = "bot", .id = "muster", .handle = t.w.config.bot_handle, .display = "muster"};
  e.data = Value::Map{{"title", clip(one_line(e.text), 120)}, {"severity", severity_of(t.w, with)}, {"run", t.run.id}};
  const Incident& opened = open_incident(t.w, std::move(e));
  bring_checklists(t.w, opened);
  const std::string id = opened.id;
  if (!with["reason"].as_string().empty()) add_note(t, id, with["reason"].as_string());
  succeed(t, path, step, Value::Map{{"id", id}});
}

}  // namespace

void do_incident(Turn& t, const std::string& path, const Step& step, const Value& with) {
  if (with.has("open")) return open_one(t, path, step, with);
  if (with.has("offer")) return offer_incident(t, path, step, with);
  const std::string wanted = with.has("id") ? with["id"].as_string() : t.run.incident;
  const Incident* i = public_incident(t.w.state, wanted);
  if (!i)
    return fail_step(t, path, &step, "not_found",
                     "There is no incident to speak of" + (wanted.empty() ? "." : ": " + wanted));
  const bool resolve = with.has("resolve");
  if (resolve && !i->open()) return succeed(t, path, step, Value::Map{{"id", i->id}});
  Entry e;
  e.incident_id = i->id;
  e.services = i->services;
  e.actor = {.type = "bot", .id = "muster", .handle = t.w.config.bot_handle, .display = "muster"};
  if (resolve) {
    e.kind = "incident.resolved";
    e.text = with["resolve"].as_string();
    e.pinned = true;
    e.data = Value::Map{{"status", "resolved"}, {"reason", e.text}};
  } else {
    const TimeMs next = next_update_for(t.w, i->severity, i->status);
    e.kind = "status.update";
    e.text = with["update"].as_string();
    e.visibility = "public";
    e.data = Value::Map{
        {"number", i->updates + 1}, {"status", i->status}, {"audience", "stakeholders"}, {"next_update_ms", next}};
  }
  record(t.w, std::move(e));
  arm_reminder(t.w, *i);
  touch(t.w, *i);
  succeed(t, path, step, Value::Map{{"id", i->id}});
}

void do_lock(Turn& t, const std::string& path, const Step& step, const Value& with) {
  const std::string service = with["service"].as_string().empty() ? "*" : with["service"].as_string();
  const std::string& env = with["env"].as_string();
  if (with["action"].as_string() == "release") {
    const Lock* lock = lock_of(t.w.state, service, env, t.w.now);
    if (lock && lock->owner == t.run.id)
      static_cast<void>(release_lock(t.w, *lock, t.run.id, false, {}, "released by its run"));
    return succeed(t, path, step);
  }
  const auto length = parse_duration(with.has("for") ? with["for"].as_string() : "4h");
  if (!length) return fail_step(t, path, &step, "expression", length.error().message);
  const bool had = lock_of(t.w.state, service, env, t.w.now) != nullptr;
  LockWish wish;
  wish.service = service;
  wish.environment = env;
  // After a change from chat it stays, and belongs to who asked for it; after one that went wrong to nobody's own: who
  // asked for that change looks first, too.
  wish.owner = t.run.change.is_map() && !path.starts_with("on_failure") ? t.run.person : t.run.id;
  wish.reason = with.has("because") ? with["because"].as_string() : t.run.runbook;
  wish.channel = t.run.channel;
  wish.until_ms = t.w.now + *length;
  auto id = take_lock(t.w, std::move(wish));
  if (!id) return fail_step(t, path, &step, "conflict", id.error().message);
  Value result = Value::Map{{"id", *id}, {"holder", find_lock(t.w.state, *id)->owner}};
  if (!had) result.set("taken", true);
  // Taken: it is put back by `undo: all` like any other step that began.
  note_attempt(t, path,
               Value::Map{{"step", step.id},
                          {"verb", "lock"},
                          {"effect", "idempotent"},
                          {"status", "running"},
                          {"attempt", 1},
                          {"arguments", with}});
  succeed(t, path, step, std::move(result));
}

}  // namespace muster::runbooks
