#include "target.h"

#include <doctest/doctest.h>

using namespace muster;
using namespace muster::test;

namespace {

ChangeRequest request(TargetVerb verb, const std::string& run) {
  ChangeRequest r;
  r.verb = verb;
  r.subject = {"shop", "prod"};
  r.run = run;
  r.timeout = minute_ms;
  r.person = "dana";
  r.channel = "ops";
  if (verb == TargetVerb::deploy) r.version = "1.1";
  if (verb == TargetVerb::scale) r.replicas = 5;
  return r;
}

// Where an autoscaler sets the number, its minimum is what a scale is about.
ChangeRequest fitted(ChangeRequest r, const TargetState& before) {
  r.minimum = r.verb == TargetVerb::scale && before.scaler_least.has_value();
  return r;
}

// Every call answers later and once; this waits for it and sees to both.
template <class Answer>
struct Reply {
  std::optional<Answer> answer;
  int times = 0;
  std::function<void(Answer)> taker() {
    return [this](Answer a) {
      answer = std::move(a);
      ++times;
    };
  }
};

TargetState state_of(TargetBench& bench) {
  Reply<Result<TargetState>> reply;
  bench.target().status({"shop", "prod"}, reply.taker());
  CHECK_FALSE(reply.answer.has_value());
  bench.until([&] { return reply.answer.has_value(); });
  REQUIRE_MESSAGE(reply.answer->has_value(), (*reply.answer ? "" : reply.answer->error().message));
  CHECK(reply.times == 1);
  return **reply.answer;
}

ChangeAnswer change(TargetBench& bench, const ChangeRequest& r, const TargetState& before) {
  Reply<ChangeAnswer> reply;
  bench.target().change(r, before, reply.taker(), {});
  CHECK_FALSE(reply.answer.has_value());
  bench.until([&] { return reply.answer.has_value(); });
  CHECK(reply.times == 1);
  return *reply.answer;
}

ChangeAnswer observe(TargetBench& bench, const ChangeRequest& r, const TargetState& before) {
  Reply<ChangeAnswer> reply;
  bench.target().observe(r, before, reply.taker(), {});
  CHECK_FALSE(reply.answer.has_value());
  bench.until([&] { return reply.answer.has_value(); });
  return *reply.answer;
}

ProbeAnswer probe(TargetBench& bench, const ChangeRequest& r, const TargetState& before) {
  Reply<ProbeAnswer> reply;
  bench.target().probe(r, before, reply.taker());
  CHECK_FALSE(reply.answer.has_value());
  bench.until([&] { return reply.answer.has_value(); });
  return *reply.answer;
}

void over_each(const std::function<void(TargetBench&)>& text) {
  REQUIRE_FALSE(benches().empty());
  for (const BenchMaker& maker : benches()) {
    CAPTURE(maker.name);
    text(*maker.make());
  }
}

constexpr TargetVerb changing[] = {TargetVerb::deploy,  TargetVerb::rollback, TargetVerb::scale,
                                   TargetVerb::restart, TargetVerb::pause,    TargetVerb::resume};

}  // namespace

std::vector<BenchMaker>& muster::test::benches() {
  static std::vector<BenchMaker> all;
  return all;
}

TEST_CASE("a target says what is there, and knows whom it serves") {
  over_each([](TargetBench& bench) {
    const TargetState state = state_of(bench);
    CHECK(state.version == "1.0");
    CHECK(state.replicas == 3);
    CHECK(bench.target().serves({"shop", "prod"}));
    CHECK_FALSE(bench.target().serves({"nobody", "prod"}));
    CHECK(bench.target().has(TargetVerb::status));
    CHECK(bench.arrived() == 0);
  });
}

TEST_CASE("each change is made once, reaches what was intended, and carries our run id") {
  over_each([](TargetBench& bench) {
    int made = 0;
    for (const TargetVerb verb : changing) {
      if (!bench.target().has(verb)) continue;
      CAPTURE(std::string(name_of(verb)));
      const TargetState before = state_of(bench);
      ChangeRequest r = fitted(request(verb, std::string("R1.") + name_of(verb)), before);
      if (verb == TargetVerb::rollback) r.version = "1.0";
      const ChangeAnswer answer = change(bench, r, before);
      CHECK_MESSAGE(answer.outcome == ChangeOutcome::succeeded, (answer.problem ? answer.problem->message : ""));
      CHECK(bench.arrived() == ++made);
      CHECK(bench.runs().back() == r.run);
      const ProbeAnswer found = probe(bench, r, before);
      CAPTURE(found.state ? found.state->detail : std::string());
      CHECK(found.finding == ProbeFinding::equals_intended);
      bench.target().forget(r.run);
    }
    CHECK(made > 0);
  });
}

