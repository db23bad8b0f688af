// The one thread that owns the writing connection. It takes all queued commits into one transaction, commits once and
// then posts the completions in order. Only when one of them is refused half-way are they done again with a savepoint
// each: savepoints copy every page they touch.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "storage/apply.h"
#include "storage/sqlite.h"
#include "storage/store.h"

namespace muster::storage {

struct Job {
  Commit commit;
  std::function<void(Result<Committed>)> done;
  bool direct = false;                    // complete on the writer thread, for a caller that waits
  std::function<Result<void>(Db&)> work;  // instead of a commit: runs alone, makes its own transaction
};

class Writer {
 public:
  // `owner`: what take_ownership gave. Throws nothing; a writer that is not the newest owner refuses everything.
  Writer(Db db, std::string key, std::int64_t owner, StoreOptions options, Store::Post post);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void submit(Job job);
  void probe(std::function<void(Result<Committed>)> done);
  std::uint64_t epoch() const { return epoch_; }
  std::int64_t owner() const { return owner_; }
  Result<Committed> submit_and_wait(Job job);
  void stop();
  StoreStats stats() const;

 private:
  using Answers = std::vector<Result<Committed>>;
  void loop();
  std::vector<Job> take();
  bool is_gathering() const;  // with the mutex held
  void run_group(std::vector<Job>& jobs);
  Answers write_group(std::vector<Job>& jobs);
  void begin();
  bool write_together(std::vector<Job>& jobs, Answers& answers);
  Result<Committed> write_one(Commit& commit);
  Result<Committed> write_in_epoch(Commit& commit);
  std::string refusal(const Job& job);  // with the mutex held; empty: it may wait in the queue
  void refused(const SqlError& error, const Error& why);
  Result<Committed> undo_one(Result<Committed> answer);
  Result<Committed> run_work(const Job& job);
  void roll_back();
  void answer(std::vector<Job>& jobs, Answers answers);
  void rest();
  bool idle() const;
  bool lengthen_log();
  void count(const Answers& answers, double ms);
  void fault(const char* point) const;
  TimeMs now() const;

  Db db_;
  const std::string key_;
  const std::int64_t owner_;
  const StoreOptions options_;
  const Store::Post post_;
  Head head_;
  bool head_known_ = false;
  std::atomic<std::uint64_t> epoch_ = 1;
  std::optional<Applier> applier_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  std::size_t pressing_ = 0;  // of them: those that may not wait for others
  bool stopping_ = false;
  StoreStats stats_;
  std::thread thread_;  // last: starts when everything else is there
};

}  // namespace muster::storage
