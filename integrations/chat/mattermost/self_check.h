// Whether a server is set up for us: address, token, bot account, team, version, clock and rights.
#pragma once
#include "integrations/chat/checks.h"
#include "integrations/chat/mattermost/config.h"
#include "integrations/net/http_client.h"

namespace muster {

// Reading calls only; `http` and `clock` outlive it.
void check_mattermost(HttpClient& http, const Clock& clock, const MattermostConfig& config, ChatChecksDone done);

}  // namespace muster
