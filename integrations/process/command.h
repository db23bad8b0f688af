// A command that outlives the bot: what is asked for and what came of it. Plain values.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bot/base/clock.h"

namespace muster {

using CommandEnvironment = std::vector<std::pair<std::string, std::string>>;

// Of the command and of each process that it starts; 0: what the bot itself is allowed.
struct CommandLimits {
  std::uint64_t memory_bytes = 0;  // of address space
  std::uint64_t cpu_seconds = 0;   // of processor time
  std::uint64_t open_files = 0;
  std::uint64_t file_bytes = 0;  // of each file that it writes
  std::uint64_t processes = 0;   // of its user, all of them counted; root is not held to it
  bool operator==(const CommandLimits&) const = default;
};

// Another user of this machine, with its groups. Only a bot that is root can start a command as somebody else.
struct CommandUser {
  std::uint32_t user = 0;
  std::uint32_t group = 0;
  std::vector<std::uint32_t> groups;
};

// No shell, ever: each element of argv is one argument of the program, whatever it contains.
struct CommandSpec {
  std::string id;                 // [A-Za-z0-9._-], at most 100; never used twice: run, step and attempt make it
  std::vector<std::string> argv;  // argv[0]: an absolute path, or a bare name that is looked up in PATH of `env`
  CommandEnvironment env;         // the whole environment; only PATH is added, when it is missing
  std::string cwd = "/";
  DurationMs timeout = 10 * minute_ms;    // then TERM to the group, and KILL after `grace`; kept by the shim itself
  DurationMs grace = 10 * second_ms;      // from TERM to KILL
  std::size_t text_bytes_max = 64 << 10;  // of each stream handed over as text
  std::size_t file_bytes_max = 16 << 20;  // of each stream kept on disk; beyond it only the last 64 KiB stay
  bool merge_streams = true;              // standard error goes into `out`, in the order in which it was written
  std::string input = {};                 // what it reads from standard input, at most 1 MiB; empty: nothing
  CommandLimits limits = {};
  std::optional<CommandUser> user = {};  // none: the bot's own
  std::vector<std::string> words = {};   // for the keeper (integrations/process/keeper); the shim reads none
};

enum class CommandEndKind {
  exited,         // `code` is the program's own
  signalled,      // by `signal`, and not by us
  timed_out,      // stopped at its deadline
  cancelled,      // stopped because somebody asked for it
  stopped,        // stopped because the machine (or a service manager) ended the shim
  not_started,    // the program never ran: see `trouble`. Nothing happened in the world
  never_started,  // no trace that it began: the bot died before the shim was ready. Nothing happened in the world
  lost,           // it began, and nobody knows how it ended: see `trouble`
};

// One stream. `head` is all of it unless `left_out` > 0: then so many bytes lie between `head` and `tail`.
// Valid UTF-8 without control characters, secrets masked.
struct CommandOutput {
  std::string head;
  std::string tail;
  std::uint64_t total_bytes = 0;    // written by the command
  std::uint64_t left_out = 0;       // between head and tail
  std::uint64_t dropped_bytes = 0;  // of those, kept nowhere
  bool binary = false;              // it is no text: head and tail are what is readable of it
  std::string rest_path;            // masked copy of what was kept, when head is not all; owner-only; empty: none
  std::string disk_trouble;         // "No space left on device": why bytes below the limits were dropped
};

struct CommandEnd {
  std::string id;
  CommandEndKind kind = CommandEndKind::lost;
  int code = 0;
  int signal = 0;
  TimeMs started = 0;  // wall clock of the shim
  TimeMs ended = 0;
  DurationMs took = 0;  // by a clock that nobody sets
  CommandOutput out;
  CommandOutput err;         // empty when the streams are merged
  bool left_behind = false;  // processes of it go on in the background
  std::string trouble;       // a sentence: why it never ran, or how it was lost

  bool ok() const { return kind == CommandEndKind::exited && code == 0; }
};

struct CommandProgress {
  std::string id;
  std::string last_lines;  // at most 4 KiB, masked like the output
  std::uint64_t total_bytes = 0;
};

// Both on the loop. `ended` comes exactly once, unless the runner is destroyed or the command forgotten before.
struct CommandEvents {
  std::function<void(const CommandEnd&)> ended;
  std::function<void(const CommandProgress&)> progress = {};  // about once a second, when there is something new
  std::vector<std::string> secrets = {};                      // values to mask in all of its output
  bool unmasked = false;  // `out.head` as it was written: for what is read by a program and shown to nobody
};

}  // namespace muster
