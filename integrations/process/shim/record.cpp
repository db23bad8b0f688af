#include "integrations/process/shim/record.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "integrations/process/layout.h"

namespace muster::shim {
namespace {

std::int64_t read_clock(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1000 + t.tv_nsec / 1'000'000;
}

}  // namespace

void Text::add(const char* s) {
  const std::size_t n = std::strlen(s);
  if (size + n > sizeof bytes) return;
  std::memcpy(bytes + size, s, n);
  size += n;
}

void Text::add(std::int64_t n) {
  char digits[24];
  char* at = digits + sizeof digits;
  *--at = '\0';
  std::uint64_t rest = n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);
  do *--at = static_cast<char>('0' + rest % 10);
  while ((rest /= 10) != 0);
  if (n < 0) *--at = '-';
  add(at);
}

void Text::line(const char* key, std::int64_t n) {
  add(key);
  add(" ");
  add(n);
  add("\n");
}

int reserve_record(const char* temporary) {
  const int fd = openat(folder_fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return -1;
  // Real zeros, not fallocate: they hold on every file system, and a record is smaller than a block.
  static const char zeros[sizeof(Text::bytes)] = {};
  if (pwrite(fd, zeros, sizeof zeros, 0) == static_cast<ssize_t>(sizeof zeros) && fsync(fd) == 0) return fd;
  close(fd);
  unlinkat(folder_fd, temporary, 0);
  return -1;
}

bool write_record(int fd, const char* temporary, const char* name, const Text& text) {
  if (pwrite(fd, text.bytes, text.size, 0) != static_cast<ssize_t>(text.size)) return false;
  if (ftruncate(fd, static_cast<off_t>(text.size)) != 0 || fsync(fd) != 0) return false;
  if (renameat(folder_fd, temporary, folder_fd, name) != 0) return false;
  // So that the name survives a power cut. The record is in place: a folder that cannot be flushed does not undo it.
  fsync(folder_fd);
  return true;
}

std::int64_t wall_ms() { return read_clock(CLOCK_REALTIME); }
std::int64_t boot_ms() { return read_clock(CLOCK_BOOTTIME); }

}  // namespace muster::shim
