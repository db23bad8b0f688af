#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "../../core/postmortems/sample.h"
#include "bot/core/postmortems/report.h"
#include "bot/reports/html.h"
#include "bot/reports/json.h"
#include "bot/reports/markdown.h"

using namespace muster;

namespace {

std::vector<std::string> texts(Profile profile, const std::string& language = "en") {
  ReportOptions options;
  options.profile = profile;
  options.language = language;
  options.with_model = true;
  options.roster = {{"u_choi", "yuna.choi", "최유나"}};
  const Document d = postmortem(muster_test::sample_entries(), options);
  return {to_markdown(d), to_html(d), report_json(d)};
}

ReportOptions full() {
  ReportOptions o;
  o.with_model = true;
  return o;
}

bool has(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

const std::vector<std::string> updates = {
    "Some customers see slow or failing checkout. We are investigating. Next update by 05:50 UTC.",
    "We have reverted a recent change. Checkout is recovering. Next update by 05:55 UTC.",
    "Resolved. No orders were lost. A review will follow."};

const std::vector<std::string> never = {"AKIAIOSFODNN7EXAMPLE",
                                        "canary-pa55-tulip",
                                        "kingfisher-lantern",
                                        "evt_0019",
                                        "post_h8dm",
                                        "search-index reindex",
                                        "should have capped",
                                        "Jisoo",
                                        "Marco",
                                        "Rossi",
                                        "박하나",
                                        "Aylin",
                                        "Demir",
                                        "Tomas",
                                        "Novak",
                                        "Lena",
                                        "Fischer",
                                        "최유나",
                                        "jisoo.kim",
                                        "marco.rossi",
                                        "hana.park",
                                        "aylin.demir",
                                        "tomas.novak",
                                        "lena.fischer",
                                        "yuna.choi",
                                        "u_kim"};

}  // namespace

TEST_CASE("every format of the internal report says what it must") {
  const std::vector<std::string> must = {"INC-2041",
                                         "SEV2",
                                         "Checkout latency and payment timeouts",
                                         "4m 20s",
                                         "2m 30s",
                                         "34m 50s",
                                         "59m 20s",
                                         "v2.31.0",
                                         "v2.30.4",
                                         "v2.31.1",
                                         "5,310",
                                         "76.4",
                                         "AI-1",
                                         "AI-2",
                                         "2026-03-31",
                                         "2026-04-14",
                                         "결제 화면이 멈춘다는 문의가 12건",
                                         "added later",
                                         "not recorded",
                                         "Draft",
                                         "late by 11m 00s",
                                         "05:47 (±1 min)",
                                         "[REDACTED:url-password]",
                                         "[text held: wording findings]",
                                         "evt_0029",
                                         "679c0baa591b1b75f1af40c6627143bc9e54233fdbe251a90e4d38b817fb3493",
                                         "Which conditions had to be true"};
  for (const std::string& text : texts(Profile::internal)) {
    for (const std::string& what : must) CHECK_MESSAGE(has(text, what), what);
    for (const std::string& what : updates) CHECK_MESSAGE(has(text, what), what);
  }
}

TEST_CASE("no format, profile or language says what it must not") {
  for (const Profile profile : {Profile::public_only, Profile::internal, Profile::responders}) {
    for (const char* language : {"en", "ko"}) {
      for (const std::string& text : texts(profile, language)) {
        for (const std::string& what : never) CHECK_MESSAGE(!has(text, what), what);
      }
    }
  }
}

TEST_CASE("where an entry came from is said in words of the reader, not of the program") {
  for (const std::string& text : texts(Profile::internal))
    for (const char* what : {"chat_post", "runbook_step", "direct_message"}) CHECK_MESSAGE(!has(text, what), what);
  const std::string english = to_markdown(postmortem(muster_test::sample_entries(), full()));
  CHECK(has(english, "[chat](https://chat.example.test/"));
  CHECK(has(english, "runbook step"));
  for (const std::string& text : texts(Profile::internal, "ko")) CHECK(has(text, "런북 단계"));
}

TEST_CASE("the public report holds the updates and the impact, and nothing from inside") {
  for (const std::string& text : texts(Profile::public_only)) {
    for (const std::string& what : updates) CHECK(has(text, what));
    for (const char* what : {"SEV2", "34m 50s", "2026-03-17 05:04:40 UTC", "2026-03-17 05:39:30 UTC"}) {
      CHECK_MESSAGE(has(text, what), what);
    }
    for (const char* what : {"CheckoutLatencyP99High", "dep-88", "v2.31", "commander", "example.test", "communications",
                             "evt_", "checkout-ops"}) {
      CHECK_MESSAGE(!has(text, what), what);
    }
  }
}

TEST_CASE("the same entries in any order give the same bytes") {
  std::vector<Entry> entries = muster_test::sample_entries();
  const Document first = postmortem(entries, full());
  std::mt19937 random(3);
  for (int round = 0; round < 5; ++round) {
    std::shuffle(entries.begin(), entries.end(), random);
    const Document d = postmortem(entries, full());
    CHECK(to_html(d) == to_html(first));
    CHECK(to_markdown(d) == to_markdown(first));
    CHECK(report_json(d) == report_json(first));
  }
}

TEST_CASE("a hidden private message changes no byte of the report") {
  std::vector<Entry> entries = muster_test::sample_entries();
  const std::string with = report_json(postmortem(entries, full()));
  std::erase_if(entries, [](const Entry& e) { return e.visibility == "private"; });
  CHECK(report_json(postmortem(entries, full())) == with);
}

TEST_CASE("the Korean report has Korean titles, and particles fit the role") {
  for (const std::string& text : texts(Profile::internal, "ko")) {
    for (const char* title : {"개요", "기여 요인", "어려웠던 점", "기록 품질", "검토 기록"})
      CHECK_MESSAGE(has(text, title), title);
  }
  Entry e;
  e.event_id = "e1";
  e.incident_id = "INC-1";
  e.kind = "note";
  e.pinned = true;
  e.actor = {"user", "u_x", "hana.park", "박하나"};
  e.role = "on_call_engineer";
  e.text = "박하나 님이 재시작했고 박하나가 확인";
  const std::string text = to_markdown(postmortem({e}, {}));
  CHECK(has(text, "온콜 엔지니어가 재시작했고 온콜 엔지니어가 확인"));
}

TEST_CASE("typed text stays text in Markdown and HTML") {
  Entry e;
  e.event_id = "e1";
  e.incident_id = "INC-1";
  e.kind = "note";
  e.pinned = true;
  e.actor = {"user", "u_x", "someone.else", "Someone Else"};
  e.text = "<script>x</script> | [a](javascript:b) @channel see #12 `c`";
  e.source.permalink = "javascript:alert(1)";
  const Document d = postmortem({e}, {});
  const std::string html = to_html(d), md = to_markdown(d);
  CHECK_FALSE(has(html, "<script"));
  CHECK(has(html, "&lt;script&gt;"));
  CHECK_FALSE(has(html, "javascript:alert"));
  CHECK(has(md, "&lt;script&gt;x&lt;/script&gt; \\| [a]\\(javascript:b) @\u200dchannel see #\u200d12 \\`c\\`"));
  CHECK(has(html, "default-src 'none'"));
}

TEST_CASE("the summary of an incident that still goes on says so, in sentences") {
  std::vector<Entry> begun = muster_test::sample_entries();
  std::erase_if(begun, [&](const Entry& e) { return e.kind == "incident.mitigated" || e.kind == "incident.resolved"; });
  ReportOptions korean = full();
  korean.language = "ko";
  const std::string open = to_markdown(postmortem(begun, full()));
  CHECK(has(open, "; its end is not recorded."));
  CHECK(has(open, "Resolved: not yet."));
  CHECK_FALSE(has(open, "to not recorded"));
  CHECK_FALSE(has(open, "worked for not recorded"));
  CHECK_FALSE(has(open, "(late by)"));
  CHECK(has(to_markdown(postmortem(begun, korean)), "끝난 시각은 기록되지 않음"));
}

TEST_CASE("a promised update is open until the record reaches its time, and then none was sent") {
  std::vector<Entry> entries = muster_test::sample_entries();
  const auto promise = std::find_if(entries.begin(), entries.end(), [](const Entry& e) {
    return e.kind == "status.update" && !e.data["next_update_by"].as_string().empty();
  });
  REQUIRE(promise != entries.end());
  std::vector<Entry> early(entries.begin(), promise + 1);
  std::erase_if(early, [&](const Entry& e) { return e.occurred_ms > promise->occurred_ms; });
  CHECK(has(to_markdown(postmortem(early, full())), "(not due yet)"));
  Entry later = early.front();
  later.event_id = "evt_later";
  later.kind = "note.added";
  later.occurred_ms = later.received_ms = parse_time(promise->data["next_update_by"].as_string()).value() + 1;
  early.push_back(later);
  const std::string due = to_markdown(postmortem(early, full()));
  CHECK(has(due, "(none was sent)"));
  CHECK_FALSE(has(due, "(not due yet)"));
}
