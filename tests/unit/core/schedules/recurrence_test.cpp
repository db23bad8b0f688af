// Rhythms and times to come, above all where clocks are changed.
#include "bot/core/schedules/recurrence.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <set>

#include "bot/base/zone.h"
#include "bot/core/commands/when.h"

using namespace muster;

namespace {

TimeMs at_utc(const std::string& text) { return parse_time(text).value(); }

// The next times of a rhythm in words, local.
std::vector<std::string> times(const std::string& words, const std::string& zone, const std::string& from, int n) {
  const auto rule = read_recurrence(words);
  REQUIRE_MESSAGE(rule, words);
  std::vector<std::string> out;
  TimeMs t = at_utc(from);
  const TimeMs base = t;
  for (int i = 0; i < n; ++i) {
    t = next_time(*rule, t, zone, base);
    out.push_back(t == 0 ? "never" : format_in_zone(t, zone, "%a %m-%d %H:%M %z"));
  }
  return out;
}

using List = std::vector<std::string>;

constexpr const char* zones[] = {"Europe/Berlin", "America/New_York", "Asia/Seoul", "Australia/Lord_Howe", "UTC"};

}  // namespace

TEST_CASE("a rhythm is read in words and as cron, and nothing else is") {
  struct Row {
    const char *text, *words, *rest;
  };
  for (const Row& row : {Row{"15m status", "15m", "status"}, Row{"2 hours status search", "2 hours", "status search"},
                         Row{"hour status", "hour", "status"}, Row{"day at 06:00 status", "day at 06:00", "status"},
                         Row{"Weekday at 09:00 deploy x@v1 to prod", "weekday at 09:00", "deploy x@v1 to prod"},
                         Row{"mon,thu 18:30 status", "mon,thu 18:30", "status"},
                         Row{"fri-mon at 7:05 status", "fri-mon at 7:05", "status"},
                         Row{"0 9 * * mon-fri status", "0 9 * * mon-fri", "status"},
                         Row{"\"*/15 8-18 1,15 jan-jun *\" status", "*/15 8-18 1,15 jan-jun *", "status"},
                         Row{"weekend at 10:00", "weekend at 10:00", ""}}) {
    CAPTURE(row.text);
    const auto e = leading_recurrence(row.text, "UTC");
    REQUIRE(e);
    CHECK(e->words == row.words);
    CHECK(e->rest == row.rest);
    CHECK(read_recurrence(e->words));
  }
  const auto seoul = leading_recurrence("weekday at 09:00 Asia/Seoul status", "UTC");
  REQUIRE(seoul);
  CHECK(seoul->zone == "Asia/Seoul");
  CHECK(seoul->rest == "status");
  CHECK(leading_recurrence("monday status", "UTC").error() == "every.no_clock");
  for (const char* wrong : {"", "status", "now and then status", "25:00 status", "60 9 * * * status", "day at 24:00 x",
                            "0 9 * * moon status", "0m status", "* * * 13 * status", "9-5 * * * * status"})
    CHECK_FALSE_MESSAGE(leading_recurrence(wrong, "UTC"), wrong);
}

TEST_CASE("how often a rhythm comes at most is known before it is kept") {
  const auto gap = [](const char* words) { return shortest_gap(read_recurrence(words).value()) / minute_ms; };
  CHECK(gap("90s") == 1);
  CHECK(gap("* * * * *") == 1);
  CHECK(gap("0,58 * * * *") == 2);
  CHECK(gap("*/5 * * * *") == 5);
  CHECK(gap("day at 09:00") == 24 * 60);
}

TEST_CASE("days of cron: one of the two is enough where both are said") {
  CHECK(times("0 12 13 * fri", "UTC", "2026-03-10T00:00:00Z", 3) ==
        List{"Fri 03-13 12:00 +0000", "Fri 03-20 12:00 +0000", "Fri 03-27 12:00 +0000"});
  CHECK(times("0 12 1 jan,jul *", "UTC", "2026-03-10T00:00:00Z", 2) ==
        List{"Wed 07-01 12:00 +0000", "Fri 01-01 12:00 +0000"});
  CHECK(times("0 0 29 2 *", "UTC", "2026-03-10T00:00:00Z", 1) == List{"Tue 02-29 00:00 +0000"});
  CHECK(times("0 0 31 2 *", "UTC", "2026-03-10T00:00:00Z", 1) == List{"never"});
}

