#include "bot/core/alerts/alert.h"

#include <doctest/doctest.h>

using namespace muster;

TEST_CASE("severity words of many monitors mean one of four") {
  CHECK(normal_severity("SEV-0") == "critical");
  CHECK(normal_severity(" Disaster ") == "critical");
  CHECK(normal_severity("심각") == "critical");
  CHECK(normal_severity("P2") == "high");
  CHECK(normal_severity("주의") == "warning");
  CHECK(normal_severity("") == "warning");
  CHECK(normal_severity("purple") == "warning");
  CHECK(normal_severity("none") == "info");
}

TEST_CASE("the fingerprint of an alert depends on its route and its key and on nothing else") {
  AlertEvent a;
  a.route = "alertmanager";
  a.source_key = "k";
  AlertEvent b = a;
  b.title = "other";
  CHECK(alert_fingerprint(a) == alert_fingerprint(b));
  CHECK(alert_fingerprint(a).size() == 64);
  b.route = "alertmanage";
  b.source_key = "rk";
  CHECK(alert_fingerprint(a) != alert_fingerprint(b));
}

TEST_CASE("the fingerprint of labels is the one Alertmanager printed for them") {
  CHECK(label_fingerprint({{"alertname", "NoAnnotations"}}) == "c83608bf8377f3f3");
  CHECK(label_fingerprint({{"alertname", "NoAnnotations"}, {"gone", ""}}) == "c83608bf8377f3f3");
  CHECK(label_fingerprint({{"region", "서울 1센터"}, {"service", "결제"}, {"severity", "심각"}}) == "327263fbb432930b");
}
