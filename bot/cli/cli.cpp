#include "bot/cli/cli.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "bot/app.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/cli/cel.h"
#include "bot/cli/replay.h"
#include "bot/reads.h"
#include "integrations/net/local_socket.h"
#include "storage/store.h"

namespace muster {
namespace {

struct Flags {
  std::string config, data, listen, channel, as, file, incident, format = "md", language = "en", zone = "UTC", what;
  std::vector<std::string> words;
  bool sandbox = false, json = false;
};

int complain(const Error& e) {
  std::cerr << e.message << (e.message.ends_with('\n') ? "" : "\n");
  if (!e.next_step.empty()) std::cerr << e.next_step << "\n";
  return 1;
}

std::string data_folder(const Flags& f) {
  if (!f.data.empty()) return f.data;
  if (const char* state = std::getenv("STATE_DIRECTORY")) return state;  // systemd
  if (::geteuid() == 0) return "/var/lib/muster";
  if (const char* xdg = std::getenv("XDG_STATE_HOME")) return std::string(xdg) + "/muster";
  const char* home = std::getenv("HOME");
  return std::string(home ? home : ".") + "/.local/state/muster";
}

int serve(const Flags& f) {
  const bool tty = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  const std::string data = data_folder(f);
  std::error_code error;
  std::filesystem::create_directories(data, error);
  if (error)
    return complain({ErrorKind::unavailable, "cannot make the data folder " + data + ": " + error.message(),
                     "Name another with --data."});
  if (tty) log_to(data + "/muster.log");
  for (const char* token : {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "MATTERMOST_TOKEN"}) {
    if (f.sandbox && std::getenv(token))
      return complain({ErrorKind::conflict,
                       std::string(token) + " is set: a bot with chat tokens refuses to be a sandbox.",
                       "Unset it, or leave out --sandbox."});
  }
  auto app = App::start(
      {.config_folder = f.config, .data_folder = data, .listen = f.listen, .sandbox = f.sandbox, .terminal = tty});
  if (!app) return complain(app.error());
  std::cout << "muster " << muster_version << (f.sandbox ? " (sandbox: anyone may speak as a sample person)" : "")
            << "\n"
            << "listening on " << (*app)->url() << "\n"
            << "room: " << (*app)->login_url() << std::endl;
  return (*app)->run();
}

int check(const Flags& f) {
  const Loaded loaded = load_config(f.config, f.sandbox);
  for (const ConfigIssue& i : loaded.issues) std::cerr << format_issue(i) << "\n";
  if (!loaded.ok()) return 1;
  std::cout << "The configuration is valid.\n";
  return 0;
}

int config_print(const Flags& f) {
  if (f.what == "schema")
    std::cout << config_json_schema();
  else if (f.what == "reference")
    std::cout << config_reference_markdown();
  else
    std::cout << config_show(load_config(f.config, f.sandbox));
  return 0;
}

int say_line(const Flags& f, const std::string& text) {
  Value ask = Value::Map{{"op", "say"}, {"text", text}, {"channel", f.channel}, {"as", f.as}};
  const auto line = call_local_socket(data_folder(f) + "/muster.sock", to_json(ask), 30'000);
  if (!line) {
    complain({line.error().kind, "The bot is not running with the data folder " + data_folder(f) + ".",
              "Start it with `muster serve`, or name its folder with --data."});
    return 3;
  }
  const auto answer = parse_json(*line, 128);
  if (!answer) return complain(answer.error());
  if (f.json && answer->has("json"))
    std::cout << to_json((*answer)["json"], 2) << "\n";
  else if (f.json)
    std::cout << to_json(*answer, 2) << "\n";
  else
    std::cout << (*answer)["text"].as_string() << "\n";
  return (*answer)["ok"].as_bool() ? 0 : 1;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& w : words) text += (text.empty() ? "" : " ") + w;
  return text;
}

int sources(const Flags& f) {
  const Loaded loaded = load_config(f.config, f.sandbox);
  if (!loaded.ok()) return check(f);
  const auto tokens = load_tokens(data_folder(f), loaded.settings);
  if (!tokens) return complain(tokens.error());
  const std::string base = "http://" + (f.listen.empty() ? loaded.settings.listen : f.listen);
  Value list = Value::List{};
  for (const AlertSourceDef& s : loaded.settings.sources) {
    const std::string path = "/in/" + s.kind + "/" + tokens->sources.at(s.name);
    const std::string host = base.substr(7);
    const std::string snippet =
        s.kind == "alertmanager"
            ? "receivers:\n  - name: muster\n    webhook_configs:\n      - url: " + base + path + "\n"
            : "alerting:\n  alertmanagers:\n    - path_prefix: " + path +
                  "\n      static_configs:\n        - targets: [\"" + host + "\"]\n";
    list.push(Value::Map{{"name", s.name},
                         {"kind", s.kind},
                         {"url", base + path + (s.kind == "prometheus" ? "/api/v2/alerts" : "")},
                         {"snippet", snippet}});
    if (!f.json) std::cout << "# " << s.name << " (" << s.kind << ")\n# " << base << path << "\n" << snippet << "\n";
  }
  if (f.json) std::cout << to_json(list, 2) << "\n";
  return 0;
}

Result<State> folded(Store& store) {
  State state;
  if (auto read = store.read_journal(0, [&state](const Entry& e) { apply(state, e); }); !read)
    return std::unexpected(read.error());
  return state;
}

Result<std::unique_ptr<Store>> open_for_reading(const Flags& f) {
  StoreOptions o;
  o.folder = data_folder(f);
  o.read_only = true;
  return open_store(std::move(o), [](std::function<void()> task) { task(); });
}

int verify(const Flags& f) {
  const auto report = verify_journal(data_folder(f));
  if (!report) return complain(report.error());
  std::vector<std::string> problems = report->problems;
  auto store = open_for_reading(f);
  if (!store) return complain(store.error());
  const auto state = folded(**store);
  const auto kept = (*store)->projections();
  if (!state) return complain(state.error());
  if (!kept) return complain(kept.error());
  std::map<std::string, Value> rows;
  for (const ProjectionRow& r : *kept) rows[r.kind + " " + r.id] = r.body;
  for (const ProjectionRow& r : projections(*state)) {
    const auto it = rows.find(r.kind + " " + r.id);
    if (it == rows.end() || it->second != r.body)
      problems.push_back("the row of " + r.id + " differs from the journal; `muster rebuild` makes it anew");
  }
  if (f.json) {
    Value list = Value::List{};
    for (const std::string& p : problems) list.push(p);
    std::cout << to_json(Value::Map{{"entries", report->entries}, {"scrubbed", report->scrubbed}, {"problems", list}},
                         2)
              << "\n";
  } else {
    for (const std::string& p : problems) std::cout << p << "\n";
    std::cout << report->entries << " entries, "
              << (problems.empty() ? "the chain holds and the rows agree" : "NOT in order") << "\n";
  }
  return problems.empty() ? 0 : 1;
}

int rebuild(const Flags& f) {
  StoreOptions o;
  o.folder = data_folder(f);
  auto store = open_store(std::move(o), [](std::function<void()> task) { task(); });
  if (!store) return complain(store.error());
  const auto state = folded(**store);
  if (!state) return complain(state.error());
  const auto rows = projections(*state);
  if (auto done = replace_projections(**store, rows); !done) return complain(done.error());
  const auto kept = (*store)->projections();
  const bool equal = kept && *kept == rows;
  std::cout << rows.size() << " rows made anew from the journal" << (equal ? "; equal state\n" : "; NOT equal\n");
  return equal ? 0 : 1;
}

int backup(const Flags& f) {
  if (auto done = backup_store(data_folder(f), f.file); !done) return complain(done.error());
  std::cout << "Written: " << f.file << " and " << f.file << ".key. Keep both; see docs/install.md for restoring.\n";
  return 0;
}

int postmortem_command(const Flags& f) {
  auto store = open_for_reading(f);
  if (!store) return complain(store.error());
  const auto entries = (*store)->read_incident(f.incident);
  if (!entries) return complain(entries.error());
  if (entries->empty())
    return complain({ErrorKind::not_found, "There is no incident " + f.incident + ".",
                     "`muster say incidents` lists what exists."});
  const Loaded loaded = load_config(f.config, f.sandbox);
  std::cout << render_report(*entries, core_config(loaded.settings, f.sandbox), f.format, f.language, f.zone);
  return 0;
}

int replay(const Flags& f) {
  const auto n = replay_file(f.file, data_folder(f));
  if (!n) return complain(n.error());
  std::cout << *n << " facts recorded in " << data_folder(f) << "\n";
  return 0;
}

int doctor(const Flags& f) {
  const Loaded loaded = load_config(f.config, f.sandbox);
  std::cout << (loaded.ok() ? "ok   " : "FAIL ") << "configuration\n";
  for (const ConfigIssue& i : loaded.issues) std::cout << "     " << format_issue(i) << "\n";
  const auto report = verify_journal(data_folder(f));
  std::cout << (report && report->problems.empty() ? "ok   " : "FAIL ") << "journal"
            << (report ? "" : ": " + report.error().message) << "\n";
  const auto alive = call_local_socket(data_folder(f) + "/muster.sock", R"({"op":"say","text":"version"})", 2000);
  std::cout << (alive ? "ok   the bot is running\n" : "note the bot is not running\n");
  return loaded.ok() && report && report->problems.empty() ? 0 : 1;
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App cli{
      "muster: chat-ops and incident response.\nExit codes: 0 fine, 1 refused or failed, 2 wrong usage, 3 the bot is "
      "not running."};
  Flags f;
  int code = 0;
  cli.require_subcommand(1);
  cli.fallthrough();
  cli.set_version_flag("--version", std::string("muster ") + muster_version);
  cli.add_option("--config", f.config, "Configuration folder (default: compiled-in defaults)")
      ->envname("MUSTER_CONFIG");
  cli.add_option("--data", f.data, "Data folder (default: the state folder of the user)")->envname("MUSTER_DATA");
  cli.add_option("--listen", f.listen, "HOST:PORT; port 0 picks a free one and prints it")->envname("MUSTER_LISTEN");
  cli.add_flag("--sandbox", f.sandbox, "Sample people and services; anyone may speak as a sample person");
  cli.add_flag("--json", f.json, "Answer as JSON");
  const auto command = [&](const char* name, const char* help, auto run) {
    CLI::App* sub = cli.add_subcommand(name, help);
    sub->callback([&code, &f, run] { code = run(f); });
    return sub;
  };
  command("serve", "Start the bot", serve);
  command("check", "Validate the configuration", check);
  command("doctor", "Check the configuration, the journal and whether the bot runs", doctor);
  command("verify", "Prove that the journal's chain holds and the rows agree with it", verify);
  command("rebuild", "Make the rows anew from the journal (the bot must be stopped)", rebuild);
  command("backup", "Copy a live database consistently", backup)->add_option("FILE", f.file, "Where to")->required();
  auto* report = command("postmortem", "Print the postmortem draft of an incident", postmortem_command);
  report->add_option("ID", f.incident, "INC-7")->required();
  report->add_option("--format", f.format, "md, html or json")->check(CLI::IsMember({"md", "html", "json"}));
  report->add_option("--lang", f.language, "en or ko")->check(CLI::IsMember({"en", "ko"}));
  report->add_option("--zone", f.zone, "Second time column, for example Asia/Seoul");
  command("replay", "Fold recorded facts into a fresh data folder", replay)
      ->add_option("FILE", f.file, "JSON lines")
      ->required();
  auto* say = command("say", "Say one chat line to the running bot",
                      [](const Flags& x) { return say_line(x, joined(x.words)); });
  say->add_option("LINE", f.words, "The line, as typed in chat")->required();
  say->add_option("--channel", f.channel, "Channel to say it in");
  say->add_option("--as", f.as, "Speak as this person (sandbox only)");
  command("try", "Fire a sample alert through the HTTP door", [](const Flags& x) { return say_line(x, "try"); });
  command("history", "What was done, newest first", [](const Flags& x) { return say_line(x, "history"); });
  command("version", "Version of this program", [](const Flags&) {
    std::cout << "muster " << muster_version << "\n";
    return 0;
  });
  command("sources", "Addresses for alert senders, with a snippet to paste", sources);
  auto* incident = command("incident", "List or show incidents", [](const Flags& x) {
    return say_line(x, x.what == "show" ? "show " + joined(x.words) : "incidents");
  });
  incident->add_option("ACTION", f.what, "list or show")->required()->check(CLI::IsMember({"list", "show"}));
  incident->add_option("ID", f.words, "INC-7, for show");
  auto* config = command("config", "Print the configuration, its schema or its reference", config_print);
  config->add_option("WHAT", f.what, "show, schema or reference")
      ->required()
      ->check(CLI::IsMember({"show", "schema", "reference"}));
  add_cel_command(cli, code);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return cli.exit(e) == 0 ? 0 : 2;
  }
  return code;
}

}  // namespace muster
