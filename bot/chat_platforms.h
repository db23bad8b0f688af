// The chat platforms beside our own room: which are connected, who of them gets which message. Loop thread only.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "bot/chat_links.h"
#include "bot/chat_settings.h"
#include "bot/platform_groups.h"
#include "integrations/chat/platform.h"
#include "integrations/net/http_client.h"
#include "integrations/net/http_server.h"
#include "integrations/net/timers.h"

namespace muster {

class Dispatcher;
struct FiledMessage;
struct Work;
class Loop;

class ChatPlatforms {
 public:
  ChatPlatforms(Store& store, Dispatcher& dispatcher);
  ~ChatPlatforms();
  Result<void> load() { return links_.load(); }
  ChatLinks& links() { return links_; }
  void add(std::unique_ptr<ChatPlatform> platform);                        // before the dispatcher starts
  void set_cleaner(FileCleaner clean) { clean_file_ = std::move(clean); }  // before make()
  // Makes the platforms that the settings name; start() connects them.
  void make(const ChatSettings& settings, Loop& loop, HttpClient& client, const Clock& clock);
  void start();
  // Groups of the platforms that runbooks name; read every few seconds.
  void also_groups(std::function<std::set<std::string>()> named) { named_groups_ = std::move(named); }
  void configured() { groups_.apply(); }  // the configuration was read anew
  // Looks at every platform; call about once a second. One that was away longer than the configuration says is lost,
  // and people are told where to go on.
  void watch(TimeMs now);
  bool empty() const { return platforms_.empty(); }
  bool handles(const HttpRequest& request) const { return doors_.contains(request.path); }
  void request(const HttpRequest& request, const HttpReply& reply) const { doors_.at(request.path)(request, reply); }

  std::vector<const ChatPlatform*> platforms() const;
  // With what waits for it here: a platform is handed one message of a channel after the other.
  ChatHealth health_of(const ChatPlatform& platform) const;
  // What is not as it should be, one line each; found by the last check of each platform.
  std::string findings_text(const std::string& language) const;
  void check(const std::function<void()>& then = {});  // asks every platform again
  // The same for somebody who waits; the answer is all that is known then: a list of platform, level, what, change. One
  // that is not connected is a failure, whatever else was found.
  void look_again(const std::string& language, std::function<void(Value)> done);
  Value findings(const std::string& language) const;
  std::string metrics() const;  // Prometheus' text format

 private:
  // Of one platform: since when it is away, and whether a decision about that is on its way.
  struct Watch {
    TimeMs away_since = 0;
    bool deciding = false;
    bool shared = false;  // and told so
  };
  void route(std::vector<OutMessage>& out) const;
  std::function<std::string(TimeMs)> late_words() const;
  std::function<std::string(const std::string& person)> readers() const;
  void watch_missing(TimeMs now);
  void tell_shared(ChatPlatform& platform, const ChatCheck& shared, Watch& watch);
  void check(ChatPlatform& platform, const std::function<void()>& then = {});
  void decide(const std::string& platform, std::function<void(Work&)> what);
  std::function<std::optional<std::vector<FiledMessage>>(const std::string&)> filed(std::string platform) const;
  std::function<std::vector<std::string>(const std::string&)> kept() const;
  std::function<bool(const std::string&)> filing() const;  // does this reaction file its message?
  void make_mattermost(MattermostConfig config, Loop& loop, HttpClient& client, const Clock& clock);
  void make_slack(SlackConfig config, Loop& loop, HttpClient& client, const Clock& clock);
  PlatformGroups::Outside for_groups();
  std::set<std::string> groups_asked() const;
  void look_at_groups();
  void check_soon(int seconds_left);
  void check_all();
  Dispatcher& dispatcher_;
  ChatLinks links_;
  const SystemClock clock_;
  std::function<std::set<std::string>()> named_groups_;
  FileCleaner clean_file_;
  PlatformGroups groups_;
  std::unique_ptr<Timers> timers_;
  std::vector<std::unique_ptr<ChatPlatform>> platforms_;
  std::vector<std::function<void()>> starts_;
  std::map<std::string, std::function<void(const HttpRequest&, const HttpReply&)>> doors_;  // by path
  std::vector<std::string> names_;
  std::map<std::string, ChatChecks> checks_;  // by platform
  std::map<std::string, Watch> watched_;      // by platform
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace muster
