#include "bot/reach.h"

#include <doctest/doctest.h>

#include "bot/base/text.h"
#include "bot/change_reads.h"
#include "bot/output.h"
#include "tests/support/fake_target.h"

using namespace muster;

namespace {

constexpr TimeMs begun = 1'900'000'000'000;

PlaceNow silent(const std::string& why) {
  PlaceNow p{"prod", true, std::nullopt, why};
  p.target = "cluster";
  return p;
}

// Asked to be left alone for a while, and so never answered.
struct Limited : test::FakeTarget {
  void status(const TargetSubject&, StatusDone) override {}
  std::optional<Error> held_up() const override {
    return Error{ErrorKind::unavailable, "asked us to wait until 12:00:30 UTC", "Try again then."};
  }
};

}  // namespace

TEST_CASE("where a server asked us to wait it is told until when, and not that nothing came") {
  std::function<void()> late;
  std::vector<PlaceNow> got;
  const Targets targets{std::make_shared<Limited>()};
  look_at_places(
      targets, "api", {"prod"}, [&](DurationMs, std::function<void()> then) { late = std::move(then); },
      [&](std::vector<PlaceNow> places) { got = std::move(places); });
  REQUIRE(late);
  late();
  REQUIRE(got.size() == 1);
  CHECK(got.front().problem == "asked us to wait until 12:00:30 UTC");
  CHECK(got.front().next_step == "Try again then.");
  CHECK_FALSE(got.front().too_late);
}

TEST_CASE("a silent target is silent since it was first noticed, until it answers") {
  Reach reach;
  reach.failed("cluster", {ErrorKind::unavailable, "no route to host", "Ask the network."}, begun);
  std::vector<PlaceNow> places{silent("connection refused")};
  reach.note(places, begun + hour_ms);
  CHECK(places.front().silent_since == begun);
  CHECK(places.front().problem == "connection refused");
  places = {silent("no answer within 5s")};
  places.front().too_late = true;  // says less than what is known
  reach.note(places, begun + 2 * hour_ms);
  CHECK(places.front().problem == "connection refused");
  places.front().said = TargetState{};
  reach.note(places, begun + 3 * hour_ms);
  CHECK(reach.silent.empty());
  places = {silent("connection refused")};
  reach.note(places, begun + 4 * hour_ms);
  CHECK(places.front().silent_since == begun + 4 * hour_ms);
}

TEST_CASE("all that are silent are listed, each with what to do") {
  Reach reach;
  CHECK(away_section(reach, "en").text.empty());
  reach.failed("cluster", {ErrorKind::unavailable, "no route to host", "Ask the network."}, begun);
  reach.failed(Reach::offer, {ErrorKind::unavailable, "its certificate is not trusted", ""}, begun);
  const std::string text = away_section(reach, "en").text;
  CHECK(text.contains("The target *cluster* has not answered since " + format_utc_minute(begun) +
                      " UTC: no route to host. Ask the network."));
  CHECK(text.contains("The cluster of `KUBECONFIG` has not answered"));
  CHECK(away_section(reach, "ko").text.contains("`KUBECONFIG`의 클러스터가"));
}

TEST_CASE("what was read stands below what was decided, and the echo stands once") {
  Outcome command;
  command.reply.text = "quiet";
  command.echo = "status shop";
  command.json = Value::Map{{"incidents", Value::List{}}};
  command.read = ReadWanted{};
  Outcome read;
  read.reply.sections.push_back({"live", {}});
  read.json = Value::Map{{"places", Value::List{}}};
  const Outcome whole = read_outcome(read, command);
  CHECK(whole.reply.text == "quiet");
  REQUIRE(whole.reply.sections.size() == 1);
  CHECK(whole.reply.sections.front().text == "live");
  CHECK(whole.json.has("incidents"));
  CHECK(whole.json.has("places"));
  CHECK_FALSE(whole.read.has_value());
}
