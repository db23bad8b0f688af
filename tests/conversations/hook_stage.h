// Receivers of webhooks in a transcript: a line for each event that reaches one, and answers as the transcript says.
#pragma once
#include <map>
#include <set>
#include <string>

#include "bot/base/json.h"
#include "integrations/net/http_client.h"
#include "integrations/webhooks/webhooks.h"
#include "tests/conversations/script.h"

namespace muster {

// 19cfa362b60-72a4a650eeec-000015 is another one in every run.
inline void hide_ids(std::string& line) {
  constexpr std::string_view shape = "xxxxxxxxxxx-xxxxxxxxxxxx-xxxxxx", hex = "0123456789abcdef";
  for (std::size_t at = 0; at + shape.size() <= line.size(); ++at) {
    std::size_t n = 0;
    while (n < shape.size() && (shape[n] == 'x' ? hex.contains(line[at + n]) : line[at + n] == '-')) ++n;
    if (n == shape.size()) line.replace(at, n, "{id}");
  }
}

class HookStage final : public HttpClient {
 public:
  Lines lines;
  std::map<std::string, int> answers;        // hook -> status; 0: nobody listens; 200 where nothing is said
  std::map<std::string, std::string> waits;  // hook -> Retry-After of what is not 200
  std::vector<WebhookDef> defs;

  void send(HttpCall call, Done done) override {
    const std::string hook = call.url.substr(call.url.rfind('/') + 1);
    const auto known = answers.find(hook);
    const int status = known == answers.end() ? 200 : known->second;
    if (status == 0) return done(fail(ErrorKind::unavailable, "Connection refused"));
    if (status == 200) note(hook, call);
    HttpResult result{status, "", {}};
    if (status != 200 && waits.contains(hook)) result.headers["retry-after"] = waits.at(hook);
    done(std::move(result));
  }

 private:
  std::set<std::string> taken_;  // hook and id

  void note(const std::string& hook, const HttpCall& call) {
    const Value event = *parse_json(call.body);
    const std::string& id = call.headers.at("webhook-id");
    const TimeMs at = std::stoll(call.headers.at("webhook-timestamp")) * second_ms;
    for (const WebhookDef& def : defs)
      if (def.name == hook && call.headers.at("webhook-signature") != webhook_signature(def.secrets, id, at, call.body))
        lines.push_back("#webhook-" + hook + " a wrong signature");
    // A second delivery is thrown away by its id, as receivers are told to do.
    if (!taken_.insert(hook + id).second) return;
    const Value& data = event["data"];
    std::string text = "#webhook-" + hook + " " + event["type"].as_string();
    const auto add = [&text](const Value& v) {
      if (v.is_string()) text += " " + v.as_string();
      if (v.is_int()) text += " " + std::to_string(v.as_int());
    };
    for (const char* of : {"id", "severity", "status", "commander"}) add(data["incident"][of]);
    for (const char* of : {"from", "to", "role", "assignee", "number", "text", "count"}) add(data[of]);
    for (const char* of : {"id", "severity", "status", "acknowledged_by"}) add(data["alert"][of]);
    for (const char* of : {"id", "verb", "service", "environment", "outcome"}) add(data["change"][of]);
    for (const char* of : {"id", "runbook", "outcome"}) add(data["run"][of]);
    add(data["actor"]["id"]);
    lines.push_back(text);
  }
};

}  // namespace muster
