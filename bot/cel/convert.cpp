// Conversions between the types: int(), string(), timestamp(), type() and the others.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "bot/base/text.h"
#include "bot/cel/escapes.h"
#include "bot/cel/functions.h"
#include "bot/cel/time.h"

namespace muster::cel {
namespace {

using Args = std::span<const Val>;

// A blank at either end stays to be seen: it may be what is wrong.
std::string shown(std::string_view text) {
  const bool before = !text.empty() && trim(text.substr(0, 1)).empty();
  const bool behind = text.size() > 1 && trim(text.substr(text.size() - 1)).empty();
  return (before ? " " : "") + clip(one_line(text), 60) + (behind ? " " : "");
}

Val unreadable(std::string_view text, std::string_view type) {
  return Val::failure("type conversion error: \"" + shown(text) + "\" is no " + std::string(type));
}

Val out_of_range(std::string_view type) {
  return Val::failure("range error: the value does not fit " + std::string(type));
}

Val same(Budget&, Args args) { return args[0]; }

Val int_of_uint(Budget&, Args args) {
  const std::uint64_t n = args[0].as_uint();
  return n <= 0x7FFFFFFFFFFFFFFF ? Val(static_cast<std::int64_t>(n)) : out_of_range("an int");
}

// The standard's cases refuse both borders: -2^63 as a double may have been another number.
Val int_of_double(Budget&, Args args) {
  const double d = args[0].as_double();
  if (!(d > -9223372036854775808.0 && d < 9223372036854775808.0)) return out_of_range("an int");
  return static_cast<std::int64_t>(d);
}

template <class Whole>
Val whole_of_text(std::string_view text, std::string_view type) {
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  Whole n = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  if (digits.empty() || digits.starts_with('+') || read.ec == std::errc::invalid_argument ||
      read.ptr != digits.data() + digits.size() || (text.starts_with('+') && digits.starts_with('-')))
    return unreadable(text, type);
  return read.ec == std::errc() ? Val(n) : out_of_range(type);
}

Val int_of_text(Budget&, Args args) { return whole_of_text<std::int64_t>(args[0].as_chars(), "int"); }
Val uint_of_text(Budget&, Args args) { return whole_of_text<std::uint64_t>(args[0].as_chars(), "uint"); }
Val int_of_timestamp(Budget&, Args args) { return args[0].as_timestamp().seconds; }

Val uint_of_int(Budget&, Args args) {
  return args[0].as_int() >= 0 ? Val(static_cast<std::uint64_t>(args[0].as_int())) : out_of_range("a uint");
}

Val uint_of_double(Budget&, Args args) {
  const double d = args[0].as_double();
  if (!(d > -1 && d < 18446744073709551616.0) || std::trunc(d) < 0) return out_of_range("a uint");
  return static_cast<std::uint64_t>(d);
}

Val double_of_int(Budget&, Args args) { return static_cast<double>(args[0].as_int()); }
Val double_of_uint(Budget&, Args args) { return static_cast<double>(args[0].as_uint()); }
Val double_of_text(Budget&, Args args) {
  const auto d = parse_double(args[0].as_chars());
  return d ? Val(*d) : unreadable(args[0].as_chars(), "double");
}

Val text_of_int(Budget&, Args args) { return Val::text(std::to_string(args[0].as_int())); }
Val text_of_uint(Budget&, Args args) { return Val::text(std::to_string(args[0].as_uint())); }
Val text_of_double(Budget&, Args args) { return Val::text(double_text(args[0].as_double())); }
Val text_of_bool(Budget&, Args args) { return Val::borrowed_text(args[0].as_bool() ? "true" : "false"); }
Val text_of_timestamp(Budget&, Args args) { return Val::text(write_timestamp(args[0].as_timestamp())); }
Val text_of_duration(Budget&, Args args) { return Val::text(write_duration(args[0].as_duration())); }
Val text_of_type(Budget&, Args args) { return Val::text(std::string(args[0].as_chars())); }
Val text_of_bytes(Budget& budget, Args args) {
  if (!is_utf8(args[0].as_chars())) return Val::failure("type conversion error: the bytes are invalid UTF-8");
  return paid_text(budget, std::string(args[0].as_chars()));
}

Val bytes_of_text(Budget& budget, Args args) { return paid_bytes(budget, std::string(args[0].as_chars())); }

Val bool_of_text(Budget&, Args args) {
  constexpr std::array<std::string_view, 6> yes = {"1", "t", "T", "true", "TRUE", "True"};
  constexpr std::array<std::string_view, 6> no = {"0", "f", "F", "false", "FALSE", "False"};
  const std::string_view word = args[0].as_chars();
  if (std::find(yes.begin(), yes.end(), word) != yes.end()) return true;
  if (std::find(no.begin(), no.end(), word) != no.end()) return false;
  return unreadable(word, "bool");
}

Val timestamp_of_text(Budget&, Args args) {
  const auto t = read_timestamp(args[0].as_chars());
  return t ? Val(*t) : unreadable(args[0].as_chars(), "timestamp of the years 1 to 9999 (2026-03-17T05:04:40Z)");
}

Val timestamp_of_int(Budget&, Args args) {
  const auto t = timestamp_of(args[0].as_int(), 0);
  return t ? Val(*t) : out_of_range("a timestamp (years 1 to 9999)");
}

Val duration_of_text(Budget&, Args args) {
  const auto d = read_duration(args[0].as_chars());
  return d ? Val(*d) : unreadable(args[0].as_chars(), "duration within 292 years (1h30m, 1.5s, 250ms)");
}

Val type_of(Budget&, Args args) { return Val::borrowed_type(args[0].type_name()); }

constexpr std::array conversion_definitions = {
    Definition{"int(int) -> int", same},
    Definition{"int(uint) -> int", int_of_uint},
    Definition{"int(double) -> int", int_of_double},
    Definition{"int(string) -> int", int_of_text},
    Definition{"int(timestamp) -> int", int_of_timestamp},
    Definition{"uint(uint) -> uint", same},
    Definition{"uint(int) -> uint", uint_of_int},
    Definition{"uint(double) -> uint", uint_of_double},
    Definition{"uint(string) -> uint", uint_of_text},
    Definition{"double(double) -> double", same},
    Definition{"double(int) -> double", double_of_int},
    Definition{"double(uint) -> double", double_of_uint},
    Definition{"double(string) -> double", double_of_text},
    Definition{"string(string) -> string", same},
    Definition{"string(int) -> string", text_of_int},
    Definition{"string(uint) -> string", text_of_uint},
    Definition{"string(double) -> string", text_of_double},
    Definition{"string(bool) -> string", text_of_bool},
    Definition{"string(bytes) -> string", text_of_bytes},
    Definition{"string(timestamp) -> string", text_of_timestamp},
    Definition{"string(duration) -> string", text_of_duration},
    Definition{"string(type) -> string", text_of_type},
    Definition{"bytes(bytes) -> bytes", same},
    Definition{"bytes(string) -> bytes", bytes_of_text},
    Definition{"bool(bool) -> bool", same},
    Definition{"bool(string) -> bool", bool_of_text},
    Definition{"timestamp(timestamp) -> timestamp", same},
    Definition{"timestamp(string) -> timestamp", timestamp_of_text},
    Definition{"timestamp(int) -> timestamp", timestamp_of_int},
    Definition{"duration(duration) -> duration", same},
    Definition{"duration(string) -> duration", duration_of_text},
    Definition{"type(A) -> type", type_of},
    Definition{"dyn(A) -> dyn", same},
};

}  // namespace

std::span<const Definition> conversion_functions() { return conversion_definitions; }

}  // namespace muster::cel
