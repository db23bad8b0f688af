// Who may come in, what they get, and the event stream. What they may post is in room_web_post.cpp.
#include "bot/web/room_web.h"

#include <algorithm>
#include <charconv>

#include "bot/base/hash.h"
#include "bot/core/commands/words.h"
#include "bot/web/room_answers.h"
#include "bot/web/room_assets.h"
#include "bot/web/room_words.h"

namespace muster {

namespace {

constexpr std::size_t streams_max = 200;
// Changes kept for a reader that was away for a moment; whoever missed more reads the room anew.
constexpr std::size_t recent_max = 1'000, recent_bytes_max = 256u << 10;
constexpr std::size_t channels_shown = 200;
constexpr std::size_t posts_shown = 200;
constexpr std::size_t completions_max = 20;

// An address instead of a name: nobody can point another name's pages at it.
bool is_address(const std::string& host) {
  return host.starts_with("[") || (!host.empty() && host.find_first_not_of("0123456789.") == std::string::npos);
}

}  // namespace

RoomWeb::RoomWeb(Room& room, RoomWebOptions options)
    : room_(room),
      options_(std::move(options)),
      sessions_(options_.login_token, options_.default_person),
      epoch_(random_token(6)),
      lost_(room.cursor()) {
  feed_ = room_.subscribe_text([this](const Room::Change& change) { on_change(change); });
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
  const std::string host = host_name(header_of(request, "host"));
  if (host == "localhost" || is_address(host)) return true;
  return std::ranges::any_of(options_.host_names, [&](const std::string& name) { return host == host_name(name); });
}

std::optional<RoomSession> RoomWeb::session(const HttpRequest& request) const {
  return sessions_.find(cookie_of(request, sessions_.cookie_name()), options_.now ? options_.now() : 0);
}

std::optional<HttpResponse> RoomWeb::turn_away(const HttpRequest& request) const {
  if (!host_allowed(request)) return notice(421, "web.address");
  return logged_in(request) ? std::nullopt : std::optional(notice(401, "web.login"));
}

std::string RoomWeb::reader(const HttpRequest& request) const {
  const auto who = session(request);
  return who ? speaker(query_of(request, "as"), *who).value_or("") : std::string();
}

std::string RoomWeb::reader_language(const HttpRequest& request) const {
  const auto who = session(request);
  return language_of(who ? who->person : std::string());
}

void RoomWeb::request(HttpRequest request, HttpReply reply) {
  if (!host_allowed(request)) {
    return reply(notice(421, "web.address"));
  }
  const bool get_like = request.method == "GET" || request.method == "HEAD";
  const bool writes = request.method == "POST";
  if (!get_like && !writes) return reply(notice(405, "web.method"));
  if (get_like) {
    if (request.path == "/") return reply(redirect("/room"));
    if (request.path == "/login") return login(request, reply);
    if (request.path == "/room/style.css") return reply(answer(200, "text/css; charset=utf-8", room_style()));
    if (request.path == "/room/app.js") return reply(answer(200, "text/javascript; charset=utf-8", room_script()));
  }
  const std::optional<RoomSession> who = session(request);
  if (!who) {
    return reply(notice(401, "web.login"));
  }
  if (writes) return post(request, *who, reply);
  get(request, *who, reply);
}

std::string RoomWeb::language_of(const std::string& person) const {
  return options_.language ? options_.language(person) : "en";
}

HttpResponse RoomWeb::notice(int status, const std::string& key) const {
  const std::string language = language_of({});
  return notice_page(status, say(language, key + ".title"), say(language, key), language);
}

std::string RoomWeb::set_cookie(const std::string& value, TimeMs keep_ms) const {
  return sessions_.cookie_name() + "=" + value +
         "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(keep_ms / second_ms) +
         (options_.secure_cookie ? "; Secure" : "");
}

// Lax, because the link may be opened from a mail or a chat: the redirect would then leave a strict cookie out. What
// a page posts needs the session's own token besides.
void RoomWeb::login(const HttpRequest& request, const HttpReply& reply) {
  const TimeMs now = options_.now ? options_.now() : 0;
  const auto person = sessions_.person_of(query_of(request, "token"), now);
  if (!person) {
    return reply(notice(401, "web.link"));
  }
  HttpResponse r = redirect("/room");
  const std::string opened = sessions_.open(*person, now);
  r.headers["Set-Cookie"] = set_cookie(opened, RoomSessions::lifetime_ms);
  reply(r);
}

std::string RoomWeb::link_token(const std::string& person) const {
  return sessions_.link_token(person, options_.now ? options_.now() : 0);
}

void RoomWeb::new_login(const std::string& token) {
  options_.login_token = token;
  sessions_ = RoomSessions(token, options_.default_person);
  close_streams();
}

void RoomWeb::logout(const RoomSession& who, const HttpReply& reply) {
  sessions_.close(who.id);
  std::erase_if(streams_, [&](const Listener& l) {
    if (l.session != who.id) return false;
    l.stream->close();
    return true;
  });
  HttpResponse r = respond({});
  r.headers["Set-Cookie"] = set_cookie("", 0);
  reply(r);
}

void RoomWeb::get(const HttpRequest& request, const RoomSession& who, const HttpReply& reply) {
  if (request.path == "/room")
    return reply(answer(200, "text/html; charset=utf-8", in_language(room_page(), language_of(who.person))));
  if (request.path == "/room/state") return reply(state(request, who));
  if (request.path == "/room/complete") return reply(completions(request, who));
  if (request.path.starts_with("/room/file/")) return file(request, who, reply);
  if (request.path == "/room/attachment") return reply(attachment(request, who));
  reply(notice(404, "web.missing"));
}

Result<std::string> RoomWeb::speaker(const std::string& as, const RoomSession& who) const {
  if (as.empty() || as == who.person) return who.person;
  if (!options_.sandbox) {
    return fail(ErrorKind::unauthorized, say(language_of(who.person), "web.sandbox_only"));
  }
  const bool known = std::ranges::any_of(options_.people, [&](const RoomPerson& p) { return p.id == as; });
  if (!known) return fail(ErrorKind::invalid, say(language_of(who.person), "web.no_sample"));
  return as;
}

HttpResponse RoomWeb::state(const HttpRequest& request, const RoomSession& who) const {
  const Result<std::string> person = speaker(query_of(request, "as"), who);
  if (!person) return notice_page(403, say(language_of({}), "web.forbidden.title"), person.error().message);
  Value v = room_.snapshot(*person, channels_shown, posts_shown);
  Value people = Value::List{};
  for (const RoomPerson& p : options_.people) people.push(Value::Map{{"id", p.id}, {"name", p.name}});
  v.set("people", std::move(people));
  v.set("me", *person);
  v.set("language", language_of(*person));
  v.set("words", page_words(language_of(*person)));
  v.set("csrf", who.csrf);
  v.set("sandbox", options_.sandbox);
  v.set("prefix", options_.prefix);
  Value verbs = Value::List{};
  for (const std::string& verb : options_.verbs) verbs.push(verb);
  v.set("verbs", std::move(verbs));
  v.set("file_bytes_max", options_.read_file ? static_cast<std::int64_t>(Room::file_bytes_max) : 0);
  v.set("cursor", event_id(room_.cursor()));
  return json_answer(v);
}

HttpResponse RoomWeb::completions(const HttpRequest& request, const RoomSession& who) const {
  const Result<std::string> person = speaker(query_of(request, "as"), who);
  std::string text = query_of(request, "prefix");
  // Where people talk a command begins with the prefix, which the grammar does not know.
  const bool prefixed = !options_.prefix.empty() && text.starts_with(options_.prefix);
  if (prefixed) text.erase(0, options_.prefix.size());
  const bool first_word = text.find(' ') == std::string::npos;
  Value list = Value::List{};
  if (options_.complete && person && text.size() <= Room::text_bytes_max) {
    std::vector<std::string> words = options_.complete(text, query_of(request, "channel"), *person);
    if (words.size() > completions_max) words.resize(completions_max);
    for (const std::string& word : words) list.push((prefixed && first_word ? options_.prefix : "") + word);
  }
  return json_answer(Value::Map{{"completions", std::move(list)}});
}

std::string RoomWeb::event_id(std::uint64_t n) const { return epoch_ + "-" + std::to_string(n); }

bool RoomWeb::is_for(const Change& change, const std::string& person) const {
  return (change.private_to.empty() || change.private_to == person) &&
         (change.channel.empty() || room_.shows(change.channel, person));
}

void RoomWeb::on_change(const Room::Change& heard) {
  Change change{heard.n, std::string(heard.json), heard.private_to, heard.channel, heard.reset};
  if (room_.shows(change.channel, {})) change.channel.clear();  // to everybody: each page need not be asked about
  const std::string id = event_id(change.n);
  std::erase_if(streams_, [&](const Listener& l) {
    return is_for(change, l.person) && !l.stream->send(change.reset ? "reset" : "change", change.data, id);
  });
  if (!heard.lasts) return;
  recent_bytes_ += change.data.size();
  recent_.push_back(std::move(change));
  while (recent_.size() > recent_max || recent_bytes_ > recent_bytes_max) {
    lost_ = recent_.front().n;
    recent_bytes_ -= recent_.front().data.size();
    recent_.pop_front();
  }
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
    if (change.n <= seen || !is_for(change, person)) continue;
    if (!stream.send(change.reset ? "reset" : "change", change.data, event_id(change.n))) return true;
  }
  return true;
}

Result<void> RoomWeb::stream(const HttpRequest& request, std::shared_ptr<EventStream> stream) {
  if (request.path != "/room/events") return fail(ErrorKind::not_found, "There is no such stream.");
  if (!host_allowed(request)) return fail(ErrorKind::unauthorized, "Open the room by localhost.");
  // It could not read the events, but hold the places of those who may.
  if (is_of_another_site(request)) return fail(ErrorKind::unauthorized, "The request came from another site.");
  const std::optional<RoomSession> who = session(request);
  if (!who) return fail(ErrorKind::unauthorized, "Please log in with the link that muster printed.");
  const Result<std::string> person = speaker(query_of(request, "as"), *who);
  if (!person) return std::unexpected(person.error());
  if (streams_.size() >= streams_max) return fail(ErrorKind::unavailable, "Too many open pages.", "Close some.");
  // The browser's own header wins: after a reconnect it is newer than the address.
  const std::string from_header = header_of(request, "last-event-id");
  const std::string last = from_header.empty() ? query_of(request, "since") : from_header;
  if (!catch_up(last, *person, *stream)) stream->send("reset", "{}", event_id(room_.cursor()));
  streams_.push_back({std::move(stream), *person, who->id});
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
