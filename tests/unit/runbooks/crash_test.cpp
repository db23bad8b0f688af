// Kills at every commit and every effect: no write happens twice, no run is left without an owner, a timer or a
// question, and its last word is said. MUSTER_RUN_KILLS sets how many random ones are tried; `make soak` asks for more.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <random>

#include "everything.h"
#include "storage/store.h"

using namespace muster;
using muster::test::Everything;
using muster::test::Keeper;
using muster::test::RunWorld;

namespace {

std::string twice(const RunWorld& w) {
  std::string out;
  for (const auto& [what, n] : w.provider.ledger)
    if (n > 1) out += what + " x" + std::to_string(n) + "; ";
  return out;
}

std::string steps_of(const Run& run) {
  std::string out = run.status + " " + run.phase + ": ";
  for (const std::string& path : run.order)
    if (const auto it = run.steps.find(path); it != run.steps.end())
      out += path + "=" + it->second.status + (it->second.error.empty() ? "" : "(" + it->second.error + ")") + " ";
  return out;
}

// The journal, the timers and the rows in a real file that every process opens anew. In memory where there is such a
// disk: it is the chain that is proved here, not the disk.
class StoreKeeper final : public Keeper {
 public:
  StoreKeeper() {
    namespace fs = std::filesystem;
    std::error_code none;
    folder_ =
        (fs::is_directory("/dev/shm", none) ? fs::path("/dev/shm") : fs::temp_directory_path()) / "muster-run-XXXXXX";
    if (::mkdtemp(folder_.data()) == nullptr) throw std::runtime_error("no folder: " + folder_);
    open();
  }
  ~StoreKeeper() override {
    store_.reset();
    std::error_code none;
    std::filesystem::remove_all(folder_, none);
  }
  StoreKeeper(const StoreKeeper&) = delete;
  StoreKeeper& operator=(const StoreKeeper&) = delete;

  void keep(Decision& d) override {
    Commit c;
    c.decision = d;
    auto done = store_->commit_now(std::move(c));
    if (!done) throw std::runtime_error(done.error().message);
    d.entries = std::move(done->entries);
  }
  void read_back(std::vector<Entry>& journal, std::map<std::string, Timer>& timers) override {
    store_.reset();
    open();
    journal.clear();
    REQUIRE(store_->read_journal(0, [&](const Entry& e) { journal.push_back(e); }).has_value());
    timers.clear();
    const auto kept = store_->timers();
    REQUIRE(kept.has_value());
    for (const Timer& t : *kept) timers[t.id] = t;
  }
  std::int64_t owner() const override { return store_->owner(); }
  std::vector<ProjectionRow> rows() { return *store_->projections(); }
  VerifyReport verified() {
    store_.reset();
    return *verify_journal(folder_);
  }

 private:
  void open() {
    auto store = open_store({.folder = folder_, .read_only = false, .fault = {}, .now = [] { return TimeMs{1}; }}, {});
    if (!store) throw std::runtime_error(store.error().message);
    store_ = std::move(*store);
  }
  std::string folder_;
  std::unique_ptr<Store> store_;
};

// The chain of the file is whole, and it tells the very state that the last process had.
void check_chain(const Everything& w, StoreKeeper& file) {
  State again;
  for (const Entry& e : w.journal) apply(again, e);
  CHECK(projections(again) == projections(w.state));
  const auto runs_of = [](std::vector<ProjectionRow> rows) {
    std::erase_if(rows, [](const ProjectionRow& r) { return r.kind != "run"; });
    return rows;
  };
  CHECK(runs_of(file.rows()) == runs_of(projections(again)));
  const VerifyReport report = file.verified();
  CHECK(report.entries == static_cast<std::int64_t>(w.journal.size()));
  CHECK(report.problems == std::vector<std::string>{});
}

void check_killed(const std::vector<int>& kills, bool fail, StoreKeeper* file = nullptr) {
  Everything w;
  w.keeper = file;
  w.survive(kills, [&] { w.start("everything", Value::Map{{"fail", fail}}); });
  std::string where;
  for (const int k : kills) where += std::to_string(k) + " ";
  CAPTURE(where);
  REQUIRE(w.state.runs.size() == 1);
  const Run& run = w.run("R1");
  INFO(steps_of(run));
  CHECK(run.status == (fail ? "failed" : "succeeded"));
  CHECK(twice(w) == "");
  CHECK_FALSE(w.unkept);
  CHECK(w.posted("run-R1-final"));
  CHECK(w.effects("R1 10_1.0") == 1);
  if (fail) CHECK(w.provider.replicas["api"] == 6);
  if (file) check_chain(w, *file);
}

int points_of(bool fail) {
  Everything w;
  w.survive({}, [&] { w.start("everything", Value::Map{{"fail", fail}}); });
  INFO(steps_of(w.run("R1")));
  REQUIRE(w.run("R1").over());
  return w.points();
}

}  // namespace

TEST_CASE("a runbook with every verb runs through, and what failed is put back") {
  check_killed({}, false);
  check_killed({}, true);
}

TEST_CASE("killed at every point once, nothing happens twice and nothing is left alone") {
  for (const bool fail : {false, true}) {
    const int points = points_of(fail);
    CHECK(points > 100);
    for (int k = 1; k <= points; ++k) check_killed({k}, fail);
  }
}

namespace {

int random_runs() {
  const char* asked = std::getenv("MUSTER_RUN_KILLS");
  return asked ? std::atoi(asked) : 200;
}

std::vector<int> random_kills(std::mt19937& random, int points) {
  std::vector<int> kills;
  for (int i = 0; i < 1 + static_cast<int>(random() % 6); ++i)
    kills.push_back(1 + static_cast<int>(random() % static_cast<unsigned>(points)) / (i + 1));
  return kills;
}

}  // namespace

TEST_CASE("killed again and again at random, nothing happens twice") {
  const int points = points_of(true);
  for (int seed = 1; seed <= random_runs(); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    CAPTURE(seed);
    const std::vector<int> kills = random_kills(random, points);
    check_killed(kills, random() % 2 == 0);
  }
}

TEST_CASE("killed at random over a real journal, the chain is whole and tells the state of the last process") {
  const int points = points_of(true);
  for (int seed = 1; seed <= std::max(3, random_runs() / 40); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    CAPTURE(seed);
    const std::vector<int> kills = random_kills(random, points);
    StoreKeeper file;
    check_killed(kills, random() % 2 == 0, &file);
  }
}

TEST_CASE("a report of a process that has lost the ownership is refused and noted") {
  Everything w;
  w.notes_orders = true;
  w.kill_at(9);  // an order is out when it happens
  CHECK_THROWS_AS(
      [&] {
        w.start("everything");
        w.drive();
      }(),
      test::Killed);
  REQUIRE_FALSE(w.orders.empty());
  const AttemptOrder old = w.orders.back();
  w.restart();
  REQUIRE(w.owner() == old.owner + 1);
  const Run& run = w.run("R1");
  REQUIRE(run.steps.at(old.path).status == "running");  // the new process asks again, under the same id
  REQUIRE(run.steps.at(old.path).attempt_id == old.id);
  AttemptReport late;
  late.run = old.run, late.path = old.path, late.id = old.id, late.stage = old.stage, late.owner = old.owner;
  w.decide([&](Work& work) { w.engine.attempt_ended(work, late); });
  CHECK(w.run("R1").steps.at(old.path).status == "running");
  CHECK(w.journal.back().kind == "run.report_refused");
  CHECK(w.journal.back().data["owner"].as_int() == old.owner);
}
