// Questions the policy asks before a command runs: the sender confirms (2 minutes) or others approve (15 minutes).
// A question is bound to the exact command and to the facts it showed; it survives a restart. Loop thread only.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/kept.h"
#include "bot/core/journal/entry.h"

namespace muster {

using Facts = std::vector<std::pair<std::string, std::string>>;  // key of a sentence "fact.…" -> value

struct Question {
  std::string id;  // A7
  Word kind;       // confirm, approve; step and form: of a step of a run, closed by its engine
  Word person;     // who wants it: person id, or "operator"
  bool is_operator = false;
  std::string command;  // as understood; exactly this runs
  Word verb;
  Word platform, channel;
  std::string thread;
  std::string post;  // the message that asks, to be edited when it is answered
  bool direct = false;
  Facts facts;
  Word rule, group;
  int needed = 0;
  std::vector<std::string> approvers;
  Word status = "open";  // open, done, denied, withdrawn, expired, void
  Word closed_by, reason;
  TimeMs asked_ms = 0, expires_ms = 0, closed_ms = 0;
  std::string run{}, path{};  // of kind step and form
  Word standing{};            // of who wants it, when it was asked: guest, outsider; empty: a full member
  Word schedule{};            // T5 that asked for it
  bool open() const { return status == "open"; }
};

inline constexpr DurationMs confirm_ms = 2 * minute_ms;
inline constexpr DurationMs approve_ms = 15 * minute_ms;

struct State;
// Folds approval.asked, approval.given, approval.taken_back and approval.closed; false for any other kind.
bool apply_question(State& state, const Entry& entry);
Question* find_question(State& state, std::string_view id);  // A7
const Question* find_question(const State& state, std::string_view id);

}  // namespace muster
