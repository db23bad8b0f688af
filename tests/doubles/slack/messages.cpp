// What is said: posts, edits, private posts, and the limits they must keep.
#include "tests/doubles/slack/parts.h"

namespace muster::doubles {

namespace {

constexpr std::size_t kPostsInBurst = 5;  // a second each is the rate; a short burst is tolerated

// The limits of the block reference; the answer names the first that is passed.
std::string block_problem(const Value& blocks) {
  if (!blocks.is_null() && !blocks.is_list()) return "blocks is no list";
  if (blocks.as_list().size() > 50) return "more than 50 blocks";
  std::set<std::string> ids;
  for (const Value& block : blocks.as_list()) {
    const std::string& type = block["type"].as_string();
    static const std::set<std::string> known = {"section", "actions", "context",  "divider",
                                                "header",  "image",   "rich_text"};
    if (!known.contains(type)) return "unknown block type " + type;
    const std::string& text = block["text"]["text"].as_string();
    if (block.has("text") && (text.empty() || code_point_count(text) > 3'000)) return "section text of a wrong length";
    if (type == "section" && !block.has("text") && block["fields"].as_list().empty()) return "a section without text";
    if (block["fields"].as_list().size() > 10) return "more than 10 fields";
    for (const Value& f : block["fields"].as_list()) {
      const std::size_t n = code_point_count(f["text"].as_string());
      if (n == 0 || n > 2'000) return "field text of a wrong length";
    }
    const auto& elements = block["elements"].as_list();
    if (type == "actions" && (elements.empty() || elements.size() > 25)) return "wrong number of actions";
    if (type == "context" && (elements.empty() || elements.size() > 10)) return "wrong number of context elements";
    for (const Value& e : elements) {
      if (e["type"].as_string() != "button") continue;
      if (!ids.insert(e["action_id"].as_string()).second) return "action_id used twice";
      const std::size_t label = code_point_count(e["text"]["text"].as_string());
      if (label == 0 || label > 75) return "button text of a wrong length";
      if (code_point_count(e["value"].as_string()) > 2'000) return "button value too long";
      const std::string& style = e["style"].as_string();
      if (e.has("style") && style != "primary" && style != "danger") return "unknown button style";
    }
  }
  return {};
}

std::size_t text_of(const Value& v) {
  std::size_t n = v["text"].is_string() ? code_point_count(v["text"].as_string()) : 0;
  for (const auto& [key, member] : v.as_map()) n += member.is_string() ? 0 : text_of(member);
  for (const Value& member : v.as_list()) n += text_of(member);
  return n;
}

}  // namespace

// A second between posts of one channel, a short burst above it.
bool SlackCore::too_fast(const std::string& channel) {
  auto& times = posted_[channel];
  while (!times.empty() && now_ - times.front() >= static_cast<DurationMs>(kPostsInBurst) * 1'000) times.pop_front();
  if (times.size() >= kPostsInBurst) return true;
  times.push_back(now_);
  return false;
}

// https://docs.slack.dev/reference/methods: what these methods know; the names of anything else are mistakes.
void SlackCore::check_names(const std::string& method, const Arguments& a) {
  using Names = std::set<std::string>;
  static const Names both = {"token", "channel", "text", "blocks", "attachments", "link_names", "parse"};
  static const std::map<std::string, Names> more = {
      {"chat.postMessage", {"metadata", "mrkdwn", "reply_broadcast", "thread_ts", "unfurl_links", "unfurl_media"}},
      {"chat.postEphemeral", {"thread_ts", "user"}},
      {"chat.update", {"metadata", "reply_broadcast", "ts"}}};
  for (const auto& [name, value] : a)
    if (!both.contains(name) && !more.at(method).contains(name)) broken_rules.push_back(method + " knows no " + name);
}

void SlackCore::check_limits(const Arguments& a) {
  const Value blocks = json_argument(a, "blocks");
  if (const std::string problem = block_problem(blocks); !problem.empty()) broken_rules.push_back(problem);
  if (text_of(blocks) > 12'000) broken_rules.push_back("more than 12,000 characters in all blocks");
  if (!argument(a, "blocks").empty() && argument(a, "text").empty()) broken_rules.push_back("blocks without text");
  if (argument(a, "metadata").size() > 1'024) broken_rules.push_back("metadata over 1 kB");
}

Value SlackCore::post_message(const Arguments& a) {
  std::string id = argument(a, "channel");
  if (users.contains(id)) id = open_direct({{"users", id}})["channel"]["id"].as_string();
  SlackChannel* channel = nullptr;
  if (Value problem = writable(id, channel); !problem.is_null()) return problem;
  if (argument(a, "text").empty() && argument(a, "blocks").empty()) return error("no_text");
  check_names("chat.postMessage", a);
  check_limits(a);
  const Value blocks = json_argument(a, "blocks");
  if (!block_problem(blocks).empty()) return error("invalid_blocks");
  if (too_fast(id)) return error("ratelimited");
  SlackPost post;
  post.ts = next_ts();
  post.user = bot_user;
  post.bot_id = bot_id;
  post.text = argument(a, "text");
  post.blocks = blocks;
  post.metadata = json_argument(a, "metadata");
  post.thread_ts = argument(a, "thread_ts");
  if (!post.thread_ts.empty() && !channel->posts.contains(post.thread_ts)) return error("thread_not_found");
  channel->posts[post.ts] = post;
  happenings_.push_back({"post", id, post.ts, post.text, channel->im_of, blocks, !post.thread_ts.empty()});
  Value event = message_value(post);
  event.set("channel", id);
  event.set("channel_type", channel->im_of.empty() ? "channel" : "im");
  emit_event(event);
  return ok({{"channel", id}, {"ts", post.ts}, {"message", message_value(post)}});
}

Value SlackCore::post_ephemeral(const Arguments& a) {
  SlackChannel* channel = nullptr;
  if (Value problem = writable(argument(a, "channel"), channel); !problem.is_null()) return problem;
  if (!channel->members.contains(argument(a, "user"))) return error("user_not_in_channel");
  check_names("chat.postEphemeral", a);
  check_limits(a);
  happenings_.push_back({"ephemeral",
                         channel->id,
                         {},
                         argument(a, "text"),
                         argument(a, "user"),
                         json_argument(a, "blocks"),
                         !argument(a, "thread_ts").empty()});
  return ok({{"message_ts", next_ts()}});
}

Value SlackCore::update(const Arguments& a) {
  SlackChannel* channel = nullptr;
  if (Value problem = writable(argument(a, "channel"), channel); !problem.is_null()) return problem;
  const auto it = channel->posts.find(argument(a, "ts"));
  if (it == channel->posts.end()) return error("message_not_found");
  if (it->second.bot_id != bot_id) return error("cant_update_message");
  if (code_point_count(argument(a, "text")) > 4'000) return error("msg_too_long");
  check_names("chat.update", a);
  check_limits(a);
  const Value blocks = json_argument(a, "blocks");
  if (!block_problem(blocks).empty()) return error("invalid_blocks");
  const Value before = message_value(it->second);
  it->second.text = argument(a, "text");
  it->second.blocks = blocks;
  happenings_.push_back({"edit", channel->id, it->first, it->second.text, {}, blocks, false});
  emit_event(Value::Map{{"type", "message"},
                        {"subtype", "message_changed"},
                        {"hidden", true},
                        {"channel", channel->id},
                        {"ts", next_ts()},
                        {"message", message_value(it->second)},
                        {"previous_message", before}});
  return ok({{"channel", channel->id}, {"ts", it->first}, {"text", it->second.text}});
}

Value SlackCore::delete_message(const Arguments& a) {
  SlackChannel* channel = nullptr;
  if (Value problem = writable(argument(a, "channel"), channel); !problem.is_null()) return problem;
  if (!channel->posts.contains(argument(a, "ts"))) return error("message_not_found");
  channel->posts.erase(argument(a, "ts"));
  return ok();
}

Value SlackCore::permalink(const Arguments& a) {
  std::string digits = argument(a, "message_ts");
  digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
  return ok({{"permalink", "https://test.slack.com/archives/" + argument(a, "channel") + "/p" + digits}});
}

}  // namespace muster::doubles
