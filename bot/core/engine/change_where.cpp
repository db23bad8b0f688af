// What runs where, and how two places or versions differ: what targets say now, beside what was recorded.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/change_answers.h"
#include "bot/core/engine/question_parts.h"

namespace muster {
namespace {

const PlaceNow* place_of(const std::vector<PlaceNow>& places, const std::string& environment) {
  const auto it = std::ranges::find(places, environment, &PlaceNow::environment);
  return it == places.end() ? nullptr : &*it;
}

// From the record when the target does not say.
ChangeSide side_of(const State& state, const std::string& service, const PlaceNow& place) {
  ChangeSide side;
  if (place.said) side = {place.said->version, place.said->replicas};
  for (const ChangeRecord* c : changes_at(state.changes, service, place.environment)) {
    if (c->outcome != "succeeded" || !c->reverted_by.empty()) continue;
    if (side.version.empty() && c->rollout()) side.version = c->after.version;
    if (!side.replicas && c->verb == "scale" && !c->minimum) side.replicas = c->after.replicas;
  }
  return side;
}

std::string lock_words(const ChangeReader& r, const State& state, const std::string& service,
                       const std::string& environment) {
  std::vector<std::string> list;
  for (const auto& [n, lock] : state.locks) {
    const bool here = (lock.service == "*" || lock.service == service) &&
                      (lock.environment == "*" || lock.environment == environment) && lock.from_ms <= r.now &&
                      (lock.until_ms == 0 || lock.until_ms > r.now);
    if (!here) continue;
    std::string text = say(r.language, lock.freeze ? "where.frozen" : "where.locked",
                           {{"id", lock.id},
                            {"who", person_name(r.config, lock.owner)},
                            {"reason", plain(clip(one_line(lock.reason), 80))}});
    if (lock.until_ms != 0)
      text += " " + say(r.language, "run.until", {{"time", format_utc_minute(lock.until_ms) + " UTC"}});
    list.push_back(std::move(text));
  }
  return list.empty() ? say(r.language, "where.free") : join(list, " · ");
}

std::string busy_words(const ChangeReader& r, const State& state, const std::string& service, const PlaceNow& p) {
  const ChangeRecord* staged = nullptr;  // out in part, and its run goes on or is held
  for (const ChangeRecord* c : changes_at(state.changes, service, p.environment)) {
    if (!c->over() && !c->run.empty())
      return " · " + say(r.language, c->outcome == "unknown" ? "where.unknown" : "where.busy",
                         {{"id", c->run}, {"what", change_words(r.language, *c)}});
    const Run* run = p.said && !p.said->part_version.empty() ? find_run(state, c->run) : nullptr;
    if (!staged && run && !run->over()) staged = c;
  }
  if (!staged) return "";
  return " · " + say(r.language, "where.busy", {{"id", staged->run}, {"what", change_words(r.language, *staged)}});
}

// Whether the record and the target agree on the version.
std::string brought_by(const ChangeReader& r, const ChangeRecord* last, const std::string& version) {
  if (!last) return "";
  const std::string id = last->run.empty() ? last->id : last->run;
  const bool differs = !version.empty() && !last->after.version.empty() && last->after.version != version;
  if (differs)
    return " · " + say(r.language, "where.differs", {{"id", plain(id)}, {"version", plain(last->after.version)}});
  return " · " + say(r.language, "where.by", {{"id", plain(id)}, {"time", ago(r.language, r.now - last->ended_ms)}});
}

std::string live_words_of(const ChangeReader& r, const TargetState& s) {
  std::string text = s.version.empty() ? say(r.language, "change.not_known") : plain(clip(one_line(s.version), 80));
  if (!s.part_version.empty())
    text += " · " + say(r.language, "change.part",
                        {{"version", plain(clip(one_line(s.part_version), 80))},
                         {"n", s.part_replicas ? std::to_string(*s.part_replicas) : "–"}});
  if (s.replicas) text += " · " + say(r.language, "where.replicas", {{"n", std::to_string(*s.replicas)}});
  if (s.ready) text += " · " + say(r.language, "where.ready", {{"n", std::to_string(*s.ready)}});
  if (s.healthy) text += " · " + say(r.language, *s.healthy ? "where.healthy" : "where.sick");
  if (s.healthy == false && !s.detail.empty()) text += " (" + plain(clip(one_line(s.detail), 400)) + ")";
  if (s.paused == true) text += " · " + say(r.language, "where.paused");
  return text;
}

std::string recorded_words(const ChangeReader& r, const ChangeRecord* last) {
  if (!last) return say(r.language, "where.nothing");
  return say(r.language, "where.recorded",
             {{"version", plain(clip(one_line(last->after.version), 80))},
              {"id", plain(last->run.empty() ? last->id : last->run)},
              {"time", ago(r.language, r.now - last->ended_ms)}});
}

std::string silent_words(const ChangeReader& r, const PlaceNow& p) {
  const std::string why = in_words({ErrorKind::unavailable, p.problem, p.next_step});
  if (p.answered) return say(r.language, "where.answered", {{"why", why}});
  if (p.silent_since == 0 || p.silent_since == r.now) return say(r.language, "where.silent", {{"why", why}});
  return say(r.language, "where.silent_since", {{"time", format_utc_minute(p.silent_since) + " UTC"}, {"why", why}});
}

std::string place_line(const ChangeReader& r, const State& state, const std::string& service, const PlaceNow& p) {
  const ChangeRecord* last = last_rollout(state.changes, service, p.environment);
  std::string line = "*" + plain(p.environment) + "* · ";
  if (p.said) {
    line += live_words_of(r, *p.said) + brought_by(r, last, p.said->version);
  } else {
    line += recorded_words(r, last) + " · ";
    line += p.has_target ? silent_words(r, p) : say(r.language, "where.no_target");
  }
  return line + busy_words(r, state, service, p) + " · " + lock_words(r, state, service, p.environment);
}

Value place_value(const State& state, const std::string& service, const PlaceNow& p) {
  const ChangeSide side = side_of(state, service, p);
  Value v = Value::Map{{"environment", p.environment}, {"read", p.said.has_value()}};
  if (!side.version.empty()) v.set("version", side.version);
  if (side.replicas) v.set("replicas", *side.replicas);
  if (p.said && p.said->ready) v.set("ready", *p.said->ready);
  if (p.said && p.said->healthy) v.set("healthy", *p.said->healthy);
  if (p.said && !p.said->detail.empty()) v.set("detail", p.said->detail);
  if (p.said && !p.said->log.empty()) v.set("log", p.said->log);
  if (p.silent_since != 0) v.set("silent_since_ms", p.silent_since);
  if (!p.problem.empty()) v.set("problem", p.problem);
  if (const ChangeRecord* last = last_rollout(state.changes, service, p.environment))
    v.set("last", change_value(*last));
  return v;
}

struct DiffSide {
  std::string name;         // as it was typed
  std::string environment;  // empty: it is a version
  ChangeSide side;
};

DiffSide diff_side(const State& state, const std::string& service, const std::string& name,
                   const std::vector<PlaceNow>& places) {
  const PlaceNow* place = place_of(places, lower_ascii(name));
  if (place) return {name, place->environment, side_of(state, service, *place)};
  return {name, "", {name, std::nullopt}};
}

// When a version first went out anywhere; 0: that is not recorded.
TimeMs first_out(const State& state, const std::string& service, const std::string& version) {
  TimeMs first = 0;
  for (const ChangeRecord* c : changes_at(state.changes, service, ""))
    if (c->rollout() && c->type != "rollback" && c->after.version == version)
      if (first == 0 || c->started_ms < first) first = c->started_ms;
  return first;
}

void add_between(const ChangeReader& r, const State& state, const std::string& service, const DiffSide& a,
                 const DiffSide& b, Outcome& o) {
  const TimeMs at = first_out(state, service, a.side.version), bt = first_out(state, service, b.side.version);
  if (at == 0 || bt == 0) {
    const std::string& missing = at == 0 ? a.side.version : b.side.version;
    o.reply.sections.push_back({say(r.language, "diff.not_recorded", {{"version", plain(clip(missing, 80))}}), {}});
    return;
  }
  std::string lines;
  for (const ChangeRecord* c : changes_at(state.changes, service, ""))
    if (c->rollout() && c->started_ms > std::min(at, bt) && c->started_ms <= std::max(at, bt))
      lines += change_line(r, *c) + "\n";
  o.reply.sections.push_back({say(r.language, "diff.between") + "\n" + std::string(trim(lines)), {}});
}

std::string url_part(const std::string& text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view("-._~").contains(c);
    if (safe)
      out += c;
    else
      out += std::string("%") + hex[byte >> 4] + hex[byte & 15];
  }
  return out;
}

std::string compare_url(const ChangeReader& r, const std::string& service, const std::string& from,
                        const std::string& to) {
  const Service* s = find_service(r.config, service);
  if (!s || s->compare_url.empty()) return "";
  std::string url = s->compare_url;
  for (const auto& [place, value] : {std::pair{std::string_view("{from}"), &from}, {std::string_view("{to}"), &to}})
    for (auto at = url.find(place); at != std::string::npos; at = url.find(place, at))
      url.replace(at, place.size(), url_part(*value));
  return url;
}

std::string shown(const ChangeReader& r, const std::string& version) {
  return version.empty() ? say(r.language, "change.not_known") : plain(clip(one_line(version), 80));
}

std::string shown(const ChangeReader& r, const std::optional<int>& n) {
  return n ? std::to_string(*n) : say(r.language, "change.not_known");
}

// One place, with the target's own words and the way to its log.
std::string live_line(const ChangeReader& r, const PlaceNow& p) {
  std::string line = "*" + plain(p.environment) + "* · ";
  if (!p.said) return line + silent_words(r, p);
  line += live_words_of(r, *p.said);
  const bool told = p.said->healthy == false;  // with the reason already
  if (!told && !p.said->detail.empty()) line += " (" + plain(clip(one_line(p.said->detail), 400)) + ")";
  if (!p.said->log.empty())
    line += "\n" + say(r.language, "status.log", {{"log", plain(clip(one_line(p.said->log), 400))}});
  return line;
}

}  // namespace

