// Who the bot is on the server, and what is wrong with its settings.
#include <doctest/doctest.h>

#include "tests/unit/mattermost/rig.h"

using namespace muster;
using namespace muster::test;

TEST_CASE("it connects, makes its channel, and hears a person with the name the configuration gives") {
  Rig rig;
  rig.start();
  REQUIRE(rig.platform->connected());
  CHECK(rig.platform->health().account == "@muster");
  CHECK(rig.platform->health().version == "5.37.0");
  CHECK(rig.platform->health().problem.empty());
  const std::string channel = rig.channel("muster");
  rig.core.join(channel, rig.ana);
  const std::string root = rig.core.say(rig.ana, channel, "declare x");
  rig.core.say(rig.ana, channel, "in the thread", root);
  rig.settle();
  REQUIRE(rig.events.size() == 2);
  const ChatEvent e = rig.events.front();
  CHECK(e.platform == "mattermost");
  CHECK(e.channel == "#muster");
  CHECK(e.user == "p-ana");
  CHECK(e.text == "declare x");
  CHECK(e.post_id == root);
  CHECK_FALSE(e.direct);
  CHECK(rig.events.back().thread == root);
}

TEST_CASE("each wrong setting gets one sentence that names it, and is tried again") {
  const auto problem = [](const std::function<void(Rig&)>& spoil) {
    Rig rig;
    spoil(rig);
    rig.start();
    CHECK_FALSE(rig.platform->connected());
    CHECK_FALSE(rig.platform->health().next_step.empty());
    return rig.platform->health().problem;
  };
  CHECK(problem([](Rig& r) { r.config.token = "wrong"; }) ==
        "The server at http://mattermost does not accept MATTERMOST_TOKEN.");
  CHECK(problem([](Rig& r) { r.config.token = r.core.add_token(r.ana); }) ==
        "MATTERMOST_TOKEN belongs to @ana, a person's account and not a bot account.");
  CHECK(problem([](Rig& r) { r.config.token = r.core.add_token(r.core.add_user("lonely", true)); }) ==
        "The bot account @lonely is in no team.");
  CHECK(problem([](Rig& r) { r.config.team = "sales"; }) ==
        "MATTERMOST_TEAM names sales, but @muster is only in: ops.");
  CHECK(problem([](Rig& r) { r.core.join_team(r.core.add_team("sales"), r.bot); }) ==
        "The bot account @muster is in several teams: ops, sales.");
  CHECK(problem([](Rig& r) {
          r.core.fault_before = [](const HttpRequest&) {
            return HttpResponse{.status = 200, .body = "<html>a shop</html>", .headers = {}};
          };
        }) == "What answers at MATTERMOST_URL (http://mattermost) is not Mattermost's API.");
  Rig rig;
  rig.config.team = "sales";
  rig.start();
  const std::string sales = rig.core.add_team("sales");
  rig.core.join_team(sales, rig.bot);
  rig.pass(6 * minute_ms);
  CHECK(rig.platform->connected());
}

TEST_CASE("a revoked token is noticed though the websocket goes on, and what waits is not lost") {
  Rig rig;
  rig.start();
  rig.pass(second_ms);
  rig.core.revoke(rig.token);
  rig.post("muster", "a", "still to be said");
  rig.pass(5 * minute_ms);
  CHECK_FALSE(rig.platform->connected());
  CHECK(rig.platform->health().problem == "The server at http://mattermost does not accept MATTERMOST_TOKEN.");
  CHECK(rig.done.empty());
}
