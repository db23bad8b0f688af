#include "bot/platform_groups.h"

#include <algorithm>

#include "bot/base/log.h"
#include "bot/core/commands/words.h"
#include "bot/core/people/groups.h"

namespace muster {

std::set<std::string> platform_groups_of(const CoreConfig& config) {
  std::set<std::string> names;
  const auto add = [&names](const std::string& who) {
    const std::string name = who.starts_with("group:") ? who.substr(6) : who;
    if (is_platform_group(name) && names.size() < PlatformGroups::groups_max) names.insert(name);
  };
  for (const Rule& r : config.policy) {
    for (const std::string& who : r.who) add(who);
    add(r.approve_group);
  }
  for (const Service& s : config.services)
    for (const std::string& owner : s.owners) add(owner);
  for (const InviteRule& r : config.invites)
    for (const std::string& who : r.who) add(who);
  return names;
}

bool asks_groups_of(const std::string& platform, const CoreConfig& config, const std::set<std::string>& also) {
  std::set<std::string> names = platform_groups_of(config);
  names.insert(also.begin(), also.end());
  return std::ranges::any_of(names, [&](const std::string& who) {
    return std::string_view(who).substr(who.starts_with("group:") ? 6 : 0).starts_with(platform + ":@");
  });
}

std::set<std::string> PlatformGroups::names() const {
  std::set<std::string> all = platform_groups_of(out_.config());
  if (!out_.also) return all;
  for (const std::string& who : out_.also()) {
    const std::string name = who.starts_with("group:") ? who.substr(6) : who;
    if (is_platform_group(name) && all.size() < groups_max) all.insert(name);
  }
  return all;
}

bool PlatformGroups::is_known(const Group& g) const {
  return g.known_ms != 0 && out_.clock.now() - g.known_ms <= held_ms;
}

void PlatformGroups::tick() {
  const TimeMs now = out_.clock.now();
  for (const std::string& name : names()) {
    const Group& g = groups_[name];
    if (g.asked_ms == 0 || now - g.asked_ms >= asked_every_ms) ask(name);
  }
  apply();
}

void PlatformGroups::changed(const std::string& platform) {
  for (auto& [name, group] : groups_)
    if (name.starts_with(platform + ":@")) group.asked_ms = 0;
}

void PlatformGroups::ask(const std::string& name) {
  Group& g = groups_[name];
  const TimeMs asked = g.asked_ms = out_.clock.now();
  const std::size_t at = name.find(":@");
  ChatPlatform* platform = out_.platform(name.substr(0, at));
  if (!platform) {
    g.why = say(out_.config().language, "group.no_platform");
    return;
  }
  platform->members_of(name.substr(at + 2), [this, name, asked](const auto& r) { told(name, asked, r); });
}

// An answer that comes after a later question was asked is not believed.
void PlatformGroups::told(const std::string& name, TimeMs asked, const Result<std::vector<ChatMember>>& members) {
  const auto it = groups_.find(name);
  if (it == groups_.end() || it->second.asked_ms != asked) return;
  Group& g = it->second;
  const std::string before = g.why;
  g.why = members ? "" : members.error().message;
  if (members && members->size() > members_max) g.why = say(out_.config().language, "group.too_many");
  if (g.why.empty()) {
    g.members = *members;
    g.known_ms = out_.clock.now();
  } else if (g.why != before) {
    log(LogLevel::warn, "the members of a platform's group are not known", {{"group", name}, {"why", g.why}});
  }
  apply();
}

std::map<std::string, std::vector<std::string>> PlatformGroups::members_now() const {
  std::map<std::string, std::vector<std::string>> groups;
  for (const std::string& name : names()) {
    const auto it = groups_.find(name);
    if (it == groups_.end() || !is_known(it->second)) {
      for (const Person& p : out_.config().people) groups[p.id].push_back("?" + name);
      continue;
    }
    const std::string platform = name.substr(0, name.find(":@"));
    for (const ChatMember& m : it->second.members) {
      const std::string person = out_.person(platform, m);
      auto& of = groups[person];
      if (!person.empty() && std::ranges::find(of, name) == of.end()) of.push_back(name);
    }
  }
  return groups;
}

void PlatformGroups::apply() {
  auto now = members_now();
  std::vector<Person> people = out_.config().people;
  bool changed = false;
  for (Person& p : people) {
    std::vector<std::string> groups = p.groups;
    std::erase_if(groups, [](const std::string& g) { return g.contains(":@"); });
    for (std::string& g : now[p.id]) groups.push_back(std::move(g));
    std::string standing = out_.standing ? out_.standing(p) : std::string();
    changed = changed || groups != p.groups || standing != p.standing;
    p.groups = std::move(groups);
    p.standing = std::move(standing);
  }
  if (!changed) return;
  CoreConfig fresh = out_.config();
  fresh.people = std::move(people);
  out_.set_config(std::move(fresh));
}

std::vector<std::string> PlatformGroups::unknown() const {
  std::vector<std::string> lines;
  for (const std::string& name : names()) {
    const auto it = groups_.find(name);
    if (it != groups_.end() && is_known(it->second)) continue;
    const bool silent = it == groups_.end() || it->second.why.empty();
    const std::string why = silent ? say(out_.config().language, "group.no_answer") : it->second.why;
    lines.push_back(name + ": " + why);
  }
  return lines;
}

}  // namespace muster
