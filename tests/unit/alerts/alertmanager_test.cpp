#include "integrations/alerts/alertmanager.h"

#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "bot/base/json.h"
#include "bot/base/text.h"

using namespace muster;

namespace {

constexpr TimeMs noon = 1'773'723'600'000;

std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::filesystem::path> samples(const std::string& prefix) {
  std::vector<std::filesystem::path> found;
  for (const auto& file : std::filesystem::directory_iterator(MUSTER_SOURCE_DIR "/tests/data/alerts")) {
    if (file.path().filename().string().starts_with(prefix)) found.push_back(file.path());
  }
  return found;
}

std::string body_of(const Value& sample) {
  return sample.has("body_text") ? sample["body_text"].as_string() : to_json(sample["body"]);
}

void check_alerts(const std::vector<AlertEvent>& alerts, const Value& expect) {
  const auto& wanted = expect["alerts"].as_list();
  REQUIRE(alerts.size() == wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    CHECK(alerts[i].source_key == wanted[i]["source_key"].as_string());
    CHECK(alerts[i].status == wanted[i]["status"].as_string());
    CHECK(alerts[i].severity == wanted[i]["severity"].as_string());
    CHECK(alerts[i].title == wanted[i]["title"].as_string());
    CHECK(alerts[i].route == "alertmanager");
    if (wanted[i].has("starts_at"))
      CHECK(alerts[i].starts_ms == parse_time(wanted[i]["starts_at"].as_string()).value());
    if (wanted[i].has("ends_at")) CHECK(alerts[i].ends_ms == parse_time(wanted[i]["ends_at"].as_string()).value());
  }
}

std::string webhook(const std::string& alert) {
  return R"({"version":"4","status":"firing","alerts":[)" + alert + "]}";
}

AlertEvent one_webhook(const std::string& alert) {
  const auto parsed = parse_alertmanager_webhook(webhook(alert), noon);
  REQUIRE(parsed.has_value());
  REQUIRE(parsed->alerts.size() == 1);
  return parsed->alerts[0];
}

ApiV2Alerts v2(const std::string& body) { return parse_alerts_v2(body, "application/json", noon); }

}  // namespace

TEST_CASE("every kept Alertmanager body reads as its sample says") {
  const auto files = samples("alertmanager-");
  CHECK(files.size() == 11);
  for (const auto& file : files) {
    CAPTURE(file.filename().string());
    const Value sample = parse_json(slurp(file)).value();
    const Value& expect = sample["expect"];
    const auto parsed = parse_alertmanager_webhook(body_of(sample), noon);
    if (expect["undecodable"].as_bool()) {
      REQUIRE(!parsed.has_value());
      CHECK(parsed.error().kind == ErrorKind::invalid);
      continue;
    }
    REQUIRE(parsed.has_value());
    check_alerts(parsed->alerts, expect);
    if (expect.has("group_key")) CHECK(parsed->group_key == expect["group_key"].as_string());
    CHECK(parsed->truncated == expect["truncated"].as_int());
    for (const auto& alert : parsed->alerts) CHECK(alert.group_key == parsed->group_key);
  }
}

TEST_CASE("every kept Prometheus body reads as its sample says") {
  const auto files = samples("prometheus-v2-");
  CHECK(files.size() == 3);
  for (const auto& file : files) {
    CAPTURE(file.filename().string());
    const Value sample = parse_json(slurp(file)).value();
    const Value& expect = sample["expect"];
    const TimeMs received = parse_time(expect["received_at"].as_string()).value();
    const auto type = sample["request"]["headers"]["Content-Type"].as_string();
    const auto parsed = parse_alerts_v2(body_of(sample), type, received);
    CHECK(parsed.status == expect["http"].as_int());
    CHECK(parsed.answer.empty());
    check_alerts(parsed.alerts, expect);
  }
}

TEST_CASE("a firing alert has no end and a missing fingerprint is computed as Alertmanager computes it") {
  const AlertEvent alert =
      one_webhook(R"({"status":"firing","labels":{"alertname":"NoAnnotations"},"endsAt":"0001-01-01T00:00:00Z"})");
  CHECK(alert.ends_ms == 0);
  CHECK(alert.source_key == "c83608bf8377f3f3");
  CHECK(alert.title == "NoAnnotations");
}

