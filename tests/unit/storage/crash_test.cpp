// The process dies at every crash point: what was acknowledged is there, nothing is there twice, the chain holds.
#include <signal.h>
#include <sys/wait.h>

#include <atomic>
#include <random>
#include <set>

#include "fixture.h"

using namespace muster;
using namespace muster::test;

namespace {

Commit numbered(int n) {
  const std::string name = std::to_string(n);
  Commit c = with_entries({entry("e" + name), entry("f" + name, "INC-2")});
  c.inbox = {item("k" + name)};
  c.inbox_done = {"k" + name};
  c.decision.out = {message("m" + name)};
  c.decision.rows = {{"incident", "INC-1", Value(n)}};
  return c;
}

// Commits the numbers from `first` on and writes each to the pipe when it is acknowledged. Dies at the
// `countdown`-th time that `point` is passed (any point when it is empty).
[[noreturn]] void child(const std::string& folder, int first, int pipe, const std::string& point, int countdown) {
  StoreOptions options = options_for(folder);
  std::atomic<int> left = countdown;
  options.fault = [&](const char* at) {
    if ((point.empty() || point == at) && --left == 0) ::kill(::getpid(), SIGKILL);
  };
  auto store = open_store(options, {});
  if (!store) ::_exit(9);
  for (int n = first; n < first + 400; ++n) {
    (*store)->commit(numbered(n), [n, pipe](Result<Committed> r) {
      if (r && ::write(pipe, &n, sizeof n) != sizeof n) ::_exit(8);
    });
    if (n % 7 == 0 && !(*store)->commit_now({})) ::_exit(7);
  }
  store->reset();
  ::_exit(0);
}

// Runs the child to its death; returns the numbers it was told are safe.
std::set<int> run_until_killed(const std::string& folder, int first, const std::string& point, int countdown) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(ends[0]);
    child(folder, first, ends[1], point, countdown);
  }
  ::close(ends[1]);
  std::set<int> acknowledged;
  for (int n = 0; ::read(ends[0], &n, sizeof n) == sizeof n;) acknowledged.insert(n);
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  CHECK(WIFSIGNALED(status));
  return acknowledged;
}

// All of a commit or nothing of it; returns the numbers whose commit is there.
std::set<int> check_whole(const std::string& folder) {
  auto store = open(folder);
  std::set<int> e, f, out;
  int last = -1;
  for (const Entry& entry : journal(*store)) {
    auto& seen = entry.event_id[0] == 'e' ? e : f;
    last = std::stoi(entry.event_id.substr(1));
    CHECK(seen.insert(last).second);
  }
  const auto waiting = store->pending_out();  // named: a range-for would not keep the temporary alive
  REQUIRE(waiting.has_value());
  for (const PendingOut& p : *waiting) CHECK(out.insert(std::stoi(p.message.id.substr(1))).second);
  CHECK(e == f);
  CHECK(e == out);
  CHECK(store->pending_inbox()->empty());
  if (last >= 0) CHECK(store->projections()->at(0).body.as_int() == last);
  CHECK(verified(folder).problems.empty());
  return e;
}

void check_recovers(const std::string& folder, const std::string& point, int countdown) {
  CAPTURE(point);
  CAPTURE(countdown);
  const std::set<int> acknowledged = run_until_killed(folder, 0, point, countdown);
  const std::set<int> there = check_whole(folder);
  for (const int n : acknowledged) CHECK(there.contains(n));
  auto store = open(folder);  // deliver everything again, as a sender without an answer does
  for (int n = 0; n < 20; ++n) {
    const auto again = store->commit_now(numbered(n));
    REQUIRE(again.has_value());
    CHECK(again->duplicate == there.contains(n));
  }
}

}  // namespace

TEST_CASE("killed at each crash point, the store keeps what it acknowledged, once") {
  for (const char* point : {"before-begin", "before-entry", "before-commit", "after-commit", "after-complete"}) {
    for (const int countdown : {1, 4}) {
      const Folder folder;
      check_recovers(folder.path(), point, countdown);
    }
  }
}

TEST_CASE("killed at 20 random moments under load, the store keeps what it acknowledged, once") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const Folder folder;
    check_recovers(folder.path(), "", 1 + static_cast<int>(random() % 700));
  }
}
