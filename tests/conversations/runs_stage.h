// Runbooks in conversations: those of the folder `runbooks` beside the configuration, and a small world for their
// steps. A command is answered by its first word: `fails`, `lost`, everything else prints its arguments.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "bot/dispatcher.h"
#include "bot/performer.h"
#include "bot/performer_run.h"
#include "bot/plan_answer.h"
#include "bot/run_plan_answer.h"
#include "bot/runbook_library.h"
#include "runbooks/engine.h"
#include "tests/conversations/script.h"
#include "tests/support/fake_target.h"

namespace muster {

class RunsStage {
 public:
  RunsStage() {
    performer_.set("run", [](const AttemptOrder& o, const Performer::Report& done) { done(command(o)); });
    performer_.set("query", [](const AttemptOrder&, const Performer::Report& done) {
      AttemptReport r;
      r.result = Value::Map{{"value", 2}};
      done(r);
    });
    const auto targets = [this]() -> const Targets& { return targets_; };
    const auto later = [](DurationMs, const std::function<void()>& then) { then(); };
    for (const char* verb : {"deploy", "rollback", "scale", "restart"})
      performer_.set(verb, perform_change(targets, later));
    performer_.set("verify", perform_verify(targets, [](const AttemptOrder&, const Performer::Report& done) {
                     AttemptReport r;
                     r.result = Value::Map{{"status", 200}, {"state", "one"}, {"value", 0.0}};
                     done(r);
                   }));
  }

  // `target search in production version=v9 replicas=3 healthy=false busy=true down="…" next=failed`: what somebody
  // else did there, or what comes next.
  void set_target(const Lines& words) {
    if (words.size() < 4 || words[2] != "in") throw std::runtime_error("target SERVICE in ENV key=value …");
    const test::FakeTarget::PlaceName place{words[1], words[3]};
    TargetState& now = target_->at({words[1], words[3]});
    for (std::size_t i = 4; i < words.size(); ++i) {
      const std::string key = words[i].substr(0, words[i].find('=')), value = words[i].substr(key.size() + 1);
      if (key == "version") now.version = value;
      if (key == "previous") now.previous_version = value;
      if (key == "replicas") now.replicas = value == "?" ? std::nullopt : std::optional(std::stoi(value));
      if (key == "healthy") now.healthy = value == "?" ? std::nullopt : std::optional(value == "true");
      if (key == "busy") now.busy = value == "true";
      if (key == "down") target_->down[place] = Error{ErrorKind::unavailable, value, "Try again when it is back."};
      if (key == "up") target_->down.erase(place);
      if (key == "next" && value == "failed") target_->next_outcome[place] = ChangeOutcome::failed;
      if (key == "next" && value == "unknown") target_->next_outcome[place] = ChangeOutcome::unknown;
    }
  }

  PlanReading plan_reading(Dispatcher& dispatcher, const Clock& clock) {
    return {.targets = [this]() -> const Targets& { return targets_; },
            .known = {.state = [&dispatcher]() -> const State& { return dispatcher.state(); },
                      .config = [&dispatcher]() -> const CoreConfig& { return dispatcher.config(); },
                      .now = [&clock] { return clock.now(); }}};
  }

  RunPlanReading run_plan_reading(Dispatcher& dispatcher, const Clock& clock) {
    return {
        .perform = [this](const AttemptOrder& o, Performer::Report done) { performer_.try_out(o, std::move(done)); },
        .later = [](DurationMs, const std::function<void()>&) {},
        .forget = [](const std::string&) {},
        .record = [&dispatcher](Entry e) { dispatcher.record_fact(std::move(e), [](Result<void>) {}); },
        .new_id = [&dispatcher] { return dispatcher.new_id(); },
        .library = engine_->library(),
        .known = plan_reading(dispatcher, clock).known};
  }

  const Targets& targets() const { return targets_; }
  void load(const std::string& folder) { folder_ = folder; }
  void attach(Dispatcher& dispatcher, const Clock& clock) {
    const PlanReading reading = plan_reading(dispatcher, clock);
    performer_.set("lookup", perform_lookup(reading.targets, reading.known));
    engine_ = std::make_unique<runbooks::Engine>(runbooks::load_runbook);
    if (!folder_.empty()) engine_->set_library(load_library({{folder_ + "/runbooks", false}}));
    performer_.set_sink([&dispatcher](AttemptReport r) { dispatcher.attempt_ended(std::move(r)); });
    dispatcher.set_extension(engine_.get(), [this](const AttemptOrder& order) { performer_.take(order); });
  }

 private:
  static AttemptReport command(const AttemptOrder& o) {
    AttemptReport r;
    std::string text;
    for (const Value& word : o.arguments["argv"].as_list()) text += (text.empty() ? "" : " ") + word.as_string();
    if (text.starts_with("fails")) {
      r.end = AttemptReport::End::failed;
      r.error_kind = "refused";
      r.error = "It ended with 1.";
    } else if (text.starts_with("lost")) {
      r.end = AttemptReport::End::unknown;
      r.error_kind = "lost";
      r.error = "The machine was restarted.";
    }
    r.result = Value::Map{{"exit", text.starts_with("fails") ? 1 : 0}, {"output", text}};
    return r;
  }

  std::string folder_;
  std::shared_ptr<test::FakeTarget> target_ = std::make_shared<test::FakeTarget>();
  Targets targets_{target_};
  Performer performer_;
  std::unique_ptr<runbooks::Engine> engine_;
};

}  // namespace muster
