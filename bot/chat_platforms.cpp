#include "bot/chat_platforms.h"

#include <algorithm>

#include "bot/base/log.h"
#include "bot/base/text.h"
#include "bot/core/chat/message.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/privacy.h"
#include "bot/dispatcher.h"
#include "bot/relay.h"
#include "integrations/chat/mattermost/mattermost.h"
#include "integrations/chat/slack/slack.h"

namespace muster {

namespace {

constexpr DurationMs check_every = 6 * hour_ms;
constexpr DurationMs look_patience = 20 * second_ms;  // less than the command line waits

bool believes_addresses(const CoreConfig& config, const std::string& platform) {
  return std::ranges::find(config.link_by_email, platform) != config.link_by_email.end();
}

std::string mentioned_as(const CoreConfig& config) {
  return config.bot_handle.starts_with('@') ? config.bot_handle.substr(1) : config.bot_handle;
}

std::string channel_of(const std::string& destination) {
  const std::size_t hash = destination.find('#');
  return hash == std::string::npos ? std::string() : destination.substr(hash + 1);
}

// What only the way to the platforms is chosen by.
bool is_for_routing(std::string_view key) {
  return key == "only" || key == "asked" || key == "noted" || key == "said_by";
}

Value without_routing(Value body) {
  Value kept = Value::Map{};
  for (const auto& [key, value] : body.as_map())
    if (!is_for_routing(key)) kept.set(key, std::move(body.member(key)));
  return kept;
}

bool listed(const Value& list, const std::string& name) {
  return std::ranges::any_of(list.as_list(), [&](const Value& v) { return v.as_string() == name; });
}

// Of what the bot says: an answer that only shows something goes where it was asked, a private one to the person.
bool goes_to(const OutMessage& m, const std::string& platform, const ChatLinks& links) {
  const std::string &origin = m.body["origin"].as_string(), &person = m.body["private_to"].as_string();
  if (m.body.has("only") && !listed(m.body["only"], platform)) return false;
  const bool bound = m.body["asked"].as_bool() || !person.empty();
  if (bound && !origin.empty()) return origin == platform;
  return person.empty() || links.reaches(platform, person);
}

// A channel of people's own on one platform: what is answered there is no other platform's business.
bool is_peoples(const State& state, const CoreConfig& config, const std::string& channel) {
  if (state.incident_by_channel.contains(channel)) return false;
  const std::vector<std::string> ours = standing_channels(config);
  const auto together = [&](const TogetherRule& r) {
    return std::ranges::find(r.channels, channel) != r.channels.end();
  };
  return std::ranges::find(ours, channel) == ours.end() && std::ranges::none_of(config.together, together);
}

// In our own room, which shows whatever is not private to somebody elsewhere.
bool stays_here(const OutMessage& m, bool human) {
  const std::string& origin = m.body["origin"].as_string();
  if (human) return true;
  if (m.body.has("only") && !listed(m.body["only"], "room")) return false;
  return m.body["private_to"].as_string().empty() || origin.empty() || origin == "room";
}

// Chat platforms show a PNG; the same picture as SVG is for our own pages. One without a PNG goes as a file.
void drop_vector_pictures(Value& body) {
  const auto& all = body["message"]["attachments"].as_list();
  if (std::ranges::none_of(all, [](const Value& a) { return a["type"].as_string() == "image/png"; })) return;
  Value message = body["message"], kept = Value::List{};
  for (const Value& a : message["attachments"].as_list())
    if (a["type"].as_string() != "image/svg+xml") kept.push(a);
  message.set("attachments", std::move(kept));
  body.set("message", std::move(message));
}

OutMessage copy_for(const OutMessage& m, const std::string& platform, const std::string& channel) {
  OutMessage copy = m;
  drop_vector_pictures(copy.body);
  copy.id += "@" + platform;
  copy.destination = platform + ":#" + channel;
  if (copy.kind == "form") {  // good for seconds: it waits for no other message of the channel
    copy.destination = platform + ":";
    copy.body.set("channel", channel);
  }
  return copy;
}

}  // namespace

std::vector<OutMessage> routed(std::vector<OutMessage> out, const std::vector<std::string>& platforms,
                               const ChatLinks& links, const CoreConfig& config, const State& state) {
  std::vector<OutMessage> result;
  for (OutMessage& m : out) {
    const std::string channel = channel_of(m.destination);
    const std::string from = m.destination.substr(0, m.destination.find(':'));
    const std::string direct = links.direct_on(channel);
    const bool human = m.kind == "human_post" || m.kind == "human_change";
    const std::string origin = m.body["origin"].as_string() == "room" ? "" : m.body["origin"].as_string();
    if (from == "room" || human) {
      for (const std::string& p : platforms) {
        if (p == from || (!direct.empty() && direct != p)) continue;
        if (human) {
          const bool one = direct.empty() ? relays(state, config, channel, from, p) : from == "room";
          if (auto copy = one ? relayed(copy_for(m, p, channel), from, config) : std::nullopt)
            result.push_back(std::move(*copy));
        } else if (!origin.empty() && origin != p && is_peoples(state, config, channel)) {
          continue;
        } else if (goes_to(m, p, links) && shown_on(state, config, channel, p)) {
          result.push_back(copy_for(m, p, channel));
        }
      }
      if (!direct.empty() || !stays_here(m, human)) continue;
      if (human) m.destination = "room:#" + channel;
    }
    result.push_back(std::move(m));
  }
  for (OutMessage& m : result)
    if (std::ranges::any_of(m.body.as_map(), [](const auto& member) { return is_for_routing(member.first); }))
      m.body = without_routing(std::move(m.body));
  return result;
}

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

// As soon as all are connected, or after a while: what is wrong may be what keeps one from connecting.
void ChatPlatforms::check_soon(int seconds_left) {
  const bool all = std::ranges::all_of(platforms_, [](const auto& p) { return p->connected(); });
  if (all || seconds_left == 0) return check_all();
  timers_->after(second_ms, [this, seconds_left] { check_soon(seconds_left - 1); });
}

void ChatPlatforms::check_all() {
  check();
  timers_->after(check_every, [this] { check_all(); });
}

void ChatPlatforms::check(const std::function<void()>& then) {
  const auto open = std::make_shared<std::size_t>(platforms_.size());
  for (const auto& p : platforms_)
    check(*p, [open, then] {
      if (--*open == 0 && then) then();
    });
}

void ChatPlatforms::check(ChatPlatform& platform, const std::function<void()>& then) {
  platform.self_check([this, name = platform.name(), then](ChatChecks found) {
    for (const ChatCheck& c : found) {
      if (c.level == "ok") continue;
      log(c.level == "note" ? LogLevel::info : LogLevel::warn, "chat self check: " + check_text(c, "en"),
          {{"platform", name}, {"change", check_change(c, "en")}});
    }
    checks_[name] = std::move(found);
    if (then) then();
  });
}

// Somebody waits for the answer: a platform that says nothing keeps it for a while only.
void ChatPlatforms::look_again(const std::string& language, std::function<void(Value)> done) {
  const auto told = std::make_shared<bool>(false);
  const auto once = [this, told, language, done = std::move(done), alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired() && !std::exchange(*told, true)) done(findings(language));
  };
  if (!timers_ || platforms_.empty()) return once();
  timers_->after(look_patience, once);
  check(once);
}

