// Where a message's own markup begins and ends: *strong* and `code`, each within a line; a backslash takes the meaning
// of the character behind it. One reading for every renderer.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace muster {

// The place of the mark that ends what the `*` or the backtick at `at` begins; npos: it stands for itself.
std::size_t markup_end(std::string_view text, std::size_t at);
// The text between, without the backslashes.
std::string unescaped(std::string_view text);
// At most so many characters, as people count them; never cut inside of an escape, and what was begun is ended.
std::string clip_markup(std::string_view text, std::size_t graphemes);

}  // namespace muster
