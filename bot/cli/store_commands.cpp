// Commands that read (or make) the data folder themselves.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "bot/app.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/change_reads.h"
#include "bot/cli/flags.h"
#include "bot/cli/replay.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/state.h"
#include "bot/reads.h"
#include "bot/related.h"
#include "storage/store.h"
#include "storage/verify.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

Result<State> folded(Store& store) {
  State state;
  if (auto read = store.read_journal(0, [&state](const Entry& e) { apply(state, e); }); !read)
    return std::unexpected(read.error());
  return state;
}

Result<std::unique_ptr<Store>> open_for_reading(const std::string& folder) {
  StoreOptions o;
  o.folder = folder;
  o.read_only = true;
  return open_store(std::move(o), [](std::function<void()> task) { task(); });
}

// What the rows say and what the journal says, by the ids that differ.
std::vector<std::string> differing_rows(const State& state, const std::vector<ProjectionRow>& kept,
                                        const std::string& language) {
  std::vector<std::string> problems;
  const auto differs = [&](const std::string& id) {
    problems.push_back(say(language, "cli.row_differs", {{"id", id}}));
  };
  std::map<std::string, const ProjectionRow*> rows;
  for (const ProjectionRow& r : kept) rows[r.kind + " " + r.id] = &r;
  for (const ProjectionRow& r : projections(state)) {
    const auto it = rows.find(r.kind + " " + r.id);
    if (it == rows.end() || it->second->body != r.body) differs(r.id);
    if (it != rows.end()) rows.erase(it);
  }
  for (const auto& [name, row] : rows) differs(row->id);  // nothing in the journal says so
  return problems;
}

// Chain and rows of a folder, as they are at one moment.
Result<VerifyReport> verified(const std::string& folder, const std::string& language) {
  State state;
  return verify_journal(
      folder,
      {.take = [&state](const Entry& e) { apply(state, e); },
       .problems = [&](const std::vector<ProjectionRow>& kept) { return differing_rows(state, kept, language); }});
}

int print_report(const Flags& f, const VerifyReport& report) {
  Value list = Value::List{};
  for (const std::string& p : report.problems) list.push(p);
  if (f.json) {
    std::cout << to_json(Value::Map{{"entries", report.entries}, {"scrubbed", report.scrubbed}, {"problems", list}}, 2)
              << "\n";
  } else {
    for (const std::string& p : report.problems) std::cout << p << "\n";
    std::cout << say(cli_language(f), report.problems.empty() ? "cli.verify.fine" : "cli.verify.wrong",
                     {{"n", std::to_string(report.entries)}})
              << "\n";
  }
  return report.problems.empty() ? exit_fine : exit_failed;
}

}  // namespace

int verify(const Flags& f) {
  const auto report = verified(data_folder(f), cli_language(f));
  return report ? print_report(f, *report) : complain(report.error());
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
  std::cout << say(cli_language(f), equal ? "cli.rebuild.fine" : "cli.rebuild.wrong",
                   {{"n", std::to_string(rows.size())}})
            << "\n";
  return equal ? exit_fine : exit_failed;
}

int backup(const Flags& f) {
  std::error_code ignored;
  for (const std::string& file : {f.file, f.file + ".key"}) {
    if (!f.force && fs::exists(fs::symlink_status(file, ignored)))
      return complain({ErrorKind::conflict, say(cli_language(f), "cli.backup.there", {{"file", file}}),
                       say(cli_language(f), "cli.backup.force")});
  }
  if (auto done = backup_store(data_folder(f), f.file); !done) return complain(done.error());
  if (f.json)
    std::cout << to_json(Value::Map{{"file", f.file}, {"key", f.file + ".key"}}, 2) << "\n";
  else
    std::cout << say(cli_language(f), "cli.backup.done", {{"file", f.file}}) << "\n";
  return exit_fine;
}

