// Whether a workspace is set up for us: kinds of token, scopes, channels, clock, and in passing that Slack answers.
#pragma once
#include "integrations/chat/checks.h"
#include "integrations/chat/slack/config.h"
#include "integrations/net/http_client.h"

namespace muster {

// A few calls, no writing ones. `with_socket`: also asks for the address of a connection, which is worth it only while
// no bot is connected (Slack allows about one such call a minute). `http` and `clock` outlive it.
void check_slack(HttpClient& http, const Clock& clock, const SlackConfig& config, bool with_socket,
                 ChatChecksDone done);

}  // namespace muster
