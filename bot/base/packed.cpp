#include "bot/base/packed.h"

#include <bit>
#include <cstdint>
#include <stdexcept>

// One byte says what follows. Whole numbers and lengths are written in sevens of bits, the least first; a text is its
// length and its bytes; a list or a map is the length of what it holds, so that it can be passed by, and that.

namespace muster {
namespace {

enum Tag : char { nothing = 'n', no = 'f', yes = 't', whole = 'i', number = 'd', words = 's', list = 'l', map = 'm' };

void put_count(std::string& to, std::uint64_t n) {
  for (; n >= 0x80; n >>= 7) to += static_cast<char>(0x80 | (n & 0x7f));
  to += static_cast<char>(n);
}

void put_text(std::string& to, std::string_view text) {
  put_count(to, text.size());
  to += text;
}

void put(std::string& to, const Value& v) {
  std::string inside;
  if (v.is_bool()) {
    to += v.as_bool() ? yes : no;
  } else if (v.is_int()) {
    to += whole;
    const auto n = static_cast<std::uint64_t>(v.as_int());
    put_count(to, (n << 1) ^ (v.as_int() < 0 ? ~std::uint64_t{0} : 0));  // small ones below zero are short, too
  } else if (v.is_double()) {
    to += number;
    put_count(to, std::bit_cast<std::uint64_t>(v.as_double()));
  } else if (v.is_string()) {
    to += words;
    put_text(to, v.as_string());
  } else if (v.is_list()) {
    to += list;
    for (const Value& each : v.as_list()) put(inside, each);
    put_text(to, inside);
  } else if (v.is_map()) {
    to += map;
    for (const auto& [name, each] : v.as_map()) put_text(inside, name), put(inside, each);
    put_text(to, inside);
  } else {
    to += nothing;
  }
}

// What we wrote ourselves; that it ends too early is a bug.
char take_byte(std::string_view& from) {
  if (from.empty()) throw std::logic_error("a packed value ends too early");
  const char c = from.front();
  from.remove_prefix(1);
  return c;
}

std::uint64_t take_count(std::string_view& from) {
  std::uint64_t n = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto c = static_cast<unsigned char>(take_byte(from));
    n |= std::uint64_t{c & 0x7fu} << shift;
    if (c < 0x80) break;
  }
  return n;
}

std::string_view take_text(std::string_view& from) {
  const std::size_t size = take_count(from);
  if (size > from.size()) throw std::logic_error("a packed text ends too early");
  const std::string_view text = from.substr(0, size);
  from.remove_prefix(size);
  return text;
}

Value take(std::string_view& from) {
  switch (take_byte(from)) {
    case no:
      return false;
    case yes:
      return true;
    case whole: {
      const std::uint64_t n = take_count(from);
      return static_cast<std::int64_t>((n >> 1) ^ ((n & 1) != 0 ? ~std::uint64_t{0} : 0));
    }
    case number:
      return std::bit_cast<double>(take_count(from));
    case words:
      return take_text(from);
    case list: {
      Value::List all;
      for (std::string_view inside = take_text(from); !inside.empty();) all.push_back(take(inside));
      return all;
    }
    case map: {
      Value::Map all;
      for (std::string_view inside = take_text(from); !inside.empty();) {
        const std::string_view name = take_text(inside);
        all[name] = take(inside);
      }
      return all;
    }
    default:
      return {};
  }
}

void pass_by(std::string_view& from) {
  const char tag = take_byte(from);
  if (tag == whole || tag == number) take_count(from);
  if (tag == words || tag == list || tag == map) take_text(from);
}

}  // namespace

Packed::Packed(const Value& value) {
  if (value.is_null()) return;
  std::string bytes;
  put(bytes, value);
  bytes_ = std::string(bytes.data(), bytes.size());  // no larger than it is: it has grown
}

bool Packed::is_map() const { return bytes_.starts_with(map); }

Value Packed::get() const {
  std::string_view from = bytes_.text();
  return from.empty() ? Value() : take(from);
}

Value Packed::member(std::string_view wanted) const {
  if (!is_map()) return {};
  std::string_view from = bytes_.text();
  take_byte(from);
  for (std::string_view inside = take_text(from); !inside.empty(); pass_by(inside))
    if (take_text(inside) == wanted) return take(inside);
  return {};
}

}  // namespace muster
