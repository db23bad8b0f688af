// What the terminal shows of the room: one channel in full, the others as one line each. Knows no screen.
#pragma once
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "bot/base/value.h"

namespace muster {

struct TerminalLook {
  bool colors = true;
  std::string prefix = "!";  // of commands outside #muster: what a button's twin is shown with
};

class TerminalView {
 public:
  static constexpr std::size_t posts_max = 30;  // per channel, for switching and for telling what changed
  explicit TerminalView(TerminalLook look) : look_(std::move(look)) {}

  // The text for one event of the room's feed; empty when there is nothing to show.
  std::string take(const Value& event, const std::string& current_channel);
  std::string recent(const std::string& channel, std::size_t most) const;  // after switching
  std::vector<std::string> channels() const;
  Value newest(const std::string& channel, const std::string& author) const;  // author empty: anybody's; null: none

 private:
  struct Channel {
    std::string about;
    std::deque<Value> posts;
  };
  std::string channel_changed(const Value& channel, const std::string& current);
  std::string post_changed(const Value& post, const std::string& current);

  TerminalLook look_;
  std::map<std::string, Channel> channels_;
};

// One post as coloured text for the screen, without its channel; control characters are removed.
std::string terminal_post(const Value& post, const TerminalLook& look);
// What a person has to be told about a post that was known: "ana reacted 👍 to …". Empty: nothing.
std::string terminal_change(const Value& before, const Value& after, const TerminalLook& look);
std::string terminal_brief(const Value& post, const TerminalLook& look);  // one line, clipped
std::string paint(const std::string& text, const char* code, bool colors);
std::string harmless(std::string_view text);  // no escape sequences; further lines are indented
// Code points of the character, as people see it, that ends or begins the text: what one key takes away.
std::size_t points_of_last(std::string_view text);
std::size_t points_of_first(std::string_view text);

}  // namespace muster
