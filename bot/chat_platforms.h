// The chat platforms beside our own room: which are connected, who of them gets which message. Loop thread only.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bot/chat_links.h"
#include "integrations/chat/platform.h"
#include "integrations/net/http_client.h"
#include "integrations/net/http_server.h"
#include "integrations/net/timers.h"

namespace muster {

class Dispatcher;
class Loop;

// What the environment says. Read once at start; the tokens are taken out of the environment, so that no child
// process inherits them.
struct ChatSettings {
  std::string mattermost_url, mattermost_token, mattermost_team, mattermost_ca, mattermost_callback, proxy;
  std::string slack_app_token, slack_bot_token, slack_api_url, slack_ca, slack_proxy;
  bool mattermost() const { return !mattermost_url.empty() || !mattermost_token.empty(); }
  bool slack() const { return !slack_app_token.empty() || !slack_bot_token.empty(); }
};
Result<ChatSettings> chat_settings_from_environment(bool sandbox);

// Copies for the platforms of what is said to the room, and for the room of what people say there.
std::vector<OutMessage> routed(std::vector<OutMessage> out, const std::vector<std::string>& platforms,
                               const ChatLinks& links, const CoreConfig& config);

class ChatPlatforms {
 public:
  ChatPlatforms(Store& store, Dispatcher& dispatcher);
  ~ChatPlatforms();
  Result<void> load() { return links_.load(); }
  ChatLinks& links() { return links_; }
  void add(std::unique_ptr<ChatPlatform> platform);  // before the dispatcher starts
  // Makes the platforms that the settings name; start() connects them.
  void make(const ChatSettings& settings, Loop& loop, HttpClient& client, const Clock& clock);
  void start();
  bool empty() const { return platforms_.empty(); }
  bool handles(const HttpRequest& request) const { return clicked_ && request.path == "/in/mattermost/act"; }
  void request(const HttpRequest& request, const HttpReply& reply) const { clicked_(request.body, reply); }

  std::string health_text() const;  // "mattermost connected as @muster, 0 waiting"; empty without platforms
  std::string metrics() const;      // Prometheus' text format

 private:
  void route(std::vector<OutMessage>& out) const;
  std::function<bool(const std::string&)> filing() const;  // does this reaction file its message?
  void make_mattermost(const ChatSettings& settings, Loop& loop, HttpClient& client, const Clock& clock);
  void make_slack(const ChatSettings& settings, Loop& loop, HttpClient& client, const Clock& clock);
  Dispatcher& dispatcher_;
  ChatLinks links_;
  std::unique_ptr<Timers> timers_;
  std::vector<std::unique_ptr<ChatPlatform>> platforms_;
  std::vector<std::function<void()>> starts_;
  std::function<void(const std::string& body, const HttpReply& reply)> clicked_;
  std::vector<std::string> names_;
};

}  // namespace muster
