// Changes in a cluster: from the click that confirms one to the first call of the API; and what many watched rollouts
// cost.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "bot/base/json.h"
#include "tests/bench/load.h"
#include "tests/bench/process.h"
#include "tests/bench/report.h"
#include "tests/bench/sections.h"
#include "tests/bench/servers.h"
#include "tests/doubles/kubernetes/server.h"
#include "tests/support/certificates.h"

namespace muster::bench {
namespace {

constexpr int rollouts_watched = 200, rollouts_beside = 20;
constexpr int services = rollouts_watched + rollouts_beside, clicks = 40;
constexpr int looked_at_ms = 60'000;  // three times the time between two looks beside the watch
constexpr int moment_every_ms = 5'000;

std::string name_of(int i) { return "svc-" + std::to_string(i); }

// The double of a cluster in this process: its own work is not the bot's.
class Lab {
 public:
  Lab()
      : server_(clock_, {.token = "sesame"},
                {.certificate_pem = own_.certificate_pem, .key_pem = own_.key_pem, .client_authority_pem = {}}) {
    server_.on([this](doubles::KubernetesCore& core) {
      for (int i = 0; i < services; ++i) core.add_deployment("prod", name_of(i), "registry/app:1.0", 1);
      core.fault_before = [this](const HttpRequest&) -> std::optional<HttpResponse> {
        ++requests_;
        if (first_ == 0) first_ = now_ms();
        return std::nullopt;
      };
    });
  }
  std::string kubeconfig() const { return doubles::kubeconfig(server_.url(), "sesame", authority_.certificate_pem); }
  std::size_t changes() {
    std::size_t n = 0;
    server_.on([&n](doubles::KubernetesCore& core) { n = core.ledger.size(); });
    return n;
  }
  void hold() {
    server_.on([](doubles::KubernetesCore& core) { core.hold = true; });
  }
  std::size_t watching() {
    std::size_t n = 0;
    server_.on([&n](doubles::KubernetesCore& core) { n = core.watching(); });
    return n;
  }
  void mark() { first_ = 0; }
  double first() const { return first_; }  // when the first request after mark() came; 0: none yet
  std::uint64_t requests() const { return requests_; }

