// Who we are in the workspace, what is missing, and the connections' coming and going.
#include "bot/base/log.h"
#include "bot/base/text.h"
#include "integrations/chat/setting_name.h"
#include "integrations/chat/slack/self_check.h"
#include "integrations/chat/slack/slack.h"

namespace muster {

namespace {

constexpr DurationMs lasting_ms = 5 * minute_ms;  // between checks while a person has to change something
constexpr DurationMs call_ms = 30 * second_ms;
constexpr std::size_t answer_bytes_max = 16u << 20;

// A second between posts of a channel; per method the lower bound of its tier, with a burst of a quarter of it. Of
// posts "several hundred a minute" are allowed in the workspace beside that: a minute's worth may leave at once, each
// to a channel of its own.
BucketRule rule_of(const std::string& bucket) {
  if (bucket.starts_with("channel:")) return {.per_second = 1, .burst = 1};
  const double per_minute = slack_calls_per_minute(bucket.substr(bucket.find(':') + 1));
  const double burst = bucket == "method:chat.postMessage" ? per_minute : per_minute / 4;
  return {.per_second = per_minute / 60, .burst = std::max(1.0, burst)};
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

SlackAdvice slack_advice(const std::string& code, const std::string& detail, const SlackConfig& config) {
  const std::string& place = config.place;
  const std::string bot_token = setting_name(place, "SLACK_BOT_TOKEN", "bot_token");
  const std::string app_token = setting_name(place, "SLACK_APP_TOKEN", "app_token");
  const auto advice = [](const char* key, std::map<std::string, std::string> words) {
    ChatCheck c{"FAIL", std::string("slack.") + key, std::move(words)};
    std::string problem = check_text(c, "en"), next = check_change(c, "en");
    return SlackAdvice{std::move(c), std::move(problem), std::move(next)};
  };
  if (code == "unreachable") {
    const std::string ways = settings_named(
        {{setting_name(place, "SLACK_API_URL", "api_url"), true},
         {setting_name(place, "SLACK_PROXY", "proxy"), !config.proxy.empty()},
         {setting_name(place, "SLACK_CA_FILE", "ca_file"), !config.ca_file.empty() || is_about_certificates(detail)}});
    return advice("unreachable", {{"why", detail}, {"setting", ways}});
  }
  if (code == "answers") return advice("answers", {{"why", detail}});
  if (code == "link_disabled" || code == "app:link_disabled") return advice("socket_off", {});
  if (code == "too_many_websockets") return advice("sockets_taken", {{"setting", app_token}});
  if (code == "app:not_allowed_token_type" || code == "app:missing_scope")
    return advice("app_kind", {{"setting", app_token}});
  if (code.starts_with("app:")) return advice("app_refused", {{"setting", app_token}, {"code", code.substr(4)}});
  if (code == "not_allowed_token_type") return advice("bot_kind", {{"setting", bot_token}});
  if (code == "missing_scope") return advice("scopes_missing", {{"scopes", detail}});
  return advice("bot_refused", {{"setting", bot_token}, {"code", code}});
}

Slack::Slack(SlackConfig config, Outside outside)
    : config_(std::move(config)),
      out_(std::move(outside)),
      queue_(out_.for_queue(), rule_of, {.first = second_ms, .most = minute_ms}),
      deliveries_(queue_, out_.clock, out_.directory,
                  {"Slack", [](const Op& op) { return slack_buckets(op.message, op.channel); },
                   [this](const OpPtr& op) { run(op); }, is_slack_ts, out_.language, out_.late}),
      copies_(queue_, out_.clock, config_.name, listener_,
              {"Slack", "method:files", [this](const Value& file) { return file_call(file); }, &Slack::not_the_file,
               [this](const Value& file, const FileCopies::Known& known) { know_file(file, known); }, out_.clean_file}),
      gap_(out_.directory, out_.clock),
      marks_(out_.directory),
      connections_(out_.dice) {}

Slack::~Slack() {
  save_marks();
  out_.timers.cancel(timer_);
  out_.timers.cancel(check_timer_);
  out_.timers.cancel(again_timer_);
}

HttpCall slack_call(const SlackConfig& config, const std::string& method, const Value& arguments,
                    const std::string& token) {
  HttpCall c;
  c.method = "POST";
  c.url = without_slash(config.api_url) + "/" + method;
  c.headers["Authorization"] = "Bearer " + token;
  c.headers["Content-Type"] = "application/x-www-form-urlencoded";
  c.body = slack_form(arguments);
  c.timeout_ms = call_ms;
  c.max_body_bytes = answer_bytes_max;
  c.ca_file = config.ca_file;
  c.proxy = config.proxy;
  return c;
}

HttpCall Slack::method_call(const std::string& method, const Value& arguments, const std::string& token) const {
  return slack_call(config_, method, arguments, token);
}

void Slack::self_check(ChatChecksDone done) {
  check_slack(out_.http, out_.clock, config_, !connected(), [this, done = std::move(done)](ChatChecks found) {
    if (others_ > 0) found.push_back(shared());
    if (over_http()) {
      const bool heard = last_signed_ms_ != 0;
      found.push_back({heard ? "ok" : "note",
                       heard ? "slack.http" : "slack.http_silent",
                       {{"setting", setting_name(config_.place, "SLACK_SIGNING_SECRET", "signing_secret")}}});
    }
    done(std::move(found));
  });
}

void Slack::start() {
  socket_ended_ms_ = out_.clock.now();  // of the process before, perhaps
  check();
  tick();
}

void Slack::check() {
  out_.timers.cancel(std::exchange(check_timer_, 0));
  checking_ = true;
  queue_.add({.lane = {}, .buckets = {"method:auth.test"}, .urgent = true, .barrier = false}, [this](Job job) {
    queue_.call(job, method_call("auth.test", {}, config_.bot_token), [this, job](const Result<HttpResult>& result) {
      queue_.finish(job);
      checking_ = false;
      if (!result) return trouble("unreachable", result.error().message, false);
      const auto scopes = result->headers.find("x-oauth-scopes");
      checked(read_slack_answer(result->status, result->body, result->headers),
              scopes == result->headers.end() ? std::string() : scopes->second);
    });
  });
}

// A call was refused because of the token, or Slack says that it is revoked. Asked at once, so that the platform counts
// as lost as soon as it is: until a person has acted nothing can be said there, though events may still come.
void Slack::doubt_token() {
  if (check_timer_ != 0 || checking_) return;
  check();
}

void Slack::trouble(const std::string& code, const std::string& detail, bool lasting) {
  const SlackAdvice advice = slack_advice(code, detail, config_);
  if (advice.problem != problem_) {
    log(LogLevel::warn, "Slack is not connected",
        {{"platform", config_.name}, {"problem", advice.problem}, {"next", advice.next_step}});
  }
  problem_ = advice.problem;
  trouble_ = advice.check;
  next_step_ = advice.next_step;
  const DurationMs wait =
      lasting ? lasting_ms : std::max(second_ms, backoff_wait(check_failures_++, out_.dice(), backoff_));
  out_.timers.cancel(check_timer_);
  check_timer_ = out_.timers.after(wait, [this] { check(); });
}

void Slack::checked(const SlackAnswer& a, const std::string& scopes) {
  using Fate = SlackAnswer::Fate;
  if (a.fate == Fate::token || a.fate == Fate::configuration) {
    ready_ = false;
    deliveries_.close();
    return trouble(a.error, a.needed, true);
  }
  if (a.fate != Fate::ok) return trouble("answers", a.error, false);
  if (a.body["bot_id"].as_string().empty()) return trouble("not_allowed_token_type", {}, true);
  check_failures_ = 0;
  self_ = {a.body["user_id"].as_string(), a.body["bot_id"].as_string(), a.body["app_id"].as_string(),
           a.body["team_id"].as_string()};
  my_name_ = a.body["user"].as_string();
  team_name_ = a.body["team"].as_string();
  site_url_ = without_slash(a.body["url"].as_string());
  if (!site_url_.empty()) site_url_ += '/';
  problem_.clear();
  next_step_.clear();
  // Without the header (a gateway took it away) nothing is known to be missing.
  if (const auto missing = missing_slack_scopes(scopes, {config_.asks_groups, config_.link_by_email});
      !scopes.empty() && !missing.empty()) {
    const SlackAdvice advice = slack_advice("missing_scope", join(missing, ", "), config_);
    problem_ = advice.problem;
    trouble_ = advice.check;
    next_step_ = advice.next_step;
    log(LogLevel::warn, "Slack: scopes are missing", {{"scopes", join(missing, ", ")}});
  }
  become_ready();
}

void Slack::become_ready() {
  if (std::exchange(ready_, true)) return;
  log(LogLevel::info, "Slack knows us", {{"platform", config_.name}, {"account", my_name_}, {"workspace", team_name_}});
  deliveries_.join(config_.channels);
  deliveries_.open();
  list_people({});
  if (over_http()) return catch_up({});  // Slack brings again what it posted while we were away, but not for long
  carry_out(connections_.tick(out_.clock.now()));
}

void Slack::tick() {
  timer_ = out_.timers.after(second_ms, [this] { tick(); });
  deliveries_.tick();
  if (gathered_.is_too_long(out_.clock.now())) hand_over_gathered();
  if (ready_ && !over_http()) carry_out(connections_.tick(out_.clock.now()));
  look_who_shares();
  if (out_.clock.now() - marks_saved_ms_ >= 30 * second_ms) save_marks();
}

void Slack::carry_out(const std::vector<SlackStep>& steps) {
  using Kind = SlackStep::Kind;
  for (const SlackStep& step : steps) {
    const auto slot = static_cast<std::size_t>(step.slot);
    switch (step.kind) {
      case Kind::ask_url:
        ask_url();
        break;
      case Kind::connect:
        open_socket(step.slot, step.text);
        break;
      case Kind::close:
        sockets_[slot].reset();  // Slack does not answer a closing handshake
        socket_ended_ms_ = out_.clock.now();
        break;
      case Kind::tell: {
        const bool plain = step.text == "link_disabled" || step.text == "too_many_websockets";
        const SlackAdvice advice = slack_advice(plain ? step.text : "app:" + step.text, {}, config_);
        problem_ = advice.problem;
        trouble_ = advice.check;
        next_step_ = advice.next_step;
        log(LogLevel::warn, "Slack sends no events", {{"problem", problem_}, {"next", next_step_}});
        break;
      }
      case Kind::ready:
        catch_up({});
        break;
      case Kind::lost:
        reconnects_ += 1;
        gap_began();
        break;
    }
  }
}

void Slack::ask_url() {
  const auto ask = [this](Job job) {
    queue_.call(job, method_call("apps.connections.open", {}, config_.app_token),
                [this, job](const Result<HttpResult>& result) {
                  queue_.finish(job);
                  const TimeMs now = out_.clock.now();
                  if (!result) return carry_out(connections_.refused("", 0, now));
                  const SlackAnswer a = read_slack_answer(result->status, result->body, result->headers);
                  const std::string& url = a.body["url"].as_string();
                  const bool good = a.fate == SlackAnswer::Fate::ok && !url.empty();
                  carry_out(good ? connections_.url(url, now) : connections_.refused(a.error, a.retry_after_ms, now));
                });
  };
  // Its own pace is the state machine's; a bucket of one a minute would hold back the second connection of a refresh.
  queue_.add({.lane = {}, .buckets = {"method:auth.test"}, .urgent = true, .barrier = false}, ask);
}

void Slack::open_socket(int slot, const std::string& url) {
  const auto index = static_cast<std::size_t>(slot);
  const std::uint64_t socket = socket_ids_[index] = ++last_socket_;
  WebSocketOptions o;
  o.url = url;
  o.ca_file = config_.ca_file;
  o.proxy = config_.proxy;
  o.ping_every_ms = 10 * second_ms;
  o.ping_answer_ms = 20 * second_ms;
  o.silence_ms = 30 * second_ms;
  o.message_bytes_max = 4u << 20;
  WebSocketHandler h;
  h.opened = [] {};  // nothing counts before hello
  h.text = [this, slot, socket](const std::string& text) { frame(slot, socket, text); };
  h.closed = [this, slot, socket](const WebSocketEnd& end) { socket_closed(slot, socket, end); };
  sockets_[index] = out_.open_socket(std::move(o), std::move(h));
}

void Slack::socket_closed(int slot, std::uint64_t socket, const WebSocketEnd& end) {
  const auto index = static_cast<std::size_t>(slot);
  if (socket_ids_[index] != socket) return;
  sockets_[index].reset();
  socket_ended_ms_ = out_.clock.now();
  log(LogLevel::info, "a connection to Slack ended", {{"why", end.reason}, {"code", std::to_string(end.code)}});
  if (end.wrong_setting) {
    const std::string proxy = setting_name(config_.place, "SLACK_PROXY", "proxy");
    trouble_ = end.by_proxy ? ChatCheck{"FAIL", "socket_proxy", {{"setting", proxy}}}
                            : ChatCheck{"FAIL", "slack.socket_shut", {{"why", end.reason}}};
    problem_ = check_text(trouble_, "en");
    next_step_ = end.next_step.empty() ? check_change(trouble_, "en") : end.next_step;
  }
  carry_out(connections_.closed(slot, out_.clock.now()));
}

void Slack::frame(int slot, std::uint64_t socket, const std::string& text) {
  const auto read = read_slack_frame(text);
  if (!read) return log(LogLevel::warn, "Slack sent a frame that cannot be read", {{"why", read.error().message}});
  using Kind = SlackFrame::Kind;
  const TimeMs now = out_.clock.now();
  switch (read->kind) {
    case Kind::hello:
      count_connections(read->connections);
      carry_out(connections_.hello(slot, now));
      if (!problem_.empty() && connections_.problem().empty() && !checking_) check();  // it may be over
      return;
    case Kind::disconnect:
      return carry_out(connections_.disconnect(slot, read->reason, now));
    case Kind::envelope:
      return envelope({slot, socket, read->envelope_id, {}}, *read);
    case Kind::unknown:
      return log(LogLevel::info, "Slack sent a frame of a kind we do not know", {{"type", clip(read->type, 40)}});
  }
}

void Slack::count_connections(std::int64_t open) {
  const TimeMs now = out_.clock.now();
  const std::int64_t others = open - connections_.open_count();
  const bool settled = now - socket_ended_ms_ >= share_settled_ms;
  share_look_ms_ = others <= 0 ? 0 : now + (settled ? hour_ms : share_doubt_ms);
  if (others > 0 && !settled) return;
  if (others > 0 && others_ == 0) {
    log(LogLevel::warn, "another program uses the same SLACK_APP_TOKEN: each gets only a part of the events",
        {{"platform", config_.name}, {"connections", std::to_string(open)}});
  }
  others_ = std::max<std::int64_t>(others, 0);
}

void Slack::look_who_shares() {
  if (share_look_ms_ == 0 || out_.clock.now() < share_look_ms_) return;
  share_look_ms_ = 0;
  carry_out(connections_.renew(out_.clock.now()));
}

ChatCheck Slack::shared() const {
  return {"FAIL",
          "slack.shared",
          {{"n", std::to_string(others_)},
           {"all", std::to_string(others_ + 1)},
           {"setting", setting_name(config_.place, "SLACK_APP_TOKEN", "app_token")}}};
}

ChatHealth Slack::health() const {
  ChatHealth h;
  h.connected = connected();
  h.problem = problem_;
  h.next_step = next_step_;
  if (!problem_.empty()) h.trouble = trouble_;
  if (others_ > 0) h.shared = shared();
  if (others_ > 0 && problem_.empty()) {
    h.trouble = h.shared;
    h.problem = check_text(h.shared, "en");
    h.next_step = check_change(h.shared, "en");
  }
  h.others = static_cast<std::uint64_t>(others_);
  h.account = my_name_.empty() ? "" : "@" + my_name_;
  h.version = team_name_;
  deliveries_.report(h);
  h.reconnects = reconnects_;
  h.caught_up = caught_up_;
  h.said_plainly = said_plainly_;
  return h;
}

}  // namespace muster