TEST_CASE("the title falls back from summary to description, alert name and labels") {
  CHECK(one_webhook(R"({"labels":{"a":"b"},"annotations":{"summary":"  ","description":"\nfirst\nsecond"}})").title ==
        "first");
  CHECK(one_webhook(R"({"labels":{"zone":"b","host":"db"}})").title == "host=db, zone=b");
}

TEST_CASE("a long title is cut to three hundred code points without splitting a character") {
  std::string family;
  for (int i = 0; i < 200; ++i) family += "👩‍👧";
  const auto title = one_webhook(R"({"labels":{"a":"b"},"annotations":{"summary":")" + family + "\"}}").title;
  CHECK(code_point_count(title) <= 300);
  CHECK(code_point_count(title) > 290);
  CHECK(title.ends_with("👧…"));
  const std::string exact(300, 'x');
  CHECK(one_webhook(R"({"labels":{"a":")" + exact.substr(2) + "\"}}").title == "a=" + exact.substr(2));
}

TEST_CASE("only http and https links survive") {
  const AlertEvent alert = one_webhook(
      R"({"labels":{"a":"b"},"generatorURL":"javascript:alert","annotations":{"runbook_url":"HTTPS://wiki/x",)"
      R"("dashboard_url":"http://g/d\n<b>","dashboard":"http://g/d"}})");
  REQUIRE(alert.links.size() == 2);
  CHECK(alert.links[0] == std::pair<std::string, std::string>("runbook", "HTTPS://wiki/x"));
  CHECK(alert.links[1] == std::pair<std::string, std::string>("dashboard", "http://g/d"));
}

TEST_CASE("labels are limited in number and length, and severity survives") {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "\"l" + std::to_string(i) + "\":\"v\",";
  const AlertEvent alert =
      one_webhook("{\"labels\":{" + many + R"("severity":"crit","a":")" + std::string(9000, 'y') + "\"}}");
  CHECK(alert.labels.size() == 64);
  CHECK(alert.labels.at("severity") == "crit");
  CHECK(alert.severity == "critical");
  CHECK(alert.labels.at("a").size() == 4096);
}

TEST_CASE("a body of another version, without alerts or without any identity is refused") {
  for (const char* body :
       {"[]", "4", R"({"version":"1","alerts":[]})", R"({"version":"4"})", R"({"version":"4","alerts":[7,{}]})", ""}) {
    CAPTURE(body);
    CHECK(!parse_alertmanager_webhook(body, noon).has_value());
  }
}

TEST_CASE("an alert without an end fires until a time-out that is marked as such") {
  const auto got = v2(R"([{"labels":{"alertname":"A","empty":""}}])");
  REQUIRE(got.alerts.size() == 1);
  CHECK(got.status == 200);
  CHECK(got.alerts[0].status == "firing");
  CHECK(got.alerts[0].starts_ms == noon);
  CHECK(got.alerts[0].ends_ms == noon + 5 * minute_ms);
  CHECK(got.alerts[0].ends_is_timeout);
  CHECK(!got.alerts[0].labels.contains("empty"));
  CHECK(got.alerts[0].source_key == label_fingerprint({{"alertname", "A"}}));
}

TEST_CASE("a resolved alert without a start starts at its end") {
  const auto got = v2(R"([{"labels":{"a":"b"},"endsAt":"2020-01-01T00:00:00Z"}])");
  REQUIRE(got.alerts.size() == 1);
  CHECK(got.alerts[0].status == "resolved");
  CHECK(got.alerts[0].starts_ms == got.alerts[0].ends_ms);
  CHECK(!got.alerts[0].ends_is_timeout);
}

TEST_CASE("the API words its refusals as Alertmanager does and keeps the valid part") {
  struct Row {
    const char* bad;
    int status;
    bool is_string;
  };
  for (const Row& row :
       {Row{R"({"labels":{"":"x"}})", 400, true}, Row{R"({"labels":{}})", 400, true},
        Row{R"({"labels":{"a":""}})", 400, true},
        Row{R"({"labels":{"a":"b"},"startsAt":"2026-01-02T00:00:00Z","endsAt":"2026-01-01T00:00:00Z"})", 400, true},
        Row{R"({"annotations":{}})", 422, false}, Row{R"({"labels":{"a":1}})", 400, false},
        Row{R"({"labels":{"a":"b"},"startsAt":"soon"})", 400, false}, Row{"null", 400, false}}) {
    CAPTURE(row.bad);
    const auto got = v2(std::string("[") + row.bad + R"(,{"labels":{"alertname":"Good"}}])");
    CHECK(got.status == row.status);
    const auto answer = parse_json(got.answer);
    REQUIRE(answer.has_value());
    CHECK(answer->is_string() == row.is_string);
    CHECK(((*answer)["code"].is_int() && (*answer)["message"].is_string()) != row.is_string);
    REQUIRE(got.alerts.size() == 1);
    CHECK(got.alerts[0].title == "Good");
  }
}

