#include "bot/rows.h"

#include <memory>

#include "bot/base/log.h"
#include "bot/core/engine/state.h"
#include "storage/scrub.h"

namespace muster {

void renew_rows_of_another(Store& store, const std::string& program) {
  const auto state = std::make_shared<State>();
  const auto differed = renew_rows(
      store, program, {[state](const Entry& e) { apply(*state, e); }, [state] { return projections(*state); }});
  if (!differed)
    log(LogLevel::warn, "the rows could not be compared with the journal", {{"error", differed.error().message}});
  else if (*differed)
    log(LogLevel::info, "another version wrote these rows: made anew from the journal");
}

}  // namespace muster
