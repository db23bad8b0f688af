#include "integrations/net/budget.h"

#include <doctest/doctest.h>

#include <deque>
#include <random>

#include "integrations/net/budget_queue.h"
#include "tests/support/virtual_timers.h"

using namespace muster;
using namespace muster::test;

namespace {

// Two a second over all, one a second in a channel.
BucketRule rules(const std::string& bucket) {
  if (bucket.starts_with("channel:")) return {.per_second = 1, .burst = 1};
  return {.per_second = 2, .burst = 4};
}

BudgetTicket ticket(const std::string& channel, bool urgent = false, bool barrier = false) {
  return {.lane = channel, .buckets = {"all", "channel:" + channel}, .urgent = urgent, .barrier = barrier};
}

// A service that counts by the second and refuses what is too much.
class Service final : public HttpClient {
 public:
  Service(const Clock& clock, int per_second) : clock_(clock), per_second_(per_second) {}
  void send(HttpCall call, Done done) override {
    const TimeMs second = clock_.now() / 1000;
    HttpResult r;
    r.status = ++seen_[second] > per_second_ || clock_.now() < closed_until ? 429 : 200;
    if (r.status == 429) r.headers["retry-after"] = "3";
    if (r.status == 200) taken.push_back(call.body);
    in_a_row = r.status == 429 ? in_a_row + 1 : 0;
    worst = std::max(worst, in_a_row);
    answers_.emplace_back(std::move(done), r);
  }
  void answer_one() {
    auto [done, r] = std::move(answers_.front());
    answers_.pop_front();
    done(r);
  }
  void settle() {
    while (!answers_.empty()) answer_one();
  }
  std::vector<std::string> taken;
  int in_a_row = 0, worst = 0;
  TimeMs closed_until = 0;

 private:
  const Clock& clock_;
  int per_second_;
  std::map<TimeMs, int> seen_;
  std::deque<std::pair<Done, HttpResult>> answers_;
};

struct Desk {
  explicit Desk(int per_second = 1000) : service(clock, per_second) {}
  BudgetQueue::Job post(const std::string& channel, const std::string& text, bool urgent = false) {
    return queue.add(ticket(channel, urgent), [this, text](BudgetQueue::Job job) {
      queue.call(job, {.method = "POST", .url = "http://service/", .headers = {}, .body = text},
                 [this, job](const Result<HttpResult>&) { queue.finish(job); });
    });
  }
  void run_until(TimeMs end) {
    service.settle();
    while (timers.next() != 0 && timers.next() <= end) {
      timers.advance_to(timers.next());
      service.settle();
    }
    timers.advance_to(end);
  }
  VirtualClock clock{1'000'000};
  VirtualTimers timers{clock};
  Service service;
  BudgetQueue queue{{service, clock, timers, [] { return 0.5; }}, rules};
};

}  // namespace

TEST_CASE("a burst leaves at once, then the rate of the narrowest bucket holds") {
  Budget b(rules);
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 6; ++i) ids.push_back(b.add(ticket("c" + std::to_string(i)), 0));
  int left = 0;
  while (b.next(0)) ++left;
  CHECK(left == 4);
  CHECK(b.due(0) == 500);
  CHECK_FALSE(b.next(499));
  CHECK(b.next(500) == ids[4]);
  CHECK_FALSE(b.next(999));
  CHECK(b.next(1000) == ids[5]);
  CHECK(b.waiting() == 0);
}

TEST_CASE("a channel keeps its order and has one call under way") {
  Budget b([](const std::string&) { return BucketRule{.per_second = 1000, .burst = 1000}; });
  const auto first = b.add(ticket("a"), 0), second = b.add(ticket("a"), 0), other = b.add(ticket("b"), 0);
  CHECK(b.next(0) == first);
  CHECK(b.next(0) == other);
  CHECK_FALSE(b.next(0));
  b.again(first);
  CHECK(b.next(0) == first);
  b.finished(first);
  CHECK(b.next(0) == second);
}

TEST_CASE("urgent work overtakes, but not the making of its channel and not other urgent work") {
  Budget b([](const std::string&) { return BucketRule{.per_second = 1000, .burst = 1000}; });
  const auto running = b.add(ticket("a"), 0);
  REQUIRE(b.next(0) == running);
  const auto make = b.add(ticket("a", false, true), 0), plain = b.add(ticket("a"), 0);
  const auto urgent = b.add(ticket("a", true), 0), urgent_too = b.add(ticket("a", true), 0);
  b.finished(running);
  for (const auto expected : {make, urgent, urgent_too, plain}) {
    CHECK(b.next(0) == expected);
    b.finished(expected);
  }
}

