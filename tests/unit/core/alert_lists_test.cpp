// Alerts that are counted on one card are recorded in lists. What is known of them must not depend on that.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "bot/base/json.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/cards.h"
#include "bot/core/engine/engine.h"
#include "bot/core/engine/listed.h"

using namespace muster;

namespace {

struct Listing {
  State state;
  CoreConfig config = [] {
    CoreConfig c;
    c.alerts_channel = "alerts";
    c.language = "en";
    return c;
  }();
  TimeMs now = 1'773'724'140'000;
  int ids = 0;
  std::vector<Entry> journal;
  std::map<std::pair<std::string, std::string>, ProjectionRow> rows;
  std::map<std::string, Timer> timers;
  std::string said;  // every message, as it was sent

  Work work() {
    return {.state = state,
            .config = config,
            .now = now,
            .new_id = [this] { return "id-" + std::to_string(++ids); },
            .decision = {}};
  }
  void keep(const Work& w) {
    journal.insert(journal.end(), w.decision.entries.begin(), w.decision.entries.end());
    for (const ProjectionRow& r : w.decision.rows) rows[{r.kind, r.id}] = r;
    for (const OutMessage& m : w.decision.out) said += m.kind + " " + to_json(m.body) + "\n";
    for (const Timer& t : w.decision.timers) {
      timers.erase(t.id);
      if (t.due_ms != 0) timers[t.id] = t;
    }
  }
  void deliver(const std::vector<AlertEvent>& events) {
    Work w = work();
    take_alerts(w, events, now);
    keep(w);
  }
  void pass(DurationMs time) {
    now += time;
    std::vector<Timer> due;
    for (const auto& [id, t] : timers)
      if (t.due_ms <= now) due.push_back(t);
    for (const Timer& t : due) {
      timers.erase(t.id);
      Work w = work();
      timer_rang(w, t);
      keep(w);
    }
  }
  // As after a restart.
  void fold_again() {
    state = {};
    for (const Entry& e : journal) apply(state, e);
    std::vector<Timer> armed;
    for (const auto& [id, t] : timers) armed.push_back(t);
    remember_ends(state, armed);
  }
  std::vector<ProjectionRow> kept_rows() const {
    std::vector<ProjectionRow> out;
    for (const auto& [key, r] : rows) out.push_back(r);
    return out;
  }
  std::size_t entries_of(std::string_view kind) const {
    return static_cast<std::size_t>(std::ranges::count(journal, kind, &Entry::kind));
  }
  std::size_t ends() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(timers, [](const auto& t) { return t.first.starts_with("alert-e"); }));
  }
  std::size_t firing() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(state.alerts, [](const auto& a) { return a.second.status == "firing"; }));
  }
};

AlertEvent pod(int n) {
  AlertEvent e;
  e.route = "alertmanager";
  e.source_key = "pod " + std::to_string(n);
  e.status = "firing";
  e.severity = "warning";
  e.title = "pod " + std::to_string(n) + " is slow";
  e.labels = {{"alertname", "Slow"}, {"pod", std::to_string(n)}, {"service", "shop"}, {"severity", "warning"}};
  e.links = {{"source", "http://prometheus.example.org"}};
  return e;
}

std::vector<AlertEvent> pods(int first, int last, TimeMs ends = 0) {
  std::vector<AlertEvent> all;
  for (int n = first; n <= last; ++n) {
    all.push_back(pod(n));
    all.back().ends_ms = ends;
  }
  return all;
}

std::string everything(const Alert& a) {
  std::string out = a.id + "|" + a.fingerprint.hex() + "|" + a.status + "|" + a.severity + "|" + a.title + "|";
  for (const auto& [k, v] : a.labels) out += k + "=" + v + ",";
  for (const auto& [k, v] : a.links) out += k + ">" + v + ",";
  out += std::to_string(a.starts_ms) + "|" + std::to_string(a.ended_ms) + "|" + a.incident + "|" + a.acknowledged_by;
  return out + "|" + a.group_key() + "|" + a.reason + "|" + std::to_string(a.episode) + "|" + a.card() + "|" +
         a.card_channel();
}

std::string everything(const State& s) {
  std::string out;
  for (const auto& [n, a] : s.alerts) out += everything(a) + "\n";
  return out + std::to_string(s.next_alert);
}

