// Webhooks that we send: where to, signed with what. The config loader fills it.
#pragma once
#include <string>
#include <vector>

#include "bot/base/clock.h"

namespace muster {

struct WebhookDef {
  std::string name;
  std::string url;
  std::vector<std::string> secrets;  // resolved, never printed: "whsec_" and base64; two while one replaces the other
  std::vector<std::string> events, severities, services;  // empty: all
  DurationMs timeout = 15 * second_ms;
  std::string ca_file, proxy;
  bool plain_http = false;  // beyond this machine
};

namespace webhooks {

// Everything that is wrong with a definition, as sentences that hold no secret; the loader shows them with their place.
struct Fault {
  std::string field;  // "url"
  std::size_t index = 0;
  std::string message;
  std::string expected;
};
std::vector<Fault> faults_of(const WebhookDef& def);

}  // namespace webhooks

}  // namespace muster
