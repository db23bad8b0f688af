#include "config/reader.h"

#include <algorithm>

#include "bot/base/text.h"

namespace muster {
namespace {

struct Reading {
  const std::string& file;
  ConfigTree& tree;
  Issues& issues;

  ConfigPlace place(int line, int column) const { return {file, line, column}; }
  ConfigPlace place(const YamlNode& node) const { return place(node.line, node.column); }
  void complain(const ConfigPlace& at, std::string message, std::string expected = {}, std::string nearest = {}) {
    issues.push_back(issue_at(at, std::move(message), std::move(expected), std::move(nearest)));
  }
};

std::string nearest_name(std::string_view word, const std::vector<std::string>& names) {
  const auto near = nearest(clip(word, 60), names, 3, 1);
  return near.empty() ? std::string() : near.front();
}

const SettingField* field_named(const std::vector<const SettingField*>& fields, std::string_view name) {
  for (const SettingField* field : fields) {
    if (leaf_name(*field) == name) return field;
  }
  return nullptr;
}

constexpr std::size_t names_listed_max = 12;  // a longer list is looked up, not read

std::string one_of(const std::vector<std::string>& names) {
  if (names.size() <= names_listed_max) return "one of " + join(names, ", ");
  return "one of the " + std::to_string(names.size()) + " names that `muster config reference` lists";
}

// A few words that people take for a name: the part of a longer one counts too ("routes" for alert_routes).
std::string nearest_setting(const std::string& word, const std::vector<std::string>& names) {
  if (std::string near = nearest_name(word, names); !near.empty()) return near;
  std::vector<std::string> parts, whole;
  for (const std::string& name : names) {
    for (const std::string& part : split(name, '_')) parts.push_back(part), whole.push_back(name);
  }
  const std::string part = word.size() < 4 ? std::string() : nearest_name(word, parts);
  if (part.empty()) return {};
  return whole[static_cast<std::size_t>(std::ranges::find(parts, part) - parts.begin())];
}

void complain_unknown(Reading& in, const YamlMember& member, const std::vector<const SettingField*>& fields) {
  std::vector<std::string> names;
  for (const SettingField* field : fields) names.push_back(leaf_name(*field));
  in.complain(in.place(member.line, member.column), "there is no setting `" + clip(one_line(member.key), 60) + "` here",
              one_of(names), nearest_setting(member.key, names));
}

void read_scalar(Reading& in, const SettingField& field, const YamlNode& node, ConfigCell& cell) {
  if (node.kind == YamlNode::Kind::list || node.kind == YamlNode::Kind::map) {
    in.complain(in.place(node), "`" + leaf_name(field) + "` takes a single value here", expectation(field));
    return;
  }
  if (node.kind == YamlNode::Kind::null && (field.list || field.kind != SettingKind::text)) {
    in.complain(in.place(node), "`" + leaf_name(field) + "` has no value", expectation(field));
    return;
  }
  if (const auto wrong = misfit(field, node.text)) {
    const bool choice = field.kind == SettingKind::choice;
    in.complain(in.place(node), *wrong, expectation(field),
                choice ? nearest_name(node.text, choice_list(field)) : std::string());
    return;
  }
  cell.values.push_back(node.text);
  cell.places.push_back(in.place(node));
}

ConfigCell read_cell(Reading& in, const SettingField& field, const YamlNode& node) {
  ConfigCell cell;
  cell.place = in.place(node);
  if (!field.list) {
    read_scalar(in, field, node, cell);
  } else if (node.kind != YamlNode::Kind::list) {
    in.complain(in.place(node), "`" + leaf_name(field) + "` is a list",
                "a list in brackets, each " + expectation(field));
  } else {
    for (const YamlNode& item : node.items) read_scalar(in, field, item, cell);
  }
  return cell;
}

void read_list(Reading& in, const SettingField& list, const YamlNode& node, std::vector<ConfigRecord>& records);

void read_record(Reading& in, const SettingField& list, const YamlNode& node, std::vector<ConfigRecord>& records) {
  const auto fields = settings_below(list.path);
  if (node.kind != YamlNode::Kind::map) {
    in.complain(in.place(node), "an entry of `" + leaf_name(list) + "` holds named settings",
                leaf_name(*fields.front()) + ": …");
    return;
  }
  ConfigRecord record{.place = in.place(node), .cells = {}};
  for (const YamlMember& member : node.members) {
    const SettingField* field = field_named(fields, member.key);
    if (field && field->kind == SettingKind::record) {
      read_list(in, *field, member.value, record.lists[member.key]);
    } else if (field) {
      record.cells[member.key] = read_cell(in, *field, member.value);
    } else {
      complain_unknown(in, member, fields);
    }
  }
  for (const SettingField* field : fields) {
    const std::string name = leaf_name(*field);
    if (!field->required || record.cells.contains(name) || record.lists.contains(name)) continue;
    in.complain(record.place, "this entry of `" + leaf_name(list) + "` lacks `" + name + "`", expectation(*field));
  }
  records.push_back(std::move(record));
}

void read_list(Reading& in, const SettingField& list, const YamlNode& node, std::vector<ConfigRecord>& records) {
  if (node.kind == YamlNode::Kind::null) return;
  if (node.kind != YamlNode::Kind::list) {
    in.complain(in.place(node), "`" + leaf_name(list) + "` is a list", expectation(list));
    return;
  }
  for (const YamlNode& item : node.items) read_record(in, list, item, records);
}

void read_value(Reading& in, const SettingField& field, const YamlMember& member) {
  const auto earlier = in.tree.values.find(std::string(field.path));
  if (earlier != in.tree.values.end() && !earlier->second.place.file.empty()) {
    in.complain(in.place(member.line, member.column),
                "`" + member.key + "` is already set in " + earlier->second.place.file + ":" +
                    std::to_string(earlier->second.place.line),
                "one value in one file");
    return;
  }
  ConfigCell cell = read_cell(in, field, member.value);
  if (!cell.values.empty() || (field.list && member.value.items.empty()))
    in.tree.values[std::string(field.path)] = std::move(cell);
}

}  // namespace

ConfigIssue issue_at(const ConfigPlace& place, std::string message, std::string expected, std::string nearest) {
  return {place.file, place.line, place.column, std::move(message), std::move(expected), std::move(nearest)};
}

void read_config_text(std::string_view text, const std::string& file, ConfigTree& tree, Issues& issues) {
  Reading in{file, tree, issues};
  const YamlDocument document = read_yaml(text);
  for (const YamlProblem& p : document.problems) in.complain(in.place(p.line, p.column), p.message);
  if (document.root.kind == YamlNode::Kind::null) return;
  if (document.root.kind != YamlNode::Kind::map) {
    in.complain(in.place(document.root), "a configuration file holds named settings", "listen: 127.0.0.1:8080");
    return;
  }
  const auto fields = settings_below("");
  for (const YamlMember& member : document.root.members) {
    const SettingField* field = field_named(fields, member.key);
    if (field == nullptr) {
      complain_unknown(in, member, fields);
    } else if (field->kind == SettingKind::record) {
      // An empty list is said, too: it replaces the default.
      read_list(in, *field, member.value, tree.lists[std::string(field->path)]);
    } else {
      read_value(in, *field, member);
    }
  }
}

}  // namespace muster
