#include "bot/core/engine/channels.h"

#include <algorithm>
#include <array>
#include <set>

#include "bot/base/letters.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/privacy.h"
#include "bot/core/engine/private_rooms.h"
#include "bot/core/engine/triage.h"

namespace muster {
namespace {

constexpr std::size_t name_bytes_max = 58;  // Mattermost takes 64; a number may have to follow
constexpr std::size_t links_max = 8;
constexpr std::array placeholders = {"number", "id", "date", "service", "severity", "slug"};

// A title in two scripts is called after its Latin words where they are the longer part: half a title says nothing.
bool mostly_latin(std::string_view title) {
  const std::string words = slug(latin_letters(title, Hangul::left_out), title.size() + 1);
  const auto letters = words.size() - static_cast<std::size_t>(std::ranges::count(words, '-'));
  const std::size_t all = slug(latin_letters(title), 4 * title.size() + 1).size();
  return letters > 0 && 4 * letters >= all;  // a syllable of Hangul is spelled with about three letters
}

std::string slug_for(const Entry& declared) {
  const std::string& title = declared.data["title"].as_string();
  if (mostly_latin(title)) return slug(latin_letters(title, Hangul::left_out), 24);
  std::string name = declared.services.empty() ? "" : slug(latin_letters(declared.services.front()), 40);
  if (name.empty()) name = slug(latin_letters(title), 32);
  return name;
}

std::string value_of(std::string_view name, const Entry& e, int number, TimeMs now) {
  if (name == "number") return std::to_string(number);
  if (name == "id") return "inc-" + std::to_string(number);
  if (name == "date") return format_utc(e.occurred_ms == 0 ? now : e.occurred_ms).substr(0, 10);
  if (name == "service") return e.services.empty() ? "" : slug(latin_letters(e.services.front()), 40);
  if (name == "severity") return lower_ascii(e.data["severity"].as_string());
  return slug_for(e);
}

bool is_taken(const Work& w, const std::string& name) {
  return w.state.incident_by_channel.contains(name) || name == "muster" || name == w.config.alerts_channel ||
         name == w.config.board_channel;
}

}  // namespace

std::string unknown_placeholder(std::string_view pattern) {
  for (std::size_t at = 0; (at = pattern.find('{', at)) != std::string_view::npos; ++at) {
    const std::size_t end = pattern.find('}', at);
    const std::string name(pattern.substr(at + 1, end == std::string_view::npos ? end : end - at - 1));
    if (end == std::string_view::npos || std::ranges::find(placeholders, name) == placeholders.end()) return "{" + name;
  }
  return {};
}

// Of a private one it says nothing, and it is made as no other is, so that none meets it.
std::string channel_name_for(const Work& w, const Entry& declared, int number) {
  if (declared.data["private"].as_bool()) return "inc-" + std::to_string(number) + "_private";
  std::string filled;
  const std::string& pattern = w.config.channel_name;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::size_t end = pattern[i] == '{' ? pattern.find('}', i) : std::string::npos;
    if (end == std::string::npos) {
      filled += pattern[i];
      continue;
    }
    filled += value_of(std::string_view(pattern).substr(i + 1, end - i - 1), declared, number, w.now);
    i = end;
  }
  std::string name = slug(latin_letters(filled), name_bytes_max);
  if (name.empty()) name = "inc-" + std::to_string(number);
  const std::string base = name;
  for (int n = 2; is_taken(w, name); ++n) name = base + "-" + std::to_string(n);
  return name;
}

std::vector<IncidentLink> incident_links(const Work& w, const Incident& i) {
  const std::string& lang = w.config.language;
  std::vector<IncidentLink> links;
  const auto add = [&](std::string title, std::string url) {
    const bool known = std::ranges::any_of(links, [&](const IncidentLink& l) { return l.url == url; });
    if (!url.empty() && !known && links.size() < links_max) links.push_back({std::move(title), std::move(url)});
  };
  std::string bridge = w.config.bridge_url;
  const std::string number = i.id.substr(i.id.find('-') + 1);
  for (const auto& [mark, value] : {std::pair{"{id}", i.id}, {"{number}", number}}) {
    if (const std::size_t at = bridge.find(mark); at != std::string::npos)
      bridge.replace(at, std::string_view(mark).size(), value);
  }
  add(say(lang, "link.bridge"), bridge);
  for (const std::string& name : i.services) {
    const Service* s = find_service(w.config, name);
    if (!s) continue;
    const std::string of = i.services.size() > 1 ? " " + name : "";
    add(say(lang, "link.dashboard") + of, s->dashboard_url);
    add(say(lang, "link.runbook") + of, s->runbook_url);
  }
  if (!w.config.public_url.empty() && !i.open())
    add(say(lang, "link.postmortem"), w.config.public_url + "/room/report/" + i.id);
  for (const std::string& url : i.links) {
    if (url.starts_with("http")) add(clip(url.substr(url.find("//") + 2), 40), url);
  }
  return links;
}

