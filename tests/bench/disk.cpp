// What one fsync costs on the disk that holds the data: the floor under everything that is durable.
#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>

#include "tests/bench/process.h"
#include "tests/bench/report.h"
#include "tests/bench/sections.h"
#include "tests/bench/servers.h"

namespace muster::bench {

Disk disk_section() {
  heading("The disk");
  const std::string path = fresh_folder("disk") + "/appended";
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) throw std::runtime_error("cannot write " + path);
  const std::string page(4096, 'x');
  std::vector<double> ms;
  const double start = now_ms();
  for (int i = 0; i < 1'000; ++i) {
    const double before = now_ms();
    if (::write(fd, page.data(), page.size()) < 0 || ::fdatasync(fd) != 0) throw std::runtime_error("fsync failed");
    ms.push_back(now_ms() - before);
  }
  const double rate = 1'000'000 / (now_ms() - start);
  ::close(fd);
  const Disk disk{quantile(ms, 0.5), quantile(ms, 0.99)};
  note("append 4 KB and fdatasync: " + number(rate) + "/s, p50 " + number(disk.fsync_p50_ms) + " ms, p99 " +
       number(disk.fsync_p99_ms) + " ms");
  return disk;
}

}  // namespace muster::bench