namespace {

Result<void> copy_private(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::copy_file(from, to, error);
  if (!error) fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write, error);
  if (!error) return {};
  return fail(ErrorKind::unavailable, "cannot copy " + from + " to " + to + ": " + error.message(),
              "Check that both can be read and written, and that the disk has room.");
}

Result<void> check_restore(const std::string& file, const std::string& folder) {
  std::error_code ignored;
  for (const std::string& needed : {file, file + ".key"}) {
    if (!fs::is_regular_file(needed, ignored))
      return fail(ErrorKind::not_found, needed + " is not there; a backup is FILE and FILE.key.",
                  "Name the file that `muster backup` wrote, with its key beside it.");
  }
  for (const char* name : {"/muster.db", "/mac.key"}) {
    if (fs::exists(folder + name, ignored))
      return fail(ErrorKind::conflict, folder + " holds a record already (" + (name + 1) + "); nothing was changed.",
                  "Stop the bot and move that folder away, or name another with --data.");
  }
  return {};
}

}  // namespace

int restore(const Flags& f) {
  const std::string folder = data_folder(f);
  if (auto fine = check_restore(f.file, folder); !fine) return complain(fine.error());
  std::error_code error;
  if (fs::create_directories(folder, error)) fs::permissions(folder, fs::perms::owner_all, error);
  if (error)
    return complain({ErrorKind::unavailable, "cannot make the data folder " + folder + ": " + error.message(),
                     "Name another with --data."});
  // The key first: a database without its key reads as a loss.
  if (auto done = copy_private(f.file + ".key", folder + "/mac.key"); !done) return complain(done.error());
  if (auto done = copy_private(f.file, folder + "/muster.db"); !done) return complain(done.error());
  const auto report = verified(folder, cli_language(f));
  if (!report) return complain(report.error());
  if (!f.json) std::cout << say(cli_language(f), "cli.restored", {{"folder", folder}}) << "\n";
  return print_report(f, *report);
}

namespace {

// As in chat: INC-7, inc-7, I7 and 7 are the same incident.
std::string incident_id(const std::string& text) {
  std::string digits = lower_ascii(text);
  for (const char* prefix : {"inc-", "i"}) {
    if (digits.starts_with(prefix)) digits.erase(0, std::string_view(prefix).size());
  }
  const bool number = !digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos;
  return number ? "INC-" + digits : text;
}

}  // namespace

int postmortem_command(const Flags& f) {
  if (!f.zone.empty() && !is_zone(f.zone))
    return complain({ErrorKind::invalid, "There is no time zone `" + f.zone + "`.",
                     "Write an IANA name such as Asia/Seoul or UTC."});
  auto store = open_for_reading(data_folder(f));
  if (!store) return complain(store.error());
  const auto entries = (*store)->read_incident(incident_id(f.incident));
  if (!entries) return complain(entries.error());
  if (entries->empty())
    return complain({ErrorKind::not_found, "There is no incident " + f.incident + ".",
                     "`muster say incidents` lists what exists."});
  const Loaded loaded = load_config(f.config, f.sandbox);
  const Profile profile = f.profile == "public"       ? Profile::public_only
                          : f.profile == "responders" ? Profile::responders
                                                      : Profile::internal;
  const CoreConfig config = core_config(loaded.settings, f.sandbox);
  const auto state = folded(**store);
  const Incident* incident = state ? find_incident(*state, incident_id(f.incident)) : nullptr;
  std::cout << render_report(*entries, config, f.json ? "json" : f.format, f.language, f.zone, profile,
                             incident ? changes_around(**store, config, *incident) : std::vector<ChangeRecord>(),
                             incident ? related_incidents(*state, *incident) : std::vector<RelatedIncident>(),
                             file_bytes_of(**store), f.draft ? 0 : last_version(*entries));
  return exit_fine;
}

int replay(const Flags& f) {
  const auto n = replay_file(f.file, data_folder(f));
  if (!n) return complain(n.error());
  std::cout << *n << " facts recorded in " << data_folder(f) << "\n";
  return exit_fine;
}

}  // namespace muster
