#include "integrations/chat/slack/views.h"

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "integrations/chat/slack/mrkdwn.h"

namespace muster {

namespace {

constexpr std::size_t title_max = 24;
constexpr std::size_t label_max = 150;
constexpr std::size_t text_max = 3'000;
constexpr std::size_t options_max = 100;
constexpr std::size_t option_max = 75;

Value plain_object(std::string_view text, std::size_t most) {
  return Value::Map{{"type", "plain_text"}, {"text", clip_utf16(one_line(text), most)}};
}

Value option(const std::string& choice) {
  return Value::Map{{"text", plain_object(choice, option_max)}, {"value", choice}};
}

bool is_menu(const FormField& f) {
  if (f.kind != "choice" || f.choices.empty() || f.choices.size() > options_max) return false;
  for (const std::string& c : f.choices)
    if (c.empty() || utf16_length(c) > option_max) return false;
  return true;
}

Value menu(const FormField& f) {
  Value options = Value::List{};
  for (const std::string& c : f.choices) options.push(option(c));
  Value element = Value::Map{{"type", "static_select"}, {"action_id", f.name}, {"options", std::move(options)}};
  for (const std::string& c : f.choices)
    if (c == f.standard) element.set("initial_option", option(c));
  return element;
}

Value text_input(const FormField& f) {
  Value element = Value::Map{{"type", "plain_text_input"},
                             {"action_id", f.name},
                             {"multiline", f.kind == "long"},
                             {"max_length", static_cast<std::int64_t>(text_max)}};
  if (!f.standard.empty()) element.set("initial_value", clip_utf16(f.standard, text_max));
  return element;
}

Value input(const FormField& f) {
  Value block = Value::Map{{"type", "input"},
                           {"block_id", f.name},
                           {"optional", !f.required},
                           {"label", plain_object(f.label.empty() ? f.name : f.label, label_max)},
                           {"element", is_menu(f) ? menu(f) : text_input(f)}};
  if (!f.hint.empty()) block.set("hint", plain_object(f.hint, label_max));
  return block;
}

}  // namespace

Value slack_view(const Form& form, const SlackViewPlace& place) {
  Value blocks = Value::List{};
  if (!form.intro.empty()) {
    blocks.push(Value::Map{{"type", "section"}, {"text", plain_object(form.intro, text_max)}});
  }
  for (const FormField& f : form.fields) blocks.push(input(f));
  const std::string first = form.fields.empty() ? std::string() : form.fields.front().name;
  const Value kept =
      Value::Map{{"command", place.command}, {"channel", place.channel}, {"thread", place.thread}, {"first", first}};
  return Value::Map{{"type", "modal"},
                    {"callback_id", slack_view_id},
                    {"private_metadata", to_json(kept)},
                    {"title", plain_object(form.title, title_max)},
                    {"submit", plain_object(form.send, title_max)},
                    {"blocks", std::move(blocks)}};
}

SlackViewValues slack_view_values(const Value& view) {
  SlackViewValues v;
  const auto kept = parse_json(view["private_metadata"].as_string(), 4);
  if (view["callback_id"].as_string() != slack_view_id || !kept) return v;
  v.place = {(*kept)["command"].as_string(), (*kept)["channel"].as_string(), (*kept)["thread"].as_string()};
  v.first = (*kept)["first"].as_string();
  // One action to a block; in a form that an older version opened it has another id.
  for (const auto& [field, actions] : view["state"]["values"].as_map()) {
    if (actions.as_map().empty()) continue;
    const Value& given = actions.as_map().begin()->second;
    v.values[field] =
        given.has("selected_option") ? given["selected_option"]["value"].as_string() : given["value"].as_string();
  }
  return v;
}

Value slack_view_answer(const FormAnswer& answer, const std::map<std::string, std::string>& values,
                        const std::string& first) {
  if (answer.taken()) return {};
  Value errors = Value::Map{};
  for (const auto& [field, why] : answer.wrong)
    if (values.contains(field)) errors.set(field, why);
  // What belongs to no field of the form is shown at its first one, unless that has something of its own.
  for (const auto& [field, why] : answer.wrong)
    if (!values.contains(field) && !errors.has(first)) errors.set(first, why);
  if (!answer.refused.empty() && !errors.has(first)) errors.set(first, answer.refused);
  return Value::Map{{"response_action", "errors"}, {"errors", std::move(errors)}};
}

}  // namespace muster
