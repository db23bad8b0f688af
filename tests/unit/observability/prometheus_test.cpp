#include "integrations/observability/prometheus.h"

#include <doctest/doctest.h>

#include <cmath>

#include "bot/base/json.h"
#include "integrations/observability/observability.h"
#include "tests/unit/observability/wire.h"

using namespace muster;
using namespace muster::observability;
using namespace muster::test;

namespace {

Answer<MetricAnswer> parsed_body(int status, const std::string& body) {
  return parse_prometheus(HttpResult{status, body, {}});
}

MetricAnswer good(const std::string& data) {
  const auto answer = parsed_body(200, R"({"status":"success","data":)" + data + "}");
  REQUIRE(answer);
  return *answer;
}

BackendDef backend() {
  return {.name = "main",
          .kind = "prometheus",
          .url = "http://prom.example:9090/prefix/",
          .environments = {},
          .secret = "t0ken",
          .ca_file = {},
          .tenant = "team-a",
          .index = {}};
}

}  // namespace

TEST_CASE("one sample is a value, none is no data and not zero") {
  const Value one = step_result(
      good(R"({"resultType":"vector","result":[{"metric":{"job":"api"},"value":[1700000000.123,"0.25"]}]})"));
  CHECK(one["state"].as_string() == "one");
  CHECK(one["value"].as_double() == 0.25);
  CHECK(one["series"].as_list().at(0)["labels"]["job"].as_string() == "api");
  CHECK(one["series"].as_list().at(0)["at_ms"].as_int() == 1'700'000'000'123);
  const Value none = step_result(good(R"({"resultType":"vector","result":[]})"));
  CHECK(none["state"].as_string() == "no_data");
  CHECK_FALSE(none.has("value"));
}

TEST_CASE("several samples have no single value") {
  const Value many = step_result(good(
      R"({"resultType":"vector","result":[{"metric":{"i":"b"},"value":[1,"2"]},{"metric":{"i":"a"},"value":[1,"1"]}]})"));
  CHECK(many["state"].as_string() == "many");
  CHECK_FALSE(many.has("value"));
  CHECK(many["series"].as_list().at(0)["labels"]["i"].as_string() == "a");  // in the order of labels, whatever came
}

TEST_CASE("NaN and infinity are states of their own and survive as text") {
  const Value nan = step_result(good(R"({"resultType":"vector","result":[{"metric":{},"value":[1,"NaN"]}]})"));
  CHECK(nan["state"].as_string() == "not_a_number");
  CHECK_FALSE(nan.has("value"));
  CHECK(nan["series"].as_list().at(0)["text"].as_string() == "NaN");
  const Value infinite = step_result(good(R"({"resultType":"vector","result":[{"metric":{},"value":[1,"+Inf"]}]})"));
  CHECK(infinite["state"].as_string() == "infinite");
  CHECK(std::isinf(good(R"({"resultType":"scalar","result":[1,"-Inf"]})").series.at(0).points.at(0).value));
}

TEST_CASE("a matrix keeps its points, a scalar is one series, a string is text") {
  const MetricAnswer matrix = good(R"({"resultType":"matrix","result":[{"metric":{},"values":[[1,"1"],[2,"2e3"]]}]})");
  REQUIRE(matrix.series.size() == 1);
  CHECK(matrix.series[0].points.at(1).at_ms == 2000);
  CHECK(matrix.series[0].points.at(1).value == 2000);
  CHECK(step_result(good(R"({"resultType":"scalar","result":[5,"7"]})"))["value"].as_double() == 7);
  const Value text = step_result(good(R"({"resultType":"string","result":[5,"hello"]})"));
  CHECK(text["state"].as_string() == "text");
  CHECK(text["text"].as_string() == "hello");
}

TEST_CASE("warnings and infos are kept, histograms are named as left out") {
  const auto answer =
      parsed_body(200, R"({"status":"success","warnings":["partial"],"infos":["metric might not be a counter"],
    "data":{"resultType":"vector","result":[{"metric":{},"histogram":[1,{"count":"1"}]}]}})");
  REQUIRE(answer);
  CHECK(answer->series.empty());
  CHECK(answer->warnings.size() == 2);
  CHECK(answer->warnings.at(1) == "partial");
  CHECK(answer->infos.at(0) == "metric might not be a counter");
}

TEST_CASE("more series than the limit are counted, not kept") {
  std::string list;
  for (int i = 0; i < 250; ++i)
    list += std::string(i ? "," : "") + R"({"metric":{"i":")" + std::to_string(i) + R"("},"value":[1,"1"]})";
  const MetricAnswer answer = good(R"({"resultType":"vector","result":[)" + list + "]}");
  CHECK(answer.series.size() == metric_series_max);
  CHECK(answer.left_off == 50);
}

TEST_CASE("errors of the source are sentences of their own kind") {
  const auto bad =
      parsed_body(400, R"({"status":"error","errorType":"bad_data","error":"1:5: parse error: unexpected end"})");
  REQUIRE_FALSE(bad);
  CHECK(bad.error().kind == "refused");
  CHECK(bad.error().message == "1:5: parse error: unexpected end");
  const auto heavy = parsed_body(422, R"({"status":"error","errorType":"execution","error":"too many samples"})");
  CHECK(heavy.error().kind == "refused");
  CHECK(parsed_body(503, R"({"status":"error","errorType":"timeout","error":"query timed out"})").error().kind ==
        "timeout");
  CHECK(parsed_body(502, "<html>bad gateway</html>").error().kind == "unavailable");
  CHECK_FALSE(parsed_body(502, "<html>bad gateway</html>").error().may_have_happened);
  CHECK(parsed_body(401, "no").error().message.contains("token"));
  CHECK(parsed_body(302, "").error().message.contains("redirects"));
}

