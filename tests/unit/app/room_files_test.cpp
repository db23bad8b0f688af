// Files in the room, as a browser sees them.
#include <doctest/doctest.h>

#include "bot/base/json.h"
#include "bot/web/room_web.h"

using namespace muster;

namespace {

struct Fixture {
  VirtualClock clock{1'000};
  Room room{clock};
  std::unique_ptr<RoomWeb> web;
  std::vector<ChatEvent> stored;
  std::string cookie, csrf;

  Fixture() {
    room.on_event([this](ChatEvent e, ChatPlatform::Done accepted) {
      stored.push_back(e);
      if (e.kind == "message") show(e);
      accepted({});
    });
    RoomWebOptions o;
    o.login_token = "let-me-in";
    o.default_person = "ana";
    o.read_file = [this](const std::string& id, const std::function<void(Result<std::string>)>& done) {
      for (const ChatEvent& e : stored) {
        for (const ChatFile& f : e.files) {
          if (f.id == id) return done(f.bytes);
        }
      }
      done(fail(ErrorKind::not_found, "gone"));
    };
    o.clean_file = [](const std::string& bytes, const std::function<void(Result<std::string>)>& done) {
      done(bytes == "password=hunter2" ? std::string("password=[REDACTED]") : bytes);
    };
    web = std::make_unique<RoomWeb>(room, o);
    deliver("open_channel", Value::Map{});
    const std::string set = ask("GET", "/login", {{"token", "let-me-in"}}).headers["Set-Cookie"];
    cookie = set.substr(0, set.find(';'));
    csrf = parse_json(ask("GET", "/room/state").body).value()["csrf"].as_string();
  }

  void deliver(const std::string& kind, Value body) {
    room.deliver({.id = "", .destination = "room:#c", .kind = kind, .body = std::move(body)}, {});
  }

  void show(const ChatEvent& e) {
    Value files = Value::List{};
    for (const ChatFile& f : e.files)
      files.push(Value::Map{{"id", f.id}, {"name", f.name}, {"size", static_cast<std::int64_t>(f.bytes.size())}});
    deliver("human_post", Value::Map{{"post_id", e.post_id}, {"user", e.user}, {"text", e.text}, {"files", files}});
  }

  HttpResponse ask(const std::string& method, const std::string& path, std::map<std::string, std::string> query = {},
                   const std::string& body = {}, const std::string& type = "application/octet-stream") {
    HttpRequest r{.method = method,
                  .path = path,
                  .query = std::move(query),
                  .headers = {{"host", "localhost"}, {"cookie", cookie}},
                  .body = body,
                  .remote = ""};
    if (method == "POST") r.headers.insert({{"x-muster-csrf", csrf}, {"content-type", type}});
    HttpResponse got;
    web->request(r, [&](HttpResponse a) { got = std::move(a); });
    return got;
  }

  HttpResponse upload(const std::string& name, const std::string& bytes) {
    return ask("POST", "/room/file", {{"channel", "#c"}, {"name", name}, {"text", "see"}}, bytes);
  }
};

}  // namespace

TEST_CASE("an uploaded file comes back as bytes to save, whatever it claims to be") {
  Fixture f;
  CHECK(f.upload("evil.html", "<script>alert(1)</script>").status == 200);
  REQUIRE(f.stored.size() == 1);
  const HttpResponse r = f.ask("GET", "/room/file/" + f.stored[0].files.at(0).id);
  CHECK(r.body == "<script>alert(1)</script>");
  CHECK(r.content_type == "application/octet-stream");
  CHECK(r.headers.at("Content-Disposition") == "attachment; filename=\"evil.html\"; filename*=UTF-8''evil.html");
  CHECK(r.headers.at("X-Content-Type-Options") == "nosniff");
  CHECK(r.headers.at("Content-Security-Policy").find("sandbox") != std::string::npos);
}

TEST_CASE("a file's name can neither leave its folder nor end a header") {
  Fixture f;
  CHECK(f.upload("../../etc/pass\r\nwd\"; x=\"", "a").status == 200);
  CHECK(f.stored.at(0).files.at(0).name == "passwd_; x=_");
  CHECK(f.upload("..", "a").status == 200);
  CHECK(f.stored.at(1).files.at(0).name == "file");
  CHECK(f.upload("지표.png", "a").status == 200);
  const HttpResponse r = f.ask("GET", "/room/file/" + f.stored[2].files.at(0).id);
  CHECK(r.headers.at("Content-Disposition") ==
        "attachment; filename=\".png\"; filename*=UTF-8''%EC%A7%80%ED%91%9C.png");
}

TEST_CASE("secrets leave a text file before it is stored") {
  Fixture f;
  CHECK(f.upload("env", "password=hunter2").status == 200);
  CHECK(f.stored.at(0).files.at(0).bytes == "password=[REDACTED]");
}

TEST_CASE("an empty file, one that is too large and a full room are refused with a sentence") {
  Fixture f;
  CHECK(f.upload("a", "").status == 400);
  const HttpResponse large = f.upload("a", std::string(Room::file_bytes_max + 1, 'x'));
  CHECK(large.status == 400);
  CHECK(large.body.find("larger than 4 MB") != std::string::npos);
  f.room.set_file_bytes(Room::files_bytes_max - 1);
  CHECK(f.upload("a", "x").status == 200);
  const HttpResponse full = f.upload("b", "x");
  CHECK(full.status == 409);
  CHECK(full.body.find("Delete posts") != std::string::npos);
  CHECK(f.stored.size() == 1);
}

TEST_CASE("an upload needs the session's token and the type that no form can send") {
  Fixture f;
  CHECK(f.ask("POST", "/room/file", {{"channel", "#c"}, {"name", "a"}}, "x", "text/plain").status == 400);
  f.csrf = "guess";
  CHECK(f.upload("a", "x").status == 403);
  f.cookie.clear();
  CHECK(f.upload("a", "x").status == 401);
  CHECK(f.stored.empty());
}

TEST_CASE("a deleted post takes its file along and gives the space back") {
  Fixture f;
  f.room.set_file_bytes(Room::files_bytes_max - 1);
  CHECK(f.upload("a", "x").status == 200);
  const std::string id = f.stored.at(0).files.at(0).id;
  Room::Act act;
  act.user = "ana";
  act.channel = "#c";
  act.post_id = f.stored.at(0).post_id;
  f.room.remove(act, {});
  CHECK(f.stored.at(1).files_gone == std::vector<std::string>{id});
  CHECK(f.ask("GET", "/room/file/" + id).status == 404);
  CHECK(f.upload("b", "x").status == 200);
}

TEST_CASE("a long output is a file on its message: its name and size in the room, its text on request") {
  Fixture f;
  const Value file = Value::Map{{"name", "timeline.txt"}, {"text", "line 1\nline 2"}};
  const Value message = Value::Map{{"text", "The timeline"}, {"attachments", Value::List{file}}};
  f.deliver("post", Value::Map{{"post_id", "p"}, {"message", message}, {"private_to", "ana"}});
  const std::string state = f.ask("GET", "/room/state").body;
  CHECK(state.find("timeline.txt") != std::string::npos);
  CHECK(state.find("line 2") == std::string::npos);
  const HttpResponse r = f.ask("GET", "/room/attachment", {{"channel", "#c"}, {"post", "p"}, {"name", "timeline.txt"}});
  CHECK(r.body == "line 1\nline 2");
  CHECK(r.headers.at("Content-Disposition").starts_with("attachment"));
  CHECK(f.ask("GET", "/room/attachment", {{"channel", "#c"}, {"post", "p"}, {"name", "x"}}).status == 404);
}
