#include "bot/base/pattern_set.h"

#include <re2/filtered_re2.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace muster {
namespace {

re2::RE2::Options options() {
  re2::RE2::Options o;
  o.set_case_sensitive(false);
  o.set_log_errors(false);
  return o;
}

// Shorter pieces are everywhere and filter nothing.
constexpr int piece_bytes_min = 3;

constexpr std::array<unsigned char, 256> folded_bytes = [] {
  std::array<unsigned char, 256> lower{};
  for (std::size_t c = 0; c < lower.size(); ++c)
    lower[c] = static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return lower;
}();
unsigned char folded(char c) { return folded_bytes[static_cast<unsigned char>(c)]; }

}  // namespace

// The literal pieces of all expressions, in lower case. Nearly every place of a text fails at its first three bytes.
class PatternSet::Pieces {
 public:
  void set(std::vector<std::string> pieces) {
    pieces_ = std::move(pieces);
    for (std::size_t n = 0; n < pieces_.size(); ++n) {
      const std::string& piece = pieces_[n];
      const std::uint32_t start = next(next(next(0, piece[0]), piece[1]), piece[2]);
      starts_.set(place(start));
      by_start_[start].push_back(static_cast<int>(n));
    }
  }
  // Which of them stand in the text, each once.
  std::vector<int> in(std::string_view text) const {
    std::vector<int> found;
    std::uint32_t start = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      start = next(start, text[i]);
      if (starts_.test(place(start)) && i + 1 >= piece_bytes_min)
        add(text.substr(i + 1 - piece_bytes_min), start, found);
    }
    std::ranges::sort(found);
    found.erase(std::ranges::unique(found).begin(), found.end());
    return found;
  }

 private:
  static std::uint32_t next(std::uint32_t start, char c) { return (start << 8 | folded(c)) & 0xFFFFFFu; }
  static std::size_t place(std::uint32_t start) { return start * 0x9E3779B1u >> 16; }
  void add(std::string_view text, std::uint32_t start, std::vector<int>& found) const {
    const auto known = by_start_.find(start);
    if (known == by_start_.end()) return;
    for (const int n : known->second) {
      const std::string& piece = pieces_[static_cast<std::size_t>(n)];
      const auto same = [](char is, char wanted) { return folded(is) == static_cast<unsigned char>(wanted); };
      if (text.size() >= piece.size() && std::ranges::equal(text.substr(0, piece.size()), piece, same))
        found.push_back(n);
    }
  }

  std::vector<std::string> pieces_;
  std::bitset<65536> starts_;
  std::unordered_map<std::uint32_t, std::vector<int>> by_start_;
};

// RE2 works out which literal pieces each expression needs.
struct PatternSet::Built {
  re2::FilteredRE2 filtered{piece_bytes_min};
  Pieces pieces;
  std::vector<int> always;  // expressions that need no piece
};

Result<PatternSet> PatternSet::build(const std::vector<std::string_view>& patterns) {
  auto built = std::make_shared<Built>();
  for (const std::string_view p : patterns) {
    int id = 0;
    const std::string lines = "(?m)" + std::string(p);
    if (built->filtered.Add(lines, options(), &id) != re2::RE2::NoError)
      return fail(ErrorKind::invalid, "the expression is wrong: " + std::string(p));
  }
  std::vector<std::string> pieces;
  built->filtered.Compile(&pieces);
  built->pieces.set(std::move(pieces));
  built->filtered.AllPotentials({}, &built->always);
  PatternSet out;
  out.built_ = std::move(built);
  return out;
}

std::vector<std::size_t> PatternSet::candidates(std::string_view text) const {
  if (!built_) return {};
  const std::vector<int> found = built_->pieces.in(text);
  std::vector<int> ids;
  if (!found.empty()) built_->filtered.AllPotentials(found, &ids);
  if (found.empty()) ids = built_->always;
  std::vector<std::size_t> out(ids.begin(), ids.end());
  std::ranges::sort(out);
  return out;
}

PatternSet::Spans PatternSet::find_all(std::size_t pattern, std::string_view text) const {
  Spans out;
  if (!built_) return out;
  const re2::RE2& re = built_->filtered.GetRE2(static_cast<int>(pattern));
  const re2::StringPiece whole(text.data(), text.size());
  re2::StringPiece hit;
  std::size_t at = 0;
  while (at <= text.size() && re.Match(whole, at, text.size(), re2::RE2::UNANCHORED, &hit, 1)) {
    const auto begin = static_cast<std::size_t>(hit.data() - text.data());
    out.emplace_back(begin, begin + hit.size());
    at = begin + (hit.empty() ? 1 : hit.size());
  }
  return out;
}

}  // namespace muster
