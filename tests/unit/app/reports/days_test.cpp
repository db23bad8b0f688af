// An incident that lasts for days, and what is added to its record when it is long over.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "bot/core/postmortems/facts.h"
#include "bot/core/postmortems/report.h"
#include "bot/reports/html.h"
#include "bot/reports/markdown.h"

using namespace muster;

namespace {

constexpr TimeMs began = 1'773'723'600'000;  // 2026-03-17 05:00 UTC

Entry at(DurationMs after, const std::string& kind, Value data = {}) {
  Entry e;
  static int n = 0;
  e.event_id = "d" + std::to_string(++n);
  e.incident_id = "INC-1";
  e.seq = n;
  e.position = n;
  e.kind = kind;
  e.text = kind;
  e.data = std::move(data);
  e.occurred_ms = e.received_ms = e.written_ms = began + after;
  return e;
}

// Impact at 05:00, resolved two days, three hours and some minutes later.
std::vector<Entry> days() {
  Value declared = Value::Map{{"title", "The disk fills"}, {"severity", "SEV2"}, {"status", "investigating"}};
  Value mitigated = Value::Map{{"status", "mitigated"}}, resolved = Value::Map{{"status", "resolved"}};
  return {at(0, "impact.started", Value::Map{{"basis", "stated"}}), at(10 * minute_ms, "incident.declared", declared),
          at(day_ms + hour_ms, "incident.mitigated", mitigated),
          at(2 * day_ms + 3 * hour_ms + 25 * minute_ms, "incident.resolved", resolved)};
}

// A week later somebody tidies up: a note, a follow-up that is done, the title, a role, a correction of another time.
std::vector<Entry> tidied(std::vector<Entry> entries) {
  const DurationMs late = 9 * day_ms;
  entries.push_back(at(late, "note"));
  entries.push_back(at(late, "action.created", Value::Map{{"number", 1}, {"action_id", "AI-1"}}));
  entries.push_back(at(late + hour_ms, "action.closed", Value::Map{{"number", 1}, {"action_id", "AI-1"}}));
  entries.push_back(at(late + hour_ms, "severity.changed", Value::Map{{"from", "SEV2"}, {"to", "SEV1"}}));
  entries.push_back(at(late + hour_ms, "evidence.linked", Value::Map{{"url", "https://example.com/"}}));
  Entry correction = at(late + 2 * hour_ms, "correction");
  correction.corrects = entries[2].event_id;  // mitigated an hour earlier
  correction.data = Value::Map{{"patch", Value::Map{{"occurred_ms", began + day_ms}}}, {"reason", "the graph"}};
  entries.push_back(std::move(correction));
  return entries;
}

bool has(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("mistake 8, numbers: a duration of several days keeps its days") {
  const Facts f = incident_facts(days());
  CHECK(f.seconds.impact == (day_ms + hour_ms) / second_ms);
  CHECK(f.seconds.ttm == (day_ms + hour_ms) / second_ms);
  CHECK(f.seconds.ttr == (2 * day_ms + 3 * hour_ms + 25 * minute_ms) / second_ms);
  const Document d = postmortem(days(), {});
  for (const std::string& text : {to_markdown(d), to_html(d)}) {
    CHECK(has(text, "51h 25m 00s"));         // to resolve
    CHECK(has(text, "25h 00m 00s"));         // to mitigate
    CHECK_FALSE(has(text, "3h 25m 00s ("));  // what is left when whole days are dropped
    CHECK(has(text, "2026-03-17"));
    CHECK(has(text, "2026-03-19"));  // the time of day alone would be ambiguous
  }
}

TEST_CASE("the cell of a date is wide enough for it: it would break at its hyphens on a phone") {
  const std::string page = to_html(postmortem(days(), {}));
  CHECK(has(page, "<td class=\"day\">2026-03-17 "));
  CHECK_FALSE(has(page, "<td>2026-03-17"));
  CHECK_FALSE(has(page, "<td class=\"day\">51h"));
}

TEST_CASE("mistake 8, numbers: what is added to the record later does not move the time to resolve") {
  const Facts before = incident_facts(days()), after = incident_facts(tidied(days()));
  CHECK(after.seconds.ttr == before.seconds.ttr);
  CHECK(after.times.resolved == before.times.resolved);
  CHECK(after.seconds.ttm == day_ms / second_ms);  // what was corrected, and nothing else
}
