#include "integrations/net/local_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <exception>
#include <unordered_set>

#include "bot/base/log.h"
#include "integrations/net/loop.h"

namespace muster {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

namespace {

constexpr std::size_t peers_max = 64;

class Peer;

struct Shared {
  LocalHandler handler;
  std::unordered_set<Peer*> peers = {};
};

// One connected command: a line in, a line out, again.
class Peer : public std::enable_shared_from_this<Peer> {
 public:
  Peer(std::shared_ptr<Shared> shared, stream_protocol::socket socket, std::uint32_t uid)
      : shared_(std::move(shared)), socket_(std::move(socket)), uid_(uid) {
    shared_->peers.insert(this);
  }
  ~Peer() { close(); }
  void start() { next_line(); }
  void close();
  void answer(std::string line, std::uint64_t number);

 private:
  void next_line();
  void read();
  void handle(std::string line);

  std::shared_ptr<Shared> shared_;
  stream_protocol::socket socket_;
  std::uint32_t uid_;
  std::array<char, 4096> chunk_{};
  std::string received_, answer_;
  std::uint64_t number_ = 0;  // of the line that waits for its answer
  bool handling_ = false, closed_ = false;
};

void Peer::close() {
  if (std::exchange(closed_, true)) return;
  error_code ignored;
  socket_.close(ignored);
  shared_->peers.erase(this);
}

void Peer::next_line() {
  const std::size_t end = received_.find('\n');
  if (end == std::string::npos) {
    if (received_.size() > local_line_bytes_max) return close();
    return read();
  }
  if (end > local_line_bytes_max) return close();
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 1);
  handle(std::move(line));
}

void Peer::read() {
  socket_.async_read_some(asio::buffer(chunk_), [self = shared_from_this()](const error_code& ec, std::size_t n) {
    if (self->closed_) return;
    if (ec) return self->close();
    self->received_.append(self->chunk_.data(), n);
    self->next_line();
  });
}

void Peer::handle(std::string line) {
  handling_ = true;
  const std::uint64_t number = ++number_;
  const auto self = shared_from_this();
  try {
    shared_->handler(uid_, std::move(line),
                     [self, number](std::string text) { self->answer(std::move(text), number); });
  } catch (const std::exception& e) {
    log(LogLevel::error, "a local command failed", {{"error", e.what()}});
    answer(R"({"error":"internal error"})", number);
  }
}

void Peer::answer(std::string line, std::uint64_t number) {
  if (closed_ || !handling_ || number != number_) return;
  handling_ = false;
  answer_ = std::move(line);
  for (char& c : answer_) {
    if (c == '\n') c = ' ';  // one line is one answer, whatever was handed in
  }
  answer_ += '\n';
  asio::async_write(socket_, asio::buffer(answer_), [self = shared_from_this()](const error_code& ec, std::size_t) {
    if (self->closed_) return;
    if (ec) return self->close();
    self->next_line();
  });
}

class Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(asio::io_context& io, LocalHandler handler)
      : shared_(new Shared{.handler = std::move(handler)}), acceptor_(io) {}
  error_code open(const std::string& path);
  void accept();
  void shut();

 private:
  std::shared_ptr<Shared> shared_;
  stream_protocol::acceptor acceptor_;
};

error_code Listener::open(const std::string& path) {
  error_code ec;
  if (acceptor_.open(stream_protocol(), ec)) return ec;
  // On Linux the mode of the socket becomes the mode of the file: there is no moment with a wider one.
  if (::fchmod(acceptor_.native_handle(), 0600) != 0) return {errno, boost::system::system_category()};
  if (acceptor_.bind(stream_protocol::endpoint(path), ec)) return ec;
  if (::chmod(path.c_str(), 0600) != 0) return {errno, boost::system::system_category()};
  acceptor_.listen(asio::socket_base::max_listen_connections, ec);
  return ec;
}

void Listener::accept() {
  acceptor_.async_accept([self = shared_from_this()](const error_code& ec, stream_protocol::socket socket) {
    if (!self->acceptor_.is_open()) return;
    ucred peer{};
    socklen_t size = sizeof peer;
    if (!ec && self->shared_->peers.size() < peers_max &&
        ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) {
      std::make_shared<Peer>(self->shared_, std::move(socket), peer.uid)->start();
    }
    self->accept();
  });
}

void Listener::shut() {
  error_code ignored;
  acceptor_.close(ignored);
  while (!shared_->peers.empty()) (*shared_->peers.begin())->close();
  shared_->handler = {};
}

class LocalServer final : public LocalSocket {
 public:
  LocalServer(std::shared_ptr<Listener> listener, std::string path)
      : listener_(std::move(listener)), path_(std::move(path)) {}
  ~LocalServer() override {
    listener_->shut();
    ::unlink(path_.c_str());
  }

 private:
  std::shared_ptr<Listener> listener_;
  std::string path_;
};

// A file left by a killed bot refuses connections; one that somebody listens on is not ours to remove.
Result<void> clear_stale(asio::io_context& io, const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return {};
  if (!S_ISSOCK(info.st_mode)) return fail(ErrorKind::conflict, path + " exists and is no socket", "Move it away.");
  stream_protocol::socket probe(io);
  error_code ec;
  probe.connect(stream_protocol::endpoint(path), ec);
  if (ec == asio::error::connection_refused) {
    ::unlink(path.c_str());
    return {};
  }
  return fail(ErrorKind::conflict, "another bot is listening on " + path,
              "Stop it, or give this one a data folder of its own with --data.");
}

}  // namespace

Result<std::unique_ptr<LocalSocket>> LocalSocket::listen(Loop& loop, const std::string& path, LocalHandler handler) {
  constexpr std::size_t path_bytes_max = 107;  // sun_path
  if (path.empty() || path.size() > path_bytes_max) {
    return fail(ErrorKind::invalid, "the path of the socket has more than 107 bytes: " + path,
                "Choose a data folder with a shorter path with --data.");
  }
  auto& io = *static_cast<asio::io_context*>(loop.io_context());
  if (auto clear = clear_stale(io, path); !clear) return std::unexpected(clear.error());
  const auto listener = std::make_shared<Listener>(io, std::move(handler));
  if (const error_code ec = listener->open(path)) {
    return fail(ErrorKind::unavailable, "cannot listen on " + path + ": " + ec.message());
  }
  listener->accept();
  return std::make_unique<LocalServer>(listener, path);
}

}  // namespace muster
