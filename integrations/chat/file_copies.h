// The copies of what was filed: one file at a time, through the platform's budget, no larger than asked. Loop thread.
#pragma once
#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "integrations/chat/platform.h"
#include "integrations/net/budget_queue.h"

namespace muster {

class FileCopies {
 public:
  using Known = std::function<void(const Value& file)>;
  struct Platform {
    std::string title;   // "Slack", for the sentence that says why there is no copy
    std::string bucket;  // of the budget
    // An error says why it is not fetched: as finish_copy() takes it.
    std::function<std::expected<HttpCall, CoverageNote>(const Value& file)> call;
    // What came with 200 but is no file: the reason; without a key: it is one.
    std::function<CoverageNote(const HttpResult& answer, const SaidFile& file)> not_the_file = {};
    // Says the rest of a file of which a message told only the id; then `known`. Empty: messages tell all.
    std::function<void(const Value& file, const Known& known)> know = {};
    FileCleaner clean = {};
  };
  // `name` and `listener` are read when a file is handed over; all outlive it.
  FileCopies(BudgetQueue& queue, const Clock& clock, const std::string& name, const ChatPlatform::Listener& listener,
             Platform platform)
      : queue_(queue), clock_(clock), name_(name), listener_(listener), platform_(std::move(platform)) {}

  void fetch(const OutMessage& message, ChatPlatform::Done done);

 private:
  struct Order {
    std::string channel, post;
    std::int64_t most = 0;
    std::deque<Value> files;
    ChatPlatform::Done done;
  };
  using OrderPtr = std::shared_ptr<Order>;
  void next(const OrderPtr& order);
  void copy(const OrderPtr& order, const Value& file);
  void send(const OrderPtr& order, const HttpCall& call, const ChatEvent& event);
  void answered(const OrderPtr& order, ChatEvent event, const Result<HttpResult>& result);
  void hand_over(const OrderPtr& order, ChatEvent event, const CoverageNote& why, std::string bytes);

  BudgetQueue& queue_;
  const Clock& clock_;
  const std::string& name_;
  const ChatPlatform::Listener& listener_;
  Platform platform_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // a cleaner may answer late
};

}  // namespace muster
