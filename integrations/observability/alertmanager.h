// Silences in Alertmanager (API v2): made once, found again by the marker in their comment. Loop thread.
#pragma once
#include <string>
#include <vector>

#include "bot/core/alerts/silence.h"
#include "integrations/observability/call.h"

namespace muster::observability {

struct SilenceOrder {
  std::string action;  // create, expire
  std::string marker;  // in the comment; a second try finds what the first one made
  std::string remote;  // Alertmanager's id, when known
  std::vector<Matcher> matchers;
  TimeMs starts_ms = 0, until_ms = 0;
  std::string created_by, comment;
};

struct SilenceAnswer {
  std::string remote;  // its id at the source; empty when there was nothing to expire
};

struct RemoteSilence {
  std::string id, comment, created_by, state;  // active, pending, expired
  std::vector<Matcher> matchers;
  TimeMs starts_ms = 0, until_ms = 0;
};

// Failure: kind "unavailable" or "timeout" may be tried again with the same order, everything else is final.
void carry_silence(HttpClient& client, const BackendDef& backend, const SilenceOrder& order,
                   Answered<SilenceAnswer> done);
void list_silences(HttpClient& client, const BackendDef& backend, Answered<std::vector<RemoteSilence>> done);

// One that was made, as it stands there now. Whoever edits it there may give it another id: then the marker tells.
struct SilenceLook {
  bool there = false;   // it silences, or will
  bool known = true;    // false: not even as one that was
  RemoteSilence found;  // where it is there
};
void look_at_silence(HttpClient& client, const BackendDef& backend, const std::string& remote,
                     const std::string& marker, Answered<SilenceLook> done);

SilenceOrder silence_order(const Value& body);  // as the core wrote it
std::string silence_body(const SilenceOrder& order);
Answer<std::vector<RemoteSilence>> parse_silences(const HttpResult& result);

}  // namespace muster::observability
