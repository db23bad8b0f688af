// Runbooks as they are written: what is read, and what is said about what cannot be read.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "runbooks/model.h"
#include "runbooks/values.h"

namespace {

using namespace muster;
using namespace muster::runbooks;

std::string file_text(const std::string& name) {
  std::ifstream in(std::string(MUSTER_SOURCE_DIR) + "/tests/data/runbooks/" + name);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string said(const std::vector<Finding>& findings) {
  std::string out;
  for (const Finding& f : findings)
    out += std::to_string(f.place.line) + ":" + std::to_string(f.place.column) + " " + f.code + " " + f.message +
           " | " + f.advice + "\n";
  return out;
}

}  // namespace

TEST_CASE("the example of the language loads without a finding, and says what it holds") {
  const LoadedRunbook loaded = load_runbook(file_text("api-saturation.yaml"), "api-saturation.yaml");
  REQUIRE_MESSAGE(loaded.runbook, said(loaded.findings));
  const Runbook& book = *loaded.runbook;
  CHECK(book.name == "api-saturation");
  CHECK(book.inputs.size() == 4);
  CHECK(book.guard.cooldown_ms == 30 * minute_ms);
  CHECK(book.guard.limit_change == 0.5);
  CHECK(book.triggers[0].automatic);
  CHECK(book.steps.size() == 7);
  CHECK(book.steps[1].steps[1].effect == Effect::read);
  CHECK(book.steps[1].steps[1].path == "1.1");
  CHECK(book.steps[5].undo.kind == Undo::Kind::automatic);
  CHECK(book.steps[6].until);
  CHECK(book.on_failure[0].verb == "undo");
  CHECK(book.finally[0].arguments.find("text"));
}

TEST_CASE("what a person types for a list is a list, written with commas or as JSON") {
  Input list;
  list.name = "hosts", list.type = "list", list.item_type = "int", list.max = 3;
  const auto typed = [&](const std::string& text) { return fit_input(list, value_typed(list, text)); };
  CHECK(*typed("1, 2,3") == Value(Value::List{1, 2, 3}));
  CHECK(*typed("[1, 2]") == Value(Value::List{1, 2}));
  CHECK(*typed("7") == Value(Value::List{7}));
  CHECK(*typed("") == Value(Value::List{}));
  CHECK_FALSE(typed("1,2,3,4"));
  CHECK_FALSE(typed("1,b"));
  CHECK(typed("[1, 2").error().message.find("write a,b,c") != std::string::npos);
  list.item_type = "string";
  CHECK(*typed("db-1,\u00e4, c d") == Value(Value::List{"db-1", "\u00e4", "c d"}));
}
