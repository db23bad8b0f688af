// A day of a chat platform's life in virtual time: the platform's own code against its double, connections lost every
// few minutes, calls refused, broken and answered twice, the process restarted; then a count of what became of every
// command and every answer. Deterministic by its seed.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "integrations/chat/outside.h"
#include "integrations/chat/platform.h"
#include "tests/support/virtual_timers.h"

namespace muster::soak {

// The links of the store, which outlive the process.
class SoakDirectory final : public ChatDirectory {
 public:
  std::string theirs(const std::string& kind, const std::string& ours) const override;
  std::string ours(const std::string& kind, const std::string& theirs) const override;
  void link(const std::string& kind, const std::string& ours, const std::string& theirs) override;
  std::string person(const std::string&, const std::string&) const override { return "ana"; }
  std::string handle(const std::string&) const override { return {}; }

 private:
  std::map<std::pair<std::string, std::string>, std::string> theirs_, ours_;
};

// One platform and its double.
class SoakWorld {
 public:
  static constexpr int channels = 4;
  virtual ~SoakWorld() = default;
  virtual std::string name() const = 0;
  virtual std::unique_ptr<ChatPlatform> make(ChatDirectory& directory) = 0;
  virtual void start(ChatPlatform& platform) = 0;
  virtual void settle_in() = 0;                                       // after the first start: people join
  virtual void gone() = 0;                                            // the process ended
  virtual void pump() = 0;                                            // what people did reaches the wire
  virtual void tick() = 0;                                            // the double's own time
  virtual std::string say(int channel, const std::string& text) = 0;  // the post's id
  virtual void edit(int channel, const std::string& post, const std::string& text) = 0;
  virtual void cut() = 0;
  virtual std::string fault(std::mt19937& dice) = 0;                  // makes one; says which
  virtual void heal() = 0;                                            // no fault goes on
  virtual std::vector<std::string> bot_posts(int channel) const = 0;  // oldest first
  virtual std::vector<std::string> broken_rules() const { return {}; }

  VirtualClock clock{1'700'000'000'000};
  test::VirtualTimers timers{clock};
  std::deque<std::function<void()>> tasks;
  int refused_in_a_row = 0, most_refused_in_a_row = 0;  // 429 to posts

 protected:
  void post_answered(int status) {
    refused_in_a_row = status == 429 ? refused_in_a_row + 1 : 0;
    most_refused_in_a_row = std::max(most_refused_in_a_row, refused_in_a_row);
  }
};

struct SoakPlan {
  DurationMs time = hour_ms;
  int messages = 1'000;
  unsigned seed = 1;
};

// Prints the table; the sentences that say what is wrong: empty when everything held.
std::vector<std::string> run_soak(SoakWorld& world, const SoakPlan& plan);
// 1,000 posts to one channel at once, some of them urgent, and a restart in the middle.
std::vector<std::string> run_flood(SoakWorld& world);

void settle(SoakWorld& world);       // all that is due now
void pass_second(SoakWorld& world);  // and all of the next second

// --hours N --messages N --seed N; the exit code.
int soak_main(int argc, char** argv, const std::function<std::unique_ptr<SoakWorld>()>& make);

}  // namespace muster::soak
