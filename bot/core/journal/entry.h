// One journal entry: a fact, with three times (happened, seen, written). The journal is the truth; incidents,
// alerts and everything else are folds over it. Fields are those of domain knowledge on timelines.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/value.h"

namespace muster {

struct Actor {
  std::string type = "system";  // user, bot, system
  std::string id = "muster";    // person id; stable over handles
  std::string handle;
  std::string display;
  bool operator==(const Actor&) const = default;
};

struct Source {
  std::string system = "muster";  // chat, monitoring, deploy, muster …
  std::string type = "bot";       // chat_post, alert, deploy, page, import …
  std::string id;
  std::string channel;
  std::string permalink;
  bool operator==(const Source&) const = default;
};

struct Entry {
  Entry();
  Entry(const Entry&);
  Entry(Entry&&) noexcept;
  Entry& operator=(const Entry&);
  Entry& operator=(Entry&&) noexcept;
  ~Entry();

  std::int64_t position = 0;  // global, given at commit; 0 before
  std::string event_id;
  std::string incident_id;  // "INC-7", or empty
  std::int64_t seq = 0;     // per incident, no gaps, given at commit; 0 without incident
  std::string kind;         // see kinds below
  TimeMs occurred_ms = 0;
  TimeMs received_ms = 0;
  TimeMs written_ms = 0;  // given at commit
  std::int64_t precision_ms = 1000;
  std::string clock_name = "muster";
  std::int64_t skew_ms = 0;
  std::string origin = "auto";  // auto, human, backfill
  Actor actor;
  std::string role;  // role of the actor then, or empty
  std::vector<std::string> services;
  std::string text;
  Value data;  // a map, or null
  Source source;
  std::string visibility = "internal";  // public, internal, responders, private
  bool pinned = false;
  Value attachments;     // list of maps, or null
  std::string corrects;  // event_id
  std::string reply_to;  // event_id
  std::vector<std::string> tags;
  std::string dedupe_key;  // unique; empty: event_id is used
  bool scrubbed = false;   // the payload was destroyed; what is here is what its redaction says
  bool operator==(const Entry&) const = default;
};

// Everything of an entry that the payload MAC covers (text, data, permalink, actor handle and display, services,
// attachments, tags, channel), as one map; and back.
Value entry_payload(const Entry& entry);
void set_entry_payload(Entry& entry, const Value& payload);

}  // namespace muster
