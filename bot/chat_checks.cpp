// What is found out about the platforms and told: self-checks, findings, figures.
#include <algorithm>

#include "bot/base/log.h"
#include "bot/base/text.h"
#include "bot/chat_platforms.h"
#include "bot/core/chat/message.h"
#include "bot/core/commands/words.h"
#include "bot/dispatcher.h"

namespace muster {

namespace {

constexpr DurationMs check_every = 6 * hour_ms;
constexpr DurationMs look_patience = 20 * second_ms;  // less than the command line waits

}  // namespace

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
