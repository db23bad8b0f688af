#include "storage/writer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <future>

#include "bot/base/limits.h"
#include "bot/base/log.h"
#include "storage/gather.h"
#include "storage/owner.h"

namespace muster::storage {
namespace {

constexpr std::array<double, 8> bucket_ms = {1, 2, 5, 10, 20, 50, 100, 500};
constexpr std::chrono::milliseconds rest_after{1000};
constexpr std::int64_t log_bytes = 32 + std::int64_t{checkpoint_pages} * (24 + 4096);  // SQLite's header and frames
constexpr std::size_t seq_cache_max = 10'000;  // incidents; a few bytes each, reloaded on demand

double ms_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Writer::Writer(Db db, std::string key, std::int64_t owner, StoreOptions options, Store::Post post)
    : db_(std::move(db)), key_(std::move(key)), owner_(owner), options_(std::move(options)), post_(std::move(post)) {
  applier_.emplace(db_, key_, head_);
  stats_.commit_ms_buckets.assign(bucket_ms.size() + 1, 0);
  thread_ = std::thread([this] { loop(); });
}

Writer::~Writer() { stop(); }

void Writer::submit(Job job) {
  std::string why;
  bool wakes = false;
  {
    const std::lock_guard lock(mutex_);
    why = refusal(job);
    if (why.empty()) {
      const bool presses = !job.commit.may_gather;
      wakes = queue_.empty() || (presses && pressing_ == 0);
      pressing_ += presses ? 1 : 0;
      queue_.push_back(std::move(job));
    }
  }
  if (why.empty()) {
    if (wakes) wake_.notify_one();
  } else {
    std::vector<Job> refused;
    refused.push_back(std::move(job));
    answer(refused, Answers{fail(ErrorKind::unavailable, why, "Try again in a moment.")});
  }
}

std::string Writer::refusal(const Job& job) {
  std::string why;
  if (stopping_) {
    why = "The store is shutting down; nothing was recorded.";
  } else if (stats_.broken) {
    why = stats_.refusing;
  } else if (queue_.size() >= limits::writer_queue_max) {
    why = "Too many decisions wait for the disk; nothing was recorded.";
    ++stats_.failures;
  }
  if (!why.empty() && job.commit.epoch != 0) ++epoch_;
  return why;
}

void Writer::probe(std::function<void(Result<Committed>)> done) {
  submit({{}, std::move(done), false, [](Db& db) -> Result<void> {
            db.run(
                "INSERT INTO meta(key, value) VALUES('probe', '1') "
                "ON CONFLICT(key) DO UPDATE SET value = CASE value WHEN '1' THEN '2' ELSE '1' END");
            return {};
          }});
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
  const auto wanted = [this] { return stopping_ || !queue_.empty(); };
  if (!wake_.wait_for(lock, rest_after, wanted)) {
    lock.unlock();
    rest();
    lock.lock();
    wake_.wait(lock, wanted);
  }
  wake_.wait_for(lock, std::chrono::milliseconds(options_.gather_ms), [this] { return !is_gathering(); });
  std::vector<Job> jobs;
  while (!queue_.empty() && jobs.size() < limits::commit_group_max) {
    const bool alone = static_cast<bool>(queue_.front().work);
    if (alone && !jobs.empty()) break;
    pressing_ -= queue_.front().commit.may_gather ? 0 : 1;
    jobs.push_back(std::move(queue_.front()));
    queue_.pop_front();
    if (alone) break;
  }
  return jobs;
}

// One fsync of its own for each of a crowd costs more processor time than the decision did.
bool Writer::is_gathering() const {
  return !stopping_ && !queue_.empty() && pressing_ == 0 && queue_.size() < limits::commit_group_max;
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
  answer(jobs, std::move(answers));
  fault("after-complete");
}

Writer::Answers Writer::write_group(std::vector<Job>& jobs) {
  Answers answers;
  answers.reserve(jobs.size());
  try {
    fault("before-begin");
    begin();
    if (!write_together(jobs, answers)) {
      roll_back();
      begin();
      answers.clear();
      for (Job& job : jobs) answers.push_back(write_in_epoch(job.commit));
    }
    fault("before-commit");
    db_.run("COMMIT");
    {
      const std::lock_guard lock(mutex_);
      stats_.refusing.clear();
    }
    if (head_.seq.size() > seq_cache_max) head_.seq.clear();
  } catch (const SqlError& error) {
    roll_back();
    Error why = explain(error, db_.path(), Tries::again);
    why.kind = ErrorKind::unavailable;  // for whoever sent it: not recorded, send it again
    log(LogLevel::error, "commit failed", {{"why", why.message}, {"decisions", std::to_string(jobs.size())}});
    refused(error, why);
    if (std::ranges::any_of(jobs, [](const Job& job) { return job.commit.epoch != 0; })) ++epoch_;
    answers.assign(jobs.size(), std::unexpected(why));
    return answers;
  }
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (!answers[i] || answers[i]->duplicate) continue;
    answers[i]->entries = std::move(jobs[i].commit.decision.entries);
    answers[i]->out = std::move(jobs[i].commit.decision.out);
  }
  return answers;
}

void Writer::begin() {
  db_.run("BEGIN IMMEDIATE");
  check_owner(db_, owner_);
  if (!head_known_) head_ = read_head(db_);
  head_known_ = true;
}

namespace {

// What stands on a decision that was not applied is not applied either.
bool is_stale(const Commit& commit, std::uint64_t epoch) { return commit.epoch != 0 && commit.epoch != epoch; }

std::unexpected<Error> stale() {
  return fail(ErrorKind::conflict, "It was decided on a state that was not recorded; nothing of it was recorded.");
}

// A known delivery whose decision changed the state in memory only.
bool is_forgotten(const Commit& commit) {
  const Decision& d = commit.decision;
  return commit.epoch != 0 && !(d.entries.empty() && d.timers.empty());
}

}  // namespace

// False: one of them was refused after it had written something. The caller rolls back and takes them one by one.
bool Writer::write_together(std::vector<Job>& jobs, Answers& answers) {
  const std::uint64_t epoch = epoch_;
  std::uint64_t forgotten = 0;
  try {
    for (Job& job : jobs) {
      if (is_stale(job.commit, epoch + forgotten)) {
        answers.push_back(stale());
        continue;
      }
      const bool applied = applier_->apply(job.commit, now(), options_.fault) == Applied::yes;
      if (!applied && applier_->wrote()) return false;
      if (!applied && is_forgotten(job.commit)) ++forgotten;
      answers.push_back(Committed{!applied, {}, {}});
    }
    epoch_ += forgotten;  // submit() may have counted meanwhile
    return true;
  } catch (const SqlError& error) {
    if (!error.is_constraint()) throw;  // the disk, not a commit: the whole group fails
  } catch (const std::exception&) {
    // Said when it is refused alone.
  }
  return false;
}

Result<Committed> Writer::write_in_epoch(Commit& commit) {
  if (is_stale(commit, epoch_)) return stale();
  auto answer = write_one(commit);
  if (commit.epoch != 0 && (!answer || (answer->duplicate && is_forgotten(commit)))) ++epoch_;
  return answer;
}

Result<Committed> Writer::write_one(Commit& commit) {
  std::string why;
  db_.run("SAVEPOINT one");
  try {
    if (applier_->apply(commit, now(), options_.fault) == Applied::duplicate) {
      return undo_one(Committed{true, {}, {}});
    }
    db_.run("RELEASE one");
    return Committed{};
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
    check_owner(db_, owner_);
    if (auto done = job.work(db_); !done) return std::unexpected(done.error());
    const std::lock_guard lock(mutex_);
    stats_.refusing.clear();
    return Committed{};
  } catch (const SqlError& error) {
    roll_back();
    const Error why = explain(error, db_.path(), Tries::again);
    refused(error, why);
    return std::unexpected(why);
  }
}

void Writer::refused(const SqlError& error, const Error& why) {
  const std::lock_guard lock(mutex_);
  stats_.refusing = why.message;
  stats_.broken = stats_.broken || error.is_broken();
}

// One task for the whole group: the loop is woken once.
void Writer::answer(std::vector<Job>& jobs, Answers answers) {
  struct Finished {
    std::function<void(Result<Committed>)> done;
    Result<Committed> result;
  };
  std::vector<Finished> later;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (!jobs[i].done) continue;
    if (jobs[i].direct || !post_) {
      jobs[i].done(std::move(answers[i]));
    } else {
      later.push_back({std::move(jobs[i].done), std::move(answers[i])});
    }
  }
  if (later.empty()) return;
  post_([later = std::move(later)]() mutable {
    for (Finished& f : later) {
      try {
        f.done(std::move(f.result));
      } catch (const std::exception& error) {  // a bug in one must not take the answers of the others
        log(LogLevel::error, "task failed", {{"error", error.what()}});
      }
    }
  });
}

// Nothing to do for a while: the log is made as long as it may become, and an idle bot keeps no pages in memory.
void Writer::rest() {
  while (idle() && lengthen_log()) {
  }
  db_.let_go_of_pages();
}

bool Writer::idle() const {
  const std::lock_guard lock(mutex_);
  return queue_.empty() && !stopping_;
}

// A little more of it; true: not long enough yet. Whatever is wrong with the disk the next commit says.
bool Writer::lengthen_log() {
  try {
    db_.run("BEGIN IMMEDIATE");
    const bool more = storage::lengthen_log(db_.raw(), log_bytes);
    db_.run("ROLLBACK");
    return more;
  } catch (const SqlError&) {
    roll_back();
    return false;
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
