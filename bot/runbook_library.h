// The runbooks people may start: the shipped catalogue, and above it the team's own folder. Any thread.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "runbooks/engine.h"

namespace muster {

inline constexpr std::size_t runbooks_max = 1'000;  // files of one folder

struct LibraryFolder {
  std::string path;
  bool shipped = false;
};

// Every *.yaml of the folders, tests (*.test.yaml) aside; a later folder hides an earlier one's name. What cannot be
// read stands there too, without a runbook and with its findings. All of it above `library`. Two threads read.
runbooks::Library load_library(const std::vector<LibraryFolder>& folders, runbooks::Library library = {});
// The team's own folder as `runbooks` of the configuration names it. Empty: there is none, as without a configuration.
std::string runbook_folder(const std::string& config_folder, const std::string& named);
// That folder, and below it the catalogue beside the program.
std::vector<LibraryFolder> library_folders(const std::string& own);

// The groups of chat platforms that runbooks name: of a library, and of a folder ("" has none).
std::set<std::string> groups_named_in(const runbooks::Library& library);
std::set<std::string> groups_of_runbooks(const std::string& folder);

// What a file has, at most one byte more than a runbook may have; empty when it cannot be read.
std::string text_of_file(const std::string& path);

}  // namespace muster
