// The Common Expression Language over JSON-like data: compile once, evaluate often. Expressions have no effects, no
// loops without end, and a cost limit. Programs and bindings may be used from any thread; a program never changes.
//
//   const auto program = cel::compile("alert.severity == 'page' && age(alert.since) > duration('5m')", options);
//   if (!program) return cel::with_caret(text, program.error());
//   cel::Bindings with;
//   with.bind("alert", alert_value).now(clock.now());
//   const auto yes = cel::test(*program, with);
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/value.h"
#include "bot/cel/problem.h"
#include "bot/cel/types.h"
#include "bot/cel/value.h"

namespace muster::cel {

struct Options {
  Type::Fields variables;      // names and their types; Type::dyn() when only the name is known
  bool open = true;            // other names may be bound later; false: they are mistakes
  std::optional<Type> wanted;  // of the result; a condition wants Type::boolean()
  bool check = true;           // false: types are met at evaluation only
  std::string container;       // names are also looked for in this namespace
};

// A variable the program reads, with the fields that follow it.
struct Reference {
  std::vector<std::string> path;  // svc.last_deploy.at
  std::size_t offset = 0;
  bool guarded = false;  // stands in has() or as the first of default()
};

struct Compiled;

class Program {
 public:
  explicit Program(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
  const std::string& source() const;
  const std::vector<Reference>& references() const;
  std::vector<std::string> names() const;  // the variables, sorted, each once
  const Type& type() const;                // of the result as far as known
  const Compiled& compiled() const { return *compiled_; }

 private:
  std::shared_ptr<const Compiled> compiled_;
};

// The first mistake as the error.
Checked<Program> compile(std::string_view source, const Options& options = {});

// The values of the variables. JSON-like values are borrowed and must live until evaluation is over.
class Bindings {
 public:
  Bindings& bind(std::string_view name, Val value);
  Bindings& bind(std::string_view name, const muster::Value& borrowed) { return bind(name, Val::borrow(borrowed)); }
  Bindings& bind(std::string_view name, muster::Value&&) = delete;
  Bindings& bind_members(const muster::Value& borrowed_map);  // each member as a variable
  Bindings& now(TimeMs t);                                    // for `now` and age()

  const Val* find(std::string_view name) const;
  bool has_dotted() const { return dotted_; }  // a name such as "a.b" is bound
  std::optional<Timestamp> now() const { return now_; }

 private:
  std::vector<std::pair<std::string, Val>> values_;
  bool dotted_ = false;
  std::optional<Timestamp> now_;
};

// A step, an item looked at and eight bytes made cost 1 each: about a tenth of a second in all.
inline constexpr std::uint64_t cost_max = 1'000'000;

// A value that stands alone, or why there is none and where.
Checked<Val> evaluate(const Program& program, const Bindings& bindings, std::uint64_t cost_limit = cost_max);

// Nothing is truthy: another value than a bool is an error.
Checked<bool> test(const Program& program, const Bindings& bindings, std::uint64_t cost_limit = cost_max);

}  // namespace muster::cel
