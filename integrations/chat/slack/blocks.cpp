#include "integrations/chat/slack/blocks.h"

#include <algorithm>
#include <vector>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "integrations/chat/slack/mrkdwn.h"

namespace muster {

namespace {

using L = SlackLimits;

// What is left of the whole message's budget, and whether something was cut.
struct Room {
  std::size_t text = L::all_text;
  std::size_t blocks = L::blocks - 3;  // the last ones are kept for the buttons and the note about the file
  bool full = false;
  SlackChannelId channel = {};  // for links to ours
};

// Rendering adds escapes, so the source is shortened until the result fits; never inside an escape.
template <typename Render>
std::string shortened(std::string_view source, std::size_t limit, const Render& render, bool* cut = nullptr) {
  std::string out = render(source);
  if (cut && utf16_length(out) > limit) *cut = true;
  for (std::size_t keep = limit; utf16_length(out) > limit; keep = keep * 3 / 4) {
    if (keep == 0) return {};
    out = render(clip_utf16(source, keep));
  }
  return out;
}

std::string fitted(std::string_view source, std::size_t most, Room& room) {
  const std::size_t limit = std::min(most, room.text);
  // Markup that falls away is counted, too.
  if (source.size() > limit && utf16_length(source) > limit) room.full = true;
  const auto render = [&room](std::string_view text) { return slack_mrkdwn(text, room.channel); };
  std::string out = shortened(source, limit, render, &room.full);
  room.text -= utf16_length(out);
  return out;
}

Value text_object(const char* type, std::string text) { return Value::Map{{"type", type}, {"text", std::move(text)}}; }

Value section_of_text(std::string text) {
  return Value::Map{{"type", "section"}, {"text", text_object("mrkdwn", std::move(text))}};
}

// Long text becomes several sections, broken at line ends where there are any.
std::vector<std::string> pieces_of(std::string_view text, std::size_t most) {
  std::vector<std::string> pieces(1);
  for (const std::string& line : split(text, '\n')) {
    std::string& last = pieces.back();
    if (!last.empty() && last.size() + line.size() + 1 > most) {
      pieces.push_back(line);
    } else {
      last += (last.empty() ? "" : "\n") + line;
    }
  }
  return pieces;
}

void add_text(Value& blocks, std::string_view text, Room& room) {
  if (trim(text).empty()) return;
  for (const std::string& piece : pieces_of(text, L::section_text * 2 / 3)) {
    if (room.blocks == 0 || room.text == 0) {
      room.full = true;
      return;
    }
    std::string rendered = fitted(piece, L::section_text, room);
    if (trim(rendered).empty()) continue;  // an empty text object is an error
    blocks.push(section_of_text(std::move(rendered)));
    --room.blocks;
  }
}

void add_fields(Value& blocks, const Section& section, Room& room) {
  for (std::size_t from = 0; from < section.fields.size(); from += L::fields) {
    Value fields = Value::List{};
    for (std::size_t i = from; i < section.fields.size() && i < from + L::fields; ++i) {
      const auto& [label, value] = section.fields[i];
      std::string text = fitted("*" + label + "*\n" + value, L::field_text, room);
      if (!trim(text).empty()) fields.push(text_object("mrkdwn", std::move(text)));
    }
    if (room.blocks == 0) {
      room.full = true;
    } else if (!fields.as_list().empty()) {
      blocks.push(Value::Map{{"type", "section"}, {"fields", std::move(fields)}});
      --room.blocks;
    }
  }
}

Value button_element(const Button& button, std::size_t index) {
  Value element = Value::Map{{"type", "button"},
                             {"text", text_object("plain_text", clip_utf16(button.label, L::button_text))},
                             {"action_id", "say:" + std::to_string(index)},
                             {"value", button.command}};
  if (button.style == "primary" || button.style == "danger") element.set("style", button.style);
  return element;
}

// How much text they hold: it counts for the whole message as any other.
std::size_t add_buttons(Value& blocks, const Message& message, char prefix) {
  Value elements = Value::List{};
  std::string typed;
  std::size_t labels = 0;
  for (const Button& button : message.buttons) {
    if (elements.as_list().size() == L::buttons || button.label.empty()) break;
    if (utf16_length(button.command) > L::button_value) continue;  // a cut command would be another command
    elements.push(button_element(button, elements.as_list().size()));
    labels += std::min(utf16_length(button.label), L::button_text);
    if (button.opens_form) continue;  // its line alone only asks for the rest
    typed += (typed.empty() ? "" : " · ") + slack_mrkdwn("`" + plain(prefix + button.command) + "`");
  }
  if (elements.as_list().empty()) return 0;
  blocks.push(Value::Map{{"type", "actions"}, {"elements", std::move(elements)}});
  const std::size_t length = utf16_length(typed);
  if (typed.empty() || length > L::section_text) return labels;
  blocks.push(Value::Map{{"type", "context"}, {"elements", Value::List{text_object("mrkdwn", std::move(typed))}}});
  return labels + length;
}

std::string words_of(const Message& message) {
  std::string words = message.text;
  for (const Section& section : message.sections) {
    if (!section.text.empty()) words += "\n" + section.text;
    for (const auto& [label, value] : section.fields) words += "\n*" + label + "* " + value;
  }
  return words;
}

}  // namespace

SlackMessage slack_message(const Message& message, char prefix, std::string_view language,
                           const SlackChannelId& channel) {
  SlackMessage out;
  out.blocks = Value::List{};
  Value below = Value::List{};
  const std::string note = slack_mrkdwn(say(language, "slack.rest_as_file"));
  Room room;
  room.channel = channel;
  room.text -= add_buttons(below, message, prefix) + utf16_length(note);
  add_text(out.blocks, message.text, room);
  for (const Section& section : message.sections) {
    add_text(out.blocks, section.text, room);
    add_fields(out.blocks, section, room);
  }
  if (room.full) {
    out.rest = plain_text(message);
    out.blocks.push(section_of_text(note));
  }
  for (const Value& block : below.as_list()) out.blocks.push(block);
  out.text = shortened(slack_plain(message.text), L::fallback_text, slack_escape);
  if (trim(out.text).empty()) out.text = "…";
  if (out.blocks.as_list().empty()) out.blocks.push(section_of_text(out.text));
  return out;
}

SlackMessage slack_text_alone(const Message& message, char prefix, std::string_view language,
                              const SlackChannelId& channel) {
  SlackMessage out;
  const std::string note = "\n" + slack_mrkdwn(say(language, "slack.rest_as_file"));
  std::string typed;
  for (const Button& b : message.buttons)
    if (!b.opens_form && !b.label.empty())
      typed += (typed.empty() ? "\n" : " · ") + slack_mrkdwn("`" + plain(prefix + b.command) + "`");
  if (utf16_length(typed) > L::fallback_text / 2) typed.clear();
  bool cut = false;
  const std::size_t room = L::fallback_text - utf16_length(note) - utf16_length(typed);
  const auto render = [&channel](std::string_view text) { return slack_mrkdwn(text, channel); };
  out.text = shortened(words_of(message), room, render, &cut);
  if (cut) out.rest = plain_text(message);
  if (cut) out.text += note;
  out.text += typed;
  if (trim(out.text).empty()) out.text = "…";
  return out;
}

}  // namespace muster
