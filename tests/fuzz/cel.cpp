// Any text as an expression: compiling, checking, evaluating and explaining must end, whatever it says.
#include "bot/cel/cel.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "bot/base/json.h"
#include "bot/cel/tagged.h"

namespace {

using namespace muster;

const Value& sample() {
  static const Value value = *parse_json(
      R"({"x":1,"y":2.5,"s":"text","l":[1,"a",null],"m":{"a":{"b":[1,2]},"c":"d"},"b":true,"n":null,"a.b":{"c":1}})");
  return value;
}

void evaluate_it(const cel::Program& program) {
  cel::Bindings with;
  with.bind_members(sample()).now(1'700'000'000'000);
  const auto value = cel::evaluate(program, with, 20'000);
  if (!value) {
    if (cel::with_caret(program.source(), value.error()).empty()) std::abort();
    return;
  }
  // What a value says as tagged JSON is read back as the same text.
  const Value tagged = cel::to_tagged(*value);
  const auto again = cel::from_tagged(tagged);
  if (!again || to_json(cel::to_tagged(*again)) != to_json(tagged)) std::abort();
  if (!cel::takes(program.type(), value->kind())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  cel::Options unchecked;
  unchecked.check = false;
  for (const cel::Options& options : {cel::Options{}, unchecked}) {
    const auto program = cel::compile(text, options);
    if (program)
      evaluate_it(*program);
    else if (cel::with_caret(text, program.error()).empty())
      std::abort();
  }
  return 0;
}
