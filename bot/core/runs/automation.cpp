#include "bot/core/runs/automation.h"

#include <algorithm>

#include "bot/core/engine/state.h"

namespace muster {
namespace {

std::string trigger_key(const std::string& runbook, const std::string& key) {
  return key.empty() ? runbook : runbook + " " + key;
}

void apply_draining(Automation& a, const Entry& e) {
  a.draining = e.data["on"].as_bool();
  a.drained_by = a.draining ? e.actor.id : "";
  a.drain_reason = e.data["reason"].as_string();
  a.drained_ms = a.draining ? e.occurred_ms : 0;
  if (!a.draining) a.held.clear();
}

}  // namespace

const AutomationCaps& caps_for(const std::vector<AutomationCaps>& caps, std::string_view environment) {
  static const AutomationCaps standard;
  const auto it = std::ranges::find_if(caps, [&](const AutomationCaps& c) {
    return c.environments.empty() || std::ranges::find(c.environments, environment) != c.environments.end();
  });
  return it == caps.end() ? standard : *it;
}

bool apply_automation(State& s, const Entry& e) {
  const std::string_view kind = e.kind;
  const Value& d = e.data;
  Automation& a = s.automation;
  if (kind == "automation.switched") {
    const std::string environment = d["environment"].as_string().empty() ? "*" : d["environment"].as_string();
    if (d["on"].as_bool())
      environment == "*" ? a.off.clear() : static_cast<void>(a.off.erase(environment));
    else
      a.off[environment] = d["reason"].as_string();
    return true;
  }
  if (kind == "bot.draining") return apply_draining(a, e), true;
  if (kind == "trigger.held") {
    a.held[trigger_key(d["runbook"].as_string(), d["alert"].as_string())] = d["alert"].as_string();
    return true;
  }
  const auto what = [&d] { return trigger_key(d["runbook"].as_string(), d["key"].as_string()); };
  if (kind == "trigger.disarmed")
    a.disarmed[what()] = {e.actor.id, d["reason"].as_string(), e.occurred_ms, d["until_ms"].as_int()};
  else if (kind == "trigger.armed")
    a.disarmed.erase(what()), a.in_vain.erase(what());
  else if (kind == "runbook.planned")
    a.planned[d["runbook"].as_string()] = {e.occurred_ms, e.actor.id, d["hash"].as_string()};
  else if (kind == "runbook.suggested")
    a.suggested.insert(d["runbook"].as_string() + " " + d["about"].as_string());
  else
    return false;
  return true;
}

const Disarmed* disarmed(const State& s, const std::string& runbook, const std::string& key, TimeMs now) {
  for (const std::string& what : {runbook, trigger_key(runbook, key)}) {
    const auto it = s.automation.disarmed.find(what);
    if (it != s.automation.disarmed.end() && (it->second.until_ms == 0 || it->second.until_ms > now))
      return &it->second;
  }
  return nullptr;
}

std::string automation_off(const State& s, const std::string& environment) {
  for (const std::string& where : {std::string("*"), environment}) {
    const auto it = s.automation.off.find(where);
    if (it != s.automation.off.end()) return it->second.empty() ? "–" : it->second;
  }
  return {};
}

}  // namespace muster
