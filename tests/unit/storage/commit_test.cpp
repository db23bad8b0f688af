// Commits: once, in order, all or nothing; inbox, outbox, timers and projections.
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <random>

#include "fixture.h"

using namespace muster;
using namespace muster::test;

namespace {

// Holds the writer at its first transaction, so that what follows is certain to form one group.
struct Gate {
  std::mutex mutex;
  std::condition_variable moved;
  bool entered = false, open = false;
  void pass(const char* point) {
    if (std::string(point) != "before-begin") return;
    std::unique_lock lock(mutex);
    entered = true;
    moved.notify_all();
    moved.wait(lock, [this] { return open; });
  }
  void wait_entered() {
    std::unique_lock lock(mutex);
    moved.wait(lock, [this] { return entered; });
  }
  void release() {
    const std::lock_guard lock(mutex);
    open = true;
    moved.notify_all();
  }
};

}  // namespace

TEST_CASE("a second delivery changes nothing") {
  const Folder folder;
  auto store = open(folder.path());
  Commit first = with_entries({entry("e1")});
  first.inbox = {item("k1")};
  REQUIRE(store->commit_now(first).has_value());
  Commit again = with_entries({entry("e2")});
  again.inbox = {item("k2"), item("k1")};
  again.decision.out = {message("m1")};
  const auto done = store->commit_now(again);
  REQUIRE(done.has_value());
  CHECK(done->duplicate);
  CHECK(done->entries.empty());
  CHECK(journal(*store).size() == 1);
  CHECK(store->pending_inbox()->size() == 1);
  CHECK(store->pending_out()->empty());
  CHECK(store->stats().duplicates == 1);
}

TEST_CASE("one item named twice in one commit is stored once, not refused") {
  const Folder folder;
  auto store = open(folder.path());
  Commit c;
  c.inbox = {item("k1"), item("k1")};
  const auto done = store->commit_now(c);
  REQUIRE(done.has_value());
  CHECK_FALSE(done->duplicate);
  CHECK(store->pending_inbox()->size() == 1);
}

TEST_CASE("known entries make a duplicate, a mix of known and new is refused") {
  const Folder folder;
  auto store = open(folder.path());
  REQUIRE(store->commit_now(with_entries({entry("e1")})).has_value());
  CHECK(store->commit_now(with_entries({entry("e1")}))->duplicate);
  const auto mixed = store->commit_now(with_entries({entry("e2"), entry("e1")}));
  REQUIRE_FALSE(mixed.has_value());
  CHECK(mixed.error().kind == ErrorKind::internal);
  Entry same_id = entry("e1");
  same_id.dedupe_key = "other";
  CHECK_FALSE(store->commit_now(with_entries({same_id})).has_value());
  REQUIRE(store->commit_now(with_entries({entry("e3")})).has_value());
  CHECK(journal(*store).size() == 2);
  CHECK(verified(folder.path()).problems.empty());
}

TEST_CASE("a group is one transaction, answers come in order and a bad commit harms only itself") {
  const Folder folder;
  Gate gate;
  StoreOptions options = options_for(folder.path());
  options.fault = [&gate](const char* point) { gate.pass(point); };
  std::vector<std::function<void()>> posted;  // the writer fills it; read after stop()
  auto store = *open_store(options, [&posted](std::function<void()> f) { posted.push_back(std::move(f)); });
  std::vector<std::string> answers;
  const auto send = [&](Commit c, std::string name) {
    store->commit(std::move(c), [&answers, name](Result<Committed> r) {
      answers.push_back(name + (!r             ? " refused"
                                : r->duplicate ? " duplicate"
                                               : " " + std::to_string(r->entries[0].seq)));
    });
  };
  send(with_entries({entry("e1")}), "a");
  gate.wait_entered();
  Commit bad = with_entries({entry("e2"), entry("e3")});
  bad.decision.entries[1].visibility = "everyone";
  bad.decision.out = {message("lost")};
  send(with_entries({entry("e4")}), "b");
  send(bad, "c");
  send(with_entries({entry("e4")}), "d");
  send(with_entries({entry("e5")}), "e");
  gate.release();
  store->stop();
  for (auto& f : posted) f();
  CHECK(answers == std::vector<std::string>{"a 1", "b 2", "c refused", "d duplicate", "e 3"});
  CHECK(store->stats().commits == 2);
  CHECK(store->stats().decisions == 3);
  CHECK(store->pending_out()->empty());
  CHECK(journal(*store).size() == 3);
  CHECK(verified(folder.path()).problems.empty());
  const auto late = store->commit_now(with_entries({entry("e6")}));
  CHECK(late.error().kind == ErrorKind::unavailable);
}

