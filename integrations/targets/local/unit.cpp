#include "integrations/targets/local/unit.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>

#include "bot/base/log.h"
#include "integrations/net/http_client.h"
#include "integrations/net/timers.h"
#include "integrations/process/keeper/layout.h"
#include "integrations/process/spawn.h"

namespace muster::local {
namespace {

using process::Fd;

constexpr DurationMs look_every = 100;        // while something is going on
constexpr DurationMs ask_every = 250;         // a process that is not well yet
constexpr DurationMs lock_every = second_ms;  // a keeper that cannot be watched
constexpr DurationMs settled_after = 2'000;   // without a health address: up for so long is well
constexpr DurationMs first_start_wait = second_ms;
constexpr DurationMs longest_start_wait = minute_ms;
constexpr std::size_t old_logs_max = 20;
constexpr const char* logs_folder = "logs";

std::optional<std::string> own_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

LocalParts with_defaults(LocalParts parts) {
  if (!parts.variable) parts.variable = own_variable;
  return parts;
}

std::int64_t number_of(const std::string& id) {
  std::int64_t n = 0;
  std::from_chars(id.data() + 1, id.data() + id.size(), n);
  return n;
}

bool make_folder(const std::string& path) { return mkdir(path.c_str(), 0700) == 0 || errno == EEXIST; }

}  // namespace

Unit::Unit(const LocalTargetDef& def, const LocalParts& parts)
    : def_(def), parts_(with_defaults(parts)), boot_(process::kernel_boot_id()) {}

std::string Unit::folder(const std::string& id) const {
  return parts_.folder + "/" + def_.name + (id.empty() ? "" : "/" + id);
}

void Unit::open() {
  if (parts_.keeper.empty()) {
    broken_ = Error{ErrorKind::not_found, "the helper muster-keeper is missing: no process can be started",
                    "It is installed beside muster, or in libexec/muster; `make install` puts it there."};
    return;
  }
  if (!make_folder(parts_.folder) || !make_folder(folder()) || !make_folder(folder(logs_folder))) {
    broken_ = Error{ErrorKind::unavailable, "the folder " + folder() + " cannot be made", "Look at the rights there."};
    return;
  }
  auto read = read_desired(folder("desired"));
  if (!read) {
    broken_ = read.error();
    return log(LogLevel::error, "a local target cannot be used", {{"target", def_.name}, {"why", broken_->message}});
  }
  desired_ = std::move(*read);
  check_whose();
  for (const std::string& id : process_ids(folder())) adopt(id);
  if (!desired_ && !def_.version.empty()) begin_first();
  turn_in(0);
}

void Unit::redefine(const LocalTargetDef& def) {
  def_ = def;
  if (broken_ && !desired_) {  // what was wrong with the folder or the file may be mended
    broken_.reset();
    return open();
  }
  check_whose();
  turn_in(0);
}

// A name that was given to another service would make the processes of the one the other's.
void Unit::check_whose() {
  if (!desired_) return;
  const bool ours = desired_->service == def_.service && desired_->environment == def_.environment;
  broken_.reset();
  if (ours) return;
  broken_ = Error{ErrorKind::conflict,
                  "the target " + def_.name + " runs " + desired_->service + " in " + desired_->environment +
                      ", and is configured for " + def_.service + " in " + def_.environment,
                  "Give it another name, or remove " + folder() + " to end what it runs."};
}

// Not a change that anybody asked for: it has no run.
void Unit::begin_first() {
  Desired first;
  first.service = def_.service;
  first.environment = def_.environment;
  first.wanted = first.before = {def_.version, def_.replicas, 0};
  first.history.push_back({.run = {},
                           .verb = "deploy",
                           .version = def_.version,
                           .replicas = def_.replicas,
                           .at = now(),
                           .by = "the configuration",
                           .outcome = "succeeded",
                           .note = {}});
  if (const auto written = write(first); !written)
    log(LogLevel::warn, "a local target cannot start", {{"target", def_.name}, {"why", written.error().message}});
}

// A folder from before. Whoever holds its lock is its keeper; nobody does: it is over, and why is in its record.
void Unit::adopt(const std::string& id) {
  const auto record = read_state(folder(id));
  const bool kept = process::look_at_lock(folder(id)) == process::Lock::held;
  const bool same_boot = record && record->boot == boot_;
  if (!kept && !(same_boot && record->phase == keeper::ended)) {
    return put_away(folder(id), folder(logs_folder), id, old_logs_max);
  }
  Replica& r = replicas_[number_of(id)];
  r.number = number_of(id);
  r.kept = kept;
  r.since = now();
  r.what.id = id;
  r.known = record.has_value();
  if (!record) return;
  r.what = {id, record->version, record->generation, record->port};
  r.starts = record->starts;
  if (!kept) {
    r.phase = Phase::failed;
    r.why = how_it_ended(*record);
  } else if (same_boot) {
    watch(r, process::open_process(record->keeper, record->keeper_start));
  }
}

void Unit::watch(Replica& r, Fd keeper) {
  if (!keeper) return;
  r.keeper = keeper.release();
  r.watch = watch_once(parts_.loop, r.keeper, mine([this, number = r.number] { keeper_ended(number); }));
}

void Unit::keeper_ended(std::int64_t number) {
  const auto it = replicas_.find(number);
  if (it == replicas_.end()) return;
  Replica& r = it->second;
  siginfo_t info{};
  if (r.keeper >= 0) waitid(P_PIDFD, static_cast<id_t>(r.keeper), &info, WEXITED | WNOHANG);
  r.watch.reset();
  r.keeper = -1;
  r.kept = false;
  const auto record = read_state(folder(r.what.id));
  if (r.phase != Phase::leaving && record && record->phase == keeper::ended) {
    r.phase = Phase::failed;
    r.why = how_it_ended(*record);
  } else if (r.phase != Phase::leaving) {
    log(LogLevel::warn, "the keeper of a process is gone", {{"target", def_.name}, {"process", r.what.id}});
    remove(number);
    if (!record && desired_->stage == Stage::rolling)
      return give_up("failed", "a keeper ended before it began: the disk may be full");
    return turn_in(next_wait());
  } else {
    remove(number);
  }
  turn_in(0);
}

// Whatever ends keepers or refuses starts again and again is not asked without a pause.
DurationMs Unit::next_wait() {
  const bool calm = now() - last_trouble_ > 2 * longest_start_wait;
  start_wait_ = calm ? first_start_wait : std::min(start_wait_ * 2, longest_start_wait);
  last_trouble_ = now();
  return start_wait_;
}

void Unit::remove(std::int64_t number) {
  const auto it = replicas_.find(number);
  if (it == replicas_.end()) return;
  put_away(folder(it->second.what.id), folder(logs_folder), it->second.what.id, old_logs_max);
  replicas_.erase(it);
}

Result<void> Unit::start_one(const std::string& version) {
  if (const auto fits = check_version(def_, version, parts_.sample); !fits) return fits;
  std::vector<int> used;
  std::int64_t number = 0;
  for (const auto& [n, r] : replicas_) {
    used.push_back(r.what.port);
    number = std::max(number, n);
  }
  for (const std::string& id : process_ids(folder(logs_folder))) number = std::max(number, number_of(id));
  const int port = free_port(def_.first_port, def_.last_port, used);
  if (port == 0) {
    return fail(ErrorKind::unavailable,
                "no port from " + std::to_string(def_.first_port) + " to " + std::to_string(def_.last_port) +
                    " is free: " + std::to_string(used.size()) + " are in use by " + def_.service +
                    ", the others by other programs",
                "End what listens there, or widen `ports` of the target " + def_.name + ".");
  }
  const Process what{"p" + std::to_string(number + 1), version, desired_->wanted.generation, port};
  const CommandSpec spec = command_for(def_, what, parts_.sample, parts_.variable);
  const auto program = process::check_spec(spec);
  if (!program) return std::unexpected(program.error());
  at("local.before_start");
  auto spawned = process::spawn(spec, *program, folder(what.id), parts_.keeper, boot_);
  if (!spawned) return std::unexpected(spawned.error());
  at("local.after_start");
  Replica& r = replicas_[number + 1];
  r.number = number + 1;
  r.what = what;
  r.since = now();
  watch(r, std::move(spawned->process));
  return {};
}

void Unit::stop(Replica& r) {
  if (!r.kept) return remove(r.number);
  if (r.keeper < 0) {
    const auto record = read_state(folder(r.what.id));
    if (record && record->boot == boot_) watch(r, process::open_process(record->keeper, record->keeper_start));
  }
  at("local.before_stop");
  if (r.keeper >= 0) syscall(SYS_pidfd_send_signal, r.keeper, SIGTERM, nullptr, 0);
  at("local.after_stop");
  r.phase = Phase::leaving;
}

void Unit::bot_stops() {
  if (!def_.stop_with_bot) return;
  for (auto& [number, r] : replicas_) {
    if (r.kept && r.phase != Phase::leaving) stop(r);
  }
}

void Unit::turn_in(DurationMs delay) {
  parts_.timers.cancel(timer_);
  timer_ = parts_.timers.after(delay, mine([this] { turn(); }));
}

std::vector<Seen> Unit::seen() const {
  std::vector<Seen> all;
  for (const auto& [number, r] : replicas_) {
    // Nobody waits for what is settled: its keeper looks after it.
    const Phase phase = !going_on() && r.phase == Phase::starting ? Phase::ready : r.phase;
    all.push_back({r.what.id, r.what.version, r.what.generation, phase, number});
  }
  return all;
}

// False: somebody began one and was killed before it said what it is; that is a moment away.
bool Unit::look_at_all() {
  bool all_known = true;
  std::vector<std::int64_t> over;
  for (auto& [number, r] : replicas_) {
    if (r.kept && !r.watch && process::look_at_lock(folder(r.what.id)) != process::Lock::held) over.push_back(number);
    const bool judged = going_on() && !r.given && (r.phase == Phase::starting || r.phase == Phase::ready);
    if (judged || !r.known) look(r);
    all_known = all_known && (r.known || now() - r.since > def_.start_timeout);
  }
  for (const std::int64_t number : over) keeper_ended(number);
  return all_known;
}

void Unit::look(Replica& r) {
  const auto record = read_state(folder(r.what.id));
  if (!r.known && record) {
    r.known = true;
    r.what = {r.what.id, record->version, record->generation, record->port};
    if (!r.watch && record->boot == boot_) watch(r, process::open_process(record->keeper, record->keeper_start));
  }
  if (!going_on() || r.given || r.phase == Phase::leaving) return;
  if (record && (record->phase != keeper::running || record->starts > r.starts)) {
    const std::string word = last_word(folder(r.what.id), secrets());
    r.phase = Phase::failed;
    r.why = how_it_ended(*record) + (word.empty() ? "" : ": " + word);
    return;
  }
  if (record && r.phase == Phase::starting) ask_on(r);
  if (r.phase != Phase::starting || now() - r.since <= def_.start_timeout) return;
  r.phase = Phase::failed;
  r.why = "was not well within " + format_duration(def_.start_timeout) + (r.why.empty() ? "" : ": " + r.why);
}

void Unit::ask_on(Replica& r) {
  if (def_.health.empty()) {
    if (now() - r.since >= settled_after) r.phase = Phase::ready;
    return;
  }
  if (r.asking || now() < r.ask_at) return;
  r.asking = true;
  r.ask_at = now() + ask_every;
  ask_health(r.what, mine([this, number = r.number](bool well, const std::string& why) {
               const auto it = replicas_.find(number);
               if (it == replicas_.end()) return;
               it->second.asking = false;
               it->second.why = why;
               if (!well || it->second.phase != Phase::starting) return;
               it->second.phase = Phase::ready;
               turn_in(0);
             }));
}

void Unit::ask_health(const Process& what, Health done) {
  HttpClient* const http = parts_.http ? parts_.http() : nullptr;
  if (http == nullptr) return done(false, "nothing here can ask for its health");
  const std::string url = fill_in(def_.health, def_, what);
  HttpCall call;
  call.url = url;
  call.timeout_ms = def_.health_timeout;
  call.max_body_bytes = 256 << 10;
  call.fresh_connection = true;
  http->send(std::move(call), [url, done = std::move(done)](const Result<HttpResult>& r) {
    if (!r) return done(false, url + ": " + r.error().message);
    if (r->status >= 200 && r->status < 400) return done(true, "");
    done(false, url + " answers with status " + std::to_string(r->status));
  });
}

void Unit::turn() {
  timer_ = 0;
  if (broken_ || !desired_) return;
  if (!look_at_all()) return turn_in(look_every);
  const Moves moves = next_moves(desired_->wanted, seen());
  for (const std::string& id : moves.stop) {
    if (const auto it = replicas_.find(number_of(id)); it != replicas_.end()) stop(it->second);
  }
  if (desired_->stage == Stage::rolling && !moves.failed.empty()) {
    const Replica& r = replicas_.at(number_of(moves.failed.front()));
    return give_up("failed",
                   "a process of " + r.what.version + " on port " + std::to_string(r.what.port) + " " + r.why);
  }
  const Stage stage = desired_->stage;
  begin_missing(moves.start_part, desired_->wanted.part_version);
  // Given up: the next turn counts anew.
  if (desired_->stage == stage) begin_missing(moves.start, desired_->wanted.version);
  if (going_on()) return carry_on(moves);
  const bool unwatched =
      std::ranges::any_of(replicas_, [](const auto& one) { return one.second.kept && !one.second.watch; });
  if (unwatched && timer_ == 0) turn_in(lock_every);
}

void Unit::begin_missing(int count, const std::string& version) {
  for (int i = 0; i < count; ++i) {
    const auto started = start_one(version);
    trouble_ = started ? "" : started.error().message;
    if (started) continue;
    if (desired_->stage == Stage::rolling) return give_up("failed", trouble_);
    if (desired_->stage == Stage::settled) {
      log(LogLevel::warn, "a process cannot be started", {{"target", def_.name}, {"why", trouble_}});
      turn_in(next_wait());
    }
    return;
  }
}

void Unit::carry_on(const Moves& moves) {
  tell_progress(moves);
  if (desired_->stage == Stage::rolling) {
    if (moves.all_ready) return conclude("succeeded", "");
    if (now() > desired_->deadline) return give_up("failed", "it was not done before its deadline");
  } else {
    const bool waits = std::ranges::any_of(replicas_, [](const auto& one) {
      const Replica& r = one.second;
      return r.phase == Phase::leaving || (r.phase == Phase::starting && r.kept);
    });
    if (moves.all_there && !waits) return conclude(desired_->outcome, desired_->why);
    if (!trouble_.empty() && !waits && moves.stop.empty()) {
      return conclude(desired_->outcome, desired_->why + "; and what ran before cannot be started: " + trouble_);
    }
  }
  turn_in(look_every);
}

}  // namespace muster::local
