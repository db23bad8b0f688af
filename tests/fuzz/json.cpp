// JSON from outside as a value and back, and the text functions that its strings go through.
#include "bot/base/json.h"

#include "bot/base/limits.h"
#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace muster;

void check_text(std::string_view text) {
  const std::string repaired = repair_utf8(text);
  fuzz::hold(is_utf8(repaired), "repaired text is UTF-8");
  fuzz::hold(repair_utf8(repaired) == repaired, "repairing twice is repairing once");
  fuzz::hold(is_utf8(to_nfc(text)), "normalised text is UTF-8");
  const std::string cut = clip_bytes(text, 40);
  fuzz::hold(is_utf8(cut) && cut.size() <= 40, "cut text is short and UTF-8");
  fuzz::hold(grapheme_count(clip(text, 10)) <= 11, "cut text has few characters");
  const std::string html = escape_html(text);
  fuzz::hold(html.find_first_of("<>\"'") == std::string::npos, "escaped text has no markup");
  redact(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  check_text(text);
  const Result<Value> value = parse_json(text, limits::json_depth_max);
  if (!value) return 0;
  const std::string printed = to_json(*value);
  const Result<Value> again = parse_json(printed, limits::json_depth_max);
  fuzz::hold(again.has_value(), "what was printed can be read");
  fuzz::hold(*again == *value, "what was printed is the same value");
  fuzz::hold(to_json(*again) == printed, "printing is stable");
  fuzz::hold(parse_json(to_json(redact_value(*value)), limits::json_depth_max).has_value(), "redacted JSON is JSON");
  return 0;
}
