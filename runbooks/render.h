// Texts with ${…} -> what a verb is given, each value written for the language it lands in. What a value holds is never
// looked at again: no value makes a mention, ends a literal, climbs out of a path or names a secret. Pure but for a
// random number that tells our secrets from text that looks like them; any thread.
//
//   chat        one line, no markup, no mention, no characters that turn the direction of writing
//   promql      text becomes "escaped", behind =~ and !~ also with the expression's signs escaped; a number stays a
//   logql       number, a duration becomes 90s, a list of texts behind =~ becomes the choice of them
//   lucene      text becomes "escaped"
//   url         percent-encoded; as a whole path segment neither empty, `.` nor `..`; in the host only letters, digits,
//               `.` and `-`; a URL that begins with a value must be http or https, without user and spaces
//   argv        one element; no NUL; one that begins with a value may not begin with `-` unless `--` stands before it
//   header      one line
//   json        the value with its type
//   plain       text without control characters other than line ends and tabs
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "bot/cel/cel.h"
#include "runbooks/model.h"
#include "runbooks/verbs.h"

namespace muster::runbooks {

// The inputs as expressions see them: durations and times with their types. Borrows from `inputs`. A secret input
// reads as the mark of its reference (Renderer only).
cel::Val typed_inputs(const std::vector<Input>& declared, const Value& inputs);

class Renderer {
 public:
  // Binds what an expression reads, all but `inputs` and `secret`, which come from here.
  using Bind = std::function<cel::Bindings(const cel::Program&)>;

  // `book` and `inputs` (by name, fitted: values.h) must outlive it.
  Renderer(const Runbook& book, const Value& inputs, Bind bind);

  Result<bool> test(const Expression& condition) const;
  // A whole ${…} keeps its type in `json`, and in `plain` when it is no text; else a text.
  Result<Value> value(const Template& text, Language language) const;
  // All arguments of a step, each in its language and of the type its verb takes. The error begins with the line.
  Result<Value> arguments(const Step& step) const;
  Result<std::string> key(const Template& text) const;  // guard.key
  Result<Value> outputs() const;

 private:
  Result<cel::Val> evaluate(const Template::Part& part) const;
  Result<Value> field(const Field& field, Language language) const;
  Result<Value> argv(const Field& list) const;
  Result<Value> argument(const Argument& argument, const Field& field) const;
  Result<Value> rows(const Argument& argument, const Field& list) const;
  Result<Value> text_value(const Template& text, Language language) const;
  Result<std::string> text(const Template& text, Language language) const;
  Value genuine(const Value& value) const;

  const Runbook& book_;
  Bind bind_;
  std::string nonce_;
  Value secrets_;
  Value marked_inputs_;  // of secret inputs
  cel::Val inputs_;
};

}  // namespace muster::runbooks
