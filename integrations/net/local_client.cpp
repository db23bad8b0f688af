// The blocking end of the local socket: the command line has nothing else to do meanwhile.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "integrations/net/local_socket.h"

namespace muster {

namespace {

using std::chrono::steady_clock;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> broken(const char* what) {
  return fail(ErrorKind::unavailable, std::string(what) + ": " + std::strerror(errno));
}

std::unexpected<Error> too_late() { return fail(ErrorKind::unavailable, "the bot did not answer in time"); }

bool wait_for(int fd, short events, steady_clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd item{fd, events, 0};
    const int ready = ::poll(&item, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

Result<void> write_all(int fd, std::string_view text, steady_clock::time_point deadline) {
  while (!text.empty()) {
    const ssize_t n = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (n > 0) {
      text.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      if (!wait_for(fd, POLLOUT, deadline)) return too_late();
    } else if (errno != EINTR) {
      return broken("cannot write to the bot");
    }
  }
  return {};
}

Result<std::string> read_line(int fd, steady_clock::time_point deadline) {
  std::string line;
  char chunk[4096];
  for (;;) {
    if (!wait_for(fd, POLLIN, deadline)) return too_late();
    const ssize_t n = ::recv(fd, chunk, sizeof chunk, 0);
    if (n == 0) return fail(ErrorKind::unavailable, "the bot closed the connection without an answer");
    if (n < 0) {
      if (errno == EAGAIN || errno == EINTR) continue;
      return broken("cannot read from the bot");
    }
    const std::string_view piece(chunk, static_cast<std::size_t>(n));
    const std::size_t end = piece.find('\n');
    line += piece.substr(0, end);
    if (end != piece.npos) return line;
    if (line.size() > local_answer_bytes_max) return fail(ErrorKind::unavailable, "the bot's answer is too long");
  }
}

}  // namespace

Result<std::string> call_local_socket(const std::string& path, const std::string& line, std::int64_t timeout_ms) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return fail(ErrorKind::invalid, "the path of the socket is empty or too long: " + path);
  }
  if (line.size() > local_line_bytes_max || line.find('\n') != line.npos) {
    return fail(ErrorKind::invalid, "the command is longer than 64 KiB or has more than one line");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  const auto deadline = steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0) return broken("cannot make a socket");
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno == ENOENT || errno == ENOTDIR || errno == ECONNREFUSED)
      return fail(ErrorKind::not_found, "no bot is listening on " + path,
                  "Start it with muster serve, or name its data folder with --data.");
    return fail(ErrorKind::unavailable, path + " cannot be opened: " + std::strerror(errno) + ".",
                errno == EACCES ? "Ask as the bot's own user or as root; docs/cli.md says how others may." : "");
  }
  if (auto sent = write_all(socket.get(), line + "\n", deadline); !sent) return std::unexpected(sent.error());
  return read_line(socket.get(), deadline);
}

}  // namespace muster
