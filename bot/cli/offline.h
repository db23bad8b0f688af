// Reading commands (incidents, show, timeline, transcript, history) when no bot runs with the data folder.
#pragma once
#include <optional>
#include <string>

#include "bot/cli/flags.h"

namespace muster {

// As the bot's socket would answer the local operator; none when there is no record to read. Says on standard error
// where the answer comes from.
std::optional<Value> answer_from_folder(const Flags& flags, const std::string& text);

}  // namespace muster
