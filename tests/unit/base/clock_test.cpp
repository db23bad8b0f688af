#include "bot/base/clock.h"

#include <doctest/doctest.h>

using namespace muster;

TEST_CASE("times are read in every form that senders use") {
  struct Row {
    const char *in, *out;
  };
  const Row rows[] = {
      {"2026-03-17T05:04:40Z", "2026-03-17T05:04:40.000Z"},
      {"2026-03-17t05:04:40z", "2026-03-17T05:04:40.000Z"},
      {"2026-03-17T05:04:40.1Z", "2026-03-17T05:04:40.100Z"},
      {"2026-03-17T05:04:40.1234567Z", "2026-03-17T05:04:40.123Z"},
      {"2026-03-17T05:04:40.999999999Z", "2026-03-17T05:04:40.999Z"},
      {"2026-03-17T14:04:40+09:00", "2026-03-17T05:04:40.000Z"},
      {"2026-03-17T14:04:40.5+0900", "2026-03-17T05:04:40.500Z"},
      {"2026-03-17T05:04:40+0000", "2026-03-17T05:04:40.000Z"},
      {"2026-03-17T05:04:40.123+0000", "2026-03-17T05:04:40.123Z"},
      {"2026-03-16T19:34:40-09:30", "2026-03-17T05:04:40.000Z"},
      {"2026-03-17 05:04:40 UTC", "2026-03-17T05:04:40.000Z"},
      {"2026-03-17 14:04:40 +0900", "2026-03-17T05:04:40.000Z"},
      {"2026-03-17 05:04:40.250", "2026-03-17T05:04:40.250Z"},
      {"2026-03-17 05:04", "2026-03-17T05:04:00.000Z"},
      {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
      {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"},
      {"1773723880", "2026-03-17T05:04:40.000Z"},
      {"1773723880123", "2026-03-17T05:04:40.123Z"},
      {"1773723880.25", "2026-03-17T05:04:40.250Z"},
      {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.in);
    const auto t = parse_time(row.in);
    REQUIRE(t);
    CHECK(format_utc(*t) == row.out);
  }
}

TEST_CASE("what is no time is refused") {
  for (const char* bad : {"", "now", "2026", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-10T00:00:00Z",
                          "2026-03-17T24:00:00Z", "2026-03-17T05:60:00Z", "2026-03-17T05:04:61Z", "2026-03-17",
                          "2026-03-17T05:04:40.1234567890Z", "2026-03-17T05:04:40+9", "2026-03-17T05:04:40+09:0",
                          "2026-03-17T05:04:40+24:00", "2026-03-17T05:04:40ZZ", "2026-03-17T05:04:40 KST", "1.2.3.4.5",
                          "99999999999999999999", "-1773723880"}) {
    CAPTURE(bad);
    REQUIRE_FALSE(parse_time(bad));
    CHECK(parse_time(bad).error().kind == ErrorKind::invalid);
  }
}

TEST_CASE("Go's zero time means absent") {
  REQUIRE_FALSE(parse_time("0001-01-01T00:00:00Z"));
  CHECK(parse_time("0001-01-01T00:00:00Z").error().kind == ErrorKind::not_found);
}

TEST_CASE("a moment prints in UTC and in a zone") {
  const TimeMs t = parse_time("2026-03-17T05:04:40Z").value();
  CHECK(format_utc_minute(t) == "2026-03-17 05:04");
  CHECK(format_utc_clock(t) == "05:04:40");
  CHECK(format_utc_clock(-1) == "23:59:59");
  CHECK(format_utc_clock(-day_ms) == "00:00:00");
  CHECK(format_in_zone(t, "Asia/Seoul", "%Y-%m-%d %H:%M") == "2026-03-17 14:04");
  CHECK(format_in_zone(t, "No/Where", "%H:%M") == "05:04");
  CHECK(format_utc(-1) == "1969-12-31T23:59:59.999Z");
  const Civil c = to_civil(t, "Asia/Kolkata");
  CHECK(c.hour == 10);
  CHECK(c.minute == 34);
  CHECK(to_civil(-1, "UTC").second == 59);
}

TEST_CASE("only IANA names are zones") {
  for (const char* good : {"UTC", "Asia/Seoul", "America/Argentina/Buenos_Aires", "Etc/GMT+9"}) CHECK(is_zone(good));
  for (const char* bad :
       {"", "localtime", "/etc/passwd", "../passwd", "Asia/../UTC", "file:UTC", "Asia/Soeul", "Asia", "한국"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_zone(bad));
  }
}

TEST_CASE("local times that do not exist or exist twice are conflicts") {
  const auto seoul = from_civil(2026, 3, 17, 14, 4, 40, "Asia/Seoul");
  REQUIRE(seoul);
  CHECK(format_utc(*seoul) == "2026-03-17T05:04:40.000Z");
  const auto gap = from_civil(2026, 3, 29, 2, 30, 0, "Europe/Berlin");
  REQUIRE_FALSE(gap);
  CHECK(gap.error().kind == ErrorKind::conflict);
  CHECK(gap.error().message.find("skipped") != std::string::npos);
  const auto overlap = from_civil(2026, 10, 25, 2, 30, 0, "Europe/Berlin");
  REQUIRE_FALSE(overlap);
  CHECK(overlap.error().kind == ErrorKind::conflict);
  CHECK(overlap.error().message.find("twice") != std::string::npos);
  CHECK(from_civil(2026, 3, 29, 3, 0, 0, "Europe/Berlin"));
  CHECK(from_civil(2026, 3, 29, 1, 59, 59, "Europe/Berlin"));
  CHECK_FALSE(from_civil(2026, 2, 29, 0, 0, 0, "UTC"));
  CHECK_FALSE(from_civil(2026, 1, 1, 24, 0, 0, "UTC"));
  CHECK(from_civil(2026, 1, 1, 0, 0, 0, "Mars/Base").error().kind == ErrorKind::invalid);
}

TEST_CASE("durations print and parse") {
  CHECK(format_duration(3'723'999) == "1h 02m 03s");
  CHECK(format_duration(260'000) == "4m 20s");
  CHECK(format_duration(10'000) == "10s");
  CHECK(format_duration(999) == "0s");
  CHECK(format_duration(-65'000) == "-1m 05s");
  CHECK(format_duration(26 * hour_ms) == "26h 00m 00s");
  CHECK(parse_duration("30m").value() == 30 * minute_ms);
  CHECK(parse_duration("1h30m").value() == 90 * minute_ms);
  CHECK(parse_duration("90s").value() == 90 * second_ms);
  CHECK(parse_duration("1d").value() == day_ms);
  CHECK(parse_duration("1d2h3m4s5ms").value() == day_ms + 2 * hour_ms + 3 * minute_ms + 4 * second_ms + 5);
  for (const char* bad : {"", "30", "m", "-1h", "1h-2m", "1x", "30m1h", "1h1h", "1 h", "99999999999d",
                          "9999999999999999999s", "1.5h", "4000d"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_duration(bad));
  }
}

TEST_CASE("a virtual clock moves by hand only") {
  VirtualClock clock(5);
  CHECK(clock.now() == 5);
  clock.set(9);
  CHECK(clock.now() == 9);
  CHECK(SystemClock().now() > parse_time("2024-01-01T00:00:00Z").value());
}
