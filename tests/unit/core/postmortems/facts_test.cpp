#include "bot/core/postmortems/facts.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include "bot/core/postmortems/context.h"
#include "sample.h"

using namespace muster;

namespace {

std::string short_id(const Entry& e) { return e.event_id.substr(e.event_id.size() - 2); }

Value notes(const std::vector<QualityNote>& list, const char* amount, std::int64_t unit) {
  Value::List out;
  for (const QualityNote& n : list) {
    if (amount == nullptr) {
      out.emplace_back(n.event_id);
    } else {
      out.push_back(Value::Map{{"id", n.event_id}, {amount, n.amount_ms / unit}});
    }
  }
  return out;
}

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

Value ingest(const std::vector<Entry>& entries) {
  std::map<std::string, std::int64_t> seen;
  std::int64_t spans = 0;
  for (const Entry& e : entries) {
    ++seen["v." + e.visibility];
    ++seen["o." + e.origin];
    ++seen["k." + e.kind];
    spans += static_cast<std::int64_t>(count_of(e.text, "[REDACTED:"));
  }
  Value by_visibility =
      Value::Map{{"internal", seen["v.internal"]}, {"public", seen["v.public"]}, {"private", seen["v.private"]}};
  Value by_origin = Value::Map{{"auto", seen["o.auto"]}, {"human", seen["o.human"]}, {"backfill", seen["o.backfill"]}};
  return Value::Map{{"lines", static_cast<std::int64_t>(entries.size())},
                    {"by_visibility", by_visibility},
                    {"by_origin", by_origin},
                    {"corrections", seen["k.correction"]},
                    {"retractions", seen["k.retraction"]},
                    {"private", seen["v.private"]},
                    {"redacted_spans", spans}};
}

Value timeline(const std::vector<Entry>& entries, const View& view) {
  Value::List order;
  std::int64_t main = 0;
  Value customer;
  for (const ViewRow& row : view.rows) {
    order.emplace_back(short_id(*row.entry));
    main += in_main_timeline(row) ? 1 : 0;
    if (row.entry->kind == "report.customer") customer = format_utc(row.effective_ms);
  }
  const auto open = effective_view(entries, Profile::public_only).rows.size();
  Value::List ties;  // same moment by both clocks: only the order of arrival tells them apart
  for (std::size_t i = 1; i < view.rows.size(); ++i) {
    const ViewRow &a = view.rows[i - 1], &b = view.rows[i];
    if (a.effective_ms != b.effective_ms || a.entry->received_ms != b.entry->received_ms) continue;
    ties.emplace_back(Value::List{short_id(*a.entry), short_id(*b.entry)});
  }
  return Value::Map{{"appendix", static_cast<std::int64_t>(view.rows.size())},
                    {"main", main},
                    {"public", static_cast<std::int64_t>(open)},
                    {"order", order},
                    {"ties", ties},
                    {"first_utc", format_utc(view.rows.front().effective_ms)},
                    {"customer_report_utc", customer}};
}

Value seconds(const Facts& f) {
  const Value all = facts_value(f);
  Value s = all["seconds"];
  for (const Value& v : all["severities"].as_list()) {
    s.set(v["severity"].as_string() == "SEV2" ? "sev2" : "sev3", v["seconds"]);
  }
  for (const Value& v : all["roles"]["tenures"].as_list()) {
    if (v["role"].as_string() != "incident_commander") continue;
    s.set(v["nth"].as_int() == 1 ? "first_commander" : "second_commander", v["seconds"]);
  }
  for (const Value& v : all["alerts"].as_list()) {
    const bool burn = v["alert"].as_string() == "CheckoutErrorBudgetBurnFast";
    s.set(burn ? "alert_burn_firing" : "alert_latency_firing", v["seconds"]);
  }
  return s;
}

// The golden name of a count is the step's own word for it with what was counted.
Value runbook(const Facts& f) {
  const Value runs = facts_value(f)["runs"];
  if (runs.as_list().size() != 1) return {};
  Value out = runs.as_list().front();
  for (const StepCount& s : f.runs.front().counted) {
    if (s.step == "drain-workers" && s.what == "drained") out.set("workers_drained", s.n);
  }
  return out;
}

Value held(const std::vector<Entry>& entries) {
  const ReportOptions options;
  Value::List out;
  const ReportContext context(entries, options);
  for (const PrintedRow& p : context.rows) {
    if (p.held) out.emplace_back(p.row->entry->event_id);
  }
  return out;
}

// Our facts in the shape of the golden file.
Value golden_shape(const std::vector<Entry>& entries) {
  const View view = effective_view(entries, Profile::internal);
  const Facts f = incident_facts(view);
  Value out = facts_value(f);
  Value incident = out["incident"];
  incident.set("service", f.services.size() == 1 ? Value(f.services.front()) : Value());
  out.set("incident", incident);
  out.set("ingest", ingest(entries));
  out.set("timeline", timeline(entries, view));
  out.set("seconds", seconds(f));
  out.set("runbook", runbook(f));
  out.set("quality", Value::Map{{"corrected", notes(view.corrected, nullptr, 1)},
                                {"retracted", notes(view.retracted, nullptr, 1)},
                                {"late_delivery", notes(view.late, "late_s", 1000)},
                                {"clock_adjusted", notes(view.clock_adjusted, "skew_ms", 1)},
                                {"added_later", notes(view.added_later, "after_s", 1000)},
                                {"lint_held", held(entries)}});
  return out;
}

bool same(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return std::abs(a.as_double() - b.as_double()) < 1e-9;
  return a == b;
}

void differences(const Value& want, const Value& got, const std::string& path, std::set<std::string>& out) {
  if (want.is_map()) {
    for (const auto& [key, v] : want.as_map()) differences(v, got[key], path + "/" + key, out);
  } else if (want.is_list() && got.is_list() && want.as_list().size() == got.as_list().size()) {
    for (std::size_t i = 0; i < want.as_list().size(); ++i) {
      differences(want.as_list()[i], got.as_list()[i], path + "/" + std::to_string(i), out);
    }
  } else if (!same(want, got)) {
    out.insert(path);
  }
}

}  // namespace

