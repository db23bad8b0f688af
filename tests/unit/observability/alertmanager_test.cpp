#include "integrations/observability/alertmanager.h"

#include <doctest/doctest.h>

#include "bot/base/json.h"
#include "tests/unit/observability/wire.h"

using namespace muster;
using namespace muster::observability;
using namespace muster::test;

namespace {

// An Alertmanager that remembers, as far as silences go.
struct FakeAlertmanager {
  FakeWire wire;
  std::vector<Value> silences;  // as its API shows them
  int posts = 0, deletes = 0;
  bool answer_lost = false;  // the next POST is carried out, and its answer never arrives

  FakeAlertmanager() {
    wire.answer = [this](const HttpCall& call) { return serve(call); };
  }
  Result<HttpResult> serve(const HttpCall& call) {
    if (call.method == "GET" && call.url.contains("/silence/")) {
      for (const Value& s : silences)
        if (call.url.ends_with("/" + s["id"].as_string())) return HttpResult{200, to_json(s), {}};
      return HttpResult{404, "", {}};
    }
    if (call.method == "GET") return HttpResult{200, to_json(Value(Value::List(silences.begin(), silences.end()))), {}};
    if (call.method == "DELETE") {
      ++deletes;
      for (Value& s : silences)
        if (call.url.ends_with("/" + s["id"].as_string())) return end(s);
      return HttpResult{404, "\"silence not found\"", {}};
    }
    ++posts;
    Value s = *parse_json(call.body);
    const std::string id = "0000-" + std::to_string(posts);
    s.set("id", id);
    s.set("status", Value::Map{{"state", "active"}});
    silences.push_back(s);
    if (answer_lost) {
      answer_lost = false;
      call.trace->left = true;
      return fail(ErrorKind::unavailable, "connection reset");
    }
    return HttpResult{200, to_json(Value::Map{{"silenceID", id}}), {}};
  }
  static Result<HttpResult> end(Value& s) {
    s.set("status", Value::Map{{"state", "expired"}});
    return HttpResult{200, "", {}};
  }
};

const BackendDef main_one = {.name = "main",
                             .kind = "alertmanager",
                             .url = "http://am:9093",
                             .environments = {},
                             .secret = "ana:pass",
                             .ca_file = {},
                             .tenant = {},
                             .index = {}};

SilenceOrder order(const std::string& action) {
  return {.action = action,
          .marker = "[muster L3 ab12]",
          .remote = "",
          .matchers = {{"alertname", "=", "Disk"}, {"env", "!~", "prod|live"}},
          .starts_ms = 1'700'000'000'000,
          .until_ms = 1'700'007'200'000,
          .created_by = "Ana Sousa",
          .comment = "disk is\nreplaced"};
}

}  // namespace

TEST_CASE("a silence carries its matchers, who made it, and why") {
  FakeAlertmanager am;
  Caught<Answer<SilenceAnswer>> got;
  carry_silence(am.wire, main_one, order("create"), got.take());
  REQUIRE(got.one());
  CHECK(got.one()->remote == "0000-1");
  const Value& s = am.silences.at(0);
  CHECK(s["createdBy"].as_string() == "Ana Sousa");
  CHECK(s["comment"].as_string() == "disk is replaced [muster L3 ab12]");
  CHECK(s["startsAt"].as_string() == "2023-11-14T22:13:20.000Z");
  CHECK(s["endsAt"].as_string() == "2023-11-15T00:13:20.000Z");
  const Value& second = s["matchers"].as_list().at(1);
  CHECK(second["isRegex"].as_bool());
  CHECK_FALSE(second["isEqual"].as_bool(true));
  CHECK(am.wire.calls.at(0).headers.at("Authorization") == "Basic YW5hOnBhc3M=");
  CHECK(am.wire.calls.at(1).fresh_connection);
}

TEST_CASE("a silence whose answer was lost is found by its marker and not made twice") {
  FakeAlertmanager am;
  am.answer_lost = true;
  Caught<Answer<SilenceAnswer>> got;
  carry_silence(am.wire, main_one, order("create"), got.take());
  CHECK(got.all.at(0).error().kind == "unavailable");
  CHECK(got.all.at(0).error().may_have_happened);
  carry_silence(am.wire, main_one, order("create"), got.take());
  REQUIRE(got.all.at(1));
  CHECK(got.all.at(1)->remote == "0000-1");
  CHECK(am.posts == 1);
}

