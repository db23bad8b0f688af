// A transcript on Slack and Mattermost at once: what happens in a room of one is marked with its name.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/conversations/slack_stage.h"

namespace muster {

class BothStage final : public Stage {
 public:
  BothStage(VirtualClock& clock, const Post& post) : slack_(clock, post), mattermost_(clock, post) {
    slack_.shows_people = mattermost_.shows_people = true;
  }

  std::unique_ptr<ChatPlatform> make(ChatLinks& links, const CoreConfig& config) override {
    return slack_.make(links, config);
  }
  std::vector<std::unique_ptr<ChatPlatform>> make_all(ChatLinks& links, const CoreConfig& config) override {
    slack_.filed = mattermost_.filed = filed;
    slack_.kept = kept;
    std::vector<std::unique_ptr<ChatPlatform>> all;
    all.push_back(slack_.make(links, config));
    all.push_back(mattermost_.make(links, config));
    return all;
  }
  void start() override {
    slack_.start();
    mattermost_.start();
  }
  std::string handle(const std::string& person) override { return slack_.handle(person); }
  std::vector<std::pair<std::string, std::string>> handles(const std::string& person) override {
    return {{"slack", slack_.handle(person)}, {"mattermost", mattermost_.handle(person)}};
  }
  void away(const std::string& platform, bool is) override { at(platform).away(platform, is); }
  bool is_away(const std::string& platform) const override {
    return platform == "slack" ? slack_.is_away(platform) : mattermost_.is_away(platform);
  }
  void shared(const std::string& platform, bool is) override { at(platform).shared(platform, is); }
  void show_history(const std::string& platform, bool shows) override { at(platform).show_history(platform, shows); }
  void open_channels(const std::string& platform, bool now) override { at(platform).open_channels(platform, now); }
  void play(const Act& act) override {
    last_ = act.place;
    at(act.place).play(act);
  }
  void say_again() override { at(last_).say_again(); }
  void account(const std::string& name, const std::string& standing) override {
    slack_.account(name, standing);
    mattermost_.account(name, standing);
  }
  bool step() override { return slack_.step() || mattermost_.step(); }
  void forget() override {
    slack_.forget();
    mattermost_.forget();
  }
  Lines take_lines() override {
    Lines lines = marked(slack_.take_lines(), "@slack");
    for (std::string& line : marked(mattermost_.take_lines(), "@mattermost")) lines.push_back(std::move(line));
    topics_.clear();
    for (const auto& [channel, topic] : slack_.topics()) topics_[channel + "@slack"] = topic;
    for (const auto& [channel, topic] : mattermost_.topics()) topics_[channel + "@mattermost"] = topic;
    return lines;
  }
  const std::map<std::string, std::string>& topics() const override { return topics_; }
  Lines looks(const std::string& channel) const override { return slack_.looks(channel); }
  // What the bot's posts in a room say, the oldest first.
  std::vector<std::string> lines_of_bot(const std::string& platform, const std::string& channel) const {
    return platform == "slack" ? slack_.lines_of_bot(channel) : mattermost_.lines_of_bot(channel);
  }

 private:
  Stage& at(const std::string& platform) {
    if (platform == "slack") return slack_;
    if (platform == "mattermost") return mattermost_;
    throw std::runtime_error("say where: on slack, on mattermost or on web");
  }
  static Lines marked(Lines lines, const std::string& mark) {
    for (std::string& line : lines)
      if (line.starts_with('#')) line.insert(line.find(' '), mark);
    return lines;
  }

  SlackStage slack_;
  MattermostStage mattermost_;
  std::string last_;
  std::map<std::string, std::string> topics_;
};

}  // namespace muster
