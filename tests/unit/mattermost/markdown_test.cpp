#include "integrations/chat/mattermost/markdown.h"

#include <doctest/doctest.h>

#include "bot/base/text.h"
#include "integrations/chat/mattermost/names.h"

using namespace muster;
using namespace muster::mattermost;

TEST_CASE("strong text, code and escapes of ours become Markdown") {
  CHECK(markdown_text("*INC-7* · SEV1") == "**INC-7** · SEV1");
  CHECK(markdown_text("say `lead me`") == "say `lead me`");
  CHECK(markdown_text("*left open") == "\\*left open");
  CHECK(markdown_text(plain("2 * 3 `x` \\")) == R"(2 \* 3 \`x\` \\)");
  CHECK(markdown_text("`" + plain("a * b \\ `c`") + "`") == "`` a * b \\ `c` ``");
  CHECK(markdown_text("`never closed\n*nor this") == "\\`never closed\n\\*nor this");
  CHECK(markdown_text("*a `b*c` d*") == "**a `b*c` d**");
  CHECK(markdown_text("**") == "\\*\\*");
}

TEST_CASE("nothing from outside becomes markup, a mention or a channel link") {
  CHECK(markdown_text(plain("_under_ ~~gone~~ ~town-square [x](http://evil) # head")) ==
        R"(\_under\_ \~\~gone\~\~ \~town-square \[x\]\(http://evil) \# head)");
  CHECK(markdown_text(plain("@channel @all @here")) == "@\u200Bchannel @\u200Ball @\u200Bhere");
  CHECK(markdown_text("@channel") == "@\u200Bchannel");
  CHECK(markdown_text("- item\n1. one\n+ x\n> quote\n| a | b |") ==
        "\\- item\n1\\. one\n\\+ x\n\\> quote\n\\| a \\| b \\|");
  CHECK(markdown_text("a - b + c, v1.2") == "a - b + c, v1.2");
  CHECK(markdown_text("<b>&amp;") == R"(\<b\>\&amp;)");
}

TEST_CASE("addresses stay whole, and end where a mention or code begins") {
  CHECK(markdown_text("see https://h/a_b_(c)?x=1&y=~2 now") == "see https://h/a_b_(c)?x=1&y=~2 now");
  CHECK(markdown_text("https://h/@channel") == "https://h/@\u200Bchannel");
}

TEST_CASE("our channels are linked by their name there, unknown ones are text") {
  const auto names = [](std::string_view ours) { return ours == "inc-7" ? std::string("inc-7-2") : std::string(); };
  CHECK(markdown_text("in #inc-7, not #inc-8", names) == "in ~inc-7-2, not \\#inc-8");
}

TEST_CASE("a message shows its sections, its fields and what to type instead of each button") {
  Message m;
  m.text = "*INC-1* is open";
  m.sections.push_back({"two\nlines", {{"Commander", "Ana * Sousa"}}});
  m.sections.back().fields.front().second = plain("Ana * Sousa");
  m.buttons = {{"Take command", "lead me", ""}, {"Say it", "note `x`", ""}};
  CHECK(markdown_message(m, '!') ==
        "**INC-1** is open\ntwo\nlines\n**Commander:** Ana \\* Sousa\n↳ `!lead me` · `` !note `x` ``");
}

TEST_CASE("channel names are made legal, and a taken one gets a number within the limit") {
  CHECK(channel_name("inc-7-checkout") == "inc-7-checkout");
  CHECK(channel_name("INC 7: Käse!") == "inc-7-kase");
  CHECK(channel_name("--x--") == "c-x");
  CHECK(channel_name("결제") == "gyeolje");
  CHECK(channel_name("家") == "channel");
  CHECK(channel_name("a__b") == "a_b");
  CHECK(channel_name(std::string(70, 'a')).size() == 64);
  CHECK(channel_name(std::string(63, 'a') + "-b") == std::string(63, 'a'));
  CHECK(nth_name("inc-7", 1) == "inc-7");
  CHECK(nth_name("inc-7", 2) == "inc-7-2");
  CHECK(nth_name(std::string(64, 'a'), 12).size() == 64);
  CHECK(is_id("abcdefghijklmnopqrstuvwxyz"));
  CHECK_FALSE(is_id("abcdefghijklmnopqrstuvwxy"));
  CHECK_FALSE(is_id("../defghijklmnopqrstuvwxyz"));
}
