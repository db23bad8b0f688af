// A body as a sender of alerts may make it: redaction, the webhook's parser and that of the API.
#include "bot/base/json.h"
#include "bot/base/limits.h"
#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "integrations/alerts/alertmanager.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace muster;

void check_event(const AlertEvent& e) {
  fuzz::hold(is_utf8(e.title) && is_utf8(e.body), "texts of an alert are UTF-8");
  fuzz::hold(code_point_count(e.title) <= limits::title_code_points_max + 1, "the title is short");
  fuzz::hold(e.title.find('\n') == std::string::npos, "the title is one line");
  fuzz::hold(e.source_key.size() <= limits::source_key_bytes_max, "the identity is short");
  fuzz::hold(e.labels.size() <= limits::labels_max, "labels are few");
  for (const auto& [name, value] : e.labels) {
    fuzz::hold(value.size() <= limits::label_value_bytes_max, "a label is short");
    fuzz::hold(is_utf8(name) && is_utf8(value), "labels are UTF-8");
  }
  for (const auto& [text, url] : e.links) fuzz::hold(lower_ascii(url).starts_with("http"), "links lead to the web");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body = fuzz::text_of(data, size);
  const std::string redacted = redact_body(body);
  if (parse_json(body, limits::json_depth_max)) {
    fuzz::hold(parse_json(redacted, limits::json_depth_max).has_value(), "what could be decoded still can");
  }
  constexpr TimeMs now = 1'773'724'140'000;
  if (const auto parsed = parse_alertmanager_webhook(redacted, now)) {
    for (const AlertEvent& e : parsed->alerts) check_event(e);
  }
  const ApiV2Alerts v2 = parse_alerts_v2(redacted, "application/json", now);
  for (const AlertEvent& e : v2.alerts) check_event(e);
  fuzz::hold(v2.answer.empty() || parse_json(v2.answer).has_value(), "the answer is JSON");
  return 0;
}
