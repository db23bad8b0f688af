// The room on a terminal: one thread of its own, line editing by libedit.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bot/base/result.h"
#include "bot/base/value.h"

namespace muster {

// What somebody did at the terminal: say, edit, delete, react, pin, unpin.
struct TerminalAct {
  std::string kind, channel, person, thread, post_id, text;
};

struct TerminalOptions {
  std::string person;               // who speaks
  std::string channel;              // where one begins, "#general"
  std::string prefix = "!";         // of commands outside #muster
  bool sandbox = false;             // allows /as
  std::string language = "en";      // of the notices
  std::vector<std::string> people;  // who /as may name
  std::string history_file;         // lines typed, kept between runs; empty: not kept
  // Called on the terminal's thread: post to the loop.
  std::function<void(TerminalAct)> act;
  std::function<std::vector<std::string>(std::string prefix)> complete;
  std::function<void()> quit;  // /quit, end of input or the second ^C
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
  void notice(const std::string& text);  // a line of ours: an error, a hint
  void interrupt();                      // ^C: clears the line; twice on an empty one quits
  void resized();

  struct Impl;

 private:
  explicit Terminal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace muster
