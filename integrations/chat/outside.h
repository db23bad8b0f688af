// What a chat platform of the outside world works with. All of it outlives the platform.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bot/core/engine/capture.h"
#include "integrations/chat/directory.h"
#include "integrations/chat/platform.h"
#include "integrations/net/budget_queue.h"
#include "integrations/net/websocket.h"

namespace muster {

struct ChatOutside {
  HttpClient& http;
  WebSocketOpener open_socket;
  const Clock& clock;
  Timers& timers;
  ChatDirectory& directory;
  std::function<double()> dice;
  char prefix = '!';
  std::function<bool(const std::string& emoji)> is_filing = {};  // a reaction that files its message
  std::string language = "en";                                   // of what the platform itself says to a channel
  std::function<std::string(TimeMs sent)> late = {};             // what a message says that comes late
  std::function<void()> groups_changed = {};                     // the platform says that it has other groups now

  // What the record has of a channel of ours, to see after a gap whether it stands; none: no incident's channel.
  std::function<std::optional<std::vector<FiledMessage>>(const std::string& channel)> filed = {};
  FileCleaner clean_file = {};        // of copies for the record; none: they stay as they are
  std::string bot_handle = "muster";  // what a mention of the bot's account there stands for, without @

  // Our posts in a channel of ours that are kept current, by our names: whether they are there is seen after a gap.
  std::function<std::vector<std::string>(const std::string& channel)> kept = {};

  // Of what the platform itself says to one person; none: that of channels.
  std::function<std::string(const std::string& person)> language_of = {};

  std::string language_for(const std::string& person) const { return language_of ? language_of(person) : language; }
  bool files(const std::string& emoji) const { return !is_filing || is_filing(emoji); }
  BudgetQueue::Outside for_queue() const { return {http, clock, timers, dice}; }
};

}  // namespace muster
