#include "storage/writer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <future>

#include "bot/base/limits.h"
#include "bot/base/log.h"

namespace muster::storage {
namespace {

constexpr std::array<double, 8> bucket_ms = {1, 2, 5, 10, 20, 50, 100, 500};
constexpr std::size_t seq_cache_max = 10'000;  // incidents; a few bytes each, reloaded on demand

double ms_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Writer::Writer(Db db, std::string key, StoreOptions options, Store::Post post)
    : db_(std::move(db)), key_(std::move(key)), options_(std::move(options)), post_(std::move(post)) {
  applier_.emplace(db_, key_, head_);
  stats_.commit_ms_buckets.assign(bucket_ms.size() + 1, 0);
  thread_ = std::thread([this] { loop(); });
}

Writer::~Writer() { stop(); }

void Writer::submit(Job job) {
  std::string refusal;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      refusal = "The store is shutting down; nothing was recorded.";
    } else if (queue_.size() >= limits::writer_queue_max) {
      refusal = "Too many decisions wait for the disk; nothing was recorded.";
      ++stats_.failures;
    } else {
      queue_.push_back(std::move(job));
    }
  }
  if (refusal.empty()) {
    wake_.notify_one();
  } else {
    answer(job, fail(ErrorKind::unavailable, refusal, "Try again in a moment."));
  }
}

Result<Committed> Writer::submit_and_wait(Job job) {
  std::promise<Result<Committed>> promise;
  auto future = promise.get_future();
  job.direct = true;
  job.done = [&promise](Result<Committed> r) { promise.set_value(std::move(r)); };
  submit(std::move(job));
  return future.get();
}

void Writer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

StoreStats Writer::stats() const {
  const std::lock_guard lock(mutex_);
  StoreStats copy = stats_;
  copy.queue_depth = queue_.size();
  return copy;
}

void Writer::loop() {
  for (;;) {
    std::vector<Job> jobs = take();
    if (jobs.empty()) return;
    run_group(jobs);
  }
}

// Waits for work; empty when stopping and nothing is left. Special work comes alone.
std::vector<Job> Writer::take() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  std::vector<Job> jobs;
  while (!queue_.empty() && jobs.size() < limits::commit_group_max) {
    const bool alone = static_cast<bool>(queue_.front().work);
    if (alone && !jobs.empty()) break;
    jobs.push_back(std::move(queue_.front()));
    queue_.pop_front();
    if (alone) break;
  }
  return jobs;
}

void Writer::run_group(std::vector<Job>& jobs) {
  const auto start = std::chrono::steady_clock::now();
  Answers answers;
  if (jobs.front().work) {
    answers.push_back(run_work(jobs.front()));
  } else {
    answers = write_group(jobs);
    count(answers, ms_since(start));
  }
  fault("after-commit");
  for (std::size_t i = 0; i < jobs.size(); ++i) answer(jobs[i], std::move(answers[i]));
  fault("after-complete");
}

Writer::Answers Writer::write_group(std::vector<Job>& jobs) {
  Answers answers;
  answers.reserve(jobs.size());
  try {
    fault("before-begin");
    db_.run("BEGIN IMMEDIATE");
    if (!head_known_) head_ = read_head(db_);
    head_known_ = true;
    for (const Job& job : jobs) answers.push_back(write_one(job.commit));
    fault("before-commit");
    db_.run("COMMIT");
    if (head_.seq.size() > seq_cache_max) head_.seq.clear();
  } catch (const SqlError& error) {
    roll_back();
    Error why = explain(error, db_.path());
    why.kind = ErrorKind::unavailable;  // for whoever sent it: not recorded, send it again
    log(LogLevel::error, "commit failed", {{"why", why.message}, {"decisions", std::to_string(jobs.size())}});
    answers.assign(jobs.size(), std::unexpected(why));
  }
  return answers;
}

Result<Committed> Writer::write_one(const Commit& commit) {
  Committed committed;
  std::string why;
  db_.run("SAVEPOINT one");
  try {
    const Applied applied = applier_->apply(commit, now(), committed.entries, options_.fault);
    if (applied == Applied::yes) {
      db_.run("RELEASE one");
      return committed;
    }
    committed = Committed{true, {}};
    return undo_one(std::move(committed));
  } catch (const SqlError& error) {
    if (!error.is_constraint()) throw;  // the disk, not this commit: the whole group fails
    why = error.what();
  } catch (const std::exception& error) {
    why = error.what();
  }
  log(LogLevel::error, "a decision was refused by the store", {{"why", why}});
  return undo_one(fail(ErrorKind::internal, "The store refused a decision: " + why + ". Nothing of it was recorded."));
}

Result<Committed> Writer::undo_one(Result<Committed> answer) {
  db_.run("ROLLBACK TO one");
  db_.run("RELEASE one");
  applier_->undo();
  return answer;
}

// After this the head is read again: what was counted ahead of the disk is gone.
void Writer::roll_back() {
  head_known_ = false;
  try {
    if (db_.in_transaction()) db_.run("ROLLBACK");
  } catch (const SqlError& error) {
    log(LogLevel::error, "rollback failed", {{"why", error.what()}});
  }
}

Result<Committed> Writer::run_work(const Job& job) {
  try {
    if (auto done = job.work(db_); !done) return std::unexpected(done.error());
    return Committed{};
  } catch (const SqlError& error) {
    roll_back();
    return std::unexpected(explain(error, db_.path()));
  }
}

void Writer::answer(Job& job, Result<Committed> result) {
  if (!job.done) return;
  if (job.direct || !post_) {
    job.done(std::move(result));
  } else {
    post_([done = std::move(job.done), result = std::move(result)]() mutable { done(std::move(result)); });
  }
}

void Writer::count(const Answers& answers, double ms) {
  const std::lock_guard lock(mutex_);
  ++stats_.commits;
  for (const auto& a : answers) {
    if (!a) {
      ++stats_.failures;
    } else if (a->duplicate) {
      ++stats_.duplicates;
    } else {
      ++stats_.decisions;
    }
  }
  stats_.last_commit_ms = ms;
  stats_.sum_commit_ms += ms;
  stats_.max_commit_ms = std::max(stats_.max_commit_ms, ms);
  const auto bucket = std::lower_bound(bucket_ms.begin(), bucket_ms.end(), ms) - bucket_ms.begin();
  ++stats_.commit_ms_buckets[static_cast<std::size_t>(bucket)];
}

void Writer::fault(const char* point) const {
  if (options_.fault) options_.fault(point);
}

TimeMs Writer::now() const { return options_.now ? options_.now() : SystemClock().now(); }

}  // namespace muster::storage
