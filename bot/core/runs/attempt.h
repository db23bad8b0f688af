// One try of one step, on its way into the world and back. The order leaves after its intent is on disk; the report is
// an event like any other. Values; loop thread only.
#pragma once
#include <cstdint>
#include <string>

#include "bot/base/clock.h"
#include "bot/base/value.h"

namespace muster {

struct AttemptOrder {
  AttemptOrder();
  AttemptOrder(const AttemptOrder&);
  AttemptOrder(AttemptOrder&&) noexcept;
  AttemptOrder& operator=(const AttemptOrder&);
  AttemptOrder& operator=(AttemptOrder&&) noexcept;
  ~AttemptOrder();

  // begin: never sent before. again: sent before with the same key, and sending it again is harmless. attach: a command
  // that was started before; take its result, never start it. probe: only look whether it happened. halt: stop it.
  enum class Mode { begin, again, attach, probe, halt };
  Mode mode = Mode::begin;
  std::string run, path;
  int attempt = 1;
  std::string id;      // "R42.2.1-3": the idempotency key
  std::string stage;   // of the step: see StepRun; goes back in the report
  std::string verb;    // query, http, run, deploy, rollback, scale, restart, lookup, silence …
  std::string effect;  // read, idempotent, write
  Value arguments;     // secrets stand as references, filled in where they are used
  Value before, intended;
  TimeMs deadline_ms = 0;  // absolute, UTC
  std::int64_t owner = 0;  // the epoch of the process that sends it (Work::owner); goes back in the report
};

struct AttemptReport {
  AttemptReport();
  AttemptReport(const AttemptReport&);
  AttemptReport(AttemptReport&&) noexcept;
  AttemptReport& operator=(const AttemptReport&);
  AttemptReport& operator=(AttemptReport&&) noexcept;
  ~AttemptReport();

  std::string run, path, id, stage;
  std::int64_t owner = 0;  // as in the order; a report of another owner is refused
  // done, failed: it is known what happened. unknown: it may have happened (lost, timed out after the request left).
  // applied, not_applied: what a probe found, or an attach that found nothing was ever begun. halted: it was stopped,
  // and it is known that it is over.
  enum class End { done, failed, unknown, applied, not_applied, halted };
  End end = End::done;
  Value result;  // what later steps read
  // unavailable, timeout, refused, not_found, conflict, bad_output, lost, too_large; not_sent: of a change that its
  // target refused before anything left, which is recorded as refused
  std::string error_kind;
  std::string error;  // a sentence for a person, secrets masked
  Value before;       // of a change, as the target told it
};

}  // namespace muster
