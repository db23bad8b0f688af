// The steps of a runbook, drawn and told. Pure; any thread.
#pragma once
#include <string>

#include "runbooks/model.h"

namespace muster::runbooks {

// One SVG element: no script, no outside font, readable on light and dark ground, every text escaped.
std::string graph_svg(const Runbook& book);
// For a terminal and for chat: what it does, inputs, guard, triggers, and the steps as an indented list.
std::string show_text(const Runbook& book);
// "scale api in ${inputs.env} to 6": what a step does, in one line.
std::string step_title(const Step& step);
// JSON Schema (2020-12) for editors, made from the verbs table.
std::string runbook_json_schema();
// The verbs table, shared keys, input types and codes as Markdown, for docs/runbooks.md.
std::string reference_markdown();

}  // namespace muster::runbooks
