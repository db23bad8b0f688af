// Counts the commits on their way, so that a transcript knows when everything has been answered.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "storage/store.h"

namespace muster {

class CountingStore final : public Store {
 public:
  explicit CountingStore(std::unique_ptr<Store> inner) : inner_(std::move(inner)) {}
  void commit(Commit c, std::function<void(Result<Committed>)> done) override {
    ++waiting;
    inner_->commit(std::move(c), [this, done = std::move(done)](Result<Committed> r) {
      --waiting;
      if (done) done(std::move(r));
    });
  }
  Result<Committed> commit_now(Commit c) override { return inner_->commit_now(std::move(c)); }
  Result<void> read_journal(std::int64_t after, const std::function<void(const Entry&)>& each) override {
    return inner_->read_journal(after, each);
  }
  Result<std::vector<Entry>> read_incident(const std::string& id) override { return inner_->read_incident(id); }
  Result<std::vector<InboxItem>> pending_inbox() override { return inner_->pending_inbox(); }
  Result<std::vector<PendingOut>> pending_out() override { return inner_->pending_out(); }
  Result<std::vector<DeadLetter>> dead_letters() override { return inner_->dead_letters(); }
  Result<void> resend_dead_letter(const std::string& id) override { return inner_->resend_dead_letter(id); }
  Result<std::vector<SentRow>> sent_to(const std::string& to, const std::string& id, std::size_t most,
                                       SentRows which) override {
    return inner_->sent_to(to, id, most, which);
  }
  Result<void> send_again(const OutMessage& m) override { return inner_->send_again(m); }
  Result<std::vector<Timer>> timers() override { return inner_->timers(); }
  Result<std::vector<ProjectionRow>> projections() override { return inner_->projections(); }
  Result<std::vector<ChatLink>> chat_links() override { return inner_->chat_links(); }
  Result<std::vector<OutMessage>> room_history(std::size_t n) override { return inner_->room_history(n); }
  std::uint64_t epoch() const override { return inner_->epoch(); }
  Result<StoredFile> read_file(const std::string& id) override { return inner_->read_file(id); }
  Result<std::int64_t> file_bytes() override { return inner_->file_bytes(); }
  StoreStats stats() const override { return inner_->stats(); }
  void stop() override { inner_->stop(); }
  Store& inner() { return *inner_; }
  int waiting = 0;

 private:
  std::unique_ptr<Store> inner_;
};

}  // namespace muster
