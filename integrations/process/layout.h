// What the shim and the runner agree on: descriptors, file names, exit codes. Both are built from this one header;
// a newer bot still reads what an older shim writes, because every record names its format first.
#pragma once

namespace muster::shim {

// The shim is started with these open: 0 the spec (NUL-ended fields), 3 the lock that lives as long as it does,
// 4 the command's folder.
inline constexpr int spec_fd = 0;
inline constexpr int lock_fd = 3;
inline constexpr int folder_fd = 4;

inline constexpr const char* spec_format = "muster-shim 1";
inline constexpr const char* lock_file = "lock";
inline constexpr const char* started_file = "started";  // there exactly when the command may have begun
inline constexpr const char* result_file = "result";    // there exactly when it has ended, whole or not at all
inline constexpr const char* input_file = "in";         // what the command reads; gone as soon as it is open
inline constexpr const char* out_file = "out";
inline constexpr const char* err_file = "err";
inline constexpr const char* out_tail_file = "out.tail";  // a ring; its byte counter stands behind it
inline constexpr const char* err_tail_file = "err.tail";
inline constexpr unsigned tail_bytes = 64u << 10;

inline constexpr int exit_bad_spec = 64;
inline constexpr int exit_no_disk = 74;  // the command was not started: its record could not be written
inline constexpr int exit_no_process = 71;

inline constexpr long grace_ms = 10'000;    // from TERM to KILL, where nothing else is said
inline constexpr long give_up_ms = 10'000;  // from KILL to "cannot be killed"
inline constexpr long record_tries = 60;    // a full disk when the result is written: one try a second

}  // namespace muster::shim
