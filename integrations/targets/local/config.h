// The local target: services as processes of this machine. Plain values; config/ fills them.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "bot/base/clock.h"

namespace muster {

// {version} {port} {service} {environment} are filled in in command, folder, env and health; no shell reads them.
struct LocalTargetDef {
  std::string name;
  std::string service;
  std::string environment;
  std::vector<std::string> command;   // argv; the program by its absolute path, or muster-sample
  std::string folder = "/";           // working folder; with {version} it is what must exist for a version
  std::vector<std::string> versions;  // those that there are; none: every one that matches version_pattern
  std::string version;                // what runs before the first deploy; empty: nothing
  int replicas = 1;                   // likewise
  int first_port = 0, last_port = 0;
  std::string health;  // http://127.0.0.1:{port}/health; empty: a process that stays up is well
  std::string restart = "always";
  std::vector<std::string> env;         // NAME=VALUE
  std::vector<std::string> pass_env;    // names of the bot's own variables that the processes get
  std::vector<std::string> secret_env;  // the same, masked in what is shown of their logs
  std::string version_pattern = "[A-Za-z0-9][A-Za-z0-9._+-]{0,99}";
  DurationMs start_timeout = 30 * second_ms;
  DurationMs health_timeout = 2 * second_ms;
  DurationMs stop_timeout = 10 * second_ms;
  std::size_t log_bytes = 1 << 20;
  int log_files = 3;
  bool stop_with_bot = false;  // at an orderly stop of the bot; a killed bot leaves them running
};

namespace local {

inline constexpr int ports_max = 200;

// Everything that is wrong with a definition, as sentences; the loader shows them with their place.
struct Fault {
  std::string field;  // "command"
  std::size_t index = 0;
  std::string message;
  std::string expected;
};
std::vector<Fault> faults_of(const LocalTargetDef& def);
// "8101-8110" -> both ends, "8101" -> twice the same; 0 and 0: it is no range.
void read_ports(const std::string& text, int& first, int& last);

}  // namespace local

}  // namespace muster
