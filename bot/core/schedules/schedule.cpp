#include "bot/core/schedules/schedule.h"

#include <algorithm>
#include <charconv>

#include "bot/core/commands/grammar.h"
#include "bot/core/engine/state.h"

namespace muster {
namespace {

constexpr std::size_t ended_kept = 200;  // for `show` and `explain`; the journal keeps all

int schedule_number(std::string_view id) {
  const std::string canonical = canonical_id(id);
  int n = 0;
  if (canonical.starts_with('T')) std::from_chars(canonical.data() + 1, canonical.data() + canonical.size(), n);
  return n;
}

void apply_made(State& s, const Entry& e) {
  const Value& d = e.data;
  const int n = schedule_number(d["id"].as_string());
  if (n == 0) return;
  Schedule t;
  t.id = "T" + std::to_string(n);
  t.repeats = d["repeats"].as_bool();
  t.every = d["every"].as_string();
  t.person = d["person"].as_string();
  t.standing = d["standing"].as_string();
  t.command = d["asked_command"].as_string();
  t.verb = d["verb"].as_string();
  t.platform = d["platform"].as_string();
  t.channel = d["channel"].as_string();
  t.zone = d["zone"].as_string();
  t.is_operator = d["operator"].as_bool();
  t.direct = d["direct"].as_bool();
  t.writes = d["writes"].as_bool();
  t.elapsed = d["elapsed"].as_bool();
  t.made_ms = t.base_ms = e.occurred_ms;
  t.next_ms = d["next_ms"].as_int();
  s.schedules[n] = std::move(t);
  s.next_schedule = std::max(s.next_schedule, n + 1);
}

void apply_fired(Schedule& t, const Entry& e) {
  const Value& d = e.data;
  t.status = d["status"].as_string();
  t.result = d["result"].as_string();
  t.reason = d["reason"].as_string();
  t.question = d["question"].as_string();
  t.counted = d["counted"].as_string();
  t.next_ms = d["next_ms"].as_int();
  t.failures = static_cast<int>(d["failures"].as_int());
  t.last_ms = e.occurred_ms;
  t.fired += d["ran"].as_bool() ? 1 : 0;
}

void forget_old(State& s) {
  std::size_t over = 0;
  for (const auto& [n, t] : s.schedules) over += t.open() ? 0 : 1;
  for (auto it = s.schedules.begin(); over > ended_kept && it != s.schedules.end();)
    it = it->second.open() ? std::next(it) : (--over, s.schedules.erase(it));
}

}  // namespace

bool apply_schedule(State& s, const Entry& e) {
  if (!e.kind.starts_with("schedule.")) return false;
  if (e.kind == "schedule.made") return apply_made(s, e), true;
  Schedule* t = find_schedule(s, e.data["id"].as_string());
  if (!t) return true;
  if (e.kind == "schedule.fired") {
    apply_fired(*t, e);
  } else if (e.kind == "schedule.moved") {
    t->next_ms = e.data["next_ms"].as_int();
    t->base_ms = e.data["base_ms"].as_int();
  } else if (e.kind == "schedule.ended") {
    t->status = e.data["status"].as_string();
    t->reason = e.data["reason"].as_string();
    t->ended_by = e.actor.id;
    t->next_ms = 0;
  }
  if (!t->open()) forget_old(s);
  return true;
}

Schedule* find_schedule(State& s, std::string_view id) {
  const auto it = s.schedules.find(schedule_number(id));
  return it == s.schedules.end() ? nullptr : &it->second;
}

const Schedule* find_schedule(const State& s, std::string_view id) { return find_schedule(const_cast<State&>(s), id); }

}  // namespace muster
