// What is to be done next so that what runs becomes what should run. A pure function: everything it knows is told.
#pragma once
#include <string>
#include <vector>

#include "integrations/targets/local/desired.h"

namespace muster::local {

enum class Phase {
  starting,  // not yet well
  ready,     // has been well
  failed,    // will not become well by itself
  leaving,   // told to end
};

struct Seen {
  std::string id;
  std::string version;
  std::int64_t generation = 0;
  Phase phase = Phase::starting;
  std::int64_t number = 0;  // counts up: the newest has the highest
};

struct Moves {
  int start = 0;       // of the version
  int start_part = 0;  // of the other one, of a stage
  std::vector<std::string> stop;
  std::vector<std::string> failed;  // of those that should run
  bool all_there = false;           // as many as there should be, nothing else, none leaving
  bool all_ready = false;           // and every one of them has been well
};

// New ones come first and old ones go when new ones are ready, one over the number at a time.
Moves next_moves(const Wanted& wanted, const std::vector<Seen>& seen);

}  // namespace muster::local
