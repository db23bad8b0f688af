// What the keeper and those who start it agree on. It is started as the shim is (the same descriptors, spec and lock,
// layout.h beside the shim); the spec's `words` are its own: when to start again, how long the log may become, and
// lines that it copies into every record (what it runs is known to whoever finds it).
#pragma once

namespace muster::keeper {

inline constexpr const char* state_file = "state";  // rewritten, whole, whenever its process starts or ends
inline constexpr const char* log_file = "log";      // older ones: log.1 (the newest) … log.N

// Words of the spec, in this order; from `first_line` on: lines `key text`.
enum Word { when_word, log_bytes_word, log_files_word, first_line };

// When a process that has ended is started again.
inline constexpr const char* always = "always";
inline constexpr const char* on_failure = "on-failure";  // unless it ended with code 0
inline constexpr const char* never = "never";

// `phase` in the record.
inline constexpr const char* running = "running";
inline constexpr const char* waiting = "waiting";  // until the next start
inline constexpr const char* ended = "ended";      // by the rule it is not started again; the keeper is gone
inline constexpr const char* stopped = "stopped";  // somebody told the keeper to end it

inline constexpr long first_wait_ms = 1'000;  // doubled with every start that did not last
inline constexpr long longest_wait_ms = 60'000;
inline constexpr long lasted_ms = 60'000;  // up for so long: the next wait is the first again

}  // namespace muster::keeper
