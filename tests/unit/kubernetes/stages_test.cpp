// A version that comes out in part: what is sent, what the cluster's controller makes of it, what comes back.
#include <doctest/doctest.h>

#include <algorithm>

#include "bot/base/json.h"
#include "tests/support/kubernetes_world.h"

using namespace muster;
using namespace muster::test;

namespace {

const Value own_strategy =
    Value::Map{{"type", "RollingUpdate"}, {"rollingUpdate", Value::Map{{"maxSurge", "50%"}, {"maxUnavailable", 1}}}};

struct Staged : KubernetesWorld {
  std::unique_ptr<Target> target = nullptr;
  bool set = false;  // a StatefulSet
  int attempt = 0;

  explicit Staged(int replicas = 4, bool stateful = false) : set(stateful) {
    if (set) {
      core.add_stateful_set("prod", "shop", "registry/shop:1.0", replicas);
    } else {
      core.add_deployment("prod", "shop", "registry/shop:1.0", replicas);
      core.edit("deployments", "prod", "shop", [](Value o) {
        return doubles::set_in(std::move(o), {"spec", "strategy"}, own_strategy);
      });
      core.settle();
    }
    come_back();
  }
  void come_back() {
    KubernetesTargetDef d = def();
    if (set) {
      KubernetesWorkloadDef w;
      w.service = "shop";
      w.kind = "statefulset";
      d.workloads.push_back(w);
    }
    target = make_target(d);
  }
  TargetState state() {
    std::optional<Result<TargetState>> got;
    target->status({"shop", "prod"}, [&](Result<TargetState> s) { got = std::move(s); });
    until([&] { return got.has_value(); });
    REQUIRE(got->has_value());
    return **got;
  }
  ChangeRequest wish(TargetVerb verb, const std::string& version, const std::string& part = {}) {
    ChangeRequest q;
    q.verb = verb;
    q.subject = {"shop", "prod"};
    q.run = "R7." + std::to_string(++attempt);
    q.version = version;
    q.part = part;
    if (verb == TargetVerb::scale) q.replicas = 9;
    return q;
  }
  ChangeAnswer change(const ChangeRequest& q) {
    std::optional<ChangeAnswer> got;
    target->change(q, state(), [&](ChangeAnswer a) { got = std::move(a); }, {});
    until([&] { return got.has_value(); });
    return *got;
  }
  ChangeAnswer deploy(const std::string& version, const std::string& part = {}) {
    return change(wish(TargetVerb::deploy, version, part));
  }
  std::string planned(const ChangeRequest& q) {
    std::optional<Result<std::string>> got;
    target->dry_run(q, state(), [&](Result<std::string> s) { got = std::move(s); });
    until([&] { return got.has_value(); });
    return got->has_value() ? **got : (*got).error().message;
  }
  const Value& object() const { return *core.find(set ? "statefulsets" : "deployments", "prod", "shop"); }
  int pods(const std::string& version) const {
    int n = 0;
    for (const Value* pod : core.all("pods", "prod")) {
      const std::string& image = (*pod)["spec"]["containers"].as_list().front()["image"].as_string();
      n += image == "registry/shop:" + version ? 1 : 0;
    }
    return n;
  }
  bool has_its_own() const {
    const Value& spec = object()["spec"];
    return spec["strategy"] == own_strategy && spec["minReadySeconds"].as_int() == 0 &&
           spec["progressDeadlineSeconds"].as_int() == 600 && !object()["metadata"]["annotations"].has("muster/stage");
  }
  int effects() const {
    return static_cast<int>(std::ranges::count_if(core.ledger, [](const auto& e) { return e.changed; }));
  }
};

}  // namespace

