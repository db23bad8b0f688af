// What is stored of an entry beside its row: the text that the MAC covers.
#pragma once
#include <string>

#include "bot/core/journal/entry.h"

namespace muster::storage {

// The canonical JSON of entry_payload(), byte for byte, without making that value first.
std::string payload_text(const Entry& entry);
void append_payload(std::string& out, const Entry& entry);  // the same, behind what stands there

}  // namespace muster::storage
