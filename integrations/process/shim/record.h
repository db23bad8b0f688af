// Small text records that appear whole or not at all: `key words…` a line.
#pragma once
#include <cstddef>
#include <cstdint>

namespace muster::shim {

struct Text {
  char bytes[2048];
  std::size_t size = 0;

  void add(const char* s);
  void add(std::int64_t n);
  void line(const char* key, std::int64_t n);
};

// Room on the disk for a record, taken before there is anything to say: a disk that fills up later cannot refuse it.
int reserve_record(const char* temporary);
// Written, flushed, renamed, and the folder flushed. False: errno says why; it can be tried again.
bool write_record(int fd, const char* temporary, const char* name, const Text& text);

std::int64_t wall_ms();
std::int64_t boot_ms();  // goes on while the machine sleeps; nobody can set it

}  // namespace muster::shim
