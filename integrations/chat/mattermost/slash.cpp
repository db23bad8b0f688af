// The slash command: a form with the command's token, which is all that says where it comes from. What was typed is
// seen by nobody else and leaves no post; the answer is posted as the bot, who could not edit one of the person's.
#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "integrations/chat/mattermost/commands.h"
#include "integrations/chat/mattermost/mattermost.h"
#include "integrations/chat/mattermost/names.h"
#include "integrations/net/http_text.h"

namespace muster {

using namespace mattermost;

namespace {

constexpr DurationMs answer_within_ms = 20 * second_ms;  // the server waits 30 s
constexpr DurationMs tokens_hold_ms = second_ms;
constexpr std::size_t form_bytes_max = 128u << 10;

// JSON that says so: with any other content type the person would see the braces. `{}` shows nothing.
HttpResponse whispered(const std::string& text) {
  const Value v =
      text.empty() ? Value(Value::Map{}) : Value(Value::Map{{"response_type", "ephemeral"}, {"text", text}});
  return {.status = 200, .content_type = "application/json", .body = to_json(v), .headers = {}};
}

std::string field(const std::map<std::string, std::string>& form, const char* name) {
  const auto it = form.find(name);
  return it == form.end() ? std::string() : it->second;
}

}  // namespace

// Both tokens of the file count, so that nobody is turned away while it is changed.
bool Mattermost::is_command_token(const std::string& token) {
  const TimeMs now = out_.clock.now();
  if (tokens_read_ms_ == 0 || now - tokens_read_ms_ >= tokens_hold_ms) {
    command_tokens_ = read_command_tokens(config_.command_token_file);
    tokens_read_ms_ = now;
  }
  bool good = false;
  for (const std::string& known : command_tokens_) good = equal_constant_time(token, known) || good;
  return good;
}

void Mattermost::slash(const HttpRequest& q, const std::function<void(HttpResponse)>& reply) {
  if (q.body.size() > form_bytes_max) return reply({.status = 413, .body = "too large\n", .headers = {}});
  const auto form = q.method == "GET" ? q.query : parse_query(q.body);
  if (!is_command_token(field(form, "token"))) {
    log(LogLevel::warn, "a slash command with a wrong token was refused", {{"from", q.remote}});
    return reply({.status = 401, .body = "not the token of our command\n", .headers = {}});
  }
  Inbound in;
  in.kind = "button";  // a line for us, without a post of its own
  in.user_id = field(form, "user_id");
  in.post.channel_id = field(form, "channel_id");
  in.post.root_id = field(form, "root_id");  // newer servers
  in.post.message = trim(field(form, "text"));
  in.trigger = field(form, "trigger_id");
  in.at = out_.clock.now();
  if (in.post.message.empty()) in.post.message = "help";
  if (!is_id(in.post.root_id)) in.post.root_id.clear();
  if (!is_id(in.user_id) || !is_id(in.post.channel_id) || in.trigger.empty())
    return reply({.status = 400, .body = "not a slash command\n", .headers = {}});
  const std::string language = reads(in.user_id, field(form, "user_name"));
  if (!ready_) return reply(whispered(say(language, "slash.apart")));
  if (field(form, "team_id") != team_)
    return reply(whispered(say(language, "slash.other_team", {{"team", team_name_}})));
  in.id = "slash:" + to_hex(sha256(in.trigger + in.user_id)).substr(0, 32);
  const auto told = std::make_shared<bool>(false);
  const auto once = [reply, told](const std::string& text) {
    if (!std::exchange(*told, true)) reply(whispered(text));
  };
  out_.timers.after(answer_within_ms, [once, late = say(language, "slash.not_stored")] { once(late); });
  in.told = std::make_shared<Message>();
  in.stored = [this, once, for_person = in.told](const Result<void>& stored) {
    once(stored ? told_text(*for_person) : stored.error().message);
  };
  slash_line(std::move(in));
}

// The bot must be where it shall answer: it joins a public channel by itself. A private channel that the server shows
// is one where it is a member; joining twice is no error.
void Mattermost::slash_line(Inbound in) {
  const auto known = channels_.find(in.post.channel_id);
  if (known != channels_.end() && !known->second.name.empty()) return enqueue(std::move(in));
  const std::string path = "/channels/" + path_part(in.post.channel_id);
  look_up(path, [this, in = std::move(in)](const Answer& a) {
    if (!a.ok() || a.body["type"].as_string() == "O") return slash_join(in);
    channels_[in.post.channel_id] = {a.body["name"].as_string(), a.body["type"].as_string(), {}};
    enqueue(in);
  });
}

void Mattermost::slash_join(const Inbound& in) {
  send(api_.post("/channels/" + in.post.channel_id + "/members", Value::Map{{"user_id", me_}}),
       [this, in](const Answer& a) {
         if (!a.ok())
           return in.stored(
               fail(ErrorKind::unauthorized, say(reads(in.user_id), "slash.invite", {{"who", "@" + my_name_}})));
         channels_.erase(in.post.channel_id);
         enqueue(in);
       });
}

}  // namespace muster
