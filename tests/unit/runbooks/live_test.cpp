// What is under way says how far it is: in the run's message, in its thread, within the budget, and never after its
// end.
#include <doctest/doctest.h>

#include <algorithm>

#include "../../support/run_world.h"
#include "bot/base/text.h"
#include "bot/core/chat/message.h"

using namespace muster;
using namespace muster::runbooks;
using muster::test::RunWorld;

namespace {

struct Slow : RunWorld {
  Slow() {
    add_runbook(
        "runbook: slow\nsteps:\n  - id: copy\n    run: [copy]\n    timeout: 10m\n"
        "  - id: grow\n    scale: {service: api, env: prod, replicas: 9}\n    timeout: 10m\n");
    provider.override = [this](const AttemptOrder& o, AttemptReport& r) {
      if (o.stage == "look" || o.mode == AttemptOrder::Mode::halt) return false;
      sent.push_back(o);
      r.error_kind = "silent";
      return true;
    };
    start("slow");
    deliver();
  }
  void says(const std::string& line, const std::string& lines) {
    const AttemptOrder& o = sent.back();
    decide([&](Work& w) { engine.progressed(w, {o.run, o.path, o.id, line, lines}); });
  }
  void ends(Value result) {
    AttemptReport r;
    r.run = sent.back().run, r.path = sent.back().path, r.id = sent.back().id;
    r.result = std::move(result);
    decide([&](Work& w) { engine.attempt_ended(w, r); });
    deliver();
  }
  std::string last(const std::string& kind, const std::string& part) const {
    for (auto it = out.rbegin(); it != out.rend(); ++it)
      if (it->kind == kind && it->body["post_id"].as_string().starts_with(part))
        return plain_text(message_from(it->body["message"]));
    return {};
  }
  std::size_t count(const std::string& kind, const std::string& part) const {
    return static_cast<std::size_t>(std::count_if(out.begin(), out.end(), [&](const OutMessage& m) {
      return m.kind == kind && m.body["post_id"].as_string().starts_with(part);
    }));
  }
  std::vector<AttemptOrder> sent;
};

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the last lines of a command stand in the thread after three seconds, once in three, and whole at its end") {
  Slow w;
  w.says("", "one\ntwo\n");
  CHECK(w.count("post", "out-") == 0);  // most commands are over before anybody looks
  w.pass(3 * second_ms);
  CHECK(contains(w.last("post", "out-"), "two"));
  w.says("", "one\ntwo\nthree\n");
  CHECK(w.engine.progress_of("R1", "0") != nullptr);
  for (int i = 0; i < 20; ++i) {
    w.pass(200);
    w.says("", "line " + std::to_string(i));
  }
  CHECK(w.count("edit", "out-") == 1);
  w.ends(Value::Map{{"exit", 0}, {"output", "one\nlast word\n"}});
  CHECK(contains(w.last("edit", "out-"), "last word"));
  CHECK(w.engine.progress_of("R1", "0") == nullptr);
  CHECK(w.count("post", "out-") == 1);
}

TEST_CASE("what a target says of a change under way stands in the run's message until it ends") {
  Slow w;
  w.ends(Value::Map{{"exit", 0}});
  REQUIRE(w.run("R1").steps.at("1").status == "running");
  w.pass(4 * second_ms);
  w.says("7 of 9 ready", "");
  w.pass(4 * second_ms);
  CHECK(contains(w.last("edit", "run-R1"), "7 of 9 ready"));
  const std::size_t edits = w.count("edit", "run-R1");
  w.says("8 of 9 ready", "");
  CHECK(w.count("edit", "run-R1") == edits);  // the budget of the message
  w.pass(4 * second_ms);
  CHECK(contains(w.last("edit", "run-R1"), "8 of 9 ready"));
  w.ends(Value::Map{{"replicas", 9}});
  CHECK_FALSE(contains(w.last("edit", "run-R1"), "of 9 ready"));
  CHECK(w.run("R1").status == "succeeded");
}

