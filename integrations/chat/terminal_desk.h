// The one who sits at the terminal: who speaks, where, and what a line typed means. Knows no screen.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "bot/core/commands/words.h"
#include "integrations/chat/terminal.h"
#include "integrations/chat/terminal_view.h"

namespace muster {

class TerminalDesk {
 public:
  TerminalDesk(TerminalOptions options, bool colors);

  std::string show(const Value& event, const std::string& private_to);  // the text to print, may be empty
  std::string entered(const std::string& line);                         // the text to print, may be empty
  std::vector<std::string> completions(const std::string& line) const;  // whole last words
  std::string prompt() const;
  bool over() const { return over_; }
  const TerminalOptions& options() const { return options_; }

 private:
  // A sentence of ours, in the language of whoever sits here.
  std::string words(std::string_view key, Words arguments = {}) const;
  std::string command(const std::string& word, const std::string& rest);
  std::string switch_channel(std::string name);
  std::string switch_person(const std::string& who);
  std::string on_post(const std::string& kind, const std::string& text);
  void act(const std::string& kind, const std::string& text, const std::string& post_id, const std::string& thread);

  TerminalOptions options_;
  TerminalView view_;
  std::deque<std::string> typed_;  // said here and not yet back from the room
  bool over_ = false;
};

}  // namespace muster
