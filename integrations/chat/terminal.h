// The room on a terminal: one thread of its own, line editing by libedit.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bot/base/result.h"
#include "bot/base/value.h"

namespace muster {

struct TerminalOptions {
  std::string person;               // who speaks
  std::string channel;              // where one begins, "#general"
  bool sandbox = false;             // allows /as
  std::vector<std::string> people;  // who /as may name
  // Called on the terminal's thread: post to the loop.
  std::function<void(std::string channel, std::string person, std::string text)> say;
  std::function<std::vector<std::string>(std::string prefix)> complete;
  std::function<void()> quit;  // /quit or end of input
};

class Terminal {
 public:
  // invalid when standard input is no terminal.
  static Result<std::unique_ptr<Terminal>> start(TerminalOptions options);
  ~Terminal();  // restores the terminal and joins the thread
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // Give each event of Room::subscribe here. Any thread; never blocks on the screen.
  void show(const Value& event, const std::string& private_to);
  void notice(const std::string& text);  // a line of ours: an error, a login link

 private:
  struct Impl;
  explicit Terminal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// One event as a coloured line for the screen; empty when nothing is to be shown. Control characters are removed.
std::string terminal_line(const Value& event, bool colors);

}  // namespace muster