TEST_CASE("a word that comes too late, or of another attempt, changes nothing; no secret is shown") {
  Slow w;
  w.pass(4 * second_ms);
  w.says("", "password=hunter2hunter2 set");
  CHECK_FALSE(contains(w.last("post", "out-"), "hunter2"));
  const std::size_t before = w.out.size();
  w.decide([&](Work& work) { w.engine.progressed(work, {"R1", "0", "R1.0-9", "x", "y"}); });
  w.decide([&](Work& work) { w.engine.progressed(work, {"R7", "0", "R7.0-1", "x", "y"}); });
  CHECK(w.out.size() == before);
}

TEST_CASE("a command that says something at once and then hangs is heard all the same") {
  Slow w;
  w.says("", "begin\ntable 3 of 9\n");
  CHECK(w.count("post", "out-") == 0);
  w.pass(4 * second_ms);
  CHECK(w.count("post", "out-") == 1);
  CHECK(contains(w.last("post", "out-"), "table 3 of 9"));
  w.pass(minute_ms);
  CHECK(w.count("edit", "out-") == 0);  // nothing new was said
}

TEST_CASE("who has to decide what came of a command reads its last lines") {
  Slow w;
  w.says("", "begin\ntable 3 of 9\n");
  AttemptReport r;
  r.run = w.sent.back().run, r.path = w.sent.back().path, r.id = w.sent.back().id;
  r.end = AttemptReport::End::unknown;
  r.error_kind = "lost";
  r.error = "its supervisor was killed";
  r.result = Value::Map{{"output", "begin\ntable 4 of 9\n"}};
  w.decide([&](Work& work) { w.engine.attempt_ended(work, r); });
  w.deliver();
  CHECK(w.run("R1").status == "needs_decision");
  CHECK(contains(w.last("post", "decide-"), "table 4 of 9"));
}

TEST_CASE("a second try is told as that while it is under way, and the first one is not") {
  RunWorld w;
  w.add_runbook(
      "runbook: again\nsteps:\n  - id: fetch\n    http: https://example.com/a\n    timeout: 1m\n"
      "    retry: {max: 2, delay: 10s}\n");
  std::vector<std::string> seen;
  w.provider.override = [&](const AttemptOrder&, AttemptReport& r) {
    w.decide([&](Work& work) {
      std::string text;
      for (const Section& part : w.engine.run_message(work, w.run("R1")).sections) text += part.text;
      seen.push_back(text);
    });
    r.end = AttemptReport::End::failed, r.error_kind = "unavailable", r.error = "nobody answers";
    return true;
  };
  w.start("again");
  w.deliver();
  w.pass(minute_ms);
  REQUIRE(seen.size() == 3);
  CHECK_FALSE(contains(seen[0], "try"));
  CHECK(contains(seen[1], "try 2"));
  CHECK(contains(seen[2], "try 3"));
  CHECK(w.run("R1").status == "failed");
}

TEST_CASE("a reason of any length is shown up to 600 characters, whole ones, without waking anybody") {
  for (const std::string& unit : {std::string("x"), std::string("가"), std::string("🔥"), std::string("@all ")}) {
    CAPTURE(unit);
    RunWorld w;
    w.add_runbook("runbook: sick\nsteps:\n  - id: fetch\n    http: https://example.com/a\n    timeout: 1m\n");
    std::string why = "pod shop-1 ends: ";
    for (int i = 0; i < 3000; ++i) why += unit;
    w.provider.override = [&](const AttemptOrder&, AttemptReport& r) {
      r.end = AttemptReport::End::failed, r.error_kind = "refused", r.error = why;
      return true;
    };
    w.start("sick");
    w.deliver();
    REQUIRE(w.run("R1").status == "failed");
    std::string reason;
    for (const OutMessage& m : w.out)
      if (m.kind == "post" && m.body["post_id"].as_string().starts_with("run-R1-final"))
        for (const Section& part : message_from(m.body["message"]).sections) reason = part.text;
    CHECK(contains(reason, "pod shop-1 ends"));
    CHECK(reason.ends_with("…"));
    const auto dead = static_cast<std::size_t>(std::ranges::count(reason, '@'));  // each with a space of no width
    CHECK(code_point_count(reason) - dead <= 600);
    CHECK(code_point_count(reason) - dead > 500);
    CHECK(is_utf8(reason));
    CHECK_FALSE(contains(reason, "@all"));
  }
}
