// What a decision returns: what to record and what to send. Committed together, or not at all.
#pragma once
#include <string>
#include <vector>

#include "bot/base/value.h"
#include "bot/core/journal/entry.h"
#include "bot/core/runs/attempt.h"

namespace muster {

// A message to the outside. Delivered in order per destination, only after the commit.
struct OutMessage {
  std::string id;           // unique; the receiver's idempotency key
  std::string destination;  // "room:#inc-7", "http:self" …: order holds within one
  std::string kind;         // post, edit, open_channel, topic, http_post
  Value body;
};

// A row of a projection that changed. Rebuildable from the journal.
struct ProjectionRow {
  std::string kind;  // incident, alert, setting …
  std::string id;    // INC-7, E812
  Value body;        // null: the row is gone
  bool operator==(const ProjectionRow&) const = default;
};

struct Timer {
  std::string id;     // "update-due:INC-7"; arming the same id again moves it
  TimeMs due_ms = 0;  // 0: cancel
  Value body;
};

struct Decision {
  Decision();
  Decision(const Decision&);
  Decision(Decision&&) noexcept;
  Decision& operator=(const Decision&);
  Decision& operator=(Decision&&) noexcept;
  ~Decision();

  std::vector<Entry> entries;
  std::vector<OutMessage> out;
  std::vector<ProjectionRow> rows;
  std::vector<Timer> timers;
  std::vector<AttemptOrder> attempts;  // steps of runs: carried out after the commit, never before
};

}  // namespace muster
