// Questions and orders for the systems beside the bot: what runs where, graphs for chat, silences for Alertmanager;
// and changes as far back as the journal goes.
#include <algorithm>

#include "bot/app_impl.h"
#include "bot/base/text.h"
#include "bot/change_reads.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/silences.h"
#include "bot/core/engine/together.h"
#include "bot/graph_answer.h"
#include "integrations/observability/observability.h"

namespace muster {

void App::Impl::read_graph(const ReadWanted& wanted, std::function<void(Outcome)> done) {
  const MetricQuery q = graph_query(wanted, clock.now());
  reads->query(q, [this, wanted, q, done](Result<MetricAnswer> answer) {
    // Painting takes some milliseconds: not on the loop.
    const auto kept = std::make_shared<Result<MetricAnswer>>(std::move(answer));
    const bool taken = worker.run([this, wanted, q, kept, done] {
      Outcome o = graph_outcome(wanted, q, *kept);
      loop.post([done, o = std::move(o)] { done(o); });
    });
    if (!taken) done(graph_outcome(wanted, q, fail(ErrorKind::unavailable, "the bot is busy")));
  });
}

bool App::Impl::asks_who_is_away(const ReadWanted& wanted) {
  return wanted.what == "away" || (wanted.what == "status" && wanted.args.empty());
}

std::string App::Impl::delayed_lines(const std::string& language) const {
  constexpr DurationMs worth_telling = 10 * second_ms;
  std::string lines;
  for (const ChatPlatform* p : chats->platforms()) {
    const ChatHealth h = chats->health_of(*p);
    if (h.waiting == 0 || h.oldest_ms < worth_telling) continue;
    lines += (lines.empty() ? "" : "\n") + say(language, "status.delayed",
                                               {{"place", plain(place_name(p->name()))},
                                                {"n", std::to_string(h.waiting)},
                                                {"time", format_duration(h.oldest_ms)}});
  }
  return lines;
}

std::optional<Outcome> App::Impl::known_at_once(const ReadWanted& wanted) {
  if (wanted.what == "health" || wanted.what == "version") return read_here(wanted, wanted.language);
  if (!asks_who_is_away(wanted)) return std::nullopt;
  Outcome o;
  if (Section away = away_section(reach, wanted.language); !away.text.empty())
    o.reply.sections.push_back(std::move(away));
  if (std::string delayed = delayed_lines(wanted.language); !delayed.empty())
    o.reply.sections.push_back({std::move(delayed), {}});
  return o;
}

void App::Impl::read_places(const ReadWanted& wanted, std::function<void(Outcome)> done) {
  auto environments = environments_of(dispatcher->state(), dispatcher->config(), wanted.args.front());
  if (const auto only = wanted.named.find("in"); wanted.what == "status" && only != wanted.named.end())
    std::erase_if(environments, [&](const std::string& e) { return lower_ascii(e) != only->second; });
  const auto later = [this](DurationMs wait, std::function<void()> then) { loop.after(wait, std::move(then)); };
  look_at_places(targets, wanted.args.front(), environments, later, [this, wanted, done](std::vector<PlaceNow> places) {
    reach.note(places, clock.now());
    done(places_outcome(wanted, dispatcher->state(), dispatcher->config(), places, clock.now()));
  });
}

void App::Impl::read_changes(const ReadWanted& wanted, std::function<void(Outcome)> done) {
  HistoryWanted history{wanted, incident_spans(dispatcher->state()), dispatcher->config(), clock.now()};
  const bool taken = worker.run([this, done, history = std::move(history)] {
    Outcome o = change_history_outcome(*store, history);
    loop.post([done, o = std::move(o)] { done(o); });
  });
  if (taken) return;
  Outcome busy;
  busy.ok = false;
  busy.reply.text = say(wanted.language, "not_stored", {{"why", "busy"}});
  done(std::move(busy));
}

// The outcome is recorded before the order counts as delivered: a crash in between asks again, and the marker in the
// silence's comment answers.
void App::Impl::carry_silence(const OutMessage& m, std::function<void(Result<void>)> done) {
  const std::string backend = m.destination.substr(m.destination.find(':') + 1);
  const auto order = observability::silence_order(m.body);
  const TimeMs give_up = m.body["give_up_ms"].as_int();
  SilenceReport report;
  report.id = m.body["silence"].as_string();
  report.action = order.action;
  reads->silence(backend, order,
                 [this, report, give_up, done](observability::Answer<observability::SilenceAnswer> a) mutable {
                   if (a) {
                     report.remote = a->remote;
                   } else {
                     const bool again = a.error().kind == "unavailable" || a.error().kind == "timeout";
                     if (again && clock.now() < give_up) return done(fail(ErrorKind::unavailable, a.error().message));
                     report.end = again ? SilenceReport::End::unreachable : SilenceReport::End::refused;
                     report.problem = a.error().message;
                   }
                   dispatcher->report([report](Work& w) { silence_reported(w, report); }, done);
                 });
}

void App::Impl::watch_silences() {
  silences = std::make_unique<SilenceWatch>(
      SilenceWatch::Outside{.state = [this]() -> const State& { return dispatcher->state(); },
                            .look =
                                [this](const Silence& l, SilenceWatch::Answered done) {
                                  reads->look_at_silence(l.backend, l.remote, l.marker, std::move(done));
                                },
                            .tell =
                                [this](const SilenceSeen& seen) {
                                  dispatcher->report([seen](Work& w) { silence_seen(w, seen); }, [](auto) {});
                                },
                            .clock = clock});
}

}  // namespace muster
