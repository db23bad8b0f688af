#include "bot/metrics.h"

#include <algorithm>
#include <cstdio>

namespace muster {
namespace {

void line(std::string& out, const std::string& name, const char* type, const char* help, double value) {
  char text[64];
  std::snprintf(text, sizeof text, " %.17g\n", value);
  out += "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n" + name + text;
}

void histogram(std::string& out, const StoreStats& s) {
  static constexpr const char* bounds[] = {"0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.5", "+Inf"};
  out += "# HELP muster_commit_seconds Time of a group commit.\n# TYPE muster_commit_seconds histogram\n";
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < s.commit_ms_buckets.size() && i < 9; ++i) {
    sum += s.commit_ms_buckets[i];
    out += std::string("muster_commit_seconds_bucket{le=\"") + bounds[i] + "\"} " + std::to_string(sum) + "\n";
  }
  out += "muster_commit_seconds_count " + std::to_string(sum) + "\n";
}

}  // namespace

std::string metrics_text(const StoreStats& s, const DispatcherStats& d, const HttpServerStats& h, double lag,
                         std::size_t streams, const State& state) {
  std::string out;
  const auto firing = std::ranges::count_if(state.alerts, [](const auto& a) { return a.second.status == "firing"; });
  const auto open = std::ranges::count_if(state.incidents, [](const auto& i) { return i.second.open(); });
  line(out, "muster_writer_queue_depth", "gauge", "Decisions waiting for a commit.",
       static_cast<double>(s.queue_depth));
  line(out, "muster_commits_total", "counter", "Group commits.", static_cast<double>(s.commits));
  line(out, "muster_decisions_total", "counter", "Decisions committed.", static_cast<double>(s.decisions));
  line(out, "muster_duplicates_total", "counter", "Deliveries that changed nothing.",
       static_cast<double>(s.duplicates));
  line(out, "muster_commit_failures_total", "counter", "Commits that were refused by the disk.",
       static_cast<double>(s.failures));
  histogram(out, s);
  line(out, "muster_loop_lag_seconds", "gauge", "Delay of the loop's last tick.", lag / 1000);
  line(out, "muster_commands_total", "counter", "Commands understood or refused.", static_cast<double>(d.commands));
  line(out, "muster_alert_bodies_total", "counter", "Alert deliveries decided.", static_cast<double>(d.alert_bodies));
  line(out, "muster_alerts_received_total", "counter", "Alerts in those deliveries.", static_cast<double>(d.alerts));
  line(out, "muster_alerts_firing", "gauge", "Alerts firing now.", static_cast<double>(firing));
  line(out, "muster_incidents_open", "gauge", "Incidents open now.", static_cast<double>(open));
  line(out, "muster_http_requests_total", "counter", "HTTP requests.", static_cast<double>(h.requests));
  line(out, "muster_http_rejected_total", "counter", "HTTP requests refused by a limit.",
       static_cast<double>(h.rejected));
  line(out, "muster_http_connections", "gauge", "Open HTTP connections.", static_cast<double>(h.connections));
  line(out, "muster_room_streams", "gauge", "Browsers connected to the room.", static_cast<double>(streams));
  out += "# HELP muster_deliveries_total Outgoing messages by result.\n# TYPE muster_deliveries_total counter\n";
  for (const char* result : {"delivered", "retried", "dead"}) {
    const auto it = d.deliveries.find(result);
    out += std::string("muster_deliveries_total{result=\"") + result + "\"} " +
           std::to_string(it == d.deliveries.end() ? 0 : it->second) + "\n";
  }
  out +=
      "# HELP muster_platform_connected Chat platforms connected.\n# TYPE muster_platform_connected "
      "gauge\nmuster_platform_connected{platform=\"room\"} 1\n";
  return out;
}

}  // namespace muster
