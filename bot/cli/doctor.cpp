// `muster doctor`: everything that has to be right around the bot. Each failure names what to change.
#include "bot/cli/doctor.h"

#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "bot/app.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "integrations/net/http_server.h"
#include "integrations/net/loop.h"
#include "storage/store.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t disk_low = 64u << 20, disk_tight = 1u << 30;  // bytes; a day of alerts is some megabytes

std::string mode_text(mode_t mode) {
  char text[8];
  std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode & 07777));
  return text;
}

void look_at_config(const Loaded& loaded, const std::string& folder, Findings& out) {
  const std::string where = folder.empty() ? "the compiled-in defaults" : folder;
  if (loaded.ok()) out.push_back({"ok", "configuration: valid (" + where + ")", ""});
  for (const ConfigIssue& i : loaded.issues)
    out.push_back({"FAIL", "configuration: " + format_issue(i), "correct that line"});
}

bool look_at_folder(const std::string& folder, Findings& out) {
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0) {
    out.push_back({"note", "data folder: " + folder + " is not there yet", "`muster serve` makes it"});
    return false;
  }
  if (!S_ISDIR(info.st_mode)) {
    out.push_back({"FAIL", "data folder: " + folder + " is not a folder", "name another with --data"});
    return false;
  }
  if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0) {
    out.push_back({"FAIL", "data folder: you (user id " + std::to_string(::geteuid()) + ") may not write " + folder,
                   "run this as the bot's user (id " + std::to_string(info.st_uid) + ") or as root"});
    return false;
  }
  if ((info.st_mode & 0077) != 0 && mode_text(info.st_mode) != "0711")
    out.push_back({"FAIL", "data folder: others may look into " + folder + " (mode " + mode_text(info.st_mode) + ")",
                   "chmod 700 " + folder});
  else
    out.push_back({"ok", "data folder: " + folder + ", mode " + mode_text(info.st_mode), ""});
  return true;
}

void look_at_file(const std::string& path, const std::string& what, Findings& out) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return;
  if ((info.st_mode & 0077) != 0)
    out.push_back(
        {"FAIL", what + ": others may read " + path + " (mode " + mode_text(info.st_mode) + ")", "chmod 600 " + path});
  else
    out.push_back({"ok", what + ": " + path + ", mode " + mode_text(info.st_mode), ""});
}

void look_at_disk(const std::string& folder, Findings& out) {
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  if (error) return out.push_back({"note", "disk: the free space of " + folder + " cannot be read", ""});
  const std::string free = std::to_string(space.available >> 20) + " MiB free";
  if (space.available < disk_low)
    out.push_back({"FAIL", "disk: only " + free, "make room on the disk of " + folder});
  else
    out.push_back({space.available < disk_tight ? "note" : "ok", "disk: " + free,
                   space.available < disk_tight ? "make room before it is full" : ""});
}

// The last entry's time, so that a clock that went back is seen.
void look_at_record(const std::string& folder, Findings& out) {
  std::error_code ignored;
  if (!fs::exists(folder + "/muster.db", ignored))
    return out.push_back({"note", "record: there is none yet", "`muster serve` makes it"});
  const auto report = verify_journal(folder);
  if (!report) return out.push_back({"FAIL", "record: " + report.error().message, report.error().next_step});
  if (report->problems.empty())
    out.push_back({"ok", "record: " + std::to_string(report->entries) + " entries, the chain holds", ""});
  for (const std::string& p : report->problems)
    out.push_back({"FAIL", "record: " + p, "restore the last backup (docs/install.md) and keep this file for a look"});
}

TimeMs last_written(const std::string& folder) {
  StoreOptions o;
  o.folder = folder;
  o.read_only = true;
  auto store = open_store(std::move(o), [](std::function<void()> task) { task(); });
  TimeMs last = 0;
  if (store) (void)(*store)->read_journal(0, [&last](const Entry& e) { last = std::max(last, e.written_ms); });
  return last;
}

