// A transcript on Slack: the real platform against the double's core, without sockets. Slack's pace needs seconds that
// the transcript does not have, so the platform and the double live on a clock of their own, which runs ahead.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>

#include "integrations/chat/slack/mrkdwn.h"
#include "integrations/chat/slack/slack.h"
#include "tests/conversations/mattermost_stage.h"
#include "tests/doubles/slack/no_sockets.h"

namespace muster {

// Our text again from what the renderer made of it.
inline std::string from_mrkdwn(const std::string& text) {
  static constexpr std::string_view joiner = "\xE2\x81\xA0";
  std::string out;
  bool code = false;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = std::string_view(text).substr(i);
    if (rest.starts_with(joiner) && rest.size() > 2 * joiner.size()) {
      const char marker = rest[joiner.size()];
      out += marker == '*' || marker == '`' ? std::string("\\") + marker : std::string(1, marker);
      i += 2 * joiner.size() + 1;
    } else if (rest.starts_with("&lt;") || rest.starts_with("&gt;")) {
      out += rest[1] == 'l' ? '<' : '>';
      i += 4;
    } else if (rest.starts_with("&amp;")) {
      out += '&';
      i += 5;
    } else {
      if (text[i] == '`') code = !code;
      if (text[i] == '\\' || (code && text[i] == '*')) out += '\\';
      out += text[i++];
    }
  }
  return out;
}

class SlackStage final : public Stage {
 public:
  SlackStage(const VirtualClock& story, Post post) : story_(story), net_(core_, clock_, std::move(post)) {
    core_.everybody_joins = true;
    for (const std::string& scope : slack_scopes()) core_.granted_scopes += scope + ",";
  }

  std::unique_ptr<ChatPlatform> make(ChatLinks& links, const CoreConfig& config) override {
    links_ = &links;
    keep_up();
    SlackConfig c;
    c.bot_token = core_.bot_token;
    c.app_token = core_.app_token;
    c.api_url = doubles::SlackNoSockets::api;
    c.channels = {"muster", config.alerts_channel};
    auto made = std::make_unique<Slack>(c, Slack::Outside{net_.http(), net_.opener(), clock_, timers_,
                                                          links.directory("slack"), [] { return 0.5; }, config.prefix});
    platform_ = made.get();
    return made;
  }
  void start() override { platform_->start(); }
  std::string handle(const std::string& person) override {
    std::string id = "U";
    for (const char c : person) id += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    if (!core_.users.contains(id)) core_.users[id] = {id, person, person, {}, "T1", false, false};
    for (auto& [channel_id, channel] : core_.channels) channel.members.insert(id);
    return id;
  }
  void say(const std::string& channel, const std::string& user, const std::string& text) override {
    keep_up();
    const std::string id = handle(user);
    channel_ = channel_id(channel);
    core_.say(id, channel_, slack_escape(text));  // as clients send it
    net_.pump();
  }
  void say_again() override {  // Slack delivers what it thinks was not acknowledged
    core_.say_last_again();
    net_.pump();
  }
  bool step() override {
    net_.pump();
    if (timers_.ring_due()) return true;
    if (platform_ == nullptr || platform_->health().waiting == 0 || timers_.next() == 0) return false;
    clock_.set(timers_.next());  // something waits for its turn
    return timers_.ring_due();
  }
  void forget() override {
    platform_ = nullptr;
    timers_.clear();
    net_.forget();
  }
  Lines take_lines() override {
    Lines lines;
    for (const auto& h : core_.take_happenings()) add(h, lines);
    return lines;
  }
  const std::map<std::string, std::string>& topics() const override { return topics_; }

 private:
  void keep_up() {
    if (story_.now() > clock_.now()) clock_.set(story_.now());
    core_.set_now(clock_.now());
  }
  std::string channel_id(const std::string& ours) {
    const std::string bare = ours.substr(1), id = links_->directory("slack").theirs("channel", bare);
    if (!id.empty()) return id;
    core_.call("conversations.create", {{"name", slack_channel_name(bare)}}, core_.bot_token);
    core_.take_happenings();
    return core_.channel_named(slack_channel_name(bare))->id;
  }
  std::string ours(const std::string& kind, const std::string& theirs) const {
    return links_->directory("slack").ours(kind, theirs);
  }
  void add(const doubles::SlackHappening& h, Lines& lines) {
    const std::string name = "#" + ours("channel", h.channel_id);
    if (h.kind == "open") {
      fresh_.insert(name);
      return lines.push_back(name + " bot opens");
    }
    if (h.kind == "archive") return lines.push_back(name + " bot archive");
    if (h.kind == "topic") {
      topics_[name] = from_mrkdwn(h.text);
      // A channel gets its first topic by a second call; that belongs to its opening.
      if (fresh_.erase(name) == 0) lines.push_back(name + " bot topic: " + topics_[name]);
      return;
    }
    const std::string linked = ours("post", h.ts), id = linked.substr(linked.find('/') + 1);
    if (h.kind == "pin") return lines.push_back(name + " bot pin " + id);
    const std::string to = h.to.empty() ? "" : " to " + core_.users.at(h.to).name;
    const std::string verb = h.kind == "edit" ? " edits " + id : to + (h.in_thread ? " in thread" : "");
    add_blocks(name + " bot" + verb + ": ", h.blocks, h.kind != "edit" && !id.starts_with("summary-"), lines);
  }
  static void add_blocks(const std::string& head, const Value& blocks, bool whole, Lines& lines) {
    Lines all;
    for (const Value& block : blocks.as_list()) {
      if (block["type"].as_string() != "section") continue;  // buttons and their typed twins
      for (const std::string& line : split_lines(block["text"]["text"].as_string())) all.push_back(from_mrkdwn(line));
      for (const Value& field : block["fields"].as_list()) {
        const std::string text = from_mrkdwn(field["text"].as_string());
        const std::size_t end = text.find("*\n");
        all.push_back(text.substr(1, end - 1) + ": " + text.substr(end + 2));
      }
    }
    for (std::size_t i = 0; i < all.size() && (i == 0 || whole); ++i) {
      std::string line = all[i];
      for (std::size_t at; (at = line.find(", slack:")) != std::string::npos;)
        line.erase(at, line.find_first_of(" ,", at + 2) - at);
      lines.push_back(trimmed_right((i == 0 ? head : "  | ") + line));
    }
  }

  const VirtualClock& story_;
  VirtualClock clock_;
  doubles::SlackCore core_{0};
  test::VirtualTimers timers_{clock_};
  doubles::SlackNoSockets net_;
  ChatLinks* links_ = nullptr;
  Slack* platform_ = nullptr;
  std::string channel_;
  std::map<std::string, std::string> topics_;
  std::set<std::string> fresh_;  // channels that have no topic yet
};

}  // namespace muster
