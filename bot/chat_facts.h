// What a chat event says, in the words of the record: repaired, cut, without secrets.
#pragma once
#include <string>

#include "bot/core/chat/said.h"
#include "integrations/chat/platform.h"

namespace muster {

std::string clean_text(const std::string& text);
Said clean_said(Said said, const std::string& channel);
ChatFact fact_of(const ChatEvent& event, const std::string& clean_text);  // the same event in the words of the record

}  // namespace muster