TEST_CASE("a commit that may gather waits for its like, and for nobody once one presses or the store stops") {
  const Folder folder;
  StoreOptions options = options_for(folder.path());
  options.gather_ms = 600'000;
  auto store = *open_store(options, [](const std::function<void()>& f) { f(); });
  const auto patient = [](const char* id) {
    Commit c = with_entries({entry(id)});
    c.may_gather = true;
    return c;
  };
  std::atomic<int> done = 0;
  const auto count = [&done](const Result<Committed>& r) { done += r.has_value() ? 1 : 0; };
  store->commit(patient("e1"), count);
  store->commit(patient("e2"), count);
  CHECK(store->commit_now(with_entries({entry("e3")}))->entries[0].seq == 3);
  // One for all three; the two before it are answered when it is, or a moment later.
  CHECK(store->stats().commits == 1);
  store->commit(patient("e4"), count);
  store->stop();
  CHECK(done == 3);
  CHECK(journal(*store).size() == 4);
}

TEST_CASE("a commit that may gather and stays alone is on disk all the same") {
  const Folder folder;
  auto store = open(folder.path());
  Commit alone = with_entries({entry("e1")});
  alone.may_gather = true;
  CHECK(store->commit_now(alone).has_value());
}

TEST_CASE("inbox items wait in order until a decision finishes them") {
  const Folder folder;
  auto store = open(folder.path());
  Commit c;
  c.inbox = {item("k2"), item("k1"), item("k3")};
  c.inbox_done = {"k3"};
  REQUIRE(store->commit_now(c).has_value());
  const auto waiting = store->pending_inbox();
  REQUIRE(waiting->size() == 2);
  CHECK(waiting->at(0).dedupe_key == "k2");
  CHECK(waiting->at(0).body == "body of k2");
  CHECK(waiting->at(0).meta["r"].as_int() == 1);
  Commit finish = with_entries({entry("e1")});
  finish.inbox_done = {"k2"};
  REQUIRE(store->commit_now(finish).has_value());
  REQUIRE(store->pending_inbox()->size() == 1);
  CHECK(store->pending_inbox()->at(0).dedupe_key == "k1");
}

TEST_CASE("outgoing messages keep their order through retry, dead letter and resend") {
  const Folder folder;
  auto store = open(folder.path());
  Commit c;
  c.decision.out = {message("m2"), message("m1"), message("m3", "http:self"), message("m4")};
  REQUIRE(store->commit_now(c).has_value());
  Commit after;
  after.out_done = {"m2", "m3"};
  after.out_failed = {{"m1", "503", 777, false}, {"m4", "gone", 0, true}};
  REQUIRE(store->commit_now(after).has_value());
  REQUIRE(store->pending_out()->size() == 1);
  CHECK(store->pending_out()->at(0).message.id == "m1");
  CHECK(store->pending_out()->at(0).message.body == message("m1").body);
  CHECK(store->pending_out()->at(0).attempts == 1);
  CHECK(store->pending_out()->at(0).due_ms == 777);
  REQUIRE(store->dead_letters()->size() == 1);
  CHECK(store->dead_letters()->at(0).last_error == "gone");
  REQUIRE(store->resend_dead_letter("m4").has_value());
  CHECK(store->resend_dead_letter("m4").error().kind == ErrorKind::not_found);
  CHECK(store->dead_letters()->empty());
  REQUIRE(store->pending_out()->size() == 2);
  CHECK(store->pending_out()->at(1).message.id == "m4");
  CHECK(store->pending_out()->at(1).attempts == 0);
  REQUIRE(store->room_history(10)->size() == 1);
  CHECK(store->room_history(10)->at(0).id == "m2");
  Commit rest;
  rest.out_done = {"m1", "m4"};
  REQUIRE(store->commit_now(rest).has_value());
  REQUIRE(store->room_history(2)->size() == 2);
  CHECK(store->room_history(2)->at(0).id == "m1");
  CHECK(store->room_history(2)->at(1).id == "m4");
}

