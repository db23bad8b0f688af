#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/cards.h"
#include "bot/core/engine/channels.h"
#include "bot/core/engine/checklists.h"
#include "bot/core/engine/engine.h"
#include "bot/core/engine/privacy.h"
#include "bot/core/engine/question_parts.h"
#include "bot/core/engine/suspects.h"
#include "bot/core/engine/triage.h"

namespace muster {

Actor actor_of(const CoreConfig& config, const std::string& person, bool is_operator) {
  if (const Person* p = find_person(config, person)) {
    return {.type = "user",
            .id = p->id,
            .handle = p->handles.empty() ? p->id : p->handles.front().name,
            .display = p->name};
  }
  if (is_operator) return {.type = "user", .id = "operator", .handle = "operator", .display = "the local operator"};
  return {.type = "user", .id = person, .handle = person, .display = person};
}

std::string severity_color(std::string_view severity) {
  if (severity == "SEV1" || severity == "SEV2" || severity == "critical") return "danger";
  if (severity == "SEV3" || severity == "high" || severity == "warning") return "warning";
  return "";
}

std::string status_words(std::string_view language, std::string_view status) {
  return say(language, "status." + std::string(status));
}

std::string slug(std::string_view text, std::size_t most) {
  std::string out;
  for (const char c : lower_ascii(text)) {
    const bool keep = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (keep)
      out += c;
    else if (!out.empty() && out.back() != '-')
      out += '-';
    if (out.size() >= most) break;
  }
  while (out.ends_with('-')) out.pop_back();
  return out;
}

Entry& record(Work& w, Entry e) {
  if (e.event_id.empty()) e.event_id = w.new_id();
  if (e.received_ms == 0) e.received_ms = w.now;
  if (e.occurred_ms == 0) e.occurred_ms = e.received_ms;
  if (e.source.id.empty()) e.source.id = e.event_id;
  apply(w.state, e);
  for (ProjectionRow& row : touched_rows(w.state.changes)) {
    std::erase_if(w.decision.rows, [&](const ProjectionRow& r) { return r.id == row.id && r.kind == row.kind; });
    w.decision.rows.push_back(std::move(row));
  }
  w.decision.entries.push_back(std::move(e));
  return w.decision.entries.back();
}

void post(Work& w, const std::string& channel, const std::string& post_id, const Message& m, const std::string& thread,
          const std::string& private_to) {
  // Set one by one: a braced list would copy the whole message, twice.
  Value body = Value::Map{{"post_id", post_id}, {"at", w.now}};
  body.set("message", to_value(m));
  if (!thread.empty()) body.set("thread", thread);
  if (!private_to.empty()) body.set("private_to", private_to);
  w.decision.out.push_back({w.new_id(), "room:#" + channel, "post", std::move(body)});
}

std::string incident_topic(const Work& w, const Incident& i) {
  const std::string& lang = w.config.language;
  const auto commander = i.roles.find("incident_commander");
  const Person* p = commander == i.roles.end() ? nullptr : find_person(w.config, commander->second);
  std::string topic = i.severity + " · " + status_words(lang, i.status) + " · " +
                      say(lang, "topic.commander", {{"who", p ? p->name : say(lang, "nobody_yet")}});
  if (i.next_update_ms != 0) {
    topic += " · " + say(lang, "topic.next_update", {{"time", format_utc_clock(i.next_update_ms).substr(0, 5)}});
  }
  return topic;
}

namespace {

std::string zone_time(const Work& w, TimeMs t) {
  return t == 0 ? say(w.config.language, "not_recorded") : format_utc_minute(t) + " UTC";
}

std::string alert_list(const Work& w, const Incident& i) {
  std::string text;
  std::size_t shown = 0;
  for (const std::string& id : i.alerts) {
    const Alert* a = find_alert(w.state, id);
    if (!a) continue;
    if (++shown > 8) {
      const std::string rest = std::to_string(i.alerts.size() - 8);
      return text + say(w.config.language, "and_more", {{"n", rest}});
    }
    text += (a->status == "firing" ? "🔥 " : "✅ ") + a->id + " " + plain(clip(a->title, 80)) + "\n";
  }
  return std::string(trim(text));
}

}  // namespace

Message summary_message(const Work& w, const Incident& i) {
  const std::string& lang = w.config.language;
  Message m;
  m.color = i.open() ? severity_color(i.severity) : "good";
  m.text = "*" + i.id + "* · " + i.severity + " · " + status_words(lang, i.status) + " · " + plain(i.title);
  Section facts;
  std::string services;
  for (const std::string& s : i.services) services += (services.empty() ? "" : ", ") + plain(s);
  const auto role = [&](const char* name) {
    const auto it = i.roles.find(name);
    const Person* p = it == i.roles.end() ? nullptr : find_person(w.config, it->second);
    return p ? plain(p->name) : say(lang, "nobody_yet");
  };
  facts.fields = {{say(lang, "field.service"), services.empty() ? say(lang, "not_recorded") : services},
                  {say(lang, "field.commander"), role("incident_commander")},
                  {say(lang, "field.declared"), zone_time(w, i.declared_ms)},
                  {say(lang, "field.impact"), zone_time(w, i.impact_ms)}};
  if (i.mitigated_ms) facts.fields.emplace_back(say(lang, "field.mitigated"), zone_time(w, i.mitigated_ms));
  if (i.resolved_ms) facts.fields.emplace_back(say(lang, "field.resolved"), zone_time(w, i.resolved_ms));
  if (!i.last_update.empty())
    facts.fields.emplace_back(say(lang, "field.last_update"), plain(clip(i.last_update, 200)));
  if (const Published& p = i.published; p.version != 0) {
    facts.fields.emplace_back(say(lang, "field.postmortem"), say(lang, "field.version_of",
                                                                 {{"n", std::to_string(p.version)},
                                                                  {"who", person_name(w.config, p.by)},
                                                                  {"time", format_utc_minute(p.at_ms)}}));
  }
  facts.fields.emplace_back(say(lang, "field.changes"), suspects_line(w, i));
  if (!i.reason.empty()) facts.fields.insert(facts.fields.begin(), {say(lang, "field.because"), plain(i.reason)});
  m.sections.push_back(facts);
  if (const std::string links = links_text(w, i); !links.empty()) m.sections.push_back({links, {}});
  if (!i.alerts.empty()) m.sections.push_back({alert_list(w, i), {}});
  if (i.open()) {
    // The one that stands out is the step that comes next.
    const bool led = i.roles.contains("incident_commander"), mitigated = i.status == "mitigated";
    if (i.triage) {
      add_triage_buttons(w, i, m);
      return m;
    }
    m.buttons.push_back({say(lang, "button.lead"), "lead me", !led && !mitigated ? "primary" : ""});
    if (!mitigated)
      m.buttons.push_back({say(lang, "button.mitigate"), say(lang, "button.mitigate.line"), led ? "primary" : ""});
    m.buttons.push_back({say(lang, "button.resolve"), say(lang, "button.resolve.line"), mitigated ? "primary" : ""});
  } else {
    m.buttons.push_back({say(lang, "button.postmortem"), "postmortem " + i.id, "primary"});
  }
  return m;
}

std::string summary_post(const Incident& i) {
  return "summary-" + i.id + (i.rooms == 0 ? "" : "-" + std::to_string(i.rooms + 1));
}

void touch(Work& w, const Incident& i) {
  invite_by_rules(w, i);
  if (i.open()) bring_checklists(w, i);
  std::erase_if(w.decision.rows, [&](const ProjectionRow& r) { return r.kind == "incident" && r.id == i.id; });
  w.decision.rows.push_back(projection(i));
  show_on_board(w, i);
  if (i.channel.empty() || i.archived) return;
  const std::string post_id = summary_post(i);
  const std::string destination = "room:#" + i.channel;
  // Of several changes in one decision only the last state is worth sending.
  std::erase_if(w.decision.out, [&](const OutMessage& o) {
    return o.destination == destination &&
           ((o.kind == "edit" && o.body["post_id"].as_string() == post_id) || o.kind == "topic");
  });
  const Value message = to_value(summary_message(w, i));
  for (OutMessage& o : w.decision.out) {
    if (o.destination == destination && o.kind == "post" && o.body["post_id"].as_string() == post_id) {
      o.body.set("message", message);
      return;
    }
  }
  w.decision.out.push_back({w.new_id(), destination, "edit", Value::Map{{"post_id", post_id}, {"message", message}}});
  w.decision.out.push_back({w.new_id(), destination, "topic", channel_body(w, i)});
}

void touch(Work& w, const Alert& a) {
  std::erase_if(w.decision.rows, [&](const ProjectionRow& r) { return r.kind == "alert" && r.id == a.id; });
  w.decision.rows.push_back(projection(a));
}

Incident& open_incident(Work& w, Entry e) {
  const int n = w.state.next_incident;
  const std::string id = "INC-" + std::to_string(n);
  const std::string channel = channel_name_for(w, e, n);
  e.kind = "incident.declared";
  e.incident_id = id;
  e.pinned = true;
  const std::string status = e.data["triage"].as_bool() ? "reported" : "investigating";
  e.data.set("status", status);
  e.data.set("channel", channel);
  const TimeMs next = next_update_for(w, e.data["severity"].as_string(), status);
  e.data.set("next_update_ms", next);
  record(w, std::move(e));
  Incident& i = w.state.incidents.at(n);
  if (next != 0) arm_reminder(w, i);
  w.decision.rows.push_back(projection(i));  // also when nothing else is said about it
  bind_rooms(w, i);
  show_channel(w, i);
  if (i.is_private && find_person(w.config, i.declared_by)) {
    Entry in;
    in.text = person_name(w.config, i.declared_by);
    admit(w, i, std::move(in), i.declared_by);  // nobody else comes into a private channel uncalled
  }
  invite_by_rules(w, i);
  invite_one(w, i, i.declared_by);
  show_on_board(w, i, true);
  show_suspects(w, i);
  return i;
}

}  // namespace muster