 private:
  SystemClock clock_;
  test::Certificate authority_ = test::make_certificate({.host = "the authority of the benchmark", .authority = true});
  test::Certificate own_ = test::make_certificate({.host = "127.0.0.1", .is_ip = true}, &authority_);
  std::atomic<double> first_ = 0;
  std::atomic<std::uint64_t> requests_ = 0;
  doubles::KubernetesServer server_;
};

std::string configuration(const std::string& folder, const Lab& lab, const std::string& more = "") {
  std::ofstream(folder + "/kubeconfig") << lab.kubeconfig();
  std::string names, entries;
  for (int i = 0; i < services; ++i) {
    names += (i == 0 ? "" : ", ") + name_of(i);
    entries += "  - name: " + name_of(i) + "\n    environments: [prod]\n";
  }
  std::filesystem::create_directories(folder + "/config");
  std::ofstream(folder + "/config/muster.yaml")
      << "services:\n"
      << entries << "environments:\n  - name: prod\n"
      << more << "kubernetes_targets:\n  - name: lab\n    kubeconfig: " << folder << "/kubeconfig\n    services: ["
      << names << "]\n    environments: [prod]\nhealth:\n  - name: unwatched\n    window: 0s\n";
  return folder + "/config";
}

// Says a line as the operator; its answer is read, and that it was taken.
void say(const Muster& m, const Session& session, const std::string& text) {
  static int said = 0;
  const std::string id = "changes-" + std::to_string(++said);
  const std::string body = to_json(Value::Map{{"channel", "#muster"}, {"text", text}, {"client_id", id}});
  const Answer a = ask(m.port, post_request("/room/say", body, session.headers()));
  if (a.status >= 300) throw std::runtime_error("the room did not take `" + text + "`: " + a.body);
}

template <class Done>
void until(Done done, const char* what) {
  for (const double end = now_ms() + 60'000; now_ms() < end; pause_ms(1))
    if (done()) return;
  throw std::runtime_error(std::string("it did not come: ") + what);
}

// A change is asked for; when its plan waits for a yes the cluster was looked at, and is quiet again.
void planned(const Muster& m, const Session& session, Lab& lab, const std::string& command) {
  const std::uint64_t before = lab.requests();
  say(m, session, command);
  until([&] { return lab.requests() >= before + 3; }, "the look for the plan");
  pause_ms(150);
}

void click(const Muster& m, const Session& session, Lab& lab, const Disk& disk) {
  std::vector<double> times;
  for (int i = 1; i <= clicks; ++i) {
    planned(m, session, lab, "scale " + name_of(i) + " in prod to 2");
    lab.mark();
    const double start = now_ms();
    say(m, session, "yes A" + std::to_string(i));
    until([&] { return lab.first() != 0; }, "the first call");
    times.push_back(lab.first() - start);
  }
  until([&] { return lab.changes() >= clicks; }, "the changes");
  figure({.name = "from the confirming click to the first API call, p50",
          .measured = median(times),
          .bound = Bound::at_most,
          .limit = 5 + disk.fsync_p50_ms,
          .unit = "ms",
          .detail = "p99 " + number(quantile(times, 0.99)) + " ms, of " + std::to_string(clicks) +
                    "; with the click's own HTTP request and TLS to the cluster; fsync p50 " +
                    number(disk.fsync_p50_ms) + " ms"});
}

void look_once(const Muster& m, const Session& session, Lab& lab) {
  const std::uint64_t asked = lab.requests();
  say(m, session, "where " + name_of(0));
  until([&] { return lab.requests() > asked; }, "a look at the cluster");
}

// The memory of all three at one moment, in kB. Code is mapped and given back all the time, and counts as private only
// while no other bot of the same program has mapped it: what was written is told apart.
struct Moments {
  std::vector<double> with, few;                                  // written
  std::vector<double> each_further, further_with_code, each_all;  // for each rollout; the last against a bot with none
};

void look_at_memory(const Muster& with, const Muster& few, const Muster& without, Moments& m) {
  const Memory a = with.process->memory(), b = few.process->memory(), none = without.process->memory();
  constexpr int more = rollouts_watched - rollouts_beside;
  m.with.push_back(a.written_mb * 1024);
  m.few.push_back(b.written_mb * 1024);
  m.each_further.push_back((a.written_mb - b.written_mb) * 1024 / more);
  m.further_with_code.push_back((a.private_mb - b.private_mb) * 1024 / more);
  m.each_all.push_back((a.private_mb - none.private_mb) * 1024 / rollouts_watched);
}

// Of what is written between twenty and two hundred only the number of rollouts is the cause; what stands between none
// and two hundred is also the code, the connections and the tables that the first one needs.
void memory_figures(const Moments& m) {
  figure({.name = "each further one of them, memory of its own",
          .measured = median(m.each_further),
          .bound = Bound::at_most,
          .limit = 20,
          .unit = "kB",
          .detail = number(median(m.with)) + " kB written with 200, " + number(median(m.few)) +
                    " kB with 20, medians of " + std::to_string(m.with.size()) + " moments; at the worst " +
                    number(quantile(m.each_further, 1)) + " kB each"});
  note("with the code that only one of the two had mapped " + number(median(m.further_with_code)) +
       " kB each; against a bot that has none, code, connections and tables of the first one included, " +
       number(median(m.each_all)) + " kB each, at the worst " + number(quantile(m.each_all, 1)));
}

// Two hundred rollouts whose pods do not come up: each is watched, looked at every 20 seconds and told of. Beside it
// two other bots of the same configuration: one that has twenty, and one that has none.
void rollouts(Lab& lab) {
  const auto start = [&lab](const char* name) {
    const std::string folder = fresh_folder(name);
    return start_muster(folder, {"--config", configuration(folder, lab, "    protected: false\n")});
  };
  const Muster with = start("rollouts"), few = start("few-rollouts"), without = start("no-rollouts");
  const Session session = log_in(with), second = log_in(few), other = log_in(without);
  // All have spoken to the cluster: what TLS and libcurl take once is no rollout's.
  look_once(with, session, lab);
  look_once(few, second, lab);
  look_once(without, other, lab);
  lab.hold();
  const std::size_t before = lab.changes();
  for (int i = 0; i < rollouts_watched; ++i) {
    say(with, session, "restart " + name_of(i) + " in prod");
    // What commands cost, and what the room keeps of them, is in all.
    say(few, second, i < rollouts_beside ? "restart " + name_of(rollouts_watched + i) + " in prod" : "status");
    say(without, other, "status");
  }
  until([&] { return lab.changes() >= before + services; }, "the rollouts");
  pause_ms(30'000);  // every one has been looked at; what starting them needed is given back
  const double spent_before = with.process->processor_ms(), idle_before = without.process->processor_ms();
  const std::uint64_t requests = lab.requests();
  Moments moments;
  look_at_memory(with, few, without, moments);
  for (int ms = 0; ms < looked_at_ms; ms += moment_every_ms) {
    pause_ms(moment_every_ms);
    look_at_memory(with, few, without, moments);
  }
  const double spent = with.process->processor_ms() - spent_before;
  figure({.name = "200 rollouts watched at once, of a core",
          .measured = 100 * spent / looked_at_ms,
          .bound = Bound::at_most,
          .limit = 10,
          .unit = "%",
          .detail = number(spent) + " ms in 60 s, " + std::to_string(lab.requests() - requests) +
                    " requests of it and the one with 20, " + std::to_string(lab.watching()) +
                    " watches, one of each; a bot without them " +
                    number(without.process->processor_ms() - idle_before) + " ms"});
  memory_figures(moments);
}

}  // namespace

void changes_section(const Disk& disk) {
  heading("Changes in a cluster");
  Lab lab;
  const std::string folder = fresh_folder("changes");
  const Muster m = start_muster(folder, {"--config", configuration(folder, lab)});
  {
    const Session session = log_in(m);
    click(m, session, lab, disk);
  }
  m.process->terminate();
  Lab quiet;
  rollouts(quiet);
}

}  // namespace muster::bench
