// Looking after a change: is what was changed well?
#include "runbooks/verb_tables.h"

namespace muster::runbooks {
namespace {

using cel::Type;

constexpr Argument every{"every", Kind::duration, false, Language::plain,
                         "How often, when it differs from the step's `every`."};
constexpr Argument failures{
    "failures", Kind::integer, false, Language::plain, "Bad looks in a row that are forgiven.", {}, "1"};

const std::vector<Argument>& http_probe() {
  static const std::vector<Argument> rows = {
      {"url", Kind::text, true, Language::url, "An address that `http_allow` names; it is asked with GET."},
      {"name", Kind::text, false, Language::plain, "What people read instead of the address."},
      {"expect", Kind::int_list, false, Language::plain, "Statuses that are good; without it 200 to 299."},
      every,
      failures};
  return rows;
}

const std::vector<Argument>& metric_condition() {
  static const std::vector<Argument> rows = {
      {"query", Kind::text, true, Language::promql, "A PromQL expression."},
      {"pass", Kind::condition, true, Language::plain, "What is good: a condition over `it`, such as it.value < 0.05."},
      {"name", Kind::text, false, Language::plain, "What people read instead of the expression."},
      {"source", Kind::text, false, Language::plain, "Which configured store, when there are several."},
      every,
      failures};
  return rows;
}

Verb verify() {
  return {
      .name = "verify",
      .effect = Effect::read,
      .help =
          "Watch a service after a change: its target's own word, HTTP probes, PromQL conditions and alerts that "
          "begin to fire. The verdict is good, bad, or that nobody can tell.",
      .arguments =
          {{"service", Kind::service, true, Language::plain, "What was changed."},
           {"env", Kind::environment, true, Language::plain, "In which environment."},
           {"for", Kind::duration, false, Language::plain, "How long it is watched.", {}, "5m"},
           {"every", Kind::duration, false, Language::plain, "How often it is looked at.", {}, "15s"},
           {"target", Kind::boolean, false, Language::plain, "Whether the target's own word counts.", {}, "true"},
           failures,
           {"http", Kind::rows, false, Language::plain, "HTTP probes.", {}, {}, &http_probe()},
           {"promql", Kind::rows, false, Language::plain, "Conditions over metrics.", {}, {}, &metric_condition()},
           {"alerts",
            Kind::boolean,
            false,
            Language::plain,
            "Whether an alert that begins to fire after the change is bad: of this service, or of one that needs it.",
            {},
            "true"},
           {"matchers", Kind::text, false, Language::plain, "Instead of those the alerts with these labels."},
           {"advance", Kind::choice, false, Language::plain,
            "A stage: people may say `advance` and `hold`. It goes on by itself when it is good, or only by a person.",
            "good|person"},
           {"on_bad", Kind::choice, false, Language::plain, "When it is bad.", "fail|ask|continue", "fail"},
           {"no_data", Kind::choice, false, Language::plain, "When nobody can tell.", "ask|fail|continue", "ask"}},
      .result = {{"verdict", Type::text()},
                 {"why", Type::text()},
                 {"watched", Type::text()},
                 {"not_watched", Type::text()},
                 {"checks", Type::list(Type::dyn())}},
      .example = "verify: {service: api, env: \"${inputs.env}\", for: 10m}"};
}

}  // namespace

std::vector<Verb> watching_verbs() { return {verify()}; }

}  // namespace muster::runbooks
