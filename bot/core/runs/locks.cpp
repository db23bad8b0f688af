#include "bot/core/runs/locks.h"

#include <algorithm>
#include <charconv>

#include "bot/core/commands/words.h"
#include "bot/core/engine/engine.h"
#include "bot/core/engine/question_parts.h"

namespace muster {
namespace {

constexpr DurationMs nag_before_ms = 10 * minute_ms;  // time to say that it should stay
constexpr DurationMs nag_every_ms = 8 * hour_ms;      // a lock without an end is forgotten easily

int lock_number(std::string_view id) {
  if (id.size() < 2 || (id[0] != 'L' && id[0] != 'l')) return 0;
  int n = 0;
  const auto [end, error] = std::from_chars(id.data() + 1, id.data() + id.size(), n);
  return error == std::errc() && end == id.data() + id.size() ? n : 0;
}

bool covers(const std::string& pattern, std::string_view name) { return pattern == "*" || pattern == name; }

bool stands(const Lock& lock, TimeMs now) {
  return (lock.from_ms == 0 || lock.from_ms <= now) && (lock.until_ms == 0 || lock.until_ms > now);
}

void apply_taken(State& s, const Entry& e) {
  const Value& d = e.data;
  const int n = lock_number(d["id"].as_string());
  if (n == 0) return;
  s.locks[n] = {.id = "L" + std::to_string(n),
                .freeze = d["freeze"].as_bool(),
                .service = d["service"].as_string(),
                .environment = d["environment"].as_string(),
                .owner = d["owner"].as_string(),
                .reason = d["reason"].as_string(),
                .since_ms = e.occurred_ms,
                .from_ms = d["from_ms"].as_int(),
                .until_ms = d["until_ms"].as_int(),
                .channel = d["channel"].as_string(),
                .nagged = 0};
  s.next_lock = std::max(s.next_lock, n + 1);
}

TimeMs next_ring(const Lock& lock, TimeMs now) {
  if (lock.until_ms == 0) return lock.freeze ? 0 : now + nag_every_ms;
  const TimeMs nag = lock.until_ms - nag_before_ms;
  return nag > now && nag - lock.since_ms >= nag_before_ms ? nag : lock.until_ms;
}

void arm(Work& w, const Lock& lock) {
  w.decision.timers.push_back({"lock:" + lock.id, next_ring(lock, w.now), Value::Map{{"id", lock.id}}});
}

std::string what_of(const Lock& lock) { return (lock.freeze ? "" : lock.service + " in ") + lock.environment; }

Error held(const Lock& lock) {
  return {ErrorKind::conflict,
          what_of(lock) + (lock.freeze ? " is frozen" : " is locked") + " by " + lock.owner + " (" + lock.id +
              "): " + (lock.reason.empty() ? "no reason given" : lock.reason) + ".",
          "Ask " + lock.owner + ", or wait for the end of " + lock.id + "."};
}

void put(Work& w, Entry e, const char* kind, Value data, std::string text) {
  e.kind = kind;
  e.data = std::move(data);
  e.text = std::move(text);
  record(w, std::move(e));
}

void tell(Work& w, const Lock& lock, std::string_view key) {
  const std::string channel = lock.channel.empty() ? "muster" : lock.channel;
  Message m;
  m.text = say(channel_language(w, channel), key,
               {{"id", lock.id},
                {"what", plain(what_of(lock))},
                {"who", person_name(w.config, lock.owner)},
                {"reason", plain(lock.reason)},
                {"time", lock.until_ms == 0 ? std::string("–") : format_utc_clock(lock.until_ms).substr(0, 5)}});
  m.color = "warning";
  post(w, channel, "lock-" + lock.id + "-" + std::to_string(w.now), m);
}

}  // namespace

bool apply_lock(State& s, const Entry& e) {
  if (!e.kind.starts_with("lock.")) return false;
  if (e.kind == "lock.taken") return apply_taken(s, e), true;
  const auto it = s.locks.find(lock_number(e.data["id"].as_string()));
  if (it == s.locks.end()) return true;
  if (e.kind == "lock.released") {
    s.locks.erase(it);
  } else if (e.kind == "lock.changed") {
    it->second.reason = e.data["reason"].as_string();
    it->second.until_ms = e.data["until_ms"].as_int();
    it->second.nagged = 0;
  } else if (e.kind == "lock.nagged") {
    ++it->second.nagged;
  }
  return true;
}

const Lock* find_lock(const State& s, std::string_view id) {
  const auto it = s.locks.find(lock_number(id));
  return it == s.locks.end() ? nullptr : &it->second;
}

bool lock_binds(const Lock& lock, std::string_view service, std::string_view environment, TimeMs now) {
  return stands(lock, now) && covers(lock.environment, environment) && covers(lock.service, service);
}

bool lets_back(const Lock& lock, std::string_view verb) {
  const std::string& owner = lock.owner;
  const bool run = owner.size() > 1 && owner[0] == 'R' && owner.find_first_not_of("0123456789", 1) == owner.npos;
  return verb == "rollback" && (lock.freeze || run);
}

const Lock* lock_against(const State& s, std::string_view service, std::string_view environment, std::string_view actor,
                         std::string_view verb, TimeMs now) {
  for (const auto& [n, lock] : s.locks) {
    if (!lock_binds(lock, service, environment, now)) continue;
    if (lets_back(lock, verb)) continue;
    if (lock.freeze || lock.owner != actor) return &lock;
  }
  return nullptr;
}

const Lock* lock_of(const State& s, std::string_view service, std::string_view environment, TimeMs now) {
  for (const auto& [n, lock] : s.locks)
    if (!lock.freeze && stands(lock, now) && lock.service == service && lock.environment == environment) return &lock;
  return nullptr;
}

Result<std::string> take_lock(Work& w, LockWish wish) {
  if (wish.until_ms != 0 && wish.until_ms <= w.now)
    return fail(ErrorKind::invalid, "A lock cannot end in the past.", "Give a time to come: for 2h.");
  if (!wish.freeze) {
    const Lock* stood = lock_of(w.state, wish.service, wish.environment, w.now);
    if (!stood) stood = lock_against(w.state, wish.service, wish.environment, wish.owner, "rollback", w.now);
    if (stood && stood->owner != wish.owner) return std::unexpected(held(*stood));
    if (stood && stood->service == wish.service && stood->environment == wish.environment) {
      const std::string id = stood->id;
      if (auto r = change_lock(w, *stood, wish.owner, wish.reason, wish.until_ms, std::move(wish.by)); !r)
        return std::unexpected(r.error());
      return id;
    }
  }
  const std::string id = "L" + std::to_string(w.state.next_lock);
  const Value data = Value::Map{{"id", id},
                                {"freeze", wish.freeze},
                                {"service", wish.freeze ? std::string("*") : wish.service},
                                {"environment", wish.environment},
                                {"owner", wish.owner},
                                {"reason", wish.reason},
                                {"from_ms", wish.from_ms},
                                {"until_ms", wish.until_ms},
                                {"channel", wish.channel}};
  const std::string what = wish.freeze ? wish.environment + " frozen" : wish.service + " in " + wish.environment;
  put(w, std::move(wish.by), "lock.taken", data, id + ": " + what + (wish.freeze ? "" : " locked"));
  arm(w, *find_lock(w.state, id));
  return id;
}

Result<void> release_lock(Work& w, const Lock& lock, const std::string& actor, bool steal, Entry by,
                          const std::string& reason) {
  const Lock gone = lock;
  if (gone.owner != actor && !steal && !gone.freeze) return std::unexpected(held(gone));
  const bool stolen = gone.owner != actor && !gone.freeze;
  put(w, std::move(by), "lock.released",
      Value::Map{{"id", gone.id}, {"by", actor}, {"reason", reason}, {"stolen", stolen}},
      gone.id + ": " + what_of(gone) + (stolen ? " taken from " + gone.owner : " released"));
  w.decision.timers.push_back({"lock:" + gone.id, 0, {}});
  if (stolen) tell(w, gone, "lock.stolen");
  return {};
}

Result<void> change_lock(Work& w, const Lock& lock, const std::string& actor, const std::string& reason,
                         TimeMs until_ms, Entry by) {
  if (lock.owner != actor) return std::unexpected(held(lock));
  const std::string id = lock.id;
  const std::string kept = reason.empty() ? lock.reason : reason;
  put(w, std::move(by), "lock.changed", Value::Map{{"id", id}, {"reason", kept}, {"until_ms", until_ms}},
      id + ": " + what_of(lock) + ", " + kept);
  arm(w, *find_lock(w.state, id));
  return {};
}

bool lock_rang(Work& w, const Timer& timer) {
  if (!timer.id.starts_with("lock:")) return false;
  const Lock* lock = find_lock(w.state, timer.id.substr(5));
  if (!lock) return true;
  if (lock->until_ms != 0 && lock->until_ms <= w.now) {
    const Lock gone = *lock;
    tell(w, gone, "lock.ended");
    put(w, {}, "lock.released", Value::Map{{"id", gone.id}, {"by", "muster"}, {"reason", "expired"}},
        gone.id + ": " + what_of(gone) + " ended");
    return true;
  }
  tell(w, *lock, lock->until_ms == 0 ? "lock.still" : "lock.ends_soon");
  put(w, {}, "lock.nagged", Value::Map{{"id", lock->id}}, lock->id + ": its owner was reminded");
  const TimeMs next = lock->until_ms == 0 ? w.now + nag_every_ms : lock->until_ms;
  w.decision.timers.push_back({timer.id, next, Value::Map{{"id", lock->id}}});
  return true;
}

}  // namespace muster
