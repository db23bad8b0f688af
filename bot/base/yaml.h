// YAML text -> plain nodes that know their place. Scalars stay text: the reader of a node decides what it means.
// Aliases, tags, several documents, and anything too deep or too large are refused. Any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/result.h"

namespace muster {

struct YamlMember;

struct YamlNode {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  std::string text;                 // of a scalar
  bool quoted = false;              // "true" in quotes is a word, not a flag
  int line = 0;                     // from 1
  int column = 0;                   // from 1
  std::vector<YamlNode> items;      // of a list
  std::vector<YamlMember> members;  // of a map, in the order of the file, no key twice

  const YamlNode* find(std::string_view key) const;  // null when absent
};

struct YamlMember {
  std::string key;
  int line = 0;  // of the key
  int column = 0;
  YamlNode value;
};

struct YamlProblem {
  enum class Kind { syntax, too_large, unsupported, duplicate };  // unsupported: anchors, tags, a second document
  int line = 0;
  int column = 0;
  std::string message;
  Kind kind = Kind::syntax;
};

// Everything that is wrong; after a syntax error the root holds nothing. Of duplicate keys the first stays.
struct YamlDocument {
  YamlNode root;
  std::vector<YamlProblem> problems;
};

inline constexpr std::size_t yaml_bytes_max = 1u << 20;  // a thousand services fit in a fifth of it
inline constexpr int yaml_depth_max = 32;                // configuration and runbooks nest less than ten
inline constexpr std::size_t yaml_nodes_max = 200'000;

YamlDocument read_yaml(std::string_view text);
Result<YamlNode> parse_yaml(std::string_view text);  // the first problem as the error, with line and column

}  // namespace muster