TEST_CASE("the sample incident yields the golden facts, and the list of facts that wait is exact") {
  // Only ever remove lines here.
  const std::set<std::string> waiting = {};
  const Value want = parse_json(muster_test::read_data("checkout-latency.facts.json")).value();
  REQUIRE(want["seconds"]["ttd"].as_int() == 260);
  std::set<std::string> open;
  differences(want, golden_shape(muster_test::sample_entries()), "", open);
  std::string text;
  for (const std::string& path : open) text += path + "\n";
  INFO("facts that do not hold:\n", text);
  CHECK(open == waiting);
}

TEST_CASE("the order of arrival changes neither order nor facts") {
  std::vector<Entry> entries = muster_test::sample_entries();
  const Value want = golden_shape(entries);
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(entries.begin(), entries.end(), random);
    CHECK(golden_shape(entries) == want);
  }
}

TEST_CASE("a correction moves every figure and its retraction brings the old one back") {
  std::vector<Entry> entries = muster_test::sample_entries();
  CHECK(incident_facts(entries).seconds.ttm == 2090);
  Entry undo;
  undo.event_id = "evt_undo";
  undo.kind = "retraction";
  undo.corrects = "evt_0035";
  undo.seq = 42;
  entries.push_back(undo);
  const Facts f = incident_facts(entries);
  CHECK(f.seconds.ttd == 0);
  CHECK(f.seconds.ttm == 1830);
  CHECK(f.seconds.ttr == 3300);
}

TEST_CASE("what was not recorded is absent, never zero") {
  std::vector<Entry> entries = muster_test::sample_entries();
  std::erase_if(entries, [](const Entry& e) { return e.kind == "impact.started"; });
  const Facts f = incident_facts(entries);
  CHECK_FALSE(f.times.impact_started.has_value());
  CHECK_FALSE(f.seconds.ttd.has_value());
  CHECK_FALSE(f.seconds.ttm.has_value());
  CHECK(f.seconds.tta == 150);
}

TEST_CASE("secrets are gone from an imported fact and its key names source, kind and target") {
  const std::vector<Entry> entries = muster_test::sample_entries();
  CHECK(entries[16].text.find("[REDACTED:aws-access-key-id]") != std::string::npos);
  CHECK(entries[16].text.find("[REDACTED:url-password]") != std::string::npos);
  CHECK(entries[16].text.find("AKIA") == std::string::npos);
  CHECK(entries[33].dedupe_key == "chat\npost_u9c2\nretraction\nevt_0029");
  CHECK(entries[34].data["patch"]["occurred_ms"].as_int() == *parse_time("2026-03-17T05:04:40.000Z"));
  std::set<std::string> keys;
  for (const Entry& e : entries) keys.insert(e.dedupe_key);
  CHECK(keys.size() == 41);
}

TEST_CASE("a fact without a kind, an id or a readable time is refused, an unknown visibility is private") {
  Value fact = Value::Map{{"event_id", "e1"},
                          {"kind", "note.new"},
                          {"occurred_at", "2026-03-17T05:00:00Z"},
                          {"visibility", "everyone-ish"}};
  REQUIRE(entry_from_fact(fact).has_value());
  CHECK(entry_from_fact(fact)->visibility == "private");
  CHECK(entry_from_fact(fact)->kind == "note.new");
  for (const char* key : {"event_id", "kind", "occurred_at"}) {
    Value broken = fact;
    broken.set(key, "");
    CHECK_FALSE(entry_from_fact(broken).has_value());
  }
  CHECK_FALSE(entry_from_fact(Value("text")).has_value());
}