// Anything may differ from its neighbour.
AlertEvent odd_one(int n, int salt) {
  AlertEvent e = pod(n);
  if (salt % 2 == 0) e.labels = {{"alertname", "Slow"}, {"pod", std::to_string(n)}, {"severity", "warning"}};
  if (salt % 3 == 0) e.labels.set("app", "cart " + std::to_string(salt));
  if (salt % 5 == 0) e.labels.set("zone", "z");
  if (salt % 7 == 0) e.links.clear();
  if (salt % 11 == 0) e.links.emplace_back("runbook", "http://books.example.org");
  if (salt % 13 == 0) e.severity = "info";
  if (salt % 17 == 0) e.reason = "because " + std::to_string(salt);
  if (salt % 19 == 0) e.group_key = "theirs";
  if (salt % 4 == 0) e.starts_ms = 1'773'724'139'000 + salt;
  if (salt % 23 == 0) e.status = "resolved";
  return e;
}

}  // namespace

TEST_CASE("a delivery of three hundred alerts is twenty cards and two lists, and every alert is known") {
  Listing w;
  w.deliver(pods(1, 300));
  CHECK(w.entries_of("alert.firing") == 20);
  CHECK(w.entries_of(list_kind) == 2);
  CHECK(w.state.alerts.size() == 300);
  const Alert& last = w.state.alerts.at(300);
  CHECK(last.title == "pod 300 is slow");
  CHECK(last.labels.find("pod")->second == "300");
  CHECK(last.labels.size() == 4);
  CHECK(w.journal.at(20).text == "200 alerts at once, the first: pod 21 is slow");
  CHECK(w.journal.at(20).services == std::vector<std::string>{"shop"});
  CHECK(w.rows.size() == 22);
  CHECK(w.kept_rows() == projections(w.state));
  const std::string lived = everything(w.state);
  w.fold_again();
  CHECK(everything(w.state) == lived);
  w.deliver(pods(1, 300));  // copies
  CHECK(w.entries_of(list_kind) == 2);
  CHECK(w.state.alerts.size() == 300);
}

TEST_CASE("an alert of a list that changes has a row of its own from then on") {
  Listing w;
  w.deliver(pods(1, 100));
  AlertEvent over = pod(50);
  over.status = "resolved";
  w.deliver({over});
  CHECK(w.rows.contains({"alert", "E50"}));
  CHECK(w.rows.contains({"alerts", "E21"}));
  CHECK_FALSE(w.rows.contains({"alert", "E51"}));
  CHECK(w.kept_rows() == projections(w.state));
  w.now += minute_ms;
  w.deliver({pod(50), pod(101)});  // flaps, beside one that nobody knew
  CHECK(w.state.alerts.at(50).status == "firing");
  CHECK(w.kept_rows() == projections(w.state));
  const std::string lived = everything(w.state);
  w.fold_again();
  CHECK(everything(w.state) == lived);
  CHECK(w.kept_rows() == projections(w.state));
}

TEST_CASE("who takes an alert of a list, gives it back or puts it off gives it a row of its own") {
  for (const char* kind : {"alert.acknowledged", "alert.unacknowledged", "alert.snoozed"}) {
    CAPTURE(kind);
    Listing w;
    w.deliver(pods(1, 60));
    Entry e;
    e.kind = kind;
    e.actor.id = "ana";
    e.data = Value::Map{{"alert_id", "E40"}, {"until_ms", w.now + hour_ms}};
    Work work = w.work();
    record(work, std::move(e));
    touch(work, w.state.alerts.at(40));
    w.keep(work);
    CHECK(w.rows.contains({"alert", "E40"}));
    CHECK(w.kept_rows() == projections(w.state));
    w.fold_again();
    CHECK(w.kept_rows() == projections(w.state));
  }
}

TEST_CASE("law: whatever is delivered in whatever parts, lists say what single entries would") {
  CHECK(rc::check([] {
    const auto parts = *rc::gen::container<std::vector<std::vector<std::pair<int, int>>>>(
        rc::gen::container<std::vector<std::pair<int, int>>>(
            rc::gen::pair(rc::gen::inRange(1, 90), rc::gen::inRange(1, 500))));
    Listing w;
    for (const auto& part : parts) {
      std::vector<AlertEvent> events;
      for (const auto& [n, salt] : part) events.push_back(odd_one(n, salt));
      w.deliver(pods(1, 25));  // it is a storm already
      w.deliver(events);
      w.now += second_ms;
    }
    RC_ASSERT(w.kept_rows() == projections(w.state));
    for (const auto& [n, a] : w.state.alerts) RC_ASSERT(alert_of_fingerprint(w.state, a.fingerprint) == &a);
    const std::string lived = everything(w.state);
    w.fold_again();
    RC_ASSERT(everything(w.state) == lived);
    RC_ASSERT(w.kept_rows() == projections(w.state));
  }));
}

