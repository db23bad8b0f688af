#include "bot/core/commands/clean.h"

#include <doctest/doctest.h>

#include <string>

using namespace muster;

TEST_CASE("what chat clients do to typed text is undone") {
  const std::pair<std::string, std::string> rows[] = {
      {"note “hello” it’s", "note \"hello\" it's"},
      {"alerts —severity page", "alerts --severity page"},
      {"alerts –-json", "alerts --json"},
      {"scale api by −2", "scale api by -2"},
      {"note api — slow", "note api — slow"},
      {"note a–b", "note a–b"},
      {"status\u00a0api\u3000in\u2003prod", "status api in prod"},
      {"sta\u200btus\ufeff", "status"},
      {"note a &lt; b &amp;&amp; c &gt; d", "note a < b && c > d"},
      {"note &amp;lt;", "note &lt;"},
      {"link <https://x.test/a?b=1&amp;c=2>", "link https://x.test/a?b=1&c=2"},
      {"link <https://x.test|x.test>", "link x.test"},
      {"note <mailto:a@b.test|a@b.test>", "note a@b.test"},
      {"lead <@U1>", "lead @U1"},
      {"lead <@U1|ann>", "lead @U1"},
      {"note <#C1|ops> <!here>", "note #C1 @here"},
      {"note 1 < 2 and 3 > 2", "note 1 < 2 and 3 > 2"},
      {"note e\u0301", "note \u00e9"},
      {"note 장애\r\n둘", "note 장애\n둘"},
      {"note \u202Eabc", "note abc"},
  };
  for (const auto& [typed, clean] : rows) CHECK(clean_command(typed) == clean);
}

TEST_CASE("code is left as it is") {
  CHECK(clean_command("note `“x” —y &lt;`") == "note `“x” —y &lt;`");
  CHECK(clean_command("note ```\n“x”\n``` “y”") == "note ```\n“x”\n``` \"y\"");
  CHECK(clean_command("note `open “x”") == "note `open \"x\"");
}

TEST_CASE("an emoji family keeps its joiners") {
  CHECK(clean_command("note 👩‍👧") == "note 👩‍👧");
  CHECK(clean_command("no\u200dte") == "note");
}

TEST_CASE("invalid bytes are repaired, not passed on") { CHECK(clean_command("note \xff") == "note \ufffd"); }

TEST_CASE("a backtick that Slack could not show comes back as one") {
  CHECK(clean_command("note \u02CBx y\u02CB") == "note `x y`");
}
