// The number of the database's layout that this program writes; older ones are brought up to it at start.
#pragma once

namespace muster {
int schema_version();
}  // namespace muster
