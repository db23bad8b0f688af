// A runbook with every verb, people who answer, and a process that is killed and comes back.
#pragma once
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "../../support/run_world.h"

namespace muster::test {

inline constexpr const char* inner_text = R"(runbook: inner
inputs:
  name: {type: string}
steps:
  - id: told
    set: {greeting: "hello ${inputs.name}"}
  - id: poke
    run: [poke, "${inputs.name}"]
    timeout: 1m
outputs:
  greeting: ${told.greeting}
)";

inline constexpr const char* everything_text = R"(runbook: everything
summary: Every verb of the language once.
owner: group:platform
inputs:
  service: {type: string, default: api}
  fail: {type: bool, default: false}
guard: {deadline: 12h}
steps:
  - id: depth
    query: up
  - id: seen
    lookup: {service: "${inputs.service}", env: prod}
  - id: page_of
    http: https://example.com/health
    timeout: 10s
  - id: look
    run: [uptime]
    effect: read
    timeout: 10s
  - id: held
    lock: {env: prod, service: "${inputs.service}", for: 2h, because: test}
  - parallel:
      - id: keyed
        http: {url: "https://example.com/a", method: POST, key: Idempotency-Key}
        timeout: 10s
      - id: unkeyed
        http: {url: "https://example.com/b", method: POST}
        timeout: 10s
  - id: sure
    approve: {by: "group:oncall", text: "Go on?"}
    timeout: 30m
  - id: how
    ask: {text: "How many?", form: {count: {type: int, min: 1}}}
    timeout: 30m
  - block:
      - id: out
        deploy: {service: "${inputs.service}", env: prod, version: v9}
        undo: auto
      - id: wide
        scale: {service: "${inputs.service}", env: prod, replicas: "${how.count}"}
        undo: auto
      - id: least
        scale: {service: billing, env: prod, replicas: 4}
        undo: auto
  - id: turned
    restart: {service: "${inputs.service}", env: prod}
  - id: each
    for_each:
      in: ["a", "b", "c"]
      limit: 2
      steps:
        - id: each_run
          run: [touch, "${item}"]
          timeout: 1m
          undo: [{run: [rm, "${item}"], timeout: 1m}]
  - id: sub
    call: {runbook: inner, inputs: {name: "${inputs.service}"}}
  - wait: 2m
  - id: calm
    wait: {repeat: depth, until: it.value < 10.0, every: 15s, hold: 1m}
    timeout: 30m
  - page: {to: "group:platform", text: Look at this}
  - incident: {open: Something is up, severity: 3}
  - message: ${sub.greeting}
  - id: broken
    if: inputs.fail
    stop: {status: failed, reason: as wanted}
  - id: back
    rollback: {service: "${inputs.service}", env: prod}
  - stop: {status: succeeded, reason: all done}
on_failure:
  - undo: all
finally:
  - lock: {env: prod, service: "${inputs.service}", action: release}
  - message: ${run.status}
)";

struct Everything : RunWorld {
  Everything() {
    add_runbook(inner_text);
    add_runbook(everything_text);
    provider.replicas["billing"] = 3;
    provider.minimums["billing"] = 2;
    provider.reads["query"] = Value::Map{{"value", 1.0}};
    provider.reads["lookup"] = Value::Map{{"replicas", 6}, {"version", "v7"}};
    provider.reads["http"] = Value::Map{{"status", 200}};
    provider.reads["run"] = Value::Map{{"exit", 0}};
  }

  // A person who looks before deciding.
  bool people() {
    for (const auto& m : engine.open_matters(state)) {
      Entry by;
      by.actor = {.type = "user", .id = "bo", .handle = "bo", .display = "bo"};
      if (m.kind == "approve") return answer(m.question, "bo", true), true;
      if (m.kind == "form")
        return decide([&](Work& w) { static_cast<void>(engine.answer(w, m.run, {{"count", "9"}}, by)); }), true;
      const bool happened = effects(m.run + " " + m.path) > 0;
      asked.push_back(m.path);
      return decide(
                 [&](Work& w) { static_cast<void>(engine.decide(w, m.run, m.path, happened ? "done" : "retry", by)); }),
             true;
    }
    return false;
  }

  bool kept() const {
    for (const auto& [n, run] : state.runs) {
      if (run.over()) continue;
      const bool timer = timers.contains("run:" + run.id);
      if (!timer && open_question(run.id).empty() && run.status != "needs_decision") return false;
    }
    return true;
  }

  void drive() {
    for (int i = 0; i < 400; ++i) {
      deliver();
      if (!kept()) unkept = true;
      if (!state.runs.empty() && state.runs.begin()->second.over()) return;
      if (!people()) pass(30 * second_ms);
    }
  }

  // Until it is over, however often the process dies: at these points, each counted from the death before.
  void survive(const std::vector<int>& kills, const std::function<void()>& begin) {
    std::size_t next = 0;
    const auto arm = [&] { kill_at(next < kills.size() ? kills[next] : 0), ++next; };
    bool down = false;
    arm();
    while (true) {
      try {
        if (down) restart();
        down = false;
        if (state.runs.empty()) begin();
        return drive();
      } catch (const Killed&) {
        down = true;
        died_at = killed_at();
        orders.clear();
        asked.clear();
        arm();
      }
    }
  }

  bool unkept = false;
  std::vector<std::string> asked;   // the steps of which nobody knew what came of them
  std::vector<CrashPoint> died_at;  // of the last death
};

}  // namespace muster::test
