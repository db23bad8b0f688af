// Who is in the groups of the chat platforms that policy and runbooks name (`group:slack:@sre`): asked every two
// minutes and when the platform says that they changed, kept for fifteen while it does not answer, then unknown.
// Members are shown to the decisions as the groups of the configuration's people; an unknown group lets nobody in and
// is marked "?NAME" with everybody, so that a rule that denies it still denies. Loop thread only.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "bot/core/config.h"
#include "integrations/chat/platform.h"

namespace muster {

class PlatformGroups {
 public:
  static constexpr DurationMs asked_every_ms = 2 * minute_ms, held_ms = 15 * minute_ms;
  static constexpr std::size_t groups_max = 100, members_max = 2'000;
  struct Outside {  // what it asks; outlives it
    std::function<const CoreConfig&()> config;
    std::function<void(CoreConfig)> set_config;
    std::function<ChatPlatform*(const std::string& name)> platform;  // null: there is none
    // The person that an account is; empty: nobody of the configuration.
    std::function<std::string(const std::string& platform, const ChatMember& member)> person;
    const Clock& clock;
    // Groups that something else than the configuration names: steps of runbooks, approvals that are open.
    std::function<std::set<std::string>()> also = {};
    std::function<std::string(const Person&)> standing = {};  // of all his accounts; none: nobody can tell
  };
  explicit PlatformGroups(Outside outside) : out_(std::move(outside)) {}

  void tick();   // asks for what is due, forgets what is too old
  void apply();  // after the configuration was read anew, too
  // The platform says that somebody came or went: what is known holds until the next tick has asked again.
  void changed(const std::string& platform);
  // Why nobody can tell who is in a group, one line each; empty: all are known.
  std::vector<std::string> unknown() const;

 private:
  struct Group {
    std::vector<ChatMember> members;
    TimeMs known_ms = 0, asked_ms = 0;
    std::string why;
  };
  void ask(const std::string& name);
  void told(const std::string& name, TimeMs asked, const Result<std::vector<ChatMember>>& members);
  bool is_known(const Group& group) const;
  std::set<std::string> names() const;
  std::map<std::string, std::vector<std::string>> members_now() const;  // person -> groups

  Outside out_;
  std::map<std::string, Group> groups_;
};

// "slack:@sre" of what rules, their approvals, the owners of services and invitations name.
std::set<std::string> platform_groups_of(const CoreConfig& config);
// Whether anything asks who is in a group of this platform: rules, owners, invitations, or what `also` names.
bool asks_groups_of(const std::string& platform, const CoreConfig& config, const std::set<std::string>& also = {});

}  // namespace muster