TEST_CASE("a canary of a Deployment is so many pods beside the others, and stays so for days") {
  Staged w;
  const ChangeAnswer first = w.deploy("1.1", "25%");
  CHECK(first.outcome == ChangeOutcome::succeeded);
  CHECK(w.pods("1.0") == 4);
  CHECK(w.pods("1.1") == 1);
  REQUIRE(first.after.has_value());
  CHECK(first.after->version == "1.0");
  CHECK(first.after->part_version == "1.1");
  CHECK(first.after->part_replicas == 1);
  CHECK(first.after->healthy == true);
  CHECK(w.effects() == 1);
  w.core.set_step(minute_ms);  // they never cease to look: each second of so long a time takes many seconds of ours
  w.advance(20 * hour_ms);
  CHECK(w.pods("1.0") == 4);
  CHECK(w.pods("1.1") == 1);
  CHECK(w.state().healthy == true);
}

TEST_CASE("each stage is one patch, and after the last the Deployment has its own settings again") {
  Staged w;
  CHECK(w.deploy("1.1", "1").outcome == ChangeOutcome::succeeded);
  CHECK(w.deploy("1.1", "50%").outcome == ChangeOutcome::succeeded);
  CHECK(w.pods("1.0") == 4);
  CHECK(w.pods("1.1") == 2);
  CHECK(w.deploy("1.1", "2").outcome == ChangeOutcome::nothing_to_do);
  CHECK(w.deploy("1.1").outcome == ChangeOutcome::succeeded);
  CHECK(w.pods("1.0") == 0);
  CHECK(w.pods("1.1") == 4);
  CHECK(w.has_its_own());
  CHECK(w.effects() == 3);
  const TargetState now = w.state();
  CHECK(now.version == "1.1");
  CHECK(now.part_version.empty());
  CHECK(now.previous_version == "1.0");
}

TEST_CASE("a part is put back by one patch, and the others were never touched") {
  Staged w;
  REQUIRE(w.deploy("1.1", "50%").outcome == ChangeOutcome::succeeded);
  const ChangeAnswer back = w.change(w.wish(TargetVerb::rollback, "1.0"));
  CHECK(back.outcome == ChangeOutcome::succeeded);
  CHECK(w.effects() == 2);
  CHECK(w.pods("1.0") == 4);
  CHECK(w.pods("1.1") == 0);
  CHECK(w.has_its_own());
  CHECK(w.state().version == "1.0");
  CHECK(w.state().part_version.empty());
}

TEST_CASE("bluegreen is as many new pods as there are old ones, then only the new ones") {
  Staged w;
  CHECK(w.deploy("1.1", "beside").outcome == ChangeOutcome::succeeded);
  CHECK(w.pods("1.0") == 4);
  CHECK(w.pods("1.1") == 4);
  CHECK(w.state().part_replicas == 4);
  CHECK(w.deploy("1.1").outcome == ChangeOutcome::succeeded);
  CHECK(w.pods("1.0") == 0);
  CHECK(w.has_its_own());
}

TEST_CASE("with one pod a canary is a second one beside it") {
  Staged w(1);
  CHECK(w.state().part_beside);
  CHECK(w.deploy("1.1", "25%").outcome == ChangeOutcome::succeeded);
  CHECK(w.pods("1.0") == 1);
  CHECK(w.pods("1.1") == 1);
}

TEST_CASE("a canary of a StatefulSet is its partition, and the partition goes with the last stage") {
  Staged w(4, true);
  CHECK(w.target->has(TargetStrategy::canary, {"shop", "prod"}));
  CHECK_FALSE(w.target->has(TargetStrategy::bluegreen, {"shop", "prod"}));
  CHECK(w.deploy("1.1", "25%").outcome == ChangeOutcome::succeeded);
  const TargetState part = w.state();
  CHECK(part.version == "1.0");
  CHECK(part.part_version == "1.1");
  CHECK(part.part_replicas == 1);
  CHECK(w.object()["spec"]["updateStrategy"]["rollingUpdate"]["partition"].as_int() == 3);
  SUBCASE("then all of it") {
    CHECK(w.deploy("1.1").outcome == ChangeOutcome::succeeded);
    CHECK(w.state().version == "1.1");
  }
  SUBCASE("or back") {
    CHECK(w.change(w.wish(TargetVerb::rollback, "1.0")).outcome == ChangeOutcome::succeeded);
    CHECK(w.state().version == "1.0");
  }
  CHECK(w.object()["spec"]["updateStrategy"]["rollingUpdate"]["partition"].as_int() == 0);
  CHECK(w.state().part_version.empty());
  CHECK(w.deploy("1.2", "beside").outcome == ChangeOutcome::refused);
}

