// YAML nodes -> cells checked one by one against the table. What a value means together with others is bind.h's.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/yaml.h"
#include "config/load.h"
#include "config/schema.h"

namespace muster {

struct ConfigPlace {
  std::string file;  // empty: a default
  int line = 0;
  int column = 0;
};

struct ConfigCell {
  std::vector<std::string> values;
  std::vector<ConfigPlace> places;  // one per value
  ConfigPlace place;
};

struct ConfigRecord {
  ConfigPlace place;
  std::map<std::string, ConfigCell> cells;                      // by the leaf name
  std::map<std::string, std::vector<ConfigRecord>> lists = {};  // of entries inside of it, by the leaf name
};

struct ConfigTree {
  std::map<std::string, ConfigCell> values;                // by path
  std::map<std::string, std::vector<ConfigRecord>> lists;  // by path, "people[]"
};

using Issues = std::vector<ConfigIssue>;

ConfigIssue issue_at(const ConfigPlace& place, std::string message, std::string expected = {},
                     std::string nearest = {});
// Adds what the text says to the tree; lists grow. `file` is empty for the defaults.
void read_config_text(std::string_view text, const std::string& file, ConfigTree& tree, Issues& issues);

}  // namespace muster
