#include "tests/bench/bodies.h"

#include <ctime>

#include "tests/bench/load.h"

namespace muster::bench {
namespace {

constexpr std::string_view hole = "########";

std::string time_in(long seconds) {
  const std::time_t t = std::time(nullptr) + seconds;
  std::tm utc{};
  gmtime_r(&t, &utc);
  char text[40];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000Z", &utc));
}

// The size and shape of a usual rule: eight labels, three annotations.
constexpr const char* labels =
    R"({"alertname":"HighRequestLatency","severity":"warning","cluster":"prod-eu-1","namespace":"shop",)"
    R"("service":"checkout-api","job":"checkout","pod":"checkout-########","instance":"10.20.30.40:9090"})";
constexpr const char* annotations =
    R"({"summary":"p99 latency of checkout-######## is above 1.2 s","description":"The 99th percentile of request )"
    R"(latency has been above 1.2 s for ten minutes (now 2.81 s).","runbook_url":"https://runbooks.example.org/latency"})";
constexpr const char* generator =
    R"("generatorURL":"http://prometheus.example.org:9090/graph?g0.expr=job%3Alatency%3Ap99&g0.tab=1")";

}  // namespace

Template::Template(const std::string& path, const std::string& one_alert, const std::string& before,
                   const std::string& after, std::size_t per_request)
    : per_request_(per_request) {
  std::string body = before;
  std::vector<Place> places;
  const auto find_holes = [&](std::size_t from, std::size_t alert) {
    while ((from = body.find(hole, from)) != body.npos) {
      places.push_back({from, alert});
      from += hole.size();
    }
  };
  find_holes(0, 0);
  for (std::size_t i = 0; i < per_request; ++i) {
    const std::size_t from = body.size();
    body += (i ? "," : "") + one_alert;
    find_holes(from, i);
  }
  body += after;
  text_ = post_request(path, body);
  for (const Place& p : places) places_.push_back({p.at + text_.size() - body.size(), p.alert});
}

const std::string& Template::fill(std::size_t n) {
  for (const Place& p : places_) {
    std::size_t number = n * per_request_ + p.alert;
    for (std::size_t digit = hole.size(); digit-- > 0; number /= 10) {
      text_[p.at + digit] = static_cast<char>('0' + number % 10);
    }
  }
  return text_;
}

Template webhook_template(const std::string& path) {
  const std::string alert = std::string(R"({"status":"firing","labels":)") + labels + R"(,"annotations":)" +
                            annotations + R"(,"startsAt":")" + time_in(-60) + R"(","endsAt":"0001-01-01T00:00:00Z",)" +
                            generator + R"(,"fingerprint":"00000000########"})";
  const std::string before = std::string(R"({"version":"4","groupKey":"{}:{pod=\"checkout-########\"}",)") +
                             R"("truncatedAlerts":0,"status":"firing","receiver":"muster","groupLabels":)" +
                             R"({"pod":"checkout-########"},"commonLabels":)" + labels + R"(,"commonAnnotations":)" +
                             annotations + R"(,"externalURL":"http://alertmanager.example.org:9093","alerts":[)";
  return {path, alert, before, "]}", 1};
}

Template api_template(const std::string& path, std::size_t alerts_per_post) {
  const std::string alert = std::string(R"({"labels":)") + labels + R"(,"annotations":)" + annotations +
                            R"(,"startsAt":")" + time_in(-60) + R"(","endsAt":")" + time_in(3600) + R"(",)" +
                            generator + "}";
  return {path, alert, "[", "]", alerts_per_post};
}

}  // namespace muster::bench
