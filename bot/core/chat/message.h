// What the bot says, platform-neutral. Each platform renders it; plain_text() is the shared fallback.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "bot/base/value.h"

namespace muster {

struct Button {
  std::string label;
  std::string command;      // the typed twin: pressing sends exactly this line as the presser
  std::string style;        // "", primary, danger
  bool opens_form = false;  // shown only where a form can open: its line alone asks for the rest
};

// Text uses *strong*, `code` and newlines only; everything from outside has been through plain().
struct Section {
  std::string text;
  std::vector<std::pair<std::string, std::string>> fields;  // label, value
};

// A file that goes with a message, bounded; platforms show it as something to open or download, a picture as such.
struct Attachment {
  std::string name, type, text;  // "timeline.txt", "text/plain"; text: its bytes
};

struct Message {
  std::string text;  // first line: what happened
  std::vector<Section> sections;
  std::vector<Button> buttons;
  std::string color;  // "", good, warning, danger
  std::vector<Attachment> attachments = {};
};

// Outside text made safe: one line or many, no markup effect, mentions broken.
std::string plain(std::string_view outside_text);
std::string plain_text(const Message& message);  // the whole message for a terminal or a log
Value to_value(const Message& message);
Message message_from(const Value& value);
std::string attachment_bytes(const Value& attachment);  // of one attachment as to_value() wrote it

}  // namespace muster
