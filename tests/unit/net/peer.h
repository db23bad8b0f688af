// A raw peer with deadlines, and a loop on a thread of its own: the server is tested byte by byte.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <string>
#include <string_view>
#include <thread>

#include "integrations/net/loop.h"

namespace muster::test {

constexpr int patience_ms = 10'000;

// Runs the loop while it lives; `on` runs something there and waits for it.
class LoopThread {
 public:
  LoopThread() : thread_([this] { loop.run(); }) {}
  ~LoopThread() {
    loop.stop();
    thread_.join();
  }
  template <class F>
  auto on(F f) {
    std::packaged_task<decltype(f())()> task(std::move(f));
    auto result = task.get_future();
    loop.post([&task] { task(); });
    return result.get();
  }
  Loop loop;

 private:
  std::thread thread_;
};

class Peer {
 public:
  explicit Peer(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() { ::close(fd_); }

  bool connected() const { return connected_; }
  void send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  // Reads until `mark` was seen; what was read up to its end, or everything when the peer closed or was too slow.
  std::string until(std::string_view mark) {
    std::size_t at;
    while ((at = seen_.find(mark)) == std::string::npos) {
      if (!more()) return std::exchange(seen_, {});
    }
    std::string out = seen_.substr(0, at + mark.size());
    seen_.erase(0, out.size());
    return out;
  }
  // One answer: head and as many bytes as its length says.
  std::string answer() {
    std::string head = until("\r\n\r\n");
    const std::size_t at = head.find("Content-Length: ");
    const std::size_t length = at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
    while (seen_.size() < length && more()) {
    }
    head += seen_.substr(0, length);
    seen_.erase(0, length);
    return head;
  }
  bool closed() {  // waits for the end
    while (more()) {
    }
    return ended_;
  }

 private:
  bool more() {
    pollfd item{fd_, POLLIN, 0};
    if (ended_ || ::poll(&item, 1, patience_ms) <= 0) return false;
    char chunk[8192];
    const ssize_t n = ::recv(fd_, chunk, sizeof chunk, 0);
    if (n <= 0) {
      ended_ = true;
      return false;
    }
    seen_.append(chunk, static_cast<std::size_t>(n));
    return true;
  }

  int fd_;
  bool connected_ = false, ended_ = false;
  std::string seen_;
};

}  // namespace muster::test
