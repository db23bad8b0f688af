#include "bot/chat_platforms.h"

#include <algorithm>

#include "bot/chat_routing.h"
#include "bot/core/engine/privacy.h"
#include "bot/dispatcher.h"
#include "bot/relay.h"
#include "integrations/chat/mattermost/mattermost.h"
#include "integrations/chat/slack/slack.h"

namespace muster {

namespace {

bool believes_addresses(const CoreConfig& config, const std::string& platform) {
  return std::ranges::find(config.link_by_email, platform) != config.link_by_email.end();
}

std::string mentioned_as(const CoreConfig& config) {
  return config.bot_handle.starts_with('@') ? config.bot_handle.substr(1) : config.bot_handle;
}

}  // namespace

ChatPlatforms::ChatPlatforms(Store& store, Dispatcher& dispatcher)
    : dispatcher_(dispatcher),
      links_(store, [&dispatcher]() -> const CoreConfig& { return dispatcher.config(); }),
      groups_(for_groups()) {
  dispatcher_.set_router([this](std::vector<OutMessage>& out) { route(out); });
  dispatcher_.set_hearing([this](ChatEvent& e) { name_posts(links_, e); });
  links_.set_keeper([&dispatcher](ChatLink link) { dispatcher.keep(std::move(link)); });
  links_.set_joined([&dispatcher](const std::string& platform, const std::string& person) {
    const JoinedAccount* a = joined_on(dispatcher.state(), platform, person);
    return a ? a->key.substr(platform.size() + 1) : std::string();
  });
  links_.set_private(
      [&dispatcher](const std::string& channel) { return is_private_channel(dispatcher.state(), channel); });
}

ChatPlatforms::~ChatPlatforms() {
  dispatcher_.set_router({});
  dispatcher_.set_hearing({});
}

void ChatPlatforms::route(std::vector<OutMessage>& out) const {
  if (!names_.empty()) out = routed(std::move(out), names_, links_, dispatcher_.config(), dispatcher_.state());
}

void ChatPlatforms::add(std::unique_ptr<ChatPlatform> platform) {
  dispatcher_.attach(*platform);
  names_.push_back(platform->name());
  platforms_.push_back(std::move(platform));
}

void ChatPlatforms::make(const ChatSettings& s, Loop& loop, HttpClient& client, const Clock& clock) {
  if (!timers_) timers_ = loop_timers(loop);
  for (const MattermostConfig& c : s.mattermost) make_mattermost(c, loop, client, clock);
  for (const SlackConfig& c : s.slack) make_slack(c, loop, client, clock);
}

std::function<bool(const std::string&)> ChatPlatforms::filing() const {
  return [this](const std::string& emoji) { return is_filing_reaction(dispatcher_.config(), emoji); };
}

std::function<std::optional<std::vector<FiledMessage>>(const std::string&)> ChatPlatforms::filed(
    std::string platform) const {
  return [this, platform = std::move(platform)](const std::string& channel) {
    return filed_in(dispatcher_.state(), channel, platform, clock_.now());
  };
}

std::function<std::vector<std::string>(const std::string&)> ChatPlatforms::kept() const {
  return [this](const std::string& channel) { return kept_posts(dispatcher_.state(), dispatcher_.config(), channel); };
}

void ChatPlatforms::make_slack(SlackConfig c, Loop& loop, HttpClient& client, const Clock& clock) {
  c.channels = standing_channels(dispatcher_.config());
  c.link_by_email = believes_addresses(dispatcher_.config(), c.name);
  c.asks_groups = asks_groups_of(c.name, dispatcher_.config());
  const auto opener = [&loop](WebSocketOptions o, WebSocketHandler h) {
    return WebSocket::open(loop, std::move(o), std::move(h));
  };
  const std::string name = c.name;
  ChatDirectory& directory = links_.directory(name);
  auto made = std::make_unique<Slack>(
      std::move(c),
      Slack::Outside{client, opener, clock, *timers_, directory, random_dice, dispatcher_.config().prefix, filing(),
                     dispatcher_.config().language, late_words(), [this, name] { groups_.changed(name); }, filed(name),
                     clean_file_, mentioned_as(dispatcher_.config()), kept()});
  starts_.push_back([m = made.get()] { m->start(); });
  if (made->over_http()) {
    doors_["/in/" + made->name()] = [m = made.get()](const HttpRequest& q, const HttpReply& reply) {
      m->request(q, reply);
    };
  }
  add(std::move(made));
}

// What somebody reads, as their answers have it.
std::function<std::string(const std::string&)> ChatPlatforms::readers() const {
  return
      [this](const std::string& person) { return language_of(dispatcher_.state(), dispatcher_.config(), person, {}); };
}

void ChatPlatforms::make_mattermost(MattermostConfig c, Loop& loop, HttpClient& client, const Clock& clock) {
  const std::string base = c.place.empty() ? "/in/mattermost" : "/in/" + c.name, path = base + "/act";
  const bool buttons = !c.callback_url.empty(), slash = !c.command_token_file.empty();
  while (c.callback_url.ends_with('/')) c.callback_url.pop_back();
  if (buttons) c.callback_url += path;
  c.channels = standing_channels(dispatcher_.config());
  c.link_by_email = believes_addresses(dispatcher_.config(), c.name);
  const auto opener = [&loop](WebSocketOptions o, WebSocketHandler h) {
    return WebSocket::open(loop, std::move(o), std::move(h));
  };
  const std::string name = c.name;
  ChatDirectory& directory = links_.directory(name);
  auto made = std::make_unique<Mattermost>(std::move(c), Mattermost::Outside{client,
                                                                             opener,
                                                                             clock,
                                                                             *timers_,
                                                                             directory,
                                                                             random_dice,
                                                                             dispatcher_.config().prefix,
                                                                             filing(),
                                                                             dispatcher_.config().language,
                                                                             late_words(),
                                                                             {},
                                                                             filed(name),
                                                                             clean_file_,
                                                                             mentioned_as(dispatcher_.config()),
                                                                             {},
                                                                             readers()});
  starts_.push_back([m = made.get()] { m->start(); });
  if (buttons) {
    doors_[path] = [m = made.get()](const HttpRequest& q, const HttpReply& reply) { m->click(q.body, reply); };
  }
  if (slash) {
    doors_[base + "/command"] = [m = made.get()](const HttpRequest& q, const HttpReply& reply) { m->slash(q, reply); };
  }
  add(std::move(made));
}

PlatformGroups::Outside ChatPlatforms::for_groups() {
  return {.config = [this]() -> const CoreConfig& { return dispatcher_.config(); },
          .set_config = [this](CoreConfig c) { dispatcher_.set_config(std::move(c)); },
          .platform = [this](const std::string& name) -> ChatPlatform* {
            const auto it = std::ranges::find(platforms_, name, [](const auto& p) { return p->name(); });
            return it == platforms_.end() ? nullptr : it->get();
          },
          .person =
              [this](const std::string& platform, const ChatMember& m) {
                const std::string user = links_.directory(platform).person(m.name, m.id);
                const std::string who = speaker(dispatcher_.state(), dispatcher_.config(),
                                                {platform, m.id, user.empty() ? platform + ":" + m.id : user, {}, {}});
                return find_person(dispatcher_.config(), who) ? who : std::string();
              },
          .clock = clock_,
          .also = [this] { return groups_asked(); },
          .standing = [this](const Person& p) { return links_.standing(p); }};
}

// What a run asked before its runbook was changed counts as it was asked.
std::set<std::string> ChatPlatforms::groups_asked() const {
  std::set<std::string> names = named_groups_ ? named_groups_() : std::set<std::string>();
  for (const auto& [n, q] : dispatcher_.state().questions)
    if (q.open()) names.insert(q.group.text());
  return names;
}

// Nobody has a right by a group before its platform has told who is in it.
void ChatPlatforms::look_at_groups() {
  groups_.tick();
  if (timers_) timers_->after(5 * second_ms, [this] { look_at_groups(); });
}

void ChatPlatforms::watch(TimeMs now) {
  watch_missing(now);
  for (const auto& p : platforms_) {
    const std::string name = p->name();
    const ChatHealth h = p->health();
    Watch& w = watched_[name];
    tell_shared(*p, h.shared, w);
    // Connected and yet nothing gets there: then it is away since its calls fail.
    const bool away = !h.connected || h.failing_ms > 0;
    if (!away) w.away_since = 0;
    if (away && w.away_since == 0) w.away_since = now - (h.connected ? h.failing_ms : 0);
    const bool lost = dispatcher_.state().together.lost.contains(name);
    if (w.deciding || away == lost) continue;
    if (!away) {
      decide(name, [name](Work& work) { platform_back(work, name); });
    } else if (now - w.away_since >= lost_after(dispatcher_.config(), name)) {
      decide(name,
             [name, since = w.away_since, why = h.problem](Work& work) { platform_lost(work, name, since, why); });
    }
  }
}

// Once, for as long as it lasts.
void ChatPlatforms::tell_shared(ChatPlatform& platform, const ChatCheck& shared, Watch& w) {
  const bool is = !shared.key.empty();
  if (w.deciding || is == w.shared) return;
  w.shared = is;
  check(platform);  // what doctor shows is what was found last
  decide(platform.name(),
         [name = platform.name(), shared](Work& work) { platform_shared(work, name, shared.key, shared.words); });
}

// Named in the configuration and not connected at all: nobody is to be sent there.
void ChatPlatforms::watch_missing(TimeMs now) {
  for (const TogetherRule& rule : dispatcher_.config().together) {
    for (const std::string& name : rule.platforms) {
      const bool known = std::ranges::find(names_, name) != names_.end();
      if (known || watched_[name].deciding || dispatcher_.state().together.lost.contains(name)) continue;
      decide(name, [name, now](Work& work) { platform_lost(work, name, now, "it is not connected to this bot"); });
    }
  }
}

void ChatPlatforms::decide(const std::string& platform, std::function<void(Work&)> what) {
  watched_[platform].deciding = true;
  dispatcher_.decide(std::move(what), [this, platform, alive = std::weak_ptr<bool>(alive_)](const Result<void>&) {
    if (alive.lock()) watched_[platform].deciding = false;
  });
}

std::function<std::string(TimeMs)> ChatPlatforms::late_words() const {
  return [this](TimeMs sent) { return late_text(dispatcher_.config(), sent); };
}

void ChatPlatforms::start() {
  look_at_groups();
  for (const auto& start : starts_) start();
  starts_.clear();
  if (timers_ && !platforms_.empty()) check_soon(20);
}

}  // namespace muster
