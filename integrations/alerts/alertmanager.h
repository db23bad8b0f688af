// Codecs for Alertmanager's webhook (version 4) and its API v2 as Prometheus posts to it. No sockets, no state.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/result.h"
#include "bot/core/alerts/alert.h"

namespace muster {

struct WebhookAlerts {
  std::vector<AlertEvent> alerts;
  std::string group_key;
  std::int64_t truncated = 0;
  std::string external_url;
};
// invalid: the body is not a version 4 webhook (the caller stores it as undecodable).
Result<WebhookAlerts> parse_alertmanager_webhook(std::string_view body, TimeMs received_ms);

// The API validates before it answers (3.2): the valid part is kept whatever the answer is.
struct ApiV2Alerts {
  std::vector<AlertEvent> alerts;
  int status = 200;    // 200, 400, 415, 422
  std::string answer;  // body of the answer, as Alertmanager words it (JSON), empty for 200
};
ApiV2Alerts parse_alerts_v2(std::string_view body, std::string_view content_type, TimeMs received_ms);

}  // namespace muster
