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
#include "bot/cli/flags.h"
#include "bot/core/commands/words.h"
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
  const std::string where = folder.empty() ? out.words("doctor.defaults") : folder;
  if (loaded.ok()) out.add("ok", "doctor.config", {{"where", where}});
  for (const ConfigIssue& i : loaded.issues)
    out.add("FAIL", "doctor.config_wrong", {{"what", format_issue(i)}}, "doctor.correct_line");
}

bool look_at_folder(const std::string& folder, Findings& out) {
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0) {
    out.add("note", "doctor.folder_none", {{"folder", folder}}, "doctor.serve_makes");
    return false;
  }
  if (!S_ISDIR(info.st_mode)) {
    out.add("FAIL", "doctor.folder_no", {{"folder", folder}}, "doctor.name_another");
    return false;
  }
  if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0) {
    out.add("FAIL", "doctor.folder_closed", {{"uid", std::to_string(::geteuid())}, {"folder", folder}}, "doctor.run_as",
            {{"uid", std::to_string(info.st_uid)}});
    return false;
  }
  if ((info.st_mode & 0077) != 0 && mode_text(info.st_mode) != "0711")
    out.add("FAIL", "doctor.folder_open", {{"folder", folder}, {"mode", mode_text(info.st_mode)}}, "doctor.chmod",
            {{"mode", "700"}, {"path", folder}});
  else
    out.add("ok", "doctor.folder", {{"folder", folder}, {"mode", mode_text(info.st_mode)}});
  return true;
}

void look_at_file(const std::string& path, const std::string& what, Findings& out) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return;
  const std::string name = out.words("doctor.file_" + what);
  if ((info.st_mode & 0077) != 0)
    out.add("FAIL", "doctor.file_open", {{"what", name}, {"path", path}, {"mode", mode_text(info.st_mode)}},
            "doctor.chmod", {{"mode", "600"}, {"path", path}});
  else
    out.add("ok", "doctor.file", {{"what", name}, {"path", path}, {"mode", mode_text(info.st_mode)}});
}

void look_at_disk(const std::string& folder, Findings& out) {
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  if (error) return out.add("note", "doctor.disk_unknown", {{"folder", folder}});
  const std::string free = std::to_string(space.available >> 20);
  if (space.available < disk_low)
    out.add("FAIL", "doctor.disk_low", {{"n", free}}, "doctor.make_room", {{"folder", folder}});
  else if (space.available < disk_tight)
    out.add("note", "doctor.disk", {{"n", free}}, "doctor.make_room_soon");
  else
    out.add("ok", "doctor.disk", {{"n", free}});
}

// The last entry's time, so that a clock that went back is seen.
void look_at_record(const std::string& folder, Findings& out) {
  std::error_code ignored;
  if (!fs::exists(folder + "/muster.db", ignored))
    return out.add("note", "doctor.record_none", {}, "doctor.serve_makes");
  const auto report = verify_journal(folder);
  if (!report) return out.add_error("doctor.record_wrong", report.error());
  if (report->problems.empty()) out.add("ok", "doctor.record", {{"n", std::to_string(report->entries)}});
  for (const std::string& p : report->problems) out.add("FAIL", "doctor.record_wrong", {{"what", p}}, "doctor.restore");
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
  if (now < year_2025) return out.add("FAIL", "doctor.clock_wrong", {{"time", format_utc(now)}}, "doctor.set_clock");
  const TimeMs last = last_written(folder);
  if (last > now + 5 * minute_ms)
    return out.add("FAIL", "doctor.clock_back", {{"time", format_utc(now)}, {"last", format_utc(last)}},
                   "doctor.set_clock_order");
  timex kernel{};
  const bool unsure = ::adjtimex(&kernel) == TIME_ERROR;
  if (unsure)
    out.add("note", "doctor.clock_unsure", {{"time", format_utc(now)}}, "doctor.time_service");
  else
    out.add("ok", "doctor.clock", {{"time", format_utc(now)}});
  if (!is_zone("Asia/Seoul")) out.add("FAIL", "doctor.zones", {}, "doctor.tzdata");
}

void look_at_port(const Flags& f, const Loaded& loaded, Findings& out) {
  if (const auto bot = running_bot(f)) {
    out.add("ok", "doctor.bot",
            {{"since", (*bot)["started"].as_string()},
             {"pid", std::to_string((*bot)["pid"].as_int())},
             {"version", (*bot)["version"].as_string()},
             {"address", (*bot)["address"].as_string()}});
    if ((*bot)["version"].as_string() != muster_version)
      out.add("note", "doctor.version_other", {{"version", muster_version}}, "doctor.restart");
    if (const auto dead = (*bot)["dead_letters"].as_int(); dead > 0)
      out.add("note", "doctor.outbox", {{"n", std::to_string(dead)}}, "doctor.resend");
    for (const Value& hook : (*bot)["webhooks"].as_list()) {
      const bool well = hook["paused"].as_string().empty() && hook["failing_since"].is_null();
      out.add(well ? "ok" : "FAIL", well ? "doctor.webhook" : "doctor.webhook_fails",
              {{"hook", hook["name"].as_string()},
               {"to", hook["to"].as_string()},
               {"n", std::to_string(hook["waiting"].as_int())}},
              well ? "" : "doctor.webhook_look", {{"hook", hook["name"].as_string()}});
    }
    return look_at_bots_platforms(f, out);
  }
  out.add("note", "doctor.bot_none", {}, "doctor.serve_starts");
  const std::string listen = f.listen.empty() ? loaded.settings.listen : f.listen;
  Loop loop;
  HttpHandler nobody;
  nobody.request = [](HttpRequest, HttpReply reply) { reply({}); };
  if (auto server = HttpServer::listen(loop, listen, std::move(nobody)); !server)
    out.add_error("doctor.port_taken", server.error());
  else
    out.add("ok", "doctor.port", {{"listen", listen}});
  if (loaded.ok()) look_at_platforms(f, loaded, out);
}

Findings look(const Flags& f) {
  Findings out{cli_language(f), {}};
  const std::string folder = data_folder(f);
  const Loaded loaded = load_config(f.config, f.sandbox);
  out.add("ok", "doctor.version", {{"version", muster_version}});
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
  if (loaded.ok() && !f.sandbox) look_at_clusters(loaded, out);
  return out;
}

}  // namespace

int doctor(const Flags& f) {
  int code = exit_fine;
  Value list = Value::List{};
  for (const Finding& x : look(f).all) {
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
