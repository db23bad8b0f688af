#include "integrations/net/authorities.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "integrations/net/http_client.h"
#include "integrations/net/websocket.h"
#include "tests/doubles/web_server.h"
#include "tests/support/certificates.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/net/peer.h"

using namespace muster;
using namespace muster::test;

namespace {

struct SetVariable {
  SetVariable(const char* its_name, const std::string& value) : name(its_name) { ::setenv(name, value.c_str(), 1); }
  ~SetVariable() { ::unsetenv(name); }
  SetVariable(const SetVariable&) = delete;
  SetVariable& operator=(const SetVariable&) = delete;
  const char* name;
};

std::string hashed_name(const Certificate& c) {
  const detail::Cert cert(PEM_read_bio_X509(detail::memory(c.certificate_pem).get(), nullptr, nullptr, nullptr));
  char name[16];
  std::snprintf(name, sizeof name, "%08lx.0", X509_subject_name_hash(cert.get()));
  return name;
}

// A server with a certificate of an authority that lies, as a file and in a folder by its hash, in a place of its own.
struct Believed {
  Believed() {
    const Certificate leaf = make_certificate({.host = "127.0.0.1", .is_ip = true}, &ca);
    std::filesystem::create_directories(folder());
    std::ofstream(file()) << ca.certificate_pem;
    std::ofstream(folder() + "/" + hashed_name(ca)) << ca.certificate_pem;
    std::ofstream(other_file()) << make_certificate({.host = "another", .authority = true}).certificate_pem;
    doubles::WebHandlers h;
    h.request = [](const HttpRequest&, const HttpReply& reply) { reply({.status = 200, .body = "ok", .headers = {}}); };
    h.upgrade = [](const HttpRequest&) { return HttpResponse{.status = 101, .body = {}, .headers = {}}; };
    h.opened = [](doubles::WebPeer, const HttpRequest&) {};
    h.text = [](doubles::WebPeer, const std::string&) {};
    h.closed = [](doubles::WebPeer) {};
    server =
        doubles::WebServer::listen(std::move(h), {.certificate_pem = leaf.certificate_pem, .key_pem = leaf.key_pem});
  }
  std::string file() const { return place.path() + "/ca.pem"; }
  std::string other_file() const { return place.path() + "/another.pem"; }
  std::string folder() const { return place.path() + "/certs"; }
  std::string address(const std::string& scheme) const {
    return scheme + "://127.0.0.1:" + std::to_string(server->port()) + "/";
  }

  // The status, or "not believed", of libcurl's side.
  std::string http(const std::string& ca_file = "", const std::string& ca_pem = "") {
    LoopThread loop;
    std::promise<std::string> said;
    const auto client = HttpClient::make(loop.loop);
    HttpCall call{.url = address("https"), .headers = {}, .body = {}};
    call.ca_file = ca_file;
    call.ca_pem = ca_pem;
    call.trace = std::make_shared<HttpTrace>();
    client->send(call, [&](const Result<HttpResult>& r) {
      said.set_value(r ? std::to_string(r->status) : call.trace->bad_certificate ? "not believed" : r.error().message);
    });
    return said.get_future().get();
  }
  std::string websocket(const std::string& ca_file = "") {
    LoopThread loop;
    std::promise<std::string> said;
    WebSocketOptions o;
    o.url = address("wss");
    o.ca_file = ca_file;
    o.connect_ms = 5000;
    bool told = false;
    const auto tell = [&](const std::string& what) {
      if (!std::exchange(told, true)) said.set_value(what);
    };
    WebSocketHandler h;
    h.opened = [&] { tell("opened"); };
    h.closed = [&](const WebSocketEnd& end) { tell(end.wrong_setting ? "not believed" : end.reason); };
    std::unique_ptr<WebSocket> socket;
    loop.on([&] { socket = WebSocket::open(loop.loop, o, std::move(h)); });
    const std::string heard = said.get_future().get();
    loop.on([&] { socket.reset(); });
    return heard;
  }

  TempFolder place{"authorities"};
  Certificate ca = make_certificate({.host = "test authority", .authority = true});
  std::unique_ptr<doubles::WebServer> server;
};

}  // namespace

TEST_CASE("the system's authorities: what the environment says, else a folder by hashes, else a file") {
  const TempFolder place("authorities");
  const std::string hashed = place.path() + "/hashed", plain = place.path() + "/plain",
                    file = place.path() + "/all.pem";
  std::filesystem::create_directories(hashed);
  std::filesystem::create_directories(plain);
  std::ofstream(hashed + "/4a6481c9.0") << "x";
  std::ofstream(plain + "/One_Authority.pem") << "x";
  std::ofstream(plain + "/4a6481c9.pem") << "x";
  std::ofstream(file) << "x";
  struct Row {
    AuthorityPlaces places;
    std::string file, folder;
  };
  const Row rows[] = {
      {{.own_file = {}, .own_folder = {}, .file = file, .folder = hashed}, "", hashed},
      {{.own_file = {}, .own_folder = {}, .file = file, .folder = plain}, file, ""},
      {{.own_file = {}, .own_folder = {}, .file = file, .folder = "/nowhere"}, file, ""},
      {{.own_file = {}, .own_folder = {}, .file = "/nowhere", .folder = "/nowhere"}, "", ""},
      {{.own_file = "/mine.pem", .own_folder = {}, .file = file, .folder = hashed}, "/mine.pem", ""},
      {{.own_file = {}, .own_folder = "/mine", .file = file, .folder = hashed}, "", "/mine"},
      {{.own_file = "/mine.pem", .own_folder = "/mine", .file = file, .folder = hashed}, "/mine.pem", "/mine"},
  };
  for (const Row& row : rows) {
    const Authorities found = authorities_in(row.places);
    CHECK(found.file == row.file);
    CHECK(found.folder == row.folder);
  }
}

TEST_CASE("both clients believe the system's authorities, a named file stands in their place") {
  Believed b;
  CHECK(b.http() == "not believed");
  CHECK(b.websocket() == "not believed");
  const auto both_ways = [&] {
    CHECK(b.http() == "200");
    CHECK(b.websocket() == "opened");
    CHECK(b.http(b.other_file()) == "not believed");
    CHECK(b.websocket(b.other_file()) == "not believed");
  };
  {
    const SetVariable file("SSL_CERT_FILE", b.file());
    both_ways();
  }
  {
    const SetVariable folder("SSL_CERT_DIR", b.folder());
    both_ways();
  }
  CHECK(b.http(b.file()) == "200");
  CHECK(b.websocket(b.file()) == "opened");
  CHECK(b.http("", b.ca.certificate_pem) == "200");
}
