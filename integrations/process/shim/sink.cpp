#include "integrations/process/shim/sink.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "integrations/process/layout.h"

namespace muster::shim {
namespace {

char chunk[64 << 10];

// How much of it could be written.
std::size_t write_all(int fd, const char* data, std::size_t size, int& trouble) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n = write(fd, data + done, size - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      trouble = n < 0 ? errno : EIO;
      break;
    }
    done += static_cast<std::size_t>(n);
  }
  return done;
}

bool put(int fd, const void* data, std::size_t size, std::uint64_t at) {
  return pwrite(fd, data, size, static_cast<off_t>(at)) == static_cast<ssize_t>(size);
}

void to_ring(Sink& sink, const char* data, std::size_t size) {
  if (sink.tail < 0 && !sink.ring_broken) {
    sink.tail = openat(folder_fd, sink.tail_name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    sink.ring_broken = sink.tail < 0;
  }
  if (sink.ring_broken) return;
  const std::uint64_t at = sink.ring % tail_bytes;
  const std::size_t first = size < tail_bytes - at ? size : static_cast<std::size_t>(tail_bytes - at);
  const std::uint64_t count = sink.ring + size;
  if (put(sink.tail, data, first, at) && (first == size || put(sink.tail, data + first, size - first, 0)) &&
      put(sink.tail, &count, sizeof count, tail_bytes)) {
    sink.ring = count;
    return;
  }
  // Half-written: nothing in it can be trusted any more.
  if (sink.trouble == 0) sink.trouble = errno;
  sink.ring_broken = true;
  sink.ring = 0;
}

void store(Sink& sink, const char* data, std::size_t size) {
  sink.total += size;
  std::size_t done = 0;
  if (sink.trouble == 0 && sink.kept < sink.file_max) {
    const std::uint64_t room = sink.file_max - sink.kept;
    done = write_all(sink.file, data, size < room ? size : static_cast<std::size_t>(room), sink.trouble);
    sink.kept += done;
  }
  if (done < size) to_ring(sink, data + done, size - done);
}

}  // namespace

bool open_sink(Sink& sink, const char* name, const char* tail_name, std::uint64_t file_max, int& write_end) {
  int ends[2] = {-1, -1};
  sink.file = openat(folder_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (sink.file < 0 || pipe2(ends, O_CLOEXEC) != 0) return false;
  sink.tail_name = tail_name;
  sink.file_max = file_max;
  sink.pipe = ends[0];
  write_end = ends[1];
  return fcntl(sink.pipe, F_SETFL, O_NONBLOCK) == 0;
}

void drain(Sink& sink, std::size_t most) {
  for (std::size_t read_so_far = 0; !sink.eof && sink.pipe >= 0 && read_so_far < most;) {
    const ssize_t n = read(sink.pipe, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return;
    sink.eof = n == 0;
    store(sink, chunk, static_cast<std::size_t>(n));
    read_so_far += static_cast<std::size_t>(n);
  }
}

}  // namespace muster::shim
