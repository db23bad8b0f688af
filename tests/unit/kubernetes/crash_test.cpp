// The table verb × crash point: the bot dies, comes back, looks, and the cluster's ledger says what was done. At most
// one effect, or a person is asked; never a silent repeat.
#include <doctest/doctest.h>

#include "tests/support/crash_table.h"
#include "tests/support/kubernetes_world.h"

using namespace muster;
using namespace muster::test;

namespace {

enum class Point { at_once, before_sending, never_arrived, answer_lost, watching, over };
constexpr Point points[] = {Point::at_once,     Point::before_sending, Point::never_arrived,
                            Point::answer_lost, Point::watching,       Point::over};
struct Kind {
  TargetVerb verb;
  bool minimum = false;  // of an autoscaler
  std::string name() const { return std::string(muster::name_of(verb)) + (minimum ? " of a minimum" : ""); }
};
constexpr Kind kinds[] = {{TargetVerb::deploy},  {TargetVerb::rollback}, {TargetVerb::scale}, {TargetVerb::scale, true},
                          {TargetVerb::restart}, {TargetVerb::pause},    {TargetVerb::resume}};

const char* name_of(Point p) {
  constexpr const char* names[] = {"as it began",           "after the look", "sent, it never arrived",
                                   "sent, the answer lost", "watching",       "it was over"};
  return names[static_cast<int>(p)];
}

struct Bot : KubernetesWorld {
  std::unique_ptr<Target> target = nullptr;
  TargetState before = {};
  ChangeRequest request = {};
  bool lost = false;

  explicit Bot(const Kind& kind) {
    const TargetVerb verb = kind.verb;
    core.add_deployment("prod", "shop", "registry/shop:1.0", 3);
    somebody_deploys("1.1");
    if (kind.minimum) core.add_autoscaler("prod", "shop", 2, 9);
    request.minimum = kind.minimum;
    if (verb == TargetVerb::resume) {
      core.edit("deployments", "prod", "shop", [](Value o) {
        return doubles::set_in(std::move(o), {"spec", "paused"}, true);
      });
      core.settle();
    }
    target = make_target();
    request.verb = verb;
    request.subject = {"shop", "prod"};
    request.run = "R7.1.1";
    request.timeout = 30 * minute_ms;
    if (verb == TargetVerb::deploy) request.version = "1.2";
    if (verb == TargetVerb::rollback) request.version = "1.0";
    if (verb == TargetVerb::scale) request.replicas = 5;
    before = state();
  }
  TargetState state() {
    std::optional<Result<TargetState>> got;
    target->status(request.subject, [&](Result<TargetState> s) { got = std::move(s); });
    until([&] { return got.has_value(); });
    REQUIRE(got->has_value());
    return **got;
  }
  void break_changes(bool done_first) {
    auto& fault = done_first ? core.fault_after : core.fault_before;
    fault = [this](const HttpRequest& q) -> std::optional<HttpResponse> {
      if (q.method == "GET") return std::nullopt;
      lost = true;
      return HttpResponse{.status = 0, .body = {}, .headers = {}};
    };
  }
  void run_until(Point point) {
    if (point == Point::never_arrived) break_changes(false);
    if (point == Point::answer_lost) break_changes(true);
    if (point == Point::watching) core.hold = true;
    const std::uint64_t requests = core.requests;
    bool answered = false;
    target->change(request, before, [&](const ChangeAnswer&) { answered = true; }, {});
    if (point == Point::before_sending) until([&] { return core.requests > requests; });
    if (point == Point::never_arrived || point == Point::answer_lost) until([&] { return lost; });
    if (point == Point::watching) until([&] { return !core.ledger.empty(); });
    if (point == Point::over) until([&] { return answered; });
  }
  void die_and_come_back() {
    target.reset();
    bot_dies();
    core.fault_before = core.fault_after = nullptr;
    core.hold = false;
    target = make_target();
  }
  ChangeAnswer observe() {
    std::optional<ChangeAnswer> got;
    target->observe(request, before, [&](ChangeAnswer a) { got = std::move(a); }, {});
    until([&] { return got.has_value(); });
    return *got;
  }
  ProbeFinding probe() {
    std::optional<ProbeAnswer> got;
    target->probe(request, before, [&](ProbeAnswer a) { got = std::move(a); });
    until([&] { return got.has_value(); });
    return got->finding;
  }
  ChangeOutcome again(const std::string& run) {
    request.run = run;
    std::optional<ChangeAnswer> got;
    target->change(request, state(), [&](ChangeAnswer a) { got = std::move(a); }, {});
    until([&] { return got.has_value(); });
    return got->outcome;
  }
  int effects() const {
    return static_cast<int>(std::ranges::count_if(core.ledger, [](const auto& e) { return e.changed; }));
  }
};

bool is_done(ChangeOutcome o) { return o == ChangeOutcome::succeeded || o == ChangeOutcome::nothing_to_do; }

}  // namespace

