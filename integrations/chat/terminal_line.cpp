// A post of the room as text for a screen. Apart from the terminal itself, so that it needs no libedit.
#include <algorithm>
#include <ctime>
#include <set>

#include "bot/base/clock.h"
#include "bot/base/text.h"
#include "bot/core/chat/message.h"
#include "integrations/chat/terminal_view.h"

namespace muster {

// What people write may hold escape sequences; a terminal would obey them. C1 controls (C2 80..9F) too, and the
// marks that turn the direction of the rest of the line (U+202A..202E, U+2066..2069).
std::string harmless(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto at = [&](std::size_t n) { return i + n < text.size() ? static_cast<unsigned char>(text[i + n]) : 0U; };
    const bool turns = c == 0xE2 && ((at(1) == 0x80 && at(2) >= 0xAA && at(2) <= 0xAE) ||
                                     (at(1) == 0x81 && at(2) >= 0xA6 && at(2) <= 0xA9));
    if (turns) {
      i += 2;
    } else if (c == 0xC2 && at(1) >= 0x80 && at(1) <= 0x9F) {
      ++i;
    } else if (c == '\n') {
      out += "\n    ";
    } else if (c == '\t') {
      out += ' ';
    } else if (c >= 0x20 && c != 0x7F) {
      out += text[i];
    }
  }
  return out;
}

namespace {

bool goes_on(char byte) { return (static_cast<unsigned char>(byte) & 0xC0u) == 0x80u; }

}  // namespace

std::size_t points_of_last(std::string_view text) {
  const std::size_t whole = grapheme_count(text);
  std::size_t points = 0;
  while (!text.empty() && grapheme_count(text) == whole) {
    while (text.size() > 1 && goes_on(text.back())) text.remove_suffix(1);
    text.remove_suffix(1);
    ++points;
  }
  return points;
}

std::size_t points_of_first(std::string_view text) {
  std::size_t points = 0;
  for (std::size_t end = 0; end < text.size(); ++points) {
    for (++end; end < text.size() && goes_on(text[end]);) ++end;
    if (grapheme_count(text.substr(0, end)) > 1) break;
  }
  return points;
}

std::string paint(const std::string& text, const char* code, bool colors) {
  return colors && !text.empty() ? "\x1b[" + std::string(code) + "m" + text + "\x1b[0m" : text;
}

namespace {

constexpr std::size_t brief_graphemes = 90;

const char* color_code(const std::string& severity) {
  if (severity == "danger") return "31";
  if (severity == "warning") return "33";
  return severity == "good" ? "32" : "1";
}

std::string local_clock(TimeMs at) {
  const auto seconds = static_cast<std::time_t>(at / second_ms);
  std::tm parts{};
  char text[16] = "";
  if (localtime_r(&seconds, &parts)) std::strftime(text, sizeof text, "%H:%M", &parts);
  return text;
}

// Pressing is for the mouse; here a button is the line that one types.
std::string card_text(const Value& post, const TerminalLook& look) {
  Message message = message_from(post["message"]);
  const std::vector<Button> buttons = std::move(message.buttons);
  message.buttons.clear();
  std::string out = harmless(plain_text(message));
  const bool direct = post["channel"].as_string() == "#muster";
  for (const Button& b : buttons) {
    const std::string line = (direct ? "" : look.prefix) + b.command;
    out += "\n    " + paint(harmless(b.label), "1", look.colors) + " → " + paint(harmless(line), "36", look.colors);
  }
  return out;
}

std::string files_text(const Value& post) {
  std::string out;
  for (const Value& f : post["files"].as_list()) {
    out += "\n    📎 " + harmless(f["name"].as_string()) + ", " + std::to_string(f["size"].as_int()) + " bytes";
  }
  return out;
}

std::string raw_text(const Value& post) {
  if (!post["message"].is_map()) return post["text"].as_string();
  return plain_text(message_from(Value::Map{{"text", post["message"]["text"]}}));
}

std::string marks(const Value& post) {
  std::string out;
  for (const auto& [emoji, people] : post["reactions"].as_map()) {
    out += " " + harmless(emoji) + (people.as_list().size() > 1 ? std::to_string(people.as_list().size()) : "");
  }
  if (post["pinned"].as_bool()) out += " (pinned)";
  if (post["edited_ms"].as_int() > 0 && !post["bot"].as_bool()) out += " (edited)";
  if (post["private"].as_bool()) out += " (only you see this)";
  return out;
}

std::string head(const Value& post, bool colors) {
  const bool bot = post["bot"].as_bool();
  std::string out = paint(local_clock(post["created_ms"].as_int()), "2", colors) + " ";
  if (!post["thread"].as_string().empty()) out += paint("↳ ", "2", colors);
  return out + paint(harmless(post["author"].as_string()), bot ? "35;1" : "1", colors);
}

// "ana" was added or taken back for `emoji`: the first difference is what happened.
std::string reaction_change(const Value& before, const Value& after) {
  std::set<std::string> emojis;
  for (const Value* side : {&before, &after}) {
    for (const auto& [emoji, people] : (*side)["reactions"].as_map()) emojis.insert(emoji);
  }
  for (const std::string& emoji : emojis) {
    const auto& was = before["reactions"][emoji].as_list();
    const auto& now = after["reactions"][emoji].as_list();
    for (const Value& who : now) {
      if (std::ranges::find(was, who) == was.end()) return who.as_string() + " reacted " + emoji + " to";
    }
    for (const Value& who : was) {
      if (std::ranges::find(now, who) == now.end()) return who.as_string() + " took back " + emoji + " from";
    }
  }
  return {};
}

}  // namespace

std::string terminal_post(const Value& post, const TerminalLook& look) {
  if (post["deleted"].as_bool()) return {};
  std::string body = post["message"].is_map() ? card_text(post, look) : harmless(post["text"].as_string());
  if (post["bot"].as_bool()) {  // the first line says what happened: it carries the severity
    const std::size_t end = std::min(body.find('\n'), body.size());
    body = paint(body.substr(0, end), color_code(post["message"]["color"].as_string()), look.colors) + body.substr(end);
  }
  const std::string mark = paint(marks(post), "2", look.colors);
  return head(post, look.colors) + mark + ": " + body + files_text(post);
}

std::string terminal_brief(const Value& post, const TerminalLook& look) {
  const std::string first = split(raw_text(post), '\n').front();
  return head(post, look.colors) + ": " + clip(harmless(first), brief_graphemes);
}

std::string terminal_change(const Value& before, const Value& after, const TerminalLook& look) {
  const std::string author = after["author"].as_string();
  std::string what = reaction_change(before, after);
  const Value* shown = &after;
  if (after["deleted"].as_bool()) {
    if (before["deleted"].as_bool()) return {};
    return paint(harmless(author + " deleted a post of " + local_clock(after["created_ms"].as_int())), "2",
                 look.colors);
  }
  if (before["pinned"] != after["pinned"]) what = after["pinned"].as_bool() ? "pinned:" : "no longer pinned:";
  const bool text_differs = before["text"] != after["text"] || before["message"] != after["message"];
  if (text_differs) what = author + (after["bot"].as_bool() ? " updated:" : " edited:");
  if (what.empty()) return {};
  const std::string text = clip(harmless(one_line(split(raw_text(*shown), '\n').front())), brief_graphemes);
  return paint(harmless(what), "2", look.colors) + " " + text;
}

}  // namespace muster
