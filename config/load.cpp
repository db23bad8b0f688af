#include "config/load.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <tuple>

#include "bot/base/text.h"
#include "config/bind.h"
#include "config/defaults.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> yaml_files(const std::string& folder, Issues& issues) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) {
    issues.push_back(issue_at({folder}, "the configuration folder cannot be read: " + error.message(),
                              "an existing folder, or none for the defaults"));
    return files;
  }
  for (; entries != fs::directory_iterator(); entries.increment(error)) {
    const fs::path& path = entries->path();
    if (path.filename().string().starts_with('.')) continue;
    if (path.extension() == ".yml") {
      issues.push_back(issue_at({path.string()}, "files that end in .yml are not read", "a name that ends in .yaml"));
    }
    if (path.extension() == ".yaml") files.push_back(path);
    if (error) break;
  }
  std::ranges::sort(files);
  return files;
}

void read_file(const fs::path& path, ConfigTree& tree, Issues& issues) {
  std::error_code error;
  if (!fs::is_regular_file(path, error) || fs::file_size(path, error) > yaml_bytes_max) {
    issues.push_back(issue_at({path.string()}, "this is no regular file of at most 1 MiB"));
    return;
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    issues.push_back(issue_at({path.string()}, "this file cannot be opened", "a file that the bot's user may read"));
    return;
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  read_config_text(text, path.string(), tree, issues);
}

void add_default_lists(std::string_view yaml, ConfigTree& tree, Issues& issues) {
  ConfigTree defaults;
  read_config_text(yaml, "", defaults, issues);
  for (auto& [path, records] : defaults.lists) tree.lists.try_emplace(path, std::move(records));
}

bool wants_sandbox(const ConfigTree& tree) {
  const auto it = tree.values.find("sandbox");
  return it != tree.values.end() && it->second.values.front() == "true";
}

// Samples stand in only for a folder that names neither: a team's own people never mix with invented ones.
bool names_own(const ConfigTree& tree) { return tree.lists.contains("people[]") || tree.lists.contains("services[]"); }

ConfigCell cell_of(std::vector<std::string> values) {
  ConfigCell cell;
  cell.places.resize(values.size());
  cell.values = std::move(values);
  return cell;
}

// The default policy is the core's own; here it becomes cells, so that it is shown like the rest.
void add_default_policy(ConfigTree& tree) {
  std::vector<ConfigRecord> records;
  for (const Rule& rule : default_policy()) {
    ConfigRecord record;
    record.cells["name"] = cell_of({rule.name});
    record.cells["who"] = cell_of(rule.who);
    record.cells["verbs"] = cell_of(rule.verbs);
    record.cells["services"] = cell_of(rule.services);
    record.cells["environments"] = cell_of(rule.environments);
    record.cells["where"] = cell_of(rule.where);
    record.cells["matchers"] = cell_of(rule.matchers);
    if (!rule.when.empty()) record.cells["when"] = cell_of({rule.when});
    record.cells["effect"] = cell_of({rule.effect});
    record.cells["approvals"] = cell_of({std::to_string(rule.approvals)});
    if (!rule.approve_group.empty()) record.cells["approve_group"] = cell_of({rule.approve_group});
    records.push_back(std::move(record));
  }
  tree.lists.try_emplace("policy[]", std::move(records));
}

std::string origin_text(const ConfigPlace& place) {
  return place.file.empty() ? "default" : place.file + ":" + std::to_string(place.line);
}

void show(Loaded& loaded, std::string path, const SettingField& field, const ConfigCell* cell) {
  const bool said = cell != nullptr && (!cell->values.empty() || !cell->place.file.empty());
  std::vector<std::string> values;
  if (said) values = cell->values;
  if (!said && !field.fallback.empty())
    values = field.list ? split(field.fallback, ',') : std::vector{std::string(field.fallback)};
  if (values.empty() && !said) return;
  loaded.origin[path] = said ? origin_text(cell->place) : "default";
  loaded.shown.push_back({std::move(path), std::move(values), field.list});
}

void show_records(Loaded& loaded, const std::string& name, const SettingField& list,
                  const std::vector<ConfigRecord>& records) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::string prefix = name + "[" + std::to_string(i) + "]";
    loaded.origin[prefix] = origin_text(records[i].place);
    for (const SettingField* field : settings_below(list.path)) {
      const std::string leaf = leaf_name(*field);
      const auto inside = records[i].lists.find(leaf);
      if (inside != records[i].lists.end()) show_records(loaded, prefix + "." + leaf, *field, inside->second);
      if (field->kind == SettingKind::record) continue;
      const auto cell = records[i].cells.find(leaf);
      show(loaded, prefix + "." + leaf, *field, cell == records[i].cells.end() ? nullptr : &cell->second);
    }
  }
}

void show_list(Loaded& loaded, const SettingField& list, const ConfigTree& tree) {
  const auto it = tree.lists.find(std::string(list.path));
  if (it != tree.lists.end()) show_records(loaded, leaf_name(list), list, it->second);
}

void show_all(Loaded& loaded, const ConfigTree& tree) {
  for (const SettingField* field : settings_below("")) {
    if (field->kind == SettingKind::record) {
      show_list(loaded, *field, tree);
    } else {
      const auto cell = tree.values.find(std::string(field->path));
      show(loaded, std::string(field->path), *field, cell == tree.values.end() ? nullptr : &cell->second);
    }
  }
}

}  // namespace

Loaded load_config(const std::string& folder, bool sandbox) {
  Loaded loaded;
  ConfigTree tree;
  if (!folder.empty()) {
    for (const fs::path& path : yaml_files(folder, loaded.issues)) read_file(path, tree, loaded.issues);
  }
  sandbox = sandbox || wants_sandbox(tree);
  if (sandbox && !names_own(tree)) add_default_lists(sample_config_yaml(), tree, loaded.issues);
  add_default_lists(default_config_yaml(), tree, loaded.issues);
  add_default_policy(tree);
  loaded.settings = bind_settings(tree, folder, loaded.issues);
  loaded.settings.sandbox = sandbox;
  check_together(loaded.settings, tree, loaded.issues);
  show_all(loaded, tree);
  std::ranges::stable_sort(loaded.issues, [](const ConfigIssue& a, const ConfigIssue& b) {
    return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
  });
  return loaded;
}

std::string format_issue(const ConfigIssue& issue) {
  std::string text = issue.file;
  if (issue.line > 0) text += ":" + std::to_string(issue.line) + ":" + std::to_string(issue.column);
  text += (text.empty() ? "" : ": ") + issue.message;
  if (!issue.expected.empty()) text += " — expected " + issue.expected;
  if (!issue.nearest.empty()) text += " — did you mean `" + issue.nearest + "`?";
  return text;
}

}  // namespace muster
