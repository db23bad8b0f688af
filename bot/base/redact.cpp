#include "bot/base/redact.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <array>
#include <memory>

#include "bot/base/json.h"
#include "bot/base/secret_hints.h"
#include "bot/base/text.h"

namespace muster {
namespace {

// `hint` is what every match contains; all hints are looked for in one pass, so that text without any of
// them, nearly all text, costs no more than that. What they have in common stands in secret_hints.cpp.
struct Rule {
  const char* type;
  const char* hint;
  const char* pattern;  // group 1, where there is one, is the secret
};

constexpr Rule rules[] = {
    {"private-key", R"(PRIVATE KEY)",
     R"(-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?)"
     R"((?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|$))"},
    {"aws-access-key-id", R"(AKIA|ASIA|ABIA|ACCA)", R"(\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b)"},
    {"url-password", R"(://[^\s/:@]*:[^\s/@]*@)",
     R"(\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s/:@]{0,64}:([^\s/@]{1,128})@)"},
    {"auth-header", R"((?i)authorization|x-api-key|x-auth-token)",
     R"((?i)\b(?:authorization|proxy-authorization|x-api-key|x-auth-token)\s*[:=]\s*["']?(?:(?:bearer|basic|token)\s+)?)"
     R"(([A-Za-z0-9._~+/=-]{8,}))"},
    {"bearer", R"((?i)bearer)", R"((?i)\bbearer\s+([A-Za-z0-9._~+/=-]{16,}))"},
    {"jwt", R"(eyJ)", R"(\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,})"},
    {"github-token", R"(gh[pousr]_|github_pat_)",
     R"(\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})\b)"},
    {"gitlab-token", R"(gl(?:pat|ptt|dt|rt|soat|ft|imt|agent)-)",
     R"(\bgl(?:pat|ptt|dt|rt|soat|ft|imt|agent)-[A-Za-z0-9_-]{20,})"},
    {"slack-token", R"(xox[abeprs]-)", R"(\bxox[abeprs]-[A-Za-z0-9-]{10,})"},
    {"webhook-url", R"(/(?:hooks|services|webhooks)/)",
     R"(https?://[^\s]+/(?:hooks|services|webhooks)/([A-Za-z0-9/_-]{20,}))"},
    {"google-api-key", R"(AIza)", R"(\bAIza[A-Za-z0-9_-]{35})"},
    {"stripe-key", R"([rs]k_(?:live|test)_)", R"(\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,})"},
    {"named-secret", R"((?i)passw|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)",
     R"((?i)\b(?:[a-z0-9]+[_.-])*(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|)"
     R"(private[_-]?key|credential)s?\b["']?\s*[:=]\s*["']?([^\s"',;]{6,}))"},
    {"named-secret-ko", R"(비밀번호|비번|암호|토큰|인증키|시크릿)",
     R"((?:비밀번호|비번|암호|토큰|인증키|시크릿)\s*(?:은|는|:|=)\s*([A-Za-z0-9!-/:-@\[-`{-~]{6,}))"},
    {"kr-resident-number", R"(\d-[1-8]\d{6})", R"(\b\d{6}-[1-8]\d{6}\b)"},
    {"kr-mobile", R"(01[016789][-. ]?\d{3,4}[-. ]?\d{4})", R"(\b01[016789][-. ]?\d{3,4}[-. ]?\d{4}\b)"},
};
constexpr std::size_t rule_count = std::size(rules);
constexpr std::size_t shortest_secret_bytes = 8;  // no rule matches fewer

struct Detectors {
  std::array<std::unique_ptr<RE2>, rule_count> patterns;
  RE2::Set hints{RE2::Options(), RE2::UNANCHORED};
};

const Detectors& detectors() {
  static const Detectors built = [] {
    Detectors d;
    for (std::size_t i = 0; i < rule_count; ++i) {
      d.patterns[i] = std::make_unique<RE2>(rules[i].pattern, RE2::Quiet);
      d.hints.Add(rules[i].hint, nullptr);
    }
    d.hints.Compile();
    return d;
  }();
  return built;
}

struct Span {
  std::size_t begin, end, rule;
};

bool is_placeholder(std::string_view value) {
  return value.starts_with('$') || value.starts_with("{{") || value.starts_with('<') || value.starts_with('*') ||
         value.starts_with("[REDACTED");
}

void find_spans(std::string_view text, std::size_t rule, std::vector<Span>& spans) {
  const RE2& pattern = *detectors().patterns[rule];
  const re2::StringPiece whole(text.data(), text.size());
  const int group = pattern.NumberOfCapturingGroups() > 0 ? 1 : 0;
  std::array<re2::StringPiece, 2> found;
  std::size_t at = 0;
  while (at < text.size() && pattern.Match(whole, at, text.size(), RE2::UNANCHORED, found.data(), group + 1)) {
    const re2::StringPiece hit = found[static_cast<std::size_t>(group)];
    const auto begin = static_cast<std::size_t>(hit.data() - text.data());
    if (!is_placeholder({hit.data(), hit.size()})) spans.push_back({begin, begin + hit.size(), rule});
    at = std::max(at + 1, begin + hit.size());
  }
}

// Spans in text order, overlapping ones as one; its name is that of the rule listed first.
std::vector<Span> merged(std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
  std::vector<Span> out;
  for (const Span& span : spans) {
    if (out.empty() || span.begin >= out.back().end) {
      out.push_back(span);
      continue;
    }
    out.back().end = std::max(out.back().end, span.end);
    out.back().rule = std::min(out.back().rule, span.rule);
  }
  return out;
}

std::vector<int> hinted_by_automaton(std::string_view text) {
  std::vector<int> hits;
  RE2::Set::ErrorInfo error{};
  const bool any = detectors().hints.Match({text.data(), text.size()}, &hits, &error);
  if (any || error.kind == RE2::Set::kNoError) return hits;
  hits.resize(rule_count);  // the automaton ran out of memory: try every rule
  for (std::size_t i = 0; i < rule_count; ++i) hits[i] = static_cast<int>(i);
  return hits;
}

std::vector<int> hinted_rules(std::string_view text) {
  return may_hint_at_secret(text) ? hinted_by_automaton(text) : std::vector<int>();
}

// Whether a member's name says that its whole value is a secret: "db_password", "clientSecret", "API-Key".
bool names_secret(std::string_view key) {
  constexpr std::string_view endings[] = {"password", "passwd",    "passphrase", "secret",     "token",
                                          "apikey",   "accesskey", "privatekey", "credential", "authorization"};
  if (key.size() < 5 || key.size() > 128) return false;
  std::string name = lower_ascii(key);
  std::erase_if(name, [](char c) { return c == '_' || c == '-' || c == '.' || c == ' '; });
  if (name.ends_with('s')) name.pop_back();
  return std::any_of(std::begin(endings), std::end(endings), [&](std::string_view e) { return name.ends_with(e); });
}

class ValueRedactor {
 public:
  explicit ValueRedactor(std::vector<std::string>& types) : types_(types) {}

  // A number has no shape that a rule looks for, so numbers and booleans stay, under any name.
  Value walk(const Value& value, bool secret) {
    if (value.is_string()) return text(value.as_string(), secret);
    if (value.is_list()) {
      Value::List list;
      list.reserve(value.as_list().size());
      for (const Value& item : value.as_list()) list.push_back(walk(item, secret));
      return list;
    }
    if (!value.is_map()) return value;
    Value::Map::Members members;
    members.reserve(value.as_map().size());
    for (const auto& [key, member] : value.as_map()) {
      members.emplace_back(text(key, false), walk(member, names_secret(key)));
    }
    return Value::Map::of(std::move(members));
  }

 private:
  std::string text(const std::string& s, bool secret) {
    constexpr std::size_t named_secret_bytes_min = 6;
    if (secret && s.size() >= named_secret_bytes_min && !is_placeholder(s)) {
      types_.emplace_back("named-secret");
      return "[REDACTED:named-secret]";
    }
    if (s.size() < shortest_secret_bytes) return to_nfc(s);
    Redaction done = redact(s);
    types_.insert(types_.end(), done.types.begin(), done.types.end());
    return std::move(done.text);
  }

  std::vector<std::string>& types_;
};

// Escapes could hide a hint from a look at the raw bytes.
bool may_hide_text(std::string_view json) { return json.find("\\u") != json.npos || json.find("\\/") != json.npos; }

}  // namespace

bool hints_at_secret(std::string_view text) { return !hinted_by_automaton(text).empty(); }

Redaction redact(std::string_view text) {
  Redaction out{to_nfc(text), {}};
  if (out.text.size() < shortest_secret_bytes) return out;
  std::vector<Span> spans;
  for (const int rule : hinted_rules(out.text)) find_spans(out.text, static_cast<std::size_t>(rule), spans);
  if (spans.empty()) return out;
  std::string clean;
  std::size_t at = 0;
  for (const Span& span : merged(std::move(spans))) {
    clean.append(out.text, at, span.begin - at).append("[REDACTED:").append(rules[span.rule].type).append("]");
    out.types.emplace_back(rules[span.rule].type);
    at = span.end;
  }
  clean.append(out.text, at, out.text.npos);
  out.text = std::move(clean);
  return out;
}

Value redact_value(const Value& value, std::vector<std::string>* types) {
  std::vector<std::string> found;
  Value clean = ValueRedactor(found).walk(value, false);
  if (types) types->insert(types->end(), found.begin(), found.end());
  return clean;
}

std::string redact_body(std::string_view body) {
  if (!may_hide_text(body) && is_utf8(body) && hinted_rules(body).empty()) return std::string(body);
  const auto as_text = [&] {
    Redaction done = redact(body);
    return done.types.empty() ? std::string(body) : std::move(done.text);
  };
  const std::string_view start = trim(body);
  const Result<Value> parsed = start.starts_with('{') || start.starts_with('[') ? parse_json(body) : Value();
  if (!parsed || parsed->is_null()) return as_text();
  std::vector<std::string> types;
  const Value clean = redact_value(*parsed, &types);
  // What only the raw text shows (a duplicate key that lost, say) goes by printing what was parsed.
  if (types.empty() && redact(body).types.empty()) return std::string(body);
  return to_json(clean);
}

}  // namespace muster
