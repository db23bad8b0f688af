// Secrets leave text before it is stored (domain: normalise to NFC, detect, replace by [REDACTED:type]).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/value.h"

namespace muster {

struct Redaction {
  std::string text;
  std::vector<std::string> types;  // one per replaced span, in order
};

Redaction redact(std::string_view text);
bool hints_at_secret(std::string_view text);  // the sure and slow way to know whether to look; tests ask for it
// Every string (and number's text) of a value; map values also under a telling key ("password": "…").
Value redact_value(const Value& value, std::vector<std::string>* types = nullptr);
// A request body: when JSON, its decoded strings are redacted and it is printed again decodable; otherwise
// the bytes are redacted as text. Never fails.
std::string redact_body(std::string_view body);

}  // namespace muster
