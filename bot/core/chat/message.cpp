#include "bot/core/chat/message.h"

#include "bot/base/base64.h"
#include "bot/base/hash.h"
#include "bot/base/text.h"
#include "bot/core/chat/markup.h"

namespace muster {

std::string plain(std::string_view outside) {
  // A backslash escapes markup for every renderer of ours; a zero-width space after @ keeps mentions dead.
  std::string out;
  for (const char c : outside) {
    if (c == '*' || c == '`' || c == '\\') out += '\\';
    out += c;
    if (c == '@') out += "\xE2\x80\x8B";
  }
  return out;
}

namespace {

// Strong text loses its stars; code keeps its backticks, because a terminal has no other way to show where it ends.
std::string without_markup(std::string_view text) {
  std::string out;
  std::size_t strong_end = std::string_view::npos;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const std::size_t end = (c == '*' || c == '`') && i != strong_end ? markup_end(text, i) : std::string_view::npos;
    if (c == '\\' && i + 1 < text.size()) {
      out += text[++i];
    } else if (c == '`' && end != std::string_view::npos) {
      out += '`' + unescaped(text.substr(i + 1, end - i - 1)) + '`';
      i = end;
    } else if (c == '*' && end != std::string_view::npos) {
      strong_end = end;
    } else if (i != strong_end) {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string plain_text(const Message& m) {
  std::string out = without_markup(m.text);
  for (const Section& s : m.sections) {
    if (!s.text.empty()) out += "\n" + without_markup(s.text);
    for (const auto& [label, value] : s.fields) out += "\n  " + label + ": " + without_markup(value);
  }
  for (const Button& b : m.buttons)
    if (!b.opens_form) out += "\n  [" + b.label + "] " + b.command;
  for (const Attachment& a : m.attachments) out += "\n  📎 " + a.name;
  return out;
}

Value to_value(const Message& m) {
  Value v = Value::Map{};
  v.set("text", m.text);
  if (!m.color.empty()) v.set("color", m.color);
  Value sections = Value::List{};
  for (const Section& s : m.sections) {
    Value fields = Value::List{};
    for (const auto& [label, value] : s.fields) fields.push(Value::List{label, value});
    sections.push(Value::Map{{"text", s.text}, {"fields", std::move(fields)}});
  }
  if (!m.sections.empty()) v.set("sections", std::move(sections));
  Value buttons = Value::List{};
  for (const Button& b : m.buttons) {
    Value button = Value::Map{{"label", b.label}, {"command", b.command}, {"style", b.style}};
    if (b.opens_form) button.set("opens_form", true);
    buttons.push(std::move(button));
  }
  if (!m.buttons.empty()) v.set("buttons", std::move(buttons));
  Value attachments = Value::List{};
  for (const Attachment& a : m.attachments) {
    // Messages are kept as text; a picture is written so that it stays as it is.
    const bool text = is_utf8(a.text);
    Value item = Value::Map{{"name", a.name}, {"type", a.type}};
    item.set("text", text ? a.text : to_base64(a.text));
    if (!text) item.set("base64", true);
    attachments.push(std::move(item));
  }
  if (!m.attachments.empty()) v.set("attachments", std::move(attachments));
  return v;
}

std::string attachment_bytes(const Value& a) {
  return a["base64"].as_bool() ? from_base64(a["text"].as_string()) : a["text"].as_string();
}

Message message_from(const Value& v) {
  Message m;
  m.text = v["text"].as_string();
  m.color = v["color"].as_string();
  for (const Value& s : v["sections"].as_list()) {
    Section section{.text = s["text"].as_string(), .fields = {}};
    for (const Value& f : s["fields"].as_list()) {
      if (f.as_list().size() == 2) {
        section.fields.emplace_back(f.as_list()[0].as_string(), f.as_list()[1].as_string());
      }
    }
    m.sections.push_back(std::move(section));
  }
  for (const Value& b : v["buttons"].as_list()) {
    m.buttons.push_back(
        {b["label"].as_string(), b["command"].as_string(), b["style"].as_string(), b["opens_form"].as_bool()});
  }
  for (const Value& a : v["attachments"].as_list()) {
    m.attachments.push_back({a["name"].as_string(), a["type"].as_string(), attachment_bytes(a)});
  }
  return m;
}

}  // namespace muster
