#include "bot/change_reads.h"

#include <algorithm>
#include <set>

#include "bot/core/commands/words.h"
#include "storage/store.h"

namespace muster {
namespace {

constexpr DurationMs patience = 5 * second_ms;
constexpr DurationMs before_incident = day_ms;

// The whole history, not only what is kept in memory.
Result<ChangeLog> whole_log(Store& store) {
  ChangeLog all;
  all.per_place = all.most = all.versions = static_cast<std::size_t>(-1);
  const auto read = store.read_kinds(change_kinds(), [&all](const Entry& e) { apply_change(all, e); });
  if (!read) return std::unexpected(read.error());
  return all;
}

// The services and what they need, however many steps away.
std::set<std::string> with_needs(const CoreConfig& config, const std::vector<std::string>& services) {
  std::set<std::string> found;
  std::vector<std::string> open = services;
  while (!open.empty()) {
    const std::string name = std::move(open.back());
    open.pop_back();
    if (!found.insert(name).second) continue;
    if (const Service* s = find_service(config, name))
      open.insert(open.end(), s->depends_on.begin(), s->depends_on.end());
  }
  return found;
}

struct Gathering {
  std::vector<PlaceNow> places;
  std::size_t open = 0;
  std::function<void(std::vector<PlaceNow>)> done;

  void finish() {
    if (const auto tell = std::exchange(done, {})) tell(std::move(places));
  }
};

// A late answer finds nobody waiting and changes nothing.
void ask(const std::shared_ptr<Target>& target, const TargetSubject& subject,
         const std::shared_ptr<Gathering>& gathering, std::size_t i) {
  PlaceNow& asked = gathering->places[i];
  asked.has_target = true;
  asked.target = target->name();
  asked.problem = "no answer within " + format_duration(patience);
  asked.too_late = true;
  // The target is held until it has answered: a reload may have put another in its place.
  target->status(subject, [gathering, target, i](const Result<TargetState>& said) {
    if (!gathering->done) return;
    PlaceNow& place = gathering->places[i];
    place.too_late = false;
    place.problem = said ? "" : said.error().message;
    place.next_step = said ? "" : said.error().next_step;
    place.answered = !said && said.error().kind == ErrorKind::not_found;
    if (said) place.said = *said;
    if (--gathering->open == 0) gathering->finish();
  });
}

}  // namespace

void look_at_places(const Targets& targets, const std::string& service, const std::vector<std::string>& environments,
                    const Later& later, std::function<void(std::vector<PlaceNow>)> done) {
  const auto gathering = std::make_shared<Gathering>();
  gathering->done = std::move(done);
  std::vector<std::shared_ptr<Target>> chosen;
  for (const std::string& environment : environments) {
    gathering->places.push_back({environment, false, std::nullopt, ""});
    const auto it = std::ranges::find_if(targets, [&](const auto& t) {
      return t->serves({service, environment}) && t->has(TargetVerb::status);
    });
    chosen.push_back(it == targets.end() ? nullptr : *it);
    gathering->open += chosen.back() ? 1 : 0;
  }
  if (gathering->open == 0) return gathering->finish();
  for (std::size_t i = 0; i < chosen.size(); ++i)
    if (chosen[i]) ask(chosen[i], {service, environments[i]}, gathering, i);
  later(patience, [gathering, chosen] {
    for (std::size_t i = 0; gathering->done && i < chosen.size(); ++i)
      if (const auto why = chosen[i] ? chosen[i]->held_up() : std::nullopt; why && gathering->places[i].too_late) {
        gathering->places[i].problem = why->message;
        gathering->places[i].next_step = why->next_step;
        gathering->places[i].too_late = false;  // it has said why
      }
    gathering->finish();
  });
}

Outcome places_outcome(const ReadWanted& wanted, const State& state, const CoreConfig& config,
                       const std::vector<PlaceNow>& places, TimeMs now) {
  const ChangeReader reader{config, wanted.language, wanted.zone, now};
  if (wanted.what == "status") return live_outcome(reader, state, wanted.args.at(0), places);
  if (wanted.what == "where") return where_outcome(reader, state, wanted.args.at(0), places);
  return diff_outcome(reader, state, wanted.args.at(0), wanted.args.at(1), wanted.args.at(2), places);
}

Outcome change_history_outcome(Store& store, const HistoryWanted& h) {
  const auto all = whole_log(store);
  if (!all) {
    Outcome o;
    o.ok = false;
    o.reply.text = all.error().message;
    return o;
  }
  const ChangeReader reader{h.config, h.wanted.language, h.wanted.zone, h.now};
  if (h.wanted.what == "releases") return releases_outcome(reader, *all, releases_wish(h.wanted));
  return metrics_outcome(reader, *all, h.incidents, metrics_query(h.wanted));
}

std::vector<ChangeRecord> changes_around(Store& store, const CoreConfig& config, const Incident& incident) {
  const auto all = whole_log(store);
  std::vector<ChangeRecord> found;
  if (!all) return found;
  const std::set<std::string> services = with_needs(config, incident.services);
  const TimeMs begun = incident.impact_ms != 0 ? incident.impact_ms : incident.declared_ms;
  for (const auto& [n, r] : all->records) {
    const bool linked = std::ranges::find(r.links, incident.id, &ChangeLink::incident) != r.links.end();
    const bool before = r.started_ms <= begun && (r.over() ? r.ended_ms : r.started_ms) >= begun - before_incident;
    if (linked || (before && services.contains(r.service))) found.push_back(r);
  }
  return found;
}

}  // namespace muster