TEST_CASE("wrong JSON is refused with a code and a message, and so is anything but an array") {
  for (const char* body : {"[{\"labels\"", "{}", "null", ""}) {
    CAPTURE(body);
    const auto got = v2(body);
    CHECK(got.status == 400);
    CHECK(parse_json(got.answer).value()["code"].as_int() == 400);
  }
  CHECK(v2("[]").status == 200);
}

TEST_CASE("only JSON is accepted, with or without parameters") {
  CHECK(parse_alerts_v2("[]", "Application/JSON; charset=utf-8", noon).status == 200);
  for (const char* type : {"text/plain", "", "application/jsonp"}) {
    const auto got = parse_alerts_v2(R"([{"labels":{"a":"b"}}])", type, noon);
    CHECK(got.status == 415);
    CHECK(got.alerts.empty());
    CHECK(parse_json(got.answer).value()["code"].as_int() == 415);
  }
}

namespace {

std::string all_of(const AlertEvent& e) {
  std::string out = e.route + "|" + e.source_key + "|" + e.status + "|" + e.severity + "|" + e.title + "|" + e.body;
  out += "|" + std::to_string(e.starts_ms) + "|" + std::to_string(e.ends_ms) + (e.ends_is_timeout ? "|guess" : "|");
  for (const auto* pairs : {&e.labels, &e.annotations})
    for (const auto& [k, v] : *pairs) out.append(k).append("=").append(v).append(",");
  for (const auto& [k, v] : e.links) out += k + ">" + v + ",";
  return out + e.reason + "|" + e.group_key;
}

std::string all_of(const ApiV2Alerts& got) {
  std::string out = std::to_string(got.status) + " " + got.answer;
  for (const AlertEvent& e : got.alerts) out += "\n" + all_of(e);
  return out;
}

// Members of an alert from which bodies are put together: the usual, the odd, and the wrong.
constexpr const char* pieces[] = {
    R"("labels":{"alertname":"A","severity":"page","pod":"p-1"})",
    R"("labels":{"severity":"crit","alertname":"B","x":"\u00e9\n\"q\""})",
    R"("labels":{"alertname":"A","alertname":"B"})",
    R"("labels":{"alertname":"A","empty":""})",
    R"("labels":{"":"nameless","a":"b"})",
    R"("labels":{"a":1})",
    R"("labels":{"a":null,"b":"c"})",
    R"("labels":{})",
    R"("labels":null)",
    R"("labels":"none")",
    R"("labels":["a"])",
    R"("labels":{"a":{"b":"c"}})",
    R"("labels":{"a":"\ud83d"})",
    R"("annotations":{"summary":"S","description":"D","runbook_url":"https://r.example.org/x"})",
    R"("annotations":{"description":"first\nsecond","dashboard":"javascript:x"})",
    R"("annotations":null)",
    R"("annotations":[])",
    R"("startsAt":"2026-03-17T05:00:00.000Z")",
    R"("startsAt":"2026-03-17T04:00:00+09:00")",
    R"("startsAt":"0001-01-01T00:00:00Z")",
    R"("startsAt":"")",
    R"("startsAt":"yesterday")",
    R"("startsAt":7)",
    R"("endsAt":"2026-03-17T23:00:00.000Z")",
    R"("endsAt":"2026-03-17T01:00:00.000Z")",
    R"("endsAt":null)",
    R"("generatorURL":"http://prometheus.example.org/graph")",
    R"("generatorURL":"no link")",
    R"("generatorURL":3)",
    R"("fingerprint":"0123")",
    R"("status":{"state":"active"})",
    R"("extra":true)",
};

}  // namespace

