#include "bot/cli/runbook.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "bot/app.h"
#include "bot/base/json.h"
#include "bot/cli/flags.h"
#include "bot/cli/runbook_ask.h"
#include "bot/cli/runbook_files.h"
#include "bot/cli/runbook_test.h"
#include "bot/runbook_library.h"
#include "config/load.h"
#include "runbooks/graph.h"

namespace muster {
namespace {

using runbooks::Finding;

struct RunbookFlags {
  std::vector<std::string> names;
  std::string run, out;
};

struct Looked {
  std::string path, text;
  runbooks::LoadedRunbook loaded;
};

// With a configuration folder names of people, groups, services and environments are checked too.
std::optional<CoreConfig> configuration(const Flags& f) {
  if (f.config.empty()) return std::nullopt;
  const Loaded loaded = load_config(f.config, f.sandbox);
  if (!loaded.ok()) {
    std::cerr << "The configuration has mistakes (muster check): names are not checked against it.\n";
    return std::nullopt;
  }
  return core_config(loaded.settings, f.sandbox);
}

std::string own_folder(const Flags& f) {
  return f.config.empty() ? "" : runbook_folder(f.config, load_config(f.config, f.sandbox).settings.runbooks);
}

Result<Looked> look(RunbookFiles& files, const std::string& name, const CoreConfig* config) {
  const auto path = files.path_of(name);
  if (!path) return std::unexpected(path.error());
  const auto text = RunbookFiles::read(*path);
  if (!text) return std::unexpected(text.error());
  const runbooks::LintContext context{config, [&](const std::string& called) { return files.called(called, *path); }};
  return Looked{*path, *text, runbooks::load_and_lint(*text, *path, context)};
}

Value finding_value(const Finding& f, const std::string& file) {
  return Value::Map{{"file", file},
                    {"line", f.place.line},
                    {"column", f.place.column},
                    {"level", f.level == Finding::Level::error ? "error" : "warning"},
                    {"code", f.code},
                    {"message", f.message},
                    {"advice", f.advice}};
}

std::string counted(std::size_t n, const std::string& noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

int lint(const Flags& f, const RunbookFlags& r) {
  RunbookFiles files(own_folder(f));
  const std::optional<CoreConfig> config = configuration(f);
  const std::vector<std::string> names = r.names.empty() ? files.all() : runbooks_of(r.names);
  if (names.empty()) {
    std::cerr << "Name a runbook: a file, or with --config a name in its folder runbooks.\n";
    return exit_usage;
  }
  Value all = Value::List{};
  std::size_t errors = 0, warnings = 0, unread = 0;
  for (const std::string& name : names) {
    const auto looked = look(files, name, config ? &*config : nullptr);
    if (!looked) {
      complain(looked.error());
      ++unread;
      continue;
    }
    for (const Finding& finding : looked->loaded.findings) {
      ++(finding.level == Finding::Level::error ? errors : warnings);
      all.push(finding_value(finding, looked->path));
      if (!f.json) std::cout << runbooks::format_finding(finding, looked->text, looked->path);
    }
  }
  if (f.json)
    std::cout << to_json(all, 2) << "\n";
  else if (unread < names.size())
    std::cout << counted(names.size() - unread, "runbook") << ": " << counted(errors, "error") << ", "
              << counted(warnings, "warning") << "\n";
  return errors || unread ? exit_failed : exit_fine;
}

// What can be loaded is shown, whatever the linter says of it.
int shown(const Flags& f, const RunbookFlags& r, std::string (*print)(const runbooks::Runbook&)) {
  if (r.names.size() != 1) {
    std::cerr << "Name one runbook: a file, or with --config a name in its folder runbooks.\n";
    return exit_usage;
  }
  RunbookFiles files(own_folder(f));
  const auto looked = look(files, r.names[0], nullptr);
  if (!looked) return complain(looked.error());
  if (looked->loaded.runbook) {
    std::cout << print(*looked->loaded.runbook);
    return exit_fine;
  }
  for (const Finding& finding : looked->loaded.findings)
    std::cerr << runbooks::format_finding(finding, looked->text, looked->path);
  return exit_failed;
}

int print(const std::string& text) {
  std::cout << text;
  return exit_fine;
}

}  // namespace

void add_runbook_command(CLI::App& cli, const Flags& f, int& code) {
  const auto r = std::make_shared<RunbookFlags>();
  CLI::App* sub = cli.add_subcommand("runbook", "Check, test, plan, record, show and draw runbooks (docs/runbooks.md)");
  sub->require_subcommand(1);
  sub->fallthrough();
  const auto add = [&](const char* name, const char* help, std::function<int()> run) {
    CLI::App* one = sub->add_subcommand(name, help);
    one->callback([run = std::move(run), &code] { code = run(); });
    return one;
  };
  add("lint", "Every mistake with file:line:column; exits with 1 when there is an error", [&f, r] {
    return lint(f, *r);
  })->add_option("RUNBOOK", r->names, "Files, or names in the folder runbooks of --config; none: all of that folder");
  add("test", "The cases beside it (NAME.test.yaml), with mocks and a turned clock", [&f, r] {
    RunbookFiles files(own_folder(f));
    return test_runbooks(files, r->names, f.json);
  })->add_option("RUNBOOK", r->names, "Files, or names in the folder runbooks of --config; none: all of that folder");
  add("show", "What it does, as text", [&f, r] {
    return shown(f, *r, runbooks::show_text);
  })->add_option("RUNBOOK", r->names, "A file or a name");
  add("plan", "What a run would do: reads for real, changes nothing (asks the running bot)",
      [&f, r] { return plan_runbook(f, r->names); })
      ->add_option("RUNBOOK", r->names, "Its name in the bot, then key=value for its inputs")
      ->required();
  CLI::App* record = add("record", "A test case from a real run (asks the running bot)",
                         [&f, r] { return record_runbook(f, r->run, r->out); });
  record->add_option("RUN", r->run, "R42")->required();
  record->add_option("--out", r->out, "Into this file, NAME.test.yaml beside the runbook; its cases stay");
  add("graph", "The steps as a picture (SVG on standard output)", [&f, r] {
    return shown(f, *r, runbooks::graph_svg);
  })->add_option("RUNBOOK", r->names, "A file or a name");
  add("schema", "JSON Schema for editors", [] { return print(runbooks::runbook_json_schema()); });
  add("reference", "The tables of docs/runbooks.md", [] { return print(runbooks::reference_markdown()); });
}

}  // namespace muster
