// A runbook as somebody may write it: every mistake has a place, a code and a sentence; what loads can be linted,
// told and drawn.
#include <string>

#include "bot/base/text.h"
#include "runbooks/graph.h"
#include "runbooks/lint.h"
#include "runbooks/render.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace muster;
using namespace muster::runbooks;

void check_findings(const std::vector<Finding>& findings, std::string_view text) {
  for (const Finding& f : findings) {
    fuzz::hold(f.place.line >= 1 && f.place.column >= 1, "a finding has a place");
    fuzz::hold(f.code.starts_with("RB") && !f.message.empty(), "a finding has a code and a sentence");
    fuzz::hold(is_utf8(format_finding(f, text, "fuzz.yaml")), "a finding can be printed");
  }
}

// Whatever a step is given, rendering it ends, and no value makes a secret.
void render_all(const Runbook& book, std::string_view text) {
  const Value inputs = Value::Map{};
  const Value hostile = Value(text.substr(0, 200));
  const Renderer renderer(book, inputs, [&](const cel::Program& program) {
    cel::Bindings with;
    for (const std::string& name : program.names())
      if (name != "inputs" && name != "secret") with.bind(name, hostile);
    return with;
  });
  for (const Step& s : book.steps) {
    const auto arguments = renderer.arguments(s);
    if (!arguments) fuzz::hold(!arguments.error().message.empty(), "a refusal has a sentence");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const LoadedRunbook loaded = load_runbook(text, "fuzz.yaml");
  check_findings(loaded.findings, text);
  fuzz::hold((loaded.runbook == nullptr) == has_errors(loaded.findings), "it loads, or says why not");
  if (!loaded.runbook) return 0;
  check_findings(lint_runbook(*loaded.runbook), text);
  fuzz::hold(!show_text(*loaded.runbook).empty(), "it can be told");
  fuzz::hold(is_utf8(graph_svg(*loaded.runbook)), "it can be drawn");
  render_all(*loaded.runbook, text);
  return 0;
}