TEST_CASE("nine o'clock stays nine o'clock when the clocks are changed") {
  CHECK(times("weekday at 09:00", "Europe/Berlin", "2026-03-27T07:00:00Z", 3) ==
        List{"Fri 03-27 09:00 +0100", "Mon 03-30 09:00 +0200", "Tue 03-31 09:00 +0200"});
  CHECK(times("day at 09:00", "America/New_York", "2026-10-31T12:00:00Z", 3) ==
        List{"Sat 10-31 09:00 -0400", "Sun 11-01 09:00 -0500", "Mon 11-02 09:00 -0500"});
  CHECK(times("day at 09:00", "Asia/Seoul", "2026-03-27T07:00:00Z", 2) ==
        List{"Sat 03-28 09:00 +0900", "Sun 03-29 09:00 +0900"});
}

TEST_CASE("a time that is left out moves behind the gap, one that comes twice counts once") {
  CHECK(times("day at 02:30", "Europe/Berlin", "2026-03-28T00:00:00Z", 3) ==
        List{"Sat 03-28 02:30 +0100", "Sun 03-29 03:00 +0200", "Mon 03-30 02:30 +0200"});
  CHECK(times("day at 02:30", "Europe/Berlin", "2026-10-24T12:00:00Z", 2) ==
        List{"Sun 10-25 02:30 +0200", "Mon 10-26 02:30 +0100"});
  CHECK(times("day at 02:15", "Australia/Lord_Howe", "2026-10-02T15:00:00Z", 3) ==
        List{"Sat 10-03 02:15 +1030", "Sun 10-04 02:30 +1100", "Mon 10-05 02:15 +1100"});
  CHECK(times("day at 01:45", "Australia/Lord_Howe", "2026-04-03T15:00:00Z", 3) ==
        List{"Sun 04-05 01:45 +1100", "Mon 04-06 01:45 +1030", "Tue 04-07 01:45 +1030"});
}

TEST_CASE("what comes every hour follows the moments") {
  CHECK(times("30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", 3) ==
        List{"Sun 03-29 01:30 +0100", "Sun 03-29 03:30 +0200", "Sun 03-29 04:30 +0200"});
  CHECK(times("30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", 3) ==
        List{"Sun 10-25 02:30 +0200", "Sun 10-25 02:30 +0100", "Sun 10-25 03:30 +0100"});
}

TEST_CASE("an interval counts from where it began, however late it is asked") {
  const auto rule = read_recurrence("15m").value();
  const TimeMs base = at_utc("2026-03-17T05:03:00Z");
  CHECK(next_time(rule, base, "UTC", base) == base + 15 * minute_ms);
  CHECK(next_time(rule, base + 15 * minute_ms, "UTC", base) == base + 30 * minute_ms);
  CHECK(next_time(rule, base + 5 * hour_ms + 1, "UTC", base) == base + 5 * hour_ms + 15 * minute_ms);
  CHECK(next_time(rule, base - hour_ms, "UTC", base) == base);
}

