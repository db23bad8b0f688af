// What a monitor says, in the normal form (protocol paper on alerts, section 2).
#pragma once
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bot/base/clock.h"
#include "bot/core/alerts/labels.h"

namespace muster {

// One alert as a source's parser returns it, before any state machine.
struct AlertEvent {
  std::string route;       // identity scope; "alertmanager" for all routes of that kind
  std::string source_key;  // identity inside the route, <= 1 KiB
  std::string status;      // firing, acknowledged, resolved
  std::string severity;    // critical, high, warning, info
  std::string title, body;
  TimeMs starts_ms = 0;  // 0: absent
  TimeMs ends_ms = 0;    // 0: absent
  bool ends_is_timeout = false;
  Labels labels, annotations;
  std::vector<std::pair<std::string, std::string>> links;  // text, url; http(s) only
  std::string reason;
  std::string group_key;  // as the sender groups; empty: grouping is ours
};

std::string normal_severity(std::string_view label);     // the map of section 2; missing or unknown: warning
std::string alert_fingerprint(const AlertEvent& event);  // 64 hex: SHA-256 of route, newline, source_key
std::string alert_digest(const AlertEvent& event);       // the same as 32 bytes
// FNV-1a 64 of sorted labels (empty values dropped), 16 hex: what Alertmanager computes.
std::string label_fingerprint(const Labels& labels);
std::string label_fingerprint(std::span<const LabelView> sorted);

}  // namespace muster
