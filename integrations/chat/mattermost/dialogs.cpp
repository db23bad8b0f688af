// Forms: interactive dialogs, only where Mattermost can reach us. What comes back proves nothing by itself and passes
// the person's own browser: the state is sealed for one person, one place, one command and an hour.
#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "integrations/chat/mattermost/markdown.h"
#include "integrations/chat/mattermost/mattermost.h"
#include "integrations/chat/mattermost/names.h"

namespace muster {

using namespace mattermost;

namespace {

constexpr DurationMs trigger_ms = 2'500;  // three seconds on the oldest servers, less the way
constexpr DurationMs form_valid_ms = hour_ms;
constexpr std::size_t triggers_max = 1'000;
constexpr std::size_t elements_max = 5;
constexpr std::size_t label_max = 24;
constexpr std::size_t help_max = 150;
constexpr std::int64_t text_max = 150;
constexpr std::int64_t long_text_max = 3'000;

Value element_of(const FormField& f) {
  const bool menu = f.kind == "choice" && !f.choices.empty();
  Value v = Value::Map{{"display_name", clip_runes(one_line(f.label.empty() ? f.name : f.label), label_max)},
                       {"name", f.name},
                       {"type", menu               ? "select"
                                : f.kind == "long" ? "textarea"
                                                   : "text"},
                       {"optional", !f.required},
                       {"help_text", clip_runes(one_line(f.hint), help_max)},
                       {"default", f.standard}};
  if (!menu) {
    v.set("max_length", f.kind == "long" ? long_text_max : text_max);
    return v;
  }
  Value options = Value::List{};
  for (const std::string& c : f.choices) options.push(Value::Map{{"text", c}, {"value", c}});
  v.set("options", std::move(options));
  return v;
}

std::string value_text(const Value& v) { return v.is_string() ? v.as_string() : v.is_null() ? "" : to_json(v); }

HttpResponse answered(const FormAnswer& answer) {
  Value body = Value::Map{};
  Value errors = Value::Map{};
  for (const auto& [field, why] : answer.wrong) errors.set(field, why);
  if (!answer.wrong.empty()) body.set("errors", std::move(errors));
  if (!answer.refused.empty()) body.set("error", answer.refused);
  return {.status = 200, .content_type = "application/json", .body = to_json(body), .headers = {}};
}

}  // namespace

std::string Mattermost::seal_form(const Value& state) const {
  const std::string key = hmac_sha256(config_.token, "muster forms");
  std::string text;
  for (const char* name : {"command", "channel", "thread", "user"}) text += state[name].as_string() + "\n";
  return to_hex(hmac_sha256(key, text + std::to_string(state["until"].as_int())));
}

void Mattermost::keep_trigger(const Inbound& in, ChatEvent& e) {
  if (in.trigger.empty() || config_.callback_url.empty()) return;
  const TimeMs now = out_.clock.now();
  std::erase_if(triggers_, [now](const auto& t) { return now - t.second.at > trigger_ms; });
  if (triggers_.size() >= triggers_max) return;
  triggers_[in.id] = {in.trigger, in.user_id, in.post.channel_id, in.at};
  e.can_open_form = true;
}

void Mattermost::form_as_text(OutMessage m, Done done) {
  m.kind = "post";
  deliveries_.take(m, std::move(done));
}

void Mattermost::open_form(const OutMessage& m, Done done) {
  const auto kept = triggers_.extract(m.body["event"].as_string());
  const TimeMs now = out_.clock.now();
  const Form form = form_from(m.body["form"]);
  const bool fits = form.fields.size() <= elements_max;
  if (kept.empty() || now - kept.mapped().at > trigger_ms || !fits) return form_as_text(m, std::move(done));
  Value state = Value::Map{{"command", form.command},
                           {"channel", kept.mapped().channel},
                           {"thread", m.body["thread"].as_string()},
                           {"user", kept.mapped().user},
                           {"until", now + form_valid_ms}};
  state.set("seal", seal_form(state));
  Value elements = Value::List{};
  for (const FormField& f : form.fields) elements.push(element_of(f));
  const Value dialog =
      Value::Map{{"callback_id", "muster"},         {"title", clip_runes(one_line(form.title), label_max)},
                 {"introduction_text", form.intro}, {"submit_label", clip_runes(one_line(form.send), label_max)},
                 {"notify_on_cancel", false},       {"state", to_json(state)},
                 {"elements", std::move(elements)}};
  const Value body = Value::Map{{"trigger_id", kept.mapped().id}, {"url", config_.callback_url}, {"dialog", dialog}};
  send(api_.post("/actions/dialogs/open", body), [this, m, done](const Answer& a) {
    if (a.ok()) return done({});
    log(LogLevel::warn, "Mattermost did not open a form", {{"why", a.why.empty() ? a.error_id : a.why}});
    form_as_text(m, done);
  });
}

void Mattermost::submitted(const Value& v, const std::function<void(HttpResponse)>& reply) {
  const auto parsed = parse_json(v["state"].as_string(), 4);
  const Value state = parsed ? *parsed : Value();
  const std::string user = v["user_id"].as_string(), channel = state["channel"].as_string();
  const bool sealed = equal_constant_time(state["seal"].as_string(), seal_form(state));
  if (!sealed || !is_id(user) || user != state["user"].as_string() || !is_id(channel)) {
    return reply({.status = 403, .body = "not a form of ours\n", .headers = {}});
  }
  const TimeMs now = out_.clock.now();
  const std::string command = state["command"].as_string();
  if (v["cancelled"].as_bool()) return reply(answered({}));
  if (state["until"].as_int() < now) {
    return reply(answered({.wrong = {}, .refused = say(reads(user), "form.old", {{"command", command}})}));
  }
  Inbound in;
  in.kind = "form";
  in.post.channel_id = channel;
  in.post.root_id = state["thread"].as_string();
  in.post.message = command;
  in.user_id = user;
  for (const auto& [name, value] : v["submission"].as_map()) in.form[name] = value_text(value);
  in.answer = std::make_shared<FormAnswer>();
  in.id = press_id("form:" + to_hex(sha256(to_json(state) + to_json(v["submission"]))).substr(0, 24));
  in.at = now;
  in.stored = [reply, answer = in.answer](const Result<void>& stored) {
    if (!stored) return reply(answered({.wrong = {}, .refused = stored.error().message}));
    reply(answered(*answer));
  };
  enqueue(std::move(in));
}

}  // namespace muster
