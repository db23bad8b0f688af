// `runbook record R42`: a test case from a real run. What its steps got stands in the mocks, what became of it in the
// expectations. The case is tried at once against the definition that the run had pinned. Pure; any thread.
#pragma once
#include <string>
#include <vector>

#include "runbooks/engine.h"

namespace muster::runbooks {

struct RecordedCase {
  std::string file;  // NAME.test.yaml, to stand beside the runbook
  std::string yaml;  // the whole file, secrets masked; to be added to one that exists: from `  - name` on
  // What the case does otherwise than the run did: something outside of the runbook decided it (a lock, a policy, a
  // person who stopped a command). None: it passes.
  std::vector<std::string> differs;
};

// Refused: a run that goes on, that was cancelled, that is a built-in change, or is too large for a test file.
Decided<RecordedCase> record_case(const Book& book, const Run& run);

}  // namespace muster::runbooks
