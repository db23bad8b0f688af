#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/config_text.h"

using namespace muster;
using namespace muster::test;

namespace {

std::string list_with(const std::string& item) {
  return "checklists:\n  - name: First\n    items:\n      - " + item + "\n";
}

std::string said_of(const Loaded& loaded) {
  std::string text;
  for (const ConfigIssue& i : loaded.issues)
    text += std::to_string(i.line) + ":" + std::to_string(i.column) + " " + i.message +
            (i.expected.empty() ? "" : " — " + i.expected) + (i.nearest.empty() ? "" : " — " + i.nearest) + "\n";
  return text;
}

}  // namespace

TEST_CASE("a checklist is read whole, with the defaults where it is silent") {
  const Loaded loaded = load_text(
      "checklists:\n"
      "  - name: First minutes\n"
      "    when: incident.severity in [\"SEV1\", \"SEV2\"]\n"
      "    items:\n"
      "      - text: Somebody leads\n"
      "        run: lead me\n"
      "      - text: The status page says it\n"
      "        when: '\"shop\" in incident.services'\n"
      "        keyword: status page\n"
      "  - name: After it\n"
      "    stage: resolved\n"
      "    items: [{text: Thanks were said}]\n");
  CHECK_MESSAGE(loaded.ok(), said_of(loaded));
  REQUIRE(loaded.settings.checklists.size() == 2);
  const ChecklistRule& first = loaded.settings.checklists[0];
  CHECK(first.stage == "investigating");
  CHECK(first.when == "incident.severity in [\"SEV1\", \"SEV2\"]");
  REQUIRE(first.items.size() == 2);
  CHECK(first.items[0].run == "lead me");
  CHECK(first.items[1].keyword == "status page");
  CHECK(first.items[1].when == "\"shop\" in incident.services");
  CHECK(loaded.settings.checklists[1].stage == "resolved");
  CHECK(loaded.origin.at("checklists[0].items[1].keyword").ends_with(":9"));
  const std::string shown = config_show(loaded);
  CHECK_MESSAGE(shown.find("checklists:\n  - name: \"First minutes\"") != std::string::npos, shown);
  CHECK(shown.find("    items:\n      - text: \"Somebody leads\"") != std::string::npos);
  CHECK(shown.find("        run: \"lead me\"") != std::string::npos);
  CHECK(shown.find("      - text: \"The status page says it\"") != std::string::npos);
  CHECK(shown.find("  - name: \"After it\"") != std::string::npos);
  const Loaded again = load_text(shown);
  CHECK_MESSAGE(again.ok(), said_of(again));
  REQUIRE(again.shown.size() == loaded.shown.size());
  for (std::size_t i = 0; i < again.shown.size(); ++i) CHECK(again.shown[i].values == loaded.shown[i].values);
}

TEST_CASE("a wrong checklist is wrong where it stands") {
  struct Row {
    std::string text, said;
    int issues = 1;
  };
  const std::string letters(301, 'x');
  const Row rows[] = {
      {"checklists: [{name: First}]\n", "1:14 this entry of `checklists` lacks `items`"},
      {"checklists: [{name: First, items: []}]\n", "1:14 this checklist has no items"},
      {"checklists: [{name: A, items: [{text: b}]}, {name: a, items: [{text: b}]}]\n", "`a` stands twice"},
      {"checklists: [{name: A, stage: mitigatd, items: [{text: b}]}]\n",
       "reported, investigating, mitigated, resolved — mitigated"},
      {"checklists: [{name: A, when: 'incident.sevrity == \"SEV1\"', items: [{text: b}]}]\n",
       "1:30 the condition is wrong"},
      {list_with("run: lead me"), "4:9 this entry of `items` lacks `text`"},
      {list_with("{text: b, kyword: abc}"), "there is no setting `kyword` here"},
      {list_with("{text: " + letters + "}"), "4:16 this has 301 bytes — at most 300 bytes"},
      {list_with("{text: \"a\\nb\"}"), "4:16 this has several lines"},
      {list_with("{text: b, when: 'incident.severity'}"), "4:25 the condition is wrong"},
      {list_with("{text: b, run: laed me}"),
       "4:24 no command is called `laed` — a command as `help` lists them, without the prefix — lead"},
      {list_with("{text: b, run: 'severity'}"), "4:24 `severity` is no whole command"},
      {list_with("{text: b, run: 'checklist done 1'}"), "cannot run a checklist"},
      {list_with("{text: b, run: 'oncall shop'}"), "is no command of this version"},
      {list_with("{text: b, run: 'note token=ghp_0123456789abcdefghijklmnopqrstuvwxyzAB'}"), "must hold no secret"},
      {list_with("{text: b, keyword: " + letters + "}"), "4:28 this has 301 bytes — at most 100 bytes"},
      {list_with("{text: b, keyword: ok}"), "4:28 the keyword `ok` is too short"},
      {list_with("{text: b, keyword: Page}\n      - {text: c, keyword: page}"),
       "5:28 the keyword `page` ticks another item of this list, too — another word than in line 4"},
      {list_with("text"), "an entry of `items` holds named settings", 2},
  };
  for (const Row& row : rows) {
    const std::string said = said_of(load_text(row.text));
    CHECK_MESSAGE(said.find(row.said) != std::string::npos, row.text << "\n" << said);
    CHECK_MESSAGE(std::count(said.begin(), said.end(), '\n') == row.issues, said);
  }
}

TEST_CASE("more checklists or items than anybody reads are refused") {
  std::string many = "checklists:\n", long_one = "checklists:\n  - name: A\n    items:\n";
  for (int n = 1; n <= 21; ++n) many += "  - {name: L" + std::to_string(n) + ", items: [{text: b}]}\n";
  for (int n = 1; n <= 31; ++n) long_one += "      - text: b\n";
  CHECK(said_of(load_text(many)) == "22:5 21 checklists — at most 20\n");
  CHECK(said_of(load_text(long_one)) == "34:9 a checklist of 31 items — at most 30: split it\n");
}
