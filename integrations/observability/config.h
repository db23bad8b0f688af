// Which systems beside the bot are read, and which addresses runbooks may call. The config loader fills it.
#pragma once
#include <string>
#include <vector>

#include "bot/base/clock.h"

namespace muster {

struct BackendDef {
  std::string name;
  std::string kind;  // prometheus, alertmanager, loki, elasticsearch
  std::string url;   // with a path prefix where the system has one
  std::vector<std::string> environments;
  std::string secret;  // resolved, never printed: a token, or "user:password"
  std::string ca_file;
  std::string tenant;  // X-Scope-OrgID
  std::string index;   // of elasticsearch: what is searched
  DurationMs timeout = 15 * second_ms;
};

struct HttpAllowDef {
  std::string name;
  std::string url;                   // scheme, host and port; a path narrows it to what begins with it
  std::vector<std::string> methods;  // empty: GET and HEAD
  std::string secret;                // resolved, as above; sent to this address only
  std::string ca_file;
};

struct ObservabilityConfig {
  std::vector<BackendDef> backends;
  std::vector<HttpAllowDef> http_allow;
};

}  // namespace muster
