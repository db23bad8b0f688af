// The exec target: services that are changed by programs of yours. Plain values; config/ fills them.
#pragma once
#include <string>
#include <vector>

#include "bot/base/clock.h"

namespace muster {

// Each list is one argv: an absolute program path, then arguments. An argument may end in one placeholder:
// {version} {part} {replicas} {service} {environment} {run} {before_version} {before_replicas}.
struct ExecTargetDef {
  std::string name;
  std::vector<std::string> services;
  std::vector<std::string> environments;  // none: every environment
  std::vector<std::string> status;        // prints a JSON object
  std::vector<std::string> deploy;
  std::vector<std::string> canary;     // brings {part} of a version out beside the other; none: it has no stages
  std::vector<std::string> bluegreen;  // brings all of a version out beside the other
  std::vector<std::string> rollback;   // none: `deploy` with the version to go back to
  std::vector<std::string> scale;
  std::vector<std::string> restart;
  std::vector<std::string> pause;
  std::vector<std::string> resume;
  std::vector<std::string> history;     // prints a JSON list
  std::vector<std::string> pass_env;    // names of the bot's own environment that the programs get
  std::vector<std::string> secret_env;  // the same, and their values are masked in everything that is printed
  std::string folder = "/";             // working folder
  std::string version_pattern = "[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}";  // the whole of a version
  std::vector<int> nothing_to_do;                                        // exit codes that mean: it was so already
  DurationMs status_timeout = 10 * second_ms;
  DurationMs watch_every = 2 * second_ms;  // after a change: how often status is asked until it is as intended
  std::string user;                        // whose the programs are; empty: the bot's own
  // Of each program and of every process that it starts; 0: what the bot itself is allowed.
  int memory_mb = 16'384;         // of address space: a Java or Node program reserves many times what it uses
  DurationMs cpu_time = hour_ms;  // of processor time, not of the clock on the wall
  int open_files = 4096;
  int file_mb = 16'384;  // of each file that is written
  int processes = 0;     // of the user, all of them counted, so that it needs a user of its own
};

namespace exec {

// Everything that is wrong with a definition, as sentences; the loader shows them with their place.
struct Fault {
  std::string field;  // "deploy"
  std::size_t index = 0;
  std::string message;
  std::string expected;
};
std::vector<Fault> faults_of(const ExecTargetDef& def);

}  // namespace exec

}  // namespace muster
