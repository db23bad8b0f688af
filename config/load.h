// The configuration folder -> Settings, with every mistake at once. Reads files and environment variables;
// any thread; no state.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/settings.h"

namespace muster {

struct ConfigIssue {
  std::string file;  // empty: about the folder or the environment as a whole
  int line = 0;      // from 1; 0 when it is about no line
  int column = 0;
  std::string message;
  std::string expected;    // what to write instead, may be empty
  std::string nearest;     // the nearest valid name, may be empty
  bool of_secret = false;  // what it refers to is not there: the environment's fault, not the file's
};

// One value as `config show` prints it: a secret is its reference, never its value.
struct ShownValue {
  std::string path;  // "listen", "people[0].zone"
  std::vector<std::string> values;
  bool list = false;
};

struct Loaded {
  Settings settings;  // use it only when there are no issues
  std::vector<ConfigIssue> issues;
  std::map<std::string, std::string> origin;  // path -> "default" or file:line
  std::vector<ShownValue> shown;              // in the order of the schema
  bool ok() const { return issues.empty(); }
};

// Every *.yaml of the folder (not of its subfolders), layered over the compiled-in defaults. An empty name means
// the defaults alone. A list given in the folder replaces the default list; lists of several files are joined in
// the order of the files' names; the same single value in two files is an error. In a sandbox (asked for here or
// by `sandbox: true`) the sample people and services stand in for the ones that the folder does not name.
Loaded load_config(const std::string& folder, bool sandbox = false);

std::string format_issue(const ConfigIssue& issue);  // file:line:column: message (expected …; did you mean …?)

// All three come from the table that the loader itself reads.
std::string config_json_schema();
std::string config_reference_markdown();
std::string config_show(const Loaded& loaded);

}  // namespace muster
