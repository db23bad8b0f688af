// What chat clients do to typed text is undone before the grammar sees it. Any thread.
#pragma once
#include <string>
#include <string_view>

namespace muster {

// Outside code (`…` and fenced blocks): NFC, curly quotes to straight, a long dash at the start of a token to "--",
// odd spaces to a space, zero-width characters removed, Slack's entities and tags decoded (<@U1> becomes @U1,
// <#C1|x> becomes #C1, <url|text> becomes text). Code is kept as it is; invalid UTF-8 is repaired everywhere.
std::string clean_command(std::string_view text);

}  // namespace muster
