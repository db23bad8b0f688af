#include "bot/reach.h"

#include <doctest/doctest.h>

#include "bot/base/text.h"
#include "bot/output.h"

using namespace muster;

namespace {

constexpr TimeMs begun = 1'900'000'000'000;

PlaceNow silent(const std::string& why) {
  PlaceNow p{"prod", true, std::nullopt, why};
  p.target = "cluster";
  return p;
}

}  // namespace

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
