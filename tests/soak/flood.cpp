// A flood to one channel through the outbox and its store, as in the program; the process is killed in the middle of
// it.
#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>

#include "bot/outbox.h"
#include "tests/conversations/counting_store.h"
#include "tests/soak/fault_soak.h"
#include "tests/support/temp_folder.h"

namespace muster::soak {
namespace {

constexpr int flood = 1'000, urgent = 5;
constexpr int hurried = 2'000, hurried_later = 3'000;  // numbers of urgent posts begin here

// What the writer's thread reports, until it is wanted.
class Reports {
 public:
  void put(std::function<void()> task) {
    {
      const std::scoped_lock hold(lock_);
      tasks_.push_back(std::move(task));
    }
    came_.notify_one();
  }
  std::function<void()> take() {
    std::unique_lock hold(lock_);
    came_.wait(hold, [this] { return !tasks_.empty(); });
    std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    return task;
  }

 private:
  std::mutex lock_;
  std::condition_variable came_;
  std::deque<std::function<void()>> tasks_;
};

// The outgoing half of the bot, one life after the other on one folder.
class Speaker {
 public:
  explicit Speaker(SoakWorld& world) : w_(world) {}
  ~Speaker() { kill(); }
  void start() {
    reports_ = std::make_unique<Reports>();
    StoreOptions options;
    options.folder = folder_.path();
    auto opened =
        open_store(std::move(options), [r = reports_.get()](std::function<void()> t) { r->put(std::move(t)); });
    if (!opened) throw std::runtime_error(opened.error().message);
    store_ = std::make_unique<CountingStore>(std::move(*opened));
    outbox_ = std::make_unique<Outbox>(*store_, w_.clock);
    platform_ = w_.make(directory_);
    platform_->on_event([](const ChatEvent&, const ChatPlatform::Done& done) { done({}); });
    outbox_->attach(*platform_);
    outbox_->restore(*store_->pending_out(), [](const std::string&) { return false; });
    w_.start(*platform_);
    rest();
  }
  void kill() {
    if (!store_) return;
    outbox_.reset();
    platform_.reset();
    w_.tasks.clear();
    w_.timers.clear();
    w_.gone();
    w_.tasks.clear();
    store_->stop();
    store_.reset();
  }
  void say(int first, int last, bool is_urgent) {
    Commit c;
    for (int n = first; n <= last; ++n) {
      char id[40];
      std::snprintf(id, sizeof id, "%011llx-f-%04d", static_cast<unsigned long long>(w_.clock.now()), n);
      c.decision.out.push_back({id, w_.name() + ":#c0", "post",
                                Value::Map{{"post_id", "r" + std::to_string(n)},
                                           {"message", Value::Map{{"text", "pong " + std::to_string(n)}}},
                                           {"urgent", is_urgent}}});
    }
    store_->commit(std::move(c), [this](Result<Committed> r) {
      for (OutMessage& m : r->out) outbox_->add_new(std::move(m));
    });
    rest();
  }
  void pass(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      pass_second(w_);
      outbox_->tick();
      rest();
    }
  }
  std::size_t waiting() const { return outbox_->waiting(); }

 private:
  void rest() {
    settle(w_);
    while (store_->waiting > 0) {
      reports_->take()();
      settle(w_);
    }
  }

  SoakWorld& w_;
  test::TempFolder folder_;
  SoakDirectory directory_;
  std::unique_ptr<Reports> reports_;
  std::unique_ptr<CountingStore> store_;
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<ChatPlatform> platform_;
};

struct Channel {
  std::vector<int> order;
  int lines = 0;  // that say what is delayed
  explicit Channel(const SoakWorld& w) {
    for (const std::string& text : w.bot_posts(0)) {
      if (text.starts_with("pong ")) order.push_back(std::atoi(text.c_str() + 5));
      lines += text.contains("⏳") ? 1 : 0;
    }
  }
  std::ptrdiff_t place(int n) const { return std::ranges::find(order, n) - order.begin(); }
};

}  // namespace

std::vector<std::string> run_flood(SoakWorld& w) {
  Speaker bot(w);
  bot.start();
  w.settle_in();
  bot.pass(120);
  bot.say(1, flood, false);
  bot.pass(20);
  const std::ptrdiff_t before = std::ssize(Channel(w).order);
  bot.say(hurried + 1, hurried + urgent, true);
  bot.pass(20);
  const Channel half(w);
  bot.say(hurried_later + 1, hurried_later + urgent, true);
  bot.kill();
  bot.start();
  int seconds = 40;
  for (; seconds < 3'600 && bot.waiting() > 0; ++seconds) bot.pass(1);
  const Channel whole(w);
  std::vector<int> plain;
  std::ranges::copy_if(whole.order, std::back_inserter(plain), [](int n) { return n < hurried; });
  const auto place = whole.place(hurried + urgent) - before;
  const auto later = whole.place(hurried_later + urgent) - std::ssize(half.order);
  std::printf(
      "%s: flood of %d posts to one channel: %d s; %td posts from the handing over of five urgent ones to the last of "
      "them, %td after a restart; %d line that says so, %d with the restart; 429 at most %d times in a row\n",
      w.name().c_str(), flood, seconds, place, later, half.lines, whole.lines, w.most_refused_in_a_row);
  std::vector<std::string> wrong = w.broken_rules();
  if (whole.order.size() != flood + 2 * urgent)
    wrong.push_back(std::to_string(whole.order.size()) + " posts of 1,010 arrived");
  if (!std::ranges::is_sorted(plain)) wrong.emplace_back("the flood lost its order");
  if (place > 2 * urgent) wrong.emplace_back("urgent posts did not overtake");
  if (later > 2 * urgent) wrong.emplace_back("urgent posts did not overtake after the restart");
  if (half.lines != 1) wrong.push_back(std::to_string(half.lines) + " lines say what is delayed, not one");
  if (whole.lines > 2) wrong.push_back(std::to_string(whole.lines) + " lines say what is delayed, not one a process");
  if (w.most_refused_in_a_row > 1) wrong.emplace_back("the limit was hit twice in a row");
  return wrong;
}

}  // namespace muster::soak
