#include "bot/sample_alert.h"

#include "bot/base/json.h"

namespace muster {

std::string sample_alert(TimeMs now) {
  const Value labels = Value::Map{{"alertname", "CheckoutLatencyHigh"},
                                  {"severity", "critical"},
                                  {"service", "checkout-api"},
                                  {"cluster", "sample"},
                                  {"__sample", std::to_string(now)}};  // its own alert: the last one may still fire
  const Value annotations = Value::Map{{"summary", "Checkout is slow: p99 4.8 s, threshold 1.2 s (sample)"}};
  const Value alert = Value::Map{{"status", "firing"},
                                 {"labels", labels},
                                 {"annotations", annotations},
                                 {"startsAt", format_utc(now - minute_ms)},
                                 {"endsAt", "0001-01-01T00:00:00Z"},
                                 {"generatorURL", ""}};
  return to_json(Value::Map{{"version", "4"},
                            {"groupKey", "{}:{alertname=\"CheckoutLatencyHigh\"} sample " + std::to_string(now)},
                            {"truncatedAlerts", 0},
                            {"status", "firing"},
                            {"receiver", "muster"},
                            {"groupLabels", Value::Map{{"alertname", "CheckoutLatencyHigh"}}},
                            {"commonLabels", labels},
                            {"commonAnnotations", annotations},
                            {"externalURL", "http://localhost"},
                            {"alerts", Value::List{alert}}});
}

}  // namespace muster