// A number that nobody reads makes a body odd: it is read the long way.
TEST_CASE("the short way of reading what Prometheus posts says what the long way says") {
  std::uint32_t dice = 20'260'317;
  const auto roll = [&dice](std::size_t below) {
    dice = dice * 1'664'525u + 1'013'904'223u;
    return (dice >> 8) % below;
  };
  std::size_t taken = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string plain = "[", odd = "[";
    const std::size_t alerts = 1 + roll(3);
    for (std::size_t i = 0; i < alerts; ++i) {
      std::string members = round % 2 == 0 ? pieces[roll(2)] : "";  // else perhaps none
      for (std::size_t n = roll(5); n > 0; --n) {
        const bool usual = round % 3 != 0;
        const char* piece = usual ? std::array{pieces[13], pieces[17], pieces[23], pieces[26], pieces[29]}[roll(5)]
                                  : pieces[roll(std::size(pieces))];
        members += (members.empty() ? "" : ",") + std::string(piece);
      }
      plain += (i > 0 ? ",{" : "{") + members + "}";
      odd += (i > 0 ? ",{" : "{") + members + (members.empty() ? "" : ",") + R"("odd":1e5})";
    }
    CAPTURE(plain);
    const ApiV2Alerts quick = v2(plain + "]");
    CHECK(all_of(quick) == all_of(v2(odd + "]")));
    taken += quick.alerts.size();
  }
  CHECK(taken > 1000);
}

namespace {

std::string all_of(const Result<WebhookAlerts>& got) {
  if (!got) return got.error().message;
  std::string out = got->group_key + "|" + std::to_string(got->truncated) + "|" + got->external_url;
  for (const AlertEvent& e : got->alerts) out += "\n" + all_of(e);
  return out;
}

// Members of a delivery beside its alerts.
constexpr const char* delivery_pieces[] = {
    R"("version":"4")",
    R"("status":"resolved")",
    R"("status":"firing")",
    R"("groupKey":"{}:{pod=\"p\"}")",
    R"("groupKey":7)",
    R"("truncatedAlerts":3)",
    R"("truncatedAlerts":3.5)",
    R"("truncatedAlerts":-99999999999999999999)",
    R"("externalURL":"http://am.example.org")",
    R"("groupLabels":{"pod":["p",{"q":null}]},"commonLabels":{})",
    R"("deep":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]])",
    R"("receiver":"muster","n":-0.5)",
    R"("version":4)",
};

}  // namespace

TEST_CASE("the short way of reading a webhook says what the long way says") {
  std::uint32_t dice = 20'260'318;
  const auto roll = [&dice](std::size_t below) {
    dice = dice * 1'664'525u + 1'013'904'223u;
    return (dice >> 8) % below;
  };
  std::size_t taken = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string list;
    const std::size_t alerts = roll(4);
    for (std::size_t i = 0; i < alerts; ++i) {
      std::string members = round % 2 == 0 ? pieces[roll(2)] : "";
      for (std::size_t n = roll(5); n > 0; --n) {
        const bool usual = round % 3 != 0;
        const std::string piece = usual ? std::array{pieces[13],
                                                     pieces[17],
                                                     pieces[21],
                                                     pieces[23],
                                                     pieces[26],
                                                     pieces[29],
                                                     R"("status":"resolved")"}[roll(7)]
                                        : pieces[roll(std::size(pieces))];
        members += (members.empty() ? "" : ",") + piece;
      }
      list += (i > 0 ? ",{" : "{") + members + "}";
    }
    const bool usual = round % 4 != 0;
    std::string before = R"("version":"4")", behind;
    for (std::size_t n = roll(4); n > 0; --n)
      (roll(2) == 0 ? before : behind) += "," + std::string(delivery_pieces[usual ? 1 + roll(5) : roll(13)]);
    const std::string plain = "{" + before + R"(,"alerts":[)" + list + "]" + behind;
    CAPTURE(plain);
    // A number that is no plain one makes a body odd: it is read the long way.
    const auto quick = parse_alertmanager_webhook(plain + "}", noon);
    CHECK(all_of(quick) == all_of(parse_alertmanager_webhook(plain + R"(,"odd":1e5})", noon)));
    if (quick) taken += quick->alerts.size();
  }
  CHECK(taken > 1000);
}

TEST_CASE("a body that ends too early, or goes on behind its end, is refused the short way too") {
  const std::string whole = R"([{"labels":{"alertname":"A"},"endsAt":"2026-03-17T23:00:00Z"}])";
  CHECK(v2(whole).alerts.size() == 1);
  for (const std::string& body :
       {whole.substr(0, whole.size() - 1), whole + "]", whole + "x", whole + std::string(1, '\0'),
        whole.substr(1, whole.size() - 2), std::string("["), std::string("{}"), std::string()}) {
    CAPTURE(body);
    CHECK(v2(body).status == 400);
    CHECK(v2(body).alerts.empty());
  }
}