TEST_CASE("while a part is out nothing else is done to it, and another version does not come on top") {
  Staged w;
  REQUIRE(w.deploy("1.1", "50%").outcome == ChangeOutcome::succeeded);
  CHECK(w.change(w.wish(TargetVerb::scale, {})).outcome == ChangeOutcome::refused);
  CHECK(w.change(w.wish(TargetVerb::restart, {})).outcome == ChangeOutcome::refused);
  CHECK(w.change(w.wish(TargetVerb::pause, {})).outcome == ChangeOutcome::refused);
  const ChangeAnswer other = w.deploy("1.2", "50%");
  CHECK(other.outcome == ChangeOutcome::refused);
  CHECK(other.problem->message == "another version of shop is out in part");
  const ChangeAnswer smaller = w.deploy("1.1", "1");
  CHECK(smaller.outcome == ChangeOutcome::refused);
  CHECK(smaller.problem->message.contains("a stage cannot be smaller"));
  CHECK(w.effects() == 1);
}

TEST_CASE("what cannot be brought out in part says why, and nothing is sent") {
  Staged w;
  const auto with = [&](const char* type) {
    w.core.edit("deployments", "prod", "shop", [&](Value o) {
      return doubles::set_in(std::move(o), {"spec", "strategy"}, Value::Map{{"type", type}});
    });
    w.core.settle();
  };
  with("Recreate");
  CHECK(w.state().no_part == "its strategy is Recreate, which ends all old pods first");
  const ChangeAnswer refused = w.deploy("1.1", "25%");
  CHECK(refused.outcome == ChangeOutcome::refused);
  CHECK(refused.problem->next_step == "Bring it out with --strategy rolling.");
  with("RollingUpdate");
  CHECK(w.state().no_part.empty());
  w.core.hold = true;
  w.core.edit("deployments", "prod", "shop", [&](Value o) {
    const Value container = Value::Map{{"name", "app"}, {"image", "registry/shop:9"}};
    return doubles::set_in(std::move(o), {"spec", "template", "spec", "containers"}, Value::List{container});
  });
  w.core.tick();
  CHECK(w.deploy("1.1", "25%").problem->message == "a rollout of shop is under way");
  CHECK(w.core.ledger.empty());
}

TEST_CASE("a part that does not come up is told with its reason, and the others run on") {
  Staged w;
  w.core.sick_images["registry/shop:1.1"] = "CrashLoopBackOff";
  const ChangeAnswer a = w.deploy("1.1", "25%");
  CHECK(a.outcome == ChangeOutcome::timed_out);
  CHECK(a.problem->message.contains("CrashLoopBackOff"));
  CHECK(w.pods("1.0") == 4);
  CHECK(w.state().healthy == false);
  CHECK(w.change(w.wish(TargetVerb::rollback, "1.0")).outcome == ChangeOutcome::succeeded);
  CHECK(w.pods("1.1") == 0);
}

TEST_CASE("a plan says how many of how many, and that the share is no weight") {
  Staged w;
  const std::string words = w.planned(w.wish(TargetVerb::deploy, "1.1", "50%"));
  CHECK(words.contains("2 new pods come beside the 4 that stay: 2 of 6 get traffic"));
  CHECK(words.contains("there are no weights"));
  CHECK(w.effects() == 0);
  REQUIRE(w.deploy("1.1", "50%").outcome == ChangeOutcome::succeeded);
  CHECK(w.planned(w.wish(TargetVerb::deploy, "1.1")).contains("the strategy that it had before the stages comes back"));
}

