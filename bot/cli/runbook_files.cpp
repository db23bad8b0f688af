#include "bot/cli/runbook_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace muster {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view tests_end = ".test.yaml";

bool is_test(const std::string& path) { return path.ends_with(tests_end); }

bool is_name(const std::string& text) {
  return !text.empty() && text.find('/') == text.npos && text.find("..") == text.npos;
}

}  // namespace

std::vector<std::string> runbooks_of(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (std::string name : names) {
    if (is_test(name)) name.replace(name.size() - tests_end.size(), tests_end.size(), ".yaml");
    if (std::ranges::find(out, name) == out.end()) out.push_back(std::move(name));
  }
  return out;
}

RunbookFiles::RunbookFiles(std::string folder) : folder_(std::move(folder)) {}

Result<std::string> RunbookFiles::path_of(const std::string& file_or_name) const {
  std::error_code ignored;
  if (fs::is_regular_file(file_or_name, ignored)) return file_or_name;
  const std::string named = folder_.empty() ? "" : (fs::path(folder_) / (file_or_name + ".yaml")).string();
  if (is_name(file_or_name) && !named.empty() && fs::is_regular_file(named, ignored)) return named;
  return fail(ErrorKind::not_found, "There is no runbook `" + file_or_name + "`.",
              folder_.empty() ? "Give the path of a file; a name is looked for in the folder runbooks of --config."
                              : "Give the path of a file, or a name that stands in " + folder_ + ".");
}

std::vector<std::string> RunbookFiles::all() const {
  std::vector<std::string> out;
  std::error_code error;
  if (folder_.empty()) return out;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    const std::string path = entry.path().string();
    if (path.ends_with(".yaml") && !is_test(path) && entry.is_regular_file(error)) out.push_back(path);
  }
  std::ranges::sort(out);
  return out;
}

Result<std::string> RunbookFiles::read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  // One byte more than may be: the loader says that it is too large.
  std::string text(runbooks::runbook_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in && !in.eof()) return fail(ErrorKind::unavailable, "`" + path + "` cannot be read.");
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

std::shared_ptr<const runbooks::Runbook> RunbookFiles::called(const std::string& name, const std::string& path) {
  if (!is_name(name)) return nullptr;
  std::error_code ignored;
  for (const fs::path& folder : {fs::path(path).parent_path(), fs::path(folder_)}) {
    const std::string file = (folder / (name + ".yaml")).string();
    if (const auto it = kept_.find(file); it != kept_.end()) return it->second;
    if (!fs::is_regular_file(file, ignored)) continue;
    const auto text = read(file);
    return kept_[file] = text ? runbooks::load_runbook(*text, file).runbook : nullptr;
  }
  return nullptr;
}

}  // namespace muster
