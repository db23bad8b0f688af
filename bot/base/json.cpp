#include "bot/base/json.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

#ifdef __SSE2__
#include <emmintrin.h>
#define RAPIDJSON_SSE2
#endif
#include <rapidjson/reader.h>

#include "bot/base/text.h"

namespace muster {
namespace {

// A number that no double holds is either as good as zero (true) or too large.
bool vanishes(std::string_view number) {
  const std::size_t e = std::min(number.find_first_of("eE"), number.size());
  const std::size_t first = number.substr(0, e).find_first_of("123456789");
  if (first == number.npos) return true;
  const std::size_t point = std::min(number.find('.'), e);
  std::int64_t exponent = 0;
  const std::size_t digits = e + 1 < number.size() && number[e + 1] == '+' ? e + 2 : e + 1;
  if (e < number.size()) {
    const auto [end, error] = std::from_chars(number.data() + digits, number.data() + number.size(), exponent);
    if (error != std::errc()) return number[digits] == '-';  // beyond all measure
  }
  return static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first) + exponent < 0;
}

// As JSON writes a number. Not the parser's own conversion: it makes a negative number of 184467440737095516159.
std::optional<Value> number_from(std::string_view text) {
  const char* const end = text.data() + text.size();
  std::int64_t whole = 0;
  if (const auto r = std::from_chars(text.data(), end, whole); r.ec == std::errc() && r.ptr == end) return whole;
  double d = 0;
  if (std::from_chars(text.data(), end, d).ec == std::errc()) return d;
  if (!vanishes(text)) return {};
  return text.front() == '-' ? -0.0 : 0.0;
}

// Builds a Value from parser events. Depth is watched here: the parser itself has no limit.
class Builder {
 public:
  using Ch = char;
  Builder(int max_depth, std::string_view without)
      : max_depth_(static_cast<std::size_t>(std::max(max_depth, 0))), without_(without) {
    frames_.reserve(8);
    waiting_.reserve(16);
  }

  // The names are the parser's.
  bool Null() { return leaves_out() || add(Value()); }
  bool Bool(bool v) { return leaves_out() || add(Value(v)); }
  // This and its neighbours are not called: numbers were asked for as they are written.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    if (leaves_out()) return true;
    const std::optional<Value> number = number_from({text, size});
    return number && add(*number);
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return leaves_out() || add(Value(std::string_view(text, size)));
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    if (left_out_ > 0) return true;
    left_out_next_ = !without_.empty() && std::string_view(text, size) == without_;
    if (!left_out_next_) waiting_.emplace_back(std::string_view(text, size), Value());
    return true;
  }
  bool StartObject() { return open(true); }
  bool StartArray() { return open(false); }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool EndArray(rapidjson::SizeType) { return close(); }

  Value take() { return std::move(root_); }
  const std::string& error() const { return error_; }

 private:
  // An object or array that is not closed yet: what it has so far stands in `waiting_` from `first` on, so that its
  // members are counted before they get memory of their own.
  struct Frame {
    bool object;
    std::size_t first;
  };

  bool add(Value v) {
    if (frames_.empty())
      root_ = std::move(v);
    else if (frames_.back().object)
      waiting_.back().second = std::move(v);  // its name came before
    else
      waiting_.emplace_back(std::string(), std::move(v));
    return true;
  }
  // A scalar that is the member to be left out, or stands inside of it.
  bool leaves_out() { return left_out_ > 0 || std::exchange(left_out_next_, false); }
  bool open(bool object) {
    if (frames_.size() + left_out_ >= max_depth_) {
      error_ = "JSON is nested deeper than " + std::to_string(max_depth_) + " levels";
      return false;
    }
    if (left_out_ > 0 || std::exchange(left_out_next_, false)) {
      ++left_out_;
      return true;
    }
    frames_.push_back({object, waiting_.size()});
    return true;
  }
  bool close() {
    if (left_out_ > 0) {
      --left_out_;
      return true;
    }
    const Frame frame = frames_.back();
    frames_.pop_back();
    const auto first = waiting_.begin() + static_cast<std::ptrdiff_t>(frame.first);
    Value done = frame.object ? Value(object_from(first)) : Value(array_from(first));
    waiting_.erase(first, waiting_.end());
    return add(std::move(done));
  }
  using Members = Value::Map::Members;
  Value::Map object_from(Members::iterator first) {
    return Value::Map::of(Members(std::make_move_iterator(first), std::make_move_iterator(waiting_.end())));
  }
  Value::List array_from(Members::iterator first) const {
    Value::List list;
    list.reserve(static_cast<std::size_t>(waiting_.end() - first));
    for (auto at = first; at != waiting_.end(); ++at) list.push_back(std::move(at->second));
    return list;
  }

