// A runbook as it was written: checked in shape, expressions compiled, nothing evaluated. Immutable; any thread.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/value.h"
#include "bot/cel/cel.h"
#include "bot/core/commands/policy.h"

namespace muster::runbooks {

struct Place {
  int line = 0, column = 0;  // from 1
};

enum class Effect { pure, read, idempotent, write, human, group };
std::string_view name_of(Effect effect);

// A bare expression: `if`, `until`, `applied`.
struct Expression {
  cel::Program program;
  Place place;
};

// Text with ${…} in it. One that is exactly one ${…} keeps the type of its value, quoted or not.
struct Template {
  struct Part {
    std::string text;                        // of a literal part
    std::optional<cel::Program> expression;  // of a ${…}
    Place place;                             // where the expression begins
  };
  std::vector<Part> parts;
  Place place;
  bool quoted = false;  // "5" is text, 5 is a number (values.h)
  bool whole() const { return parts.size() == 1 && parts[0].expression; }
  bool literal() const;  // no ${…} in it
};

// What a verb is given: the tree of the file with templates as its leaves. A step's arguments are always a map, also
// where the file has the short form: `query: up` is {promql: up}, `wait: 5m` is {for: 5m} (verbs.h).
struct Field {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  Template scalar;
  std::vector<Field> items;
  std::vector<std::pair<std::string, Field>> members;  // in the order of the file
  Place place;

  // Out of line: a pair of a type that is not yet whole cannot be destroyed here (Clang says so, GCC does not).
  Field();
  Field(const Field& other);
  Field(Field&& other) noexcept;
  Field& operator=(const Field& other);
  Field& operator=(Field&& other) noexcept;
  ~Field();

  const Field* find(std::string_view key) const;
};

struct Retry {
  int max = 0;  // tries after the first; reads have 2 by default, everything else none
  DurationMs delay_ms = 0;
  double factor = 1;
  std::vector<std::string> on;  // error kinds; empty: unavailable and timeout
};

struct Input {
  std::string name, type;  // string, int, float, bool, duration, percent, time, enum, list, service, environment, …
  bool required = true, secret = false;
  Value standard;  // default; null: none
  std::optional<double> min, max;
  std::string pattern;              // RE2, anchored at both ends
  std::vector<std::string> values;  // of an enum
  std::string from;                 // alert.labels.service, incident.…
  std::string item_type;            // of a list
  Place place;
};

struct Step;

// A read verb and a condition over its result (`it`) that tell whether the step took effect.
struct Probe {
  std::shared_ptr<const Step> look;
  Expression applied;
};

struct Undo {
  enum class Kind { none, automatic, steps };
  Kind kind = Kind::none;  // automatic: the verb knows its inverse
  std::vector<Step> steps;
};

struct Step {
  std::string id;      // as written, else its path
  bool named = false;  // the id was written
  // Where it stands, from 0: "2", "4.1", "on_failure.0", "finally.1"; of its probe "2.probe", of undo steps "2.undo.0".
  std::string path;
  std::string say;
  std::string verb;
  Effect effect = Effect::pure;
  Field arguments;
  std::optional<Expression> condition;  // if
  DurationMs timeout_ms = 0;            // 0: the verb's default
  std::optional<Retry> retry;
  bool continue_on_error = false;  // on_error
  enum class OnCrash { ask, retry, fail } on_crash = OnCrash::ask;
  std::optional<Probe> probe;
  Undo undo;
  std::vector<Step> steps;          // of parallel, for_each and block
  std::optional<Expression> until;  // of wait … repeat, over `it`
  std::vector<Input> form;          // of ask
  Place place, verb_place;          // of the step's first key; of the verb
};

struct Trigger {
  std::string text;  // the matchers as written
  std::vector<Matcher> matchers;
  DurationMs firing_for_ms = 0;
  bool automatic = false;  // mode: auto; otherwise it suggests
  Place place;
};

struct Guard {
  std::optional<Template> key;
  std::string on_busy = "skip";  // skip, queue, replace
  DurationMs cooldown_ms = 15 * minute_ms;
  int max_runs = 3;
  DurationMs max_runs_in_ms = 6 * hour_ms;
  DurationMs deadline_ms = 4 * hour_ms;
  DurationMs check_after_ms = 10 * minute_ms;
  int disarm_after = 2;
  std::optional<std::int64_t> limit_targets, limit_replicas;
  std::optional<double> limit_change;  // 0.5 is 50%
  bool unattended = false;
};

struct Runbook {
  std::string name, summary, owner;  // owner: group:platform, a person
  std::vector<Input> inputs;
  std::vector<Trigger> triggers;
  Guard guard;
  std::map<std::string, std::string> secrets;  // name -> env:NAME or file:path
  std::vector<Step> steps, on_failure, finally;
  std::vector<std::pair<std::string, Template>> outputs;
  std::map<std::string, Place, std::less<>> places;  // of the top-level keys; "secrets.token", "guard.unattended"
  std::string text, hash;                            // as loaded; SHA-256 of the text, hex
  std::string file;
};

// One thing that is wrong or doubtful, with its place and what to write instead.
struct Finding {
  enum class Level { error, warning };
  Level level = Level::error;
  Place place;
  std::string code;     // RB012: stable, for explain and for editors
  std::string message;  // a sentence; English
  std::string advice;   // what to write instead; may be empty
};

struct LoadedRunbook {
  std::shared_ptr<const Runbook> runbook;  // null when there are errors
  std::vector<Finding> findings;
};

inline constexpr std::size_t runbook_bytes_max = 256u << 10;  // the specification's limit
inline constexpr int runbook_depth_max = 16;
inline constexpr std::size_t for_each_items_max = 100;
inline constexpr int call_depth_max = 5;

// Everything that is wrong at once, in the order of the file. `file` is only for messages.
LoadedRunbook load_runbook(std::string_view text, const std::string& file);

}  // namespace muster::runbooks
