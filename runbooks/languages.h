// How a value is written in each language a text may end in. Inside of runbooks only.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/result.h"
#include "bot/cel/value.h"
#include "bot/core/runs/secret_ref.h"
#include "runbooks/verbs.h"

namespace muster::runbooks {

// Of a text: what the author wrote, or a value.
struct Piece {
  std::string_view literal;
  const cel::Val* value = nullptr;
};
using Pieces = std::vector<Piece>;

// Tells the marks of our own secrets, which carry a random number, from text that looks like them.
class Marks {
 public:
  explicit Marks(std::string nonce) : nonce_(std::move(nonce)) {}
  std::string made(std::string_view reference) const;
  bool in(std::string_view text) const { return text.find("\x02" + nonce_) != text.npos; }
  // Each stretch of other text through `escape`, each of our marks as a mark of that form.
  template <class Escape>
  std::string weave(std::string_view text, SecretForm form, Escape escape) const {
    std::string out;
    const std::string open = "\x02" + nonce_;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t begin = std::min(text.find(open, at), text.size());
      const std::size_t end = text.find('\x03', begin);
      const bool whole = begin < text.size() && end != text.npos;
      const std::string_view plain = text.substr(at, (whole ? begin : text.size()) - at);
      if (!plain.empty()) out += escape(without_secret_marks(plain));
      if (!whole) break;
      out += secret_mark(text.substr(begin + open.size(), end - begin - open.size()), form);
      at = end + 1;
    }
    return out;
  }

 private:
  std::string nonce_;
};

// A value as text of its own; `refused` when it has none (null) or, unless `lists`, is a list or a map.
Result<std::string> text_of(const cel::Val& value, bool lists);
std::string number_text(double d);  // 6, 0.25, NaN

Result<std::string> written(Language language, const Pieces& pieces, const Marks& marks);
Result<std::string> write_metrics(const Pieces& pieces, const Marks& marks);  // PromQL and LogQL
Result<std::string> write_lucene(const Pieces& pieces, const Marks& marks);
Result<std::string> write_url(const Pieces& pieces, const Marks& marks);

inline constexpr std::size_t rendered_bytes_max = 256u << 10;

}  // namespace muster::runbooks
