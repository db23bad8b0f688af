// Verbs that order the run itself.
#include "runbooks/verb_tables.h"

namespace muster::runbooks {
namespace {

using cel::Type;

Verb wait() {
  return {.name = "wait",
          .effect = Effect::read,
          .help = "For a time, until a read step's fresh result is as wanted, or until an event.",
          .scalar = "for",
          .timeout_ms = hour_ms,
          .wants_timeout = true,
          .one_of = "for|at|repeat|event|lock",
          .arguments =
              {{"for", Kind::duration, false, Language::plain, "A fixed time."},
               {"at", Kind::time, false, Language::plain, "A point in time, RFC 3339."},
               {"repeat", Kind::step_id, false, Language::plain, "The earlier read step to run again."},
               {"until", Kind::condition, false, Language::plain, "With repeat: over `it`, the fresh result."},
               {"every", Kind::duration, false, Language::plain, "With repeat: how often.", {}, "15s"},
               {"hold", Kind::duration, false, Language::plain, "With repeat: it must stay so this long.", {}, "0s"},
               {"no_data", Kind::choice, false, Language::plain, "With repeat: when there is no value.",
                "fail|keep_waiting|ask", "fail"},
               {"event", Kind::choice, false, Language::plain, "Until this happens to the run's alert or incident.",
                "alert_resolved|incident_acknowledged|incident_mitigated|incident_resolved"},
               {"lock", Kind::environment, false, Language::plain, "Until the environment's lock is free."}},
          .example = "wait: {repeat: depth, until: it.value < 100.0, every: 15s, hold: 2m}"};
}

Verb set() {
  return {.name = "set",
          .effect = Effect::pure,
          .help = "Name values for later steps.",
          .any_names = true,
          .example = "set: {replicas: \"${svc.replicas + inputs.add}\"}"};
}

Verb stop() {
  return {
      .name = "stop",
      .effect = Effect::pure,
      .help = "End the run now.",
      .arguments = {{"status", Kind::choice, true, Language::plain, "How it ended.", "succeeded|failed|handed_over"},
                    {"reason", Kind::text, true, Language::chat, "Why; people see it."}},
      .example = "stop: {status: handed_over, reason: A deploy went out just now}"};
}

Verb group(std::string_view name, std::string_view help, std::vector<Argument> arguments, std::string_view example) {
  return {.name = name,
          .effect = Effect::group,
          .help = help,
          .list = name == "for_each" ? "" : "steps",
          .arguments = std::move(arguments),
          .example = example};
}

constexpr Argument body{"steps", Kind::steps, true, Language::plain, "The steps."};
constexpr Argument at_once{"limit", Kind::integer, false, Language::plain, "At most this many at once."};

}  // namespace

std::vector<Verb> ordering_verbs() {
  Verb loop = group("for_each", "The steps once per item (`item`), at most 100.",
                    {{"in", Kind::any_list, true, Language::json, "The items."},
                     at_once,
                     {"max_failures", Kind::integer, false, Language::plain, "Turns that may fail.", {}, "0"},
                     body},
                    "for_each: {in: \"${inputs.hosts}\", limit: 2, steps: [{run: [ping, \"${item}\"]}]}");
  loop.result = {{"results", Type::list(Type::dyn())}, {"failures", Type::integer()}};
  return {wait(),
          set(),
          stop(),
          group("parallel", "The steps at the same time; all must finish.", {body, at_once},
                "parallel: [{query: up}, {lookup: {service: api}}]"),
          loop,
          group("block", "Steps that share `if`, `timeout` and `on_error`.", {body}, "block: [{message: hello}]"),
          {.name = "call",
           .effect = Effect::group,
           .help = "Run another runbook, as it was when this run began. Its outputs are the result.",
           .scalar = "runbook",
           .arguments = {{"runbook", Kind::runbook, true, Language::plain, "Its name."},
                         {"inputs", Kind::any_map, false, Language::json, "What it is given."}},
           .example = "call: {runbook: drain-node, inputs: {node: \"${item}\"}}"},
          {.name = "undo",
           .effect = Effect::group,
           .help = "Put back what was started, newest first. Only in on_failure.",
           .scalar = "steps",
           .list = "steps",
           .arguments = {{"steps", Kind::step_ids, true, Language::plain, "`all`, or ids."}},
           .example = "undo: all"}};
}

}  // namespace muster::runbooks
