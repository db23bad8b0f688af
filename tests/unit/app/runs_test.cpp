// Runs over the real dispatcher and the real store: attempts leave after the commit, reports come back as decisions,
// and what was under way when the process ended goes on.
#include <doctest/doctest.h>

#include "bot/dispatcher.h"
#include "bot/performer.h"
#include "runbooks/engine.h"
#include "storage/store.h"
#include "tests/support/tasks.h"
#include "tests/support/temp_folder.h"

using namespace muster;

namespace {

constexpr const char* text =
    "runbook: fix\nsteps:\n  - id: seen\n    query: up\n  - id: repair\n    run: [repair, \"${seen.value}\"]\n"
    "    timeout: 1m\n  - message: repaired\n";

// One folder, and processes over it one after the other.
struct House {
  House() { begin(); }
  ~House() { end(); }

  void begin() {
    StoreOptions options;
    options.folder = folder.path();
    auto opened = open_store(std::move(options), [this](std::function<void()> f) { tasks.post(std::move(f)); });
    REQUIRE(opened.has_value());
    store = std::move(*opened);
    engine = std::make_unique<runbooks::Engine>(runbooks::load_runbook);
    const auto loaded = runbooks::load_runbook(text, "fix.yaml");
    REQUIRE(loaded.runbook);
    engine->set_library({{"fix", {loaded.runbook, {}, false}}});
    performer = std::make_unique<Performer>();
    performer->set("query", [](const AttemptOrder&, const Performer::Report& done) {
      AttemptReport r;
      r.result = Value::Map{{"value", 7}};
      done(r);
    });
    performer->set("run", [this](const AttemptOrder& order, const Performer::Report& done) {
      modes.push_back(order.mode);
      if (order.mode == AttemptOrder::Mode::begin) ++effects;
      if (silent) return;
      AttemptReport r;
      r.result = Value::Map{{"exit", 0}};
      done(r);
    });
    CoreConfig config;
    config.policy = default_policy();
    dispatcher = std::make_unique<Dispatcher>(*store, clock, std::move(config));
    performer->set_sink([this](AttemptReport r) { dispatcher->attempt_ended(std::move(r)); });
    dispatcher->set_extension(engine.get(), [this](const AttemptOrder& order) { performer->take(order); });
    REQUIRE(dispatcher->start().has_value());
  }

  void end() {
    store->stop();
    tasks.forget();
    dispatcher.reset();
    store.reset();
  }

  void start_run() {
    dispatcher->decide([this](Work& w) {
      runbooks::StartWish wish;
      wish.runbook = "fix";
      wish.person = "operator";
      wish.channel = "muster";
      const auto started = engine->start_run(w, std::move(wish));
      CHECK(started.has_value());
    });
  }

  const Run* run() const { return find_run(dispatcher->state(), "R1"); }

  test::TempFolder folder;
  test::Tasks tasks;
  VirtualClock clock{1'773'724'140'000};
  std::unique_ptr<Store> store;
  std::unique_ptr<runbooks::Engine> engine;
  std::unique_ptr<Performer> performer;
  std::unique_ptr<Dispatcher> dispatcher;
  std::vector<AttemptOrder::Mode> modes;
  int effects = 0;
  bool silent = false;
};

}  // namespace

TEST_CASE("a run goes through the dispatcher to the world and back, and memory and disk agree") {
  House h;
  h.start_run();
  h.tasks.run_until([&] { return h.run() && h.run()->over() && h.store->stats().queue_depth == 0; });
  CHECK(h.run()->status == "succeeded");
  CHECK(h.effects == 1);
  h.store->stop();
  State folded;
  REQUIRE(h.store->read_journal(0, [&](const Entry& e) { apply(folded, e); }).has_value());
  CHECK(projections(folded) == *h.store->projections());
  CHECK(verify_journal(h.folder.path())->problems.empty());
}

TEST_CASE("a command that was under way when the process ended is taken up again, not started again") {
  House h;
  h.silent = true;
  h.start_run();
  h.tasks.run_until([&] { return h.effects == 1; });
  h.end();
  h.silent = false;
  h.begin();
  h.tasks.run_until([&] { return h.run() && h.run()->over(); });
  CHECK(h.run()->status == "succeeded");
  CHECK(h.effects == 1);
  CHECK(h.modes.back() == AttemptOrder::Mode::attach);
}

TEST_CASE("a verb that nothing is configured for is answered clearly") {
  House h;
  h.performer = std::make_unique<Performer>();
  h.performer->set_sink([&h](AttemptReport r) { h.dispatcher->attempt_ended(std::move(r)); });
  h.start_run();
  h.tasks.run_until([&] { return h.run() && h.run()->over(); });
  CHECK(h.run()->status == "failed");
  CHECK(h.run()->failure.text().contains("not available here"));
}
