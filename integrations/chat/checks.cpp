#include "integrations/chat/checks.h"

#include <cstdlib>
#include <ctime>

#include "bot/core/commands/words.h"

namespace muster {

namespace {

// Commands older than a minute are not run, and Slack's signatures hold for five.
constexpr DurationMs skew_wrong = 45 * second_ms, skew_odd = 10 * second_ms;

// "Sat, 21 Nov 2026 19:20:00 GMT"; 0: not a date.
TimeMs http_date(const std::string& text) {
  std::tm t{};
  const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &t);
  return end == nullptr || *end != '\0' ? 0 : static_cast<TimeMs>(::timegm(&t)) * 1'000;
}

}  // namespace

std::string check_text(const ChatCheck& c, std::string_view language) {
  return say_with(language, "check." + c.key, c.words);
}

std::string check_change(const ChatCheck& c, std::string_view language) {
  const std::string key = "check." + c.key + ".change";
  return c.level == "ok" || !has_sentence(key) ? std::string() : say_with(language, key, c.words);
}

std::optional<ChatCheck> clock_check(const std::string& date_header, TimeMs now) {
  const TimeMs theirs = http_date(date_header);
  if (theirs == 0) return std::nullopt;
  const DurationMs skew = std::abs(theirs - now);
  const std::string seconds = std::to_string(skew / second_ms);
  if (skew < skew_odd) return ChatCheck{"ok", "clock.same"};
  return ChatCheck{skew >= skew_wrong ? "FAIL" : "note", "clock.differs", {{"n", seconds}}};
}

}  // namespace muster
