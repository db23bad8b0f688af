// What is made from a runbook or from the tables: picture, text, schema, reference.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "bot/base/json.h"
#include "runbooks/graph.h"
#include "runbooks/lint.h"
#include "runbooks/verbs.h"

namespace {

using namespace muster;
using namespace muster::runbooks;

std::string file_text(const std::string& path) {
  std::ifstream in(std::string(MUSTER_SOURCE_DIR) + "/" + path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

// MUSTER_REWRITE=1 writes the file anew; read it then.
void same_as_file(const std::string& made, const std::string& path) {
  if (std::getenv("MUSTER_REWRITE") != nullptr) std::ofstream(std::string(MUSTER_SOURCE_DIR) + "/" + path) << made;
  CHECK_MESSAGE(made == file_text(path), path << " is not what is made now");
}

std::shared_ptr<const Runbook> loaded(const std::string& text) {
  const LoadedRunbook book = load_runbook(text, "x.yaml");
  REQUIRE_MESSAGE(book.runbook, text << (book.findings.empty() ? "" : book.findings[0].message));
  return book.runbook;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("the example of every verb is a step that loads") {
  CHECK(verbs().size() == 23);
  for (const Verb& verb : verbs()) {
    CAPTURE(verb.name);
    const bool undo = verb.name == "undo";
    const std::string text = std::string("runbook: x\nsteps: [{message: hi}]\n") +
                             (undo ? "on_failure:\n" : "finally:\n") + "  - " + std::string(verb.example) + "\n";
    const std::string in_steps = "runbook: x\nsteps:\n  - " + std::string(verb.example) + "\n";
    const LoadedRunbook book = load_runbook(undo ? text : in_steps, "x.yaml");
    CHECK_MESSAGE(book.runbook, (book.findings.empty() ? "" : book.findings[0].message));
  }
}

TEST_CASE("the picture holds every step once, and no text of it is markup") {
  const auto book = loaded(file_text("tests/data/runbooks/api-saturation.yaml"));
  const std::string svg = graph_svg(*book);
  CHECK(count(svg, "class=\"b\"") == 7 + 2 + 2 + 1);
  CHECK(svg.find("Wait until latency is good for two minutes") != svg.npos);
  CHECK(svg.find("prefers-color-scheme:dark") != svg.npos);
  CHECK(count(svg, "http") == 1);  // the name space; nothing is fetched
  const auto hostile = loaded(
      "runbook: x\nsummary: '</title><script>alert(1)</script>'\nsteps:\n  - say: '<b onload=\"x\">&'\n"
      "    query: up\n");
  const std::string safe = graph_svg(*hostile);
  CHECK(safe.find("<script") == safe.npos);
  CHECK(safe.find("<b ") == safe.npos);
  CHECK(safe.find("&lt;b onload=&quot;x&quot;&gt;&amp;") != safe.npos);
}

TEST_CASE("a runbook is told as text") {
  const auto book = loaded(file_text("tests/data/runbooks/api-saturation.yaml"));
  const std::string text = show_text(*book);
  same_as_file(text, "tests/data/runbooks/api-saturation.show");
}

TEST_CASE("the schema for editors is the shipped file, and knows every key") {
  const std::string schema = runbook_json_schema();
  same_as_file(schema, "config/runbook.schema.json");
  const auto json = parse_json(schema);
  REQUIRE(json);
  CHECK((*json)["properties"].as_map().size() == 11);
  CHECK((*json)["$defs"]["step"]["properties"].as_map().size() == 23 - 1 + 10);
}

TEST_CASE("the reference of docs/runbooks.md comes from the tables") {
  const std::string docs = file_text("docs/runbooks.md");
  const std::string begin = "<!-- from here on made by: muster runbook reference -->\n";
  const std::size_t at = docs.find(begin);
  REQUIRE(at != docs.npos);
  same_as_file(docs.substr(0, at + begin.size()) + reference_markdown(), "docs/runbooks.md");
}

TEST_CASE("the runbooks that docs/runbooks.md shows have no findings") {
  const std::string docs = file_text("docs/runbooks.md");
  std::size_t shown = 0;
  for (std::size_t at = docs.find("```yaml\nrunbook:"); at != docs.npos; at = docs.find("```yaml\nrunbook:", at + 1)) {
    const std::string text = docs.substr(at + 8, docs.find("```", at + 8) - at - 8);
    const auto findings = load_and_lint(text, "docs").findings;
    CHECK_MESSAGE(findings.empty(), text << findings[0].message);
    ++shown;
  }
  CHECK(shown >= 2);
}
