#include "integrations/chat/slack/foreseen.h"

#include <algorithm>
#include <utility>

namespace muster {

void ForeseenPosts::add(ForeseenPost post) {
  if (posts_.size() == most) posts_.pop_front();
  posts_.push_back(std::move(post));
}

// A message that waited may have been cleaned of a secret meanwhile, or say that it is late.
std::optional<ForeseenPost> ForeseenPosts::take(const OutMessage& m, const std::string& channel_id,
                                                const std::string& thread) {
  const auto it = std::ranges::find_if(posts_, [&](const ForeseenPost& p) { return p.message.id == m.id; });
  if (it == posts_.end()) return std::nullopt;
  ForeseenPost post = std::move(*it);
  posts_.erase(it);
  const auto same = [&](const char* part) { return post.message.body[part] == m.body[part]; };
  if (post.channel_id != channel_id || post.thread != thread || !same("message") || !same("calls")) return std::nullopt;
  return post;
}

}  // namespace muster