TEST_CASE("what is only asked is no message that waits") {
  Budget b(rules);
  for (int i = 0; i < 6; ++i) b.add({.lane = {}, .buckets = {"all"}, .urgent = false, .barrier = false}, 0);
  while (b.next(0)) continue;
  CHECK(b.waiting() == 0);
  CHECK(b.running() == 0);
  CHECK(b.oldest_ms(60'000) == 0);
  b.add(ticket("a"), 60'000);
  CHECK(b.waiting() == 1);
  while (b.next(60'000)) continue;
  CHECK(b.running() == 1);
  CHECK(b.oldest_ms(61'000) == 1'000);
}

TEST_CASE("a closed bucket lets nothing out, then one, then half the rate until it was quiet; others go on") {
  Budget b(rules);
  for (int i = 0; i < 3; ++i) b.add(ticket("a"), 0);
  const auto other = b.add(ticket("b"), 0);
  b.close("channel:a", 10'000);  // one a second was too much
  CHECK(b.next(0) == other);
  CHECK_FALSE(b.next(9'999));
  CHECK(b.oldest_ms(9'999) == 9'999);
  const auto first = b.next(10'000);
  REQUIRE(first);
  b.finished(*first);
  CHECK_FALSE(b.next(11'900));
  const auto second = b.next(12'000);
  REQUIRE(second);
  b.finished(*second);
  CHECK_FALSE(b.next(12'900));
}

TEST_CASE("a clock that is set back by an hour holds up nothing") {
  Budget b(rules);
  const TimeMs noon = 12 * hour_ms;
  const auto first = b.add(ticket("a"), noon);
  CHECK(b.next(noon) == first);
  b.finished(first);
  const auto second = b.add(ticket("a"), noon);
  CHECK_FALSE(b.next(noon));
  b.close("channel:b", noon + 30'000);
  const auto third = b.add(ticket("b"), noon);
  const TimeMs eleven = noon - hour_ms + 100;
  CHECK_FALSE(b.next(eleven));
  CHECK(b.oldest_ms(eleven) <= 1'000);
  CHECK(b.due(eleven) <= eleven + 1'000);
  CHECK(b.next(eleven + 1'000) == second);
  CHECK_FALSE(b.next(eleven + 20'000));
  CHECK(b.next(eleven + 30'000) == third);
}

TEST_CASE("what changed alone decides who leaves as a look at all that wait does") {
  const auto wide = [](const std::string& bucket) {
    return bucket == "all" ? BucketRule{.per_second = 40, .burst = 10} : BucketRule{.per_second = 15, .burst = 3};
  };
  Budget budget(wide), anew(wide);  // the second looks at all of them, because something was closed
  std::mt19937 dice(7);
  const auto roll = [&](std::size_t n) { return static_cast<std::size_t>(dice() % n); };
  std::vector<std::uint64_t> under_way, waiting;
  TimeMs now = 1'000;
  int left = 0;
  for (int turn = 0; turn < 20'000; ++turn) {
    now += static_cast<TimeMs>(roll(60));
    const std::size_t what = roll(10);
    if (what < 4) {
      const BudgetTicket t = ticket("c" + std::to_string(roll(12)), roll(8) == 0, roll(20) == 0);
      waiting.push_back(budget.add(t, now));
      REQUIRE(anew.add(t, now) == waiting.back());
    } else if (what < 7 && !under_way.empty()) {
      const std::size_t at = roll(under_way.size());
      budget.finished(under_way[at]);
      anew.finished(under_way[at]);
      under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(at));
    } else if (what == 7 && !waiting.empty()) {
      const std::size_t at = roll(waiting.size());
      budget.cancel(waiting[at]);
      anew.cancel(waiting[at]);
    } else if (what == 8 && !under_way.empty() && roll(4) == 0) {
      budget.again(under_way.back());
      anew.again(under_way.back());
      under_way.pop_back();
    }
    anew.close("nobody's", now);
    const auto told = budget.next(now);
    REQUIRE(told == anew.next(now));
    if (!told) continue;
    ++left;
    under_way.push_back(*told);
  }
  CHECK(left > 1'000);
}

TEST_CASE("what waits can be cancelled, and a full budget says so") {
  Budget b(rules);
  const auto first = b.add(ticket("a"), 0), second = b.add(ticket("a"), 0);
  b.cancel(first);
  CHECK(b.next(0) == second);
  CHECK(b.waiting_by_lane().empty());
  for (std::size_t i = 0; i < Budget::waiting_max; ++i) b.add({}, 0);
  CHECK(b.add({}, 0) == 0);
}

TEST_CASE("Retry-After is read as seconds, nonsense is a second, a year is an hour") {
  CHECK(retry_after_ms("3") == 3000);
  CHECK(retry_after_ms(" 0.25 ") == 1000);
  CHECK(retry_after_ms("1.2") == 1200);
  CHECK(retry_after_ms("") == 1000);
  CHECK(retry_after_ms("soon") == 1000);
  CHECK(retry_after_ms("-5") == 1000);
  CHECK(retry_after_ms("99999999") == 3'600'000);
}

TEST_CASE("a thousand posts to one channel: all arrive in order, urgent ones overtake, no second refusal in a row") {
  Desk desk(1);
  for (int i = 0; i < 1000; ++i) desk.post("a", std::to_string(i));
  desk.run_until(desk.clock.now() + 20 * second_ms);
  CHECK(desk.queue.stats().oldest_ms > 19 * second_ms);
  const std::size_t before = desk.service.taken.size();
  desk.post("a", "urgent", true);
  desk.service.closed_until = desk.clock.now() + 2 * second_ms;  // the service changes its mind once
  desk.run_until(desk.clock.now() + hour_ms);
  REQUIRE(desk.service.taken.size() == 1001);
  CHECK(desk.service.worst == 1);
  CHECK(desk.queue.stats().refused >= 1);
  CHECK(desk.queue.stats().waiting == 0);
  const auto urgent = std::ranges::find(desk.service.taken, "urgent");
  CHECK(static_cast<std::size_t>(urgent - desk.service.taken.begin()) <= before + 2);
  std::erase(desk.service.taken, "urgent");
  for (int i = 0; i < 1000; ++i) CHECK(desk.service.taken[static_cast<std::size_t>(i)] == std::to_string(i));
}

TEST_CASE("of many calls to a slow service eight are under way, and what is urgent is next") {
  Desk d;
  for (int i = 0; i < 30; ++i) d.post("c" + std::to_string(i), std::to_string(i));
  while (d.timers.next() != 0 && d.clock.now() < 1'060'000) d.timers.advance_to(d.timers.next());
  d.timers.advance_to(1'070'000);  // by the rate alone all of them could have left
  CHECK(d.service.taken.size() == BudgetQueue::calls_at_once);
  d.post("c29", "urgent", true);
  CHECK(d.service.taken.size() == BudgetQueue::calls_at_once);
  d.service.answer_one();
  REQUIRE(d.service.taken.size() == BudgetQueue::calls_at_once + 1);
  CHECK(d.service.taken.back() == "urgent");
  d.run_until(d.clock.now() + 120'000);
  CHECK(d.service.taken.size() == 31);
}

TEST_CASE("a job that fails is run again after a growing wait and keeps its lane") {
  Desk desk;
  int runs = 0;
  std::vector<TimeMs> at;
  desk.queue.add(ticket("a"), [&](BudgetQueue::Job job) {
    at.push_back(desk.clock.now());
    if (++runs < 4) return desk.queue.run_again(job);
    desk.queue.finish(job);
  });
  const auto second = desk.post("a", "second");
  CHECK(desk.queue.waits(second));
  desk.run_until(desk.clock.now() + minute_ms);
  REQUIRE(at.size() == 4);
  CHECK(at[1] - at[0] == 500);
  CHECK(at[2] - at[1] == 1000);
  CHECK(at[3] - at[2] == 2000);
  CHECK(desk.service.taken == std::vector<std::string>{"second"});
}

TEST_CASE("a job of several calls pays for each of them") {
  Desk desk;
  int calls = 0;
  std::function<void(BudgetQueue::Job)> step = [&](BudgetQueue::Job job) {
    desk.queue.call(job, {.method = "GET", .url = "http://service/", .headers = {}, .body = "x"},
                    [&, job](const Result<HttpResult>&) {
                      if (++calls < 3) return step(job);
                      desk.queue.finish(job);
                    });
  };
  desk.queue.add(ticket("a"), step);
  desk.run_until(desk.clock.now() + 999);
  CHECK(calls == 1);
  desk.run_until(desk.clock.now() + 1001);
  CHECK(calls == 3);
}

TEST_CASE("a call of its own kind waits for its own rate, not for that of the job") {
  Desk desk;
  std::vector<TimeMs> at;
  desk.queue.add(ticket("a"), [&](BudgetQueue::Job job) {
    const HttpCall call{.method = "GET", .url = "http://service/", .headers = {}, .body = "x"};
    desk.queue.call(job, call, [&, job, call](const Result<HttpResult>&) {
      at.push_back(desk.clock.now());
      desk.queue.call(job, call,
                      [&, job, call](const Result<HttpResult>&) {
                        at.push_back(desk.clock.now());
                        desk.queue.call(job, call, [&, job](const Result<HttpResult>&) {
                          at.push_back(desk.clock.now());
                          desk.queue.finish(job);
                        });
                      },
                      {"reading"});
    });
  });
  desk.run_until(1'010'000);
  REQUIRE(at.size() == 3);
  CHECK(at[0] == 1'000'000);
  CHECK(at[1] == 1'000'000);  // another bucket
  CHECK(at[2] == 1'001'000);  // the channel's second
}

TEST_CASE("a 429 closes the buckets of the call that got it, and no others") {
  Desk desk;
  desk.service.closed_until = 1'002'000;
  TimeMs read = 0;
  desk.queue.add(ticket("a"), [&](BudgetQueue::Job job) {
    desk.queue.call(job, {.method = "GET", .url = "http://service/", .headers = {}, .body = "x"},
                    [&, job](const Result<HttpResult>&) {
                      read = desk.clock.now();
                      desk.queue.finish(job);
                    },
                    {"reading"});
  });
  desk.service.settle();
  desk.service.closed_until = 0;
  desk.post("b", "other");
  desk.service.settle();
  CHECK(desk.service.taken == std::vector<std::string>{"other"});
  desk.run_until(1'010'000);
  CHECK(read == 1'003'000);  // Retry-After
}
