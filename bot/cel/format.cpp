// "…".format([…]): %s %d %f %e %x %X %o %b %%, with a precision for %f and %e.
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
constexpr int precision_max = 1000;

struct Wrong {
  std::string sentence;
};

std::string digits_of(const Val& v, int base) {
  char buffer[72];
  const auto end = v.is(Kind::integer) ? std::to_chars(buffer, buffer + sizeof buffer, v.as_int(), base).ptr
                                       : std::to_chars(buffer, buffer + sizeof buffer, v.as_uint(), base).ptr;
  return {buffer, end};
}

[[noreturn]] void wrong_kind(char verb, std::string_view takes, const Val& v) {
  throw Wrong{std::string("%") + verb + " takes " + std::string(takes) + ", not " + std::string(v.type_name())};
}

bool is_whole(const Val& v) { return v.is(Kind::integer) || v.is(Kind::uinteger); }

// A row of invalid bytes becomes one replacement character.
std::string readable(std::string_view bytes) {
  std::string out;
  bool bad_before = false;
  for (std::size_t i = 0; i < bytes.size();) {
    const auto c = next_code_point(bytes, i);
    if (c || !bad_before) append_utf8(c.value_or(0xFFFD), out);
    bad_before = !c;
  }
  return out;
}

class Formatter {
 public:
  Formatter(Budget& budget, const List& args) : budget_(budget), args_(args) {}

  std::string run(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
      const std::size_t percent = std::min(text.find('%', i), text.size());
      out_.append(text.substr(i, percent - i));
      i = percent;
      if (i < text.size()) clause(text, i);
      if (!budget_.spend(1)) throw Wrong{std::string(over_limit)};
    }
    return std::move(out_);
  }

 private:
  void clause(std::string_view text, std::size_t& i) {
    if (++i >= text.size()) throw Wrong{"the format ends after a %; for the sign itself write %%"};
    if (text[i] == '%') {
      out_ += text[i++];
      return;
    }
    const int precision = read_precision(text, i);
    if (i >= text.size()) throw Wrong{"the format ends before its verb"};
    const char verb = text[i++];
    if (std::string_view("sdfexXob").find(verb) == std::string_view::npos)
      throw Wrong{"there is no format verb %" + clip(one_line(text.substr(i - 1, 4)), 1)};
    if (next_ >= args_.size())
      throw Wrong{"the format asks for more than the " + std::to_string(args_.size()) + " values given"};
    put(verb, precision, args_.at(next_++));
  }

  static int read_precision(std::string_view text, std::size_t& i) {
    if (text[i] != '.') return 6;
    int n = 0;
    const auto read = std::from_chars(text.data() + i + 1, text.data() + text.size(), n);
    if (read.ec != std::errc() || n < 0 || n > precision_max)
      throw Wrong{"a precision is a number from 0 to " + std::to_string(precision_max) + ", as in %.2f"};
    i = static_cast<std::size_t>(read.ptr - text.data());
    return n;
  }

  void put(char verb, int precision, const Val& v) {
    switch (verb) {
      case 's':
        return plain(v);
      case 'd':
        return decimal(v);
      case 'f':
      case 'e':
        return real(verb, precision, v);
      case 'x':
      case 'X':
        return hex(verb, v);
      case 'o':
        if (!is_whole(v)) wrong_kind(verb, "int and uint", v);
        out_ += digits_of(v, 8);
        return;
      default:
        return binary(v);
    }
  }

  void binary(const Val& v) {
    if (v.is(Kind::boolean))
      out_ += v.as_bool() ? '1' : '0';
    else if (is_whole(v))
      out_ += digits_of(v, 2);
    else
      wrong_kind('b', "int, uint and bool", v);
  }

  void decimal(const Val& v) {
    if (is_whole(v))
      out_ += digits_of(v, 10);
    else if (v.is(Kind::real))
      out_ += shortest_fixed_text(v.as_double());
    else
      wrong_kind('d', "numbers", v);
  }

  void real(char verb, int precision, const Val& v) {
    if (!v.is_number()) wrong_kind(verb, "numbers", v);
    const double d = v.is(Kind::real)      ? v.as_double()
                     : v.is(Kind::integer) ? static_cast<double>(v.as_int())
                                           : static_cast<double>(v.as_uint());
    if (verb == 'f' || !std::isfinite(d)) {
      out_ += fixed_text(d, precision);
      return;
    }
    char buffer[precision_max + 40];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, d, std::chars_format::scientific, precision).ptr;
    out_.append(buffer, end);
  }

  void hex(char verb, const Val& v) {
    std::string digits;
    if (is_whole(v)) {
      digits = digits_of(v, 16);
    } else if (v.is(Kind::text) || v.is(Kind::bytes)) {
      constexpr std::string_view sign = "0123456789abcdef";
      spend(v.as_chars().size() / 4);
      for (const char c : v.as_chars())
        digits.append({sign[static_cast<unsigned char>(c) >> 4], sign[static_cast<unsigned char>(c) & 15]});
    } else {
      wrong_kind(verb, "int, uint, string and bytes", v);
    }
    for (char& c : digits)
      if (verb == 'X' && c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    out_ += digits;
  }

  void plain(const Val& v) {
    spend(1);
    switch (v.kind()) {
      case Kind::null:
        out_ += "null";
        return;
      case Kind::boolean:
        out_ += v.as_bool() ? "true" : "false";
        return;
      case Kind::integer:
      case Kind::uinteger:
      case Kind::real:
        return decimal(v);
      case Kind::bytes:
        spend(v.as_chars().size() / 8);
        out_ += readable(v.as_chars());
        return;
      case Kind::text:
      case Kind::type:
        spend(v.as_chars().size() / 8);
        out_ += v.as_chars();
        return;
      case Kind::timestamp:
        out_ += write_timestamp(v.as_timestamp());
        return;
      case Kind::duration:
        out_ += write_duration(v.as_duration());
        return;
      case Kind::list:
        return items(v.as_list());
      default:
        return members(v.as_map());
    }
  }

  void items(const List& list) {
    out_ += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) out_ += ", ";
      plain(list.at(i));
    }
    out_ += ']';
  }

  // Sorted by the keys as they are shown.
  void members(const Map& map) {
    std::vector<std::pair<std::string, Val>> shown;
    for (const auto& [key, value] : map.entries()) {
      std::string before = std::move(out_);
      out_.clear();
      plain(key);
      shown.emplace_back(std::move(out_), value);
      out_ = std::move(before);
    }
    std::stable_sort(shown.begin(), shown.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    out_ += '{';
    for (std::size_t i = 0; i < shown.size(); ++i) {
      out_ += (i > 0 ? ", " : "") + shown[i].first + ": ";
      plain(shown[i].second);
    }
    out_ += '}';
  }

  void spend(std::uint64_t n) {
    if (!budget_.spend(n)) throw Wrong{std::string(over_limit)};
  }

  Budget& budget_;
  const List& args_;
  std::size_t next_ = 0;
  std::string out_;
};

Val format(Budget& budget, std::span<const Val> args) {
  try {
    std::string text = Formatter(budget, args[1].as_list()).run(args[0].as_chars());
    return paid_text(budget, std::move(text));
  } catch (const Wrong& wrong) {
    if (wrong.sentence == over_limit) return too_costly();
    return Val::failure("error during formatting: " + wrong.sentence);
  }
}

constexpr std::array format_definitions = {Definition{"string:format(list(A)) -> string", format}};

}  // namespace

std::span<const Definition> format_functions() { return format_definitions; }

}  // namespace muster::cel
