// Verbs that change production through a target, with their own probe and inverse; and the environment lock.
#include "runbooks/verb_tables.h"

namespace muster::runbooks {
namespace {

using cel::Type;

constexpr Argument service{"service", Kind::service, true, Language::plain, "Which service."};
constexpr Argument environment{"env", Kind::environment, true, Language::plain, "In which environment."};

Verb change(std::string_view name, std::string_view help, std::vector<Argument> more,
            std::vector<std::pair<std::string_view, Type>> result, std::string_view example) {
  Verb verb{.name = name,
            .effect = Effect::write,
            .help = help,
            .timeout_ms = 15 * minute_ms,
            .undoes = true,
            .probes = true,
            .arguments = {service, environment},
            .result = std::move(result),
            .example = example};
  verb.arguments.insert(verb.arguments.end(), more.begin(), more.end());
  return verb;
}

Verb lock() {
  return {.name = "lock",
          .effect = Effect::idempotent,
          .help = "Take or release the lock of an environment, or of one service there.",
          .timeout_ms = 30 * second_ms,
          .undoes = true,
          .probes = true,
          .arguments = {{"env", Kind::environment, true, Language::plain, "Which environment."},
                        {"service", Kind::service, false, Language::plain, "Only this service."},
                        {"action", Kind::choice, false, Language::plain, "What to do.", "take|release", "take"},
                        {"for", Kind::duration, false, Language::plain, "Released by itself after this.", {}, "4h"},
                        {"because", Kind::text, false, Language::chat, "Why; people see it."}},
          .result = {{"id", Type::text()}, {"holder", Type::text()}},
          .example = "lock: {env: \"${inputs.env}\", for: 30m, because: a schema change}"};
}

}  // namespace

std::vector<Verb> changing_verbs() {
  return {
      change(
          "deploy", "Bring a version of a service out.",
          {{"version", Kind::version, true, Language::plain, "Which version."},
           {"part", Kind::text, false, Language::plain,
            "Only a part of it, where the target can: 2 copies, 25%, or beside for as many new ones beside the old."}},
          {{"previous", Type::text()}, {"version", Type::text()}},
          "deploy: {service: api, env: \"${inputs.env}\", version: \"${inputs.version}\"}"),
      change("rollback", "Go back to the version before, or to the one named.",
             {{"to", Kind::version, false, Language::plain, "Which version; without it the one before."}},
             {{"previous", Type::text()}, {"version", Type::text()}},
             "rollback: {service: api, env: \"${inputs.env}\"}"),
      change("scale", "Set the number of replicas.",
             {{"replicas", Kind::integer, true, Language::plain, "How many there shall be."}},
             {{"previous", Type::integer()}, {"replicas", Type::integer()}},
             "scale: {service: api, env: \"${inputs.env}\", replicas: 6}"),
      change("restart", "Restart all replicas, one after the other where the target can.", {},
             {{"version", Type::text()}, {"replicas", Type::integer()}},
             "restart: {service: worker, env: \"${inputs.env}\"}"),
      lock()};
}

}  // namespace muster::runbooks
