// What a Mattermost server says about our account, and whether that will do. Pure; the platform and its self check ask.
#pragma once
#include <optional>
#include <string>

#include "integrations/chat/checks.h"
#include "integrations/chat/mattermost/api.h"
#include "integrations/chat/mattermost/config.h"

namespace muster::mattermost {

struct Trouble {
  ChatCheck check;                 // in the catalogue's words
  std::string problem, next_step;  // the same in English
  bool lasting = false;            // until a person changes something
};

std::optional<Trouble> account_trouble(const MattermostConfig& config, const Answer& me);

struct Team {
  std::string id, name;
};
std::optional<Trouble> team_trouble(const MattermostConfig& config, const std::string& account, const Answer& teams,
                                    Team& found);

std::string short_version(const std::string& version);  // "5.37.0.5370.abc.false" -> "5.37.0"
bool is_too_old(const std::string& version);            // older than what we were written against

}  // namespace muster::mattermost
