// Text as people write it: UTF-8, grapheme clusters, normal forms. Any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace muster {

bool is_utf8(std::string_view text);
std::string repair_utf8(std::string_view text);  // invalid bytes become U+FFFD
std::string to_nfc(std::string_view text);       // also repairs
std::string lower_ascii(std::string_view text);
std::string fold_case(std::string_view text);  // Unicode case folding
std::string_view trim(std::string_view text);  // ASCII white space
std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string one_line(std::string_view text);  // newlines, tabs and control characters to one space
// At most `max_graphemes` user-perceived characters, never splitting one; appends "…" when cut.
std::string clip(std::string_view text, std::size_t max_graphemes);
std::size_t grapheme_count(std::string_view text);
std::size_t code_point_count(std::string_view text);
// At most `max_bytes` bytes, cut at a grapheme border, appends "…" (counted) when cut.
std::string clip_bytes(std::string_view text, std::size_t max_bytes);
std::string escape_html(std::string_view text);  // & < > " '
// Edit distance over code points, insert, delete, substitute, swap; stops past `limit`.
int edit_distance(std::string_view a, std::string_view b, int limit);
std::vector<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates, int limit = 2,
                                 std::size_t most = 3);

}  // namespace muster
