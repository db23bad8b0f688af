// A line as somebody types it into chat: cleaning, addressing, parsing, completion, times, and saying it back.
#include "bot/core/commands/grammar.h"

#include "bot/base/limits.h"
#include "bot/base/text.h"
#include "bot/core/chat/message.h"
#include "bot/core/commands/clean.h"
#include "bot/core/commands/when.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster;
  const std::string line = clip_bytes(repair_utf8(fuzz::text_of(data, size)), limits::chat_text_bytes_max);
  const std::string cleaned = clean_command(line);
  fuzz::hold(is_utf8(cleaned), "cleaned text is UTF-8");
  for (const bool direct : {true, false}) {
    const Addressed to = address(line, "muster", '!', direct);
    const auto command = parse_command(to.command);
    if (!command) fuzz::hold(!command.error().message_key.empty(), "a refusal has a sentence");
  }
  const Live live{.services = {"checkout-api"},
                  .environments = {"production"},
                  .people = {"ana"},
                  .incidents = {"INC-1"},
                  .alerts = {"E1"},
                  .severities = {"sev1"},
                  .roles = {"incident_commander"}};
  for (const std::string& word : complete_line(line, live)) fuzz::hold(is_utf8(word), "completions are UTF-8");
  const auto when = leading_time(line, 1'773'724'140'000, "Asia/Seoul");
  if (when && *when) fuzz::hold((*when)->precision_ms > 0, "a time has a precision");
  const std::string safe = plain(line);
  fuzz::hold(is_utf8(safe), "text said back is UTF-8");
  // "<!here>" is plain text here; each platform escapes it in its own way.
  fuzz::hold(safe.find("@channel") == std::string::npos, "nobody is called by text from outside");
  return 0;
}
