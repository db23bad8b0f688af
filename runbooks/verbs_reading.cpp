// Verbs that look at the world, and the two that may do anything to it.
#include "runbooks/verb_tables.h"

namespace muster::runbooks {
namespace {

using cel::Type;

Verb query() {
  return {
      .name = "query",
      .effect = Effect::read,
      .help = "Ask a metrics or log store. Without `since` the value now, with it the values over that time.",
      .scalar = "promql",
      .timeout_ms = 30 * second_ms,
      .one_of = "promql|logql|lucene",
      .arguments = {{"promql", Kind::text, false, Language::promql, "A PromQL expression."},
                    {"logql", Kind::text, false, Language::logql, "A LogQL query, for Loki."},
                    {"lucene", Kind::text, false, Language::lucene, "A query string, for Elasticsearch."},
                    {"source", Kind::text, false, Language::plain, "Which configured store, when there are several."},
                    {"since", Kind::duration, false, Language::plain, "How far back; without it the present."},
                    {"step", Kind::duration, false, Language::plain, "Distance of the points.", {}, "1m"},
                    {"limit", Kind::integer, false, Language::plain, "At most this many lines.", {}, "100"}},
      .result = {{"state", Type::text()},
                 {"value", Type::real()},
                 {"series", Type::list(Type::object({{"labels", Type::map(Type::text(), Type::text())},
                                                     {"value", Type::real()},
                                                     {"points", Type::list(Type::list(Type::real()))}}))},
                 {"lines", Type::list(Type::text())},
                 {"count", Type::integer()},
                 {"more", Type::boolean()}},
      .example = "query: up{job=${inputs.service}}"};
}

Verb lookup() {
  return {
      .name = "lookup",
      .effect = Effect::read,
      .help =
          "What is known of a service in an environment. `oncall`: who has the role `oncall` there; rotas come later.",
      .timeout_ms = 30 * second_ms,
      .arguments = {{"service", Kind::service, true, Language::plain, "Which service."},
                    {"env", Kind::environment, false, Language::plain, "In which environment."}},
      .result = {{"service", Type::text()},
                 {"env", Type::text()},
                 {"version", Type::text()},
                 {"replicas", Type::integer()},
                 {"healthy", Type::boolean()},
                 {"last_deploy", Type::object({{"at", Type::text()},
                                               {"version", Type::text()},
                                               {"previous", Type::text()},
                                               {"by", Type::text()}})},
                 {"locks", Type::list(Type::dyn())},
                 {"oncall", Type::list(Type::text())},
                 {"owners", Type::list(Type::text())}},
      .example = "lookup: {service: \"${inputs.service}\", env: \"${inputs.env}\"}"};
}

Verb http() {
  return {
      .name = "http",
      .effect = Effect::write,
      .help = "Call an API on an allowed host. GET and HEAD read; other methods write, unless `key` names a header.",
      .scalar = "url",
      .timeout_ms = 30 * second_ms,
      .wants_timeout = true,
      .declares = true,
      .arguments =
          {{"url", Kind::text, true, Language::url, "The address; values are percent-encoded."},
           {"method", Kind::choice, false, Language::plain, "How.", "GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE", "GET"},
           {"query", Kind::text_map, false, Language::plain, "Parameters added to the address, encoded when sent."},
           {"headers", Kind::text_map, false, Language::header, "Header lines."},
           {"json", Kind::any, false, Language::json, "The body as JSON."},
           {"body", Kind::text, false, Language::plain, "The body as text."},
           {"form", Kind::text_map, false, Language::plain, "The body as a form, encoded when sent."},
           {"key", Kind::text, false, Language::header, "The header that carries the idempotency key."},
           {"expect", Kind::int_list, false, Language::plain, "Statuses that are fine; without it 200 to 299."}},
      .result = {{"status", Type::integer()},
                 {"headers", Type::map(Type::text(), Type::text())},
                 {"body", Type::text()},
                 {"json", Type::dyn()}},
      .example = "http: https://api.example.com/queues/${inputs.queue}"};
}

Verb run() {
  return {
      .name = "run",
      .effect = Effect::write,
      .help = "Start a command: a list of arguments, never a shell line. It survives a restart of the bot.",
      .list = "argv",
      .timeout_ms = 10 * minute_ms,
      .wants_timeout = true,
      .declares = true,
      .arguments = {{"argv", Kind::argv, true, Language::argv, "The program and its arguments."},
                    {"env", Kind::text_map, false, Language::argv, "Environment variables added to a clean few."},
                    {"cwd", Kind::text, false, Language::argv, "The folder to start in."},
                    {"stdin", Kind::text, false, Language::plain, "What the command reads."},
                    {"expect", Kind::int_list, false, Language::plain, "Exit statuses that are fine.", {}, "[0]"},
                    {"parse", Kind::choice, false, Language::plain, "Read the output as JSON.", "text|json", "text"}},
      .result = {{"exit", Type::integer()},
                 {"lines", Type::list(Type::text())},
                 {"output", Type::text()},
                 {"json", Type::dyn()},
                 {"truncated", Type::boolean()}},
      .example = "run: [kubectl, get, pods, -n, \"${inputs.env}\"]"};
}

}  // namespace

std::vector<Verb> reading_verbs() { return {query(), lookup(), http(), run()}; }

}  // namespace muster::runbooks
