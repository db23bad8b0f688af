#include "bot/memory.h"

#include <malloc.h>
#include <sys/mman.h>

#include <charconv>
#include <fstream>
#include <string>
#include <string_view>

namespace muster {
namespace {

constexpr int quiet_enough = 2;  // the writer lets go of its pages after one second
constexpr int busy_for = 20;     // ticks of work without a rest

// "55d0c0a00000-55d0c0e4f000 r-xp 00000000 fe:00 131 /usr/bin/muster": code that was mapped from a file.
struct MappedCode {
  std::uintptr_t from = 0, to = 0;
  explicit operator bool() const { return to > from; }
};

MappedCode mapped_code(std::string_view line) {
  MappedCode code;
  const char* const end = line.data() + line.size();
  const auto first = std::from_chars(line.data(), end, code.from, 16);
  if (first.ec != std::errc() || first.ptr == end) return {};
  const auto last = std::from_chars(first.ptr + 1, end, code.to, 16);
  if (last.ec != std::errc() || !std::string_view(last.ptr, end).starts_with(" r-xp ")) return {};
  return line.contains('/') ? code : MappedCode{};
}

// Most code that ran is code that starting or one rare command needed. Its pages are the file's own, unchanged: letting
// go of them costs nothing, and what is called again is mapped again from the page cache. Nothing that was written is
// touched: tables that the loader filled are not executable.
void let_go_of_code() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const MappedCode code = mapped_code(line);
    if (code) ::madvise(reinterpret_cast<void*>(code.from), code.to - code.from, MADV_DONTNEED);  // NOLINT
  }
}

}  // namespace

void tune_memory() {
  // Two heaps are enough for a loop and a writer; each further one keeps what it once needed.
  mallopt(M_ARENA_MAX, 2);
  // Fixed, because glibc raises it whenever a large block is freed, and then keeps such blocks.
  mallopt(M_MMAP_THRESHOLD, 256 << 10);
  // Not in the middle of the work: it comes back within milliseconds, page by page. The keeper trims the first heap
  // afterwards. The end of the second one is given back only here, when this much of it is free.
  mallopt(M_TRIM_THRESHOLD, 4 << 20);
}

// Whoever has something to do every second would never give anything back: what a start or a crowd needed once stays,
// and other threads' heaps keep their highest water. It costs a millisecond or two, mostly to map again what is used.
bool MemoryKeeper::tick(std::uint64_t work_done) {
  const bool quiet = work_done == last_;
  last_ = work_done;
  quiet_ticks_ = quiet ? quiet_ticks_ + 1 : 0;
  if (quiet_ticks_ <= quiet_enough) ++busy_ticks_;
  if (quiet_ticks_ != quiet_enough && busy_ticks_ < busy_for) return false;
  busy_ticks_ = 0;
  malloc_trim(0);
  let_go_of_code();
  return true;
}

}  // namespace muster
