#include "integrations/chat/terminal_view.h"

#include <algorithm>

namespace muster {

std::vector<std::string> TerminalView::channels() const {
  std::vector<std::string> names;
  for (const auto& [name, channel] : channels_) names.push_back(name);
  return names;
}

Value TerminalView::newest(const std::string& name, const std::string& author) const {
  const auto it = channels_.find(name);
  if (it == channels_.end()) return {};
  const auto& posts = it->second.posts;
  const auto found = std::find_if(posts.rbegin(), posts.rend(), [&](const Value& p) {
    return !p["deleted"].as_bool() && (author.empty() || p["author"].as_string() == author);
  });
  return found == posts.rend() ? Value() : *found;
}

std::string TerminalView::recent(const std::string& name, std::size_t most) const {
  const auto it = channels_.find(name);
  if (it == channels_.end()) return {};
  std::string out = paint(harmless(name + it->second.about), "2", look_.colors);
  const std::deque<Value>& posts = it->second.posts;
  for (std::size_t i = posts.size() - std::min(most, posts.size()); i < posts.size(); ++i) {
    if (!posts[i]["deleted"].as_bool()) out += "\n" + terminal_post(posts[i], look_);
  }
  return out;
}

std::string TerminalView::take(const Value& event, const std::string& current) {
  const std::string& kind = event["kind"].as_string();
  if (kind == "channel") return channel_changed(event["channel"], current);
  if (kind == "post") return post_changed(event["post"], current);
  if (kind == "past" && event["post"]["channel"].as_string() == current) return post_changed(event["post"], current);
  if (kind == "past") post_changed(event["post"], current);  // kept for /channel, not told
  if (kind == "channel_gone") channels_.erase(event["channel"].as_string());
  return {};
}

std::string TerminalView::channel_changed(const Value& channel, const std::string& current) {
  const std::string& name = channel["name"].as_string();
  const bool fresh = !channels_.contains(name);
  const std::string& topic = channel["topic"].as_string();
  std::string about = topic.empty() ? channel["title"].as_string() : topic;
  if (!about.empty()) about = " — " + about;
  if (channel["archived"].as_bool()) about += " (archived)";
  Channel& known = channels_[name];
  const bool same = known.about == about && !fresh;
  known.about = std::move(about);
  if (same || known.about.empty()) return {};  // an empty room is announced when it has a name for itself
  std::string line = harmless(name + known.about);
  if (fresh && name != current) line += "  (/channel " + harmless(name) + ")";
  return paint(line, "2", look_.colors);
}

std::string TerminalView::post_changed(const Value& post, const std::string& current) {
  const std::string& name = post["channel"].as_string();
  std::deque<Value>& posts = channels_[name].posts;
  const auto before = std::ranges::find_if(posts, [&](const Value& p) { return p["id"] == post["id"]; });
  if (before != posts.end()) {
    const std::string text = terminal_change(*before, post, look_);
    *before = post;
    return name == current ? text : std::string();  // a card elsewhere may change every second
  }
  if (post["deleted"].as_bool()) return {};
  posts.push_back(post);
  if (posts.size() > posts_max) posts.pop_front();
  if (name == current) return terminal_post(post, look_);
  return paint(harmless(name), "36", look_.colors) + " " + terminal_brief(post, look_);
}

}  // namespace muster
