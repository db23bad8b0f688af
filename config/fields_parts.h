// What fields.cpp and fields_outside.cpp share; nobody else includes it.
#pragma once
#include <vector>

#include "config/schema.h"

namespace muster {

const std::vector<SettingField>& outside_fields();

}  // namespace muster