  std::size_t max_depth_;
  std::string_view without_;
  bool left_out_next_ = false;  // the name was just read
  std::size_t left_out_ = 0;    // how deep inside of such a member
  std::vector<Frame> frames_;
  Members waiting_;
  Value root_;
  std::string error_;
};

// The unit of a "\uXXXX" at `at`, or -1.
int escape_unit(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
  int unit = 0;
  const auto [end, error] = std::from_chars(text.data() + at + 2, text.data() + at + 6, unit, 16);
  return error == std::errc() && end == text.data() + at + 6 && unit >= 0 ? unit : -1;
}

bool is_high(int unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low(int unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// The parser refuses a whole document for one lone surrogate escape; senders that cut text in the middle
// of an emoji produce them.
std::string mend_surrogates(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t slash = std::min(text.find('\\', i), text.size());
    out += text.substr(i, slash - i);
    i = slash;
    if (i == text.size()) break;
    const int unit = escape_unit(text, i);
    std::size_t length = unit < 0 ? 2 : 6;
    if (is_high(unit) && is_low(escape_unit(text, i + 6))) {
      length = 12;
    } else if (is_high(unit) || is_low(unit)) {
      out += "\\ufffd";
      i += length;
      continue;
    }
    out += text.substr(i, length);
    i += length;
  }
  return out;
}

// Zero bytes behind the text: its end for the parser, which reads sixteen bytes at a time.
constexpr std::size_t read_ahead = 32;

std::size_t wrong_at(const rapidjson::ParseResult& parsed, std::size_t read) {
  return parsed.IsError() ? parsed.Offset() : read;
}

bool may_have_surrogates(std::string_view text) {
  return text.find("\\ud") != text.npos || text.find("\\uD") != text.npos;
}

void print_escaped(unsigned char c, std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\b':
      out += "\\b";
      break;
    case '\f':
      out += "\\f";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      out += "\\u00";
      out += digits[c >> 4];
      out += digits[c & 15];
  }
}

// One look per byte: ASCII that stands for itself between quotes.
constexpr std::array<bool, 256> plain_bytes = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x80; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

// How many bytes at the start of `text` print as they are: nearly always all of them.
std::size_t plain_start(std::string_view text) {
  std::size_t at = 0;
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), low = _mm_set1_epi8(0x20);
  for (; text.size() - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    // Signed: what is beyond ASCII is below a space too.
    const __m128i odd = _mm_or_si128(_mm_cmplt_epi8(bytes, low),
                                     _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, slash)));
    if (const int mask = _mm_movemask_epi8(odd); mask != 0)
      return at + static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(mask)));
  }
