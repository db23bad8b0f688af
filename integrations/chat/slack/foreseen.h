// Posts made ready while the commit that says why is on its way to the disk: then nothing but sending is left. What
// became of one is decided when its turn has come; what is not the very same by then is made anew.
#pragma once
#include <deque>
#include <optional>
#include <string>

#include "bot/core/chat/message.h"
#include "bot/core/decision.h"
#include "integrations/net/http_client.h"

namespace muster {

struct ForeseenPost {
  OutMessage message;
  std::string channel_id, thread;  // theirs
  HttpCall call;
  std::deque<Attachment> files;  // that go along
  std::size_t channels = 0;      // how many had been learned by then: one more may be named in it, and become a link
};

class ForeseenPosts {
 public:
  static constexpr std::size_t most = 64;  // of commits that failed nobody asks again
  void add(ForeseenPost post);
  std::optional<ForeseenPost> take(const OutMessage& message, const std::string& channel_id, const std::string& thread);

 private:
  std::deque<ForeseenPost> posts_;
};

}  // namespace muster
