// De-duplication as a law: copies and repetitions of alerts change nothing, whatever their order.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "bot/core/engine/engine.h"

using namespace muster;

namespace {

struct Report {
  int alert = 0;
  bool fires = false;
  int minutes = 0;  // since the report before
};

void showValue(const Report& r, std::ostream& out) {
  out << "+" << r.minutes << " min " << (r.fires ? "fires " : "resolves ") << r.alert;
}

rc::Gen<Report> any_report() {
  return rc::gen::build<Report>(rc::gen::set(&Report::alert, rc::gen::inRange(0, 4)),
                                rc::gen::set(&Report::fires, rc::gen::arbitrary<bool>()),
                                rc::gen::set(&Report::minutes, rc::gen::inRange(0, 8)));
}

AlertEvent event_of(const Report& r) {
  AlertEvent e;
  e.route = "alertmanager";
  e.source_key = "alert " + std::to_string(r.alert);
  e.status = r.fires ? "firing" : "resolved";
  e.severity = r.alert % 2 == 0 ? "critical" : "warning";
  e.labels = {{"alertname", e.source_key}, {"severity", e.severity}};
  e.title = e.source_key;
  return e;
}

struct Ended {
  State state;
  std::vector<Entry> journal;
};

Ended play(const std::vector<Report>& reports, int copies) {
  CoreConfig config;
  config.alerts_channel = "alerts";
  config.alert_routes = {{.name = "all", .matchers = {}, .open_incident = true, .severity = "SEV2"}};
  Ended out;
  TimeMs now = 1'773'724'140'000;
  int ids = 0;
  for (const Report& r : reports) {
    now += r.minutes * minute_ms;
    for (int i = 0; i < copies; ++i) {
      Work w{.state = out.state,
             .config = config,
             .now = now,
             .new_id = [&ids] { return "id" + std::to_string(++ids); },
             .decision = {}};
      take_alerts(w, {event_of(r)}, now);
      out.journal.insert(out.journal.end(), w.decision.entries.begin(), w.decision.entries.end());
    }
  }
  return out;
}

}  // namespace

TEST_CASE("law: delivering every report three times gives the same alerts and incidents as once") {
  CHECK(rc::check([] {
    const auto reports = *rc::gen::container<std::vector<Report>>(any_report());
    const Ended once = play(reports, 1), thrice = play(reports, 3);
    RC_ASSERT(projections(once.state) == projections(thrice.state));
    RC_ASSERT(once.journal.size() == thrice.journal.size());
  }));
}

TEST_CASE("law: the state is the fold over its journal") {
  CHECK(rc::check([] {
    const Ended lived = play(*rc::gen::container<std::vector<Report>>(any_report()), 1);
    State folded;
    for (const Entry& e : lived.journal) apply(folded, e);
    RC_ASSERT(projections(folded) == projections(lived.state));
  }));
}

namespace {

struct Told {
  State state;
  CoreConfig config;
  TimeMs now = 1'773'724'140'000;
  int ids = 0;
  Decision tell(const AlertEvent& e, TimeMs after) {
    now += after;
    Work w = work();
    take_alerts(w, {e}, now);
    return std::move(w.decision);
  }
  Work work() {
    return {.state = state,
            .config = config,
            .now = now,
            .new_id = [this] { return std::to_string(++ids); },
            .decision = {}};
  }
};

TimeMs due(const Decision& d) {
  for (const Timer& t : d.timers)
    if (t.id.starts_with("alert-expiry:")) return t.due_ms;
  return -1;
}

}  // namespace

TEST_CASE("two senders of one alert: the later end that was named counts, and a guess moves no named end") {
  Told t;
  AlertEvent e = event_of({.alert = 1, .fires = true, .minutes = 0});
  const TimeMs start = t.now;
  e.ends_ms = start + 4 * minute_ms;
  CHECK(due(t.tell(e, 0)) == start + 4 * minute_ms);
  e.ends_ms = start + 3 * minute_ms;       // the replica that evaluates a little earlier
  CHECK(due(t.tell(e, second_ms)) == -1);  // the timer stands as it is
  e.ends_ms = start + 10 * minute_ms;
  e.ends_is_timeout = true;
  CHECK(due(t.tell(e, second_ms)) == start + 10 * minute_ms);
  e.ends_ms = start + 6 * minute_ms;
  e.ends_is_timeout = false;
  CHECK(due(t.tell(e, second_ms)) == start + 6 * minute_ms);
  AlertEvent over = event_of({.alert = 1, .fires = false, .minutes = 0});
  t.tell(over, second_ms);
  e.ends_ms = start + 2 * minute_ms;  // a new episode does not remember the end of the one before
  CHECK(due(t.tell(e, second_ms)) == start + 2 * minute_ms);
}

