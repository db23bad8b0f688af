// The fault soak on Mattermost.
#include "integrations/chat/mattermost/mattermost.h"
#include "tests/doubles/mattermost/no_sockets.h"
#include "tests/soak/fault_soak.h"

namespace muster::soak {
namespace {

class MattermostSoak final : public SoakWorld {
 public:
  MattermostSoak() {
    team_ = core_.add_team("ops");
    bot_ = core_.add_user("muster", true);
    ana_ = core_.add_user("ana");
    core_.join_team(team_, bot_);
    core_.join_team(team_, ana_);
    token_ = core_.add_token(bot_);
    core_.fault_before = [this](const HttpRequest& q) { return before(q); };
    core_.fault_after = [this](const HttpRequest& q) { return after(q); };
  }
  std::string name() const override { return "mattermost"; }
  std::unique_ptr<ChatPlatform> make(ChatDirectory& directory) override {
    MattermostConfig c;
    c.url = doubles::NoSockets::url;
    c.token = token_;
    c.channels.clear();
    for (int i = 0; i < channels; ++i) c.channels.push_back("c" + std::to_string(i));
    return std::make_unique<Mattermost>(
        c, Mattermost::Outside{net_.http(), net_.opener(), clock, timers, directory, [this] { return dice_(); }, '!'});
  }
  void start(ChatPlatform& p) override { static_cast<Mattermost&>(p).start(); }
  void settle_in() override {
    for (int i = 0; i < channels; ++i) core_.join(id_of(i), ana_);
  }
  void gone() override {
    core_.cut_all();
    net_.forget();
  }
  void pump() override {}
  void tick() override { core_.tick(); }
  std::string say(int channel, const std::string& text) override {
    return last_ = core_.say(ana_, id_of(channel), text);
  }
  void edit(int, const std::string& post, const std::string& text) override { core_.edit(post, text); }
  void cut() override { core_.cut_all(); }
  std::string fault(std::mt19937& dice) override {
    switch (dice() % 10) {
      case 0:
        rate_limited_ = 1;
        retry_after_ = std::to_string(1 + dice() % 5);
        return "429 with Retry-After";
      case 1:
        rate_limited_ = 1;
        retry_after_.clear();
        return "429 without Retry-After";
      case 2:
        bad_gateway_ = static_cast<int>(1 + dice() % 3);
        return "a proxy's 502 with HTML";
      case 3:
        lost_after_ = 1;
        return "done, and the answer lost";
      case 4:
        lost_before_ = static_cast<int>(1 + dice() % 2);
        return "call lost";
      case 5:
        net_.error = "no route";
        core_.cut_all();
        return "network gone";
      case 6:
        core_.skip_frames(static_cast<int>(1 + dice() % 3));
        return "frames dropped";
      case 7:
        core_.forget_connections();
        core_.cut_all();
        return "connection forgotten by the server";
      case 8:
        pending_ = 1;
        return "500 …deduplicate_create_post.pending";
      default:
        if (!last_.empty()) core_.deliver_again(last_);
        return "event delivered again";
    }
  }
  void heal() override { net_.error.clear(); }
  std::vector<std::string> bot_posts(int channel) const override {
    std::vector<std::string> all;
    for (const auto* p : core_.posts_in(id_of(channel)))
      if (p->user_id == bot_ && p->type.empty() && p->delete_at == 0) all.push_back(p->message);
    return all;
  }

 private:
  std::string id_of(int channel) const { return core_.channel_named("c" + std::to_string(channel))->id; }
  static bool takes(int& left) { return left > 0 && left-- > 0; }
  static bool is_post(const HttpRequest& q) { return q.method == "POST" && q.path == "/api/v4/posts"; }
  std::optional<HttpResponse> before(const HttpRequest& q) {
    if (q.path.ends_with("/websocket")) return std::nullopt;
    if (takes(bad_gateway_)) return HttpResponse{502, "text/html", "<html>bad gateway</html>", {}};
    if (takes(lost_before_)) return HttpResponse{0, "", "", {}};
    if (is_post(q)) {
      const bool refused = takes(rate_limited_);
      post_answered(refused ? 429 : 200);
      std::map<std::string, std::string> headers;
      if (!retry_after_.empty()) headers["Retry-After"] = retry_after_;
      if (refused) return HttpResponse{429, "text/plain", "limit exceeded", headers};
      if (takes(pending_))
        return HttpResponse{
            500, "application/json", R"({"id":"api.post.deduplicate_create_post.pending","status_code":500})", {}};
    }
    return std::nullopt;
  }
  std::optional<HttpResponse> after(const HttpRequest& q) {
    if (is_post(q) && takes(lost_after_)) return HttpResponse{0, "", "", {}};
    return std::nullopt;
  }

  doubles::MattermostCore core_{clock};
  doubles::NoSockets net_{core_, [this](std::function<void()> t) { tasks.push_back(std::move(t)); }};
  std::string team_, bot_, ana_, token_, last_, retry_after_;
  int rate_limited_ = 0, bad_gateway_ = 0, lost_before_ = 0, lost_after_ = 0, pending_ = 0;
  std::mt19937 random_{7};
  std::function<double()> dice_ = [this] { return static_cast<double>(random_() % 1'000) / 1'000; };
};

}  // namespace
}  // namespace muster::soak

int main(int argc, char** argv) {
  return muster::soak::soak_main(argc, argv, [] { return std::make_unique<muster::soak::MattermostSoak>(); });
}
