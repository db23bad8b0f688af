// What the command line asks through the Unix socket. Loop thread only.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "bot/dispatcher.h"
#include "integrations/net/local_socket.h"

namespace muster {

class LocalDoor {
 public:
  struct Options {
    bool sandbox = false;         // takes --as
    std::function<Value()> info;  // what the bot says about itself: address, version, pid …
    // A login link of the room, for a person of the configuration or (empty) as printed at the start.
    std::function<void(const std::string& person, bool rotate, std::function<void(Result<Value>)>)> login = {};
    std::function<bool(const std::string& channel)> has_channel = {};  // empty: any name may be one
    // What each chat platform looks like now, as doctor asks.
    std::function<void(const std::string& language, std::function<void(Value)>)> checks = {};
  };
  LocalDoor(Dispatcher& dispatcher, const Clock& clock, Options options)
      : dispatcher_(dispatcher), clock_(clock), options_(std::move(options)) {}
  void request(std::uint32_t uid, const std::string& line, const LocalReply& reply);

 private:
  void login(std::uint32_t uid, const Value& ask, const LocalReply& reply);
  // Empty: it exists, for this asker.
  std::string no_channel(const std::string& name, const CommandInput& asker, const std::string& language) const;
  void say(std::uint32_t uid, const Value& ask, const LocalReply& reply);

  Dispatcher& dispatcher_;
  const Clock& clock_;
  Options options_;
};

}  // namespace muster
