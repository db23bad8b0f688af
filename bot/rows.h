// The rows of a data folder that another version of the program has written. Not on the loop.
#pragma once
#include <string>

#include "storage/store.h"

namespace muster {

// Makes the rows anew from the journal when another program wrote them last, and says so in the log when they differed.
void renew_rows_of_another(Store& store, const std::string& program);

}  // namespace muster