#endif
  while (at < text.size() && plain_bytes[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

// Bytes beyond ASCII are right here, or were repaired.
void print_rest(std::string_view text, std::string& out) {
  while (!text.empty()) {
    std::size_t n = plain_start(text);
    while (n < text.size() && static_cast<unsigned char>(text[n]) >= 0x80) ++n;
    out += text.substr(0, n);
    text.remove_prefix(n);
    if (text.empty() || plain_bytes[static_cast<unsigned char>(text.front())]) continue;
    print_escaped(static_cast<unsigned char>(text.front()), out);
    text.remove_prefix(1);
  }
}

// `before` and `after` stand around it when they are not zero: the text is lengthened once.
void print_string(std::string_view text, std::string& out, char before = 0, char after = 0) {
  const std::size_t plain = plain_start(text), old = out.size();
  const bool whole = plain == text.size();
  out.resize_and_overwrite(old + plain + 4, [&](char* to, std::size_t) {
    char* at = to + old;
    if (before != 0) *at++ = before;
    *at++ = '"';
    at = std::copy_n(text.data(), plain, at);
    if (whole) *at++ = '"';
    if (whole && after != 0) *at++ = after;
    return static_cast<std::size_t>(at - to);
  });
  if (whole) return;
  if (const std::string_view rest = text.substr(plain); is_utf8(rest))
    print_rest(rest, out);
  else
    print_rest(repair_utf8(rest), out);
  out += '"';
  if (after != 0) out += after;
}

void print_double(double d, std::string& out) {
  if (!std::isfinite(d)) {
    out += "null";  // JSON has no word for it
    return;
  }
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, d).ptr;
  const std::string_view digits(buffer, static_cast<std::size_t>(end - buffer));
  out += digits;
  if (digits.find_first_of(".e") == digits.npos) out += ".0";  // so that it is read back as a double
}

void print_int(std::int64_t n, std::string& out) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, n).ptr;
  out.append(buffer, static_cast<std::size_t>(end - buffer));
}

class Printer {
 public:
  Printer(std::string& out, int indent) : out_(out), indent_(indent) {}

  void print(const Value& v) {
    if (v.is_string()) return print_string(v.as_string(), out_);
    if (v.is_map()) return print_map(v.as_map());
    if (v.is_list()) return print_list(v.as_list());
    if (v.is_int()) return print_int(v.as_int(), out_);
    if (v.is_double()) return print_double(v.as_double(), out_);
    out_ += v.is_bool() ? (v.as_bool() ? "true" : "false") : "null";
  }

 private:
  void print_map(const Value::Map& map) {
    if (map.empty()) {
      out_ += "{}";
      return;
    }
    ++depth_;
    char before = '{';
    for (const auto& [key, member] : map) {
      if (indent_ > 0) {
        out_ += before;
        new_line();
        print_string(key, out_, 0, ':');
        out_ += ' ';
      } else {
        print_string(key, out_, before, ':');
      }
      print(member);
      before = ',';
    }
    finish(true, '}');
  }
  void print_list(const Value::List& list) {
    out_ += '[';
    ++depth_;
    bool first = true;
    for (const Value& item : list) {
      separate(first);
      print(item);
    }
    finish(!list.empty(), ']');
  }
  void separate(bool& first) {
    if (!first) out_ += ',';
    first = false;
    new_line();
  }
  void finish(bool any, char bracket) {
    --depth_;
    if (any) new_line();
    out_ += bracket;
  }
  void new_line() {
    if (indent_ <= 0) return;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(indent_ * depth_), ' ');
  }

  std::string& out_;
  int indent_;
  int depth_ = 0;
};

}  // namespace

Result<Value> parse_json(std::string_view text, int max_depth) { return parse_json_without({}, text, max_depth); }

Result<Value> parse_json_without(std::string_view name, std::string_view text, int max_depth) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::string buffer;  // read in place: strings are unescaped where they stand
  buffer.reserve(text.size() + read_ahead);
  if (!is_utf8(text))
    buffer = repair_utf8(text);
  else
    buffer = text;
  if (may_have_surrogates(buffer)) buffer = mend_surrogates(buffer);
  const std::size_t size = buffer.size();
  buffer.append(read_ahead, '\0');
  Builder builder(max_depth, name);
  rapidjson::InsituStringStream stream(buffer.data());
  rapidjson::Reader reader;
  const auto parsed =
      reader.Parse<rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag>(stream, builder);
  if (!builder.error().empty()) return fail(ErrorKind::invalid, builder.error());
  // A zero byte ends the document for the parser; here it is a character like others.
  if (parsed.IsError() || stream.Tell() != size)
    return fail(ErrorKind::invalid, "not valid JSON at byte " + std::to_string(wrong_at(parsed, stream.Tell()) + 1));
  return builder.take();
}

std::string to_json(const Value& value, int indent) {
  std::string out;
  Printer(out, indent).print(value);
  return out;
}

void append_json(std::string& out, const Value& value) { Printer(out, 0).print(value); }
void append_json(std::string& out, const std::string& text) { print_string(text, out); }

}  // namespace muster
