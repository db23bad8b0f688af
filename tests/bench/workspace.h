// Slack's double as the benchmark's other side: it says a command and sees when the answer is posted.
#pragma once
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "tests/doubles/slack/server.h"
#include "tests/support/certificates.h"

namespace muster::bench {

// So many that no channel gets more posts than Slack allows it, and none has to wait for that: a minute's worth of
// commands, each in a channel of its own.
inline constexpr std::size_t channels = 256;

struct ChatLoad {
  std::size_t commands = 0, at_once = 1;
  double apart_ms = 0;  // the next command is said no sooner than so long after the one before
};

class Workspace {
 public:
  // Over TLS, as Slack speaks, with a certificate of an authority of its own; or plain.
  explicit Workspace(bool tls = true);
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  std::string api() const { return server_.url() + "/api/"; }
  std::string app_token() const { return "xapp-1-test"; }
  std::string bot_token() const { return "xoxb-test"; }
  doubles::SlackServer& server() { return server_; }
  const std::string& authority_pem() const { return authority_.certificate_pem; }

  // Says `!status` in one channel after the other, with one unanswered command a channel at most, and waits for every
  // answer. Milliseconds from the event's frame, made and about to be sent, to the call of chat.postMessage, read and
  // not yet looked at: what the double does itself is nobody's time. Throws when one takes over a minute.
  std::vector<double> run(const ChatLoad& load);
  std::string last_answer();  // its text and blocks as JSON, as the bot sent them

 private:
  void heard(doubles::SlackCore& core);
  std::string free_channel();  // with the lock held

  SystemClock clock_;
  test::Certificate authority_;
  doubles::SlackServer server_;
  std::mutex lock_;
  std::condition_variable answered_;
  std::map<std::string, double> asked_;  // channel -> when; unanswered
  std::vector<double> ms_;
  double called_at_ = 0;  // the server's thread only
  std::string answer_;
  std::size_t turn_ = 0;
};

}  // namespace muster::bench
