// What has to be right on a platform's side, asked at start and by `muster doctor`. A finding is a sentence of the
// catalogue: "check.KEY", and "check.KEY.change" for what to change.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bot/base/clock.h"

namespace muster {

struct ChatCheck {
  std::string level;  // ok, note, FAIL
  std::string key;
  std::map<std::string, std::string> words = {};
};
using ChatChecks = std::vector<ChatCheck>;
using ChatChecksDone = std::function<void(ChatChecks)>;

std::string check_text(const ChatCheck& check, std::string_view language);
std::string check_change(const ChatCheck& check, std::string_view language);  // empty: nothing to change

// What the platform's Date header says about our clock; nothing when it sends none.
std::optional<ChatCheck> clock_check(const std::string& date_header, TimeMs now);

}  // namespace muster
