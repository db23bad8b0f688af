// What the core needs to know from the configuration. Plain values; config/ fills them.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/core/changes/health.h"
#include "bot/core/changes/stages.h"
#include "bot/core/chat/together.h"
#include "bot/core/commands/policy.h"
#include "bot/core/incidents/checklist.h"
#include "bot/core/people/people.h"
#include "bot/core/people/services.h"
#include "bot/core/runs/automation.h"
#include "bot/core/webhooks/webhook.h"

namespace muster {

struct SeverityRule {
  std::string name;  // SEV1 … SEV5, most urgent first
  std::string meaning;
  DurationMs update_every = 0;   // 0: no reminder
  DurationMs review_within = 0;  // from the end of an incident; 0: no review is owed
};

// Decides what a firing alert does. First match wins.
struct AlertRouteRule {
  std::string name;
  std::vector<Matcher> matchers;
  bool open_incident = false;
  std::string severity = "SEV3";
  std::string when{};   // a condition over `alert` (commands/condition.h), empty: always
  bool triage = false;  // the incident waits until a person accepts it
};

// A system that is asked (metrics, logs) or told to be silent. How it is reached is not the core's business.
struct Backend {
  std::string name;
  std::string kind;                       // prometheus, alertmanager, loki, elasticsearch
  std::vector<std::string> environments;  // it knows; empty: all
};

// What of the talk in incident channels is kept, and what makes the bot speak up.
struct CaptureRule {
  std::vector<std::string> reactions = {"pushpin", "memo"};             // names without colons; they file a message
  std::vector<std::string> todo_reactions = {"ballot_box_with_check"};  // they make it a follow-up
  bool keep_deleted = true;                                             // false: a deleted message's text is destroyed
  std::vector<std::string> keywords{};      // words that make the bot offer a declaration; none: off
  DurationMs offer_every = 30 * minute_ms;  // per channel
};

struct CoreConfig {
  std::string bot_handle = "muster";
  char prefix = '!';
  std::string language = "en";
  std::string zone = "UTC";
  bool sandbox = false;
  std::vector<Person> people;
  std::vector<Service> services;
  std::vector<Environment> environments;
  std::vector<SeverityRule> severities;
  std::vector<Rule> policy;
  std::vector<AlertRouteRule> alert_routes;
  std::vector<Backend> backends;
  std::string alerts_channel = "alerts";
  std::string channel_name = "inc-{number}-{slug}";  // a template: engine/channels.h
  std::string board_channel;                         // one post per incident, kept current; empty: none
  std::vector<InviteRule> invites;
  std::vector<PrivateRule> private_incidents{};
  std::string bridge_url;          // where people talk; {id} and {number} are filled in
  std::string public_url;          // where people reach our pages; empty: no links to them
  DurationMs archive_after = 0;    // from the end of an incident to the question whether its channel goes; 0: never
  bool archive_published = false;  // asked once the review is published, not before
  DurationMs group_wait = 0;       // where grouping is ours: from a group's first alert to its incident
  DurationMs flap_window = 5 * minute_ms;  // a refire within it re-opens the episode
  std::string policy_hash;
  std::string version;
  CaptureRule capture = {};
  std::vector<AutomationCaps> automation{};  // the first that fits the environment counts
  std::vector<HealthRule> health{};          // what is watched after a change, and what follows
  std::vector<HealthCheck> health_checks{};  // all that fit the place count
  std::vector<TogetherRule> together{};      // platforms whose incident channels are one room
  std::vector<RolloutRule> rollouts{};       // in which stages a version goes out
  std::vector<ChecklistRule> checklists{};   // all that fit the incident count
  std::vector<WebhookRule> webhooks{};       // other systems that are told of events
  std::vector<std::string> link_by_email{};  // platforms whose verified e-mail addresses join accounts to people
};

const Person* find_person(const CoreConfig& config, std::string_view id_or_handle);
bool is_protected(const CoreConfig& config, std::string_view environment);  // of none: false
const Service* find_service(const CoreConfig& config, std::string_view name);
const SeverityRule* find_severity(const CoreConfig& config, std::string_view name);  // "2", "sev2", "SEV2"

}  // namespace muster
