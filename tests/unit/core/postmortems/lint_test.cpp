#include "bot/core/postmortems/lint.h"

#include <doctest/doctest.h>

#include <fstream>
#include <set>

#include "bot/core/postmortems/roster.h"
#include "sample.h"

using namespace muster;

namespace {

std::vector<Value> lines_of(const std::string& name) {
  std::ifstream in(std::string(MUSTER_SOURCE_DIR) + "/tests/data/" + name);
  std::vector<Value> out;
  for (std::string line; std::getline(in, line);) out.push_back(parse_json(line).value());
  REQUIRE_FALSE(out.empty());
  return out;
}

Roster sample_roster() {
  ReportOptions o;
  o.roster = {{"u1", "jisoo.kim", "Jisoo Kim"},       {"u2", "marco.rossi", "Marco Rossi"},
              {"u3", "tomas.novak", "Tomas Novak"},   {"u4", "aylin.demir", "Aylin Demir"},
              {"u5", "lena.fischer", "Lena Fischer"}, {"u6", "hana.park", "박하나"},
              {"u7", "yuna.choi", "최유나"},          {"u8", "js.kim", "김지수"}};
  return Roster({}, {}, {}, o);
}

std::vector<WordingFinding> findings(const std::string& text, std::string_view section = {}) {
  static const Roster roster = sample_roster();
  return wording_findings(roster.mask(wording_form(text)), section);
}

std::string ids(const std::vector<WordingFinding>& found) {
  std::string out;
  for (const WordingFinding& f : found) out += (out.empty() ? "" : " ") + std::string(f.rule);
  return out;
}

std::string ids_of(const Value& list) {
  std::string out;
  for (const Value& v : list.as_list()) out += (out.empty() ? "" : " ") + v.as_string();
  return out;
}

}  // namespace

TEST_CASE("every wording rule finds its example and nothing finds the counterexample") {
  std::set<std::string> seen;
  for (const Value& rule : lines_of("wording_rules.jsonl")) {
    const std::string& id = rule["id"].as_string();
    INFO(id, ": ", rule["hit"].as_string(), " / ", rule["miss"].as_string());
    bool hit = false;
    for (const WordingFinding& f : findings(rule["hit"].as_string())) {
      hit = hit || f.rule == id;
      CHECK_FALSE(f.why.empty());
      CHECK_FALSE(f.rewrite.empty());
      if (f.rule != id) continue;
      CHECK((f.level == WordingLevel::error  ? "error"
             : f.level == WordingLevel::warn ? "warn"
                                             : "info") == rule["level"].as_string());
    }
    CHECK(hit);
    CHECK(ids(findings(rule["miss"].as_string())).empty());
    seen.insert(id);
  }
  CHECK(seen.size() == 25);
}

TEST_CASE("the sentences of the field give exactly the findings wanted") {
  for (const Value& s : lines_of("wording_sentences.jsonl")) {
    INFO(s["text"].as_string());
    CHECK(ids(findings(s["text"].as_string())) == ids_of(s["want"]));
  }
}

TEST_CASE("a finding names the bytes it is about") {
  const std::string text = "결제: the reviewer should have asked.";
  const auto found = findings(text);
  REQUIRE(found.size() == 1);
  CHECK(text.substr(found[0].begin, found[0].end - found[0].begin) == "should have asked");
}

TEST_CASE("decomposed Korean is read like composed Korean") {
  // 실수 in single Hangul letters, as some systems type it
  CHECK(ids(findings("\u1109\u1175\u11AF\u1109\u116E\u1105\u1169 \u1111")) == "KL01");
}

TEST_CASE("quoted lines, code, links and file names are evidence, not wording") {
  CHECK(ids(findings("> human error, said the mail")).empty());
  CHECK(ids(findings("`human error` is a metric")).empty());
  CHECK(ids(findings("```\nhuman error\n``` was printed")).empty());
  CHECK(ids(findings("see https://wiki.example/human-error and /var/careless.log")).empty());
  CHECK(ids(findings("an open ` is no quote: human error")) == "BL03");
}

TEST_CASE("a counterfactual is welcome where we got lucky, and only there") {
  const std::string text = "It would have been worse on a Monday.";
  CHECK(ids(findings(text)) == "BL02");
  CHECK(ids(findings(text, "luck")).empty());
  CHECK(ids(findings(text, "difficult")) == "BL02");
}

TEST_CASE("lint-ok with a reason excuses one rule on its line or the next") {
  CHECK(ids(findings("<!-- lint-ok BL03: quoting the vendor -->\nIt was human error.")).empty());
  CHECK(ids(findings("It was human error. <!-- lint-ok BL03: quoting the vendor -->")).empty());
  CHECK(ids(findings("It was human error. <!-- lint-ok BL03: -->")) == "BL03");
  CHECK(ids(findings("It was human error. <!-- lint-ok BL06: other rule -->")) == "BL03");
  CHECK(ids(findings("<!-- lint-ok BL03: too far -->\n\n\nIt was human error.")) == "BL03");
}

TEST_CASE("only errors hold text back") {
  CHECK(holds_back(findings("It was human error.")));
  CHECK_FALSE(holds_back(findings("The root cause was the release.")));
  CHECK_FALSE(holds_back(findings("Obviously the limit was too low.")));
}
