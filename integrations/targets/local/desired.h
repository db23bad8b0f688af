// What should run, as it lies on the disk. Replacing the file is the change itself: it holds the run that asked for it,
// so that nobody has to guess afterwards whether it was made.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/result.h"

namespace muster::local {

struct Wanted {
  std::string version;
  int replicas = 0;
  std::int64_t generation = 0;    // a restart makes a new one
  std::string part_version = {};  // a stage: another version beside it; empty: none
  int part = 0;                   // so many processes of that
  bool beside = false;            // they come on top of `replicas`; otherwise they are some of them
  int of_version() const { return beside ? replicas : replicas - part; }
  int in_all() const { return beside ? replicas + part : replicas; }
  bool operator==(const Wanted&) const = default;
};

enum class Stage {
  settled,    // nothing is going on
  rolling,    // towards `wanted`
  returning,  // it did not work: back to what was there before, which `wanted` is again
};

struct Change {
  std::string run;
  std::string verb;
  std::string version;
  int replicas = 0;
  TimeMs at = 0;
  std::string by;
  std::string outcome;  // going, succeeded, failed, cancelled
  std::string note;     // why it failed
  bool part = false;    // a stage
};

struct Desired {
  std::string service, environment;  // whose: a target that is given to another must not take its processes for its own
  Wanted wanted;
  Wanted before;  // while something is going on: what it goes back to
  std::string previous_version, previous_before;
  std::int64_t revision = 0;  // one more with every change
  Stage stage = Stage::settled;
  TimeMs deadline = 0;
  std::string outcome;  // returning: what is said in the end (failed, cancelled), and why
  std::string why;
  std::vector<Change> history;  // newest first
};

inline constexpr std::size_t history_max = 50;

// Nothing: there is no such file yet. An error: there is one, and it cannot be read.
Result<std::optional<Desired>> read_desired(const std::string& path);
// Whole or not at all, and on the disk when it returns.
Result<void> write_desired(const std::string& path, const Desired& desired);

}  // namespace muster::local
