// What the configuration folder says, as plain values. The loader (load.h) fills it; nobody else writes it
// except the command line, whose flags come last.
#pragma once
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/log.h"
#include "bot/core/changes/health.h"
#include "bot/core/changes/stages.h"
#include "bot/core/chat/together.h"
#include "bot/core/commands/policy.h"
#include "bot/core/incidents/checklist.h"
#include "bot/core/people/people.h"
#include "bot/core/people/services.h"
#include "integrations/chat/mattermost/config.h"
#include "integrations/chat/slack/config.h"
#include "integrations/observability/config.h"
#include "integrations/targets/exec/config.h"
#include "integrations/targets/kubernetes/config.h"
#include "integrations/targets/local/config.h"
#include "integrations/webhooks/config.h"

namespace muster {

struct SeverityDef {
  std::string name;  // SEV1 is the worst; the order of the list is the order of badness
  std::string meaning;
  DurationMs update_every = 0;   // 0: no reminder
  DurationMs review_within = 0;  // 0: no review is owed
};

// First match wins; an alert that no route matches is listed in the alerts channel.
struct AlertRoute {
  std::string name;
  std::vector<std::string> matchers;  // Alertmanager matcher text, all must hold: severity=~"critical|page"
  bool open_incident = false;
  std::string severity;  // of the incident it opens: the name of a SeverityDef
  std::string when{};    // a CEL condition over `alert`; empty: always
  bool triage = false;   // its incident waits for a person's yes
};

struct AlertSourceDef {
  std::string name;
  std::string kind;                  // "alertmanager" or "prometheus"
  std::vector<std::string> secrets;  // resolved, never printed: a bearer token or "user:pass"; two while rotating
  std::string header{};              // lower case: where the secret stands instead of in Authorization; empty: there
  // HMAC-SHA256 of the body; empty: not asked for, two while rotating. The header names are lower case; without a
  // timestamp header the body alone is signed.
  std::vector<std::string> signature_secrets{};
  std::string signature_header{}, timestamp_header{};
  std::vector<std::string> from{};    // addresses and networks that may send; empty: any
  DurationMs auto_resolve_after = 0;  // without news, for what has no end of its own; 0: never
};

// What may be changed without a person, by environment; the first that fits counts.
struct AutomationDef {
  std::string name;
  std::vector<std::string> environments;
  int writes_per_hour = 20;
  bool one_write_per_service = true;
  std::string freeze = "rollbacks";
};

struct Settings {
  std::string bot_handle = "muster";
  char prefix = '!';
  std::string language = "en";
  std::string zone = "UTC";
  bool sandbox = false;
  std::string listen = "127.0.0.1:8080";
  LogLevel log_level = LogLevel::info;
  std::string runbooks = "runbooks";  // folder; relative to that of the configuration
  std::vector<Person> people;
  std::vector<Service> services;
  std::vector<Environment> environments;
  std::vector<SeverityDef> severities;
  std::vector<Rule> policy;
  std::vector<AlertRoute> alert_routes;
  std::vector<AlertSourceDef> sources;
  std::vector<ExecTargetDef> exec_targets;
  std::vector<AutomationDef> automation;
  std::vector<HealthRule> health;
  std::vector<RolloutRule> rollouts;
  std::vector<HealthCheck> health_checks;
  std::vector<LocalTargetDef> local_targets;
  std::vector<KubernetesTargetDef> kubernetes_targets;
  ObservabilityConfig observability;
  std::vector<WebhookDef> webhooks;
  std::vector<SlackConfig> slack;
  std::vector<MattermostConfig> mattermost;
  std::string alerts_channel = "alerts";
  std::string channel_name = "inc-{number}-{slug}";
  std::string board_channel;
  std::vector<InviteRule> invites;
  std::vector<PrivateRule> private_incidents;
  std::string bridge_url, public_url;
  DurationMs archive_after = 0;
  bool archive_published = false;
  DurationMs group_wait = 30 * second_ms, flap_window = 5 * minute_ms;
  std::vector<std::string> file_reactions = {"pushpin", "memo"};
  std::vector<std::string> todo_reactions = {"ballot_box_with_check"};
  bool keep_deleted_messages = true;
  std::vector<std::string> offer_words;
  DurationMs offer_every = 30 * minute_ms;
  std::vector<std::string> link_by_email;  // names of platforms
  std::vector<ChecklistRule> checklists;
  std::vector<TogetherRule> together;
};

}  // namespace muster
