#include "bot/runbook_library.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>

#include "runbooks/lint.h"

namespace fs = std::filesystem;

namespace muster {
namespace {

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return {};
  std::error_code error;
  const auto size = fs::file_size(file, error);
  std::string text;  // one byte more, so that too large is seen
  text.resize(error ? runbooks::runbook_bytes_max + 1 : std::min<std::size_t>(size, runbooks::runbook_bytes_max) + 1);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

bool is_runbook(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.ends_with(".yaml") && !name.ends_with(".test.yaml") && !name.starts_with(".");
}

std::vector<fs::path> files_of(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->is_regular_file(error) && is_runbook(it->path()) && files.size() < runbooks_max)
      files.push_back(it->path());
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::string text_of_file(const std::string& path) { return text_of(path); }

// Reading a runbook takes milliseconds and concerns no other: a start on two processors reads them in two threads.
runbooks::Library load_library(const std::vector<LibraryFolder>& folders, runbooks::Library library) {
  struct File {
    fs::path path;
    bool shipped;
    runbooks::LoadedRunbook loaded;
  };
  std::vector<File> files;
  for (const LibraryFolder& folder : folders)
    for (fs::path& file : files_of(folder.path)) files.push_back({std::move(file), folder.shipped, {}});
  std::atomic<std::size_t> next = 0;
  const auto read = [&files, &next] {
    for (std::size_t n = next++; n < files.size(); n = next++)
      files[n].loaded = runbooks::load_runbook(text_of(files[n].path), files[n].path.string());
  };
  if (files.size() > 1) {
    auto beside = std::async(std::launch::async, read);
    read();
    beside.get();
  } else {
    read();
  }
  for (auto& [path, shipped, loaded] : files) {
    const std::string name = loaded.runbook ? loaded.runbook->name : path.stem().string();
    library.insert_or_assign(name, runbooks::Known{std::move(loaded.runbook), std::move(loaded.findings), shipped});
  }
  return library;
}

std::string runbook_folder(const std::string& config_folder, const std::string& named) {
  if (fs::path(named).is_absolute()) return named;
  return config_folder.empty() || named.empty() ? "" : (fs::path(config_folder) / named).string();
}

std::set<std::string> groups_named_in(const runbooks::Library& library) {
  std::set<std::string> groups;
  for (const auto& [name, known] : library)
    if (known.runbook) groups.merge(runbooks::platform_groups_named(*known.runbook));
  return groups;
}

std::set<std::string> groups_of_runbooks(const std::string& folder) {
  return folder.empty() ? std::set<std::string>() : groups_named_in(load_library({{folder, false}}));
}

std::vector<LibraryFolder> library_folders(const std::string& own) {
  std::vector<LibraryFolder> folders;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    const fs::path beside = program.parent_path();
    for (const fs::path& place : {beside / "../share/muster/runbooks", beside / "../runbooks/catalogue"})
      if (fs::is_directory(place, error)) {
        folders.push_back({fs::weakly_canonical(place, error).string(), true});
        break;
      }
  }
  if (!own.empty()) folders.push_back({own, false});
  return folders;
}

}  // namespace muster
