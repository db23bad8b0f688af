// The directories of all chat platforms, kept in memory and written through the store. Loop thread only.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "bot/core/config.h"
#include "integrations/chat/directory.h"
#include "storage/store.h"

namespace muster {

class ChatLinks {
 public:
  using Config = std::function<const CoreConfig&()>;
  ChatLinks(Store& store, Config config) : store_(store), config_(std::move(config)) {}
  Result<void> load();
  ChatDirectory& directory(const std::string& platform);  // lives as long as this
  // Takes what may come to the disk a little later: ids of posts and how far was read, both found again on the
  // platform.
  void set_keeper(std::function<void(ChatLink)> keeper) { *keeper_ = std::move(keeper); }

  // Of which platform is this conversation between a person and the bot? Empty: none, it is a channel for all.
  std::string direct_on(const std::string& channel) const;
  // The account's own id on this platform that was joined to the person; asked where the configuration names none.
  using Joined = std::function<std::string(const std::string& platform, const std::string& person)>;
  void set_joined(Joined joined) { *joined_ = std::move(joined); }
  void set_private(std::function<bool(const std::string& channel)> is) { *private_ = std::move(is); }
  std::string standing(const Person& person) const;                            // people.h
  bool reaches(const std::string& platform, const std::string& person) const;  // is the person somebody there?

 private:
  class Directory;
  Store& store_;
  Config config_;
  std::shared_ptr<std::function<void(ChatLink)>> keeper_ = std::make_shared<std::function<void(ChatLink)>>();
  std::shared_ptr<Joined> joined_ = std::make_shared<Joined>();
  using IsPrivate = std::function<bool(const std::string& channel)>;
  std::shared_ptr<IsPrivate> private_ = std::make_shared<IsPrivate>();
  // Verified addresses -> whose accounts have them, as platforms told since the start.
  std::shared_ptr<std::map<std::string, std::set<std::string>>> addresses_ =
      std::make_shared<std::map<std::string, std::set<std::string>>>();
  std::map<std::string, std::unique_ptr<ChatDirectory>> directories_;
};

}  // namespace muster