std::string in_words(const Error& error) {
  std::string text = plain(clip(one_line(error.message), 240));
  if (error.next_step.empty()) return text;
  if (!text.empty() && !std::string_view(".!?").contains(text.back())) text += ".";
  return text + " " + plain(clip(one_line(error.next_step), 240));
}

Outcome live_outcome(const ChangeReader& r, const State& state, const std::string& service,
                     const std::vector<PlaceNow>& places) {
  Outcome o;
  std::string lines;
  Value::List list;
  for (const PlaceNow& p : places) {
    if (!p.has_target) continue;
    lines += "\n" + live_line(r, p);
    list.push_back(place_value(state, service, p));
  }
  if (lines.empty()) return o;
  const std::string now = format_utc_minute(r.now) + " UTC";
  o.reply.sections.push_back({say(r.language, "status.live", {{"time", now}}) + lines, {}});
  o.json = Value::Map{{"places", Value(std::move(list))}};
  return o;
}

Outcome where_outcome(const ChangeReader& r, const State& state, const std::string& service,
                      const std::vector<PlaceNow>& places) {
  Outcome o;
  o.reply.text = say(r.language, places.empty() ? "where.none" : "where.head", {{"service", plain(service)}});
  std::string lines;
  Value::List list;
  for (const PlaceNow& p : places) {
    lines += place_line(r, state, service, p) + "\n";
    list.push_back(place_value(state, service, p));
  }
  if (!lines.empty()) o.reply.sections.push_back({std::string(trim(lines)), {}});
  o.json = Value(std::move(list));
  return o;
}

