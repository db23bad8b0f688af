// A command typed into the room's page until its answer arrives on the page's event stream.
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <stdexcept>

#include "bot/base/json.h"
#include "tests/bench/load.h"
#include "tests/bench/report.h"
#include "tests/bench/sections.h"
#include "tests/bench/servers.h"

namespace muster::bench {
namespace {

// A page: logged in, its stream open, as many connections for what it says as wanted.
class Page {
 public:
  Page(const Muster& m, int connections) : port_(m.port), session_(log_in(m)) {
    stream_ = connect_to(port_);
    send_all(stream_,
             get_request("/room/events?since=" + session_.cursor, session_.cookie + "Accept: text/event-stream\r\n"));
    for (int i = 0; i < connections; ++i) speaking_.push_back(connect_to(port_));
    waiting_.resize(speaking_.size());
  }
  ~Page() {
    ::close(stream_);
    for (const int fd : speaking_) ::close(fd);
  }
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  // Says `text` on connection `i`, whose last answer has come.
  void say(std::size_t i, const std::string& channel, const std::string& text) {
    static std::size_t said = 0;  // over all pages: an id that was seen is not answered again
    const std::string id = "bench-" + std::to_string(::getpid()) + "-" + std::to_string(++said);
    const std::string body = to_json(Value::Map{{"channel", channel}, {"text", text}, {"client_id", id}});
    asked_[id] = {i, now_ms()};
    read_reply(i);  // of the command before
    send_all(speaking_[i], post_request("/room/say", body, session_.headers()));
    waiting_[i] = true;
  }

  // The connection whose answer came next, with the time it took.
  std::pair<std::size_t, double> next_answer() {
    for (;;) {
      for (std::size_t end; (end = in_.find("\n\n")) != in_.npos; in_.erase(0, end + 2)) {
        const std::size_t at = in_.find("\"id\":\"reply-room:");
        if (at >= end) continue;
        const std::size_t close = in_.find('"', at + 6);
        const std::size_t from = in_.rfind(':', close) + 1;
        const auto asked = asked_.find(in_.substr(from, close - from));
        if (asked == asked_.end()) continue;
        const auto [connection, since] = asked->second;
        asked_.erase(asked);
        in_.erase(0, end + 2);
        return {connection, now_ms() - since};
      }
      char buffer[65536];
      const ssize_t n = ::recv(stream_, buffer, sizeof buffer, 0);
      if (n <= 0) throw std::runtime_error("the event stream ended");
      in_.append(buffer, static_cast<std::size_t>(n));
    }
  }

 private:
  void read_reply(std::size_t i) {
    std::string in;
    Answer answer;
    char buffer[4096];
    while (waiting_[i] && take_answer(in, &answer) == 0) {
      const ssize_t n = ::recv(speaking_[i], buffer, sizeof buffer, 0);
      if (n <= 0) throw std::runtime_error("the room closed a connection");
      in.append(buffer, static_cast<std::size_t>(n));
    }
    if (waiting_[i] && answer.status != 200) throw std::runtime_error("the room refused: " + answer.body);
  }

  int port_, stream_ = -1;
  Session session_;
  std::string in_;
  std::vector<int> speaking_;
  std::vector<bool> waiting_;  // for the reply to the POST itself
  std::map<std::string, std::pair<std::size_t, double>> asked_;
};

// One reading and one writing command, in turn.
std::string command(std::size_t n) {
  return n % 2 ? "status" : "note INC-1 checked the dashboard " + std::to_string(n);
}

void one_client(const Muster& m, const Disk& disk) {
  Page page(m, 1);
  std::vector<double> ms;
  for (std::size_t n = 0; n < 2'000; ++n) {
    page.say(0, "#muster", command(n));
    ms.push_back(page.next_answer().second);
  }
  const auto print = [&](const char* name, double q, double own, double fsync) {
    figure({.name = name,
            .measured = quantile(ms, q),
            .bound = Bound::at_most,
            .limit = own + fsync,
            .unit = "ms",
            .detail = "limit: " + number(own) + " ms + one fsync of this disk, " + number(fsync) + " ms"});
  };
  print("command to answer, one client, p50", 0.5, 0.3, disk.fsync_p50_ms);
  print("command to answer, one client, p99", 0.99, 2, disk.fsync_p99_ms);
}

void many_clients(const Muster& m) {
  constexpr std::size_t in_flight = 64, commands = 20'000;
  Page page(m, in_flight);
  const double cpu = m.process->processor_ms();
  const double start = now_ms();
  std::size_t said = 0;
  for (; said < in_flight; ++said) page.say(said, "#muster", command(said));
  for (std::size_t answered = 0; answered < commands; ++answered) {
    const std::size_t free = page.next_answer().first;
    if (said < commands) page.say(free, "#muster", command(said++));
  }
  const double seconds = (now_ms() - start) / 1000;
  figure(
      {.name = "commands a second, 64 in flight",
       .measured = commands / seconds,
       .bound = Bound::at_least,
       .limit = 10'000,
       .unit = "/s",
       .detail = "processor time " + number((m.process->processor_ms() - cpu) * 1000 / commands) + " us per command"});
}

}  // namespace

void room_section(const Disk& disk) {
  heading("The room: a command in over HTTP, its answer out on the event stream");
  const Muster m = start_muster(fresh_folder("room"));
  {
    Page page(m, 1);
    page.say(0, "#muster", "declare sev2 checkout is slow");
    page.next_answer();
  }
  one_client(m, disk);
  many_clients(m);
}

}  // namespace muster::bench
