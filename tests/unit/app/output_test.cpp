// Long answers: what stays inline, the file, the pages.
#include "bot/output.h"

#include <doctest/doctest.h>

#include "bot/base/text.h"

using namespace muster;

namespace {

Outcome answer_of(int lines, const std::string& line = "line") {
  Outcome o;
  o.language = "en";
  o.echo = "timeline";
  o.output.reading = true;
  o.reply.text = "› `timeline`\nhead";
  std::string text;
  for (int i = 1; i <= lines; ++i) text += line + " " + std::to_string(i) + "\n";
  o.reply.sections.push_back({text, {}});
  return o;
}

std::vector<std::string> shown(const Outcome& o) {
  return o.reply.sections.empty() ? std::vector<std::string>{} : split(o.reply.sections.front().text, '\n');
}

ReadWanted page(std::vector<std::string> args = {}) {
  return {.what = "more", .incident = {}, .args = args, .named = {}};
}

}  // namespace

TEST_CASE("eleven lines below their head fit and stay as they are") {
  Pager pager;
  Outcome o = answer_of(11);
  pager.fit(o, "ana", "muster");
  CHECK(o.reply.attachments.empty());
  CHECK(o.reply.sections.front().text.ends_with("line 11\n"));
}

TEST_CASE("a longer answer shows the first eight and the last four and carries the whole as a file") {
  Pager pager;
  Outcome o = answer_of(30);
  pager.fit(o, "ana", "muster");
  const auto lines = shown(o);
  REQUIRE(lines.size() == 13);
  CHECK(lines[7] == "line 8");
  CHECK(lines[8].contains("18"));
  CHECK(lines[9] == "line 27");
  REQUIRE(o.reply.attachments.size() == 1);
  CHECK(o.reply.attachments[0].name == "timeline.txt");
  CHECK(o.reply.attachments[0].text.contains("line 15\n"));
}

TEST_CASE("more shows the next lines, per person and channel") {
  Pager pager;
  Outcome o = answer_of(30);
  pager.fit(o, "ana", "muster");
  CHECK_FALSE(plain_text(pager.more(page(), "ben", "muster").reply).contains("line 9"));
  CHECK_FALSE(plain_text(pager.more(page(), "ana", "alerts").reply).contains("line 9"));
  CHECK(shown(pager.more(page({"3"}), "ana", "muster")).front() == "line 9");
  CHECK(shown(pager.more(page(), "ana", "muster")).front() == "line 12");
  CHECK(shown(pager.more(page(), "ana", "muster")).back() == "line 30");
  CHECK(pager.more(page(), "ana", "muster").reply.sections.empty());
}

TEST_CASE("few lines that are too long are cut too, and nothing of the file is lost") {
  Pager pager;
  Outcome o = answer_of(3, std::string(2000, 'x'));
  pager.fit(o, "ana", "muster");
  REQUIRE(o.reply.attachments.size() == 1);
  CHECK(o.reply.attachments[0].text.size() > 6000);
  CHECK(o.reply.sections.front().text.size() < 2000);
}

TEST_CASE("what is remembered is bounded") {
  Pager pager;
  for (int i = 0; i < 300; ++i) {
    Outcome o = answer_of(100, std::string(200, 'y'));
    pager.fit(o, "person" + std::to_string(i), "muster");
  }
  CHECK(pager.more(page(), "person0", "muster").reply.sections.empty());
  CHECK_FALSE(pager.more(page(), "person299", "muster").reply.sections.empty());
}

TEST_CASE("grep keeps the lines that match and tail the last ones") {
  Outcome o = answer_of(20);
  o.output.grep = "LINE 1";
  o.output.tail = 2;
  apply_flags(o);
  CHECK(shown(o) == std::vector<std::string>{"line 18", "line 19"});
  CHECK(o.reply.text.ends_with(" · 11 of 20 lines match `LINE 1` · the last 2 of 11"));
  Outcome bad = answer_of(2);
  bad.output.grep = "(";
  apply_flags(bad);
  CHECK_FALSE(bad.ok);
}

TEST_CASE("json is shown as lines of code, and as a file when it is long") {
  Outcome o = answer_of(2);
  o.output.json = true;
  Value list = Value::List{};
  for (int i = 0; i < 40; ++i) list.push(i);
  o.json = list;
  apply_flags(o);
  Pager pager;
  pager.fit(o, "ana", "muster");
  REQUIRE(o.reply.attachments.size() == 1);
  CHECK(o.reply.attachments[0].name == "timeline.json");
  CHECK(o.reply.attachments[0].text.starts_with("[\n  0,"));
}
