// Slack's Web API without a connection: how a call is written and what an answer means. Any thread, no I/O.
// Facts: docs.slack.dev method reference, "Rate limits"; form encoding works for every method, HTTP 200 is no success.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/value.h"

namespace muster {

// application/x-www-form-urlencoded; strings as they are, numbers and bools as text, lists and maps as JSON text.
std::string slack_form(const Value& arguments);

// How often a method may be called in a minute (the tier's lower bound; bursts are not promised).
int slack_calls_per_minute(std::string_view method);

struct SlackAnswer {
  enum class Fate {
    ok,             // also where Slack says that it was so already (already_pinned, no_reaction …)
    later,          // nothing happened; after `retry_after_ms` (0: our own back-off)
    unclear,        // it may have happened: look before trying again
    token,          // the token is wrong, revoked or of another kind: a person must act
    configuration,  // a scope or a right is missing: a person must act
    refused,        // this call will not succeed as it is
  };
  Fate fate = Fate::unclear;
  std::string error;  // Slack's code; "" when ok
  DurationMs retry_after_ms = 0;
  std::string needed, provided;  // of missing_scope
  std::string detail;            // validation messages, one line
  Value body;
};

// `headers` with lower-case names. A body that is no JSON is a failure of the way, not an answer.
SlackAnswer read_slack_answer(int status, std::string_view body, const std::map<std::string, std::string>& headers);

// Where a list goes on; empty: it ends. `asked`: the cursor of this page. A page that names itself as the next one
// would be read for ever.
std::string next_slack_page(const SlackAnswer& answer, const std::string& asked);

// A sentence for health and doctor is made from the code by the caller; these are the names of the settings to change.
bool is_about_form(std::string_view error);    // how a message is put together, not what it says or where
bool is_channel_gone(std::string_view error);  // archived, deleted, or we were removed

// What only some configurations ask of a workspace.
struct SlackNeeds {
  bool groups = true;     // its user groups are named: in a rule, an invitation, a runbook
  bool addresses = true;  // e-mail addresses join accounts to people
};
// What we need of a workspace, in the order of the alphabet.
std::vector<std::string> slack_scopes(const SlackNeeds& needs = {});
std::vector<std::string> missing_slack_scopes(std::string_view x_oauth_scopes, const SlackNeeds& needs = {});

// The app manifest (JSON) for this way of running: paste it at "Create an app from a manifest".
struct SlackManifestOptions {
  std::string name = "muster";
  std::string slash_command = {};  // "/muster"; empty: none
  std::string request_url = {};    // HTTP mode; empty: Socket Mode
  SlackNeeds needs = {};
};
std::string slack_manifest(const SlackManifestOptions& options);
// What Slack's schema of a manifest would refuse, as a sentence; empty: nothing.
std::string slack_manifest_mistake(const SlackManifestOptions& options);

}  // namespace muster
