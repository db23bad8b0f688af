#include "bot/base/secret_hints.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace muster {
namespace {

// A piece that stands in every match of a hint. Its three bytes from `key` on are what is looked for: some that few
// texts hold. `exact`: upper and lower case differ.
struct Piece {
  std::string_view text;
  std::size_t key;
  bool exact = false;
};

constexpr auto pieces = std::to_array<Piece>({
    {"PRIVATE KEY", 6, true},
    {"AKIA", 1, true},
    {"ASIA", 1, true},
    {"ABIA", 1, true},
    {"ACCA", 1, true},
    {"authorization", 6},
    {"x-api-key", 0},
    {"x-auth-token", 0},
    {"bearer", 0},
    {"eyJ", 0, true},
    {"ghp_", 0, true},
    {"gho_", 0, true},
    {"ghu_", 0, true},
    {"ghs_", 0, true},
    {"ghr_", 0, true},
    {"github_pat_", 4, true},
    {"glpat-", 0, true},
    {"glptt-", 0, true},
    {"gldt-", 0, true},
    {"glrt-", 0, true},
    {"glsoat-", 0, true},
    {"glft-", 0, true},
    {"glimt-", 2, true},
    {"glagent-", 0, true},
    {"xox", 0, true},
    {"/hooks/", 3, true},
    {"/webhooks/", 0, true},
    {"/services/", 7, true},
    {"AIza", 1, true},
    {"k_live_", 0, true},
    {"k_test_", 0, true},
    {"passw", 2},
    {"passphrase", 3},
    {"secret", 2},
    {"token", 1},
    {"apikey", 1},
    {"api_key", 2},
    {"api-key", 2},
    {"accesskey", 4},
    {"access_key", 4},
    {"access-key", 4},
    {"privatekey", 2},
    {"private_key", 2},
    {"private-key", 2},
    {"credential", 0},
    {"비밀번호", 2, true},
    {"비번", 2, true},
    {"암호", 2, true},
    {"토큰", 2, true},
    {"인증키", 2, true},
    {"시크릿", 2, true},
});

constexpr unsigned char lower_byte(char c) {
  return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}
char upper_byte(char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c); }
bool is_digit_byte(char c) { return c >= '0' && c <= '9'; }
bool is_blank_byte(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }

bool same_piece(std::string_view text, const Piece& p) {
  if (p.exact) return text == p.text;
  return std::ranges::equal(text, p.text, {}, lower_byte, lower_byte);
}

// "://name:word@", as the hint of passwords in addresses has it.
bool is_login(std::string_view text) {
  std::size_t at = 3;
  while (at < text.size() && text[at] != '/' && text[at] != ':' && text[at] != '@' && !is_blank_byte(text[at])) ++at;
  if (at == text.size() || text[at] != ':') return false;
  for (++at; at < text.size() && text[at] != '/' && text[at] != '@' && !is_blank_byte(text[at]);) ++at;
  return at < text.size() && text[at] == '@';
}

// "5-1234567": the middle of a resident number.
bool is_resident(std::string_view text) {
  constexpr std::size_t bytes = 9;
  return text.size() >= bytes && std::ranges::all_of(text.substr(2, bytes - 2), is_digit_byte);
}

// "010-1234-5678": seven more digits at least, and what may stand between them.
bool is_mobile(std::string_view text) {
  constexpr std::size_t bytes = 10;
  const auto fits = [](char c) { return is_digit_byte(c) || c == '-' || c == '.' || c == ' '; };
  return text.size() >= bytes && std::ranges::all_of(text.substr(3, bytes - 3), fits);
}

// What is looked at where the three bytes of a key stand: a piece, or one of these.
constexpr std::size_t login = std::size(pieces), resident = login + 1, mobile = login + 2;

