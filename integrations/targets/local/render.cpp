#include "integrations/targets/local/render.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "bot/base/regex.h"
#include "bot/base/text.h"
#include "integrations/process/keeper/layout.h"

namespace muster::local {
namespace {

constexpr std::string_view version_mark = "{version}";
constexpr std::size_t listed_max = 10;    // versions named in an answer
constexpr std::size_t entries_max = 500;  // looked at for that

bool has_version(const std::string& text) { return text.find(version_mark) != text.npos; }

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// Whatever a pattern of the administrator's allows: no option of a program, no way out of a folder.
bool is_version(const LocalTargetDef& def, const std::string& version) {
  const auto matches = full_match(version, def.version_pattern);
  if (!matches || !*matches || version.size() > 100 || has_control(version) || version.starts_with('-')) return false;
  const bool in_path = has_version(def.folder) || has_version(def.command.front());
  return !in_path || (version.find('/') == version.npos && version.find("..") == version.npos && version != ".");
}

std::string listed(std::vector<std::string> names) {
  std::ranges::sort(names, std::greater<>());
  const bool more = names.size() > listed_max;
  if (more) names.resize(listed_max);
  return join(names, ", ") + (more ? ", …" : "");
}

// The names that could stand for {version} in the path.
std::vector<std::string> found_versions(const LocalTargetDef& def, const std::string& path) {
  std::vector<std::string> names;
  const std::string parent = path.substr(0, path.rfind('/', path.find(version_mark)) + 1);
  DIR* all = opendir(parent.c_str());
  if (all == nullptr) return names;
  for (const dirent* entry = readdir(all); entry != nullptr && names.size() < entries_max; entry = readdir(all)) {
    if (is_version(def, entry->d_name)) names.emplace_back(entry->d_name);
  }
  closedir(all);
  return names;
}

std::string path_for(const std::string& text, const LocalTargetDef& def, const std::string& version) {
  return fill_in(text, def, {.id = {}, .version = version, .generation = 0, .port = def.first_port});
}

Error missing(const LocalTargetDef& def, const std::string& version, const char* what, const std::string& pattern) {
  std::string next = "Put it there first.";
  if (has_version(pattern)) {
    const std::string there = listed(found_versions(def, pattern));
    next = there.empty() ? "No version is there at all." : "There are: " + there + ".";
  }
  return {ErrorKind::not_found,
          "there is no " + std::string(what) + " " + path_for(pattern, def, version) +
              (has_version(pattern) ? ", so there is no version " + version : ""),
          next};
}

bool is_folder(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool is_program(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && access(path.c_str(), X_OK) == 0;
}

std::string program_of(const LocalTargetDef& def, const std::string& sample) {
  return def.command.front() == "muster-sample" ? sample : def.command.front();
}

void add_variables(const LocalTargetDef& def, const Process& process, const Variable& variable,
                   CommandEnvironment& env) {
  env.emplace_back("PORT", std::to_string(process.port));
  env.emplace_back("MUSTER_SERVICE", def.service);
  env.emplace_back("MUSTER_ENVIRONMENT", def.environment);
  env.emplace_back("MUSTER_VERSION", process.version);
  for (const std::vector<std::string>* names : {&def.pass_env, &def.secret_env}) {
    for (const std::string& name : *names) {
      if (const auto value = variable(name)) env.emplace_back(name, *value);
    }
  }
  for (const std::string& pair : def.env) {
    const std::size_t equals = pair.find('=');
    env.emplace_back(pair.substr(0, equals), fill_in(pair.substr(equals + 1), def, process));
  }
}

}  // namespace

std::string fill_in(const std::string& text, const LocalTargetDef& def, const Process& process) {
  std::string out = text;
  replace_all(out, "{port}", std::to_string(process.port));
  replace_all(out, "{service}", def.service);
  replace_all(out, "{environment}", def.environment);
  replace_all(out, version_mark, process.version);  // last: what it brings is not looked at again
  return out;
}

Result<void> check_version(const LocalTargetDef& def, const std::string& version, const std::string& sample) {
  const std::string named = "`" + clip(one_line(version), 80) + "`";
  if (!is_version(def, version)) {
    return fail(ErrorKind::invalid, named + " is no version that the target " + def.name + " takes",
                "It must match " + clip(def.version_pattern, 120) + " as a whole, without a dash before it.");
  }
  if (!def.versions.empty() && std::ranges::count(def.versions, version) == 0) {
    return fail(ErrorKind::not_found, "there is no version " + named + " of " + def.service,
                "There are: " + join(def.versions, ", ") + ".");
  }
  if (const std::string folder = path_for(def.folder, def, version); !is_folder(folder))
    return std::unexpected(missing(def, version, "folder", def.folder));
  const std::string program = program_of(def, sample);
  if (is_program(path_for(program, def, version))) return {};
  if (program.empty())
    return fail(ErrorKind::not_found, "the helper muster-sample is missing",
                "It is installed beside muster, or in libexec/muster; `make install` puts it there.");
  return std::unexpected(missing(def, version, "program", program));
}

CommandSpec command_for(const LocalTargetDef& def, const Process& process, const std::string& sample,
                        const Variable& variable) {
  CommandSpec spec;
  spec.id = process.id;
  spec.argv.push_back(fill_in(program_of(def, sample), def, process));
  for (std::size_t i = 1; i < def.command.size(); ++i) spec.argv.push_back(fill_in(def.command[i], def, process));
  add_variables(def, process, variable, spec.env);
  spec.cwd = fill_in(def.folder, def, process);
  spec.grace = def.stop_timeout;
  spec.words = {def.restart,
                std::to_string(def.log_bytes),
                std::to_string(def.log_files),
                "version " + process.version,
                "generation " + std::to_string(process.generation),
                "port " + std::to_string(process.port)};
  return spec;
}

std::string shown_command(const LocalTargetDef& def, const std::string& version) {
  std::vector<std::string> words;
  for (std::string word : def.command) {
    replace_all(word, "{service}", def.service);
    replace_all(word, "{environment}", def.environment);
    replace_all(word, version_mark, version);
    words.push_back(one_line(word));
  }
  return clip(join(words, " "), 300);
}

std::vector<std::string> secrets_of(const LocalTargetDef& def, const Variable& variable) {
  std::vector<std::string> values;
  for (const std::string& name : def.secret_env) {
    if (const auto value = variable(name)) values.push_back(*value);
  }
  return values;
}

}  // namespace muster::local
