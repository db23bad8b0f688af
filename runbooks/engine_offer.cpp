// After a change that hurt: one message that says what was changed, why it was bad, what became of it, what is locked,
// and how to declare an incident; or, where one is open already, the same as a note in its timeline.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "runbooks/changes.h"
#include "runbooks/engine_parts.h"
#include "runbooks/paths.h"

namespace muster::runbooks {
namespace {

struct Hurt {
  std::string path;  // of the change; empty: there was none
  const StepRun* change = nullptr;
  const StepRun* back = nullptr;  // what put it back; null: nobody tried
};

Hurt hurt_of(const Turn& t, const Value& with) {
  Hurt h;
  for (const std::string& at : t.run.order) {
    const auto it = t.run.steps.find(at);
    if (it == t.run.steps.end() || is_undo_path(at) || !is_change(it->second.verb)) continue;
    const StepRun& s = it->second;
    const bool same = with["service"].is_null() || s.arguments["service"] == with["service"];
    if (same && !s.before.is_null()) h.path = at, h.change = &s;
  }
  if (!h.change) return h;
  for (const std::string& at : t.run.order)
    if (is_undo_path(at) && at.ends_with("undo." + h.path)) h.back = &t.run.steps.at(at);
  return h;
}

const Incident* open_one_of(const Turn& t, const std::string& service) {
  const Incident* own = find_incident(std::as_const(t.w.state), t.run.incident);
  if (own && own->open()) return own;
  for (auto it = t.w.state.incidents.rbegin(); it != t.w.state.incidents.rend(); ++it)
    if (it->second.open() && !it->second.is_private &&
        std::ranges::find(it->second.services, service) != it->second.services.end())
      return &it->second;
  return nullptr;
}

const Lock* lock_of_run(const Turn& t) {
  for (const auto& [n, lock] : t.w.state.locks)
    if (lock.owner == t.run.id && !lock.freeze) return &lock;
  return nullptr;
}

// What there was before, as far as it is known: v7, or 6 replicas.
std::string before_text(const StepRun& change) {
  if (const Value& was = change.before[scale_fact(change.arguments)]; change.verb == "scale" && was.is_int())
    return std::to_string(was.as_int());
  return change.before["version"].as_string();
}

std::string wanted_text(const StepRun& change) {
  if (change.verb == "scale") return std::to_string(change.arguments["replicas"].as_int());
  // Of a stage the target goes on naming the version of the others.
  const std::string& is = change.result["version"].as_string();
  return is.empty() || !change.arguments["part"].as_string().empty() ? change.intended["version"].as_string() : is;
}

std::string outcome_text(const std::string& lang, const Hurt& h, std::map<std::string, std::string> words) {
  words["before"] = plain(before_text(*h.change));
  if (h.change->verb == "restart") return say_with(lang, "hurt.restart", words);
  if (h.back && h.back->status == "succeeded") return say_with(lang, "hurt.back", words);
  words["why"] = plain(clip(one_line(h.back ? h.back->error : ""), 300));
  return say_with(lang, h.back ? "hurt.not_back" : "hurt.left", words);
}

}  // namespace

void offer_incident(Turn& t, const std::string& path, const Step& step, const Value& with) {
  const Hurt h = hurt_of(t, with);
  const std::string lang = channel_language(t.w, t.run.channel);
  const std::string service = h.change ? h.change->arguments["service"].as_string() : with["service"].as_string();
  const std::string env = h.change ? h.change->arguments["env"].as_string() : with["env"].as_string();
  std::map<std::string, std::string> words{{"id", t.run.id},
                                           {"service", plain(service)},
                                           {"env", plain(env)},
                                           {"verb", h.change ? h.change->verb : ""},
                                           {"to", h.change ? plain(wanted_text(*h.change)) : ""},
                                           {"why", plain(clip(one_line(t.run.failure), 400))}};
  Message m;
  m.color = "danger";
  m.text = h.change ? say_with(lang, words["to"].empty() ? "hurt.what.bare" : "hurt.what", words)
                    : plain(with["offer"].as_string());
  if (h.change) m.sections.push_back({outcome_text(lang, h, words), {}});
  if (const Lock* lock = lock_of_run(t)) {
    words["lock"] = lock->id;
    words["time"] = lock->until_ms == 0 ? "–" : format_utc_minute(lock->until_ms) + " UTC";
    m.sections.push_back({say_with(lang, "hurt.locked", words), {}});
  }
  Value result = Value::Map{};
  if (const Incident* i = open_one_of(t, service)) {
    Entry note;
    note.kind = "note";
    note.incident_id = i->id;
    note.services = {service};
    note.actor = {.type = "bot", .id = "muster", .handle = t.w.config.bot_handle, .display = "muster"};
    note.text = plain_text(m);
    note.data = Value::Map{{"run_id", t.run.id}};
    words["incident"] = i->id;
    m.sections.push_back({say_with(lang, "hurt.noted", words), {}});
    result.set("id", i->id);
    record(t.w, std::move(note));
  } else {
    const std::string severity = with["severity"].as_string().empty() ? "SEV3" : with["severity"].as_string();
    const std::string line = "declare " + lower_ascii(severity) + " " + clip(one_line(with["offer"].as_string()), 100) +
                             (service.empty() ? "" : " for " + service);
    words["line"] = plain(line);
    m.sections.push_back({say_with(lang, "hurt.offer", words), {}});
    m.buttons.push_back({say(lang, "hurt.button.declare"), line, "danger"});
  }
  post(t.w, t.run.channel, "run-" + t.run.id + "-" + path, m);
  end_step(t, path, &step, {.status = "succeeded", .result = std::move(result)});
}

}  // namespace muster::runbooks
