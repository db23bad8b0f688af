// The fault soak on Slack.
#include "integrations/chat/slack/slack.h"
#include "tests/doubles/slack/no_sockets.h"
#include "tests/soak/fault_soak.h"

namespace muster::soak {
namespace {

class CountedHttp final : public HttpClient {
 public:
  CountedHttp(HttpClient& inner, std::function<void(int)> answered) : inner_(inner), answered_(std::move(answered)) {}
  void send(HttpCall call, Done done) override {
    const bool post = call.url.ends_with("chat.postMessage");
    inner_.send(std::move(call), [this, post, done = std::move(done)](Result<HttpResult> r) {
      if (post && r) answered_(r->status);
      done(std::move(r));
    });
  }

 private:
  HttpClient& inner_;
  std::function<void(int)> answered_;
};

class SlackSoak final : public SoakWorld {
 public:
  SlackSoak() {
    core_.everybody_joins = true;
    core_.users["U1"] = {"U1", "ana", "Ana", "", "T1", false, false};
    for (const std::string& scope : slack_scopes()) core_.granted_scopes += scope + ",";
  }
  std::string name() const override { return "slack"; }
  std::unique_ptr<ChatPlatform> make(ChatDirectory& directory) override {
    SlackConfig c;
    c.bot_token = core_.bot_token;
    c.app_token = core_.app_token;
    c.api_url = doubles::SlackNoSockets::api;
    c.channels.clear();
    for (int i = 0; i < channels; ++i) c.channels.push_back("c" + std::to_string(i));
    return std::make_unique<Slack>(
        c, Slack::Outside{http_, net_.opener(), clock, timers, directory, [this] { return dice_(); }, '!'});
  }
  void start(ChatPlatform& p) override { static_cast<Slack&>(p).start(); }
  void settle_in() override {}
  void gone() override { net_.forget(); }
  void pump() override { net_.pump(); }
  void tick() override {
    core_.set_now(clock.now());
    core_.tick();
  }
  std::string say(int channel, const std::string& text) override { return core_.say("U1", id_of(channel), text); }
  void edit(int channel, const std::string& post, const std::string& text) override {
    core_.edit(id_of(channel), post, text);
  }
  void cut() override { net_.cut_all(); }
  std::string fault(std::mt19937& dice) override {
    using Kind = doubles::SlackFault::Kind;
    const auto call = [this](const char* method, doubles::SlackFault f) { core_.fail_next(method, std::move(f)); };
    switch (dice() % 11) {
      case 0:
        call("chat.postMessage", {Kind::rate_limited, "", static_cast<int>(1 + dice() % 20), 1});
        return "429 with Retry-After";
      case 1:
        call("chat.postMessage", {Kind::rate_limited, "", 0, 1});
        return "429 without Retry-After";
      case 2:
        call("*", {Kind::html_500, "", 0, static_cast<int>(1 + dice() % 3)});
        return "500 with HTML";
      case 3:
        call("chat.postMessage", {Kind::stall_after, "", 0, 1});
        return "posted, and the answer lost";
      case 4:
        call("*", {Kind::stall_before, "", 0, 1});
        return "call lost";
      case 5:
        call("chat.postMessage", {Kind::error, "internal_error", 0, 1});
        return "internal_error";
      case 6:
        net_.down = true;
        net_.cut_all();
        return "network gone";
      case 7:
        net_.muted = true;
        return "half-open: frames go nowhere";
      case 8:
        core_.deliver_twice = true;
        return "every event twice, for a while";
      case 9:
        for (const auto peer : core_.peers()) core_.warn(peer, "refresh_requested");
        return "refresh requested";
      default:
        core_.say_last_again();
        return "event delivered again";
    }
  }
  void heal() override {
    if (net_.muted) net_.cut_all();  // the watchdog of the real websocket does it
    net_.down = net_.muted = core_.deliver_twice = false;
  }
  std::vector<std::string> bot_posts(int channel) const override {
    std::vector<std::string> all;
    for (const auto& [ts, p] : core_.channels.at(id_of(channel)).posts)
      if (!p.bot_id.empty()) all.push_back(p.text);
    return all;
  }
  std::vector<std::string> broken_rules() const override { return core_.broken_rules; }

 private:
  std::string id_of(int channel) const {
    for (const auto& [id, c] : core_.channels)
      if (c.name == "c" + std::to_string(channel)) return id;
    return {};
  }

  doubles::SlackCore core_{clock.now()};
  doubles::SlackNoSockets net_{core_, clock, [this](std::function<void()> t) { tasks.push_back(std::move(t)); }};
  CountedHttp http_{net_.http(), [this](int status) { post_answered(status); }};
  std::mt19937 random_{7};
  std::function<double()> dice_ = [this] { return static_cast<double>(random_() % 1'000) / 1'000; };
};

}  // namespace
}  // namespace muster::soak

int main(int argc, char** argv) {
  return muster::soak::soak_main(argc, argv, [] { return std::make_unique<muster::soak::SlackSoak>(); });
}
