// The table of commands. What each does is in the other files of this folder.
#include "bot/cli/cli.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <optional>

#include "bot/app.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/text.h"
#include "bot/cli/cel.h"
#include "bot/cli/flags.h"
#include "bot/cli/mattermost.h"
#include "bot/cli/runbook.h"
#include "bot/cli/slack.h"
#include "bot/core/commands/words.h"
#include "bot/memory.h"
#include "bot/secrecy.h"
#include "bot/web/listen_notice.h"
#include "storage/schema.h"

namespace muster {
namespace {

Result<void> make_data_folder(const std::string& data) {
  std::error_code error;
  if (std::filesystem::create_directories(data, error))
    std::filesystem::permissions(data, std::filesystem::perms::owner_all, error);
  if (!error) return {};
  return fail(ErrorKind::unavailable, "cannot make the data folder " + data + ": " + error.message(),
              "Name another with --data.");
}

// What the signal tells comes back from the write as an error, too: SIGXFSZ, a file may not grow; SIGPIPE, who reads
// the log went away. A handler and not "ignore", which the programs that the bot starts would inherit.
void outlive(int signal) {
  struct sigaction quiet {};
  quiet.sa_handler = [](int) {};
  quiet.sa_flags = SA_RESTART;
  ::sigaction(signal, &quiet, nullptr);
}

// Standard input, output and error always exist: what is opened first would else stand in for them and take the log.
void have_standard_files() {
  int fd = ::open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO) fd = ::open("/dev/null", O_RDWR);
  if (fd >= 0) ::close(fd);
}

// An answer that was not written is no answer, whatever became of the command.
int written(int code) {
  errno = 0;
  std::cout.flush();
  if (std::cout) return code;
  const std::string why = errno != 0 ? std::string(": ") + std::strerror(errno) : std::string();
  complain({ErrorKind::unavailable, "The answer could not be written" + why + ".",
            "A command that changes something may have done it; look before you repeat it."});
  return code == exit_fine ? exit_failed : code;
}

int serve(const Flags& f) {
  keep_secrets_in();
  outlive(SIGPIPE);
  tune_memory();
  const bool tty = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  const std::string data = data_folder(f);
  if (auto made = make_data_folder(data); !made) return complain(made.error());
  ::umask(0077);  // what the bot keeps, its log too, is for its own user only
  if (tty) log_to(data + "/muster.log");
  auto app = App::start(
      {.config_folder = f.config, .data_folder = data, .listen = f.listen, .sandbox = f.sandbox, .terminal = tty});
  if (!app) return complain(app.error());
  const std::string language = cli_language(f);
  // The first words of these lines are for scripts; they stay.
  std::cout << "muster " << muster_version << ((*app)->sandbox() ? " " + say(language, "cli.sandbox") : "") << "\n"
            << "listening on " << (*app)->url() << "\n"
            << "room: " << (*app)->login_url() << std::endl;
  if (const std::string note = listen_notice((*app)->listens_on(), language); !note.empty())
    std::cout << note << std::endl;
  return (*app)->run();
}

int version(const Flags& f) {
  if (f.json)
    std::cout << to_json(Value::Map{{"name", "muster"},
                                    {"version", muster_version},
                                    {"schema", schema_version()},
                                    {"compiler", __VERSION__}},
                         2)
              << "\n";
  else
    std::cout << "muster " << muster_version << " (database schema " << schema_version() << ")\n";
  return exit_fine;
}

constexpr const char* about =
    "muster: chat-ops and incident response.\n\n"
    "Commands that change something go through the running bot and its policy; the others read the data folder.\n"
    "Exit codes: 0 fine, 1 refused or failed (the sentence on standard error says why), 2 wrong usage,\n"
    "3 the bot is not running with this data folder.";
constexpr const char* examples =
    "\nExamples:\n"
    "  muster serve --sandbox --data var       a playground; the address with its token is printed\n"
    "  muster sources                          what to paste into Alertmanager and Prometheus\n"
    "  muster say \"ack E12\"                    one chat line, the answer on standard output\n"
    "  muster incident show INC-7 --json       an incident with its timeline, for scripts\n"
    "  muster postmortem INC-7 --format html   the report: published, else the draft\n"
    "  muster doctor                           what is not right, and what to change";

constexpr const char* general =
    "\nAlso here: --config DIR, --data DIR, --json and what else `muster --help` lists as general options.";

// A message of several lines, or one that a shell would take apart, comes better through a pipe.
std::string typed(const std::vector<std::string>& words) {
  if (words != std::vector<std::string>{"-"}) return joined(words);
  std::string text(std::istreambuf_iterator<char>(std::cin), {});
  return std::string(trim(text));
}

class Table {
 public:
  Table(CLI::App& cli, Flags& flags, int& code) : cli_(cli), flags_(flags), code_(code) {}

