// What compiling makes. Inside of bot/cel only.
#pragma once
#include <string>
#include <vector>

#include "bot/cel/cel.h"
#include "bot/cel/functions.h"
#include "bot/cel/tree.h"

namespace muster::cel {

struct Compiled {
  std::string source;
  Tree tree;
  std::vector<Reference> references;
  Type type;
};

// A mistake ends a pass from wherever it is found; compile() catches it.
struct Mistake {
  Problem problem;
};

// Gives names, functions and macros their meaning.
void resolve(Compiled& program, const Options& options);
// The type of the whole, or a Mistake.
Type check(const Compiled& program, const Options& options);
// What a name may stand for, the most specific first: container a.b makes a.b.x, a.x, x.
std::vector<std::string> candidates(const std::string& container, const std::string& name);

}  // namespace muster::cel
