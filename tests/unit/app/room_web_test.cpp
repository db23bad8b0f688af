#include "bot/web/room_web.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "bot/base/json.h"
#include "bot/web/listen_notice.h"
#include "bot/web/room_assets.h"

using namespace muster;

namespace {

struct FakeStream final : EventStream {
  struct Sent {
    std::string event, data, id;
  };
  std::vector<Sent> sent;
  bool closed = false;
  bool send(const std::string& event, const std::string& data, const std::string& id) override {
    if (!closed) sent.push_back({event, data, id});
    return !closed;
  }
  void close() override { closed = true; }
};

RoomWebOptions options(bool sandbox, const Clock* clock = nullptr) {
  RoomWebOptions o;
  if (clock) o.now = [clock] { return clock->now(); };
  o.login_token = "let-me-in";
  o.sandbox = sandbox;
  o.default_person = "ana";
  o.people = {{"ana", "Ana"}, {"ben", "Ben"}};
  o.host_names = {"chat.example.org"};
  o.complete = [](const std::string& prefix, const std::string&, const std::string&) {
    return std::vector<std::string>{prefix + "lare"};
  };
  return o;
}

struct Fixture {
  VirtualClock clock{1'000};
  Room room{clock};
  RoomWeb web;
  std::vector<ChatEvent> stored;
  std::string cookie, csrf;
  int next = 0;

  explicit Fixture(bool sandbox = false, bool clocked = false)
      : web(room, options(sandbox, clocked ? &clock : nullptr)) {
    room.on_event([this](ChatEvent e, ChatPlatform::Done accepted) {
      stored.push_back(e);
      accepted({});
    });
    deliver("open_channel", Value::Map{{"title", "t"}});
    const std::string set = send(get("/login", {{"token", "let-me-in"}})).headers["Set-Cookie"];
    cookie = set.substr(0, set.find(';'));
    csrf = state()["csrf"].as_string();
  }

  HttpRequest get(const std::string& path, std::map<std::string, std::string> query = {}) const {
    return {.method = "GET",
            .path = path,
            .query = std::move(query),
            .headers = {{"host", "localhost:8080"}, {"cookie", cookie}},
            .body = "",
            .remote = "127.0.0.1"};
  }

  HttpRequest post(const std::string& path, const Value& body) const {
    HttpRequest r = get(path);
    r.method = "POST";
    r.headers["origin"] = "http://localhost:8080";
    r.headers["content-type"] = "application/json";
    r.headers["x-muster-csrf"] = csrf;
    r.body = to_json(body);
    return r;
  }

  HttpResponse send(const HttpRequest& request) {
    HttpResponse answer;
    int answers = 0;
    web.request(request, [&](HttpResponse r) {
      answer = std::move(r);
      ++answers;
    });
    CHECK(answers == 1);
    return answer;
  }

  Value state(std::map<std::string, std::string> query = {}) {
    return parse_json(send(get("/room/state", std::move(query))).body).value();
  }

  void deliver(const std::string& kind, Value body) {
    room.deliver({.id = std::to_string(++next), .destination = "room:#c", .kind = kind, .body = std::move(body)}, {});
  }

  Value say(const std::string& text) const { return Value::Map{{"channel", "#c"}, {"thread", ""}, {"text", text}}; }
};

std::string read(const std::string& path) {
  std::ifstream in(std::string(MUSTER_SOURCE_DIR) + "/bot/web/assets/" + path);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

}  // namespace

TEST_CASE("the login link opens a session with a cookie that scripts cannot read and a wrong token does not") {
  Fixture f;
  const HttpResponse right = f.send(f.get("/login", {{"token", "let-me-in"}}));
  CHECK(right.status == 302);
  CHECK(right.headers.at("Location") == "/room");
  CHECK(right.headers.at("Set-Cookie").find("HttpOnly; SameSite=Lax; Max-Age=2592000") != std::string::npos);
  const HttpResponse wrong = f.send(f.get("/login", {{"token", "let-me-im"}}));
  CHECK(wrong.status == 401);
  CHECK_FALSE(wrong.headers.contains("Set-Cookie"));
}

TEST_CASE("a link made for one person lets that person in for an hour, and a new token ends it with every session") {
  Fixture f(false, true);
  const std::string token = f.web.link_token("ben");
  CHECK_FALSE(token.contains("let-me-in"));
  HttpResponse in = f.send(f.get("/login", {{"token", token}}));
  REQUIRE(in.status == 302);
  f.cookie = in.headers["Set-Cookie"].substr(0, in.headers["Set-Cookie"].find(';'));
  CHECK((*parse_json(f.send(f.get("/room/state")).body))["me"].as_string() == "ben");
  CHECK(f.send(f.get("/login", {{"token", token + "0"}})).status == 401);
  CHECK(f.send(f.get("/login", {{"token", "616e61" + token.substr(token.find('.'))}})).status == 401);
  f.clock.set(f.clock.now() + hour_ms + 1);
  CHECK(f.send(f.get("/login", {{"token", token}})).status == 401);
  CHECK(f.send(f.get("/room/state")).status == 200);
  const std::string fresh = f.web.link_token("ben");
  f.web.new_login("let-others-in");
  CHECK(f.send(f.get("/room/state")).status == 401);
  CHECK(f.send(f.get("/login", {{"token", fresh}})).status == 401);
  CHECK(f.send(f.get("/login", {{"token", "let-others-in"}})).status == 302);
}

TEST_CASE("an empty login token lets nobody in") {
  VirtualClock clock;
  Room room(clock);
  RoomWebOptions none = options(false);
  none.login_token = "";
  RoomWeb web(room, none);
  HttpRequest request{.method = "GET",
                      .path = "/login",
                      .query = {{"token", ""}},
                      .headers = {{"host", "localhost"}},
                      .body = "",
                      .remote = ""};
  web.request(request, [](const HttpResponse& r) { CHECK(r.status == 401); });
}

TEST_CASE("without a session there is only a page that says where the login link is") {
  Fixture f;
  f.cookie += "0";  // of the right name, signed by nobody
  for (const char* path : {"/room", "/room/state", "/room/complete", "/room/nothing"}) {
    const HttpResponse r = f.send(f.get(path));
    CHECK(r.status == 401);
    CHECK(r.body.find("login link") != std::string::npos);
  }
  auto stream = std::make_shared<FakeStream>();
  CHECK_FALSE(f.web.stream(f.get("/room/events"), stream).has_value());
  CHECK(stream->sent.empty());
}

TEST_CASE("a session outlives a restart, not its thirty days, not a new token and not a logout") {
  Fixture f;
  const HttpRequest ask = f.get("/room/state");
  TimeMs now = 0;
  RoomWebOptions o = options(false);
  o.now = [&now] { return now; };
  Room room(f.clock);
  const auto status = [&](RoomWeb& web) {
    int code = 0;
    web.request(ask, [&](const HttpResponse& r) { code = r.status; });
    return code;
  };
  RoomWeb restarted(room, o);
  CHECK(status(restarted) == 200);
  now = RoomSessions::lifetime_ms + 1;
  CHECK(status(restarted) == 401);
  now = 0;
  o.login_token = "another";
  RoomWeb renewed(room, o);
  CHECK(status(renewed) == 401);
  auto stream = std::make_shared<FakeStream>();
  REQUIRE(f.web.stream(f.get("/room/events"), stream).has_value());
  const HttpResponse out = f.send(f.post("/room/logout", Value::Map{}));
  CHECK(out.headers.at("Set-Cookie").find("Max-Age=0") != std::string::npos);
  CHECK(stream->closed);
  CHECK(f.send(ask).status == 401);
}

TEST_CASE("logging out needs the session's own token") {
  Fixture f;
  HttpRequest foreign = f.post("/room/logout", Value::Map{});
  foreign.headers["origin"] = "http://evil.example";
  CHECK(f.send(foreign).status == 403);
  CHECK(f.send(f.get("/room/state")).status == 200);
}

TEST_CASE("pages forbid foreign scripts, framing and sniffing") {
  Fixture f;
  const HttpResponse r = f.send(f.get("/room"));
  CHECK(r.status == 200);
  const std::string csp = r.headers.at("Content-Security-Policy");
  CHECK(csp.find("default-src 'none'; script-src 'self'") != std::string::npos);
  CHECK(csp.find("frame-ancestors 'none'") != std::string::npos);
  CHECK(csp.find("unsafe") == std::string::npos);
  CHECK(r.headers.at("X-Content-Type-Options") == "nosniff");
}

TEST_CASE("a foreign host name is refused and loopback names are not") {
  Fixture f;
  HttpRequest r = f.get("/room");
  for (const char* host : {"evil.example:8080", "", "localhost.evil.example", "1.2.3.4.evil.example", "[::1"}) {
    r.headers["host"] = host;
    CHECK(f.send(r).status == 421);
    CHECK_FALSE(f.web.stream(f.get("/x"), std::make_shared<FakeStream>()).has_value());
  }
  for (const char* host : {"127.0.0.1:1", "[::1]:8080", "LOCALHOST", "chat.example.org:8080", "192.168.1.7"}) {
    r.headers["host"] = host;
    CHECK(f.send(r).status == 200);
  }
}

TEST_CASE("a post needs the token of its session, its own origin and JSON") {
  Fixture f;
  const HttpRequest good = f.post("/room/say", f.say("hello"));
  HttpRequest bad = good;
  bad.headers["x-muster-csrf"] = "guess";
  CHECK(f.send(bad).status == 403);
  bad = good;
  bad.headers.erase("x-muster-csrf");
  CHECK(f.send(bad).status == 403);
  bad = good;
  bad.headers["origin"] = "http://evil.example";
  CHECK(f.send(bad).status == 403);
  bad = good;
  bad.headers["content-type"] = "text/plain";
  CHECK(f.send(bad).status == 400);
  bad = good;
  bad.body = "[1";
  CHECK(f.send(bad).status == 400);
  CHECK(f.stored.empty());
  CHECK(f.send(good).status == 200);
  REQUIRE(f.stored.size() == 1);
  CHECK(f.stored[0].user == "ana");
}

TEST_CASE("speaking as somebody else is refused outside the sandbox") {
  Fixture real(false);
  Value body = real.say("hello");
  body.set("as", "ben");
  CHECK(real.send(real.post("/room/say", body)).status == 403);
  CHECK(real.send(real.get("/room/state", {{"as", "ben"}})).status == 403);
  CHECK(real.stored.empty());
  Fixture sandbox(true);
  CHECK(sandbox.send(sandbox.post("/room/say", body)).status == 200);
  CHECK(sandbox.stored.at(0).user == "ben");
  body.set("as", "mallory");
  CHECK(sandbox.send(sandbox.post("/room/say", body)).status == 400);
}

TEST_CASE("a private post reaches its person's stream and state only") {
  Fixture f(true);
  auto ana = std::make_shared<FakeStream>();
  auto ben = std::make_shared<FakeStream>();
  const std::string cursor = f.state()["cursor"].as_string();
  REQUIRE(f.web.stream(f.get("/room/events", {{"since", cursor}}), ana).has_value());
  REQUIRE(f.web.stream(f.get("/room/events", {{"since", cursor}, {"as", "ben"}}), ben).has_value());
  f.deliver("post", Value::Map{{"post_id", "p"}, {"message", Value::Map{{"text", "psst"}}}, {"private_to", "ben"}});
  CHECK(ana->sent.empty());
  REQUIRE(ben->sent.size() == 1);
  CHECK(ben->sent[0].data.find("psst") != std::string::npos);
  CHECK(to_json(f.state()).find("psst") == std::string::npos);
  auto late = std::make_shared<FakeStream>();  // catching up hides it as well
  REQUIRE(f.web.stream(f.get("/room/events", {{"since", cursor}}), late).has_value());
  CHECK(late->sent.empty());
}

TEST_CASE("a reader that was away gets what it missed, or is told to start over") {
  Fixture f;
  const std::string cursor = f.state()["cursor"].as_string();
  f.deliver("human_post", Value::Map{{"post_id", "p"}, {"user", "ben"}, {"text", "hello"}});
  HttpRequest again = f.get("/room/events", {{"since", "other-1"}});
  again.headers["last-event-id"] = cursor;
  auto stream = std::make_shared<FakeStream>();
  REQUIRE(f.web.stream(again, stream).has_value());
  REQUIRE(stream->sent.size() == 1);
  CHECK(stream->sent[0].event == "change");
  again.headers["last-event-id"] = "another-process-3";
  auto stranger = std::make_shared<FakeStream>();
  REQUIRE(f.web.stream(again, stranger).has_value());
  REQUIRE(stranger->sent.size() == 1);
  CHECK(stranger->sent[0].event == "reset");
}

TEST_CASE("more missed changes than are kept mean a reset, never a silent gap") {
  Fixture f;
  const std::string cursor = f.state()["cursor"].as_string();
  for (int i = 0; i < 1'001; ++i) f.deliver("topic", Value::Map{{"topic", std::to_string(i)}});
  auto stream = std::make_shared<FakeStream>();
  REQUIRE(f.web.stream(f.get("/room/events", {{"since", cursor}}), stream).has_value());
  REQUIRE(stream->sent.size() == 1);
  CHECK(stream->sent[0].event == "reset");
}

TEST_CASE("a page of another site opens no stream, whatever cookie the browser sends with it") {
  Fixture f;
  const auto opens = [&f](const char* header, const char* value) {
    HttpRequest r = f.get("/room/events");
    r.headers[header] = value;
    return f.web.stream(r, std::make_shared<FakeStream>()).has_value();
  };
  for (const char* origin : {"http://evil.example", "http://localhost:3000", "https://localhost", "null"})
    CHECK_FALSE(opens("origin", origin));
  CHECK_FALSE(opens("sec-fetch-site", "cross-site"));
  CHECK_FALSE(opens("cookie", ""));
  CHECK_FALSE(opens("host", "evil.example"));
  CHECK(f.web.streams() == 0);
  CHECK(opens("origin", "http://localhost:8080"));
  CHECK(opens("sec-fetch-site", "same-origin"));
  CHECK(f.web.streams() == 2);
}

TEST_CASE("logging out, files, buttons and forms ask for the token, too") {
  Fixture f;
  for (const char* path : {"/room/say", "/room/press", "/room/form", "/room/react", "/room/pin", "/room/edit",
                           "/room/delete", "/room/typing", "/room/file", "/room/logout"}) {
    HttpRequest r = f.post(path, f.say("hello"));
    r.headers["x-muster-csrf"] = "";
    CHECK_MESSAGE(f.send(r).status == 403, path);
    r = f.post(path, f.say("hello"));
    r.headers["origin"] = "http://localhost:3000";
    CHECK_MESSAGE(f.send(r).status == 403, path);
    r = f.get(path);  // what a link or an image could ask for
    CHECK_MESSAGE(f.send(r).status == 404, path);
  }
  CHECK(f.stored.empty());
  CHECK(f.web.logged_in(f.get("/room")));
}

TEST_CASE("a stream that is gone is forgotten") {
  Fixture f;
  auto stream = std::make_shared<FakeStream>();
  REQUIRE(f.web.stream(f.get("/room/events"), stream).has_value());
  CHECK(f.web.streams() == 1);
  stream->closed = true;
  f.web.heartbeat();
  CHECK(f.web.streams() == 0);
}

TEST_CASE("markup in a post stays text in the JSON and no page carries it") {
  Fixture f;
  const std::string attack = "<img src=x onerror=alert(1)></script>\"";
  f.deliver("human_post", Value::Map{{"post_id", "p"}, {"user", "ben"}, {"text", attack}});
  const HttpResponse r = f.send(f.get("/room/state"));
  CHECK(r.content_type.starts_with("application/json"));
  CHECK(parse_json(r.body)->operator[]("channels").as_list()[0]["posts"].as_list()[0]["text"].as_string() == attack);
  CHECK(f.send(f.get("/room")).body.find("onerror") == std::string::npos);
}

TEST_CASE("listening beyond this machine is said, listening on it is not") {
  CHECK(listen_notice("127.0.0.1:8080").empty());
  CHECK(listen_notice("[::1]:8080").empty());
  CHECK(listen_notice("0.0.0.0:8080").find("TLS") != std::string::npos);
  CHECK(listen_notice("10.0.0.7:8080").find("10.0.0.7:8080") != std::string::npos);
}

TEST_CASE("completion asks with the prefix and the person") {
  Fixture f;
  const HttpResponse r = f.send(f.get("/room/complete", {{"prefix", "dec"}, {"channel", "#c"}}));
  CHECK(r.body == R"({"completions":["declare"]})");
  const HttpResponse talk = f.send(f.get("/room/complete", {{"prefix", "!dec"}, {"channel", "#inc-1"}}));
  CHECK(talk.body == R"({"completions":["!declare"]})");
}

TEST_CASE("the embedded page is the one in the assets folder and never writes HTML from text") {
  CHECK(room_page() == read("room.html"));
  CHECK(room_style() == read("room.css"));
  CHECK(room_script() == read("room_nodes.js") + read("room.js") + read("room_posts.js") + read("room_files.js") +
                             read("room_forms.js") + read("room_app.js"));
  for (const char* risky : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("}) {
    CHECK(room_script().find(risky) == std::string::npos);
  }
}
