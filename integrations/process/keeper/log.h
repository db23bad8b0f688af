// The log of a kept process: one file, turned when it is full. A full disk never reaches the process.
#pragma once
#include <cstddef>
#include <cstdint>

namespace muster::keeper {

struct Log {
  int pipe = -1;       // what the process writes
  int write_end = -1;  // its standard output and error; held, so that a restart can have it again
  int file = -1;
  std::uint64_t size = 0;
  std::uint64_t bytes_max = 1u << 20;
  int files = 3;  // kept beside the one that is written
};

bool open_log(Log& log);
void drain(Log& log, std::size_t most);
void note(Log& log, const char* text);  // a line of the keeper's own

}  // namespace muster::keeper
