// The hash chain over journal rows. The hash covers a keyed MAC of the payload instead of the payload, so that a
// payload can be destroyed while the chain still verifies.
#pragma once
#include <string>
#include <string_view>

#include "bot/core/journal/entry.h"

namespace muster::storage {

std::string first_link();  // what the first row names as its predecessor
// Over begin_covered() and, behind it, the body.
std::string payload_mac(std::string_view key, std::string_view event_id, std::string_view body);
void begin_covered(std::string& out, std::string_view event_id);
// Covers every stored field of the row but the payload; each is length-prefixed, so no two rows read the same.
std::string row_hash(const Entry& entry, std::string_view mac, std::string_view previous);
void append_covered(std::string& out, const Entry& entry, std::string_view mac, std::string_view previous);
const std::string& dedupe_key_of(const Entry& entry);

}  // namespace muster::storage
