// What the application reads off the loop, read at once: places, records, reports.
#pragma once
#include <functional>
#include <string>
#include <utility>

#include "bot/change_reads.h"
#include "bot/chat_platforms.h"
#include "bot/core/commands/words.h"
#include "bot/dispatcher.h"
#include "bot/reads.h"
#include "bot/scrub_answers.h"
#include "tests/conversations/runs_stage.h"

namespace muster {

using Answered = std::function<void(Outcome)>;

// Where a reading looks; it is read before the call returns.
struct ReadFrom {
  Dispatcher& dispatcher;
  Store& store;
  Clock& clock;
  const CoreConfig& config;
  RunsStage& runs;
  const ChatPlatforms* chats = nullptr;  // none in our own room
};

inline Outcome read_record(const ReadFrom& of, const ReadWanted& wanted) {
  if (wanted.what == "history" || wanted.what == "timeline" || wanted.what == "transcript")
    return record_outcome(of.store, wanted, of.config);
  Outcome o;
  o.reply.text = "reads " + wanted.what;
  if (wanted.what.starts_with("postmortem")) {
    const auto entries = of.store.read_incident(wanted.incident);
    if (!entries) throw std::runtime_error(entries.error().message);
    const std::string html = render_report(*entries, of.config, "html", wanted.language, "UTC", Profile::internal, {},
                                           {}, {}, last_version(*entries));
    if (!html.contains(wanted.incident)) throw std::runtime_error("the report does not name its incident");
    return postmortem_outcome(*entries, wanted, of.config, {"/room/report/INC", {}, {}});
  }
  return o;
}

inline void read_places(const ReadFrom& of, const ReadWanted& wanted, const Answered& done) {
  const std::string& service = wanted.args.front();
  look_at_places(
      of.runs.targets(), service, environments_of(of.dispatcher.state(), of.config, service),
      [](DurationMs, const std::function<void()>& then) { then(); },
      [&](const std::vector<PlaceNow>& places) {
        done(places_outcome(wanted, of.dispatcher.state(), of.config, places, of.clock.now()));
      });
}

inline void read_wanted(const ReadFrom& of, const ReadWanted& wanted, const CommandInput& in, const Answered& done) {
  if (wanted.what == "scrub") {
    const auto at_once = [](const std::function<void()>& work, const std::function<void()>& then) {
      work();
      then();
      return true;
    };
    return scrub({of.dispatcher, of.store, of.clock, at_once}, wanted, actor_of(of.config, in.person, in.is_operator),
                 done);
  }
  if (wanted.what == "health" && of.chats) {  // of all that it shows, what the platforms' checks found
    Outcome found;
    found.reply.text = say(wanted.language, "health.head");
    found.reply.sections.push_back({plain(of.chats->findings_text(wanted.language)), {}});
    return done(found);
  }
  if (wanted.what == "away" || (wanted.what == "status" && wanted.args.empty())) return done({});
  if (wanted.what == "where" || wanted.what == "diff" || wanted.what == "status") return read_places(of, wanted, done);
  if (wanted.what == "releases" || wanted.what == "metrics")
    return done(
        change_history_outcome(of.store, {wanted, incident_spans(of.dispatcher.state()), of.config, of.clock.now()}));
  if (wanted.what == "plan run")
    return read_run_plan(of.runs.run_plan_reading(of.dispatcher, of.clock), wanted, in, done);
  if (wanted.what == "plan change") return read_plan(of.runs.plan_reading(of.dispatcher, of.clock), wanted, in, done);
  done(read_record(of, wanted));
}

}  // namespace muster
