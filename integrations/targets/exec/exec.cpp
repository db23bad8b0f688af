#include "integrations/targets/exec/exec.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>

#include "bot/base/text.h"
#include "integrations/net/timers.h"
#include "integrations/process/runner.h"
#include "integrations/targets/exec/answers.h"
#include "integrations/targets/exec/arguments.h"
#include "integrations/targets/exec/bounds.h"
#include "integrations/targets/exec/outcome.h"

namespace muster {
namespace {

using namespace exec;

constexpr std::size_t status_bytes_max = 256 << 10;

std::optional<std::string> own_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

struct Going {
  ChangeRequest request;
  TargetState before;
  ChangeDone done;
  ProgressSeen progress;
  ChangeAnswer answer;
  TimeMs deadline = 0;
  std::uint64_t timer = 0;
  bool watching = false;  // the command has ended well; the state is not yet as intended
};

class ExecTarget final : public Target {
 public:
  ExecTarget(const ExecTargetDef& def, const ExecParts& parts) : def_(def), parts_(parts) {
    if (!parts_.variable) parts_.variable = own_variable;
    std::random_device random;
    reads_ = "read-" + std::to_string(random()) + "-" + std::to_string(random()) + "-";
  }
  ~ExecTarget() override {
    for (const auto& [run, going] : going_) parts_.timers.cancel(going.timer);
  }
  ExecTarget(const ExecTarget&) = delete;
  ExecTarget& operator=(const ExecTarget&) = delete;

  std::string name() const override { return def_.name; }
  bool serves(const TargetSubject& subject) const override {
    return std::ranges::count(def_.services, subject.service) > 0 &&
           (def_.environments.empty() || std::ranges::count(def_.environments, subject.environment) > 0);
  }
  bool has(TargetVerb verb) const override { return verb == TargetVerb::dry_run || !arguments_of(def_, verb).empty(); }
  bool has(TargetStrategy strategy, const TargetSubject&) const override {
    return !(strategy == TargetStrategy::canary ? def_.canary : def_.bluegreen).empty();
  }
  void status(const TargetSubject& subject, StatusDone done) override;
  void change(const ChangeRequest& request, const TargetState& before, ChangeDone done, ProgressSeen progress) override;
  void observe(const ChangeRequest& request, const TargetState& before, ChangeDone done,
               ProgressSeen progress) override;
  void probe(const ChangeRequest& request, const TargetState& before, ProbeDone done) override;
  void history(const TargetSubject& subject, int most, HistoryDone done) override;
  void dry_run(const ChangeRequest& request, const TargetState& before, DryRunDone done) override;
  bool cancel(const std::string& run) override;
  void forget(const std::string& run) override;

 private:
  Result<std::vector<std::string>> argv_for(const ChangeRequest& request, const TargetState& before) const;
  ChangeRequest resolved(const ChangeRequest& request, const TargetState& before) const;
  Result<void> bound(CommandSpec& spec) const;
  std::string ending(const CommandEnd& end) const;
  CommandEnvironment environment(const ChangeRequest& request, const TargetState& before) const;
  std::vector<std::string> secrets() const;
  void read(TargetVerb verb, const TargetSubject& subject, std::function<void(Result<std::string>)> done);
  Going& begin(const ChangeRequest& request, const TargetState& before, ChangeDone done, ProgressSeen progress);
  CommandEvents events(const std::string& run);
  void answer_later(ChangeDone done, ChangeAnswer answer);
  void ended(const std::string& run, const CommandEnd& end);
  void look(const std::string& run);
  void seen(const std::string& run, const Result<TargetState>& state);
  void watch_on(const std::string& run, Going& going, const Result<TargetState>& state);
  void finish(const std::string& run);
  // A callback that finds nobody once the target is gone.
  template <class Task>
  auto mine(Task task) {
    return [alive = std::weak_ptr<int>(alive_), task = std::move(task)](auto&&... values) {
      if (!alive.expired()) task(std::forward<decltype(values)>(values)...);
    };
  }

