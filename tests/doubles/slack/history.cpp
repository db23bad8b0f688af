// What was said before, page by page.
#include "tests/doubles/slack/parts.h"

namespace muster::doubles {

Value SlackCore::history(const Arguments& a) {
  const auto it = channels.find(argument(a, "channel"));
  if (it == channels.end()) return error("channel_not_found");
  if (!it->second.members.contains(bot_user) || denied_.contains(it->first)) return error("not_in_channel");
  const std::string oldest = argument(a, "oldest"), latest = argument(a, "latest");
  const bool inclusive = argument(a, "inclusive") == "true";
  const std::size_t limit = argument(a, "limit").empty() ? 100 : std::stoul(argument(a, "limit"));
  Value list = Value::List{};
  bool more = false;
  std::string cursor = argument(a, "cursor");
  const std::string before = cursor.empty() ? "" : cursor.substr(0, cursor.find('='));
  for (auto p = it->second.posts.rbegin(); p != it->second.posts.rend(); ++p) {
    const SlackPost& post = p->second;
    if (!post.thread_ts.empty() && post.thread_ts != post.ts) continue;  // replies are asked for by thread
    if (!oldest.empty() && (inclusive ? post.ts < oldest : post.ts <= oldest)) continue;
    if (!latest.empty() && (inclusive ? post.ts > latest : post.ts >= latest)) continue;
    if (!before.empty() && post.ts >= before) continue;
    if (list.as_list().size() == limit) {
      more = true;
      break;
    }
    Value message = message_value(post);
    std::int64_t count = 0;
    std::string last;
    for (const auto& [ts, reply] : it->second.posts) {
      if (reply.thread_ts == post.ts && ts != post.ts) ++count, last = ts;
    }
    if (count > 0) {
      message.set("thread_ts", post.ts);
      message.set("reply_count", count);
      message.set("latest_reply", last);
    }
    list.push(message);
  }
  const std::string next = more ? list.as_list().back()["ts"].as_string() + "==" : "";
  return ok({{"messages", list}, {"has_more", more}, {"response_metadata", Value::Map{{"next_cursor", next}}}});
}

Value SlackCore::replies(const Arguments& a) {
  const auto it = channels.find(argument(a, "channel"));
  if (it == channels.end()) return error("channel_not_found");
  const std::string root = argument(a, "ts"), oldest = argument(a, "oldest");
  if (!it->second.posts.contains(root)) return error("thread_not_found");
  Value list = Value::List{message_value(it->second.posts.at(root))};
  for (const auto& [ts, post] : it->second.posts) {
    if (post.thread_ts == root && ts != root && ts > oldest) list.push(message_value(post));
  }
  return ok({{"messages", list}, {"has_more", false}});
}

}  // namespace muster::doubles
