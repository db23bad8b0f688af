// One line to paste per command that is ready; tests run each of them.
#pragma once
#include <string_view>

namespace muster {

std::string_view example_of_verb(std::string_view verb);  // empty: none

}  // namespace muster
