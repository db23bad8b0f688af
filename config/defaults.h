// The compiled-in lists, in the language of the files that may replace them.
#pragma once
#include <string_view>

namespace muster {

std::string_view default_config_yaml();
std::string_view sample_config_yaml();  // people and services of a sandbox

}  // namespace muster
