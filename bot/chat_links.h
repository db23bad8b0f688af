// The directories of all chat platforms, kept in memory and written through the store. Loop thread only.
#pragma once
#include <functional>
#include <map>
#include <memory>
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

  // Of which platform is this conversation between a person and the bot? Empty: none, it is a channel for all.
  std::string direct_on(const std::string& channel) const;

 private:
  class Directory;
  Store& store_;
  Config config_;
  std::map<std::string, std::unique_ptr<ChatDirectory>> directories_;
};

}  // namespace muster
