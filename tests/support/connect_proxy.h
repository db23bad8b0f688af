// Small TCP peers for tests: an HTTP proxy that knows CONNECT, and a listener that never says a word.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>

namespace muster::test {

class QuietListener {
 public:
  QuietListener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(fd_, reinterpret_cast<const sockaddr*>(&at), sizeof at);
    ::listen(fd_, 8);
  }
  ~QuietListener() { ::close(fd_); }
  QuietListener(const QuietListener&) = delete;
  QuietListener& operator=(const QuietListener&) = delete;
  std::uint16_t port() const {
    sockaddr_in at{};
    socklen_t size = sizeof at;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size);
    return ntohs(at.sin_port);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

// Serves one connection: notes the head, connects to the named port on loopback, carries bytes both ways.
class ConnectProxy {
 public:
  ConnectProxy() : head_(promise_.get_future()), thread_([this] { serve(); }) {}
  ~ConnectProxy() {
    stop_ = true;
    thread_.join();
  }
  std::uint16_t port() const { return listener_.port(); }
  std::string first_head() { return head_.get(); }

 private:
  bool ready(int fd) const {  // waits until there is something to read; false: stopped
    while (!stop_) {
      pollfd item{fd, POLLIN, 0};
      if (::poll(&item, 1, 20) > 0) return true;
    }
    return false;
  }
  void serve() {
    if (!ready(listener_.fd())) return promise_.set_value("");
    const int client = ::accept(listener_.fd(), nullptr, nullptr);
    std::string head;
    char c = 0;
    while (!head.ends_with("\r\n\r\n") && ready(client) && ::recv(client, &c, 1, 0) == 1) head += c;
    const std::size_t colon = head.find(':');
    const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(head.substr(colon + 1))));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::connect(server, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    const std::string ok = "HTTP/1.1 200 Connection established\r\n\r\n";
    ::send(client, ok.data(), ok.size(), MSG_NOSIGNAL);
    promise_.set_value(head);
    carry(client, server);
    ::close(client);
    ::close(server);
  }
  void carry(int a, int b) const {
    pollfd items[2] = {{a, POLLIN, 0}, {b, POLLIN, 0}};
    char chunk[4096];
    while (!stop_) {
      if (::poll(items, 2, 20) <= 0) continue;
      for (int i = 0; i < 2; ++i) {
        if (!items[i].revents) continue;
        const ssize_t n = ::recv(items[i].fd, chunk, sizeof chunk, 0);
        if (n <= 0) return;
        ::send(items[1 - i].fd, chunk, static_cast<std::size_t>(n), MSG_NOSIGNAL);
      }
    }
  }

  QuietListener listener_;
  std::atomic<bool> stop_ = false;
  std::promise<std::string> promise_;
  std::future<std::string> head_;
  std::thread thread_;
};

}  // namespace muster::test
