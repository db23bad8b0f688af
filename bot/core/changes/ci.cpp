#include "bot/core/changes/ci.h"

#include "bot/base/text.h"

namespace muster {

const cel::Options& ci_condition() {
  static const cel::Options options = [] {
    cel::Options o;
    o.variables = {{"it", cel::Type::dyn()}};
    o.open = false;
    o.wanted = cel::Type::boolean();
    return o;
  }();
  return options;
}

std::optional<Check> ci_check(const Service* service, const ChangeWish& wish, const Value& answer) {
  if (!service || service->ci_url.empty() || wish.verb != "deploy") return {};
  Check check{.name = "ci", .mark = Check::Mark::failed, .key = "check.ci.failed", .can_override = true};
  if (answer.is_null()) {
    check.mark = Check::Mark::warning;
    check.key = "check.ci.later";
    return check;
  }
  if (answer.has("error")) {
    check.key = "check.ci.no_answer";
    check.words["why"] = answer["error"].as_string();
    return check;
  }
  check.words["status"] = std::to_string(answer["status"].as_int());
  const std::string condition = service->ci_pass.empty() ? "it.status == 200" : service->ci_pass;
  const auto program = cel::compile(condition, ci_condition());
  cel::Bindings with;
  with.bind("it", answer);
  const auto yes = program ? cel::test(*program, with) : cel::Checked<bool>(std::unexpected(program.error()));
  if (!yes) {  // the answer does not have what the condition reads: that is no yes
    check.key = "check.ci.no_answer";
    check.words["why"] = yes.error().message;
  } else if (*yes) {
    check.mark = Check::Mark::passed;
    check.key = "check.ci.passed";
  }
  return check;
}

}  // namespace muster
