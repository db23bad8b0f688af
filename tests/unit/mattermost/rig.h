// A platform, the double's core, a directory in memory and time turned by hand.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "integrations/chat/mattermost/mattermost.h"
#include "tests/doubles/mattermost/no_sockets.h"
#include "tests/support/virtual_timers.h"

namespace muster::test {

class MemoryDirectory final : public ChatDirectory {
 public:
  std::string theirs(const std::string& kind, const std::string& ours) const override {
    const auto it = links.find({kind, ours});
    return it == links.end() ? "" : it->second;
  }
  bool is_private(const std::string& ours) const override { return ours.ends_with("_private"); }
  std::string ours(const std::string& kind, const std::string& theirs) const override {
    for (const auto& [key, value] : links) {
      if (key.first == kind && value == theirs) return key.second;
    }
    return "";
  }
  void link(const std::string& kind, const std::string& ours, const std::string& theirs) override {
    links[{kind, ours}] = theirs;
  }
  std::string person(const std::string& name, const std::string&) const override {
    return name == "ana" ? "p-ana" : "";
  }
  std::string handle(const std::string& person) const override {
    if (person.starts_with("mattermost:")) return person.substr(11);
    const auto it = people.find(person);
    return it == people.end() ? "" : it->second;
  }
  std::string person_of_email(const std::string& person, const std::string& email) override {
    return email == "bea@example.com" && person.empty() ? "p-bea" : "";
  }
  std::map<std::string, std::string> people = {{"p-ana", "Ana"}};
  std::map<std::pair<std::string, std::string>, std::string> links;
};

struct Rig {
  explicit Rig(doubles::MattermostOptions options = {}) : core(clock, std::move(options)) {
    team = core.add_team("ops");
    bot = core.add_user("muster", true);
    ana = core.add_user("ana");
    core.join_team(team, bot);
    core.join_team(team, ana);
    token = core.add_token(bot);
    config.url = doubles::NoSockets::url;
    config.token = token;
    config.channels = {"muster"};
  }
  void start() {
    Mattermost::Outside outside{net.http(), net.opener(), clock, timers, directory, [] { return 0.5; }, '!'};
    outside.filed = [this](const std::string& c) {
      const auto it = filed.find(c);
      return it == filed.end() ? std::nullopt : std::optional(it->second);
    };
    outside.language_of = [](const std::string& person) { return person == "p-ana" ? "ko" : "en"; };
    platform = std::make_unique<Mattermost>(config, outside);
    platform->on_event([this](const ChatEvent& e, const ChatPlatform::Done& done) {
      if (refuse_events) {
        events.push_back(e);
        return done(fail(ErrorKind::unavailable, "the disk is full"));
      }
      if (e.answer) *e.answer = says;
      if (e.told) *e.told = says_alone;
      if (inbox.insert(e.id).second)
        (e.kind == "coverage" ? coverage : events).push_back(e);  // as the store does: a known key changes nothing
      done({});
    });
    platform->start();
    settle();
  }
  void stop() {
    platform.reset();
    tasks.clear();
    timers.clear();
    core.cut_all();
    net.forget();
    tasks.clear();
  }
  void settle() {
    while (!tasks.empty() || timers.ring_due()) {
      if (tasks.empty()) continue;
      const auto task = std::move(tasks.front());
      tasks.pop_front();
      task();
    }
  }
  // In steps, so that what answers and what rings alternate as in life.
  void pass(DurationMs time) {
    const TimeMs end = clock.now() + time;
    while (timers.next() != 0 && timers.next() <= end) {
      timers.advance_to(timers.next());
      settle();
    }
    timers.advance_to(end);
    settle();
  }
  void send(const std::string& kind, const std::string& channel, Value body) {
    char id[32];
    std::snprintf(id, sizeof id, "%011llx-x-%d", static_cast<unsigned long long>(clock.now()), ++serial);
    deliver({id, "mattermost:#" + channel, kind, std::move(body)});
  }
  void deliver(const OutMessage& m) {
    platform->deliver(m, [this, id = m.id](const Result<void>& r) { done.emplace_back(id, r); });
    settle();
  }
  void post(const std::string& channel, const std::string& post_id, const std::string& text,
            Value more = Value::Map{}) {
    more.set("post_id", post_id);
    more.set("message", Value::Map{{"text", text}});
    send("post", channel, std::move(more));
  }
  // "kind text" of what people did since the last call.
  std::vector<std::string> heard() {
    std::vector<std::string> out;
    for (const ChatEvent& e : std::exchange(events, {}))
      out.push_back(e.kind + " " + (e.text.empty() ? e.emoji : e.text));
    return out;
  }
  std::vector<std::string> said_in(const std::string& channel_name) {
    std::vector<std::string> out;
    const auto* channel = core.channel_named(channel_name);
    if (!channel) return {"no such channel"};
    for (const auto* p : core.posts_in(channel->id)) {
      if (p->user_id == bot && p->type.empty() && p->delete_at == 0) out.push_back(p->message);
    }
    return out;
  }
  std::string channel(const std::string& name) { return core.channel_named(name)->id; }

  VirtualClock clock{1'700'000'000'000};
  VirtualTimers timers{clock};
  std::deque<std::function<void()>> tasks;
  doubles::MattermostCore core;
  doubles::NoSockets net{core, [this](std::function<void()> t) { tasks.push_back(std::move(t)); }};
  MemoryDirectory directory;
  MattermostConfig config;
  std::string team, bot, ana, token;
  std::vector<ChatEvent> events, coverage;
  std::set<std::string> inbox;
  std::vector<std::pair<std::string, Result<void>>> done;
  bool refuse_events = false;
  std::map<std::string, std::vector<FiledMessage>> filed;  // channel of an incident -> what the record has of it
  FormAnswer says;                                         // to a form that is sent
  Message says_alone;                                      // before the person who presses or types a slash command
  int serial = 0;
  std::unique_ptr<Mattermost> platform;
};

}  // namespace muster::test
