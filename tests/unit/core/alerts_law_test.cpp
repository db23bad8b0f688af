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
