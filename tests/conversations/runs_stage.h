// Runbooks in conversations: those of the folder `runbooks` beside the configuration, and a small world for their
// steps. A command is answered by its first word: `fails`, `lost`, everything else prints its arguments.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "bot/dispatcher.h"
#include "bot/performer.h"
#include "bot/runbook_library.h"
#include "runbooks/engine.h"

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
    for (const char* verb : {"scale", "restart"})
      performer_.set(verb, [this](const AttemptOrder& o, const Performer::Report& done) { done(change(o)); });
  }

  void load(const std::string& folder) { folder_ = folder; }
  void attach(Dispatcher& dispatcher) {
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

  AttemptReport change(const AttemptOrder& o) {
    AttemptReport r;
    std::int64_t& replicas = replicas_.try_emplace(o.arguments["service"].as_string(), 6).first->second;
    r.before = r.result = Value::Map{{"replicas", replicas}};
    if (o.stage == "look" || o.mode == AttemptOrder::Mode::probe) return r;
    r.result = Value::Map{{"previous", replicas}, {"replicas", o.arguments["replicas"]}};
    if (o.verb == "scale") replicas = o.arguments["replicas"].as_int();
    return r;
  }

  std::string folder_;
  std::map<std::string, std::int64_t> replicas_;
  Performer performer_;
  std::unique_ptr<runbooks::Engine> engine_;
};

}  // namespace muster
