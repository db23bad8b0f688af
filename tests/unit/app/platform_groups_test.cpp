#include "bot/platform_groups.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "bot/core/engine/engine.h"

using namespace muster;

namespace {

class Groups final : public ChatPlatform {
 public:
  std::string name() const override { return "slack"; }
  void deliver(const OutMessage&, Done done) override { done({}); }
  void on_event(Listener) override {}
  bool connected() const override { return true; }
  void members_of(const std::string& group, Members done) override {
    asked += group + " ";
    if (silent) return;
    done(answer);
  }
  Result<std::vector<ChatMember>> answer = std::vector<ChatMember>{{"U1", ""}};
  bool silent = false;
  std::string asked;
};

Person person(const std::string& id, std::vector<std::string> groups = {}) {
  Person p;
  p.id = p.name = id;
  p.groups = std::move(groups);
  return p;
}

Rule rule(const std::string& who, const std::string& verb, const std::string& effect) {
  Rule r;
  r.who = {who};
  r.verbs = {verb};
  r.effect = effect;
  return r;
}

struct World {
  VirtualClock clock{1'700'000'000'000};
  Groups platform;
  CoreConfig config;
  std::map<std::string, std::string> standings;
  PlatformGroups groups{{.config = [this]() -> const CoreConfig& { return config; },
                         .set_config = [this](CoreConfig c) { config = std::move(c); },
                         .platform = [this](const std::string& name) { return name == "slack" ? &platform : nullptr; },
                         .person = [](const std::string&, const ChatMember& m) { return m.id == "U1" ? "ana" : ""; },
                         .clock = clock,
                         .also = {},
                         .standing = [this](const Person& p) { return standings[p.id]; }}};
  World() {
    config.people = {person("ana", {"web"}), person("bea")};
    config.policy = {rule("group:slack:@sre", "declare", "run"), rule("group:slack:@interns", "page", "deny"),
                     rule("*", "page", "run")};
    groups.tick();
  }
  std::string effect(const std::string& person, const std::string& verb) const {
    Ask ask;
    ask.person = person;
    ask.verb = verb;
    ask.groups = find_person(config, person)->groups;
    return decide_policy(config.policy, ask).effect;
  }
};

}  // namespace

TEST_CASE("a rule that names a platform's group means who is in it now") {
  World w;
  CHECK(w.platform.asked == "interns sre ");
  CHECK(w.effect("ana", "declare") == "run");
  CHECK(w.effect("bea", "declare") == "deny");
  CHECK(w.effect("ana", "page") == "deny");
  CHECK(w.effect("bea", "page") == "run");
  w.platform.answer = std::vector<ChatMember>{};
  w.clock.set(w.clock.now() + PlatformGroups::asked_every_ms);
  w.groups.tick();
  CHECK(w.effect("ana", "declare") == "deny");
  CHECK(find_person(w.config, "ana")->groups == std::vector<std::string>{"web"});
}

TEST_CASE("a platform that does not answer is believed for fifteen minutes, then nobody is let in and denials hold") {
  World w;
  w.platform.answer = fail(ErrorKind::unavailable, "no network");
  w.clock.set(w.clock.now() + PlatformGroups::held_ms - 1);
  w.groups.tick();
  CHECK(w.effect("ana", "declare") == "run");
  w.clock.set(w.clock.now() + 2);
  w.groups.tick();
  CHECK(w.effect("ana", "declare") == "deny");
  CHECK(w.effect("bea", "page") == "deny");  // perhaps one of those who may not
  CHECK(w.groups.unknown() == std::vector<std::string>{"slack:@interns: no network", "slack:@sre: no network"});
  w.platform.answer = std::vector<ChatMember>{{"U1", ""}};
  w.clock.set(w.clock.now() + PlatformGroups::asked_every_ms);
  w.groups.tick();
  CHECK(w.effect("ana", "declare") == "run");
  CHECK(w.effect("bea", "page") == "run");
  CHECK(w.groups.unknown().empty());
}

TEST_CASE("a group that only a runbook or an open approval names is asked for too, and forgotten with them") {
  World w;
  std::set<std::string> named = {"group:slack:@dba", "slack:@dba", "group:oncall", "role:owner", "ana"};
  PlatformGroups groups{{.config = [&]() -> const CoreConfig& { return w.config; },
                         .set_config = [&](CoreConfig c) { w.config = std::move(c); },
                         .platform = [&](const std::string&) { return &w.platform; },
                         .person = [](const std::string&, const ChatMember&) { return "bea"; },
                         .clock = w.clock,
                         .also = [&] { return named; }}};
  w.platform.asked.clear();
  groups.tick();
  CHECK(w.platform.asked == "dba interns sre ");
  const auto in_dba = [&] { return std::ranges::count(find_person(w.config, "bea")->groups, "slack:@dba"); };
  CHECK(in_dba() == 1);
  named.clear();
  groups.tick();
  CHECK(in_dba() == 0);
}

TEST_CASE("before the first answer, and without the platform, a group lets nobody in") {
  World w;
  w.config.policy.push_back(rule("group:field:@ops", "close", "run"));
  w.platform.silent = true;
  w.groups.tick();
  CHECK(w.effect("ana", "close") == "deny");
  CHECK(w.groups.unknown() == std::vector<std::string>{"field:@ops: no platform of that name is connected"});
}

TEST_CASE("a configuration that was read anew knows its groups at once") {
  World w;
  w.config.people = {person("ana")};
  w.groups.apply();
  CHECK(w.effect("ana", "declare") == "run");
}

TEST_CASE("a group that is too large to be held is unknown") {
  World w;
  w.platform.answer = std::vector<ChatMember>(PlatformGroups::members_max + 1, {"U1", ""});
  w.clock.set(w.clock.now() + PlatformGroups::held_ms + 1);
  w.groups.tick();
  CHECK(w.effect("ana", "declare") == "deny");
  CHECK(w.groups.unknown().front() == "slack:@interns: it has more than 2,000 members");
}

TEST_CASE("who left a group has its rights no longer as soon as the platform says that the group changed") {
  World w;
  w.platform.answer = std::vector<ChatMember>{};
  w.groups.tick();
  CHECK(w.effect("ana", "declare") == "run");  // not asked again so soon
  w.groups.changed("mattermost");
  w.groups.tick();
  CHECK(w.effect("ana", "declare") == "run");
  w.groups.changed("slack");
  CHECK(w.effect("ana", "declare") == "run");  // what is known holds until the answer is there
  w.groups.tick();
  CHECK(w.effect("ana", "declare") == "deny");
}

TEST_CASE("an answer from before a group changed is not believed") {
  World w;
  w.platform.silent = true;
  w.clock.set(w.clock.now() + PlatformGroups::asked_every_ms);
  w.groups.tick();
  w.platform.silent = false;
  w.groups.changed("slack");
  w.platform.answer = std::vector<ChatMember>{};
  w.platform.asked.clear();
  w.groups.tick();
  CHECK(w.platform.asked == "interns sre ");
  CHECK(w.effect("ana", "declare") == "deny");
}

TEST_CASE("what the platforms say of people's accounts is known of others, and goes when they say otherwise") {
  World w;
  CHECK(find_person(w.config, "bea")->standing.empty());
  w.standings["bea"] = "guest";
  w.groups.tick();
  CHECK(find_person(w.config, "bea")->standing == "guest");
  CHECK(find_person(w.config, "ana")->standing.empty());
  w.standings.clear();
  w.groups.tick();
  CHECK(find_person(w.config, "bea")->standing.empty());
}
