// One stream of the command: what it writes goes to a file up to a limit, then into a ring of the last 64 KiB. A full
// disk never reaches the command: what cannot be stored is counted.
#pragma once
#include <cstddef>
#include <cstdint>

namespace muster::shim {

struct Sink {
  int pipe = -1;
  int file = -1;
  int tail = -1;
  const char* tail_name = nullptr;
  std::uint64_t file_max = 0;
  std::uint64_t total = 0;
  std::uint64_t kept = 0;  // in the file
  std::uint64_t ring = 0;  // went through the ring
  int trouble = 0;         // errno of the first write that failed
  bool ring_broken = false;
  bool eof = false;
};

// False: no file or no pipe to be had. `write_end` is the command's.
bool open_sink(Sink& sink, const char* name, const char* tail_name, std::uint64_t file_max, int& write_end);
// Reads what is there, at most `most` bytes.
void drain(Sink& sink, std::size_t most);

}  // namespace muster::shim
