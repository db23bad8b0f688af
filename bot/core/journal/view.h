// What a reader may see of the record: corrections applied, retracted and hidden entries gone, in one total order.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/value.h"
#include "bot/core/journal/entry.h"

namespace muster {

enum class Profile { public_only, internal, responders };

struct ViewRow {
  const Entry* entry = nullptr;  // into the vector given to effective_view
  TimeMs effective_ms = 0;
  bool corrected = false, clock_adjusted = false, late = false, added_later = false, edited = false;
  bool deleted = false;               // the message it was made from is gone in chat
  std::string text;                   // after edits and corrections
  std::vector<const Value*> patches;  // newest first; into the corrections' data
};

// One line of the record's quality section.
struct QualityNote {
  std::string event_id;
  std::string reason;          // of a correction or retraction
  DurationMs amount_ms = 0;    // how late, how far ahead, how long after
  const Entry* why = nullptr;  // what gave the reason
};
// The reason in a reader's language where the bot gave it; what a person gave as it is.
std::string reason_text(const QualityNote& note, std::string_view language);

struct View {
  std::vector<ViewRow> rows;  // sorted by (effective, received, seq)
  std::vector<QualityNote> corrected, retracted, late, clock_adjusted, added_later;
  std::vector<std::string> order_conflicts;  // event ids that sort before what they answer
  std::vector<const Entry*> coverage;        // after a lost connection: what was read again, what nobody heard
  bool has_transcript = false;
  int responders_only = 0;  // hidden from the internal profile, counted only
};

// Private entries leave no trace in any profile, nor does what corrects or retracts them.
View effective_view(const std::vector<Entry>& entries, Profile profile);

// The texts it had before the newest one, oldest first.
std::vector<std::string> earlier_texts(const ViewRow& row);

// A member of the row's data after corrections, its services after corrections.
const Value& row_data(const ViewRow& row, std::string_view key);
std::vector<std::string> row_services(const ViewRow& row);

// The story: without role assignments, measurements, actions, and notes neither pinned nor added later.
bool in_main_timeline(const ViewRow& row);

}  // namespace muster