void look_at_clock(const std::string& folder, Findings& out) {
  const TimeMs now = SystemClock().now();
  constexpr TimeMs year_2025 = 1'735'689'600'000;
  if (now < year_2025)
    return out.push_back({"FAIL", "clock: this machine says " + format_utc(now), "set the clock, for example by NTP"});
  const TimeMs last = last_written(folder);
  if (last > now + 5 * minute_ms)
    return out.push_back(
        {"FAIL",
         "clock: this machine says " + format_utc(now) + ", but the record has an entry written at " + format_utc(last),
         "set the clock; the order of new entries would look wrong"});
  timex kernel{};
  const bool unsure = ::adjtimex(&kernel) == TIME_ERROR;
  out.push_back({unsure ? "note" : "ok", "clock: " + format_utc(now) + (unsure ? ", not kept by a time service" : ""),
                 unsure ? "run a time service such as chrony or systemd-timesyncd" : ""});
  if (!is_zone("Asia/Seoul"))
    out.push_back({"FAIL", "time zones: the zone data of the system is missing", "install the package tzdata"});
}

void look_at_port(const Flags& f, const Loaded& loaded, Findings& out) {
  if (const auto bot = running_bot(f)) {
    out.push_back({"ok",
                   "bot: running since " + (*bot)["started"].as_string() + " (pid " +
                       std::to_string((*bot)["pid"].as_int()) + ", version " + (*bot)["version"].as_string() + "), " +
                       (*bot)["address"].as_string(),
                   ""});
    if ((*bot)["version"].as_string() != muster_version)
      out.push_back({"note", std::string("version: this program is ") + muster_version, "restart the bot"});
    if (const auto dead = (*bot)["dead_letters"].as_int(); dead > 0)
      out.push_back({"note", "outbox: " + std::to_string(dead) + " messages could not be delivered",
                     "`muster outbox list` shows them, `muster outbox resend all` tries again"});
    return look_at_bots_platforms(*bot, out);
  }
  out.push_back({"note", "bot: not running with this data folder", "`muster serve` starts it"});
  const std::string listen = f.listen.empty() ? loaded.settings.listen : f.listen;
  Loop loop;
  HttpHandler nobody;
  nobody.request = [](HttpRequest, HttpReply reply) { reply({}); };
  if (auto server = HttpServer::listen(loop, listen, std::move(nobody)); !server)
    out.push_back({"FAIL", "port: " + server.error().message, server.error().next_step});
  else
    out.push_back({"ok", "port: " + listen + " is free", ""});
  if (loaded.ok()) look_at_platforms(f, loaded, out);
}

Findings look(const Flags& f) {
  Findings out;
  const std::string folder = data_folder(f);
  const Loaded loaded = load_config(f.config, f.sandbox);
  out.push_back({"ok", std::string("version: muster ") + muster_version, ""});
  look_at_config(loaded, f.config, out);
  if (look_at_folder(folder, out)) {
    look_at_file(folder + "/tokens.json", "tokens", out);
    look_at_file(folder + "/mac.key", "key", out);
    look_at_file(folder + "/muster.db", "database", out);
    look_at_disk(folder, out);
    look_at_record(folder, out);
  }
  look_at_clock(folder, out);
  look_at_port(f, loaded, out);
  return out;
}

}  // namespace

int doctor(const Flags& f) {
  int code = exit_fine;
  Value list = Value::List{};
  for (const Finding& x : look(f)) {
    if (x.level == "FAIL") code = exit_failed;
    list.push(Value::Map{{"level", lower_ascii(x.level)}, {"what", x.what}, {"change", x.change}});
    if (f.json) continue;
    std::cout << x.level << std::string(6 - x.level.size(), ' ') << x.what << "\n";
    if (!x.change.empty()) std::cout << "      -> " << x.change << "\n";
  }
  if (f.json) std::cout << to_json(list, 2) << "\n";
  return code;
}

}  // namespace muster
