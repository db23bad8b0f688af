// What a statement about a time without a connection says, in a language of people's.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/value.h"
#include "bot/core/chat/said.h"

namespace muster {

std::string coverage_text(const std::vector<CoverageNote>& notes, std::string_view language);
Value to_value(const std::vector<CoverageNote>& notes);
// Of an entry "chat.coverage". Old ones have no notes, only the text that was English.
std::string coverage_text(const Value& entry_data, std::string_view language);

}  // namespace muster