TEST_CASE("what was sent to one destination is listed with what came of it, and can be sent again") {
  const Folder folder;
  auto store = open(folder.path());
  Commit c = with_entries({entry("e1")});
  for (const char* id : {"w1", "w2", "w3"}) c.decision.out.push_back(message(id, "webhook:archive"));
  c.decision.out.push_back(message("other", "webhook:archive-2"));
  REQUIRE(store->commit_now(c).has_value());
  Commit after;
  after.out_failed = {{"w1", "204 in 3 ms", 500, false, true}, {"w2", "500", 600, true}, {"w3", "503", 700, false}};
  REQUIRE(store->commit_now(after).has_value());
  const auto rows = *store->sent_to("webhook:archive", "", 10);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].message.id == "w3");
  CHECK(rows[0].state == "pending");
  CHECK(rows[0].due_ms == 700);
  CHECK(rows[1].state == "dead");
  CHECK(rows[2].state == "done");
  CHECK(rows[2].note == "204 in 3 ms");
  CHECK(rows[2].attempts == 1);
  CHECK(store->sent_to("webhook:archive", "", 2)->size() == 2);
  REQUIRE(store->sent_to("webhook:archive", "w2", 2)->size() == 1);
  OutMessage again = rows[2].message;
  again.body.set("since", 42);
  REQUIRE(store->send_again(again).has_value());
  CHECK(store->send_again(again).error().kind == ErrorKind::not_found);  // it is on its way already
  REQUIRE(store->send_again(rows[1].message).has_value());
  const auto waiting = *store->pending_out();
  REQUIRE(waiting.size() == 4);
  CHECK(waiting[0].message.id == "w1");
  CHECK(waiting[0].message.body["since"].as_int() == 42);
  CHECK(waiting[0].attempts == 0);
  CHECK(store->dead_letters()->empty());
}

TEST_CASE("a timer moves, is cancelled, and is gone with the commit of its effect") {
  const Folder folder;
  {
    auto store = open(folder.path());
    Commit c;
    c.decision.timers = {{"a", 300, Value("x")}, {"b", 200, {}}, {"c", 100, {}}, {"a", 150, Value("y")}};
    REQUIRE(store->commit_now(c).has_value());
    Commit fire = with_entries({entry("e1")});
    fire.timers_fired = {"b", "c"};
    fire.decision.timers = {{"c", 500, {}}};
    REQUIRE(store->commit_now(fire).has_value());
  }
  auto store = open(folder.path());
  const auto timers = *store->timers();
  REQUIRE(timers.size() == 2);
  CHECK(timers[0].id == "a");
  CHECK(timers[0].due_ms == 150);
  CHECK(timers[0].body.as_string() == "y");
  CHECK(timers[1].id == "c");
  CHECK(timers[1].due_ms == 500);
  Commit cancel;
  cancel.decision.timers = {{"a", 0, {}}};
  REQUIRE(store->commit_now(cancel).has_value());
  CHECK(store->timers()->size() == 1);
}

TEST_CASE("projection rows are put, replaced and removed") {
  const Folder folder;
  auto store = open(folder.path());
  Commit c;
  c.decision.rows = {{"incident", "INC-1", Value(1)}, {"alert", "E1", Value(2)}, {"incident", "INC-1", Value(3)}};
  REQUIRE(store->commit_now(c).has_value());
  CHECK(*store->projections() ==
        std::vector<ProjectionRow>{{"alert", "E1", Value(2)}, {"incident", "INC-1", Value(3)}});
  Commit gone;
  gone.decision.rows = {{"alert", "E1", {}}};
  REQUIRE(store->commit_now(gone).has_value());
  CHECK(store->projections()->size() == 1);
  REQUIRE(replace_projections(*store, {{"setting", "a", Value(1)}, {"setting", "b", Value(2)}}).has_value());
  CHECK(store->projections()->size() == 2);
  CHECK(store->projections()->at(0).kind == "setting");
}

TEST_CASE("whatever is committed, seq has no gaps, positions rise and the chain verifies") {
  for (unsigned seed = 1; seed <= 15; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const Folder folder;
    std::vector<std::string> expected;
    {
      auto store = open(folder.path());
      for (int i = 0; i < 60; ++i) {
        Commit c;
        std::vector<std::string> ids;
        const bool bad = random() % 5 == 0;
        for (unsigned n = 0; n <= random() % 4; ++n) {
          ids.push_back("e" + std::to_string(i) + "-" + std::to_string(n));
          c.decision.entries.push_back(
              entry(ids.back(), random() % 4 == 0 ? "" : "INC-" + std::to_string(random() % 3)));
        }
        if (bad) c.decision.entries.back().origin = "rumour";
        c.inbox = {item("k" + std::to_string(random() % 90))};
        const auto done = store->commit_now(c);
        if (done && !done->duplicate) expected.insert(expected.end(), ids.begin(), ids.end());
        CHECK((!bad || !done || done->duplicate));
        if (random() % 20 == 0) {
          store.reset();
          store = open(folder.path());
        }
      }
    }
    std::vector<std::string> found;
    std::map<std::string, std::int64_t> seq;
    for (const Entry& e : journal(*open(folder.path()))) {
      found.push_back(e.event_id);
      CHECK(e.position == static_cast<std::int64_t>(found.size()));
      if (!e.incident_id.empty()) CHECK(e.seq == ++seq[e.incident_id]);
    }
    CHECK(found == expected);
    CHECK(verified(folder.path()).problems.empty());
  }
}
