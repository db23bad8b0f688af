// Messages whose edit or deletion was heard before they were: Slack may deliver a message a second time minutes after
// its first form is gone, and what was held back while a history was read comes behind what the history says. Such a
// first form is no command and no news any more. Loop thread only.
#pragma once
#include <cstddef>
#include <deque>
#include <set>
#include <string>

#include "integrations/chat/platform.h"

namespace muster {

class ChangedPosts {
 public:
  static constexpr std::size_t most = 5'000;

  // Of every event as it comes. True: the first form of a message that is known to be another, or gone.
  bool came_before(const ChatEvent& e) {
    if (e.post_id.empty()) return false;
    const std::string post = e.platform + "/" + e.channel + "/" + e.post_id;
    if (e.kind == "message") return posts_.contains(post);
    if ((e.kind != "edit" && e.kind != "heard" && e.kind != "delete") || !posts_.insert(post).second) return false;
    order_.push_back(post);
    if (order_.size() > most) {
      posts_.erase(order_.front());
      order_.pop_front();
    }
    return false;
  }

 private:
  std::set<std::string> posts_;
  std::deque<std::string> order_;
};

}  // namespace muster