TEST_CASE("a note of a stage in an object that is not held, or that is no note, is nothing") {
  Staged w;
  const auto noted = [&](const std::string& text) {
    w.core.edit("deployments", "prod", "shop", [&](Value o) {
      return doubles::set_in(std::move(o), {"metadata", "annotations", "muster/stage"}, text);
    });
    return w.state();
  };
  for (const char* text : {R"({"image":"registry/shop:0.9","own":{}})", "[", "{}", R"({"own":{"paused":true}})"}) {
    CAPTURE(text);
    CHECK(noted(text).version == "1.0");
    CHECK(noted(text).part_version.empty());
  }
  REQUIRE(w.deploy("1.1", "25%").outcome == ChangeOutcome::succeeded);
  // Held, and yet nothing but the fields of a stage may come back from what anybody can write.
  CHECK(noted(R"({"image":"registry/shop:1.0","own":{"template":{}}})").part_version.empty());
  CHECK(noted(R"({"image":"registry/shop:1.0","own":{"minReadySeconds":"x"}})").part_version.empty());
  CHECK(noted(R"({"image":"registry/shop:1.0","own":{"minReadySeconds":7}})").part_version == "1.1");
}

TEST_CASE("a bot that dies at any point of any stage has made at most one effect, and knows it afterwards") {
  enum Point { never_arrived, answer_lost, watching, over };
  const auto prepare = [](Staged& w, int stage) {
    if (stage > 0) REQUIRE(w.deploy("1.1", "1").outcome == ChangeOutcome::succeeded);
    w.core.ledger.clear();
    if (stage == 0) return w.wish(TargetVerb::deploy, "1.1", "1");
    if (stage == 1) return w.wish(TargetVerb::deploy, "1.1", "50%");
    return stage == 2 ? w.wish(TargetVerb::deploy, "1.1") : w.wish(TargetVerb::rollback, "1.0");
  };
  for (const bool stateful : {false, true}) {
    for (int stage = 0; stage < 4; ++stage) {
      for (const Point point : {never_arrived, answer_lost, watching, over}) {
        CAPTURE(stateful);
        CAPTURE(stage);
        CAPTURE(static_cast<int>(point));
        Staged w(4, stateful);
        const ChangeRequest q = prepare(w, stage);
        const TargetState before = w.state();
        bool lost = false, answered = false;
        const auto lose = [&lost](const HttpRequest& r) -> std::optional<HttpResponse> {
          if (r.method == "GET") return std::nullopt;
          lost = true;
          return HttpResponse{.status = 0, .body = {}, .headers = {}};
        };
        if (point == never_arrived) w.core.fault_before = lose;
        if (point == answer_lost) w.core.fault_after = lose;
        if (point == watching) w.core.hold = true;
        w.target->change(q, before, [&](const ChangeAnswer&) { answered = true; }, {});
        w.until([&] { return lost || answered || (point == watching && !w.core.ledger.empty()); });
        w.target.reset();
        w.bot_dies();
        w.core.fault_before = w.core.fault_after = nullptr;
        w.core.hold = false;
        w.come_back();
        const int made = w.effects();
        CHECK(made == (point == never_arrived ? 0 : 1));
        std::optional<ChangeAnswer> seen;
        w.target->observe(q, before, [&](ChangeAnswer a) { seen = std::move(a); }, {});
        w.until([&] { return seen.has_value(); });
        CHECK(seen->outcome == (made == 1 ? ChangeOutcome::succeeded : ChangeOutcome::unknown));
        std::optional<ProbeAnswer> found;
        w.target->probe(q, before, [&](ProbeAnswer a) { found = std::move(a); });
        w.until([&] { return found.has_value(); });
        CHECK(found->finding == (made == 1 ? ProbeFinding::equals_intended : ProbeFinding::equals_before));
        CHECK(w.effects() == made);
      }
    }
  }
}
