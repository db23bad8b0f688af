// Calls to one account of a service, through its budget: jobs of one or more calls, in order within a lane, 429
// obeyed, failures repeated with backoff where the job asks for it. Loop thread only.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "integrations/net/backoff.h"
#include "integrations/net/budget.h"
#include "integrations/net/http_client.h"
#include "integrations/net/timers.h"

namespace muster {

struct BudgetQueueStats {
  std::size_t waiting = 0, running = 0;
  DurationMs oldest_ms = 0;                           // age of what has waited longest
  std::uint64_t calls = 0, refused = 0, retries = 0;  // refused: answered 429
};

class BudgetQueue {
 public:
  using Job = std::uint64_t;
  // Calls under way: while these are not answered nothing new begins, so that what is urgent waits for one answer and
  // not behind all that was sent to a slow service. Each has a connection, with TLS some 50 kB.
  static constexpr std::size_t calls_at_once = 8;
  using Run = std::function<void(Job job)>;
  struct Outside {  // what it works with; all outlive it
    HttpClient& http;
    const Clock& clock;
    Timers& timers;
    std::function<double()> dice;  // [0, 1)
  };
  BudgetQueue(Outside outside, Budget::Rules rules, BackoffLimits backoff = {});
  ~BudgetQueue();
  BudgetQueue(const BudgetQueue&) = delete;
  BudgetQueue& operator=(const BudgetQueue&) = delete;

  // `run` is called when the job's turn has come (now or later); the lane is the job's until finish().
  Job add(BudgetTicket ticket, Run run);  // 0: full
  // One call of a job, of the ticket's buckets unless it names its own: a job that writes may have to read first, and
  // that is not what its rate is about. A 429 is not an outcome: the call waits as long as the server says and is sent
  // again.
  void call(Job job, HttpCall call, HttpClient::Done done, std::vector<std::string> buckets = {});
  void finish(Job job);
  void run_again(Job job);  // after a backoff that grows with each time; the lane stays the job's
  void cancel(Job job);     // one that has not begun
  void on_refused(std::function<void()> told) { told_refused_ = std::move(told); }  // each 429
  bool waits(Job job) const;

  BudgetQueueStats stats() const;
  std::map<std::string, std::size_t> waiting_by_lane() const { return budget_.waiting_by_lane(); }

 private:
  struct Pending {
    HttpCall call;
    HttpClient::Done done;
    std::vector<std::string> buckets;
  };
  struct State {
    BudgetTicket ticket;
    Run run;
    int failures = 0;
    bool running = false;
    bool paid = false;              // the budget's turn covers the first call of its buckets
    std::unique_ptr<Pending> held;  // a call that waits for room
    std::uint64_t timer = 0;
  };
  void pump();
  void hold(State& state, Pending pending);
  void send_held();
  void send(Job job, Pending pending);
  void answered(Job job, Pending pending, Result<HttpResult> result);
  void arm();

  Outside out_;
  Budget budget_;
  BackoffLimits backoff_;
  std::map<Job, State> jobs_;
  std::size_t held_ = 0;       // calls that wait for room
  std::size_t under_way_ = 0;  // calls that were sent and not answered
  std::uint64_t timer_ = 0;
  bool pumping_ = false;
  BudgetQueueStats counted_;
  std::function<void()> told_refused_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace muster
