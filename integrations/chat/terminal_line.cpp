// A change of the room as a line of text. Apart from the terminal itself, so that it needs no libedit.
#include <algorithm>
#include <ctime>

#include "bot/base/clock.h"
#include "bot/core/chat/message.h"
#include "integrations/chat/terminal.h"

namespace muster {

namespace {

// What people write may hold escape sequences; a terminal would obey them. C1 controls (C2 80..9F) too.
std::string harmless(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (c == 0xC2 && next >= 0x80 && next <= 0x9F) {
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

std::string paint(const std::string& text, const char* code, bool colors) {
  return colors && !text.empty() ? "\x1b[" + std::string(code) + "m" + text + "\x1b[0m" : text;
}

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

std::string post_line(const Value& post, bool colors) {
  if (post["deleted"].as_bool()) return {};
  const bool bot = post["bot"].as_bool();
  std::string body =
      bot && post["message"].is_map() ? plain_text(message_from(post["message"])) : post["text"].as_string();
  body = harmless(body);
  if (bot) {  // the first line says what happened: it carries the severity
    const std::size_t end = std::min(body.find('\n'), body.size());
    body = paint(body.substr(0, end), color_code(post["message"]["color"].as_string()), colors) + body.substr(end);
  }
  std::string where = harmless(post["channel"].as_string()) + (post["thread"].as_string().empty() ? "" : " (thread)");
  std::string line = paint(local_clock(post["created_ms"].as_int()), "2", colors) + " " + paint(where, "36", colors);
  line += " " + paint(harmless(post["author"].as_string()), bot ? "35;1" : "1", colors);
  if (post["edited_ms"].as_int() > 0) line += paint(" (edited)", "2", colors);
  return line + ": " + body;
}

}  // namespace

std::string terminal_line(const Value& event, bool colors) {
  const std::string& kind = event["kind"].as_string();
  if (kind == "post") return post_line(event["post"], colors);
  if (kind != "channel") return {};
  const Value& channel = event["channel"];
  std::string line = harmless(channel["name"].as_string());
  const std::string& about =
      channel["topic"].as_string().empty() ? channel["title"].as_string() : channel["topic"].as_string();
  if (!about.empty()) line += " — " + harmless(about);
  if (channel["archived"].as_bool()) line += " (archived)";
  return paint(line, "2", colors);
}

}  // namespace muster
