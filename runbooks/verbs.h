// Every verb of the language as one table: the loader, the linter, the schema, the documentation and the engine read
// it. Any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "bot/cel/types.h"
#include "runbooks/model.h"

namespace muster::runbooks {

// The language that a text ends in: what an interpolated value becomes there (render.h).
enum class Language {
  plain,   // as it is, without control characters
  chat,    // cannot mention anybody or make markup
  promql,  // text becomes an escaped string literal, a duration 90s
  logql,   // the same
  lucene,  // text becomes a quoted phrase
  url,     // percent-encoded, by the place in the URL
  argv,    // one element
  header,  // one line
  json,    // a value with its type
};
std::string_view name_of(Language language);

// What an argument may be.
enum class Kind {
  text,
  integer,
  number,
  boolean,
  duration,
  time,
  choice,       // `choices`
  service,      // a name of the configuration
  environment,  // a name of the configuration
  version,
  people,     // group:NAME or a person
  channel,    // a channel's name
  argv,       // a list, each element one argument
  text_map,   // names with texts
  any,        // any data, with its types
  any_map,    // names with any data
  int_list,   // 200, 404
  any_list,   // a list or one ${…} that yields one
  steps,      // a list of steps
  step_id,    // one earlier step
  step_ids,   // `all` or a list
  condition,  // a bare expression
  form,       // fields to ask for, written like inputs
  runbook,    // a runbook's name
  rows,       // a list of maps, each with the arguments of `rows`
};
std::string_view name_of(Kind kind);  // what a person reads: "duration", "group or person"

struct Argument {
  std::string_view name;
  Kind kind = Kind::text;
  bool required = false;
  Language language = Language::plain;
  std::string_view help;
  std::string_view choices = {};                // a|b|c
  std::string_view standard = {};               // the default, as written
  const std::vector<Argument>* rows = nullptr;  // of Kind::rows
};

struct Verb {
  std::string_view name;
  Effect effect = Effect::pure;
  std::string_view help;         // one line
  std::string_view scalar = {};  // the argument that a single value is: `query: up`
  std::string_view list = {};    // the argument that a list is: `run: [ls]`
  DurationMs timeout_ms = 0;     // when the step names none; 0: the run's deadline
  bool wants_timeout = false;    // the linter asks for one
  bool declares = false;         // `effect:` may be written
  bool undoes = false;           // `undo: auto`
  bool probes = false;           // knows by itself whether it took effect
  bool any_names = false;        // takes names of the author's choice
  std::string_view one_of = {};  // exactly one of these arguments: a|b|c
  std::vector<Argument> arguments = {};
  std::vector<std::pair<std::string_view, cel::Type>> result = {};  // members of the result; empty: nothing to read
  std::string_view example = {};
};

const std::vector<Verb>& verbs();
const Verb* find_verb(std::string_view name);
const Argument* find_argument(const Verb& verb, std::string_view name);
const Argument* find_argument(const std::vector<Argument>& arguments, std::string_view name);
std::vector<std::string> choices_of(const Argument& argument);
cel::Type result_type(const Verb& verb);

// The class of an http step by its method: read, else idempotent with a key header, else write.
Effect http_effect(std::string_view method, bool has_key);

inline constexpr std::string_view shared_keys[] = {"id",     "say",      "if",       "timeout", "retry",
                                                   "effect", "on_error", "on_crash", "probe",   "undo"};
inline constexpr std::string_view error_kinds[] = {"unavailable", "timeout",    "refused",  "not_found",
                                                   "conflict",    "bad_output", "too_large"};
inline constexpr std::string_view input_types[] = {"string",      "int",     "float", "bool",   "duration",
                                                   "percent",     "time",    "enum",  "list",   "service",
                                                   "environment", "version", "user",  "channel"};
inline constexpr std::string_view root_names[] = {"inputs", "alert", "incident", "run", "secret", "item"};

}  // namespace muster::runbooks
