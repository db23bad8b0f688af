// A published version is the record up to it: later words change nothing in it, what was scrubbed is gone from it.
#include "bot/core/postmortems/published.h"

#include <doctest/doctest.h>

#include "bot/core/postmortems/report.h"

using namespace muster;

namespace {

constexpr TimeMs start = 1'773'724'200'000;  // 2026-03-17 05:10:00 UTC

struct Record {
  std::vector<Entry> entries;
  Entry& add(std::string kind, std::string text, Value data = {}) {
    Entry e;
    e.seq = static_cast<std::int64_t>(entries.size()) + 1;
    e.event_id = "e" + std::to_string(e.seq);
    e.incident_id = "INC-1";
    e.kind = std::move(kind);
    e.text = std::move(text);
    e.occurred_ms = e.received_ms = start + e.seq * minute_ms;
    e.data = std::move(data);
    e.actor = {.type = "user", .id = "ana", .handle = "ana", .display = "Ana Sousa"};
    entries.push_back(std::move(e));
    return entries.back();
  }
};

Record resolved() {
  Record r;
  r.add("incident.declared", "Search is stale", Value::Map{{"title", "Search is stale"}, {"severity", "SEV2"}});
  r.add("note", "the pool was full").pinned = true;
  r.add("incident.resolved", "fresh again", Value::Map{{"status", "resolved"}});
  return r;
}

std::string text_of(const Document& d) {
  std::string all = d.state + "\n";
  for (const Block& b : d.blocks) {
    all += b.id + b.text + "\n";
    for (const auto& row : b.rows) {
      for (const Cell& cell : row) all += cell.text + "|";
      all += "\n";
    }
  }
  return all;
}

std::string report(const Record& r, int version, Profile profile = Profile::internal) {
  ReportOptions o;
  o.version = version;
  o.profile = profile;
  return text_of(postmortem(r.entries, o));
}

bool has(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("what is recorded after a version was published is in the draft and not in the version") {
  Record r = resolved();
  r.add("postmortem.published", "version 1");
  const std::string before = report(r, 1);
  CHECK(has(before, "Published, version 1"));
  CHECK(has(before, "Published as version 1 at 2026-03-17 05:14:00 UTC by a responder."));
  CHECK_FALSE(has(before, "Entries recorded since"));
  r.add("note", "the queue was longer").pinned = true;
  r.add("correction", "the graph", Value::Map{{"patch", Value::Map{{"text", "the pool was half full"}}}}).corrects =
      "e2";
  const std::string after = report(r, 1);
  CHECK(has(after, "Entries recorded since, which that version does not have: 2."));
  CHECK(has(after, "the pool was full"));
  CHECK_FALSE(has(after, "half full"));
  CHECK_FALSE(has(after, "queue was longer"));
  const std::string draft = report(r, 0);
  CHECK(draft.starts_with("Draft\n"));
  CHECK(has(draft, "Version 1 was published at"));
  CHECK(has(draft, "half full"));
  CHECK(has(draft, "queue was longer"));
  r.add("postmortem.published", "version 2");
  CHECK(has(report(r, 2), "queue was longer"));
  CHECK(has(report(r, 2), "1|2026-03-17 05:14:00 UTC|a responder|2|"));
  CHECK(has(report(r, 2), "2|2026-03-17 05:17:00 UTC|a responder||"));
  CHECK_FALSE(has(report(r, 1), "queue was longer"));
  CHECK(has(report(r, 3), "Draft"));  // there is none: what the record says
}

TEST_CASE("what was scrubbed is gone from what was published, too") {
  Record r = resolved();
  r.add("postmortem.published", "version 1");
  CHECK(has(report(r, 1), "the pool was full"));
  r.entries[1].scrubbed = true;
  r.entries[1].text.clear();
  r.add("redaction", "a name", Value::Map{{"payload", Value::Map{{"text", "[scrubbed]"}}}}).corrects = "e2";
  CHECK(has(report(r, 1), "[scrubbed]"));
}

TEST_CASE("a version has the changes and the related incidents of its time, without what is counted today") {
  Record r = resolved();
  r.add("postmortem.published", "version 1");
  ReportOptions o;
  o.version = 1;
  r.add("change.blamed", "the graphs agree");  // e5
  ChangeRecord early, late;
  early.id = "R1.1", early.run = "R1", early.service = "search", early.verb = "deploy", early.type = "release";
  early.outcome = "succeeded", early.after.version = "v1";
  early.started_ms = start - minute_ms, early.ended_ms = start;
  late = early;
  late.id = "R2.1", late.run = "R2", late.type = "hotfix", late.after.version = "v2";
  late.started_ms = late.ended_ms = start + hour_ms;
  late.links = {{.incident = "INC-1", .kind = "remediates", .basis = "run", .entry = ""}};
  early.links = {{.incident = "INC-1", .kind = "failed", .basis = "person", .entry = "e5"}};
  o.changes = {early, late};
  o.related = {{"INC-0", "Before", "SEV3", start - day_ms, {"search"}, {}, 4}};
  const std::string then = text_of(postmortem(r.entries, o));
  CHECK_FALSE(has(then, "R2.1|v2"));
  CHECK_FALSE(has(then, "|Failed|"));
  CHECK(has(then, "|search||"));
  o.version = 0;
  const std::string now = text_of(postmortem(r.entries, o));
  CHECK(has(now, "R2.1|v2"));
  CHECK(has(now, "|Failed|"));
  CHECK(has(now, "|search|4|"));
}

TEST_CASE("the public report knows no versions, and what is private or said counts as no news") {
  Record r = resolved();
  r.add("postmortem.published", "version 1");
  r.add("chat.said", "hello");
  r.add("channel.archived", "#inc-1");
  r.add("message.private", "secret").visibility = "private";
  r.add("note", "secret").visibility = "private";
  CHECK(publications(r.entries).at(0).later == 0);
  const std::string open = report(r, 1, Profile::public_only);
  CHECK(has(open, "Draft"));
  CHECK_FALSE(has(open, "ublished"));
  Entry& update = r.add("status.update", "All is well");
  update.visibility = "public";
  CHECK(publications(r.entries).at(0).later == 1);
  CHECK(has(report(r, 1, Profile::public_only), "All is well"));
}
