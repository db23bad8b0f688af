#include "bot/metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <map>

#include "bot/app.h"

namespace muster {
namespace {

std::string number(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

// One metric family after the other, in the order of the calls.
class Page {
 public:
  void family(const std::string& name, const char* type, const char* help) {
    out_ += "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
  }
  void sample(const std::string& name, const std::string& labels, double value) {
    out_ += name + (labels.empty() ? "" : "{" + labels + "}") + " " + number(value) + "\n";
  }
  template <class T>
  void one(const std::string& name, const char* type, const char* help, T value) {
    family(name, type, help);
    sample(name, "", static_cast<double>(value));
  }
  template <class T>
  void counter(const std::string& name, const char* help, T value) {
    one(name, "counter", help, value);
  }
  template <class T>
  void gauge(const std::string& name, const char* help, T value) {
    one(name, "gauge", help, value);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

void commits(Page& page, const StoreStats& s) {
  static constexpr std::array bounds = {"0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.5", "+Inf"};
  page.family("muster_commit_seconds", "histogram", "Time of a group commit.");
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < s.commit_ms_buckets.size() && i < bounds.size(); ++i) {
    sum += s.commit_ms_buckets[i];
    page.sample("muster_commit_seconds_bucket", std::string("le=\"") + bounds[i] + "\"", static_cast<double>(sum));
  }
  page.sample("muster_commit_seconds_sum", "", s.sum_commit_ms / 1000);
  page.sample("muster_commit_seconds_count", "", static_cast<double>(sum));
  page.gauge("muster_commit_last_seconds", "Time of the last group commit.", s.last_commit_ms / 1000);
  page.counter("muster_commits_total", "Group commits.", s.commits);
  page.counter("muster_decisions_total", "Decisions committed.", s.decisions);
  page.counter("muster_duplicates_total", "Deliveries that changed nothing.", s.duplicates);
  page.counter("muster_commit_failures_total", "Decisions that the disk refused.", s.failures);
}

void deliveries(Page& page, const DispatcherStats& d) {
  page.family("muster_deliveries_total", "counter", "Outgoing messages by result.");
  for (const char* result : {"delivered", "retried", "dead"}) {
    const auto it = d.deliveries.find(result);
    page.sample("muster_deliveries_total", std::string("result=\"") + result + "\"",
                it == d.deliveries.end() ? 0 : static_cast<double>(it->second));
  }
  page.family("muster_queue_depth", "gauge",
              "What waits: decisions for a commit, messages for another attempt, "
              "undeliverable messages for a person, timers for their time.");
  page.sample("muster_queue_depth", "queue=\"outbox_retry\"", static_cast<double>(d.waiting));
  page.sample("muster_queue_depth", "queue=\"outbox_dead\"", static_cast<double>(d.dead_now));
  page.sample("muster_queue_depth", "queue=\"timers\"", static_cast<double>(d.timers));
}

void work(Page& page, const DispatcherStats& d, const State& state) {
  const auto firing = std::ranges::count_if(state.alerts, [](const auto& a) { return a.second.status == "firing"; });
  const auto open = std::ranges::count_if(
      state.incidents, [](const auto& i) { return i.second.open() && !i.second.triage && !i.second.is_private; });
  const auto judged =
      std::ranges::count_if(state.incidents, [](const auto& i) { return i.second.open() && i.second.triage; });
  page.counter("muster_commands_total", "Commands understood or refused.", d.commands);
  page.counter("muster_alert_bodies_total", "Alert deliveries decided.", d.alert_bodies);
  page.counter("muster_alerts_received_total", "Alerts in those deliveries.", d.alerts);
  page.counter("muster_undecodable_bodies_total", "Alert deliveries kept that could not be understood.", d.undecodable);
  page.counter("muster_undecided_bodies_total", "Alert deliveries whose decision failed: a fault of muster's.",
               d.undecided);
  page.counter("muster_state_reloads_total", "Times the state was read again from the journal.", d.reloads);
  page.gauge("muster_alerts_firing", "Alerts firing now.", firing);
  page.gauge("muster_incidents_open", "Incidents open now.", open);
  page.gauge("muster_incidents_in_triage", "Incidents that wait for somebody to accept or decline them.", judged);
  std::map<std::string, int> runs{{"running", 0}, {"waiting", 0}, {"needs_decision", 0}, {"queued", 0}, {"paused", 0}};
  for (const auto& [n, run] : state.runs)
    if (!run.over()) ++runs[run.status.text()];
  page.family("muster_runs", "gauge", "Runs of runbooks that are not over.");
  for (const auto& [status, n] : runs) page.sample("muster_runs", "status=\"" + status + "\"", n);
  page.gauge("muster_runs_started", "Runs of runbooks since the folder was made.",
             static_cast<double>(state.runs.size()));
  page.gauge("muster_draining", "1 while no new runs are taken.", state.automation.draining ? 1 : 0);
  page.gauge("muster_schedules", "Commands that wait for their time.",
             std::ranges::count_if(state.schedules, [](const auto& t) { return t.second.open(); }));
  page.gauge("muster_journal_position", "Number of the newest journal entry.", state.position);
}

void http(Page& page, const HttpServerStats& h, std::size_t streams) {
  page.counter("muster_http_requests_total", "HTTP requests.", h.requests);
  page.counter("muster_http_rejected_total", "HTTP requests refused by a limit.", h.rejected);
  page.counter("muster_http_timeouts_total", "HTTP connections closed because the peer was too slow.", h.timeouts);
  page.gauge("muster_http_connections", "Open HTTP connections.", h.connections);
  page.gauge("muster_room_streams", "Browsers connected to the room.", streams);
  page.family("muster_platform_connected", "gauge", "Chat platforms connected.");
  page.sample("muster_platform_connected", "platform=\"room\"", 1);
}

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

void process(Page& page, const Figures& f) {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  page.counter("process_cpu_seconds_total", "Processor time used.", seconds(used.ru_utime) + seconds(used.ru_stime));
  page.gauge("process_resident_memory_bytes", "Resident memory.", resident_bytes());
  page.gauge("process_start_time_seconds", "When this process started.", static_cast<double>(f.started) / 1000);
  page.family("muster_build_info", "gauge", "The version that runs.");
  page.sample("muster_build_info", std::string("version=\"") + muster_version + "\"", 1);
}

}  // namespace

std::string metrics_text(const Figures& f, const State& state) {
  Page page;
  commits(page, f.store);
  deliveries(page, f.dispatcher);
  page.sample("muster_queue_depth", "queue=\"writer\"", static_cast<double>(f.store.queue_depth));
  page.gauge("muster_loop_lag_seconds", "Delay of the loop's last tick.", f.lag_ms / 1000);
  work(page, f.dispatcher, state);
  http(page, f.http, f.streams);
  process(page, f);
  return page.take();
}

}  // namespace muster