TEST_CASE("the alerts of a delivery end together, at the last end that was named for them, also after a restart") {
  for (const bool restarted : {false, true}) {
    CAPTURE(restarted);
    Listing w;
    w.deliver(pods(1, 100, w.now + 5 * minute_ms));
    CHECK(w.ends() == 1);
    w.pass(minute_ms);
    w.deliver(pods(1, 40, w.now + 5 * minute_ms));
    w.deliver(pods(41, 41, w.now + 6 * minute_ms));  // alone: it has a timer of its own
    if (restarted) w.fold_again();
    w.pass(4 * minute_ms);
    CHECK(w.firing() == 41);
    w.pass(minute_ms);
    CHECK(w.firing() == 1);
    CHECK(w.state.alerts.at(41).status == "firing");
    w.pass(minute_ms);
    CHECK(w.firing() == 0);
    CHECK(w.kept_rows() == projections(w.state));
  }
}

TEST_CASE("that a sender fell silent is said in the language of the room, also after a restart") {
  for (const bool restarted : {false, true}) {
    CAPTURE(restarted);
    Listing w;
    w.config.language = "ko";
    AlertEvent one = pod(1);
    one.ends_ms = w.now + 5 * minute_ms;
    w.deliver({one});
    if (restarted) w.fold_again();
    w.pass(5 * minute_ms);
    CHECK(w.firing() == 0);
    CHECK(w.said.contains(say("ko", "alert.no_news", {{"time", format_utc(w.now)}})));
    CHECK(w.journal.back().data["reason"].as_string() == say("en", "alert.no_news", {{"time", format_utc(w.now)}}));
    const std::string lived = everything(w.state);
    w.fold_again();
    CHECK(everything(w.state) == lived);
    CHECK(w.kept_rows() == projections(w.state));
  }
}

TEST_CASE("the end of an earlier episode ends no later one") {
  for (const bool restarted : {false, true}) {
    CAPTURE(restarted);
    Listing w;
    w.deliver(pods(1, 30, w.now + 5 * minute_ms));
    AlertEvent over = pod(7);
    over.status = "resolved";
    w.deliver({over});
    w.pass(minute_ms);
    w.deliver({pod(7)});  // its sender names no end
    if (restarted) w.fold_again();
    w.pass(10 * minute_ms);
    CHECK(w.firing() == 1);
    CHECK(w.state.alerts.at(7).status == "firing");
  }
}

TEST_CASE("a wall clock that is set leaves the ends of a list as far away as they were") {
  for (const DurationMs by : {-hour_ms, hour_ms}) {
    CAPTURE(by);
    Listing w;
    w.deliver(pods(1, 100, w.now + 5 * minute_ms));
    w.now += by;
    for (auto& [id, t] : w.timers) t.due_ms += by;  // as the dispatcher does
    Work set = w.work();
    clock_was_set(set, by);
    w.keep(set);
    w.pass(4 * minute_ms);
    CHECK(w.firing() == 100);
    w.pass(minute_ms);
    CHECK(w.firing() == 0);
  }
}

TEST_CASE("the card that counts says how many they are, also when one delivery brought all") {
  Listing w;
  w.deliver(pods(1, 60));
  CHECK(!w.said.contains("40 more"));
  w.pass(minute_ms);
  CHECK(w.said.contains("40 more"));
}

TEST_CASE("a list that is sent again moves its timer and arms no other") {
  Listing w;
  const TimeMs far = w.now + hour_ms;
  for (int i = 0; i < 20; ++i) {
    w.deliver(pods(1, 40, far));
    w.pass(second_ms);
  }
  CHECK(w.ends() == 1);
  for (int i = 0; i < 20; ++i) {
    w.deliver(pods(1, 40, w.now + 2 * hour_ms));
    w.pass(second_ms);
  }
  CHECK(w.ends() == 1);
  CHECK(w.firing() == 40);
  w.deliver(pods(1, 3, w.now + 3 * hour_ms));  // few: each has its own
  CHECK(w.ends() == 4);
}

TEST_CASE("what fires, is over and fires again within one decision ends as it was told last") {
  AlertEvent late = pod(1), over = pod(1), soon = pod(1);
  Listing w;
  late.ends_ms = w.now + hour_ms;
  over.status = "resolved";
  soon.ends_ms = w.now + 5 * second_ms;
  SUBCASE("with an end that is nearer") {
    w.deliver({late, over, soon});
    w.pass(5 * second_ms);
    CHECK(w.firing() == 0);
  }
  SUBCASE("without an end") {
    w.deliver({soon, over});
    w.deliver({pod(1)});
    w.pass(hour_ms);
    CHECK(w.firing() == 1);
  }
  SUBCASE("not at all") {
    w.deliver({soon, over});
    CHECK(w.ends() == 0);
  }
}
