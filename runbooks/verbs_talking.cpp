// Verbs that talk to people.
#include "runbooks/verb_tables.h"

namespace muster::runbooks {
namespace {

using cel::Type;

Verb message() {
  return {.name = "message",
          .effect = Effect::idempotent,
          .help = "Say something, in the run's thread unless a channel or a person is named.",
          .scalar = "text",
          .arguments = {{"text", Kind::text, true, Language::chat, "What to say. Values cannot mention anybody."},
                        {"channel", Kind::channel, false, Language::plain, "Another channel."},
                        {"to", Kind::people, false, Language::plain, "A person, directly."}},
          .example = "message: ${run.status} after ${run.took}"};
}

Verb page() {
  return {.name = "page",
          .effect = Effect::idempotent,
          .help = "Call people: by mention and direct message.",
          .arguments = {{"to", Kind::people, true, Language::plain, "Whom."},
                        {"text", Kind::text, true, Language::chat, "What they read first."}},
          .result = {{"reached", Type::list(Type::text())}},
          .example = "page: {to: \"group:oncall\", text: The queue does not drain}"};
}

Verb incident() {
  return {.name = "incident",
          .effect = Effect::idempotent,
          .help = "Open, offer, update or resolve an incident; without `id` the run's own.",
          .one_of = "open|offer|update|resolve",
          .arguments = {{"open", Kind::text, false, Language::chat, "The title of a new incident."},
                        {"offer", Kind::text, false, Language::chat,
                         "The title of one to offer: a message that says what the run changed, what became of it, and "
                         "how to declare it. While one of the service is open, a note in its timeline instead."},
                        {"update", Kind::text, false, Language::chat, "A status update."},
                        {"resolve", Kind::text, false, Language::chat, "How it ended."},
                        {"id", Kind::text, false, Language::plain, "INC-7."},
                        {"severity", Kind::text, false, Language::plain, "1 to 5, or SEV2."},
                        {"service", Kind::service, false, Language::plain, "What it is about."},
                        {"env", Kind::environment, false, Language::plain, "Where."},
                        {"reason", Kind::text, false, Language::chat, "What is known; becomes the first note."}},
          .result = {{"id", Type::text()}},
          .example = "incident: {open: The queue grows, severity: 2}"};
}

Verb approve() {
  return {.name = "approve",
          .effect = Effect::human,
          .help = "Wait for people of a group, never the requester. It covers the remaining plan and nothing else.",
          .timeout_ms = 15 * minute_ms,
          .wants_timeout = true,
          .arguments = {{"by", Kind::people, true, Language::plain, "Who may approve."},
                        {"count", Kind::integer, false, Language::plain, "How many of them.", {}, "1"},
                        {"text", Kind::text, true, Language::chat, "What they are asked."}},
          .result = {{"decision", Type::text()}, {"by", Type::text()}, {"at", Type::text()}},
          .example = "approve: {by: \"group:oncall\", text: Restart all workers}"};
}

Verb ask() {
  return {.name = "ask",
          .effect = Effect::human,
          .help = "Ask for values; each field is written like an input. The answers are the step's result.",
          .timeout_ms = 15 * minute_ms,
          .arguments = {{"text", Kind::text, true, Language::chat, "What is asked."},
                        {"of", Kind::people, false, Language::plain, "Who may answer; without it anybody who may run."},
                        {"form", Kind::form, true, Language::plain, "The fields."}},
          .result = {{"by", Type::text()}},
          .example = "ask: {text: How many now, form: {replicas: {type: int, min: 1}}}"};
}

}  // namespace

std::vector<Verb> talking_verbs() { return {message(), page(), incident(), approve(), ask()}; }

}  // namespace muster::runbooks
