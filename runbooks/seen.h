// The result of a step, as people read it. Pure; any thread.
#pragma once
#include <string>

#include "bot/base/value.h"

namespace muster::runbooks {

std::string seen_brief(const Value& result);  // in one line: 0.12; status=200; the first lines of a log. Empty: nothing
std::string seen_lines(const Value& result);  // all of it, line by line

// Of the output of a command: at most eight, bounded, secrets masked.
std::string last_lines(const std::string& text);

}  // namespace muster::runbooks
