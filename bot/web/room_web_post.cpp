// What a browser may post to the room, and the proofs it has to bring.
#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/web/room_answers.h"
#include "bot/web/room_web.h"

namespace muster {

namespace {

constexpr std::size_t body_bytes_max = 64u << 10;
constexpr int body_depth_max = 4;

bool has_type(const HttpRequest& request, std::string_view wanted) {
  const std::string type = header_of(request, "content-type");
  const std::string_view name = std::string_view(type).substr(0, type.find(';'));
  return lower_ascii(trim(name)) == wanted;
}

}  // namespace

// Another site's page can make a browser send a POST; it can neither read the token nor set these headers.
Result<void> RoomWeb::check_origin(const HttpRequest& request, const RoomSession& who, bool is_file) const {
  if (is_of_another_site(request)) {
    return fail(ErrorKind::unauthorized, "The request came from another site.");
  }
  if (!equal_constant_time(header_of(request, "x-muster-csrf"), who.csrf)) {
    return fail(ErrorKind::unauthorized, "The page is out of date.", "Reload the page.");
  }
  if (is_file) {
    if (has_type(request, "application/octet-stream")) return {};
    return fail(ErrorKind::invalid, "A file has to be sent as application/octet-stream.");
  }
  if (!has_type(request, "application/json")) return fail(ErrorKind::invalid, "The body has to be JSON.");
  if (request.body.size() > body_bytes_max) return fail(ErrorKind::invalid, "The request is too large.");
  return {};
}

void RoomWeb::post(const HttpRequest& request, const RoomSession& who, const HttpReply& reply) {
  const bool is_file = request.path == "/room/file";
  if (const Result<void> ok = check_origin(request, who, is_file); !ok) return reply(respond(ok));
  if (is_file) return upload(request, who, reply);
  if (request.path == "/room/logout") return logout(who, reply);
  const Result<Value> body = parse_json(request.body, body_depth_max);
  if (!body || !body->is_map()) return reply(respond(fail(ErrorKind::invalid, "The body is not a JSON object.")));
  const Result<std::string> person = speaker((*body)["as"].as_string(), who);
  if (!person) return reply(respond(std::unexpected(person.error())));
  act(request.path, *body, *person, reply);
}

// The answer says field by field what is wrong; then the form stays open.
void RoomWeb::send_form(Room::Act act, const Value& form, const HttpReply& reply) {
  std::map<std::string, std::string> fields;
  for (const auto& [name, value] : form.as_map()) fields[name] = value.as_string();
  room_.send_form(std::move(act), std::move(fields), [reply](const Result<FormAnswer>& answer) {
    if (!answer) return reply(respond(std::unexpected(answer.error())));
    Value wrong = Value::Map{};
    for (const auto& [name, why] : answer->wrong) wrong.set(name, why);
    reply(json_answer(Value::Map{{"taken", answer->taken()}, {"wrong", wrong}, {"refused", answer->refused}}));
  });
}

void RoomWeb::act(const std::string& path, const Value& body, const std::string& person, const HttpReply& reply) {
  Room::Act a;
  a.user = person;
  a.channel = body["channel"].as_string();
  a.thread = body["thread"].as_string();
  a.post_id = body["post_id"].as_string();
  a.text = body["text"].as_string();
  a.emoji = body["emoji"].as_string();
  a.client_id = body["client_id"].as_string();
  const bool on = body["on"].as_bool(true);
  const auto done = [reply](const Result<void>& result) { reply(respond(result)); };
  if (path == "/room/say") return room_.say(std::move(a), done);
  a.shows_forms = path == "/room/press";
  if (path == "/room/press") return room_.press(std::move(a), done);
  if (path == "/room/form") return send_form(std::move(a), body["form"], reply);
  if (path == "/room/react") return room_.react(std::move(a), on, done);
  if (path == "/room/pin") return room_.pin(std::move(a), on, done);
  if (path == "/room/edit") return room_.edit(std::move(a), done);
  if (path == "/room/delete") return room_.remove(std::move(a), done);
  if (path != "/room/typing") return done(fail(ErrorKind::not_found, "The room has no such door."));
  room_.typing(person, a.channel);
  done({});
}

}  // namespace muster