TEST_CASE("an answer of something else is called that, whatever it holds") {
  for (const char* body :
       {"", "hello", "[]", "{}", R"({"status":"success"})", R"({"status":"success","data":{}})",
        R"({"status":"success","data":{"resultType":"vector","result":{}}})",
        R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"x"]}]}})",
        R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":["1",2]}]}})",
        R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1e300,"2"]}]}})"}) {
    CAPTURE(body);
    const auto answer = parsed_body(200, body);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == "bad_output");
  }
}

TEST_CASE("a question goes as a form, with token, tenant, prefix and a time-out a little before ours") {
  FakeWire wire;
  wire.always(200, R"({"status":"success","data":{"resultType":"vector","result":[]}})");
  Observability reads(wire);
  reads.configure({.backends = {backend()}, .http_allow = {}});
  Caught<Result<MetricAnswer>> got;
  MetricQuery q;
  q.expression = R"(up{job="a&b"} + 1)";
  q.timeout_ms = 10'000;
  reads.query(q, got.take());
  REQUIRE(got.one());
  CHECK(got.one()->empty());
  const HttpCall& call = wire.calls.at(0);
  CHECK(call.method == "POST");
  CHECK(call.url == "http://prom.example:9090/prefix/api/v1/query");
  CHECK(call.body == "query=up%7Bjob%3D%22a%26b%22%7D%20%2B%201&timeout=9000ms&limit=201");
  CHECK(call.headers.at("Authorization") == "Bearer t0ken");
  CHECK(call.headers.at("X-Scope-OrgID") == "team-a");
  CHECK(call.timeout_ms == 10'000);
}

TEST_CASE("a range asks for no more than eleven thousand points") {
  MetricQuery q;
  q.expression = "up";
  q.start_ms = 0;
  q.end_ms = 11'000'000;
  q.step_ms = 1;
  const HttpCall call = prometheus_request(backend(), q);
  CHECK(call.url.ends_with("/api/v1/query_range"));
  CHECK(call.body.contains("start=0.000&end=11000.000&step=1.001"));
}

TEST_CASE("a source that cannot be reached, and one that says nothing in time, are told apart") {
  FakeWire wire;
  Observability reads(wire);
  reads.configure({.backends = {backend()}, .http_allow = {}});
  MetricQuery q;
  q.expression = "up";
  Caught<Answer<MetricAnswer>> got;
  wire.breaks(false);
  reads.query_kinded(q, got.take());
  wire.breaks(true, true);
  reads.query_kinded(q, got.take());
  CHECK(got.all.at(0).error().kind == "unavailable");
  CHECK(got.all.at(0).error().message.contains("main cannot be reached"));
  CHECK(got.all.at(1).error().kind == "timeout");
  CHECK(got.all.at(1).error().message == "main gave no answer within 15 s");
}

TEST_CASE("without a Prometheus the answer says what to configure, with several it says how to choose") {
  FakeWire wire;
  Observability reads(wire);
  Caught<Result<MetricAnswer>> got;
  MetricQuery q;
  q.expression = "up";
  reads.query(q, got.take());
  CHECK(got.all.at(0).error().message.contains("backends"));
  BackendDef prod = backend(), test = backend();
  prod.name = "prod", prod.environments = {"production"};
  test.name = "test", test.environments = {"staging", "Test"};
  reads.configure({.backends = {prod, test}, .http_allow = {}});
  reads.query(q, got.take());
  CHECK(got.all.at(1).error().message.contains("prod, test"));
  wire.always(200, R"({"status":"success","data":{"resultType":"vector","result":[]}})");
  q.environment = "test";
  reads.query(q, got.take());
  CHECK(got.all.at(2));
  q.environment = "moon";
  reads.query(q, got.take());
  CHECK(got.all.at(3).error().message.contains("moon"));
  CHECK(wire.calls.size() == 1);
}

TEST_CASE("a large answer is parsed elsewhere, and a busy bot says so") {
  FakeWire wire;
  std::string list;
  for (int i = 0; i < 2000; ++i)
    list +=
        std::string(i ? "," : "") + R"({"metric":{"instance":"machine-)" + std::to_string(i) + R"("},"value":[1,"1"]})";
  wire.always(200, R"({"status":"success","data":{"resultType":"vector","result":[)" + list + "]}}");
  Observability reads(wire);
  reads.configure({.backends = {backend()}, .http_allow = {}});
  int elsewhere = 0;
  bool taken = true;
  reads.set_elsewhere([&](std::function<void()> work, std::function<void()> then) {
    ++elsewhere;
    if (taken) work(), then();
    return taken;
  });
  Caught<Answer<MetricAnswer>> got;
  MetricQuery q;
  q.expression = "up";
  reads.query_kinded(q, got.take());
  taken = false;
  reads.query_kinded(q, got.take());
  CHECK(elsewhere == 2);
  CHECK(got.all.at(0)->series.size() == metric_series_max);
  CHECK(got.all.at(1).error().kind == "unavailable");
}
