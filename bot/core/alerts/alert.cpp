#include "bot/core/alerts/alert.h"

#include <array>
#include <string_view>

#include "bot/base/hash.h"
#include "bot/base/text.h"

namespace muster {

namespace {

struct SeverityWord {
  std::string_view word, severity;
};

constexpr auto severity_words = std::to_array<SeverityWord>({
    {"critical", "critical"},
    {"crit", "critical"},
    {"page", "critical"},
    {"p1", "critical"},
    {"sev0", "critical"},
    {"sev-0", "critical"},
    {"disaster", "critical"},
    {"fatal", "critical"},
    {"emergency", "critical"},
    {"down", "critical"},
    {"심각", "critical"},
    {"긴급", "critical"},
    {"error", "high"},
    {"err", "high"},
    {"high", "high"},
    {"major", "high"},
    {"p2", "high"},
    {"sev1", "high"},
    {"unreachable", "high"},
    {"높음", "high"},
    {"상", "high"},
    {"warning", "warning"},
    {"warn", "warning"},
    {"average", "warning"},
    {"minor", "warning"},
    {"medium", "warning"},
    {"moderate", "warning"},
    {"p3", "warning"},
    {"sev2", "warning"},
    {"unknown", "warning"},
    {"주의", "warning"},
    {"경고", "warning"},
    {"중", "warning"},
    {"info", "info"},
    {"informational", "info"},
    {"notice", "info"},
    {"low", "info"},
    {"none", "info"},
    {"ok", "info"},
    {"p4", "info"},
    {"p5", "info"},
    {"sev3", "info"},
    {"sev4", "info"},
    {"debug", "info"},
    {"정보", "info"},
    {"낮음", "info"},
    {"하", "info"},
});

// 0xFF can be in no UTF-8 text, so that a name and its value cannot run into each other.
constexpr std::string_view separator = "\xff";

std::string fingerprint_of(const auto& sorted) {
  std::uint64_t state = fnv1a64("");
  for (const auto& [name, value] : sorted) {
    if (value.empty()) continue;
    state = fnv1a64(separator, fnv1a64(name, state));
    state = fnv1a64(separator, fnv1a64(value, state));
  }
  std::string raw(8, '\0');
  for (std::size_t i = raw.size(); i-- > 0; state >>= 8) raw[i] = static_cast<char>(state & 0xff);
  return to_hex(raw);
}

}  // namespace

std::string normal_severity(std::string_view label) {
  const std::string word = lower_ascii(trim(label));
  for (const SeverityWord& known : severity_words) {
    if (known.word == word) return std::string(known.severity);
  }
  return "warning";
}

std::string alert_fingerprint(const AlertEvent& event) { return to_hex(alert_digest(event)); }

std::string alert_digest(const AlertEvent& event) {
  std::string identity;
  identity.reserve(event.route.size() + 1 + event.source_key.size());
  identity += event.route;
  identity += '\n';
  identity += event.source_key;
  return sha256(identity);
}

std::string label_fingerprint(const Labels& labels) { return fingerprint_of(labels); }
std::string label_fingerprint(std::span<const LabelView> sorted) { return fingerprint_of(sorted); }

}  // namespace muster
