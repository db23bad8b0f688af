#include "bot/cli/cel.h"

#include <CLI/CLI.hpp>
#include <deque>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "bot/base/json.h"
#include "bot/cel/cases.h"
#include "bot/cel/cel.h"
#include "bot/cel/tagged.h"

namespace muster {
namespace {

struct CelFlags {
  std::string expression;
  std::vector<std::string> bindings;
  bool lines = false, tagged = false;
};

int complain(const std::string& sentence, const std::string& next_step) {
  std::cerr << sentence << "\n";
  if (!next_step.empty()) std::cerr << next_step << "\n";
  return 1;
}

// One value for a person: JSON, since everybody can read it.
int evaluate_one(const CelFlags& f) {
  cel::Bindings with;
  cel::Options options;
  options.open = false;
  std::deque<Value> values;  // the bindings look into these
  for (const std::string& b : f.bindings) {
    const std::size_t equals = b.find('=');
    const auto json = parse_json(equals == b.npos ? "" : b.substr(equals + 1), cel::case_depth_max);
    if (!json || equals == 0)
      return complain("--bind wants name=JSON, not " + b, "For text quote twice: --bind 'name=\"text\"'.");
    values.push_back(*json);
    with.bind(b.substr(0, equals), values.back());
    options.variables[b.substr(0, equals)] = cel::Type::dyn();
  }
  with.now(SystemClock().now());
  const auto program = cel::compile(f.expression, options);
  if (!program) return complain(cel::with_caret(f.expression, program.error()), program.error().next_step);
  const auto value = cel::evaluate(*program, with);
  if (!value) return complain(cel::with_caret(f.expression, value.error()), value.error().next_step);
  std::cout << to_json(f.tagged ? cel::to_tagged(*value) : cel::to_json_value(*value)) << "\n";
  return 0;
}

int evaluate_lines() {
  cel::answer_cases(std::cin, std::cout, SystemClock());
  return 0;
}

int run(const CelFlags& f) {
  if (f.lines) return evaluate_lines();
  if (!f.expression.empty()) return evaluate_one(f);
  std::cerr << "Give an expression, for example: muster cel '1 + 1', or --jsonl with cases on standard input.\n";
  return 2;
}

}  // namespace

void add_cel_command(CLI::App& cli, int& code) {
  const auto flags = std::make_shared<CelFlags>();
  CLI::App* sub = cli.add_subcommand("cel", "Evaluate an expression of the Common Expression Language");
  sub->add_option("EXPR", flags->expression, "The expression, for example 'size(x) > 2'");
  sub->add_option("--bind", flags->bindings, "name=JSON: a variable; a number without point or exponent is an int")
      ->allow_extra_args(false);
  sub->add_flag("--tagged", flags->tagged, "Print the value with its type, as --jsonl does");
  sub->add_flag("--jsonl", flags->lines,
                "Read {\"expr\": …, \"bindings\": {name: V}} line by line, answer {\"value\": V} or {\"error\": …}");
  sub->callback([flags, &code] { code = run(*flags); });
}

}  // namespace muster
