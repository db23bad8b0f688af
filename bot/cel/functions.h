// The functions and operators of the language: signatures for the checker, code for evaluation. Any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bot/cel/types.h"
#include "bot/cel/value.h"

namespace muster::cel {

// What a running evaluation may still spend, and what it knows of the world.
struct Budget {
  std::uint64_t cost = 0;
  std::uint64_t limit = 0;
  std::optional<Timestamp> now;
  // False when the limit is passed.
  bool spend(std::uint64_t n) { return (cost += n) <= limit; }
};

inline constexpr std::string_view over_limit = "the expression costs too much to evaluate";
Val too_costly();

using Run = Val (*)(Budget&, std::span<const Val>);

struct Definition {
  std::string_view signature;
  Run run;
};

struct Overload {
  Signature signature;
  Run run = nullptr;
};

struct Function {
  std::string name;
  bool member = false;
  std::vector<Overload> overloads;
  Run direct = nullptr;  // of an operator: picks the overload by itself
};

const Function* find_function(std::string_view name, bool member);
bool is_namespace(std::string_view name);  // math in math.abs
// For "did you mean": every name, members and functions.
const std::vector<std::string>& function_names();

// No argument is a failure.
Val call(const Function& function, Budget& budget, std::span<const Val> args);
Val no_overload(const Function& function, std::span<const Val> args);

// The result of a function that makes text or bytes: what is made is paid for.
Val paid_text(Budget& budget, std::string text);
Val paid_bytes(Budget& budget, std::string bytes);

// One per file.
std::span<const Definition> operator_functions();
std::span<const Definition> conversion_functions();
std::span<const Definition> time_functions();
std::span<const Definition> string_functions();
std::span<const Definition> format_functions();
std::span<const Definition> math_functions();
std::span<const Definition> our_functions();
Run direct_operator(std::string_view name);  // null when the name is no operator

// google.protobuf.Int64Value{…} and its relatives. `fields` and `values` go together.
bool is_message(std::string_view type);
Val make_message(std::string_view type, std::span<const std::string> fields, std::span<const Val> values);

// Indexing and fields are operators, too, but have their own nodes.
Val index(const Val& container, const Val& key);
Val select(const Val& container, const std::string& field);

}  // namespace muster::cel