class HintFilter {
 public:
  HintFilter() : tried_(1) {
    for (std::size_t n = 0; n < std::size(pieces); ++n)
      add(pieces[n].text.substr(pieces[n].key, 3), pieces[n].exact, n);
    add("://", true, login);
    for (char a = '0'; a <= '9'; ++a)
      for (char b = '1'; b <= '8'; ++b) add(std::string{a, '-', b}, true, resident);
    for (const char c : std::string_view("016789")) add(std::string{'0', '1', c}, true, mobile);
  }

  // Three bytes cover two pairs, one of which begins at an even place.
  bool any_in(std::string_view text) const {
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
      std::array<std::uint16_t, 4> four;
      std::memcpy(four.data(), text.data() + i, sizeof four);
      if ((bit(four[0]) | bit(four[1]) | bit(four[2]) | bit(four[3])) == 0) continue;
      for (std::size_t n = 0; n < four.size(); ++n)
        if (bit(four[n]) != 0 && near(text, i + 2 * n)) return true;
    }
    for (; i + 1 < text.size(); i += 2) {
      std::uint16_t pair;
      std::memcpy(&pair, text.data() + i, sizeof pair);
      if (bit(pair) != 0 && near(text, i)) return true;
    }
    return false;
  }

 private:
  // Upper and lower case are one place.
  static std::size_t place(const char* three) {
    const auto byte = [three](int n) { return std::uint32_t{static_cast<unsigned char>(three[n])}; };
    return ((byte(0) | byte(1) << 8 | byte(2) << 16) | 0x202020u) * 0x9E3779B1u >> 20;
  }
  void add(std::string_view key, bool exact, std::size_t what) {
    std::uint8_t& list = list_at_[place(key.data())];
    if (list == 0) {
      list = static_cast<std::uint8_t>(tried_.size());
      tried_.emplace_back();
    }
    if (std::ranges::find(tried_[list], what) == tried_[list].end()) tried_[list].push_back(what);
    for (const std::size_t n : {0u, 1u}) {
      for (const int mask : {0, 1, 2, 3}) {
        char two[2] = {key[n], key[n + 1]};
        if (!exact)
          for (const int c : {0, 1}) two[c] = mask >> c & 1 ? upper_byte(two[c]) : two[c];
        std::uint16_t pair;
        std::memcpy(&pair, two, sizeof pair);
        pairs_[pair >> 6] |= std::uint64_t{1} << (pair & 63);
      }
    }
  }
  std::uint64_t bit(std::uint16_t pair) const { return pairs_[pair >> 6] >> (pair & 63) & 1; }
  bool near(std::string_view text, std::size_t at) const {
    return begins(text, at) || (at > 0 && begins(text, at - 1));
  }
  // Whether one begins, or has its key, at this place.
  bool begins(std::string_view text, std::size_t at) const {
    if (text.size() - at < 3) return false;
    const std::uint8_t list = list_at_[place(text.data() + at)];
    if (list == 0) return false;
    return std::ranges::any_of(tried_[list], [&](std::size_t what) { return stands(text, at, what); });
  }
  static bool stands(std::string_view text, std::size_t at, std::size_t what) {
    const std::string_view rest = text.substr(at);
    if (what == login) return rest.starts_with("://") && is_login(rest);
    if (what == resident) return is_digit_byte(rest[0]) && rest[1] == '-' && is_resident(rest);
    if (what == mobile) return rest.starts_with("01") && is_mobile(rest);
    const Piece& p = pieces[what];
    return at >= p.key && same_piece(text.substr(at - p.key, p.text.size()), p);
  }

  std::array<std::uint64_t, 1024> pairs_{};
  std::array<std::uint8_t, 4096> list_at_{};  // by three bytes; 0: nothing begins with them
  std::vector<std::vector<std::size_t>> tried_;
};

}  // namespace

bool may_hint_at_secret(std::string_view text) {
  static const HintFilter filter;
  if (filter.any_in(text)) return true;
  // Letters beyond ASCII that count as an s and a k where case is ignored.
  return text.contains("\u017f") || text.contains("\u212a");
}

}  // namespace muster
