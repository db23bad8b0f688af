// A world with one service in two environments and the default policy, in which people speak.
#pragma once
#include <string>

#include "bot/core/commands/policy.h"
#include "run_world.h"

namespace muster::test {

struct ChangeWorld : RunWorld {
  ChangeWorld() {
    Service s;
    s.name = "api";
    s.environments = {"staging", "prod"};
    config.services = {s};
    config.environments = {{"staging", false}, {"prod", true}};
    config.policy = default_policy();
    HealthRule unwatched;  // what follows a change is health_test's matter
    unwatched.window = 0;
    unwatched.lock_for = 0;
    config.health = {unwatched};
    provider.reads["lookup"] = Value::Map{{"replicas", 6}, {"version", "v8"}, {"healthy", true}};
  }

  Outcome say(const std::string& person, const std::string& text, const std::string& platform = "room") {
    Outcome o;
    decide([&](Work& w) {
      CommandInput in;
      in.person = person == "operator" ? "" : person;
      in.is_operator = person == "operator";
      in.platform = platform;
      in.channel = "muster";
      in.source_id = "m" + std::to_string(++messages_);
      in.text = text;
      in.direct = true;
      in.sent_ms = w.now;
      o = run_command(w, in);
    });
    return o;
  }

  int sent() const {
    int n = 0;
    for (const auto& [what, times] : provider.ledger) n += times;
    return n;
  }
  const Question* question() const {
    for (const auto& [n, q] : state.questions)
      if (q.open()) return &q;
    return nullptr;
  }

 private:
  int messages_ = 0;
};

}  // namespace muster::test