Outcome diff_outcome(const ChangeReader& r, const State& state, const std::string& service, const std::string& a_name,
                     const std::string& b_name, const std::vector<PlaceNow>& places) {
  const DiffSide a = diff_side(state, service, a_name, places), b = diff_side(state, service, b_name, places);
  Outcome o;
  const bool known = !a.side.version.empty() && !b.side.version.empty();
  const bool same = known && a.side.version == b.side.version;
  o.reply.text = say(r.language, same ? "diff.same" : "diff.head",
                     {{"service", plain(service)}, {"a", plain(clip(a.name, 80))}, {"b", plain(clip(b.name, 80))}});
  Section facts;
  facts.fields.emplace_back(say(r.language, "field.version"),
                            shown(r, a.side.version) + " ↔ " + shown(r, b.side.version));
  if (a.side.replicas || b.side.replicas)
    facts.fields.emplace_back(say(r.language, "field.replicas"),
                              shown(r, a.side.replicas) + " ↔ " + shown(r, b.side.replicas));
  o.reply.sections.push_back(std::move(facts));
  for (const DiffSide* side : {&a, &b}) {
    const PlaceNow* p = place_of(places, side->environment);
    if (p && !p->said && p->has_target)
      o.reply.sections.push_back({plain(p->environment) + ": " + silent_words(r, *p), {}});
  }
  if (known && !same) add_between(r, state, service, a, b, o);
  const std::string url = known && !same ? compare_url(r, service, a.side.version, b.side.version) : "";
  if (!url.empty()) o.reply.sections.push_back({say(r.language, "diff.compare", {{"url", plain(url)}}), {}});
  o.json = Value::Map{{"a", Value::Map{{"name", a.name}, {"version", a.side.version}}},
                      {"b", Value::Map{{"name", b.name}, {"version", b.side.version}}},
                      {"same", same},
                      {"compare_url", url}};
  return o;
}

}  // namespace muster
