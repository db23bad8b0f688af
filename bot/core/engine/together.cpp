#include "bot/core/engine/together.h"

#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/channels.h"
#include "bot/core/engine/engine.h"
#include "bot/core/engine/handlers.h"
#include "bot/core/engine/incident_parts.h"
#include "bot/core/engine/private_rooms.h"
#include "bot/core/engine/urgent.h"
#include "bot/core/journal/sentence.h"

namespace muster {
namespace {

bool among(const std::vector<std::string>& all, const std::string& one) {
  return std::ranges::find(all, one) != all.end();
}

std::size_t size_of(const Said& s) { return s.text.size() + s.permalink.size() + s.author.size() + s.post_id.size(); }

void forget_said(Together& t, const std::string& key) {
  const auto it = t.said.find(key);
  if (it == t.said.end()) return;
  t.bytes -= size_of(it->second);
  t.said.erase(it);  // its place in the order goes when its turn comes
}

std::vector<SaidFile> files_in(const Value& list) {
  std::vector<SaidFile> files;
  for (const Value& v : list.as_list())
    files.push_back({v["id"].as_string(), v["name"].as_string(), v["mime"].as_string(), v["bytes"].as_int(),
                     v["sha256"].as_string(), v["url"].as_string()});
  return files;
}

void keep_said(State& s, const Entry& e) {
  const Incident* i = find_incident(s, e.incident_id);
  if (!i || i->bound.size() < 2) return;
  Together& t = s.together;
  forget_said(t, e.source.id);
  Said said;
  said.channel = e.source.channel;
  said.post_id = e.source.id.substr(e.source.id.find('/') + 1);
  said.thread = e.data["thread"].as_string();
  said.author = e.actor.id;
  said.text = e.text;
  said.permalink = e.source.permalink;
  said.at = e.occurred_ms;
  said.files = files_in(e.data["files"]);
  said.platform = e.data["platform"].as_string();
  t.bytes += size_of(said);
  t.said.insert_or_assign(e.source.id, std::move(said));
  t.order.push_back(e.source.id);
  while (t.bytes > Together::bytes_max && !t.order.empty()) {
    forget_said(t, t.order.front());
    t.order.pop_front();
  }
}

void change_said(Together& t, const Entry& e) {
  const auto it = t.said.find(e.source.id);
  if (it == t.said.end()) return;
  t.bytes -= size_of(it->second);
  it->second.text = e.text;
  t.bytes += size_of(it->second);
}

void apply_bound(State& s, const Entry& e) {
  Incident* i = find_incident(s, e.incident_id);
  if (!i) return;
  for (const Value& p : e.data["platforms"].as_list()) i->bound.insert(p.as_string());
}

std::string clock_words(const CoreConfig& config, TimeMs t) { return format_in_zone(t, config.zone, "%H:%M %Z"); }

// Only there: everybody else has it, or must not wait for it.
void only_on(Work& w, std::size_t first, const std::vector<std::string>& platforms) {
  Value only = Value::List{};
  for (const std::string& p : platforms) only.push(p);
  for (std::size_t n = first; n < w.decision.out.size(); ++n) w.decision.out[n].body.set("only", only);
}

void record_bound(Work& w, const Incident& i, const std::vector<std::string>& platforms, const std::string& why) {
  Entry e;
  e.kind = "rooms.bound";
  e.incident_id = i.id;
  e.services = i.services;
  Value list = Value::List{};
  for (const std::string& p : platforms) list.push(p);
  e.data = Value::Map{{"platforms", std::move(list)}, {"why", why}};
  write_sentence(e, "entry.rooms_bound", Value::Map{{"names", join(platforms, ", ")}});
  record(w, std::move(e));
  std::erase_if(w.decision.rows, [&](const ProjectionRow& r) { return r.kind == "incident" && r.id == i.id; });
  w.decision.rows.push_back(projection(i));
}

// Where people can go on while the platform is away.
std::vector<std::string> standing_in(const Work& w, const std::string& platform) {
  std::vector<std::string> others;
  for (const TogetherRule& rule : w.config.together) {
    if (!among(rule.platforms, platform)) continue;
    for (const std::string& p : rule.platforms)
      if (p != platform && !w.state.together.lost.contains(p) && !among(others, p)) others.push_back(p);
  }
  return others;
}

// The channel as it is now, on platforms that did not have it.
void open_there(Work& w, const Incident& i, const std::vector<std::string>& platforms) {
  const std::size_t first = w.decision.out.size();
  show_channel(w, i);
  invite_again(w, i);
  only_on(w, first, platforms);
}

void tell_lost(Work& w, const std::string& channel, const Words& words, const std::string& key,
               std::vector<std::string> where) {
  where.emplace_back("room");
  Message m;
  m.text = say(channel_language(w, channel), key, words);
  m.color = "warning";
  post_only(w, where, channel, "lost-" + w.new_id(), m);
  w.decision.out.back().body.set("urgent", true);
}

// Of those that stand in, where people of the incident read; what has no channel of it yet gets one.
struct StandIns {
  std::vector<std::string> read, opened;
};

StandIns opened_on(Work& w, const Incident& i, const std::string& platform) {
  StandIns in;
  for (const std::string& p : standing_in(w, platform)) {
    const bool shown = shown_on(w.state, w.config, i.channel, p);
    if (!shown && !is_read_on(w, i, p)) continue;
    in.read.push_back(p);
    if (!shown) in.opened.push_back(p);
  }
  if (!in.opened.empty()) bind_to(w, i, in.opened, platform + " is lost");
  return in;
}

void take_over(Work& w, const Incident& i, const std::string& platform, TimeMs since) {
  const std::string place = place_name(platform), time = clock_words(w.config, since);
  const std::vector<std::string> others = standing_in(w, platform);
  const std::vector<std::string> read = opened_on(w, i, platform).read;
  const std::string names = places_named(others);
  const char* const key = others.empty() ? "together.lost_alone"
                          : read.empty() ? "together.lost_unread"
                                         : "together.lost";
  tell_lost(w, i.channel, {{"place", place}, {"time", time}, {"others", names}}, key, read);
}

// Open incidents that people follow on this platform.
std::vector<const Incident*> followed_on(const Work& w, const std::string& platform) {
  std::vector<const Incident*> found;
  for (const auto& [n, i] : w.state.incidents)
    if (i.open() && !i.archived && !i.channel.empty() && shown_on(w.state, w.config, i.channel, platform))
      found.push_back(&i);
  return found;
}

}  // namespace

bool apply_together(State& s, const Entry& e) {
  Together& t = s.together;
  if (e.kind == "platform.lost") {
    t.lost[e.data["platform"].as_string()] = e.occurred_ms;
  } else if (e.kind == "platform.back") {
    t.lost.erase(e.data["platform"].as_string());
  } else if (e.kind == "rooms.bound") {
    apply_bound(s, e);
  } else {
    if (e.kind == "chat.said") keep_said(s, e);
    if (e.kind == "chat.edited") change_said(t, e);
    if (e.kind == "chat.deleted") forget_said(t, e.source.id);
    if (e.kind == "redaction" && e.corrects.starts_with("said:")) forget_said(t, e.corrects.substr(5));
    return false;
  }
  return true;
}

std::vector<std::string> standing_channels(const CoreConfig& config) {
  std::vector<std::string> channels = {"muster", config.alerts_channel};
  if (!config.board_channel.empty()) channels.push_back(config.board_channel);
  return channels;
}

const TogetherRule* rule_of(const CoreConfig& config, const std::string& platform) {
  const auto it = std::ranges::find_if(config.together, [&](const auto& r) { return among(r.platforms, platform); });
  return it == config.together.end() ? nullptr : &*it;
}

DurationMs lost_after(const CoreConfig& config, const std::string& platform) {
  const TogetherRule* rule = rule_of(config, platform);
  return rule ? rule->lost_after : TogetherRule{}.lost_after;
}

bool shown_on(const State& s, const CoreConfig& config, const std::string& channel, const std::string& platform) {
  const auto it = s.incident_by_channel.find(channel);
  if (it == s.incident_by_channel.end() || !rule_of(config, platform)) return true;
  const Incident& i = s.incidents.at(it->second);
  return i.bound.empty() || i.bound.contains(platform);
}

bool relays(const State& s, const CoreConfig& config, const std::string& channel, const std::string& from,
            const std::string& to) {
  if (from == to || !shown_on(s, config, channel, from) || !shown_on(s, config, channel, to)) return false;
  if (from == "room" || to == "room") return true;
  return std::ranges::any_of(config.together, [&](const TogetherRule& r) {
    const bool one = s.incident_by_channel.contains(channel) || among(r.channels, channel);
    return one && among(r.platforms, from) && among(r.platforms, to);
  });
}

std::string place_name(const std::string& platform) {
  if (platform == "room") return "web";
  return platform == "slack" ? "Slack" : platform == "mattermost" ? "Mattermost" : platform;
}

std::string places_named(const std::vector<std::string>& platforms) {
  std::string names;
  for (const std::string& p : platforms) names += (names.empty() ? "" : ", ") + place_name(p);
  return names;
}

std::vector<std::string> bound_platforms(const State& s, const CoreConfig& config, const Incident& i) {
  std::vector<std::string> names;
  for (const TogetherRule& rule : config.together)
    for (const std::string& p : rule.platforms)
      if (shown_on(s, config, i.channel, p) && !among(names, p)) names.push_back(p);
  return names;
}

void bind_rooms(Work& w, const Incident& i) {
  const auto lost = [&](const std::string& p) { return w.state.together.lost.contains(p); };
  std::vector<std::string> platforms;
  const auto add = [&](const std::string& p) {
    if (!among(platforms, p)) platforms.push_back(p);
  };
  for (const TogetherRule& rule : w.config.together) {
    if (rule.platforms.empty()) continue;
    if (rule.open_all) {
      std::ranges::for_each(rule.platforms, add);
    } else {
      const auto here = [&](const std::string& p) { return !lost(p) && is_read_on(w, i, p); };
      auto first = std::ranges::find_if(rule.platforms, here);
      if (first == rule.platforms.end()) first = std::ranges::find_if_not(rule.platforms, lost);
      add(first == rule.platforms.end() ? rule.platforms.front() : *first);
    }
  }
  if (!platforms.empty()) record_bound(w, i, platforms, "declared");
}

void bind_to(Work& w, const Incident& i, const std::vector<std::string>& platforms, const std::string& why) {
  record_bound(w, i, platforms, why);
  open_there(w, i, platforms);
}

void post_only(Work& w, const std::vector<std::string>& platforms, const std::string& channel,
               const std::string& post_id, const Message& m) {
  const std::size_t first = w.decision.out.size();
  post(w, channel, post_id, m);
  only_on(w, first, platforms);
}

void stand_in(Work& w, const Incident& i, const std::string& platform, TimeMs since) {
  const std::vector<std::string> opened = opened_on(w, i, platform).opened;
  if (opened.empty()) return;
  const std::string place = place_name(platform), time = clock_words(w.config, since);
  tell_lost(w, i.channel, {{"place", place}, {"time", time}}, "together.lost", opened);
}

// Why this channel of people's own cannot be the incident's on its platform; empty: it can.
std::string why_not_bound(const Call& c, const Incident& i) {
  const std::string &platform = c.input.platform, &channel = c.input.channel;
  const bool standing = channel.starts_with("direct-") || among(standing_channels(c.work.config), channel);
  if (!rule_of(c.work.config, platform)) return "bind.where";
  if (c.work.state.incident_by_channel.contains(channel)) return "bind.taken";
  if (standing) return "bind.standing";
  if (!i.open() || i.channel.empty()) return "bind.over";
  return shown_on(c.work.state, c.work.config, i.channel, platform) ? "bind.already" : "";
}

// From now on the two are one room; what was said in it before stays there.
Outcome bind_channel(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  if (i->is_private) return open_private_room(c, *i);
  const std::string platform = c.input.platform, from = c.input.channel, place = place_name(platform),
                    here = plain(from);
  const auto of = c.work.state.incident_by_channel.find(from);
  const std::string other =
      of == c.work.state.incident_by_channel.end() ? "" : c.work.state.incidents.at(of->second).id;
  const std::string id = i->id, channel = i->channel;
  const Words words = {{"id", id}, {"place", place}, {"channel", channel}, {"here", here}, {"other", other}};
  if (const std::string why = why_not_bound(c, *i); !why.empty()) return refuse(c, why, words);
  record_bound(c.work, *i, {platform}, "bound by hand by " + c.actor.display);
  OutMessage bind{c.work.new_id(), "room:#" + i->channel, "bind_channel", Value::Map{{"from", from}}};
  Value only = Value::List{};
  only.push(platform);
  bind.body.set("only", std::move(only));
  c.work.decision.out.push_back(std::move(bind));
  open_there(c.work, *i, {platform});
  std::vector<std::string> others = {"room"};
  for (const std::string& p : bound_platforms(c.work.state, c.work.config, *i))
    if (p != platform) others.push_back(p);
  Message m;
  m.text = say(channel_language(c.work, i->channel), "bind.told", words);
  post_only(c.work, others, i->channel, "bound-" + c.work.new_id(), m);
  return answer(c, "bind.done", words);
}

void platform_lost(Work& w, const std::string& platform, TimeMs since, const std::string& why) {
  if (w.state.together.lost.contains(platform)) return;
  Entry e;
  e.kind = "platform.lost";
  e.occurred_ms = since;
  e.text = platform + " cannot be reached" + (why.empty() ? "" : ": " + why);
  e.data = Value::Map{{"platform", platform}, {"why", why}};
  record(w, std::move(e));
  const std::string place = place_name(platform), time = clock_words(w.config, since);
  const Words words = {{"place", place}, {"time", time}};
  for (const Incident* i : followed_on(w, platform)) take_over(w, *i, platform, since);
  const std::vector<std::string> others = standing_in(w, platform);
  tell_lost(w, w.config.alerts_channel, words, others.empty() ? "together.lost_alone" : "together.lost", others);
}

void platform_back(Work& w, const std::string& platform) {
  const auto it = w.state.together.lost.find(platform);
  if (it == w.state.together.lost.end()) return;
  const std::string away = format_duration(w.now - it->second), place = place_name(platform);
  Entry e;
  e.kind = "platform.back";
  e.text = platform + " can be reached again after " + away;
  e.data = Value::Map{{"platform", platform}};
  record(w, std::move(e));
  const auto tell = [&](const std::string& channel) {
    Message m;
    m.text = say(channel_language(w, channel), "together.back", {{"place", place}, {"time", away}});
    m.color = "good";
    post(w, channel, "back-" + w.new_id(), m);
  };
  for (const Incident* i : followed_on(w, platform)) tell(i->channel);
  tell(w.config.alerts_channel);
}

void platform_shared(Work& w, const std::string& platform, const std::string& finding,
                     const std::map<std::string, std::string>& words) {
  const bool alone = finding.empty();
  const std::string place = place_name(platform);
  const auto sentence = [&](const std::string& language) {
    return alone ? say(language, "together.alone", {{"place", place}}) : say_with(language, "check." + finding, words);
  };
  Entry e;
  e.kind = alone ? "platform.alone" : "platform.shared";
  e.text = sentence("en");
  e.data = Value::Map{{"platform", platform}};
  record(w, std::move(e));
  const std::string language = channel_language(w, w.config.alerts_channel);
  Message m;
  m.text = alone ? sentence(language)
                 : "⚠️ " + sentence(language) + " " + say_with(language, "check." + finding + ".change", words);
  m.color = alone ? "good" : "warning";
  post(w, w.config.alerts_channel, "shared-" + w.new_id(), m);
}

Said with_original(const State& s, const std::string& channel, Said about) {
  if (s.together.said.empty()) return about;
  const std::string& place = about.channel.empty() ? channel : about.channel;
  const auto it = s.together.said.find(place + "/" + about.post_id);
  return it == s.together.said.end() || (about.known() && !about.by_bot) ? about : it->second;
}

}  // namespace muster