TEST_CASE("a bot that dies at any point of any change has made at most one effect, and knows it afterwards") {
  for (const Kind& kind : kinds) {
    for (const Point point : points) {
      CAPTURE(kind.name());
      CAPTURE(std::string(name_of(point)));
      Bot bot(kind);
      bot.run_until(point);
      bot.die_and_come_back();
      const int made = bot.effects();
      CHECK(made == (point >= Point::answer_lost ? 1 : 0));
      const ChangeAnswer seen = bot.observe();
      CHECK(bot.effects() == made);
      const auto tell = [&](const char* after) {
        crash_row("kubernetes", kind.name(), name_of(point), bot.effects(), after);
      };
      if (is_done(seen.outcome)) {
        CHECK(made == 1);
        tell("watched to its end");
        continue;
      }
      CHECK(seen.outcome == ChangeOutcome::unknown);
      const ProbeFinding found = bot.probe();
      CHECK(bot.effects() == made);
      // Only what is known not to have happened may be sent again; anything else would be put before a person.
      CHECK(found == (made == 1 ? ProbeFinding::equals_intended : ProbeFinding::equals_before));
      if (found != ProbeFinding::equals_before) {
        tell("found done");
        continue;
      }
      CHECK(is_done(bot.again("R7.1.2")));
      CHECK(bot.effects() == 1);
      tell("not done yet, sent then");
    }
  }
}

TEST_CASE("the same change asked for twice is sent once, also by a bot that came back") {
  for (const Kind& kind : kinds) {
    CAPTURE(kind.name());
    Bot bot(kind);
    bot.run_until(Point::watching);
    bot.die_and_come_back();
    std::optional<ChangeAnswer> got;
    bot.target->change(bot.request, bot.before, [&](ChangeAnswer a) { got = std::move(a); }, {});
    bot.until([&] { return got.has_value(); });
    CHECK(bot.effects() == 1);
    CHECK((is_done(got->outcome) || got->outcome == ChangeOutcome::refused));
  }
}

TEST_CASE("a change that is still on its way when it is looked for is refused by the cluster when it arrives late") {
  for (const Kind& kind : {Kind{TargetVerb::deploy}, Kind{TargetVerb::scale, true}}) {
    CAPTURE(kind.name());
    Bot bot(kind);
    HttpRequest late;
    bot.core.fault_before = [&](const HttpRequest& q) -> std::optional<HttpResponse> {
      if (q.method == "GET") return std::nullopt;
      late = q;
      bot.lost = true;
      return HttpResponse{.status = 0, .body = {}, .headers = {}};
    };
    bool never = false;
    bot.target->change(bot.request, bot.before, [&](const ChangeAnswer&) { never = true; }, {});
    bot.until([&] { return bot.lost; });
    bot.die_and_come_back();
    CHECK(bot.probe() == ProbeFinding::equals_before);
    CHECK(is_done(bot.again("R7.1.2")));
    CHECK(bot.core.request(late).status == 409);
    CHECK(bot.effects() == 1);
    CHECK_FALSE(never);
  }
}
