// A configuration written in the test.
#pragma once
#include <string>

#include "config/load.h"
#include "tests/support/temp_folder.h"

namespace muster::test {

inline Loaded load_text(const std::string& text, bool sandbox = false) {
  const TempFolder folder("config");
  folder.write("a.yaml", text);
  return load_config(folder.path(), sandbox);
}

// "line:column sentence", one a line.
inline std::string placed_issues(const Loaded& loaded) {
  std::string text;
  for (const ConfigIssue& issue : loaded.issues)
    text += std::to_string(issue.line) + ":" + std::to_string(issue.column) + " " + issue.message + "\n";
  return text;
}

}  // namespace muster::test
