// muster-sample: a service to practise on. A tiny HTTP server whose versions behave well, slowly or badly; a sandbox
// keeps it running, so that a first deploy, scale or rollback changes something real.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

struct Behaviour {
  const char* version;
  long start_ms;   // before it listens
  long answer_ms;  // before it answers
  long breaks_ms;  // after its start everything is answered with 500; 0: never
  bool ends;       // at once
};

constexpr Behaviour behaviours[] = {
    {"v1", 0, 0, 0, false},        // good
    {"v2", 0, 0, 0, false},        // good
    {"v3", 3'000, 900, 0, false},  // slow: to come up, and to answer
    {"v4", 0, 0, 5'000, false},    // broken: comes up well, fails a few seconds later
    {"v5", 0, 0, 0, true},         // broken: does not come up at all
};

constexpr int connections_max = 32;
constexpr long idle_ms = 5'000;  // a connection that asks nothing is closed

struct Connection {
  int fd = -1;
  char text[1024];
  std::size_t size = 0;
  long close_at = 0;
  long answer_at = 0;  // 0: the question is not complete
};

struct Server {
  const Behaviour* how = nullptr;
  int listener = -1;
  long started = 0;
  std::uint64_t good = 0, bad = 0;
  std::uint64_t took_ms = 0;
  Connection all[connections_max];
};

Server server;

long now_ms() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000 + t.tv_nsec / 1'000'000;
}

bool is_broken() { return server.how->breaks_ms > 0 && now_ms() - server.started >= server.how->breaks_ms; }

void respond(const Connection& c, int code, const char* body) {
  char text[2048];
  const int n = std::snprintf(text, sizeof text,
                              "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %zu\r\n"
                              "Connection: close\r\n\r\n%s",
                              code,
                              code == 200   ? "OK"
                              : code == 404 ? "Not Found"
                                            : "Internal Server Error",
                              std::strlen(body), body);
  if (n > 0) (void)!send(c.fd, text, static_cast<std::size_t>(n), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void respond_metrics(const Connection& c) {
  char body[1024];
  std::snprintf(body, sizeof body,
                "# TYPE sample_requests_total counter\n"
                "sample_requests_total{version=\"%s\",code=\"200\"} %llu\n"
                "sample_requests_total{version=\"%s\",code=\"500\"} %llu\n"
                "# TYPE sample_request_seconds_sum counter\n"
                "sample_request_seconds_sum{version=\"%s\"} %.3f\n",
                server.how->version, static_cast<unsigned long long>(server.good), server.how->version,
                static_cast<unsigned long long>(server.bad), server.how->version,
                static_cast<double>(server.took_ms) / 1000);
  respond(c, 200, body);
}

bool asks(const Connection& c, const char* path) {
  const std::size_t n = std::strlen(path);
  return c.size > 4 + n && std::strncmp(c.text, "GET ", 4) == 0 && std::strncmp(c.text + 4, path, n) == 0 &&
         (c.text[4 + n] == ' ' || c.text[4 + n] == '?');
}

void answer(Connection& c) {
  if (asks(c, "/metrics")) return respond_metrics(c);
  if (!asks(c, "/") && !asks(c, "/health")) return respond(c, 404, "There is /, /health and /metrics.\n");
  char body[128];
  const bool broken = is_broken();
  std::snprintf(body, sizeof body, "%s %s\n", broken ? "broken" : "ok", server.how->version);
  respond(c, broken ? 500 : 200, body);
  ++(broken ? server.bad : server.good);
  server.took_ms += static_cast<std::uint64_t>(server.how->answer_ms);
  if (broken && server.bad % 10 == 1) {
    std::printf("error: cannot reach the orders database\n");
    std::fflush(stdout);
  }
}

void close_connection(Connection& c) {
  close(c.fd);
  c.fd = -1;
}

void take_in(Connection& c) {
  const ssize_t n = recv(c.fd, c.text + c.size, sizeof c.text - 1 - c.size, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0 || c.answer_at != 0) return close_connection(c);
  c.size += static_cast<std::size_t>(n);
  c.text[c.size] = '\0';
  if (std::strstr(c.text, "\r\n\r\n") != nullptr || c.size + 1 == sizeof c.text)
    c.answer_at = now_ms() + server.how->answer_ms;
}

void accept_one() {
  const int fd = accept4(server.listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  for (Connection& c : server.all) {
    if (c.fd >= 0) continue;
    c = {};
    c.fd = fd;
    c.close_at = now_ms() + idle_ms;
    return;
  }
  close(fd);
}

int wait_ms() {
  long due = -1;
  for (const Connection& c : server.all) {
    if (c.fd < 0) continue;
    const long mine = c.answer_at != 0 ? c.answer_at : c.close_at;
    if (due < 0 || mine < due) due = mine;
  }
  if (due < 0) return -1;
  const long left = due - now_ms();
  return left < 0 ? 0 : static_cast<int>(left);
}

void turn() {
  pollfd fds[connections_max + 1];
  fds[0] = {server.listener, POLLIN, 0};
  for (int i = 0; i < connections_max; ++i) fds[i + 1] = {server.all[i].fd, POLLIN, 0};
  poll(fds, connections_max + 1, wait_ms());
  if (fds[0].revents != 0) accept_one();
  for (int i = 0; i < connections_max; ++i) {
    Connection& c = server.all[i];
    if (c.fd >= 0 && fds[i + 1].fd == c.fd && fds[i + 1].revents != 0) take_in(c);
    if (c.fd >= 0 && c.answer_at != 0 && now_ms() >= c.answer_at) {
      answer(c);
      close_connection(c);
    } else if (c.fd >= 0 && c.answer_at == 0 && now_ms() >= c.close_at) {
      close_connection(c);
    }
  }
}

bool listen_on(int port) {
  server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int yes = 1;
  setsockopt(server.listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return bind(server.listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
         listen(server.listener, 64) == 0;
}

int fail(const char* why) {
  std::fprintf(stderr, "muster-sample: %s\n", why);
  return 2;
}

const char* option(int argc, char** argv, const char* name) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::strcmp(argv[i], name) == 0) return argv[i + 1];
  }
  return "";
}

}  // namespace

int main(int argc, char** argv) {
  const int port = std::atoi(option(argc, argv, "--port"));
  for (const Behaviour& b : behaviours) {
    if (std::strcmp(b.version, option(argc, argv, "--version")) == 0) server.how = &b;
  }
  if (server.how == nullptr || port < 1 || port > 65535) {
    return fail(
        "usage: muster-sample --port N --version V, where V is v1 or v2 (good), v3 (slow), v4 (breaks after five "
        "seconds) or v5 (ends at once)");
  }
  if (server.how->ends) return fail("cannot read its settings: no such file");
  const timespec wait{server.how->start_ms / 1000, server.how->start_ms % 1000 * 1'000'000};
  nanosleep(&wait, nullptr);
  if (!listen_on(port)) return fail(std::strerror(errno));
  server.started = now_ms();
  std::printf("%s listens on 127.0.0.1:%d\n", server.how->version, port);
  std::fflush(stdout);
  for (;;) turn();
}