std::string links_text(const Work& w, const Incident& i) {
  std::string text;
  for (const IncidentLink& l : incident_links(w, i))
    text += (text.empty() ? "" : "\n") + std::string("🔗 ") + plain(l.title) + ": " + plain(l.url);
  return text;
}

Value channel_body(const Work& w, const Incident& i) {
  Value links = Value::List{};
  for (const IncidentLink& l : incident_links(w, i)) links.push(Value::Map{{"title", l.title}, {"url", l.url}});
  Value body = Value::Map{{"channel", i.channel}, {"topic", incident_topic(w, i)}};
  if (!links.as_list().empty()) body.set("links", std::move(links));
  if (i.is_private) body.set("private", true);
  return body;
}

void show_links(Work& w, const Incident& i) {
  Value body = channel_body(w, i);
  if (!body.has("links") || i.archived) return;
  const std::string destination = "room:#" + i.channel;
  std::erase_if(w.decision.out,
                [&](const OutMessage& o) { return o.kind == "bookmarks" && o.destination == destination; });
  w.decision.out.push_back({w.new_id(), destination, "bookmarks", Value::Map{{"links", body["links"]}}});
}

void show_channel(Work& w, const Incident& i) {
  Value opened = channel_body(w, i);
  opened.set("title", i.id + " " + i.title);
  if (i.rooms > 0) opened.set("again", true);  // it was archived: undone, or another one with the same name of ours
  w.decision.out.push_back({w.new_id(), "room:#" + i.channel, "open_channel", std::move(opened)});
  post(w, i.channel, summary_post(i), summary_message(w, i));
  w.decision.out.push_back({w.new_id(), "room:#" + i.channel, "pin", Value::Map{{"post_id", summary_post(i)}}});
  show_links(w, i);
}

void show_on_board(Work& w, const Incident& i, bool first) {
  const std::string& board = w.config.board_channel;
  if (board.empty() || i.channel.empty() || i.triage || i.is_private) return;
  const std::string& lang = w.config.language;
  const std::string post_id = "board-" + i.id, destination = "room:#" + board;
  Message m;
  m.color = i.open() ? severity_color(i.severity) : "good";
  m.text =
      (i.open() ? "📣 *" : "✅ *") + i.id + "* · " + incident_topic(w, i) + " · " + plain(i.title) + " · #" + i.channel;
  if (!i.last_update.empty())
    m.sections.push_back({say(lang, "field.last_update") + ": " + plain(clip(i.last_update, 200)), {}});
  std::erase_if(w.decision.out, [&](const OutMessage& o) {
    return o.kind == "edit" && o.destination == destination && o.body["post_id"].as_string() == post_id;
  });
  for (OutMessage& o : w.decision.out) {
    if (o.kind != "post" || o.destination != destination || o.body["post_id"].as_string() != post_id) continue;
    o.body.set("message", to_value(m));
    return;
  }
  if (first) return post(w, board, post_id, m);
  w.decision.out.push_back(
      {w.new_id(), destination, "edit", Value::Map{{"post_id", post_id}, {"message", to_value(m)}}});
}

Message announcement(const Work& w, const Incident& i) {
  const std::string& lang = w.config.language;
  const bool by_alert = i.declared_by == "muster";
  const char* const key = i.triage ? "triage.opened" : by_alert ? "incident.opened_by_alert" : "incident.announced";
  Message m;
  m.text = say(lang, key, {{"id", i.id}, {"severity", i.severity}, {"title", plain(i.title)}, {"channel", i.channel}});
  m.color = severity_color(i.severity);
  if (!i.reason.empty()) m.sections.push_back({{}, {{say(lang, "field.because"), plain(i.reason)}}});
  if (i.triage) add_triage_buttons(w, i, m);
  return m;
}

