#include "integrations/process/keeper/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "integrations/process/keeper/layout.h"
#include "integrations/process/layout.h"

namespace muster::keeper {
namespace {

using shim::folder_fd;

char chunk[16 << 10];

void name_of(char* out, std::size_t size, int turn) { std::snprintf(out, size, "%s.%d", log_file, turn); }

bool open_file(Log& log) {
  log.file = openat(folder_fd, log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  struct stat info {};
  if (log.file < 0 || fstat(log.file, &info) != 0) return false;
  log.size = static_cast<std::uint64_t>(info.st_size);
  return true;
}

void turn(Log& log) {
  char from[32], to[32];
  name_of(to, sizeof to, log.files);
  unlinkat(folder_fd, to, 0);
  for (int i = log.files - 1; i >= 1; --i) {
    name_of(from, sizeof from, i);
    name_of(to, sizeof to, i + 1);
    renameat(folder_fd, from, folder_fd, to);
  }
  name_of(to, sizeof to, 1);
  if (log.files > 0 ? renameat(folder_fd, log_file, folder_fd, to) != 0 : ftruncate(log.file, 0) != 0) return;
  if (log.files == 0) {
    log.size = 0;
    return;
  }
  const int old = log.file;
  if (open_file(log)) {
    close(old);
  } else {
    log.file = old;  // no descriptor, no disk: better into the turned one than nowhere
  }
}

void store(Log& log, const char* data, std::size_t size) {
  if (log.size + size > log.bytes_max) turn(log);
  if (log.size + size > log.bytes_max) return;  // it could not be turned: the bound holds all the same
  while (size > 0) {
    const ssize_t n = write(log.file, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // a full disk: the line is lost, the process is not
    log.size += static_cast<std::uint64_t>(n);
    data += n;
    size -= static_cast<std::size_t>(n);
  }
}

}  // namespace

bool open_log(Log& log) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  log.pipe = ends[0];
  log.write_end = ends[1];
  return fcntl(log.pipe, F_SETFL, O_NONBLOCK) == 0 && open_file(log);
}

void drain(Log& log, std::size_t most) {
  for (std::size_t done = 0; done < most;) {
    const ssize_t n = read(log.pipe, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    store(log, chunk, static_cast<std::size_t>(n));
    done += static_cast<std::size_t>(n);
  }
}

void note(Log& log, const char* text) { store(log, text, std::strlen(text)); }

}  // namespace muster::keeper
