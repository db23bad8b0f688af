// Buttons: only where Mattermost can reach us. A click carries no proof of where it comes from, so each button's
// context is sealed with a key that only we have; who clicked is what the server says, as far as its word reaches.
#include <algorithm>

#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/core/chat/message.h"
#include "bot/core/commands/words.h"
#include "integrations/chat/mattermost/markdown.h"
#include "integrations/chat/mattermost/mattermost.h"
#include "integrations/chat/mattermost/names.h"
#include "integrations/chat/mattermost/self_check.h"

namespace muster {

using namespace mattermost;

namespace {

constexpr DurationMs valid_ms = 7 * day_ms;
constexpr DurationMs twice_ms = 10 * second_ms;  // two clicks within it are one
constexpr std::size_t buttons_max = 5;
constexpr const char* nothing = " self check";  // no command begins with a space

std::string style_of(const std::string& style) {
  return style == "danger" ? "danger" : style == "primary" ? "primary" : "default";
}

// Anything but 200 with a body is shown to the person as an error of the integration.
HttpResponse said(const std::string& text) {
  // Our text is Markdown already: what looks like Slack's links in it is somebody's words.
  const Value body =
      text.empty() ? Value(Value::Map{}) : Value(Value::Map{{"ephemeral_text", text}, {"skip_slack_parsing", true}});
  return {.status = 200, .content_type = "application/json", .body = to_json(body), .headers = {}};
}

}  // namespace

std::string Mattermost::seal(const std::string& channel_id, const std::string& command, TimeMs until) const {
  const std::string key = hmac_sha256(config_.token, "muster buttons");
  return to_hex(hmac_sha256(key, channel_id + "\n" + std::to_string(until) + "\n" + command));
}

Value Mattermost::attachments(const Op& op) const {
  if (config_.callback_url.empty()) return {};
  const std::string channel_id = out_.directory.theirs("channel", op.channel);
  const TimeMs until = out_.clock.now() + valid_ms;
  Value actions = Value::List{};
  for (const Button& b : message_from(op.message.body["message"]).buttons) {
    const std::size_t n = actions.as_list().size();
    if (b.command.empty() || n >= buttons_max) continue;
    Value context = Value::Map{{"command", b.command}, {"until", until}, {"seal", seal(channel_id, b.command, until)}};
    if (b.opens_form) context.set("form", true);
    actions.push(Value::Map{{"id", "b" + std::to_string(n)},  // letters and digits: anything else is 404 on 5.37
                            {"type", "button"},
                            {"name", one_line(b.label)},
                            {"style", style_of(b.style)},
                            {"integration", Value::Map{{"url", config_.callback_url}, {"context", context}}}});
  }
  if (actions.as_list().empty()) return Value(op.message.kind == "edit" ? Value(Value::List{}) : Value());
  return Value::List{Value::Map{{"actions", std::move(actions)}}};
}

// Two presses within ten seconds are one, and have one id.
std::string Mattermost::press_id(const std::string& what) {
  const TimeMs now = out_.clock.now();
  std::erase_if(pressed_, [now](const auto& p) { return now - p.second >= twice_ms; });
  return what + ":" + std::to_string(pressed_.emplace(what, now).first->second);
}

// What is said before the person alone, as the answer to a press or a slash command; empty: nothing is.
std::string Mattermost::told_text(const Message& told) const {
  if (told.text.empty() && told.sections.empty()) return {};
  return clip_runes(markdown_message(told, out_.prefix, channel_link()), runes_max_);
}

void Mattermost::click(const std::string& body, const std::function<void(HttpResponse)>& reply) {
  const auto parsed = parse_json(body, 16);
  const Value v = parsed ? *parsed : Value();
  if (v["type"].as_string() == "dialog_submission") return submitted(v, reply);
  const Value& context = v["context"];
  const std::string command = context["command"].as_string(), channel = v["channel_id"].as_string();
  const TimeMs until = context["until"].as_int(), now = out_.clock.now();
  const std::string user = v["user_id"].as_string(), post = v["post_id"].as_string();
  const bool sealed = equal_constant_time(context["seal"].as_string(), seal(channel, command, until));
  if (sealed && command == nothing && user == me_) return reply(said({}));
  if (!is_id(user) || !is_id(post) || !is_id(channel))
    return reply({.status = 403, .body = "not a button of ours\n", .headers = {}});
  // Nothing of what it claims is believed or repeated. After a change of the token everybody's buttons are like that.
  const std::string language = reads(user, v["user_name"].as_string());
  if (!sealed) return reply(said(say(language, "button.unsealed")));
  if (until < now)
    return reply(said(say(language, "button.old", {{"command", std::string(1, out_.prefix) + command}})));
  Inbound in;
  in.kind = "button";
  in.post.id = post;
  in.post.channel_id = channel;
  in.post.message = command;
  in.user_id = user;
  in.id = press_id("click:" + post + ":" + user + ":" + to_hex(sha256(command)).substr(0, 12));
  in.at = now;
  in.trigger = v["trigger_id"].as_string();
  // A form that was closed may be opened again at once: two of them do no harm.
  if (context["form"].as_bool()) in.id += ":" + to_hex(sha256(in.trigger)).substr(0, 12);
  in.told = std::make_shared<Message>();
  in.stored = [this, reply, told = in.told](const Result<void>& stored) {
    reply(said(stored ? told_text(*told) : stored.error().message));
  };
  enqueue(std::move(in));
}

void Mattermost::self_check(ChatChecksDone done) {
  check_mattermost(out_.http, out_.clock, config_, [this, alive = std::weak_ptr<bool>(alive_), done](ChatChecks found) {
    if (alive.expired()) return;
    const bool accepted = std::ranges::any_of(found, [](const ChatCheck& c) { return c.key == "account"; });
    if (!ready_ || !accepted || config_.callback_url.empty()) return done(std::move(found));
    check_callback(std::move(found), done);
  });
}

// The only way to know whether the server reaches us is to let it try: a post in the bot's conversation with itself,
// whose button the bot presses.
void Mattermost::check_callback(ChatChecks found, ChatChecksDone done) {
  const auto checks = std::make_shared<ChatChecks>(std::move(found));
  const auto unasked = [checks, done](const std::string& what, const Answer& a) {
    checks->push_back({"note", "not_asked", {{"what", what}, {"why", a.why.empty() ? a.error_id : a.why}}});
    done(*checks);
  };
  const auto pressed = [this, checks, done](const std::string& post, const Answer& a) {
    const std::string setting = this->setting("MATTERMOST_CALLBACK_URL", "callback_url");
    if (a.ok())
      checks->push_back({"ok", "mattermost.callback"});
    else
      checks->push_back({"FAIL", "mattermost.no_callback", {{"url", config_.callback_url}, {"setting", setting}}});
    send(api_.del("/posts/" + post), [checks, done](const Answer&) { done(*checks); });
  };
  send(api_.post("/channels/direct", Value::List{me_, me_}), [this, unasked, pressed](const Answer& a) {
    if (!a.ok()) return unasked("/channels/direct", a);
    const std::string channel = a.body["id"].as_string();
    const TimeMs until = out_.clock.now() + minute_ms;
    const Value context = Value::Map{{"command", nothing}, {"until", until}, {"seal", seal(channel, nothing, until)}};
    const Value button = Value::Map{{"id", "check"},
                                    {"type", "button"},
                                    {"name", "check"},
                                    {"integration", Value::Map{{"url", config_.callback_url}, {"context", context}}}};
    const Value attachment = Value::Map{{"actions", Value::List{button}}};
    const Value body = Value::Map{
        {"channel_id", channel}, {"message", "check"}, {"props", Value::Map{{"attachments", Value::List{attachment}}}}};
    send(api_.post("/posts", body), [this, unasked, pressed](const Answer& made) {
      if (!made.ok()) return unasked("/posts", made);
      const std::string post = made.body["id"].as_string();
      send(api_.post("/posts/" + post + "/actions/check", Value::Map{}),
           [pressed, post](const Answer& answer) { pressed(post, answer); });
    });
  });
}

// Outside of the budget: a handful of calls that nothing waits for.
void Mattermost::send(HttpCall call, Then then) {
  out_.http.send(std::move(call), [alive = std::weak_ptr<bool>(alive_), then = std::move(then)](const auto& result) {
    if (!alive.expired()) then(answer_of(result));
  });
}

}  // namespace muster
