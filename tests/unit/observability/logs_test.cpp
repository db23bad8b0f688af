#include "integrations/observability/logs.h"

#include <doctest/doctest.h>

#include "bot/base/json.h"
#include "integrations/observability/observability.h"
#include "tests/unit/observability/wire.h"

using namespace muster;
using namespace muster::observability;
using namespace muster::test;

namespace {

const BackendDef loki = {.name = "logs",
                         .kind = "loki",
                         .url = "http://loki:3100",
                         .environments = {},
                         .secret = {},
                         .ca_file = {},
                         .tenant = "t1",
                         .index = {}};
const BackendDef elastic = {.name = "search",
                            .kind = "elasticsearch",
                            .url = "https://es:9200",
                            .environments = {},
                            .secret = "aWQ6a2V5",
                            .ca_file = {},
                            .tenant = {},
                            .index = "logs-*,other"};

AttemptReport asked(FakeWire& wire, const Value& arguments) {
  Observability reads(wire);
  reads.configure({.backends = {loki, elastic}, .http_allow = {}});
  AttemptOrder o;
  o.verb = "query", o.effect = "read", o.arguments = arguments;
  std::vector<AttemptReport> got;
  reads.attempt(o, 1'700'000'000'000, [&](AttemptReport r) { got.push_back(std::move(r)); });
  REQUIRE(got.size() == 1);
  return got[0];
}

}  // namespace

TEST_CASE("lines of several streams come back as one list, the newest first") {
  const auto answer = parse_loki(HttpResult{200,
                                            R"({"status":"success","data":{"resultType":"streams","result":[
        {"stream":{"app":"a"},"values":[["1700000000000000000","old"]]},
        {"stream":{"app":"b"},"values":[["1700000009000000000","new"],["1700000001500000000","middle"]]}]}})",
                                            {}});
  REQUIRE(answer);
  REQUIRE(answer->lines.size() == 3);
  CHECK(answer->lines[0].text == "new");
  CHECK(answer->lines[0].labels.at("app") == "b");
  CHECK(answer->lines[1].at_ms == 1'700'000'001'500);
}

TEST_CASE("more lines than wanted are cut and said") {
  FakeWire wire;
  wire.always(
      200,
      R"({"data":{"resultType":"streams","result":[{"stream":{},"values":[["3000000","c"],["2000000","b"],["1000000","a"]]}]}})");
  const AttemptReport r =
      asked(wire, Value::Map{{"logql", "{app=\"a\"}"}, {"source", "logs"}, {"limit", 2}, {"since", "5m"}});
  REQUIRE(r.end == AttemptReport::End::done);
  CHECK(r.result["count"].as_int() == 2);
  CHECK(r.result["more"].as_bool());
  CHECK(r.result["lines"].as_list().at(0).as_string() == "c");
  CHECK(wire.calls.at(0).url ==
        "http://loki:3100/loki/api/v1/query_range?query=%7Bapp%3D%22a%22%7D&start=1699999700000000000&"
        "end=1700000000000000000&limit=3&direction=backward");
  CHECK(wire.calls.at(0).headers.at("X-Scope-OrgID") == "t1");
}

TEST_CASE("no line is no data") {
  FakeWire wire;
  wire.always(200, R"({"data":{"resultType":"streams","result":[]}})");
  CHECK(asked(wire, Value::Map{{"logql", "{app=\"a\"}"}, {"source", "logs"}}).result["state"].as_string() == "no_data");
}

TEST_CASE("a LogQL that counts is read like metrics") {
  FakeWire wire;
  wire.always(200, R"({"data":{"resultType":"vector","result":[{"metric":{},"value":[1,"42"]}]}})");
  CHECK(asked(wire, Value::Map{{"logql", "count_over_time({a=\"b\"}[5m])"}, {"source", "logs"}})
            .result["value"]
            .as_double() == 42);
}

TEST_CASE("Loki's plain text errors are kept") {
  FakeWire wire;
  wire.always(400, "parse error at line 1, col 5: syntax error");
  const AttemptReport r = asked(wire, Value::Map{{"logql", "{"}, {"source", "logs"}});
  CHECK(r.error_kind == "refused");
  CHECK(r.error == "parse error at line 1, col 5: syntax error");
}

TEST_CASE("a search puts the query into its place and names time, size and order") {
  LogQuery q{.query = "level:error AND \"x\"", .start_ms = 1000, .end_ms = 2000, .limit = 7};
  const HttpCall call = elasticsearch_request(elastic, q);
  CHECK(call.url == "https://es:9200/logs-%2A%2Cother/_search");
  CHECK(call.headers.at("Authorization") == "ApiKey aWQ6a2V5");
  const Value body = *parse_json(call.body);
  CHECK(body["size"].as_int() == 7);
  const Value& filter = body["query"]["bool"]["filter"];
  CHECK(filter.as_list().at(0)["range"]["@timestamp"]["gte"].as_int() == 1000);
  CHECK(filter.as_list().at(1)["query_string"]["query"].as_string() == q.query);
}

TEST_CASE("hits become lines, and an answer that is only a part says so") {
  const auto answer = parse_elasticsearch(
      HttpResult{200,
                 R"({"timed_out":true,"_shards":{"failed":2},"hits":{"total":{"value":10000,"relation":"gte"},"hits":[
        {"_index":"logs-1","_source":{"@timestamp":"2023-11-14T22:13:20Z","message":"it broke","level":"error"}},
        {"_index":"logs-1","_source":{"@timestamp":1700000001000,"n":1}}]}})",
                 {}});
  REQUIRE(answer);
  REQUIRE(answer->lines.size() == 2);
  CHECK(answer->lines[0].text == "it broke");
  CHECK(answer->lines[0].at_ms == 1'700'000'000'000);
  CHECK(answer->lines[0].labels.at("level") == "error");
  CHECK(answer->lines[1].at_ms == 1'700'000'001'000);
  CHECK(answer->total == 10'000);
  CHECK(answer->more);
  CHECK(answer->warnings.size() == 2);
}

TEST_CASE("the reason inside an error of Elasticsearch is the sentence") {
  const auto answer = parse_elasticsearch(HttpResult{
      400, R"({"error":{"type":"search_phase_execution_exception","reason":"all shards failed"},"status":400})", {}});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().message == "all shards failed");
}
