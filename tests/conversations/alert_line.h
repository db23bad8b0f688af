// `alert fires …` and `prometheus clears …` in a transcript: what the sender would post, read by the real codec.
#pragma once
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "integrations/alerts/alertmanager.h"
#include "tests/conversations/script.h"

namespace muster {

inline bool is_alert_line(const std::string& what) {
  for (const char* head : {"alert fires ", "alert clears ", "prometheus fires ", "prometheus clears "})
    if (what.starts_with(head)) return true;
  return false;
}

struct SentAlerts {
  std::vector<AlertEvent> events;
  std::string body;
};

class AlertSender {
 public:
  SentAlerts send(const std::string& what, TimeMs now) {
    const Lines words = words_of(what);
    const Value one = this->one(words, now);
    const std::string body = to_json(Value::Map{{"version", "4"},
                                                {"groupKey", "{}:{alertname=\"" + words[2] + "\"}"},
                                                {"truncatedAlerts", 0},
                                                {"status", one["status"]},
                                                {"receiver", "muster"},
                                                {"groupLabels", Value::Map{{"alertname", words[2]}}},
                                                {"commonLabels", one["labels"]},
                                                {"commonAnnotations", one["annotations"]},
                                                {"externalURL", "http://alertmanager.example"},
                                                {"alerts", Value::List{one}}});
    const auto parsed = parse_alertmanager_webhook(body, now);
    if (!parsed) throw std::runtime_error(parsed.error().message);
    std::vector<AlertEvent> events = parsed->alerts;
    if (what.starts_with("prometheus"))
      for (AlertEvent& e : events) e.group_key.clear();
    return {std::move(events), body};
  }

 private:
  Value one(const Lines& words, TimeMs now) {
    const bool fires = words[1] == "fires";
    Value labels = Value::Map{{"alertname", words.at(2)}}, annotations = Value::Map{};
    for (std::size_t i = 3; i < words.size(); ++i) {
      const std::size_t eq = words[i].find('=');
      if (eq == std::string::npos) throw std::runtime_error("no label: " + words[i]);
      const std::string key = words[i].substr(0, eq);
      (key == "summary" || key == "description" ? annotations : labels).set(key, words[i].substr(eq + 1));
    }
    TimeMs& started = firing_[to_json(labels)];
    if (started == 0) started = now;
    const TimeMs since = fires ? started : std::exchange(started, 0);
    return Value::Map{{"status", fires ? "firing" : "resolved"},
                      {"labels", labels},
                      {"annotations", annotations},
                      {"startsAt", format_utc(since)},
                      {"endsAt", fires ? "0001-01-01T00:00:00Z" : format_utc(now)},
                      {"generatorURL", ""}};
  }

  std::map<std::string, TimeMs> firing_;
};

}  // namespace muster