// For any rhythm, zone and moment: the next time lies ahead, the times rise, and nothing lies between that fits.
TEST_CASE("the next time lies ahead, rises, and stands on the clock of its zone") {
  const auto law = [](int day, int second, int zone_number, int minute, int hour, int weekdays, bool any_hour) {
    const std::string zone = zones[zone_number];
    std::string words = std::to_string(minute) + " " + (any_hour ? "*" : std::to_string(hour)) + " * * ";
    std::string list;
    for (int i = 0; i < 7; ++i)
      if (weekdays & (1 << i)) list += (list.empty() ? "" : ",") + std::to_string(i);
    const auto rule = read_recurrence(words + (list.empty() ? "*" : list));
    RC_ASSERT(rule.has_value());
    TimeMs t = at_utc("2026-01-01T00:00:00Z") + day * day_ms + second * second_ms;
    for (int i = 0; i < 4; ++i) {
      const TimeMs next = next_time(*rule, t, zone, t);
      RC_ASSERT(next > t);
      RC_ASSERT(next - t <= 8 * day_ms);
      const Civil c = to_civil(next, zone);
      const auto asked = moments_of({c.year, c.month, c.day, any_hour ? c.hour : hour, minute, 0}, zone);
      RC_ASSERT(asked.has_value());
      const bool moved = asked->kind == Moments::Kind::gap && !any_hour;
      RC_ASSERT((moved ? next == asked->first : c.minute == minute && (any_hour || c.hour == hour)));
      // Asked from any moment in between, the answer is the same: nothing is skipped.
      RC_ASSERT(next_time(*rule, t + (next - t) / 2, zone, t) == next);
      RC_ASSERT(next_time(*rule, next - 1, zone, t) == next);
      t = next;
    }
  };
  CHECK(rc::check("any rhythm", [&] {
    law(*rc::gen::inRange(0, 730), *rc::gen::inRange(0, 86'400), *rc::gen::inRange(0, 5), *rc::gen::inRange(0, 60),
        *rc::gen::inRange(0, 24), *rc::gen::inRange(0, 128), *rc::gen::arbitrary<bool>());
  }));
  // Around the changes of the clocks, where mistakes live.
  CHECK(rc::check("around a change", [&] {
    const int day = *rc::gen::element(65, 66, 67, 86, 87, 88, 93, 94, 95, 274, 275, 276, 296, 297, 298, 303, 304, 305);
    law(day, *rc::gen::inRange(0, 86'400), *rc::gen::inRange(0, 5), *rc::gen::inRange(0, 60), *rc::gen::inRange(0, 5),
        0, *rc::gen::arbitrary<bool>());
  }));
}

TEST_CASE("a time to come stands in front of a command") {
  const TimeMs now = at_utc("2026-03-17T05:00:00Z");
  struct Row {
    const char *text, *zone, *at, *rest;
  };
  for (const Row& row :
       {Row{"18:00 status", "UTC", "2026-03-17T18:00:00.000Z", "status"},
        Row{"04:00 status", "UTC", "2026-03-18T04:00:00.000Z", "status"},
        Row{"tomorrow 07:30 KST deploy x@v1 to prod", "UTC", "2026-03-17T22:30:00.000Z", "deploy x@v1 to prod"},
        Row{"tomorrow at 07:30 status", "Europe/Berlin", "2026-03-18T06:30:00.000Z", "status"},
        Row{"friday 18:00 Asia/Seoul status search", "UTC", "2026-03-20T09:00:00.000Z", "status search"},
        Row{"2026-12-24 18:00 CET note merry", "UTC", "2026-12-24T17:00:00.000Z", "note merry"},
        Row{"2026-12-24T18:00:00+01:00 note merry", "UTC", "2026-12-24T17:00:00.000Z", "note merry"},
        Row{"2026-03-29 02:30 +02:00 status", "Europe/Berlin", "2026-03-29T00:30:00.000Z", "status"},
        Row{"in 2h status", "UTC", "2026-03-17T07:00:00.000Z", "status"},
        Row{"in 90 minutes status", "UTC", "2026-03-17T06:30:00.000Z", "status"},
        Row{"IN 1h30m status", "UTC", "2026-03-17T06:30:00.000Z", "status"},
        Row{"today 04:00 status", "UTC", "2026-03-17T04:00:00.000Z", "status"}}) {
    CAPTURE(row.text);
    const auto when = leading_coming(row.text, now, row.zone);
    REQUIRE(when);
    CHECK(format_utc(when->at) == row.at);
    CHECK(when->rest == row.rest);
  }
  CHECK(leading_coming("in 2h status", now, "UTC")->elapsed);
  CHECK_FALSE(leading_coming("18:00 status", now, "UTC")->elapsed);
}

TEST_CASE("a time that is none, not one, or two is refused, never guessed") {
  const TimeMs now = at_utc("2026-03-17T05:00:00Z");
  const auto why = [&](const char* text, const char* zone) {
    const auto when = leading_coming(text, now, zone);
    return when ? format_utc(when->at) : when.error();
  };
  CHECK(why("2026-03-29 02:30 status", "Europe/Berlin") == "at.gap");
  CHECK(why("2026-10-25 02:30 status", "Europe/Berlin") == "at.fold");
  CHECK(why("2026-10-04 02:15 status", "Australia/Lord_Howe") == "at.gap");
  CHECK(why("friday status", "UTC") == "at.no_clock");
  CHECK(why("2026-12-24 status", "UTC") == "at.no_clock");
  CHECK(why("18:00 IST status", "UTC") == "at.zone_unclear");
  for (const char* text : {"", "status", "25:00 status", "in status", "in 5 status", "in -2h status", "noon status",
                           "2026-13-01 10:00 status"})
    CHECK_MESSAGE(why(text, "UTC") == "at.no_time", text);
}