TEST_CASE("a silence that somebody ended at the source is not made again") {
  FakeAlertmanager am;
  Caught<Answer<SilenceAnswer>> got;
  carry_silence(am.wire, main_one, order("create"), got.take());
  FakeAlertmanager::end(am.silences.at(0));
  carry_silence(am.wire, main_one, order("create"), got.take());
  CHECK(got.all.at(1).error().kind == "conflict");
  CHECK(am.posts == 1);
}

TEST_CASE("ending finds the silence by id or by marker, and one that is gone is over") {
  FakeAlertmanager am;
  Caught<Answer<SilenceAnswer>> got;
  carry_silence(am.wire, main_one, order("create"), got.take());
  carry_silence(am.wire, main_one, order("expire"), got.take());
  CHECK(got.all.at(1)->remote == "0000-1");
  CHECK(am.deletes == 1);
  carry_silence(am.wire, main_one, order("expire"), got.take());  // expired already: nothing is sent
  CHECK(got.all.at(2));
  CHECK(am.deletes == 1);
  SilenceOrder gone = order("expire");
  gone.remote = "1234-abcd";
  carry_silence(am.wire, main_one, gone, got.take());
  CHECK(got.all.at(3));
}

TEST_CASE("a look tells what stands at the source: as it was, edited, ended, or not known") {
  FakeAlertmanager am;
  Caught<Answer<SilenceAnswer>> made;
  carry_silence(am.wire, main_one, order("create"), made.take());
  Caught<Answer<SilenceLook>> got;
  const auto look = [&] {
    got.all.clear();
    look_at_silence(am.wire, main_one, "0000-1", order("create").marker, got.take());
    REQUIRE(got.one());
    return *got.one();
  };
  CHECK(look().there);
  CHECK(look().found.until_ms == 1'700'007'200'000);
  CHECK(am.wire.calls.back().url.ends_with("/api/v2/silence/0000-1"));
  // Its editor there ends it and makes another, with the same comment.
  FakeAlertmanager::end(am.silences.at(0));
  Value edited = am.silences.at(0);
  edited.set("id", "0000-2");
  edited.set("endsAt", "2023-11-14T23:13:20.000Z");
  edited.set("status", Value::Map{{"state", "active"}});
  am.silences.push_back(edited);
  CHECK(look().there);
  CHECK(look().found.id == "0000-2");
  CHECK(look().found.until_ms == 1'700'003'600'000);
  FakeAlertmanager::end(am.silences.at(1));
  CHECK_FALSE(look().there);
  CHECK(look().known);
  am.silences.clear();
  CHECK_FALSE(look().there);
  CHECK_FALSE(look().known);
  am.wire.always(503, "starting");
  got.all.clear();
  look_at_silence(am.wire, main_one, "0000-1", order("create").marker, got.take());
  CHECK_FALSE(got.all.at(0));
}

TEST_CASE("an old Alertmanager says not found with status 500") {
  FakeWire wire;
  wire.always(500, "\"silence not found\"");
  SilenceOrder gone = order("expire");
  gone.remote = "1234-abcd";
  Caught<Answer<SilenceAnswer>> got;
  carry_silence(wire, main_one, gone, got.take());
  CHECK(got.one());
}

TEST_CASE("a refusal of the source is final and keeps its words, an outage may be tried again") {
  FakeWire wire;
  wire.answer = [](const HttpCall& call) -> Result<HttpResult> {
    if (call.method == "GET") return HttpResult{200, "[]", {}};
    return HttpResult{400, R"("invalid silence: end time can't be in the past")", {}};
  };
  Caught<Answer<SilenceAnswer>> got;
  carry_silence(wire, main_one, order("create"), got.take());
  CHECK(got.all.at(0).error().kind == "refused");
  CHECK(got.all.at(0).error().message == "invalid silence: end time can't be in the past");
  wire.always(503, "");
  carry_silence(wire, main_one, order("create"), got.take());
  CHECK(got.all.at(1).error().kind == "unavailable");
  wire.always(200, "<html>login</html>");
  carry_silence(wire, main_one, order("create"), got.take());
  CHECK(got.all.at(2).error().kind == "bad_output");
}

TEST_CASE("an id that would leave its path is never put into an address") {
  FakeWire wire;
  wire.always(200, "");
  SilenceOrder evil = order("expire");
  evil.remote = "../../-/reload";
  Caught<Answer<SilenceAnswer>> got;
  carry_silence(wire, main_one, evil, got.take());
  CHECK_FALSE(got.one());
  CHECK(wire.calls.empty());
}
