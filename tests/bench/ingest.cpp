// Batches of one over 64 connections: muster on a fresh folder beside the bare endpoint, turn and turn about.
#include <stdexcept>

#include "tests/bench/bodies.h"
#include "tests/bench/load.h"
#include "tests/bench/report.h"
#include "tests/bench/sections.h"
#include "tests/bench/servers.h"

namespace muster::bench {
namespace {

constexpr int rounds = 3;
constexpr std::size_t round_requests = 20'000;
constexpr int connections = 64;

// Requests a second from the first byte to the last committed decision.
struct Runner {
  Template requests;
  std::size_t sent = 0;

  Load round(int port, int status) {
    const std::size_t base = sent;
    sent += round_requests;
    Load load =
        run_load({.port = port,
                  .connections = connections,
                  .requests = round_requests,
                  .status = status,
                  .request = [this, base](std::size_t n) -> const std::string& { return requests.fill(base + n); }});
    if (load.bad > 0) throw std::runtime_error(std::to_string(load.bad) + " requests were refused");
    return load;
  }
};

double rate(double seconds) { return static_cast<double>(round_requests) / seconds; }

// A webhook is answered when it is stored and decided afterwards, so its round ends when the last decision is
// committed: all are decided, and one more delivery, queued behind them for the one writer, is committed.
double until_committed(const Muster& m, double decided_before, double start) {
  static Template last = api_template("", 1);
  while (metric(m.port, "muster_alert_bodies_total") < decided_before + static_cast<double>(round_requests)) {
    pause_ms(1);
  }
  last = api_template(m.api, 1);
  if (ask(m.port, last.fill(99'999'999)).status != 200) throw std::runtime_error("the last delivery was refused");
  return (now_ms() - start) / 1000;
}

void print(const std::string& way, const std::vector<double>& ours, const std::vector<double>& bare, double cpu_ms) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < ours.size(); ++i) ratios.push_back(ours[i] / bare[i]);
  figure({.name = "batches of 1, 64 connections, " + way,
          .measured = median(ratios),
          .bound = Bound::at_least,
          .limit = 0.5,
          .unit = "x",
          .detail = number(median(ours)) + " alerts/s committed beside " + number(median(bare)) +
                    " requests/s of the bare endpoint; processor time " +
                    number(cpu_ms * 1000 / static_cast<double>(rounds * round_requests)) + " us per alert"});
}

}  // namespace

void ingest_section() {
  heading("Durable ingest, beside a bare Beast endpoint that only parses the same JSON (every alert is a new one)");
  const std::string folder = fresh_folder("ingest");
  const Muster m = start_muster(folder);
  int bare_port = 0;
  const auto bare_server = start_bare(folder, bare_port);
  Runner hook{webhook_template(m.webhook)}, api{api_template(m.api, 1)};
  Runner bare_hook{webhook_template("/")}, bare_api{api_template("/", 1)};
  api.sent = 50'000'000;  // other alerts than those of the webhook
  std::vector<double> hooks, apis, bare_hooks, bare_apis;
  double hook_cpu = 0, api_cpu = 0;
  for (int i = 0; i < rounds; ++i) {
    bare_hooks.push_back(rate(bare_hook.round(bare_port, 200).seconds));
    const double decided = metric(m.port, "muster_alert_bodies_total");
    double cpu = m.process->processor_ms();
    const double start = now_ms();
    hook.round(m.port, 202);
    hooks.push_back(rate(until_committed(m, decided, start)));
    hook_cpu += m.process->processor_ms() - cpu;
    bare_apis.push_back(rate(bare_api.round(bare_port, 200).seconds));
    cpu = m.process->processor_ms();
    apis.push_back(rate(api.round(m.port, 200).seconds));
    api_cpu += m.process->processor_ms() - cpu;
  }
  print("webhook v4", hooks, bare_hooks, hook_cpu);
  print("API v2", apis, bare_apis, api_cpu);
}

}  // namespace muster::bench
