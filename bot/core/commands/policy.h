// Who may do what where: one table, first match wins, the end denies. Any thread.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/result.h"
#include "bot/core/alerts/labels.h"

namespace muster {

// Alertmanager's matcher: name, one of = != =~ !~, value (a regular expression is anchored at both ends).
struct Matcher {
  std::string name, op, value;
  bool operator==(const Matcher&) const = default;
};

// `{a="b", c=~"d|e"}`, braces optional, values quoted or bare. Every error names the place.
Result<std::vector<Matcher>> parse_matchers(std::string_view text);
// All of them hold; a label that is absent counts as empty.
bool matches(const std::vector<Matcher>& matchers, const Labels& labels);
std::string to_text(const std::vector<Matcher>& matchers);  // canonical, parses back to the same

inline constexpr std::string_view protected_environments = "protected";  // in a rule's environments

// An empty list is "any", except `who`: a rule must say whom it means ("*" is anybody).
struct Rule {
  std::vector<std::string> who;    // person ids, group:NAME, role:NAME, automation, guest, outsider, *, operator
  std::vector<std::string> verbs;  // "*" is every verb
  // environments: "protected" is every one that the configuration does not call unprotected. where: channel name,
  // "incident", "direct"
  std::vector<std::string> services, environments, where;
  std::vector<std::string> matchers;  // over arguments, e.g. severity=~"sev1|sev2"
  std::string when;                   // a condition (commands/condition.h), empty: always
  std::string effect;                 // run, confirm, approve, deny
  int approvals = 0;
  std::string approve_group;
  std::string name;
};

struct Ask {
  std::string person;  // id; empty when the configuration does not know them: then no line matches, "*" neither
  std::vector<std::string> groups, roles;
  bool automation = false;
  bool operator_ = false;
  std::string verb, service, environment, channel;
  bool incident_channel = false, direct = false;
  bool is_protected = false;  // the environment
  std::map<std::string, std::string> arguments;
  TimeMs at = 0;           // for `now` in conditions
  std::string standing{};  // guest, outsider; empty: a full member, or nobody can tell
  bool scheduled = false;  // the clock gives the command, in the name of the person
};

struct Verdict {
  std::string effect;  // run, confirm, approve, deny
  std::string rule;    // its name, or "end" (denied) or "answers" (an answer to a question) when no rule matched
  int line = 0;        // 1 for the first rule; one past the last when none matched
  int approvals = 0;
  std::string approve_group;
};

// A deny rule whose matcher cannot be read or whose condition has no answer matches, any other such rule does not:
// doubt never widens rights.
Verdict decide_policy(const std::vector<Rule>& rules, const Ask& ask);
std::vector<Rule> default_policy();

}  // namespace muster
