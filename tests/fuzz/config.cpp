// A configuration file as somebody may write it: every mistake has a place and a sentence, none is fatal.
#include "bot/base/yaml.h"
#include "config/load.h"
#include "config/reader.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster;
  const std::string_view text = fuzz::text_of(data, size);
  const YamlDocument document = read_yaml(text);
  for (const YamlProblem& p : document.problems) fuzz::hold(!p.message.empty(), "a problem has a sentence");
  ConfigTree tree;
  Issues issues;
  read_config_text(text, "fuzz.yaml", tree, issues);
  for (const ConfigIssue& i : issues) {
    fuzz::hold(!i.message.empty() && i.line >= 0 && i.column >= 0, "an issue has a place and a sentence");
    fuzz::hold(!format_issue(i).empty(), "an issue can be printed");
  }
  return 0;
}
