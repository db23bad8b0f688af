#include "runbooks/values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "bot/base/text.h"

namespace muster::runbooks {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::optional<std::int64_t> whole(std::string_view digits, int base) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n, base);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.empty()) return std::nullopt;
  return n;
}

std::optional<std::int64_t> core_int(std::string_view text) {
  if (text.starts_with("0x")) return text.size() > 2 && text[2] != '-' ? whole(text.substr(2), 16) : std::nullopt;
  if (text.starts_with("0o")) return text.size() > 2 && text[2] != '-' ? whole(text.substr(2), 8) : std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
  return whole(text, 10);
}

std::optional<double> special_float(std::string_view text) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  if (text == ".inf" || text == "+.inf" || text == ".Inf" || text == ".INF") return inf;
  if (text == "-.inf" || text == "-.Inf" || text == "-.INF") return -inf;
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

std::optional<double> core_float(std::string_view text) {
  if (const auto special = special_float(text)) return special;
  if (text.starts_with('+')) text.remove_prefix(1);
  const std::string_view body = text.starts_with('-') ? text.substr(1) : text;
  if (body.empty() || (!is_digit(body[0]) && (body[0] != '.' || body.size() < 2 || !is_digit(body[1])))) return {};
  double d = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), d);
  if (end != text.data() + text.size() || error != std::errc()) return std::nullopt;
  return d;
}

}  // namespace

Value core_scalar(std::string_view text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (const auto n = core_int(text)) return *n;
  if (const auto d = core_float(text)) return *d;
  return text;
}

std::string literal_text(const Template& literal) {
  std::string text;
  for (const Template::Part& p : literal.parts) text += p.text;
  return text;
}

Value literal_value(const Template& literal) {
  const std::string text = literal_text(literal);
  return literal.quoted ? Value(text) : core_scalar(text);
}

std::optional<double> percent_of(std::string_view text) {
  const bool sign = text.ends_with('%');
  if (sign) text.remove_suffix(1);
  const auto n = core_float(trim(text));
  if (!n || !std::isfinite(*n)) return std::nullopt;
  return sign ? *n / 100 : *n;
}

std::optional<RunsPerTime> runs_per_time(std::string_view text) {
  const std::size_t per = text.find(" per ");
  if (per == text.npos) return std::nullopt;
  const auto runs = core_int(trim(text.substr(0, per)));
  const auto in = parse_duration(trim(text.substr(per + 5)));
  if (!runs || *runs < 1 || *runs > 1000 || !in || *in <= 0) return std::nullopt;
  return RunsPerTime{static_cast<int>(*runs), *in};
}

bool is_identifier(std::string_view text) {
  if (text.empty() || text.size() > 60 || !is_letter(text[0])) return false;
  return std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

bool is_runbook_name(std::string_view text) {
  if (text.empty() || text.size() > 80 || text[0] < 'a' || text[0] > 'z') return false;
  return std::ranges::all_of(text,
                             [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_'; });
}

}  // namespace muster::runbooks
