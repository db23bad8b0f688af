// Whether a text can hold anything that the rules of redaction look for. Nearly all text holds nothing, and is told so
// by a look at every second pair of bytes. Any thread.
#pragma once
#include <string_view>

namespace muster {

// False: no rule's hint (redact.cpp) stands in it. True: perhaps one does.
bool may_hint_at_secret(std::string_view text);

}  // namespace muster
