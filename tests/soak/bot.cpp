#include "tests/soak/bot.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>

#include "bot/app.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "integrations/net/local_socket.h"

namespace muster::soak {
namespace {

[[noreturn]] void live(const std::string& folder, const Death& death, int tell) {
  static std::atomic<int> left;
  left = death.countdown;
  AppOptions options;
  options.data_folder = folder;
  options.listen = "127.0.0.1:0";
  options.fault = [death](const char* at) {
    if (death.point == at && --left == 0) ::kill(::getpid(), SIGKILL);
  };
  auto app = App::start(std::move(options));
  if (!app) {
    const std::string why = "the bot did not start: " + app.error().message + "\n";
    if (::write(STDERR_FILENO, why.data(), why.size()) < 0) ::_exit(8);
    ::_exit(9);
  }
  const std::string url = (*app)->url();
  const auto port = static_cast<unsigned short>(std::atoi(url.c_str() + url.rfind(':') + 1));
  if (::write(tell, &port, sizeof port) != sizeof port) ::_exit(8);
  ::_exit((*app)->run());
}

int connect_to(unsigned short port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{20, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return fd;
  if (fd >= 0) ::close(fd);
  return -1;
}

}  // namespace

Life start_bot(const std::string& folder, const Death& death) {
  Life life;
  life.folder = folder;
  int ends[2];
  if (::pipe(ends) != 0) return life;
  const auto begin = std::chrono::steady_clock::now();
  life.pid = ::fork();
  if (life.pid == 0) {
    ::close(ends[0]);
    live(folder, death, ends[1]);
  }
  ::close(ends[1]);
  if (::read(ends[0], &life.port, sizeof life.port) != sizeof life.port) life.port = 0;
  ::close(ends[0]);
  life.ready_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  return life;
}

int wait_for_end(const Life& life, bool kill_it) {
  if (kill_it) ::kill(life.pid, SIGKILL);
  int status = 0;
  ::waitpid(life.pid, &status, 0);
  return status;
}

bool post_alert(const Life& life, const std::string& path, const std::string& name) {
  const std::string labels = R"({"alertname":")" + name + R"(","severity":"warning"})";
  const std::string body = R"({"version":"4","groupKey":"{}:{n=\")" + name +
                           R"(\"}","status":"firing","alerts":[{"status":"firing","labels":)" + labels +
                           R"(,"annotations":{}}]})";
  const std::string request = "POST " + path + " HTTP/1.1\r\nHost: soak\r\nConnection: close\r\nContent-Length: " +
                              std::to_string(body.size()) + "\r\n\r\n" + body;
  const int fd = connect_to(life.port);
  if (fd < 0) return false;
  char answer[64] = {};
  bool taken = ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size());
  taken = taken && ::recv(fd, answer, sizeof answer - 1, 0) > 12 && std::string_view(answer).substr(9, 3) == "202";
  ::close(fd);
  return taken;
}

bool declare_incident(const Life& life, const std::string& title) {
  const std::string ask = to_json(Value::Map{{"op", "say"}, {"text", "declare sev3 " + title}, {"channel", "muster"}});
  const auto answer = call_local_socket(life.folder + "/muster.sock", ask, 20'000);
  const auto read = answer ? parse_json(*answer) : Result<Value>(std::unexpected(answer.error()));
  return read && (*read)["ok"].as_bool();
}

}  // namespace muster::soak