TEST_CASE("what a change did is taken back to what was there before") {
  over_each([](TargetBench& bench) {
    for (const TargetVerb verb : {TargetVerb::deploy, TargetVerb::scale}) {
      if (!bench.target().has(verb)) continue;
      const TargetState before = state_of(bench);
      const ChangeRequest r = fitted(request(verb, std::string("R2.") + name_of(verb)), before);
      CHECK(change(bench, r, before).outcome == ChangeOutcome::succeeded);
      const TargetState changed = state_of(bench);
      CHECK((changed.version != before.version || changed.replicas != before.replicas));
      auto back = inverse_of(r, before);
      REQUIRE(back.has_value());
      back->run = r.run + ".undo";
      CHECK(change(bench, *back, changed).outcome == ChangeOutcome::succeeded);
      CHECK(state_of(bench).version == before.version);
      CHECK((r.minimum || state_of(bench).replicas == before.replicas));
      CHECK(state_of(bench).scaler_least == before.scaler_least);
    }
  });
}

TEST_CASE("a rollback without a version goes to the one before, or is refused: it never guesses") {
  over_each([](TargetBench& bench) {
    if (!bench.target().has(TargetVerb::rollback)) return;
    const ChangeAnswer refused = change(bench, request(TargetVerb::rollback, "R3.a"), state_of(bench));
    CHECK(refused.outcome == ChangeOutcome::refused);
    CHECK(bench.arrived() == 0);
    CHECK(change(bench, request(TargetVerb::deploy, "R3.b"), state_of(bench)).outcome == ChangeOutcome::succeeded);
    CHECK(change(bench, request(TargetVerb::rollback, "R3.c"), state_of(bench)).outcome == ChangeOutcome::succeeded);
    CHECK(state_of(bench).version == "1.0");
  });
}

TEST_CASE("what a target has not, does not serve or cannot understand it refuses, and nothing happens") {
  over_each([](TargetBench& bench) {
    const TargetState before = state_of(bench);
    std::vector<ChangeRequest> bad;
    for (const TargetVerb verb : changing) {
      if (!bench.target().has(verb)) bad.push_back(request(verb, "R4"));
    }
    bad.push_back(request(TargetVerb::status, "R4"));
    bad.push_back(request(TargetVerb::deploy, ""));
    bad.push_back(request(TargetVerb::deploy, "R4"));
    bad.back().subject.service = "nobody";
    bad.push_back(request(TargetVerb::deploy, "R4"));
    bad.back().version = "";
    bad.push_back(request(TargetVerb::scale, "R4"));
    bad.back().replicas = -1;
    for (const char* hostile : {"--help", "-rf", "1.0; reboot", "$(reboot)", "`id`", "a b", "../../etc/passwd", "a\nb",
                                "1.0 --force", "{run}", "${secret.token}", "<!channel>", "\x1b[2J", "a|b"}) {
      bad.push_back(request(TargetVerb::deploy, "R4"));
      bad.back().version = hostile;
    }
    for (const ChangeRequest& r : bad) {
      CAPTURE(name_of(r.verb));
      CAPTURE(r.version);
      const ChangeAnswer answer = change(bench, r, before);
      CHECK(answer.outcome == ChangeOutcome::refused);
      REQUIRE(answer.problem.has_value());
      CHECK_FALSE(answer.problem->message.empty());
    }
    CHECK(bench.arrived() == 0);
    CHECK(state_of(bench) == before);
  });
}

TEST_CASE("a world that says no is a failure with a reason and with what is there now") {
  over_each([](TargetBench& bench) {
    bench.refuse(true);
    const TargetState before = state_of(bench);
    const ChangeRequest r = request(TargetVerb::deploy, "R5");
    const ChangeAnswer answer = change(bench, r, before);
    // refused: where its word says that nothing of it was done
    CHECK((answer.outcome == ChangeOutcome::failed || answer.outcome == ChangeOutcome::refused));
    REQUIRE(answer.problem.has_value());
    CHECK_FALSE(answer.problem->message.empty());
    REQUIRE(answer.after.has_value());
    CHECK(answer.after->version == "1.0");
    CHECK(bench.arrived() == 1);
  });
}