TEST_CASE("two senders of one alert: the earlier beginning holds, and an impact that nobody corrected goes with it") {
  Told t;
  AlertEvent e = event_of({.alert = 1, .fires = true, .minutes = 0});
  e.group_key = "one";  // its sender has waited for the group
  t.config.alerts_channel = "alerts";
  t.config.alert_routes = {{.name = "all", .matchers = {}, .open_incident = true, .severity = "SEV2"}};
  const TimeMs said = t.now - 2 * minute_ms;
  e.starts_ms = said;
  t.tell(e, 0);
  const auto begun = [&t] { return t.state.alerts.begin()->second.starts_ms; };
  CHECK(begun() == said);
  e.starts_ms = said + minute_ms;  // the later one changes nothing, and is not recorded
  CHECK(t.tell(e, second_ms).entries.empty());
  e.starts_ms = said - minute_ms;
  t.tell(e, second_ms);
  CHECK(begun() == said - minute_ms);
  REQUIRE(t.state.incidents.size() == 1);
  CHECK(t.state.incidents.begin()->second.detected_ms == said - minute_ms);
  CHECK(t.state.incidents.begin()->second.impact_ms == said - minute_ms);
  CHECK(t.tell(e, second_ms).entries.empty());
  e.starts_ms = t.now - 3 * day_ms;  // a clock that is days off is no earlier beginning than a day
  t.tell(e, second_ms);
  CHECK(begun() == t.now - day_ms);
  CHECK(t.state.alerts.size() == 1);
}

TEST_CASE("an alert that fires again within the window of the configuration is the same one, later a new one") {
  for (const auto& [window, same] : {std::pair{5 * minute_ms, true}, std::pair{minute_ms, false}}) {
    Told t;
    t.config.flap_window = window;
    t.tell(event_of({.alert = 1, .fires = true, .minutes = 0}), 0);
    t.tell(event_of({.alert = 1, .fires = false, .minutes = 0}), minute_ms);
    t.tell(event_of({.alert = 1, .fires = true, .minutes = 0}), 2 * minute_ms);
    CHECK((t.state.alerts.size() == 1) == same);
  }
}

TEST_CASE("what a sender does wrong at every interval is recorded each time and told once an hour") {
  Told t;
  const auto posts = [&](TimeMs after, const char* why) {
    t.now += after;
    Work w = t.work();
    take_undecodable(w, "Alertmanager", "in:" + std::to_string(t.now), why);
    tell_truncated(w, "in:" + std::to_string(t.now), 3);
    CHECK(w.decision.entries.size() == 1);
    return w.decision.out.size();
  };
  CHECK(posts(0, "no JSON") == 2);
  CHECK(posts(5 * minute_ms, "no JSON") == 0);
  CHECK(posts(5 * minute_ms, "no version 4") == 1);
  CHECK(posts(hour_ms, "no JSON") == 2);
}

TEST_CASE("law: one alert is firing at most once, and belongs to at most one open incident of its group") {
  CHECK(rc::check([] {
    const Ended lived = play(*rc::gen::container<std::vector<Report>>(any_report()), 1);
    std::map<std::string, int> firing, open;
    for (const auto& [n, a] : lived.state.alerts) firing[a.fingerprint.hex()] += a.status == "firing" ? 1 : 0;
    for (const auto& [n, i] : lived.state.incidents) open[i.group_key] += i.open() ? 1 : 0;
    for (const auto& [fingerprint, n] : firing) RC_ASSERT(n <= 1);
    for (const auto& [group, n] : open) RC_ASSERT(n <= 1);
  }));
}
