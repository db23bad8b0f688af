#include "tests/bench/load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "tests/bench/process.h"

namespace muster::bench {
namespace {

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

struct Client {
  Fd fd;
  std::string in = {};
  double since = 0;
  bool busy = false;
};

class Driver {
 public:
  explicit Driver(const LoadPlan& plan) : plan_(plan), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    for (int i = 0; i < plan.connections; ++i) {
      clients_.push_back({Fd(connect_to(plan.port))});
      if (clients_.back().fd.get() < 0) throw std::runtime_error("cannot connect for the load");
      epoll_event want{};
      want.events = EPOLLIN;
      want.data.u64 = static_cast<std::uint64_t>(i);
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, clients_.back().fd.get(), &want);
    }
  }

  Load run() {
    start_ = now_ms();
    if (plan_.per_second == 0) {
      for (Client& c : clients_) send_next(c, now_ms());
    }
    while (load_.answers < plan_.requests) turn();
    load_.seconds = (now_ms() - start_) / 1000;
    return std::move(load_);
  }

 private:
  void send_next(Client& c, double since) {
    if (sent_ == plan_.requests) return;
    c.since = since;
    c.busy = true;
    send_all(c.fd.get(), plan_.request(sent_++));
  }

  // Sends what is due; the time to the next one in ms, or -1.
  int send_due() {
    if (plan_.per_second == 0) return 20'000;
    while (sent_ < plan_.requests) {
      const double due = start_ + static_cast<double>(sent_) * 1000 / plan_.per_second;
      const double wait = due - now_ms();
      if (wait > 0) return static_cast<int>(wait);  // rounded down: the last part of a millisecond is spun
      Client* idle = nullptr;
      for (Client& c : clients_) {
        if (!c.busy) idle = &c;
      }
      if (!idle) return 1;
      send_next(*idle, due);
    }
    return 20'000;
  }

  void turn() {
    const int wait = send_due();
    epoll_event ready[64];
    const int n = ::epoll_wait(epoll_.get(), ready, 64, wait);
    if (n == 0 && wait >= 20'000) throw std::runtime_error("no answer within 20 s");
    for (int i = 0; i < n; ++i) read(clients_[ready[i].data.u64]);
  }

  void read(Client& c) {
    char buffer[16384];
    const ssize_t n = ::recv(c.fd.get(), buffer, sizeof buffer, 0);
    if (n <= 0) throw std::runtime_error("a connection was closed under load");
    c.in.append(buffer, static_cast<std::size_t>(n));
    const int status = take_answer(c.in);
    if (status == 0) return;
    const double now = now_ms();
    load_.ms.push_back(now - c.since);
    ++load_.answers;
    if (status != plan_.status) ++load_.bad;
    c.busy = false;
    if (plan_.per_second == 0) send_next(c, now);
  }

  const LoadPlan& plan_;
  Fd epoll_;
  std::vector<Client> clients_;
  std::size_t sent_ = 0;
  double start_ = 0;
  Load load_;
};

std::size_t content_length(std::string_view head) {
  for (std::size_t at = head.find('\n'); at != head.npos; at = head.find('\n', at + 1)) {
    constexpr std::string_view name = "content-length:";
    const std::string_view line = head.substr(at + 1, name.size() + 24);
    if (line.size() < name.size() || ::strncasecmp(line.data(), name.data(), name.size()) != 0) continue;
    std::size_t from = name.size(), length = 0;
    while (from < line.size() && line[from] == ' ') ++from;
    std::from_chars(line.data() + from, line.data() + line.size(), length);
    return length;
  }
  return 0;
}

}  // namespace

int connect_to(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<std::uint16_t>(port));
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
    ::close(fd);
    return -1;
  }
  const int on = 1;
  const timeval patience{.tv_sec = 20, .tv_usec = 0};  // a lost answer ends the section, not the evening
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) throw std::runtime_error("sending failed");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

int take_answer(std::string& in, Answer* out) {
  const std::size_t end = in.find("\r\n\r\n");
  if (end == in.npos) return 0;
  const std::string_view head(in.data(), end);
  const std::size_t length = end + 4 + content_length(head);
  if (in.size() < length) return 0;
  int status = 0;
  std::from_chars(in.data() + 9, in.data() + 12, status);
  if (out) *out = {status, std::string(head), in.substr(end + 4, length - end - 4)};
  in.erase(0, length);
  return status;
}

Load run_load(const LoadPlan& plan) { return Driver(plan).run(); }

Answer ask(int port, const std::string& request) {
  const Fd fd(connect_to(port));
  if (fd.get() < 0) throw std::runtime_error("nobody listens");
  send_all(fd.get(), request);
  std::string in;
  Answer answer;
  char buffer[65536];
  while (take_answer(in, &answer) == 0) {
    const ssize_t n = ::recv(fd.get(), buffer, sizeof buffer, 0);
    if (n <= 0) throw std::runtime_error("no whole answer");
    in.append(buffer, static_cast<std::size_t>(n));
  }
  return answer;
}

std::string get_request(const std::string& path, const std::string& headers) {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

std::string post_request(const std::string& path, const std::string& body, const std::string& headers) {
  return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

bool answers_ok(int port, const std::string& path) {
  try {
    return ask(port, get_request(path)).status == 200;
  } catch (const std::exception&) {
    return false;  // nobody listens yet
  }
}

}  // namespace muster::bench
