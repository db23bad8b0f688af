// Verifying rows with the chain, in one snapshot of a live file.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "storage/store.h"

namespace muster {

// Told every entry, then what the rows say at that very moment; answers what is wrong with them.
struct RowsCheck {
  std::function<void(const Entry&)> take;
  std::function<std::vector<std::string>(const std::vector<ProjectionRow>& kept)> problems;
};

// The chain and the rows. Any thread; a bot may write meanwhile.
Result<VerifyReport> verify_journal(const std::string& folder, const RowsCheck& rows);

}  // namespace muster
