#include "runbooks/watch_state.h"

#include <algorithm>

namespace muster::runbooks {
namespace {

constexpr int enough_percent = 80;  // of the window, and of the looks of a check

WatchedCheck check_from(const Value& v) {
  WatchedCheck c;
  c.kind = v["kind"].as_string();
  c.name = v["name"].as_string();
  c.at = v["at"].as_int();
  c.every_ms = v["every_ms"].as_int();
  c.allowed = v["allowed"].as_int();
  c.next_ms = v["next_ms"].as_int();
  c.seen = v["seen"].as_int();
  c.missed = v["missed"].as_int();
  c.row = v["row"].as_int();
  c.asked = v["asked"].as_bool();
  c.mute = v["mute"].as_bool();
  c.counted = v["counted"].as_bool();
  c.off = v["off"].as_bool();
  c.last = v["last"].as_string();
  return c;
}

Value to_value(const WatchedCheck& c) {
  Value v = Value::Map{{"kind", c.kind},       {"name", c.name},       {"at", c.at},     {"every_ms", c.every_ms},
                       {"allowed", c.allowed}, {"next_ms", c.next_ms}, {"seen", c.seen}, {"missed", c.missed},
                       {"row", c.row},         {"asked", c.asked},     {"mute", c.mute}, {"last", c.last}};
  if (c.counted) v.set("counted", true);
  if (c.off) v.set("off", true);
  return v;
}

DurationMs shortest(const Watch& w) {
  DurationMs every = minute_ms;
  for (const WatchedCheck& c : w.checks) every = std::min(every, c.every_ms);
  return every;
}

}  // namespace

Watch watch_from(const Value& v) {
  Watch w;
  w.since_ms = v["since_ms"].as_int();
  w.begun_ms = v["begun_ms"].as_int();
  w.looked_ms = v["looked_ms"].as_int();
  w.unwatched_ms = v["unwatched_ms"].as_int();
  w.extra = static_cast<int>(v["extra"].as_int());
  w.held = v["held"].as_bool();
  w.waits = v["waits"].as_bool();
  w.version = v["version"].as_string();
  w.replicas = v["replicas"].as_int(-1);
  for (const Value& id : v["before"].as_list()) w.before.push_back(id.as_string());
  for (const Value& c : v["checks"].as_list()) w.checks.push_back(check_from(c));
  w.found = v["found"];
  return w;
}

Value to_value(const Watch& w) {
  Value before = Value::List{}, checks = Value::List{};
  for (const std::string& id : w.before) before.push(id);
  for (const WatchedCheck& c : w.checks) checks.push(to_value(c));
  Value v = Value::Map{{"since_ms", w.since_ms},         {"begun_ms", w.begun_ms}, {"looked_ms", w.looked_ms},
                       {"unwatched_ms", w.unwatched_ms}, {"extra", w.extra},       {"version", w.version}};
  if (w.held) v.set("held", true);
  if (w.waits) v.set("waits", true);
  if (w.replicas >= 0) v.set("replicas", w.replicas);
  v.set("before", std::move(before));
  v.set("checks", std::move(checks));
  if (!w.found.is_null()) v.set("found", w.found);
  return v;
}

void account(Watch& w, TimeMs now, TimeMs end) {
  const TimeMs until = std::min(now, end);
  const TimeMs from = w.looked_ms == 0 ? w.begun_ms : w.looked_ms;
  const DurationMs every = shortest(w);
  // A look that comes late by as much as two others is no gap: a busy minute is not blindness.
  if (until - from > 3 * every + 5 * second_ms) w.unwatched_ms += until - from - every;
  w.looked_ms = now;
}

void take(WatchedCheck& c, const Seen& seen) {
  c.asked = false;
  c.mute = seen.kind == Seen::Kind::mute;
  c.counted = seen.counted;
  c.off = seen.counted && seen.kind == Seen::Kind::none;
  if (!seen.what.empty()) c.last = seen.what;
  if (seen.kind == Seen::Kind::none || seen.kind == Seen::Kind::mute) {
    ++c.missed;
    return;
  }
  ++c.seen;
  c.row = seen.kind == Seen::Kind::bad ? c.row + 1 : 0;
}

const WatchedCheck* failing(const Watch& w) {
  const auto it = std::ranges::find_if(w.checks, [](const WatchedCheck& c) { return c.row > c.allowed; });
  return it == w.checks.end() ? nullptr : &*it;
}

const WatchedCheck* doubtful(const Watch& w) {
  const auto it = std::ranges::find_if(w.checks, [](const WatchedCheck& c) { return c.row > 0; });
  return it == w.checks.end() ? nullptr : &*it;
}

std::vector<const WatchedCheck*> unseen(const Watch& w) {
  std::vector<const WatchedCheck*> out;
  // A target that never speaks of health is no witness when others are there.
  const auto no_witness = [](const WatchedCheck& c) { return c.kind == "target" && c.seen == 0 && c.mute; };
  const bool others = std::ranges::any_of(w.checks, [](const WatchedCheck& c) { return c.kind != "target"; });
  for (const WatchedCheck& c : w.checks) {
    if (no_witness(c) && others) continue;
    if (c.off || c.seen * 100 < (c.seen + c.missed) * enough_percent || c.seen == 0) out.push_back(&c);
  }
  return out;
}

bool watched_enough(const Watch& w, DurationMs window) {
  return w.unwatched_ms * 100 <= window * (100 - enough_percent);
}

bool anything_seen(const Watch& w) {
  return std::ranges::any_of(w.checks, [](const WatchedCheck& c) { return c.seen > 0; });
}

}  // namespace muster::runbooks