  CLI::App* add(const char* name, const char* help, int (*run)(const Flags&)) {
    CLI::App* sub = cli_.add_subcommand(name, help);
    sub->footer(general);  // not the examples of the whole program
    sub->callback([this, run] { code_ = run(flags_); });
    return sub;
  }

 private:
  CLI::App& cli_;
  Flags& flags_;
  int& code_;
};

void add_general(CLI::App& cli, Flags& f) {
  cli.add_option("--config", f.config, "Configuration folder (default: the compiled-in defaults)")
      ->envname("MUSTER_CONFIG");
  cli.add_option("--data", f.data, "Data folder (default: the state folder of the user)")->envname("MUSTER_DATA");
  cli.add_option("--listen", f.listen, "HOST:PORT; port 0 picks a free one and prints it")->envname("MUSTER_LISTEN");
  cli.add_option("--language", f.speak, "en or ko: what these commands say (default: the locale's; --help is English)")
      ->envname("MUSTER_LANGUAGE");
  cli.add_flag("--sandbox", f.sandbox, "Sample people and services; anyone may speak as a sample person");
  cli.add_flag("--json", f.json, "Answer as JSON");
}

void add_service(Table& table, Flags& f) {
  table.add("serve", "Start the bot (SIGTERM stops it, SIGHUP reads the configuration again)", serve);
  table.add("check", "Validate the configuration: every mistake with file:line:column", check);
  table.add("doctor", "Check configuration, rights, disk, clock, port and record; says what to change", doctor);
  table.add("version", "Version of this program", version);
  auto* where = table.add("sources", "Addresses for alert senders, each with a snippet to paste", sources);
  where->add_option("--url", f.base, "What senders see instead, for example https://muster.example.com");
  auto* rotate = where->add_option("--rotate", f.rotate, "Give the source NAME a new token; the old one stays valid");
  where->add_option("--retire", f.retire, "End the old token of the source NAME")->excludes(rotate);
  auto* config = table.add("config", "Print, compare or reload the configuration", config_command);
  config
      ->add_option("WHAT", f.what,
                   "show: the result with the origin of each value; diff: what a reload would change; reload; check; "
                   "schema: for editors; reference")
      ->required()
      ->check(CLI::IsMember({"show", "diff", "reload", "check", "schema", "reference"}));
}

void add_record(Table& table, Flags& f) {
  table.add("verify", "Prove that the journal's chain holds and the rows agree with it", verify);
  table.add("rebuild", "Make the rows anew from the journal (the bot must be stopped)", rebuild);
  auto* keep = table.add("backup", "Copy the database and its key consistently, while the bot runs", backup);
  keep->add_option("FILE", f.file, "Where to; the key goes to FILE.key")->required();
  keep->add_flag("--force", f.force, "Replace FILE and FILE.key when they exist");
  table.add("restore", "Put a backup into an empty data folder and verify it", restore)
      ->add_option("FILE", f.file, "What `backup` wrote, with FILE.key beside it")
      ->required();
  auto* report = table.add("postmortem", "Print the postmortem of an incident: as it was published, else the draft",
                           postmortem_command);
  report->add_option("ID", f.incident, "INC-7")->required();
  report->add_option("--format", f.format, "md, html or json")->check(CLI::IsMember({"md", "html", "json"}));
  report->add_option("--profile", f.profile, "For whom: internal, responders or public (updates and impact only)")
      ->check(CLI::IsMember({"internal", "responders", "public"}));
  report->add_option("--lang", f.language, "en or ko")->check(CLI::IsMember({"en", "ko"}));
  report->add_flag("--draft", f.draft, "The record as it is, also where a version was published");
  report->add_option("--zone", f.zone, "Second time column, for example Asia/Seoul");
  auto* metrics = table.add("metrics", "Delivery figures (DORA) of services, from recorded links", metrics_command);
  metrics->add_option("SERVICE", f.words, "One service; otherwise every one that was deployed")->expected(0, 1);
  metrics->add_option("--since", f.since, "How far back: 30d, 90d");
  metrics->add_option("--in", f.environment, "The environment that counts (default: production, prod or live)");
  metrics->add_flag("--count-rollbacks", f.count_rollbacks, "Count rollbacks as deployments");
  table.add("replay", "Fold recorded facts into a fresh data folder", replay)
      ->add_option("FILE", f.file, "JSON lines")
      ->required();
}

void add_talk(Table& table, Flags& f) {
  auto* say = table.add("say", "Say one chat line to the running bot",
                        [](const Flags& x) { return say_line(x, typed(x.words)); });
  say->add_option("LINE", f.words, "The line, as typed in chat; - reads it from standard input")->required();
  say->add_option("--channel", f.channel, "Channel to say it in");
  say->add_option("--as", f.as, "Speak as this person (sandbox only)");
  table.add("try", "Fire a sample alert through the HTTP door", [](const Flags& x) { return say_line(x, "try"); });
  table.add("history", "What was done, newest first", history_command)
      ->add_option("FILTER", f.words, "by @who, since 2h, verb=ack, service=checkout-api");
  auto* login = table.add("login", "Print a login link of the room (bot's own user and root only)", login_command);
  login->add_option("--as", f.as, "For this person of the configuration; valid for an hour");
  login->add_option("--url", f.base, "What browsers see instead, for example https://muster.example.com");
  login->add_flag("--rotate", f.rotate_login, "Make a new token first: every session and every older link ends");
  auto* scrub = table.add("scrub", "Destroy the text of a journal entry, everywhere it is kept", scrub_command);
  scrub->add_option("ENTRY", f.words, "INC-7 4 (numbers: muster say \"timeline INC-7 --ids\"), or an id")->required();
  scrub->add_option("--because", f.because, "Why; it stays in the record")->required();
  scrub->add_flag("--yes", f.yes, "Do it; without this flag it is only shown");
  auto* incident = table.add("incident", "List or show incidents, or what was said about one", incident_command);
  incident->add_option("ACTION", f.what, "list, show or transcript")
      ->required()
      ->check(CLI::IsMember({"list", "show", "transcript"}));
  incident->add_option("ID", f.words, "INC-7, for show and transcript");
  auto* webhooks = table.add("webhooks", "Webhooks that the bot sends: their state, log, redelivery", webhooks_command);
  webhooks->add_option("ACTION", f.words, "nothing, or: log NAME, redeliver NAME [ID|all], test NAME, enable NAME");
  auto* outbox = table.add("outbox", "Messages that could not be delivered", outbox_command);
  outbox->add_option("ACTION", f.what, "list or resend")->required()->check(CLI::IsMember({"list", "resend"}));
  outbox->add_option("ID", f.words, "The id that list shows, or all");
}

std::string meant(const std::string& word, const std::vector<std::string>& known) {
  const auto near = nearest(word, known, 2, 1);
  return near.empty() ? std::string() : "Did you mean `" + near.front() + "`? ";
}

// The first word that is no option or command of the program; none: something else is wrong. What follows a flag that
// nobody knows cannot be told, so only the flags are looked at behind the command.
std::optional<Error> unknown_word(const CLI::App& cli, int argc, char** argv) {
  std::vector<const CLI::App*> used;  // the command, and the command within it
  for (const CLI::App* app = &cli; !app->get_subcommands().empty(); used.push_back(app))
    app = app->get_subcommands().front();
  std::vector<const CLI::App*> known{&cli};
  known.insert(known.end(), used.begin(), used.end());
  std::vector<std::string> options, commands;
  for (const CLI::App* app : known)
    for (const CLI::Option* option : app->get_options())
      for (const std::string& name : option->get_lnames()) options.push_back("--" + name);
  for (const CLI::App* sub : cli.get_subcommands([](const CLI::App*) { return true; }))
    commands.push_back(sub->get_name());
  const bool in_say = !used.empty() && used.front()->get_name() == "say";
  for (int i = 1; i < argc; ++i) {
    const std::string word = std::string(argv[i]).substr(0, std::string_view(argv[i]).find('='));
    if (word == "--") return {};
    if (word.starts_with("--") && std::ranges::find(options, word) == options.end())
      return Error{
          ErrorKind::invalid,
          "There is no option `" + word + "`" + (used.empty() ? "" : " of `" + used.front()->get_name() + "`") + ".",
          meant(word, options) + (in_say ? "A chat line stands in quotes: muster say \"status --tail 3\". " : "") +
              "`muster " + (used.empty() ? "" : used.front()->get_name() + " ") + "--help` lists them."};
    if (i == 1 && used.empty() && !word.starts_with('-'))
      return Error{
          ErrorKind::invalid, "There is no command `" + word + "`.",
          meant(word, commands) + "`muster --help` lists them; what is said in chat is sent with `muster say`."};
  }
  return {};
}

}  // namespace

int run_command_line(int argc, char** argv) {
  have_standard_files();
  outlive(SIGXFSZ);
  CLI::App cli{about};
  Flags f;
  int code = exit_fine;
  cli.require_subcommand(1);
  cli.fallthrough();
  cli.footer(examples);
  cli.set_version_flag("--version", std::string("muster ") + muster_version);
  Table table(cli, f, code);
  add_general(cli, f);
  add_service(table, f);
  add_record(table, f);
  add_talk(table, f);
  add_cel_command(cli, code);
  add_runbook_command(cli, f, code);
  add_slack_command(cli, f, code);
  add_mattermost_command(cli, code);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    // "A subcommand is required" would be no answer to a mistyped word.
    if (e.get_exit_code() != 0)
      if (const auto unknown = unknown_word(cli, argc, argv)) return complain(*unknown), exit_usage;
    return cli.exit(e) == 0 ? exit_fine : exit_usage;
  }
  return written(code);
}

}  // namespace muster