std::string ChatPlatforms::findings_text(const std::string& language) const {
  std::string text;
  for (const auto& [name, found] : checks_) {
    for (const ChatCheck& c : found) {
      if (c.level == "ok") continue;
      text += (c.level == "FAIL" ? "❌ " : "⚠️ ") + name + ": " + check_text(c, language);
      if (const std::string change = check_change(c, language); !change.empty()) text += " " + change;
      text += "\n";
    }
  }
  for (const std::string& line : groups_.unknown())
    text += "⚠️ " + say(language, "group_unknown", {{"group", plain(line)}}) + "\n";
  return std::string(trim(text));
}

Value ChatPlatforms::findings(const std::string& language) const {
  Value list = Value::List{};
  for (const auto& p : platforms_) {
    const auto checked = checks_.find(p->name());
    ChatChecks found = checked == checks_.end() ? ChatChecks{} : checked->second;
    if (const ChatHealth h = p->health(); !h.connected) {
      const ChatCheck why = h.trouble.key.empty() ? ChatCheck{"FAIL", "apart"} : h.trouble;
      if (std::ranges::none_of(found, [&](const ChatCheck& c) { return c.key == why.key; })) found.push_back(why);
    }
    for (const ChatCheck& c : found) {
      list.push(Value::Map{{"platform", p->name()},
                           {"level", c.level},
                           {"what", check_text(c, language)},
                           {"change", check_change(c, language)}});
    }
  }
  return list;
}

