// What clients of Alertmanager's API v2 read: alerts, groups, receivers, status. Plain functions over the state.
#pragma once
#include <map>
#include <string>

#include "bot/core/commands/policy.h"
#include "bot/core/engine/state.h"

namespace muster {

struct AlertQuery {
  std::vector<Matcher> filter;  // all must hold
  bool active = true;           // nothing here is silenced or inhibited: without active alerts nothing is left
  std::string receiver;         // a regular expression over the receiver's name; empty: any
};

// The parameters as Alertmanager names them; several `filter`s arrive joined by line feeds.
Result<AlertQuery> read_alert_query(const std::map<std::string, std::string>& query);
Value api_alerts(const State& state, const AlertQuery& asked, TimeMs now);
Value api_groups(const State& state, const AlertQuery& asked, TimeMs now);
Value api_receivers();
Value api_status(TimeMs started);

}  // namespace muster
