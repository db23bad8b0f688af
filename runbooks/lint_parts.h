// What the parts of the linter share. Inside of runbooks only.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runbooks/lint.h"
#include "runbooks/reading.h"
#include "runbooks/verbs.h"

namespace muster::runbooks {

struct Lint {
  const Runbook& book;
  const LintContext& context;
  std::vector<Finding>& findings;

  void error(std::string_view code, Place place, std::string message, std::string advice = {}) const {
    findings.push_back({Finding::Level::error, place, std::string(code), std::move(message), std::move(advice)});
  }
  void warning(std::string_view code, Place place, std::string message, std::string advice = {}) const {
    findings.push_back({Finding::Level::warning, place, std::string(code), std::move(message), std::move(advice)});
  }
};

// Every step with those inside of it, its undo steps and its probe.
void each_step(const std::vector<Step>& steps, const std::function<void(const Step&)>& visit);
void each_step(const Runbook& book, const std::function<void(const Step&)>& visit);
// Every text of an argument.
void each_text(const Field& field, const std::function<void(const Template&)>& visit);

const Step* step_called(const Runbook& book, std::string_view id);
cel::Type input_type(const Input& input);
bool is_automatic(const Runbook& book);                                 // a trigger starts it by itself
std::string literal_argument(const Step& step, std::string_view name);  // empty when absent or not literal

void lint_references(const Lint& lint);  // lint_scope.cpp: types, names, what may be skipped
void lint_safety(const Lint& lint);      // lint_safety.cpp: approvals before writes, undo, time-outs
void lint_texts(const Lint& lint);       // lint_texts.cpp: quotes, secrets
void lint_names(const Lint& lint);       // lint_names.cpp: people, groups, services, environments
void lint_calls(const Lint& lint);       // lint_calls.cpp

}  // namespace muster::runbooks
