// What can be proved of a runbook before it runs: that its expressions have types, that what they read is there, that
// no automatic path writes without a yes, that people, services and called runbooks exist. Any thread.
#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "bot/core/config.h"
#include "runbooks/model.h"

namespace muster::runbooks {

struct LintContext {
  const CoreConfig* config = nullptr;  // people, groups, services; null: names are not checked
  // Another runbook by its name, null when there is none. Empty: calls are not followed.
  std::function<std::shared_ptr<const Runbook>(const std::string& name)> find;
};

// In the order of the file.
std::vector<Finding> lint_runbook(const Runbook& book, const LintContext& context = {});

// load_runbook, and lint_runbook when that found nothing. The engine refuses to start what has errors here.
LoadedRunbook load_and_lint(std::string_view text, const std::string& file, const LintContext& context = {});

// "slack:@sre", "mattermost:@team/ops": the groups of chat platforms that a runbook names as its owner, as approvers,
// as whom it asks or pages. Only those that stand there as they are; `${…}` names none.
std::set<std::string> platform_groups_named(const Runbook& book);

bool has_errors(const std::vector<Finding>& findings);

// For a terminal or a report:
//   api.yaml:12:9: error RB050: there is no step `svcc`. Did you mean `svc`?
//     12 | lookup: ${svcc.version}
//        |           ^
std::string format_finding(const Finding& finding, std::string_view text, const std::string& file);

// For chat. English: the finding's own sentence. In another language what its code means there, with the names and the
// advice of the finding; what a reader of YAML, CEL or RE2 says stays as it is.
std::string told_reason(const std::string& language, const Finding& finding);
std::string told_advice(const std::string& language, const Finding& finding);  // may be empty

// Every code with what it means; docs/runbooks.md lists them.
struct FindingCode {
  std::string_view code, meaning;
};
const std::vector<FindingCode>& finding_codes();

}  // namespace muster::runbooks
