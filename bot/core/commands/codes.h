// Every refusal has a code that `explain` knows. Any thread.
#pragma once
#include <string_view>
#include <vector>

namespace muster {

std::string_view code_of(std::string_view sentence_key);  // "need.because" -> "need-reason"
const std::vector<std::string_view>& refusal_codes();     // each has a sentence "code.…"

}  // namespace muster
