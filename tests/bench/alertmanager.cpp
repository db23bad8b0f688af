// Batches of a hundred: muster beside Debian's Alertmanager, which keeps what it takes in memory only.
#include <stdexcept>

#include "tests/bench/bodies.h"
#include "tests/bench/load.h"
#include "tests/bench/report.h"
#include "tests/bench/sections.h"
#include "tests/bench/servers.h"

namespace muster::bench {
namespace {

constexpr std::size_t batch = 100;
constexpr std::size_t all_alerts = 100'000;  // firing at the end
constexpr int rounds = 4;
constexpr int connections = 4;

struct Side {
  std::string name;
  Process* process;
  int port;
  Template batches, singles;
  std::size_t sent = 0;  // batches
  double seconds = 0, cpu_ms = 0;
  Memory memory = {};
  double p99_batches = 0, p99_singles = 0;
};

// Waits until the process has nothing left to do, so that work put off is counted too.
void let_settle(const Process& process) {
  for (double before = -1, now = process.processor_ms(); now - before > 30; now = process.processor_ms()) {
    before = now;
    pause_ms(500);
  }
}

void take_in(Side& side) {
  constexpr std::size_t requests = all_alerts / batch / rounds;
  const double cpu = side.process->processor_ms();
  const std::size_t base = side.sent;
  side.sent += requests;
  const Load load =
      run_load({.port = side.port,
                .connections = connections,
                .requests = requests,
                .request = [&](std::size_t n) -> const std::string& { return side.batches.fill(base + n); }});
  if (load.bad > 0) throw std::runtime_error(side.name + " refused alerts");
  side.seconds += load.seconds;
  let_settle(*side.process);
  side.cpu_ms += side.process->processor_ms() - cpu;
}

// Half a minute of a usual day: copies of alerts that fire already, as a sender repeats them.
void pace(Side& side) {
  const auto paced = [&](Template& requests, double per_second, std::size_t count) {
    return quantile(run_load({.port = side.port,
                              .connections = 8,
                              .requests = count,
                              .per_second = per_second,
                              .request = [&](std::size_t n) -> const std::string& { return requests.fill(n); }})
                        .ms,
                    0.99);
  };
  side.p99_batches = paced(side.batches, 10, 100);
  side.p99_singles = paced(side.singles, 1000, 10'000);
}

void print_rates(const Side& ours, const Side& theirs) {
  const auto rate = [](const Side& s) { return static_cast<double>(all_alerts) / s.seconds; };
  const auto cost = [](const Side& s) { return s.cpu_ms * 1000 / static_cast<double>(all_alerts); };
  figure({.name = "batches of 100, throughput",
          .measured = rate(ours) / rate(theirs),
          .bound = Bound::at_least,
          .limit = 2,
          .unit = "x",
          .detail = number(rate(ours)) + " alerts/s committed beside " + number(rate(theirs)) + " alerts/s in memory"});
  figure({.name = "batches of 100, processor time per alert",
          .measured = cost(ours) / cost(theirs),
          .bound = Bound::at_most,
          .limit = 1.0 / 3,
          .unit = "x",
          .detail = number(cost(ours)) + " us beside " + number(cost(theirs)) + " us"});
}

void print_rest(const Side& ours, const Side& theirs) {
  figure({.name = "private memory with 100,000 firing alerts",
          .measured = ours.memory.private_mb / theirs.memory.private_mb,
          .bound = Bound::at_most,
          .limit = 1.0 / 3,
          .unit = "x",
          .detail = number(ours.memory.private_mb) + " MB beside " + number(theirs.memory.private_mb) +
                    " MB (resident " + number(ours.memory.resident_mb) + " and " + number(theirs.memory.resident_mb) +
                    " MB)"});
  const auto p99 = [](const char* name, double us, double them) {
    figure({.name = name,
            .measured = us / them,
            .bound = Bound::at_most,
            .limit = 1,
            .unit = "x",
            .detail = number(us) + " ms (with its fsync) beside " + number(them) + " ms (in memory)"});
  };
  p99("p99 at a paced 1,000 alerts/s, batches of 100", ours.p99_batches, theirs.p99_batches);
  p99("p99 at a paced 1,000 alerts/s, one by one", ours.p99_singles, theirs.p99_singles);
}

}  // namespace

void alertmanager_section() {
  heading("Batches of 100, beside Alertmanager's own /api/v2/alerts (every alert is a new one)");
  if (!installed("prometheus-alertmanager")) {
    for (const char* name : {"throughput", "processor time per alert", "memory", "p99 at a paced 1,000 alerts/s"}) {
      skipped(name, "not installed: prometheus-alertmanager");
    }
    return;
  }
  const Muster m = start_muster(fresh_folder("batches"));
  const Alertmanager a = start_alertmanager(fresh_folder("alertmanager"));
  Side ours{"muster", m.process.get(), m.port, api_template(m.api, batch), api_template(m.api, 1)};
  Side theirs{"Alertmanager", a.process.get(), a.port, api_template("/api/v2/alerts", batch),
              api_template("/api/v2/alerts", 1)};
  for (int i = 0; i < rounds; ++i) {
    take_in(theirs);
    take_in(ours);
  }
  pause_ms(3000);
  for (Side* side : {&theirs, &ours}) side->memory = side->process->memory();
  for (Side* side : {&theirs, &ours}) pace(*side);
  print_rates(ours, theirs);
  print_rest(ours, theirs);
}

}  // namespace muster::bench