std::vector<const ChatPlatform*> ChatPlatforms::platforms() const {
  std::vector<const ChatPlatform*> all;
  for (const auto& p : platforms_) all.push_back(p.get());
  return all;
}

ChatHealth ChatPlatforms::health_of(const ChatPlatform& platform) const {
  ChatHealth h = platform.health();
  const Outbox::Backlog all = dispatcher_.backlog(platform.name());
  h.waiting = std::max(h.waiting, all.waiting);
  if (all.since != 0) h.oldest_ms = std::max(h.oldest_ms, clock_.now() - all.since);
  return h;
}

std::string ChatPlatforms::metrics() const {
  struct Row {
    const char *name, *type, *help;
    std::int64_t (*value)(const ChatHealth&);
  };
  static constexpr Row rows[] = {
      {"muster_chat_connected", "gauge", "1 while events arrive from the platform.",
       [](const ChatHealth& h) -> std::int64_t { return h.connected; }},
      {"muster_chat_waiting", "gauge", "Outgoing messages that are not delivered yet.",
       [](const ChatHealth& h) { return static_cast<std::int64_t>(h.waiting); }},
      {"muster_chat_oldest_seconds", "gauge", "Age of the outgoing message that has waited longest.",
       [](const ChatHealth& h) { return h.oldest_ms / second_ms; }},
      {"muster_chat_reconnects_total", "counter", "Websocket connections that ended.",
       [](const ChatHealth& h) { return static_cast<std::int64_t>(h.reconnects); }},
      {"muster_chat_gaps_total", "counter", "Times that numbered events were missing.",
       [](const ChatHealth& h) { return static_cast<std::int64_t>(h.gaps); }},
      {"muster_chat_caught_up_posts_total", "counter", "Posts read over REST after a loss.",
       [](const ChatHealth& h) { return static_cast<std::int64_t>(h.caught_up); }},
      {"muster_chat_said_plainly_total", "counter",
       "Messages that the platform refused as they were built, said as text alone.",
       [](const ChatHealth& h) { return static_cast<std::int64_t>(h.said_plainly); }},
      {"muster_chat_other_connections", "gauge",
       "Connections of other processes with the same token: each takes a part of the events.",
       [](const ChatHealth& h) { return static_cast<std::int64_t>(h.others); }},
      {"muster_chat_calls_total", "counter", "Calls to the platform's API.",
       [](const ChatHealth& h) { return static_cast<std::int64_t>(h.calls); }},
      {"muster_chat_rate_limited_total", "counter", "Calls that the platform refused with 429.",
       [](const ChatHealth& h) { return static_cast<std::int64_t>(h.refused); }}};
  std::string text;
  if (platforms_.empty()) return text;
  std::vector<std::pair<std::string, ChatHealth>> all;
  for (const auto& p : platforms_) all.emplace_back(p->name(), health_of(*p));
  for (const Row& row : rows) {
    text += std::string("# HELP ") + row.name + " " + row.help + "\n# TYPE " + row.name + " " + row.type + "\n";
    for (const auto& [name, health] : all)
      text += std::string(row.name) + "{platform=\"" + name + "\"} " + std::to_string(row.value(health)) + "\n";
  }
  return text;
}

}  // namespace muster
