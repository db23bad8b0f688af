// Who we are on the server, what is missing, and the websocket's coming and going.
#include <algorithm>

#include "bot/base/log.h"
#include "integrations/chat/mattermost/account.h"
#include "integrations/chat/mattermost/markdown.h"
#include "integrations/chat/mattermost/mattermost.h"
#include "integrations/chat/mattermost/names.h"
#include "integrations/chat/setting_name.h"

namespace muster {

using namespace mattermost;

namespace {

constexpr DurationMs lasting_ms = 5 * minute_ms;  // between checks while a person has to change something

// The server's own default is 10 a second with bursts of 100 by address, which all users behind a proxy share.
BucketRule rule_of(const std::string&) { return {.per_second = 8, .burst = 40}; }

}  // namespace

Mattermost::Mattermost(MattermostConfig config, Outside outside)
    : config_(std::move(config)),
      out_(std::move(outside)),
      api_(config_.url, config_.token, config_.ca_file, config_.proxy),
      queue_(out_.for_queue(), rule_of, {.first = second_ms, .most = minute_ms}),
      deliveries_(queue_, out_.clock, out_.directory,
                  {"Mattermost", [](const Op&) { return std::vector<std::string>{"all"}; },
                   [this](const OpPtr& op) { run(op); }, is_id, out_.language, out_.late}),
      copies_(queue_, out_.clock, config_.name, listener_,
              {"the server", "all", [this](const Value& file) { return file_call(file); }, {}, {}, out_.clean_file}),
      gap_(out_.directory, out_.clock),
      marks_(out_.directory) {}

Mattermost::~Mattermost() {
  save_marks();
  out_.timers.cancel(timer_);
  out_.timers.cancel(open_timer_);
}

std::string Mattermost::setting(const char* variable, const char* key) const {
  return setting_name(config_.place, variable, key);
}

void Mattermost::start() {
  tick();
  check();
}

void Mattermost::trouble(const Trouble& t) {
  if (t.problem != problem_) {
    log(LogLevel::warn, "Mattermost is not connected",
        {{"platform", config_.name}, {"problem", t.problem}, {"next", t.next_step}});
  }
  problem_ = t.problem;
  next_step_ = t.next_step;
  trouble_ = t.check;
  const DurationMs wait = t.lasting ? lasting_ms : check_backoff_.ended(out_.clock.now(), out_.dice(), second_ms);
  out_.timers.cancel(open_timer_);
  open_timer_ = out_.timers.after(wait, [this] { check(); });
}

// Before every websocket: 401 is fatal until a person acts, a cut websocket is not.
void Mattermost::check() {
  open_timer_ = 0;
  ask("/users/me", false, [this](const Answer& a) { checked_me(a); });
}

void Mattermost::checked_me(const Answer& a) {
  my_name_ = a.body["username"].as_string();
  if (const auto wrong = account_trouble(config_, a)) {
    if (a.status == 401) {
      ready_ = false;
      deliveries_.close();
    }
    return trouble(*wrong);
  }
  me_ = a.body["id"].as_string();
  if (!a.version.empty()) version_ = short_version(a.version);
  ask("/users/me/teams", false, [this](const Answer& teams) { checked_teams(teams); });
}

void Mattermost::checked_teams(const Answer& a) {
  Team found;
  if (const auto wrong = team_trouble(config_, my_name_, a, found)) {
    return trouble(*wrong);
  }
  team_ = found.id;
  team_name_ = found.name;
  ask("/config/client?format=old", false, [this](const Answer& config) { checked_config(config); });
}

void Mattermost::checked_config(const Answer& a) {
  const std::string limit = a.body["MaxPostSize"].as_string();
  const std::size_t runes = limit.empty() || limit.size() > 6 ? 0 : std::strtoul(limit.c_str(), nullptr, 10);
  runes_max_ = runes >= 1000 ? std::min(runes, post_runes_max) : post_runes_max;
  verifies_addresses_ = a.body["RequireEmailVerification"].as_string() == "true";
  const std::string version = a.body["Version"].as_string();
  if (!version.empty()) version_ = version;
  problem_.clear();
  next_step_.clear();
  check_backoff_ = Reconnect();
  if (ready_) return open_socket();
  // What waits to be said may name channels: they are links from the first post on.
  ask("/users/me/teams/" + team_ + "/channels", false, [this](const Answer& channels) {
    know_channels(channels);
    become_ready();
    open_socket();
  });
}

void Mattermost::know_channels(const Answer& a) {
  for (const Value& c : a.body.as_list()) {
    const std::string id = c["id"].as_string();
    channels_[id] = {c["name"].as_string(), c["type"].as_string(), c["header"].as_string()};
    topics_[id] = c["header"].as_string();
  }
}

void Mattermost::become_ready() {
  if (std::exchange(ready_, true)) return;
  log(LogLevel::info, "Mattermost knows us",
      {{"platform", config_.name}, {"account", my_name_}, {"team", team_name_}, {"version", version_}});
  deliveries_.open();
  deliveries_.join(config_.channels);  // after what may open them with a header
}

void Mattermost::open_socket() {
  WebSocketOptions o;
  o.url = api_.websocket_url(gateway_.resume_query());
  o.headers["Authorization"] = "Bearer " + config_.token;  // a resume needs the header, not the challenge
  o.ca_file = config_.ca_file;
  o.proxy = config_.proxy;
  o.silence_ms = 90 * second_ms;  // the server pings every minute
  o.message_bytes_max = 4u << 20;
  WebSocketHandler h;
  h.opened = [this] { socket_opened(); };
  h.text = [this](const std::string& text) { carry_out(gateway_.frame(text, out_.clock.now())); };
  h.closed = [this](const WebSocketEnd& end) { socket_closed(end); };
  socket_ = out_.open_socket(std::move(o), std::move(h));
}

void Mattermost::socket_opened() {
  backoff_.opened(out_.clock.now());
  gateway_.opened(out_.clock.now());
  carry_out(gateway_.tick(out_.clock.now()));
}

void Mattermost::socket_closed(const WebSocketEnd& end) {
  gateway_.closed();
  socket_.reset();
  gap_.began();
  reconnects_ += 1;
  const DurationMs least = end.retry_after.empty() ? 0 : retry_after_ms(end.retry_after);
  const DurationMs wait = backoff_.ended(out_.clock.now(), out_.dice(), least);
  log(LogLevel::info, "the websocket to Mattermost ended",
      {{"why", end.reason}, {"code", std::to_string(end.code)}, {"again_ms", std::to_string(wait)}});
  if (end.wrong_setting || (!end.opened && backoff_.failures() > 2)) {
    const std::string url = setting("MATTERMOST_URL", "url"), proxy = setting("MATTERMOST_PROXY", "proxy");
    trouble_ = end.by_proxy ? ChatCheck{"FAIL", "socket_proxy", {{"setting", proxy}}}
                            : ChatCheck{"FAIL", "mattermost.socket", {{"setting", url}, {"why", end.reason}}};
    problem_ = check_text(trouble_, "en");
    next_step_ = end.next_step.empty() ? check_change(trouble_, "en") : end.next_step;
  }
  out_.timers.cancel(open_timer_);
  open_timer_ = out_.timers.after(wait, [this] { check(); });
}

void Mattermost::reconnect(const std::string& why) {
  WebSocketEnd end;
  end.opened = true;
  end.reason = why;
  socket_closed(end);
}

void Mattermost::carry_out(GatewayActions actions) {
  for (const std::string& text : actions.send) {
    if (socket_) static_cast<void>(socket_->send(text));
  }
  if (actions.fresh) {
    problem_.clear();
    next_step_.clear();
    catch_up();
  }
  for (const GatewayEvent& e : actions.events) event(e);
  if (!actions.reconnect.empty()) reconnect(actions.reconnect);
}

void Mattermost::tick() {
  timer_ = out_.timers.after(second_ms, [this] { tick(); });
  deliveries_.tick();
  if (socket_) carry_out(gateway_.tick(out_.clock.now()));
  if (out_.clock.now() - marks_saved_ms_ >= 30 * second_ms) save_marks();
}

ChatHealth Mattermost::health() const {
  ChatHealth h;
  h.connected = connected();
  h.problem = problem_;
  h.next_step = next_step_;
  if (!problem_.empty()) h.trouble = trouble_;
  h.account = my_name_.empty() ? "" : "@" + my_name_;
  h.version = version_;
  deliveries_.report(h);
  h.reconnects = reconnects_;
  h.gaps = gateway_.gaps();
  h.caught_up = caught_up_;
  return h;
}

}  // namespace muster
