#include "integrations/net/local_socket.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/net/peer.h"

using namespace muster;
using namespace muster::test;

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "muster-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string socket() const { return (path / "muster.sock").string(); }
};

void handle(std::uint32_t uid, const std::string& line, const LocalReply& reply) {
  if (line == "throw") throw std::runtime_error("on purpose");
  if (line == "silence") return;
  reply(line == "long" ? std::string(200'000, 'x') + "\ny" : std::to_string(uid) + " " + line);
}

struct World {
  Folder folder;
  LoopThread thread;
  Result<std::unique_ptr<LocalSocket>> socket = start();
  ~World() {
    thread.on([&] {
      socket = fail(ErrorKind::not_found, "gone");
      return 0;
    });
  }
  Result<std::unique_ptr<LocalSocket>> start() {
    return thread.on([&] { return LocalSocket::listen(thread.loop, folder.socket(), handle); });
  }
  Result<std::string> call(const std::string& line, std::int64_t timeout_ms = patience_ms) {
    return call_local_socket(folder.socket(), line, timeout_ms);
  }
};

}  // namespace

TEST_CASE("a line is answered with a line, and the handler knows who asks") {
  World world;
  CHECK(world.call("{\"a\":1}").value() == std::to_string(::getuid()) + " {\"a\":1}");
  CHECK(world.call("long").value() == std::string(200'000, 'x') + " y");
  CHECK(world.call("throw").value() == R"({"error":"internal error"})");
}

TEST_CASE("only the owner may open the socket file, and it goes with the server") {
  World world;
  struct stat info {};
  REQUIRE(::stat(world.folder.socket().c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  world.thread.on([&] {
    world.socket = fail(ErrorKind::not_found, "gone");
    return 0;
  });
  CHECK(!std::filesystem::exists(world.folder.socket()));
  const auto nobody = world.call("x");
  REQUIRE(!nobody.has_value());
  CHECK(nobody.error().kind == ErrorKind::not_found);
}

TEST_CASE("a stale socket file is replaced, a live one and an ordinary file are not") {
  Folder folder;
  const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  folder.socket().copy(at.sun_path, sizeof at.sun_path - 1);
  REQUIRE(::bind(dead, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  ::close(dead);
  Loop loop;
  auto first = LocalSocket::listen(loop, folder.socket(), handle);
  REQUIRE(first.has_value());
  const auto second = LocalSocket::listen(loop, folder.socket(), handle);
  REQUIRE(!second.has_value());
  CHECK(second.error().kind == ErrorKind::conflict);
  first->reset();
  std::ofstream(folder.socket()) << "precious";
  CHECK(!LocalSocket::listen(loop, folder.socket(), handle).has_value());
  CHECK(std::filesystem::file_size(folder.socket()) == 8);
}

TEST_CASE("too long a line, two lines and a handler that says nothing are errors, in time") {
  World world;
  CHECK(!world.call(std::string(70'000, 'x')).has_value());
  CHECK(!world.call("a\nb").has_value());
  const auto late = world.call("silence", 50);
  REQUIRE(!late.has_value());
  CHECK(late.error().kind == ErrorKind::unavailable);
}
