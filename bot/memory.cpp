#include "bot/memory.h"

#include <malloc.h>

namespace muster {
namespace {

constexpr int quiet_enough = 2;  // the writer lets go of its pages after one second

}  // namespace

void tune_memory() {
  // Two heaps are enough for a loop and a writer; each further one keeps what it once needed.
  mallopt(M_ARENA_MAX, 2);
  // Fixed, because glibc raises it whenever a large block is freed, and then keeps such blocks.
  mallopt(M_MMAP_THRESHOLD, 256 << 10);
  // Not in the middle of the work: it comes back within milliseconds, page by page. The keeper trims afterwards.
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

void MemoryKeeper::tick(std::uint64_t work_done) {
  quiet_ticks_ = work_done == last_ ? quiet_ticks_ + 1 : 0;
  last_ = work_done;
  if (quiet_ticks_ == quiet_enough) malloc_trim(0);
}

}  // namespace muster
