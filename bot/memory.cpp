#include "bot/memory.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <fstream>

namespace muster {
namespace {

constexpr int quiet_enough = 2;  // the writer lets go of its pages after one second
constexpr int long_quiet = 40;   // what the work left open has been closed by now: connections, replies
constexpr int busy_for = 20;     // ticks of work without a rest
constexpr std::size_t worth_it = 1u << 20;

// What a file gives to a program and nobody writes: its code, and beside it the tables and texts that only loading it
// needed. Tables that the loader fills lie in parts that may be written.
int let_go_of_object(dl_phdr_info* object, std::size_t, void*) {
  for (std::size_t i = 0; i < object->dlpi_phnum; ++i) {
    const auto& part = object->dlpi_phdr[i];
    if (part.p_type != PT_LOAD || (part.p_flags & PF_W) != 0) continue;
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const std::uintptr_t from = (object->dlpi_addr + part.p_vaddr) & ~(page - 1);
    const std::uintptr_t to = (object->dlpi_addr + part.p_vaddr + part.p_memsz + page - 1) & ~(page - 1);
    ::madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);  // NOLINT
  }
  return 0;
}

// Most code that ran is code that starting or one rare command needed. Its pages are the file's own, unchanged: letting
// go of them costs nothing, and what is called again is mapped again from the page cache.
void let_go_of_code() { ::dl_iterate_phdr(&let_go_of_object, nullptr); }

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

// The second number of statm counts pages.
std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t mapped = 0, resident = 0;
  statm >> mapped >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// Whoever has something to do every second would never give anything back: what a start or a crowd needed once stays,
// and other threads' heaps keep their highest water. It costs a millisecond or two, mostly to map again what is used:
// whoever comes next waits for that, so it is done again only when something has come on top of what the work needs.
bool MemoryKeeper::tick(std::uint64_t work_done) {
  const bool quiet = work_done == last_;
  last_ = work_done;
  quiet_ticks_ = quiet ? quiet_ticks_ + 1 : 0;
  if (quiet_ticks_ <= quiet_enough) ++busy_ticks_;
  const bool over = quiet_ticks_ == quiet_enough || quiet_ticks_ == long_quiet;
  if (!over && busy_ticks_ < busy_for) return false;
  busy_ticks_ = 0;
  if (!over && is_settled()) return false;
  malloc_trim(0);
  let_go_of_code();
  given_back_ = true;
  settled_ = 0;
  return true;
}

bool MemoryKeeper::is_settled() {
  const std::size_t now = resident_();
  if (settled_ == 0 && given_back_) settled_ = now;
  return settled_ != 0 && now <= settled_ + worth_it;
}

}  // namespace muster
