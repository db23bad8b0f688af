// The room on the terminal that the bot was started from. Loop thread only.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "integrations/chat/terminal.h"

namespace muster {

class Dispatcher;
class Loop;
class Room;

class RoomTerminal {
 public:
  // Null when standard input is no terminal.
  static std::unique_ptr<RoomTerminal> open(Loop& loop, Room& room, const Dispatcher& dispatcher,
                                            const std::string& data_folder, std::function<void()> quit);
  ~RoomTerminal();
  RoomTerminal(const RoomTerminal&) = delete;
  RoomTerminal& operator=(const RoomTerminal&) = delete;
  void interrupt() { terminal_->interrupt(); }
  void resized() { terminal_->resized(); }

 private:
  RoomTerminal(Room& room, const Dispatcher& dispatcher) : room_(room), dispatcher_(dispatcher) {}
  TerminalOptions options(Loop& loop, const std::string& data_folder, std::function<void()> quit);
  void show_room(const std::string& person);
  void act(const TerminalAct& what);

  Room& room_;
  const Dispatcher& dispatcher_;
  std::unique_ptr<Terminal> terminal_;
  std::uint64_t feed_ = 0;
};

}  // namespace muster
