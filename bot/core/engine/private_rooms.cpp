#include "bot/core/engine/private_rooms.h"

#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/incident_parts.h"
#include "bot/core/engine/privacy.h"
#include "bot/core/engine/together.h"

namespace muster {
namespace {

bool has_open_room(const Incident& i) { return i.is_private && i.open() && !i.archived && !i.channel.empty(); }

std::vector<std::string> platforms_of_rules(const CoreConfig& config) {
  std::vector<std::string> names;
  for (const TogetherRule& rule : config.together)
    for (const std::string& p : rule.platforms)
      if (std::ranges::find(names, p) == names.end()) names.push_back(p);
  return names;
}

}  // namespace

bool is_read_on(const Work& w, const Incident& i, const std::string& platform) {
  if (!i.is_private) return true;
  return std::ranges::any_of(those_in(w.config, i),
                             [&](const Person* p) { return has_account_on(w.state, *p, platform); });
}

void open_where_read(Work& w, const Incident& i) {
  if (!has_open_room(i)) return;
  for (const auto& [platform, since] : w.state.together.lost)
    if (shown_on(w.state, w.config, i.channel, platform)) stand_in(w, i, platform, since);
}

Outcome open_private_room(Call& c, const Incident& i) {
  const std::string platform = c.input.platform, place = place_name(platform), id = i.id, channel = i.channel;
  const Words words = {{"id", id}, {"place", place}, {"channel", channel}};
  if (!rule_of(c.work.config, platform) || c.input.channel == channel) return refuse(c, "bind.private_where", words);
  if (!i.open() || channel.empty()) return refuse(c, "bind.over", words);
  if (shown_on(c.work.state, c.work.config, channel, platform)) return refuse(c, "bind.already", words);
  bind_to(c.work, i, {platform}, "opened by " + c.actor.display);
  Message m;
  m.text = say(channel_language(c.work, channel), "bind.told_private", words);
  std::vector<std::string> others = {"room"};
  for (const std::string& p : bound_platforms(c.work.state, c.work.config, i))
    if (p != platform) others.push_back(p);
  post_only(c.work, others, channel, "bound-" + c.work.new_id(), m);
  return answer(c, "bind.done_private", words);
}

std::vector<std::string> only_elsewhere(const Work& w, const Incident& i, const std::string& person) {
  const Person* p = find_person(w.config, person);
  if (!p || !has_open_room(i)) return {};
  std::vector<std::string> elsewhere;
  for (const std::string& platform : platforms_of_rules(w.config)) {
    if (!has_account_on(w.state, *p, platform)) continue;
    if (shown_on(w.state, w.config, i.channel, platform)) return {};
    elsewhere.push_back(platform);
  }
  return elsewhere;
}

// A public channel anybody can join; into a private one they are let.
void let_joined_in(Work& w) {
  if (w.state.private_incidents.empty()) return;
  const std::vector<Entry> entries = w.decision.entries;
  for (const Entry& e : entries) {
    if (e.kind != "identity.linked") continue;
    const std::string &person = e.data["person"].as_string(), &account = e.data["account"].as_string();
    const std::string platform = account.substr(0, account.find(':'));
    for (const int n : w.state.private_incidents) {
      const auto it = w.state.incidents.find(n);
      if (it == w.state.incidents.end() || !has_open_room(it->second) || !is_in(it->second, person)) continue;
      const Incident& i = it->second;
      open_where_read(w, i);
      if (!shown_on(w.state, w.config, i.channel, platform)) continue;
      Value body = Value::Map{{"people", Value::List{Value(person)}}, {"only", Value::List{Value(platform)}}};
      w.decision.out.push_back({w.new_id(), "room:#" + i.channel, "invite", std::move(body)});
    }
  }
}

}  // namespace muster
