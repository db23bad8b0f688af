// When memory is given back: after work, and now and then while there is no end of it.
#include "bot/memory.h"

#include <doctest/doctest.h>
#include <link.h>

#include <stdexcept>
#include <string>

using namespace muster;

namespace {

// How often memory is given back in so many seconds in which every `step`th brings work.
int given_back(MemoryKeeper& keeper, int seconds, int step) {
  static std::uint64_t work = 0;
  int times = 0;
  for (int i = 0; i < seconds; ++i) {
    if (step > 0 && i % step == 0) ++work;
    if (keeper.tick(work)) ++times;
  }
  return times;
}

// Reads a byte of each page of the program's code and of what lies beside it: what was let go of before is there again.
int touch_object(dl_phdr_info* object, std::size_t, void* sum) {
  for (std::size_t i = 0; i < object->dlpi_phnum; ++i) {
    const auto& part = object->dlpi_phdr[i];
    if (part.p_type != PT_LOAD || (part.p_flags & (PF_W | PF_R)) != PF_R) continue;
    const auto* bytes = reinterpret_cast<const volatile unsigned char*>(object->dlpi_addr + part.p_vaddr);
    for (std::size_t at = 0; at < part.p_memsz; at += 4096) *static_cast<std::size_t*>(sum) += bytes[at];
  }
  return 1;  // the first object is the program
}

}  // namespace

TEST_CASE("memory is given back when the work is over, and once more when what it left open is closed") {
  MemoryKeeper keeper;
  CHECK(given_back(keeper, 5, 1) == 0);
  CHECK(given_back(keeper, 30, 0) == 1);
  CHECK(given_back(keeper, 30, 0) == 1);
  CHECK(given_back(keeper, 600, 0) == 0);
}

TEST_CASE("who never rests gives memory back once, and again when more than the work needs has come") {
  std::size_t resident = 20u << 20;
  MemoryKeeper keeper([&] { return resident; });
  CHECK(given_back(keeper, 21, 1) == 1);
  resident = 12u << 20;
  CHECK(given_back(keeper, 20, 1) == 0);  // this much the work needs
  resident += 1u << 20;
  CHECK(given_back(keeper, 60, 2) == 0);  // a second without work is no rest
  resident += 1;
  CHECK(given_back(keeper, 20, 1) == 1);
  CHECK(given_back(keeper, 60, 1) == 0);
}

// Letting go must leave what was written: tables of the loader, the program's own values.
TEST_CASE("a program works on after its code was let go of") {
  MemoryKeeper keeper;
  static std::string kept = "kept";
  std::size_t sum = 0;
  ::dl_iterate_phdr(&touch_object, &sum);
  const std::size_t before = resident_bytes();
  CHECK(given_back(keeper, 61, 1) == 1);
  CHECK(resident_bytes() + (4u << 20) < before);  // of some ten that it has
  CHECK(kept == "kept");
  CHECK_THROWS(throw std::runtime_error("thrown, its tables read again"));
}
