// Forms: a modal opens while the trigger of what the person did is good, three seconds and once; later the same is
// asked in words. What a sent form is told before it closes goes with its acknowledgement.
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "integrations/chat/slack/slack.h"
#include "integrations/chat/slack/views.h"

namespace muster {

namespace {

constexpr DurationMs trigger_ms = 2'500;  // Slack's three seconds, less the way
constexpr std::size_t remembered_max = 1'000;

}  // namespace

bool Slack::keep_trigger(const SlackEvent& e) {
  if (e.trigger_id.empty() || e.event.kind == "form") return false;
  const TimeMs now = out_.clock.now();
  std::erase_if(triggers_, [now](const auto& t) { return now - t.second.at > trigger_ms; });
  if (triggers_.size() < remembered_max) triggers_[e.event.id] = {e.trigger_id, e.event.channel, now};
  return true;
}

void Slack::form_as_text(OutMessage m, Done done) {
  m.kind = "post";
  deliveries_.take(m, std::move(done));
}

void Slack::open_form(const OutMessage& m, Done done) {
  const auto kept = triggers_.extract(m.body["event"].as_string());
  const TimeMs now = out_.clock.now();
  if (kept.empty() || now - kept.mapped().at > trigger_ms || !ready_) return form_as_text(m, std::move(done));
  const Form form = form_from(m.body["form"]);
  const Value view = slack_view(form, {form.command, kept.mapped().channel, m.body["thread"].as_string()});
  const Value arguments = Value::Map{{"trigger_id", kept.mapped().id}, {"view", view}};
  queue_.add({.lane = {}, .buckets = {"method:views.open"}, .urgent = true, .barrier = false},
             [this, arguments, m, done](Job job) {
               queue_.call(job, method_call("views.open", arguments, config_.bot_token),
                           [this, job, m, done](const Result<HttpResult>& result) {
                             queue_.finish(job);
                             SlackAnswer a;
                             if (result) a = read_slack_answer(result->status, result->body, result->headers);
                             if (a.fate == SlackAnswer::Fate::ok) return done({});
                             // A trigger works once: whatever went wrong, it is asked in words.
                             log(LogLevel::warn, "Slack did not open a form",
                                 {{"why", a.error.empty() ? "no answer" : a.error + " " + a.detail}});
                             form_as_text(m, done);
                           });
             });
}

// A form that was refused is sent again with other values, or the same: each time it is another event.
void Slack::count_submission(ChatEvent& e) const {
  const auto it = submissions_.find(e.id);
  if (it != submissions_.end()) e.id += "#" + std::to_string(it->second);
}

std::string Slack::form_answered(const std::string& id, const Inbound& in, const FormAnswer& answer) {
  if (answer.taken()) return {};
  if (submissions_.size() >= remembered_max) submissions_.clear();
  ++submissions_[id.substr(0, id.find('#'))];
  return to_json(slack_view_answer(answer, in.event.event.form, in.event.first_field));
}

}  // namespace muster
