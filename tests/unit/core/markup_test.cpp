// *strong*, `code` and the backslash: one reading for every place that shows them.
#include "bot/core/chat/markup.h"

#include <doctest/doctest.h>

#include "bot/core/chat/message.h"

using namespace muster;

TEST_CASE("a mark ends within its line, or stands for itself") {
  CHECK(markup_end("`a`", 0) == 2);
  CHECK(markup_end("`a\\`b`", 0) == 5);
  CHECK(markup_end("`a\nb`", 0) == std::string_view::npos);
  CHECK(markup_end("``", 0) == std::string_view::npos);
  CHECK(markup_end("*a `b*c` d*", 0) == 10);
  CHECK(markup_end("*a `b*", 0) == 5);  // no code there
}

TEST_CASE("a cut leaves nothing open and no backslash alone") {
  CHECK(clip_markup("short `x`", 20) == "short `x`");
  CHECK(clip_markup("`0123456789`", 6) == "`0123…`");
  CHECK(clip_markup("*a `0123456789` b*", 8) == "*a `012…`*");
  CHECK(clip_markup("abc\\`def", 5) == "abc…");
  CHECK(clip_markup("* 0123456789", 6) == "* 012…");
}

TEST_CASE("in a terminal strong text loses its stars, code and what only looks like markup stay") {
  const auto shown = [](const std::string& text) {
    return plain_text({.text = text, .sections = {}, .buttons = {}, .color = {}});
  };
  CHECK(shown("*INC-7* says `a*b` and 2 * 3") == "INC-7 says `a*b` and 2 * 3");
  CHECK(shown("`" + plain("x `y` *z*") + "`") == "`x `y` *z*`");
  CHECK(shown(plain("x `y` *z* \\")) == "x `y` *z* \\");
}
