// The platform against the double's core: no sockets, time turned by hand.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "integrations/chat/slack/slack.h"
#include "tests/doubles/slack/no_sockets.h"
#include "tests/support/virtual_timers.h"

namespace muster::test {

class MemoryDirectory final : public ChatDirectory {
 public:
  std::string theirs(const std::string& kind, const std::string& ours) const override {
    const auto it = links_.find(kind + "/" + ours);
    return it == links_.end() ? std::string() : it->second;
  }
  bool is_private(const std::string& ours) const override { return ours.ends_with("_private"); }
  std::string ours(const std::string& kind, const std::string& theirs) const override {
    for (const auto& [key, value] : links_) {
      if (value == theirs && key.starts_with(kind + "/")) return key.substr(kind.size() + 1);
    }
    return {};
  }
  void link(const std::string& kind, const std::string& ours, const std::string& theirs) override {
    links_[kind + "/" + ours] = theirs;
  }
  std::string person(const std::string& name, const std::string& id) const override {
    for (const auto& [person, handle] : people) {
      if (handle == id || (!name.empty() && handle == name)) return person;
    }
    return {};
  }
  std::string handle(const std::string& person) const override {
    const auto it = people.find(person);
    return it == people.end() ? std::string() : it->second;
  }
  std::string person_of_email(const std::string& person, const std::string& email) override {
    told_addresses[email] = person;
    return email == "ana@example.com" && person.empty() ? "ana" : "";
  }
  std::map<std::string, std::string> told_addresses;
  std::map<std::string, std::string> people = {{"ana", "U1"}, {"ben", "U2"}};

 private:
  std::map<std::string, std::string> links_;
};

struct SlackWorld {
  static constexpr TimeMs start = 1'700'000'000'000;
  VirtualClock clock{start};
  VirtualTimers timers{clock};
  doubles::SlackCore core{start};
  std::deque<std::function<void()>> tasks;
  doubles::SlackNoSockets net{core, clock, [this](std::function<void()> t) { tasks.push_back(std::move(t)); }};
  MemoryDirectory directory;
  std::vector<ChatEvent> heard, coverage;
  bool store_works = true;
  FormAnswer says;  // to a form that is sent
  bool link_by_email = false;
  std::string bot_token = "xoxb-test", app_token = "xapp-1-test";
  std::string bot_handle = "muster";
  FileCleaner clean_file = {};
  std::string signing_secret;     // not empty: HTTP mode
  std::vector<int> http_answers;  // to what Slack posted
  std::size_t retries = 0;
  std::map<std::string, std::vector<FiledMessage>> filed;  // channel of an incident -> what the record has of it
  std::vector<std::string> kept;                           // posts of ours that are kept current, in any channel
  std::set<std::string> seen;                              // ids of events, as the store keeps them
  int groups_changed = 0;                                  // how often Slack said so
  std::vector<std::string> channels = {"muster"};
  std::map<std::string, std::string> channel_names;
  std::unique_ptr<Slack> slack;

  SlackWorld() {
    core.users["U1"] = {"U1", "ana", "Ana", "ana@example.com", "T1", false, false};
    core.users["U2"] = {"U2", "ben", "Ben", "ben@example.com", "T1", false, false};
    core.users["U7"] = {"U7", "robot", "Robot", "", "T1", true, false};
    for (const std::string& scope : slack_scopes())
      core.granted_scopes += (core.granted_scopes.empty() ? "" : ",") + scope;
  }

