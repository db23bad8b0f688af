#include "integrations/chat/slack/connections.h"

#include <algorithm>
#include <set>

namespace muster {

namespace {

constexpr DurationMs kConnectWithin = 20'000;  // from the ticket to hello
constexpr DurationMs kSteadyAfter = 60'000;    // a connection that lives this long resets the back-off
constexpr DurationMs kFirstBackoff = 1'000, kLongestBackoff = 60'000;
constexpr DurationMs kFatalEvery = 300'000;  // a wrong token does not become right by asking often
constexpr DurationMs kLeaveWithin = 60'000;  // a warned connection that never closes

using Kind = SlackStep::Kind;

}  // namespace

bool is_fatal_for_slack(const std::string& error) {
  static const std::set<std::string> fatal = {
      "not_authed",    "invalid_auth",     "account_inactive", "user_removed_from_team", "team_disabled",
      "token_revoked", "token_expired",    "missing_scope",    "not_allowed_token_type", "forbidden_team",
      "missing_args",  "insecure_request", "link_disabled",    "too_many_websockets"};
  return fatal.contains(error);
}

bool SlackConnections::ready() const {
  return slot_in(State::ready).has_value() || slot_in(State::leaving).has_value();
}

int SlackConnections::open_count() const {
  return static_cast<int>(std::count_if(slots_.begin(), slots_.end(), [](const Slot& s) {
    return s.state == State::connecting || s.state == State::ready || s.state == State::leaving;
  }));
}

std::optional<int> SlackConnections::slot_in(State state) const {
  for (int i = 0; i < 2; ++i) {
    if (slots_[static_cast<std::size_t>(i)].state == state) return i;
  }
  return std::nullopt;
}

std::optional<int> SlackConnections::free_slot() const { return slot_in(State::none); }

void SlackConnections::ask(std::vector<SlackStep>& steps, TimeMs now) {
  const auto slot = free_slot();
  if (!slot || slot_in(State::asked) || slot_in(State::connecting) || now < next_try_ms_) return;
  slots_[static_cast<std::size_t>(*slot)] = {State::asked, now};
  steps.push_back({Kind::ask_url, *slot, {}});
}

void SlackConnections::fail_later(TimeMs now, DurationMs at_least) {
  const int doublings = std::min(failures_++, 6);
  const DurationMs ceiling = std::min(kLongestBackoff, kFirstBackoff << doublings);
  // Full jitter over the upper half: bots that were cut off together do not return together.
  const auto wait = static_cast<DurationMs>(static_cast<double>(ceiling) * (0.5 + jitter_() / 2));
  next_try_ms_ = std::max(next_try_ms_, now + std::max(at_least, wait));
}

void SlackConnections::watch(std::vector<SlackStep>& steps, int i, TimeMs now) {
  const Slot& s = slots_[static_cast<std::size_t>(i)];
  const bool late = s.state == State::connecting && now - s.since_ms >= kConnectWithin;
  const bool lingers = s.state == State::leaving && now - s.since_ms >= kLeaveWithin && slot_in(State::ready);
  if (late || lingers) {
    steps.push_back({Kind::close, i, {}});
    const auto more = closed(i, now);
    steps.insert(steps.end(), more.begin(), more.end());
  }
}

std::vector<SlackStep> SlackConnections::tick(TimeMs now) {
  std::vector<SlackStep> steps;
  watch(steps, 0, now);
  watch(steps, 1, now);
  if (const auto i = slot_in(State::ready)) {
    if (now - slots_[static_cast<std::size_t>(*i)].since_ms >= kSteadyAfter) failures_ = 0;
  } else {
    ask(steps, now);
  }
  return steps;
}

std::vector<SlackStep> SlackConnections::url(const std::string& url, TimeMs now) {
  const auto i = slot_in(State::asked);
  if (!i) return {};
  slots_[static_cast<std::size_t>(*i)] = {State::connecting, now};
  return {{Kind::connect, *i, url}};
}

std::vector<SlackStep> SlackConnections::refused(const std::string& error, DurationMs retry_after_ms, TimeMs now) {
  if (const auto i = slot_in(State::asked)) slots_[static_cast<std::size_t>(*i)] = {};
  if (!is_fatal_for_slack(error)) {
    fail_later(now, retry_after_ms);
    return {};
  }
  next_try_ms_ = now + std::max(kFatalEvery, retry_after_ms);
  const bool known = problem_ == error;
  problem_ = error;
  return known ? std::vector<SlackStep>{} : std::vector<SlackStep>{{Kind::tell, 0, error}};
}

std::vector<SlackStep> SlackConnections::hello(int slot, TimeMs now) {
  Slot& s = slots_[static_cast<std::size_t>(slot)];
  if (s.state != State::connecting) return {};
  s = {State::ready, now};
  problem_.clear();
  if (std::exchange(was_ready_, true)) return {};
  return {{Kind::ready, slot, {}}};
}

std::vector<SlackStep> SlackConnections::disconnect(int slot, const std::string& reason, TimeMs now) {
  Slot& s = slots_[static_cast<std::size_t>(slot)];
  std::vector<SlackStep> steps;
  if (reason == "link_disabled" || reason == "too_many_websockets") {
    next_try_ms_ = now + kFatalEvery;
    if (std::exchange(problem_, reason) != reason) steps.push_back({Kind::tell, slot, reason});
    return steps;
  }
  if (s.state != State::ready && s.state != State::connecting) return steps;
  s.state = s.state == State::ready ? State::leaving : s.state;
  s.since_ms = now;
  // A refresh that comes right after hello is no reason to hammer: the back-off that runs is kept.
  if (reason == "warning" || reason == "refresh_requested") ask(steps, now);
  return steps;
}

std::vector<SlackStep> SlackConnections::renew(TimeMs now) {
  const auto i = slot_in(State::ready);
  return i && free_slot() ? disconnect(*i, "refresh_requested", now) : std::vector<SlackStep>{};
}

std::vector<SlackStep> SlackConnections::closed(int slot, TimeMs now) {
  Slot& s = slots_[static_cast<std::size_t>(slot)];
  std::vector<SlackStep> steps;
  if (s.state == State::none || s.state == State::asked) return steps;
  const State was = std::exchange(s, Slot{}).state;
  if (was == State::ready || was == State::connecting) fail_later(now, 0);
  if (!ready() && std::exchange(was_ready_, false)) steps.push_back({Kind::lost, slot, {}});
  if (!slot_in(State::ready)) ask(steps, now);
  return steps;
}

}  // namespace muster
