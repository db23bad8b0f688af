// `muster check` and `muster config …`.
#include <iostream>

#include "bot/base/json.h"
#include "bot/cli/flags.h"
#include "config/load.h"

namespace muster {
namespace {

Value issue_value(const ConfigIssue& i) {
  return Value::Map{{"file", i.file},       {"line", i.line},         {"column", i.column},
                    {"message", i.message}, {"expected", i.expected}, {"nearest", i.nearest}};
}

// What the command line and the environment said comes last, and says so.
Loaded load_layers(const Flags& f) {
  Loaded loaded = load_config(f.config, f.sandbox);
  if (f.listen.empty()) return loaded;
  loaded.settings.listen = f.listen;
  loaded.origin["listen"] = "--listen or MUSTER_LISTEN";
  for (ShownValue& v : loaded.shown) {
    if (v.path == "listen") v.values = {f.listen};
  }
  return loaded;
}

Value shown_value(const Loaded& loaded) {
  Value all = Value::Map{};
  for (const ShownValue& v : loaded.shown) {
    Value list = Value::List{};
    for (const std::string& text : v.values) list.push(text);
    const auto origin = loaded.origin.find(v.path);
    all.set(v.path, Value::Map{{"value", v.list             ? list
                                         : v.values.empty() ? Value()
                                                            : Value(v.values.front())},
                               {"origin", origin == loaded.origin.end() ? "default" : origin->second}});
  }
  return all;
}

int show(const Flags& f) {
  const Loaded loaded = load_layers(f);
  std::cout << (f.json ? to_json(shown_value(loaded), 2) + "\n" : config_show(loaded));
  for (const ConfigIssue& i : loaded.issues) std::cerr << format_issue(i) << "\n";
  return loaded.ok() ? exit_fine : exit_failed;
}

}  // namespace

int check(const Flags& f) {
  const Loaded loaded = load_config(f.config, f.sandbox);
  if (f.json) {
    Value list = Value::List{};
    for (const ConfigIssue& i : loaded.issues) list.push(issue_value(i));
    std::cout << to_json(list, 2) << "\n";
  } else {
    for (const ConfigIssue& i : loaded.issues) std::cerr << format_issue(i) << "\n";
    if (loaded.ok())
      std::cout << "The configuration is valid.\n";
    else
      std::cerr << loaded.issues.size() << (loaded.issues.size() == 1 ? " mistake.\n" : " mistakes.\n");
  }
  return loaded.ok() ? exit_fine : exit_failed;
}

int config_command(const Flags& f) {
  if (f.what == "show") return show(f);
  if (f.what == "check") return check(f);
  if (f.what == "diff" || f.what == "reload") return say_line(f, "config " + f.what);
  std::cout << (f.what == "schema" ? config_json_schema() : config_reference_markdown());
  return exit_fine;
}

}  // namespace muster
