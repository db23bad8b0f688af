#include "bot/core/commands/when.h"

#include <doctest/doctest.h>

using namespace muster;

namespace {

const TimeMs now = *parse_time("2026-03-17T15:00:00Z");

}  // namespace

TEST_CASE("a leading time is taken off the text") {
  struct Row {
    std::string text, zone, at, rest;
  };
  const Row rows[] = {
      {"at 14:02 disk full", "UTC", "2026-03-17T14:02:00Z", "disk full"},
      {"14:02 disk full", "UTC", "2026-03-17T14:02:00Z", "disk full"},
      {"14:02, disk full", "UTC", "2026-03-17T14:02:00Z", "disk full"},
      {"14:02:30 disk", "UTC", "2026-03-17T14:02:30Z", "disk"},
      {"at 16:02 disk", "UTC", "2026-03-16T16:02:00Z", "disk"},
      {"at 23:50 disk", "Asia/Seoul", "2026-03-17T14:50:00Z", "disk"},
      {"at 00:10 disk", "Asia/Seoul", "2026-03-16T15:10:00Z", "disk"},
      {"23:50 KST disk", "UTC", "2026-03-17T14:50:00Z", "disk"},
      {"10 min ago disk", "UTC", "2026-03-17T14:50:00Z", "disk"},
      {"10m ago disk", "UTC", "2026-03-17T14:50:00Z", "disk"},
      {"an hour ago: disk", "UTC", "2026-03-17T14:00:00Z", "disk"},
      {"yesterday 23:50 KST disk", "UTC", "2026-03-17T14:50:00Z", "disk"},
      {"yesterday at 10:00 disk", "UTC", "2026-03-16T10:00:00Z", "disk"},
      {"2026-03-17 05:04 disk", "Asia/Seoul", "2026-03-16T20:04:00Z", "disk"},
      {"2026-03-17 05:04 EST disk", "UTC", "2026-03-17T10:04:00Z", "disk"},
      {"2026-03-17T05:04:40Z disk", "Asia/Seoul", "2026-03-17T05:04:40Z", "disk"},
      {"2026-03-17T05:04:40.250+09:00 disk", "UTC", "2026-03-16T20:04:40.250Z", "disk"},
      {"2026-03-17T05:04 disk", "Asia/Seoul", "2026-03-16T20:04:00Z", "disk"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto when = leading_time(row.text, now, row.zone);
    REQUIRE(when.has_value());
    REQUIRE(when->has_value());
    CHECK(format_utc((*when)->at) == format_utc(*parse_time(row.at)));
    CHECK((*when)->rest == row.rest);
  }
}

TEST_CASE("text that only looks like a time stays text") {
  for (auto text : {"", "disk full", "at the door", "10 users ago", "10 min later", "3:1 ratio", "25:99 odds",
                    "2026-03-17 release", "yesterday was fine", "1.5 GB"}) {
    CAPTURE(text);
    const auto when = leading_time(text, now, "UTC");
    REQUIRE(when.has_value());
    CHECK_FALSE(when->has_value());
  }
}

TEST_CASE("times that do not exist, exist twice or have an unclear zone are refused") {
  CHECK_FALSE(leading_time("at 25:00 x", now, "UTC").has_value());
  CHECK_FALSE(leading_time("2026-02-30 10:00 x", now, "UTC").has_value());
  CHECK_FALSE(leading_time("2026-03-29 02:30 x", now, "Europe/Berlin").has_value());
  CHECK_FALSE(leading_time("2025-10-26 02:30 x", now, "Europe/Berlin").has_value());
  CHECK(leading_time("2025-10-26 02:30 CEST x", now, "Europe/Berlin").has_value());
  CHECK_FALSE(leading_time("14:02 IST x", now, "UTC").has_value());
}

TEST_CASE("precision follows how the time was said") {
  CHECK((*leading_time("14:02 x", now, "UTC"))->precision_ms == 60000);
  CHECK((*leading_time("14:02:01 x", now, "UTC"))->precision_ms == 1000);
  CHECK((*leading_time("30 s ago x", now, "UTC"))->precision_ms == 1000);
}
