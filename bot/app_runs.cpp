// Runs in the program: the engine behind the dispatcher, the library, and which verbs reach the world.
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "bot/app_impl.h"
#include "bot/base/log.h"
#include "bot/core/commands/words.h"
#include "bot/performer_run.h"
#include "bot/runbook_library.h"
#include "config/secrets.h"
#include "integrations/targets/exec/exec.h"
#include "integrations/targets/kubernetes/kubernetes.h"
#include "runbooks/lint.h"
#include "runbooks/test_cases.h"
#include "storage/store.h"

namespace muster {
namespace {

// Every Deployment as a service of its own name.
void put_offer(Settings& settings, const KubernetesTargetDef& offer) {
  settings.services.clear();
  for (const std::string& name : offer.services) {
    Service service;
    service.name = name;
    service.environments = offer.environments;
    settings.services.push_back(std::move(service));
  }
  settings.kubernetes_targets = {offer};
}

}  // namespace

// Three quarters of what a start computes: the catalogue is read while the disk makes the folder's files.
void App::Impl::read_library(std::future<runbooks::Library> shipped) {
  const std::string own = runbook_folder(options.config_folder, loaded.settings.runbooks);
  std::error_code none;
  if (loaded.settings.runbooks != Settings().runbooks && !std::filesystem::is_directory(own, none))
    log(LogLevel::warn, "the folder of the runbooks is not there", {{"folder", own}});
  if (shipped.valid() && own.empty()) {
    library = std::move(shipped);
    return;
  }
  library = std::async(std::launch::async, [own, shipped = std::move(shipped)]() mutable {
    return shipped.valid() ? load_library({{own, false}}, shipped.get()) : load_library(library_folders(own));
  });
}

void App::Impl::take_library(runbooks::Library read) {
  for (const auto& [name, known] : read)
    if (!known.runbook)
      log(LogLevel::warn, "a runbook cannot be read",
          {{"name", name}, {"why", known.findings.empty() ? "" : known.findings.front().message}});
  book_groups = groups_named_in(read);
  engine->set_library(std::move(read));
}

std::string App::Impl::broken_runbooks(const std::string& language) const {
  std::string names;
  for (const auto& [name, known] : engine->library()) {
    // Of the shipped ones only what is used is missed: they name groups and services that a team may not have.
    const bool broken = !known.runbook || (!known.shipped && engine->has_mistakes(dispatcher->config(), name));
    if (broken) names += (names.empty() ? "`" : ", `") + plain(name) + "`";
  }
  return names.empty() ? names : say(language, "health.runbooks", {{"list", names}});
}

Outcome App::Impl::test_runbook(const std::string& name, const std::string& language) const {
  Outcome o;
  const auto known = engine->library().find(name);
  const auto book = known == engine->library().end() ? nullptr : known->second.runbook;
  const std::string file = book ? std::filesystem::path(book->file).replace_extension(".test.yaml").string() : "";
  const std::string text = text_of_file(file);
  if (text.empty()) {
    o.ok = false;
    o.reply.text = say(language, "books.no_tests", {{"name", plain(name)}});
    return o;
  }
  const auto report = runbooks::run_tests(engine->library(), *book, runbooks::load_tests(text));
  std::string lines;
  for (const auto& one : report.cases) {
    lines += std::string(one.problems.empty() ? "✅ " : "❌ ") + plain(one.name) + "\n";
    for (const std::string& problem : one.problems) lines += "  " + plain(problem) + "\n";
  }
  for (const auto& f : report.findings) lines += "❌ " + std::to_string(f.place.line) + ": " + plain(f.message) + "\n";
  o.ok = report.passed();
  o.reply.text = say(language, o.ok ? "books.tests_passed" : "books.tests_failed",
                     {{"name", plain(name)},
                      {"n", std::to_string(report.cases.size())},
                      {"covered", std::to_string(report.covered)},
                      {"branches", std::to_string(report.branches)}});
  o.reply.color = o.ok ? "good" : "warning";
  if (!lines.empty()) o.reply.sections.push_back({lines, {}});
  return o;
}

// Commands under the shim; without it `run` is answered as not available.
void App::Impl::open_runner() {
  auto made = make_runner({.folder = options.data_folder + "/commands", .shim = {}}, loop);
  if (!made) return log(LogLevel::warn, "commands cannot be run", {{"why", made.error().message}});
  runner = std::move(*made);
  const auto resolve = [this](const std::string& reference) {
    return resolve_secret(reference, options.config_folder);
  };
  performer.set("run", perform_run(*runner, resolve, progress_seen()));
}

// Targets start programs under the shim; a reload puts new ones in their place.
void App::Impl::load_targets() {
  if (!timers) timers = loop_timers(loop);
  if (!clusters)
    clusters =
        std::make_unique<Clusters>(cluster_parts(), reach, [this](const KubernetesTargetDef& o) { take_offer(o); });
  if (offers)
    clusters->ask_offer();
  else
    clusters->forget_offer();
  make_targets();
}

KubernetesParts App::Impl::cluster_parts() {
  return {.http = *client, .timers = *timers, .clock = clock, .runner = runner.get()};
}

void App::Impl::make_targets() {
  targets.clear();
  load_local_targets();
  for (const KubernetesTargetDef& def : loaded.settings.kubernetes_targets)
    add_target(make_kubernetes_target(def, cluster_parts()));
  clusters->ask_rights(loaded.settings.kubernetes_targets);
  if (!runner) return;
  for (const ExecTargetDef& def : loaded.settings.exec_targets)
    add_target(make_exec_target(def, {.runner = *runner, .timers = *timers, .clock = clock}));
}

void App::Impl::add_target(std::shared_ptr<Target> target) {
  std::erase_if(held_targets, [](const auto& held) { return held.expired(); });
  const auto held = std::make_shared<std::shared_ptr<Target>>(std::move(target));
  held_targets.push_back(held);
  targets.push_back(std::shared_ptr<Target>(held, held->get()));
}

// While those are there whom they use.
void App::Impl::drop_targets() {
  targets.clear();
  for (const auto& held : std::exchange(held_targets, {}))
    if (const auto target = held.lock()) target->reset();
}

PlanReading App::Impl::plan_reading() {
  return {.targets = [this]() -> const Targets& { return targets; },
          .known = {.state = [this]() -> const State& { return dispatcher->state(); },
                    .config = [this]() -> const CoreConfig& { return dispatcher->config(); },
                    .now = [this] { return clock.now(); }}};
}

Performer::Progress App::Impl::progress_seen() {
  return [this](const AttemptOrder& o, const std::string& line, const std::string& lines) {
    if (o.id.starts_with("plan-")) return;  // a plan is shown when it is whole
    board.take({.run = o.run, .path = o.path, .id = o.id, .line = line, .lines = lines});
  };
}

void App::Impl::tell_progress(std::vector<runbooks::StepProgress> told) {
  dispatcher->decide([this, told = std::move(told)](Work& w) {
    for (const runbooks::StepProgress& p : told) engine->progressed(w, p);
  });
}

RunPlanReading App::Impl::run_plan_reading() {
  return {.perform = [this](const AttemptOrder& order,
                            Performer::Report done) { performer.try_out(order, std::move(done)); },
          .later = [this](DurationMs wait, std::function<void()> then) { loop.after(wait, std::move(then)); },
          .forget =
              [this](const std::string& id) {
                if (runner) runner->forget(id);
              },
          .record = [this](Entry e) { dispatcher->record_fact(std::move(e), [](Result<void>) {}); },
          .new_id = [this] { return dispatcher->new_id(); },
          .library = engine->library(),
          .known = plan_reading().known};
}

// What runs is found again, and what the configuration starts is started.
void App::Impl::load_local_targets() {
  std::vector<std::string> names;
  for (const LocalTargetDef& def : loaded.settings.local_targets) {
    if (!locals) {
      locals = make_local_targets({.folder = options.data_folder + "/local",
                                   .keeper = find_helper("muster-keeper"),
                                   .sample = find_helper("muster-sample"),
                                   .loop = loop,
                                   .timers = *timers,
                                   .clock = clock,
                                   .http = [this] { return client.get(); },
                                   .variable = {},
                                   .fault = options.fault});
    }
    names.push_back(def.name);
    add_target(locals->put(def));
  }
  if (locals) locals->keep_only(names);
}

// With KUBECONFIG and no service of one's own, a real cluster is at hand within a minute. Its environment is listed
// nowhere, so it is protected as production is. A sandbox, where anybody speaks as anybody, never gets it.
bool App::Impl::wants_offer(const Settings& s) const {
  const bool own =
      !s.services.empty() || !s.kubernetes_targets.empty() || !s.exec_targets.empty() || !s.local_targets.empty();
  return !own && !s.sandbox && !options.sandbox && std::getenv("KUBECONFIG") != nullptr;
}

// What is configured, without what a cluster has offered.
Loaded App::Impl::own_config() const {
  Loaded own = loaded;
  if (!offers) return own;
  own.settings.services.clear();
  own.settings.kubernetes_targets.clear();
  return own;
}

// A reload keeps what the cluster offered until it offers something else: runs go on there, and it may be away.
void App::Impl::keep_offer() {
  offers = wants_offer(loaded.settings);
  if (!offers) offered.reset();
  if (offered) put_offer(loaded.settings, *offered);
}

void App::Impl::take_offer(const KubernetesTargetDef& offer) {
  log(LogLevel::info, "the cluster of KUBECONFIG offers its Deployments as services",
      {{"environment", offer.name}, {"services", std::to_string(offer.services.size())}});
  offered = offer;
  put_offer(loaded.settings, offer);
  dispatcher->set_config(core_config(loaded.settings, options.sandbox));
  make_targets();
}

// What commands of runs that are over left behind goes; a run that is not over keeps all of its own. Output that was
// too long for its result is kept a while to be looked at.
void App::Impl::sweep_commands() {
  if (!runner) return;
  constexpr DurationMs rests_kept = 30 * day_ms;
  std::vector<std::string> wanted;
  std::error_code none;
  for (const auto& at : std::filesystem::directory_iterator(options.data_folder + "/commands", none)) {
    const std::string id = at.path().filename().string();
    const Run* run = find_run(dispatcher->state(), id.substr(0, id.find('.')));
    if (run && !run->over()) wanted.push_back(id);
  }
  for (const std::string& id : runner->sweep(wanted, clock.now() - rests_kept))
    log(LogLevel::warn, "a command of no run that goes on is still running", {{"command", id}});
}

void App::Impl::open_runbooks() {
  engine = std::make_unique<runbooks::Engine>(runbooks::load_runbook);
  open_runner();
  load_targets();
  const auto later = [this](DurationMs wait, std::function<void()> then) { loop.after(wait, std::move(then)); };
  const std::string mark = installation_mark(options.data_folder);
  for (const char* verb : {"deploy", "rollback", "scale", "restart"})
    performer.set(verb, perform_change([this]() -> const Targets& { return targets; }, later, progress_seen(), mark));
  const PlanReading reading = plan_reading();
  performer.set("lookup", perform_lookup(reading.targets, reading.known));
  const Performer::Perform read = [this](const AttemptOrder& order, Performer::Report done) {
    reads->attempt(order, clock.now(), std::move(done));
  };
  for (const char* verb : {"query", "http"}) performer.set(verb, read);
  performer.set("verify", perform_verify(reading.targets, read));
  performer.set_sink([this](AttemptReport report) {
    // What a command left behind goes when its result is on disk.
    const std::string id = report.id;
    dispatcher->attempt_ended(std::move(report), [this, id] {
      if (runner) runner->forget(id);
    });
  });
  dispatcher->set_extension(engine.get(), [this](const AttemptOrder& order) { performer.take(order); });
}

}  // namespace muster
