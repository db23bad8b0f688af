// Source text -> tokens. Any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bot/cel/problem.h"

namespace muster::cel {

struct Token {
  enum class Kind { end, name, quoted_name, integer, uinteger, real, text, bytes, sign };
  Kind kind = Kind::end;
  std::size_t at = 0;       // byte offset
  std::string_view raw;     // as written
  std::string chars;        // of text and bytes, escapes read; of quoted names
  std::uint64_t whole = 0;  // of integer and uinteger
  double real = 0;
  bool is(std::string_view sign_text) const { return kind == Kind::sign && raw == sign_text; }
};

// The last token is `end`. The tokens look into `source`.
Checked<std::vector<Token>> read_tokens(std::string_view source);

bool is_reserved(std::string_view name);  // words that may not name a variable
bool is_keyword(std::string_view name);   // true, false, null, in: not even a field

}  // namespace muster::cel
