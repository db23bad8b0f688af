// One process of a service: the folder that its keeper holds, and what can be read there. Any thread.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "integrations/process/files.h"
#include "integrations/targets/local/render.h"

namespace muster::local {

struct Record {
  std::string boot, phase;  // phase: as process/keeper/layout.h names them
  int keeper = 0;
  std::int64_t keeper_start = 0;
  int child = 0;
  std::int64_t starts = 0;
  TimeMs started = 0;
  std::optional<int> code, signal;  // how it ended the last time
  int exec_error = 0;               // errno: the program could not be run at all
  bool in_folder = false;           // … because of its working folder
  std::string version;
  std::int64_t generation = 0;
  int port = 0;
};

std::optional<Record> read_state(const std::string& folder);
std::string how_it_ended(const Record& record);  // "ended with code 3"
// Its last lines, masked; and the last of its own words among them.
std::string last_lines(const std::string& folder, const std::vector<std::string>& secrets);
std::string last_word(const std::string& folder, const std::vector<std::string>& secrets);
// The folder goes; its log stays among the `kept` newest ones in `logs`.
void put_away(const std::string& folder, const std::string& logs, const std::string& id, std::size_t kept);
std::vector<std::string> process_ids(const std::string& folder);  // of the folders in it
// The lowest that is not in `used` and that nobody listens on; 0: none.
int free_port(int first, int last, const std::vector<int>& used);

}  // namespace muster::local
