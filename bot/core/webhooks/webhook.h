// Webhooks that we send: what the decisions, the outbox and the sender share. Plain values.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/clock.h"

namespace muster {

// The events that are sent, named as the journal names its entries; change.* are made of the entries of runs.
inline constexpr std::string_view webhook_events =
    "incident.declared|incident.status_changed|incident.mitigated|incident.resolved|incident.reopened|"
    "incident.canceled|incident.closed|incident.disclosed|severity.changed|role.assigned|role.handoff|status.update|"
    "alert.firing|alerts.firing|alert.acknowledged|alert.resolved|change.started|change.finished|runbook.started|"
    "runbook.finished";
inline constexpr std::string_view webhook_test = "webhook.test";  // on request only
inline constexpr std::string_view webhook_platform = "webhook";   // destinations are "webhook:NAME"
inline constexpr std::size_t webhook_waiting_max = 5'000;         // events of one hook: about 7 MB of memory

// Who is told what. Empty lists: everything.
struct WebhookRule {
  std::string name;
  std::vector<std::string> events, severities, services;
};

// A fold over the journal: what people were told of a webhook.
struct WebhookState {
  std::string paused;   // why nothing is kept for it: gone (it answered 410), full; empty: it gets its events
  std::string address;  // gone: a digest of the address that answered so, since the address may be a secret
  bool failed = false;  // events were given up, and people know
};

// What follows an attempt to deliver. aside: it is tried again later, and holds up nothing meanwhile.
struct AfterAttempt {
  enum class Next { delivered, again, aside, dead } next = Next::dead;
  DurationMs wait = 0;  // until the next attempt, after `dead` until that of the next message
  std::string note;     // for the log of deliveries: status, or what broke
};

}  // namespace muster
