// An expression as a tree in one vector. The parser fills it, resolve() gives the names their meaning.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "bot/cel/problem.h"
#include "bot/cel/value.h"

namespace muster::cel {

struct Function;

enum class Op : std::uint8_t {
  constant,
  name,    // a variable of the bindings; `words` are its candidates from the longest on, kids are empty
  local,   // a variable of a loop or cel.bind: `slot`
  select,  // kid.text
  has,     // has(kid.text)
  index,   // kid[kid]
  call,    // text(kids…), or kid.text(kids…) when `member`
  both,    // kid && kid && …
  either,  // kid || kid || …
  choose,  // kid ? kid : kid
  list,
  map,      // kids: key, value, key, value, …
  message,  // text{words[i]: kid i, …}
  loop,     // a macro over a list or map: `loop`
  bind,     // cel.bind(name, kid, kid): `slot`
  fallback  // default(kid, kid)
};

enum class LoopKind : std::uint8_t { all, exists, exists_one, collect, keep, collect_map, collect_entries };

using NodeId = std::uint32_t;

struct Node {
  Op op = Op::constant;
  bool member = false;
  LoopKind loop = LoopKind::all;
  bool filtered = false;   // of a loop: kids are range, filter, body instead of range, body
  bool two_names = false;  // of a loop: index or key, and item
  std::uint16_t depth = 1;
  std::uint32_t slot = 0;
  std::size_t at = 0;  // byte offset in the source
  std::vector<NodeId> kids;
  std::string text;
  std::vector<std::string> words;
  Val constant;
  const Function* function = nullptr;
};

struct Tree {
  std::vector<Node> nodes;
  NodeId root = 0;
  std::uint32_t slots = 0;  // how many local variables there are at once
  const Node& operator[](NodeId id) const { return nodes[id]; }
  Node& operator[](NodeId id) { return nodes[id]; }
};

inline constexpr std::size_t source_bytes_max = 64u << 10;  // a page of conditions is a tenth of it
inline constexpr int nesting_max = 250;     // a parenthesis is two levels; the standard asks for 32 of them
inline constexpr int tree_depth_max = 600;  // also of long rows such as a + b + c + …

Checked<Tree> parse(std::string_view source);

// a.b.c as words when the node is a name or fields of a name; empty otherwise. A leading dot stays on the first.
std::vector<std::string> dotted_name(const Tree& tree, NodeId id);
std::string joined_name(const std::vector<std::string>& words);

}  // namespace muster::cel