TEST_CASE("a bot that dies in the middle of a change watches it afterwards and sends nothing again") {
  over_each([](TargetBench& bench) {
    const TargetState before = state_of(bench);
    const ChangeRequest r = request(TargetVerb::deploy, "R6");
    bench.hold();
    bench.target().change(r, before, [](const ChangeAnswer&) { CHECK_MESSAGE(false, "answered a dead bot"); }, {});
    bench.until([&] { return bench.arrived() == 1; });
    bench.restart_bot();
    Reply<ChangeAnswer> reply;
    bench.target().observe(r, before, reply.taker(), {});
    CHECK(probe(bench, r, before).finding == ProbeFinding::in_progress);
    CHECK_FALSE(reply.answer.has_value());
    bench.release();
    bench.until([&] { return reply.answer.has_value(); });
    CHECK(reply.answer->outcome == ChangeOutcome::succeeded);
    CHECK(reply.times == 1);
    CHECK(bench.arrived() == 1);
    CHECK(state_of(bench).version == "1.1");
  });
}

TEST_CASE("a change that nobody has heard of is unknown or never sent; looking for it sends nothing") {
  over_each([](TargetBench& bench) {
    const TargetState before = state_of(bench);
    const ChangeRequest r = request(TargetVerb::deploy, "R7");
    const ChangeAnswer answer = observe(bench, r, before);
    CHECK((answer.outcome == ChangeOutcome::unknown || answer.outcome == ChangeOutcome::refused));
    CHECK(probe(bench, r, before).finding == ProbeFinding::equals_before);
    CHECK(bench.arrived() == 0);
  });
}

TEST_CASE("a probe that finds somebody else's work says so") {
  over_each([](TargetBench& bench) {
    const TargetState before = state_of(bench);
    bench.somebody_deploys("2.0");
    const ProbeAnswer found = probe(bench, request(TargetVerb::deploy, "R8"), before);
    CHECK(found.finding == ProbeFinding::other);
    REQUIRE(found.state.has_value());
    CHECK(found.state->version == "2.0");
  });
}

TEST_CASE("a change can be cancelled while it goes on, and a second one of the same run is refused") {
  over_each([](TargetBench& bench) {
    const TargetState before = state_of(bench);
    const ChangeRequest r = request(TargetVerb::deploy, "R9");
    bench.hold();
    Reply<ChangeAnswer> reply;
    bench.target().change(r, before, reply.taker(), {});
    bench.until([&] { return bench.arrived() == 1; });
    CHECK(change(bench, r, before).outcome == ChangeOutcome::refused);
    CHECK(bench.target().cancel("R9"));
    CHECK_FALSE(bench.target().cancel("somebody else's"));
    bench.until([&] { return reply.answer.has_value(); });
    CHECK(reply.answer->outcome == ChangeOutcome::cancelled);
    CHECK(bench.arrived() == 1);
    bench.release();
  });
}

TEST_CASE("a dry run says what would be done and does nothing") {
  over_each([](TargetBench& bench) {
    const TargetState before = state_of(bench);
    Reply<Result<std::string>> reply;
    bench.target().dry_run(request(TargetVerb::deploy, "R10"), before, reply.taker());
    bench.until([&] { return reply.answer.has_value(); });
    REQUIRE(reply.answer->has_value());
    CHECK((*reply.answer)->find("1.1") != std::string::npos);
    CHECK(bench.arrived() == 0);
    CHECK(state_of(bench) == before);
  });
}

TEST_CASE("history is what went before, newest first and no more than asked for") {
  over_each([](TargetBench& bench) {
    Reply<Result<std::vector<HistoryEntry>>> reply;
    if (bench.target().has(TargetVerb::history)) bench.somebody_deploys("2.0");
    bench.target().history({"shop", "prod"}, 1, reply.taker());
    bench.until([&] { return reply.answer.has_value(); });
    if (!bench.target().has(TargetVerb::history)) {
      CHECK_FALSE(reply.answer->has_value());
      return;
    }
    REQUIRE(reply.answer->has_value());
    REQUIRE((*reply.answer)->size() == 1);
    CHECK((*reply.answer)->front().version == "2.0");
  });
}
