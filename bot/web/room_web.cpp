// Who may come in, what they get, and the event stream. What they may post is in room_web_post.cpp.
#include "bot/web/room_web.h"

#include <algorithm>
#include <charconv>

#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/web/room_assets.h"

namespace muster {

namespace {

constexpr std::size_t sessions_max = 200;
constexpr std::size_t streams_max = 200;
constexpr std::size_t recent_max = 1'000;  // changes kept for a reader that was away for a moment
constexpr std::size_t channels_shown = 200;
constexpr std::size_t posts_shown = 200;
constexpr std::size_t completions_max = 20;

std::string header(const HttpRequest& request, const std::string& name) {
  const auto it = request.headers.find(name);
  return it == request.headers.end() ? std::string() : it->second;
}

std::string query(const HttpRequest& request, const std::string& name) {
  const auto it = request.query.find(name);
  return it == request.query.end() ? std::string() : it->second;
}

HttpResponse answer(int status, std::string type, std::string body) {
  HttpResponse r;
  r.status = status;
  r.content_type = std::move(type);
  r.body = std::move(body);
  r.headers = {{"Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
                "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
               {"X-Content-Type-Options", "nosniff"},
               {"X-Frame-Options", "DENY"},
               {"Referrer-Policy", "no-referrer"},
               {"Cross-Origin-Resource-Policy", "same-origin"},
               {"Cross-Origin-Opener-Policy", "same-origin"},
               {"Cache-Control", "no-store"}};
  return r;
}

HttpResponse page(int status, const std::string& title, const std::string& text) {
  return answer(status, "text/html; charset=utf-8",
                "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
                "content=\"width=device-width\"><title>" +
                    escape_html(title) + "</title><link rel=\"stylesheet\" href=\"/room/style.css\">" +
                    "<body class=\"notice\"><main><h1>" + escape_html(title) + "</h1><p>" + escape_html(text) +
                    "</p></main></body></html>");
}

HttpResponse redirect(const std::string& to) {
  HttpResponse r = answer(302, "text/plain; charset=utf-8", "");
  r.headers["Location"] = to;
  return r;
}

HttpResponse json(const Value& value) { return answer(200, "application/json; charset=utf-8", to_json(value)); }

std::string cookie(const HttpRequest& request, std::string_view name) {
  for (const std::string& part : split(header(request, "cookie"), ';')) {
    const std::string_view pair = trim(part);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return std::string(pair.substr(name.size() + 1));
    }
  }
  return {};
}

// "[::1]:8080" -> "[::1]", "localhost:8080" -> "localhost"
std::string host_name(const std::string& host) {
  const std::size_t from = host.starts_with("[") ? host.find(']') : 0;
  if (from == std::string::npos) return {};
  const std::size_t colon = host.find(':', from);
  return lower_ascii(host.substr(0, colon));
}

}  // namespace

RoomWeb::RoomWeb(Room& room, RoomWebOptions options)
    : room_(room), options_(std::move(options)), epoch_(random_token(6)), lost_(room.cursor()) {
  feed_ = room_.subscribe([this](const Value& event, const std::string& to) { on_change(event, to); });
}

RoomWeb::~RoomWeb() {
  room_.unsubscribe(feed_);
  close_streams();
}

bool RoomWeb::handles(const HttpRequest& request) const {
  return request.path == "/" || request.path == "/login" || request.path == "/room" ||
         request.path.starts_with("/room/");
}

// A page elsewhere that points its own name at this machine must not get in (DNS rebinding).
bool RoomWeb::host_allowed(const HttpRequest& request) const {
  const std::string host = host_name(header(request, "host"));
  if (host == "localhost" || host == "127.0.0.1" || host == "[::1]") return true;
  return !options_.listen_host.empty() && host == host_name(options_.listen_host);
}

RoomWeb::Session* RoomWeb::session(const HttpRequest& request) {
  const auto it = sessions_.find(cookie(request, "muster_session"));
  return it == sessions_.end() ? nullptr : &it->second;
}

void RoomWeb::request(HttpRequest request, HttpReply reply) {
  if (!host_allowed(request)) {
    return reply(page(421, "Wrong address", "Open the room by localhost or by the host name muster listens on."));
  }
  const bool get_like = request.method == "GET" || request.method == "HEAD";
  const bool writes = request.method == "POST";
  if (!get_like && !writes) return reply(page(405, "Not possible", "The room knows GET and POST."));
  if (get_like) {
    if (request.path == "/") return reply(redirect("/room"));
    if (request.path == "/login") return login(request, reply);
    if (request.path == "/room/style.css") return reply(answer(200, "text/css; charset=utf-8", room_style()));
    if (request.path == "/room/app.js") return reply(answer(200, "text/javascript; charset=utf-8", room_script()));
  }
  const Session* who = session(request);
  if (!who) {
    return reply(page(401, "Please log in",
                      "muster prints a login link when it starts, in its terminal or its log. Open that link once in "
                      "this browser. After a restart of muster there is a new link."));
  }
  if (writes) return post(request, *who, reply);
  get(request, *who, reply);
}

void RoomWeb::login(const HttpRequest& request, const HttpReply& reply) {
  const std::string token = query(request, "token");
  if (options_.login_token.empty() || !equal_constant_time(sha256(token), sha256(options_.login_token))) {
    return reply(page(401, "This link is not valid", "Use the newest login link that muster printed when it started."));
  }
  if (sessions_.size() >= sessions_max) {
    sessions_.erase(std::ranges::min_element(sessions_, {}, [](const auto& s) { return s.second.opened; }));
  }
  const std::string id = random_token(24);
  Session& opened = sessions_[id];
  opened.csrf = random_token(24);
  opened.person = options_.default_person;
  opened.opened = ++logins_;
  HttpResponse r = redirect("/room");
  r.headers["Set-Cookie"] =
      "muster_session=" + id + "; Path=/; HttpOnly; SameSite=Strict" + (options_.secure_cookie ? "; Secure" : "");
  reply(r);
}

void RoomWeb::get(const HttpRequest& request, const Session& who, const HttpReply& reply) {
  if (request.path == "/room") return reply(answer(200, "text/html; charset=utf-8", room_page()));
  if (request.path == "/room/state") return reply(state(request, who));
  if (request.path == "/room/complete") return reply(completions(request, who));
  reply(page(404, "Not here", "The room has no such page."));
}

Result<std::string> RoomWeb::speaker(const std::string& as, const Session& who) const {
  if (as.empty() || as == who.person) return who.person;
  if (!options_.sandbox) {
    return fail(ErrorKind::unauthorized, "Speaking as somebody else is for the sandbox only.");
  }
  const bool known = std::ranges::any_of(options_.people, [&](const RoomPerson& p) { return p.id == as; });
  if (!known) return fail(ErrorKind::invalid, "There is no sample person of that name.");
  return as;
}

HttpResponse RoomWeb::state(const HttpRequest& request, const Session& who) const {
  const Result<std::string> person = speaker(query(request, "as"), who);
  if (!person) return page(403, "Not allowed", person.error().message);
  Value v = room_.snapshot(*person, channels_shown, posts_shown);
  Value people = Value::List{};
  for (const RoomPerson& p : options_.people) people.push(Value::Map{{"id", p.id}, {"name", p.name}});
  v.set("people", std::move(people));
  v.set("me", *person);
  v.set("csrf", who.csrf);
  v.set("sandbox", options_.sandbox);
  v.set("cursor", event_id(room_.cursor()));
  return json(v);
}

HttpResponse RoomWeb::completions(const HttpRequest& request, const Session& who) const {
  const Result<std::string> person = speaker(query(request, "as"), who);
  const std::string prefix = query(request, "prefix");
  Value list = Value::List{};
  if (options_.complete && person && prefix.size() <= Room::text_bytes_max) {
    std::vector<std::string> words = options_.complete(prefix, query(request, "channel"), *person);
    if (words.size() > completions_max) words.resize(completions_max);
    for (std::string& word : words) list.push(std::move(word));
  }
  return json(Value::Map{{"completions", std::move(list)}});
}

std::string RoomWeb::event_id(std::uint64_t n) const { return epoch_ + "-" + std::to_string(n); }

void RoomWeb::on_change(const Value& event, const std::string& private_to) {
  const auto n = static_cast<std::uint64_t>(event["n"].as_int());
  const std::string data = to_json(event);
  const bool ephemeral = event["kind"].as_string() == "typing";  // worthless to somebody who was away
  if (!ephemeral) recent_.push_back({n, data, private_to});
  if (recent_.size() > recent_max) {
    lost_ = recent_.front().n;
    recent_.pop_front();
  }
  std::erase_if(streams_, [&](const Listener& l) {
    if (!private_to.empty() && private_to != l.person) return false;
    return !l.stream->send("change", data, event_id(n));
  });
}

// False: too much was missed, or it was another process that counted.
bool RoomWeb::catch_up(const std::string& last_id, const std::string& person, EventStream& stream) const {
  if (!last_id.starts_with(epoch_ + "-")) return false;
  const char* const digits = last_id.data() + epoch_.size() + 1;
  const char* const end = last_id.data() + last_id.size();
  std::uint64_t seen = 0;
  const auto [stop, error] = std::from_chars(digits, end, seen);
  if (error != std::errc() || stop != end || seen > room_.cursor() || seen < lost_) return false;
  for (const Change& change : recent_) {
    if (change.n <= seen || (!change.private_to.empty() && change.private_to != person)) continue;
    if (!stream.send("change", change.data, event_id(change.n))) return true;
  }
  return true;
}

Result<void> RoomWeb::stream(const HttpRequest& request, std::shared_ptr<EventStream> stream) {
  if (request.path != "/room/events") return fail(ErrorKind::not_found, "There is no such stream.");
  if (!host_allowed(request)) return fail(ErrorKind::unauthorized, "Open the room by localhost.");
  const Session* who = session(request);
  if (!who) return fail(ErrorKind::unauthorized, "Please log in with the link that muster printed.");
  const Result<std::string> person = speaker(query(request, "as"), *who);
  if (!person) return std::unexpected(person.error());
  if (streams_.size() >= streams_max) return fail(ErrorKind::unavailable, "Too many open pages.", "Close some.");
  // The browser's own header wins: after a reconnect it is newer than the address.
  const std::string from_header = header(request, "last-event-id");
  const std::string last = from_header.empty() ? query(request, "since") : from_header;
  if (!catch_up(last, *person, *stream)) stream->send("reset", "{}", event_id(room_.cursor()));
  streams_.push_back({std::move(stream), *person});
  return {};
}

void RoomWeb::heartbeat() {
  std::erase_if(streams_, [](const Listener& l) { return !l.stream->send("ping", "{}", ""); });
}

void RoomWeb::close_streams() {
  for (const Listener& l : streams_) l.stream->close();
  streams_.clear();
}

}  // namespace muster
