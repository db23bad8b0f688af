// What a command left in its folder -> what a person may read: valid UTF-8, no control characters, secrets masked.
// Any thread; reading and masking much output takes time, so the runner does it on its worker.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "integrations/process/files.h"

namespace muster::process {

struct TakeIn {
  std::string id;
  std::string folder;                // the command's
  std::string rests;                 // where the masked whole of long output goes
  std::vector<std::string> secrets;  // values to mask, beside what redact() finds
  int shim_exit = 0;                 // what the shim said when it ended, where we are its parent
  std::string trouble;               // what the runner knows of a lost command
  bool unmasked = false;             // CommandEvents::unmasked
};

CommandEnd take_in(const TakeIn& job);

}  // namespace muster::process
