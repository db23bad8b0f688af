// What the command line was given, and what its commands share. One function per command; each returns the exit code.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "bot/base/result.h"
#include "bot/base/value.h"

namespace muster {

// The exit codes of every command; `muster --help` and docs/cli.md say the same.
inline constexpr int exit_fine = 0, exit_failed = 1, exit_usage = 2, exit_not_running = 3;

struct Flags {
  std::string config, data, listen, channel, as, file, incident, format = "md", language = "en", zone = "UTC", what;
  std::string profile = "internal";
  std::string base, rotate, retire, because, speak;
  std::string since = "30d", environment;
  std::vector<std::string> words;
  bool sandbox = false, json = false, force = false, yes = false, rotate_login = false, count_rollbacks = false,
       draft = false;
};

int complain(const Error& error);
std::string data_folder(const Flags& flags);
// en or ko: --language, MUSTER_LANGUAGE, else what the locale says.
std::string cli_language(const Flags& flags);
std::string joined(const std::vector<std::string>& words);

// One request to the running bot; not_found when none runs with this data folder.
Result<Value> ask_bot(const Flags& flags, const Value& ask);
std::optional<Value> running_bot(const Flags& flags);  // what it says about itself
int say_line(const Flags& flags, const std::string& text);

int check(const Flags& flags);
int config_command(const Flags& flags);
int sources(const Flags& flags);
int doctor(const Flags& flags);
int incident_command(const Flags& flags);
int history_command(const Flags& flags);
int outbox_command(const Flags& flags);
int webhooks_command(const Flags& flags);
int login_command(const Flags& flags);
int scrub_command(const Flags& flags);

int verify(const Flags& flags);
int rebuild(const Flags& flags);
int backup(const Flags& flags);
int restore(const Flags& flags);
int postmortem_command(const Flags& flags);
int metrics_command(const Flags& flags);
int replay(const Flags& flags);

}  // namespace muster
