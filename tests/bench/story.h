// A journal as long as wanted: incidents with alerts, notes, updates, written through the store.
#pragma once
#include <cstddef>
#include <string>

namespace muster::bench {

// `entries` journal entries in `incidents` incidents (INC-1 …), in a fresh folder.
void write_story(const std::string& folder, std::size_t entries, std::size_t incidents);

}  // namespace muster::bench
