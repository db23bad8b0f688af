// `make bench`: every figure of the specification, measured in one run, as a ratio beside its absolute numbers.
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <string_view>

#include "tests/bench/process.h"
#include "tests/bench/report.h"
#include "tests/bench/sections.h"
#include "tests/bench/servers.h"

namespace {

using namespace muster::bench;

bool wanted(int argc, char** argv, std::string_view name) {
  for (int i = 1; i < argc; ++i) {
    if (argv[i] == name) return true;
  }
  return argc == 1;
}

void machine() {
  utsname name{};
  ::uname(&name);
  std::printf("muster_bench on %s %s, %ld processors; data in %s\n", name.sysname, name.release,
              ::sysconf(_SC_NPROCESSORS_ONLN), (own_folder() + "/bench-data").c_str());
}

// A section that cannot be measured is told as such; the others go on.
void run(const char* name, const std::function<void()>& section) {
  try {
    section();
  } catch (const std::exception& e) {
    skipped(name, std::string("it broke: ") + e.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "bare") return bare_main();
  if (argc > 1 && std::string_view(argv[1]) == "--help") {
    std::puts(
        "muster_bench [ingest] [alertmanager] [room] [platforms] [footprint] [timeline] [runbooks] [changes]\n"
        "  without a name: all of these. `people` (twenty minutes) and `plain` (platforms\n"
        "  without TLS) run only by their names, and `order`, which measures nothing.");
    return 0;
  }
  machine();
  Disk disk;
  run("disk", [&] { disk = disk_section(); });
  if (wanted(argc, argv, "ingest")) run("ingest", ingest_section);
  if (wanted(argc, argv, "alertmanager")) run("alertmanager", alertmanager_section);
  if (wanted(argc, argv, "room")) run("room", [&] { room_section(disk); });
  if (wanted(argc, argv, "platforms")) run("platforms", [&] { platforms_section(disk); });
  if (argc > 1 && wanted(argc, argv, "plain")) run("plain", [&] { plain_section(disk); });
  if (argc > 1 && wanted(argc, argv, "order")) run("order", order_section);
  if (argc > 1 && wanted(argc, argv, "people")) run("people", people_section);
  if (wanted(argc, argv, "footprint")) run("footprint", footprint_section);
  if (wanted(argc, argv, "timeline")) run("timeline", timeline_section);
  if (wanted(argc, argv, "runbooks")) run("runbooks", runbooks_section);
  if (wanted(argc, argv, "changes")) run("changes", [&] { changes_section(disk); });
  std::filesystem::remove_all(own_folder() + "/bench-data");
  return summary();
}