  void begin() {
    SlackConfig c;
    c.bot_token = bot_token;
    c.app_token = signing_secret.empty() ? app_token : std::string();
    c.signing_secret = signing_secret;
    core.signing_secret = signing_secret;
    c.api_url = doubles::SlackNoSockets::api;
    c.channels = channels;
    c.channel_names = channel_names;
    c.link_by_email = link_by_email;
    Slack::Outside outside{net.http(), net.opener(), clock, timers, directory, [] { return 0.5; }, '!'};
    outside.bot_handle = bot_handle;
    outside.clean_file = clean_file;
    outside.groups_changed = [this] { ++groups_changed; };
    outside.filed = [this](const std::string& c) {
      const auto it = filed.find(c);
      return it == filed.end() ? std::nullopt : std::optional(it->second);
    };
    outside.kept = [this](const std::string&) { return kept; };
    slack = std::make_unique<Slack>(c, outside);
    slack->on_event([this](ChatEvent e, ChatPlatform::Done accepted) {
      if (!store_works) return accepted(fail(ErrorKind::unavailable, "the disk is full"));
      if (e.answer) *e.answer = says;
      (e.kind == "coverage" ? coverage : heard).push_back(std::move(e));
      accepted({});
    });
    slack->start();
    drain();
  }
  void end() {
    slack.reset();
    net.forget();
    timers.clear();
    tasks.clear();
  }
  // What Slack posts in HTTP mode, through our door.
  void post_out() {
    for (doubles::SlackCore::Post& p : core.take_posts()) {
      if (!slack) continue;
      retries += p.headers.contains("x-slack-retry-num") ? 1 : 0;
      const HttpRequest q{.method = "POST",
                          .path = "/in/slack",
                          .query = {},
                          .headers = p.headers,
                          .body = p.body,
                          .remote = "127.0.0.1"};
      slack->request(q, [this, id = p.envelope_id](const HttpResponse& r) {
        http_answers.push_back(r.status);
        core.answered(id, r.status, r.body);
      });
    }
  }
  void drain() {
    net.pump();
    post_out();
    while (!tasks.empty() || timers.ring_due()) {
      if (tasks.empty()) continue;
      const auto task = std::move(tasks.front());
      tasks.pop_front();
      task();
      net.pump();
      post_out();
    }
  }
  // Second by second, as the world turns.
  void pass(DurationMs by) {
    for (const TimeMs until = clock.now() + by; clock.now() < until;) {
      timers.advance_to(std::min(until, clock.now() + 1'000));
      core.set_now(clock.now());
      core.tick();
      drain();
    }
  }
  std::string channel(const std::string& name) { return core.channel_named(name)->id; }
  std::string say(const std::string& user, const std::string& name, const std::string& text,
                  const std::string& thread = {}) {
    core.set_now(clock.now());
    const std::string ts = core.say(user, channel(name), text, thread);
    drain();
    return ts;
  }
  int posts_with(const std::string& name, const std::string& text) {
    int n = 0;
    for (const auto& [ts, post] : core.channel_named(name)->posts)
      n += post.text.find(text) != std::string::npos ? 1 : 0;
    return n;
  }
  // What the core sends out: answers whether it was delivered.
  bool deliver(const std::string& kind, const std::string& name, Value body) {
    auto delivered = std::make_shared<bool>(false);
    slack->deliver(
        {.id = "m" + std::to_string(++serial), .destination = "slack:#" + name, .kind = kind, .body = std::move(body)},
        [delivered](const Result<void>& r) { *delivered = r.has_value(); });
    drain();
    for (int i = 0; i < 15 && !*delivered; ++i) pass(second_ms);  // several calls keep the channel's pace
    return *delivered;
  }
  bool post(const std::string& name, const std::string& text, const std::string& post_id = {}) {
    return deliver(
        "post", name,
        Value::Map{{"post_id", post_id},
                   {"message", to_value(Message{.text = text, .sections = {}, .buttons = {}, .color = {}})}});
  }
  int serial = 0;
};

// What was heard of a kind: the newest, and how often.
inline const ChatEvent* last_of(const SlackWorld& w, const std::string& kind) {
  for (auto e = w.heard.rbegin(); e != w.heard.rend(); ++e)
    if (e->kind == kind) return &*e;
  return nullptr;
}

inline int count_of(const SlackWorld& w, const std::string& kind) {
  int n = 0;
  for (const ChatEvent& e : w.heard) n += e.kind == kind ? 1 : 0;
  return n;
}

}  // namespace muster::test