void announce_again(Work& w, const Incident& i, const std::string& platform) {
  if (!i.open() || i.is_private) return;
  Value only = Value::List{};
  only.push(platform);
  Value body = Value::Map{{"post_id", "announce-" + i.id}, {"message", to_value(announcement(w, i))}};
  body.set("only", std::move(only));
  w.decision.out.push_back({w.new_id(), "room:#" + w.config.alerts_channel, "edit", std::move(body)});
}

namespace {

bool matches(const InviteRule& rule, const Incident& i) {
  const auto listed = [](const std::vector<std::string>& all, const std::string& one) {
    return std::ranges::find(all, one) != all.end();
  };
  if (rule.is_private != i.is_private) return false;
  if (!rule.severities.empty() && !listed(rule.severities, i.severity)) return false;
  return rule.services.empty() ||
         std::ranges::any_of(i.services, [&](const std::string& s) { return listed(rule.services, s); });
}

void add_people(const CoreConfig& config, const std::string& who, const Incident& i, std::set<std::string>& people) {
  if (who == "owners") {
    for (const std::string& name : i.services) {
      const Service* s = find_service(config, name);
      if (!s) continue;
      for (const std::string& owner : s->owners) add_people(config, owner == "owners" ? "" : owner, i, people);
    }
    return;
  }
  if (who.contains(":@"))
    people.insert(who.starts_with("group:") ? who.substr(6) : who);  // a group of a platform: it knows who is in it
  for (const Person& p : config.people) {
    const bool member = who.starts_with("group:") && std::ranges::find(p.groups, who.substr(6)) != p.groups.end();
    if (p.id == who || member) people.insert(p.id);
  }
}

}  // namespace

void invite_by_rules(Work& w, const Incident& i) {
  if (!i.open() || i.channel.empty() || i.archived || i.triage) return;
  std::set<std::string> people;
  for (const InviteRule& rule : w.config.invites) {
    if (!matches(rule, i)) continue;
    for (const std::string& who : rule.who) add_people(w.config, who, i, people);
  }
  Value fresh = Value::List{};
  std::string names;
  for (const std::string& id : people) {
    if (i.invited.contains(id) || i.removed.contains(id)) continue;
    fresh.push(id);
    const Person* p = find_person(w.config, id);
    names += (names.empty() ? "" : ", ") + (p ? p->name : id);
  }
  if (fresh.as_list().empty()) return;
  Entry e;
  e.kind = "people.invited";
  e.incident_id = i.id;
  e.text = names;
  e.data = Value::Map{{"people", fresh}, {"severity", i.severity}};
  record(w, std::move(e));
  open_where_read(w, i);
  Value body = Value::Map{{"people", fresh}};
  if (i.is_private) body.set("private", true);
  w.decision.out.push_back({w.new_id(), "room:#" + i.channel, "invite", std::move(body)});
}

void invite_one(Work& w, const Incident& i, const std::string& person) {
  const bool there = i.is_private || i.invited.contains(person);
  if (there || !i.open() || i.channel.empty() || i.archived || i.triage || !find_person(w.config, person)) return;
  w.decision.out.push_back(
      {w.new_id(), "room:#" + i.channel, "invite", Value::Map{{"people", Value::List{Value(person)}}}});
}

void invite_again(Work& w, const Incident& i) {
  std::set<std::string> all = i.invited;
  // Who was added to a private channel by hand and wrote there is in that channel, not in the incident.
  if (!i.is_private) all.insert(i.people.begin(), i.people.end());
  for (const auto& [role, person] : i.roles) all.insert(person);
  if (!i.declared_by.empty()) all.insert(i.declared_by);
  for (const std::string& person : i.removed)
    if (!is_in(i, person)) all.erase(person);
  all.erase("operator");
  all.erase("muster");
  if (all.empty()) return;
  Value people = Value::List{};
  for (const std::string& person : all) people.push(person);
  w.decision.out.push_back({w.new_id(), "room:#" + i.channel, "invite", Value::Map{{"people", std::move(people)}}});
}

}  // namespace muster
