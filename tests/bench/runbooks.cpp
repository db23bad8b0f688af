// What runs cost: those that wait, a step without effect, the policy, the tests of the catalogue.
#include <malloc.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "runbooks/test_cases.h"
#include "storage/store.h"
#include "tests/bench/process.h"
#include "tests/bench/report.h"
#include "tests/bench/sections.h"
#include "tests/bench/servers.h"
#include "tests/support/run_world.h"

namespace muster::bench {
namespace {

using test::RunWorld;

constexpr int waiting_runs = 1'000;

// Half of them wait for a time, half for a person.
constexpr const char* waits =
    "runbook: waits\ninputs:\n  n: {type: int}\nguard: {deadline: 700h}\nsteps:\n  - id: seen\n    query: up\n"
    "  - wait: 600h\n  - message: done\n";
constexpr const char* asks =
    "runbook: asks\ninputs:\n  n: {type: int}\nguard: {deadline: 700h}\nsteps:\n  - id: seen\n    query: up\n"
    "  - id: sure\n    approve: {by: \"group:oncall\", text: Go on}\n    timeout: 600h\n  - message: done\n";

RunWorld waiting_world() {
  RunWorld w;
  w.add_runbook(waits);
  w.add_runbook(asks);
  w.provider.reads["query"] = Value::Map{{"value", 1.0}};
  for (int i = 0; i < waiting_runs; ++i) {
    w.start(i % 2 ? "waits" : "asks", Value::Map{{"n", i}});
    w.deliver();
  }
  return w;
}

double heap_bytes() { return static_cast<double>(::mallinfo2().uordblks); }

// What the record of the runs takes in the bot's memory, folded from the journal as a start does.
double folded_bytes(const std::vector<Entry>& journal) {
  const auto state = std::make_unique<State>();
  const double before = heap_bytes();
  for (const Entry& e : journal) apply(*state, e);
  if (state->runs.size() != waiting_runs) throw std::runtime_error("not every run is there");
  return heap_bytes() - before;
}

// Milliseconds of the commit.
double store(Store& store, std::vector<Entry> journal) {
  static int n = 0;
  for (Entry& e : journal) {
    e.position = 0;
    e.event_id = "bench-" + std::to_string(++n);
  }
  Commit commit;
  commit.decision.entries = std::move(journal);
  const double start = now_ms();
  const auto written = store.commit_now(std::move(commit));
  if (!written) throw std::runtime_error(written.error().message);
  return now_ms() - start;
}

std::unique_ptr<Store> opened(const std::string& folder) {
  StoreOptions options;
  options.folder = folder;
  auto store = open_store(std::move(options), {});
  if (!store) throw std::runtime_error(store.error().message);
  return std::move(*store);
}

// The folder is free for a bot when this returns: an open store holds its lock, stopped or not.
void write_journal(const std::string& folder, const std::vector<Entry>& journal) {
  const auto written = opened(folder);
  store(*written, journal);
  written->stop();
}

struct Idle {
  double private_kb = 0, processor_ms = 0;
};

// A bot on this folder, when it has nothing to do for ten seconds. The first start makes rows and timers of a journal
// that came without them; what is measured is the second one.
Idle idle_bot(const std::string& folder) {
  {
    const Muster first = start_muster(folder);
    pause_ms(8000);
  }
  const Muster m = start_muster(folder);
  pause_ms(6000);
  const double before = m.process->processor_ms();
  pause_ms(10'000);
  return {m.process->memory().private_mb * 1024, m.process->processor_ms() - before};
}

void waiting() {
  const RunWorld w = waiting_world();
  figure({.name = "a waiting run, its record in memory",
          .measured = folded_bytes(w.journal) / waiting_runs,
          .bound = Bound::at_most,
          .limit = 2048,
          .unit = "bytes",
          .detail = std::to_string(waiting_runs) +
                    " runs on timers and approvals, their questions counted; what they have in common is kept once"});
  const Idle without = idle_bot(fresh_folder("no-runs"));
  const std::string folder = fresh_folder("waiting");
  write_journal(folder, w.journal);
  const Idle with = idle_bot(folder);
  figure({.name = "the same in a bot, private memory",
          .measured = (with.private_kb - without.private_kb) / waiting_runs,
          .bound = Bound::at_most,
          .limit = 2,
          .unit = "kB",
          .detail = number(with.private_kb) + " kB with, " + number(without.private_kb) + " kB without"});
  figure({.name = "processor time of all of them, 10 s",
          .measured = std::max(0.0, with.processor_ms - without.processor_ms),
          .bound = Bound::at_most,
          .limit = 10,
          .unit = "ms",
          .detail = number(with.processor_ms) + " ms with, " + number(without.processor_ms) + " ms without"});
}

void steps() {
  constexpr int count = 400;
  std::string text = "runbook: many\nsteps:\n";
  for (int i = 0; i < count; ++i) text += "  - id: s" + std::to_string(i) + "\n    set: {n: \"${1 + 1}\"}\n";
  RunWorld w;
  w.add_runbook(text);
  std::vector<double> deciding, writing;
  const auto kept = opened(fresh_folder("steps"));
  for (int round = 0; round < 7; ++round) {
    const std::size_t from = w.journal.size();
    const double start = now_ms();
    const std::string id = w.start("many");
    deciding.push_back((now_ms() - start) * 1000 / count);
    if (w.run(id).status != "succeeded") throw std::runtime_error("the run did not succeed");
    const std::vector<Entry> made(w.journal.begin() + static_cast<std::ptrdiff_t>(from), w.journal.end());
    writing.push_back(store(*kept, made) * 1000 / count);
  }
  figure({.name = "a step without effect, decided",
          .measured = median(deciding),
          .bound = Bound::at_most,
          .limit = 100,
          .unit = "µs",
          .detail = "of " + std::to_string(count) + " in one decision; storing them costs " + number(median(writing)) +
                    " µs each, their share of the fsync in it"});
  kept->stop();
}

void policy() {
  std::vector<Rule> rules;
  for (int i = 0; i < 20; ++i) {
    Rule r;
    r.name = "rule-" + std::to_string(i);
    r.who = {"*"};
    r.verbs = {"scale"};
    r.when = "service == \"s" + std::to_string(i) + "\" && int(arguments.replicas) < " + std::to_string(i);
    r.effect = "run";
    rules.push_back(r);
  }
  Ask ask;
  ask.person = "ana", ask.verb = "scale", ask.service = "api", ask.environment = "prod";
  ask.arguments["replicas"] = "9";
  std::vector<double> us;
  for (int round = 0; round < 9; ++round) {
    const double start = now_ms();
    for (int i = 0; i < 1'000; ++i)
      if (decide_policy(rules, ask).rule != "end") throw std::runtime_error("a rule matched");
    us.push_back(now_ms() - start);
  }
  figure({.name = "a policy of 20 CEL rules, none matching",
          .measured = median(us),
          .bound = Bound::at_most,
          .limit = 20,
          .unit = "µs",
          .detail = "compiled once, evaluated 1,000 times"});
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void catalogue() {
  const std::filesystem::path folder = std::filesystem::path(MUSTER_SOURCE_DIR) / "runbooks" / "catalogue";
  std::size_t cases = 0, books = 0;
  const double start = now_ms();
  runbooks::Library library;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    if (!name.ends_with(".yaml") || name.ends_with(".test.yaml")) continue;
    const auto loaded = runbooks::load_runbook(text_of(file.path()), name);
    if (loaded.runbook) library[loaded.runbook->name] = {loaded.runbook, {}, true};
  }
  for (const auto& [name, known] : library) {
    const auto tests = std::filesystem::path(folder / known.runbook->file).replace_extension(".test.yaml");
    const auto report = runbooks::run_tests(library, *known.runbook, runbooks::load_tests(text_of(tests)));
    if (!report.passed()) throw std::runtime_error(name + " fails its tests");
    cases += report.cases.size();
    ++books;
  }
  figure({.name = "`runbook test` of the whole catalogue",
          .measured = now_ms() - start,
          .bound = Bound::at_most,
          .limit = 1000,
          .unit = "ms",
          .detail = std::to_string(cases) + " cases of " + std::to_string(books) + " runbooks, reading them included"});
}

}  // namespace

void runbooks_section() {
  heading("Runbooks");
  steps();
  policy();
  catalogue();
  waiting();
}

}  // namespace muster::bench
