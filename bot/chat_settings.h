// Which chat platforms this bot connects to: those of the configuration, and those of the environment as a short form.
#pragma once
#include <vector>

#include "bot/base/result.h"
#include "config/settings.h"

namespace muster {

struct ChatSettings {
  std::vector<SlackConfig> slack;
  std::vector<MattermostConfig> mattermost;
  bool empty() const { return slack.empty() && mattermost.empty(); }
};

// A list in the configuration stands alone; where there is none, the environment may name one platform of the kind. Its
// tokens are taken out of the environment, so that no child process inherits them. Called once.
Result<ChatSettings> chat_settings(const Settings& settings, bool sandbox);

}  // namespace muster