  const ExecTargetDef def_;
  ExecParts parts_;
  std::string reads_;
  int read_count_ = 0;
  std::map<std::string, Going> going_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

// A rollback without a version goes where the target says that it was before.
ChangeRequest ExecTarget::resolved(const ChangeRequest& request, const TargetState& before) const {
  ChangeRequest exact = request;
  if (request.verb == TargetVerb::rollback && request.version.empty()) exact.version = before.previous_version;
  return exact;
}

Result<std::vector<std::string>> ExecTarget::argv_for(const ChangeRequest& request, const TargetState& before) const {
  if (auto problem = problem_of(request)) return std::unexpected(*problem);
  if (!serves(request.subject)) {
    return fail(ErrorKind::not_found, "the target " + def_.name + " does not serve " +
                                          clip(one_line(request.subject.service), 80) + " in " +
                                          clip(one_line(request.subject.environment), 80));
  }
  if (!request.part.empty() && arguments_of(def_, request).empty()) {
    return fail(ErrorKind::not_found, "the target " + def_.name + " cannot bring out a part of a version",
                "Configure the command `canary` or `bluegreen` of this exec target.");
  }
  if (!has(request.verb)) {
    return fail(ErrorKind::not_found,
                std::string(name_of(request.verb)) + " is not supported by the target " + def_.name,
                "Configure the command `" + std::string(name_of(request.verb)) + "` of this exec target.");
  }
  if (const auto user = find_user(def_.user, geteuid()); !user) return std::unexpected(user.error());
  return render(def_, resolved(request, before), before);
}

Result<void> ExecTarget::bound(CommandSpec& spec) const {
  auto user = find_user(def_.user, geteuid());
  if (!user) return std::unexpected(user.error());
  spec.user = std::move(*user);
  spec.limits = limits_of(def_);
  return {};
}

std::string ExecTarget::ending(const CommandEnd& end) const {
  const std::string limit = limit_met(end, def_);
  return how_it_ended(end) + (limit.empty() ? "" : ": " + limit);
}

CommandEnvironment ExecTarget::environment(const ChangeRequest& request, const TargetState& before) const {
  CommandEnvironment env;
  for (const std::vector<std::string>* names : {&def_.pass_env, &def_.secret_env}) {
    for (const std::string& name : *names) {
      if (const auto value = parts_.variable(name)) env.emplace_back(name, *value);
    }
  }
  env.emplace_back("BOT_RUN_ID", request.run);
  env.emplace_back("BOT_USER", one_line(request.person));
  env.emplace_back("BOT_CHANNEL", one_line(request.channel));
  // So that a program can compare and set: it finds out by itself whether somebody was quicker.
  env.emplace_back("BOT_BEFORE_VERSION", one_line(before.version));
  env.emplace_back("BOT_BEFORE_REPLICAS", before.replicas ? std::to_string(*before.replicas) : "");
  env.emplace_back("BOT_BEFORE_REVISION", one_line(before.revision));
  return env;
}

std::vector<std::string> ExecTarget::secrets() const {
  std::vector<std::string> values;
  for (const std::string& name : def_.secret_env) {
    if (const auto value = parts_.variable(name)) values.push_back(*value);
  }
  return values;
}

// Runs a command that only reads and hands on what it printed.
void ExecTarget::read(TargetVerb verb, const TargetSubject& subject, std::function<void(Result<std::string>)> done) {
  ChangeRequest request;
  request.verb = verb;
  request.subject = subject;
  CommandSpec spec;
  spec.id = reads_ + std::to_string(++read_count_);
  request.run = spec.id;
  auto argv = has(verb) ? render(def_, request, {})
                        : fail(ErrorKind::not_found,
                               std::string(name_of(verb)) + " is not supported by the target " + def_.name);
  const auto refuse = [&](Error error) {
    parts_.timers.after(0, mine([done, error] { done(std::unexpected(error)); }));
  };
  if (!argv) return refuse(argv.error());
  if (const auto bounded = bound(spec); !bounded) return refuse(bounded.error());
  spec.argv = std::move(*argv);
  spec.env = environment(request, {});
  spec.cwd = def_.folder;
  spec.timeout = def_.status_timeout;
  spec.grace = second_ms;
  spec.text_bytes_max = spec.file_bytes_max = status_bytes_max;
  spec.merge_streams = false;
  const auto take = mine([this, done, verb](const CommandEnd& end) {
    parts_.runner.forget(end.id);
    if (end.ok() && end.out.left_out == 0) return done(end.out.head);
    const std::string what =
        end.ok() ? "printed more than " + std::to_string(status_bytes_max) + " bytes" : ending(end);
    done(fail(ErrorKind::unavailable,
              std::string("the ") + name_of(verb) + " command of the target " + def_.name + " " + what,
              last_line(end)));
  });
  const auto started = parts_.runner.start(spec, {.ended = take, .progress = {}, .secrets = secrets()});
  if (!started) refuse(started.error());
}

void ExecTarget::status(const TargetSubject& subject, StatusDone done) {
  read(TargetVerb::status, subject, [this, done = std::move(done)](const Result<std::string>& text) {
    if (!text) return done(std::unexpected(text.error()));
    auto state = read_state(*text);
    if (!state) state.error().message = "the status command of the target " + def_.name + ": " + state.error().message;
    done(std::move(state));
  });
}

void ExecTarget::history(const TargetSubject& subject, int most, HistoryDone done) {
  read(TargetVerb::history, subject, [most, done = std::move(done)](const Result<std::string>& text) {
    if (!text) return done(std::unexpected(text.error()));
    done(read_history(*text, most));
  });
}

void ExecTarget::dry_run(const ChangeRequest& request, const TargetState& before, DryRunDone done) {
  const auto argv = argv_for(request, before);
  Result<std::string> text = argv ? Result<std::string>(shown(*argv)) : std::unexpected(argv.error());
  parts_.timers.after(0, mine([done = std::move(done), text = std::move(text)] { done(text); }));
}

void ExecTarget::probe(const ChangeRequest& request, const TargetState& before, ProbeDone done) {
  if (going_.contains(request.run)) {
    parts_.timers.after(0, mine([done = std::move(done)] { done({ProbeFinding::in_progress, {}, {}}); }));
    return;
  }
  status(request.subject, [exact = resolved(request, before), before, done = std::move(done)](const auto& state) {
    if (!state) return done({ProbeFinding::unknown, {}, state.error()});
    done({compare_states(exact, before, *state), *state, {}});
  });
}

void ExecTarget::answer_later(ChangeDone done, ChangeAnswer answer) {
  parts_.timers.after(0, mine([done = std::move(done), answer = std::move(answer)] { done(answer); }));
}

Going& ExecTarget::begin(const ChangeRequest& request, const TargetState& before, ChangeDone done,
                         ProgressSeen progress) {
  Going& going = going_[request.run];
  going = {resolved(request, before),
           before,
           std::move(done),
           std::move(progress),
           {},
           parts_.clock.now() + request.timeout,
           0,
           false};
  return going;
}

CommandEvents ExecTarget::events(const std::string& run) {
  CommandEvents events;
  events.ended = mine([this, run](const CommandEnd& end) { ended(run, end); });
  events.progress = mine([this, run](const CommandProgress& seen) {
    const auto it = going_.find(run);
    if (it == going_.end() || !it->second.progress) return;
    const ProgressSeen tell = it->second.progress;
    tell(seen.last_lines);
  });
  events.secrets = secrets();
  return events;
}

void ExecTarget::change(const ChangeRequest& request, const TargetState& before, ChangeDone done,
                        ProgressSeen progress) {
  ChangeAnswer refused;
  refused.outcome = ChangeOutcome::refused;
  CommandSpec spec;
  auto argv = argv_for(request, before);
  if (argv && going_.contains(request.run)) argv = fail(ErrorKind::conflict, "the run " + request.run + " is going on");
  if (argv) {
    spec.id = request.run;
    spec.argv = std::move(*argv);
    spec.env = environment(request, before);
    spec.cwd = def_.folder;
    spec.timeout = request.timeout;
    const auto bounded = bound(spec);
    const auto started = bounded ? parts_.runner.start(spec, events(request.run)) : bounded;
    if (started) {
      begin(request, before, std::move(done), std::move(progress));
      return;
    }
    argv = std::unexpected(started.error());
  }
  refused.problem = argv.error();
  answer_later(std::move(done), std::move(refused));
}

void ExecTarget::observe(const ChangeRequest& request, const TargetState& before, ChangeDone done,
                         ProgressSeen progress) {
  begin(request, before, std::move(done), std::move(progress));
  parts_.runner.attach(request.run, events(request.run));  // whatever it finds, `ended` tells
}

void ExecTarget::ended(const std::string& run, const CommandEnd& end) {
  const auto it = going_.find(run);
  if (it == going_.end()) return;
  Going& going = it->second;
  ChangeAnswer& answer = going.answer;
  answer.outcome = outcome_of(end, def_);
  answer.took = end.took;
  answer.output = last_part(end_of(end.out));
  answer.output_path = end.out.rest_path;
  if (end.kind == CommandEndKind::exited) {
    LastWord word = read_last_word(end_of(end.out));
    answer.message = std::move(word.message);
    answer.links = std::move(word.links);
  }
  if (answer.outcome != ChangeOutcome::succeeded && answer.outcome != ChangeOutcome::nothing_to_do) {
    answer.problem =
        Error{ErrorKind::unavailable, "the command of the target " + def_.name + " " + ending(end), last_line(end)};
  }
  // A command that went on while the bot was away began its time then.
  if (end.started > 0) going.deadline = end.started + going.request.timeout;
  if (answer.outcome == ChangeOutcome::refused || !has(TargetVerb::status)) return finish(run);
  going.watching = answer.outcome == ChangeOutcome::succeeded;
  look(run);
}

void ExecTarget::look(const std::string& run) {
  const auto it = going_.find(run);
  if (it == going_.end()) return;
  it->second.timer = 0;
  status(it->second.request.subject, mine([this, run](const Result<TargetState>& state) { seen(run, state); }));
}

void ExecTarget::seen(const std::string& run, const Result<TargetState>& state) {
  const auto it = going_.find(run);
  if (it == going_.end()) return;
  Going& going = it->second;
  going.answer.after = state ? std::optional(*state) : std::nullopt;
  if (going.watching) return watch_on(run, going, state);
  finish(run);
}

// "The command said done" is not yet done: the state must say so too, before the deadline.
void ExecTarget::watch_on(const std::string& run, Going& going, const Result<TargetState>& state) {
  const ProbeFinding finding = state ? compare_states(going.request, going.before, *state) : ProbeFinding::unknown;
  const bool untold = state && finding == ProbeFinding::unknown;  // nothing to wait for: it will never say
  if (finding == ProbeFinding::equals_intended || untold) return finish(run);
  if (parts_.clock.now() < going.deadline) {
    going.timer = parts_.timers.after(def_.watch_every, mine([this, run] { look(run); }));
    return;
  }
  going.answer.outcome = state ? ChangeOutcome::timed_out : ChangeOutcome::unknown;
  going.answer.problem = state ? Error{ErrorKind::unavailable,
                                       "the command ended well, but until the deadline the status did not become "
                                       "what was intended",
                                       "What it began may still be moving."}
                               : state.error();
  finish(run);
}

void ExecTarget::finish(const std::string& run) {
  const auto it = going_.find(run);
  if (it == going_.end()) return;
  const Going going = std::move(it->second);
  going_.erase(it);
  going.done(going.answer);
}

bool ExecTarget::cancel(const std::string& run) {
  const auto it = going_.find(run);
  if (it == going_.end()) return false;
  if (!it->second.watching) return parts_.runner.cancel(run);
  it->second.answer.outcome = ChangeOutcome::cancelled;
  it->second.answer.problem =
      Error{ErrorKind::unavailable, "the command had ended; the wait for its effect was cancelled",
            "What it began may still be moving."};
  parts_.timers.cancel(it->second.timer);
  parts_.timers.after(0, mine([this, run] { finish(run); }));
  it->second.watching = false;
  return true;
}

void ExecTarget::forget(const std::string& run) { parts_.runner.forget(run); }

}  // namespace

std::unique_ptr<Target> make_exec_target(const ExecTargetDef& def, const ExecParts& parts) {
  return std::make_unique<ExecTarget>(def, parts);
}

}  // namespace muster
