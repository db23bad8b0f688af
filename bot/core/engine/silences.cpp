#include "bot/core/engine/silences.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <tuple>

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/cards.h"

namespace muster {
namespace {

int lock_number(std::string_view id) {
  int n = 0;
  if (id.size() < 2 || (id[0] != 'L' && id[0] != 'l')) return 0;
  const auto [end, error] = std::from_chars(id.data() + 1, id.data() + id.size(), n);
  return error == std::errc() && end == id.data() + id.size() ? n : 0;
}

void apply_asked(State& s, const Entry& e, int number) {
  Silence l;
  l.id = "L" + std::to_string(number);
  l.backend = e.data["backend"].as_string();
  l.matchers = matchers_from(e.data["matchers"]);
  l.alert = e.data["alert"].as_string();
  l.person = e.actor.id;
  l.reason = e.data["reason"].as_string();
  l.marker = e.data["marker"].as_string();
  l.channel = e.data["channel"].as_string();
  l.thread = e.data["thread"].as_string();
  l.status = "asked";
  l.starts_ms = e.data["starts_ms"].as_int();
  l.until_ms = e.data["until_ms"].as_int();
  s.silences[number] = std::move(l);
  s.next_lock = std::max(s.next_lock, number + 1);
}

void apply_snoozed(State& s, const Entry& e) {
  Alert* a = find_alert(s, e.data["alert_id"].as_string());
  if (!a) return;
  a->snoozed_until_ms = e.data["until_ms"].as_int();
  a->own_row = true;
}

Silence* silence_in(State& s, std::string_view id) {
  const auto it = s.silences.find(lock_number(id));
  return it == s.silences.end() ? nullptr : &it->second;
}

}  // namespace

bool apply_silence(State& s, const Entry& e) {
  if (e.kind == "alert.snoozed") return apply_snoozed(s, e), true;
  if (!e.kind.starts_with("silence.")) return false;
  const std::string& id = e.data["id"].as_string();
  const int number = lock_number(id);
  if (e.kind == "silence.asked" && number != 0) return apply_asked(s, e, number), true;
  Silence* l = silence_in(s, id);
  if (!l) return true;
  if (e.kind == "silence.active") {
    l->status = "active";
    l->remote = e.data["remote"].as_string();
  } else if (e.kind == "silence.ending") {
    l->status = "ending";
  } else if (e.kind == "silence.over") {
    l->status = "over";
    l->ended_by_hand = e.data["why"].as_string() != "time";
  } else if (e.kind == "silence.moved") {
    l->remote = e.data["remote"].as_string();
    l->until_ms = e.data["until_ms"].as_int();
    l->matchers = matchers_from(e.data["matchers"]);
  } else if (e.kind == "silence.failed") {
    l->status = e.data["status"].as_string();
  }
  return true;
}

const Silence* find_silence(const State& s, std::string_view id) { return silence_in(const_cast<State&>(s), id); }

ProjectionRow projection(const Silence& l) {
  Value body = Value::Map{{"backend", l.backend},     {"alert", l.alert},       {"person", l.person},
                          {"reason", l.reason},       {"status", l.status},     {"remote", l.remote},
                          {"starts_ms", l.starts_ms}, {"until_ms", l.until_ms}, {"matchers", to_value(l.matchers)}};
  return {"silence", l.id, std::move(body)};
}

const Silence* silence_over(const State& s, const Alert& a, TimeMs now) {
  const Silence* longest = nullptr;
  Labels labels;
  for (const auto& [n, l] : s.silences) {
    if (!l.mutes() || l.until_ms <= now || (longest && longest->until_ms >= l.until_ms)) continue;
    if (labels.empty()) labels = a.labels;
    if (matches(l.matchers, labels)) longest = &l;
  }
  return longest;
}

std::string quiet_words(const Call& c, const Alert& a) {
  std::string words;
  if (a.status != "firing") return words;
  if (const Silence* l = silence_over(c.work.state, a, c.work.now))
    words += " · " + say(c.language, "silenced_until", {{"id", l->id}, {"time", short_time(c, l->until_ms)}});
  if (a.snoozed_until_ms > c.work.now)
    words += " · " + say(c.language, "snoozed_until", {{"time", short_time(c, a.snoozed_until_ms)}});
  return words;
}

// The order leaves after the commit; the carrier looks for the marker before it makes anything.
void order_silence(Work& w, const Silence& l, const std::string& action, const std::string& by) {
  Value body = Value::Map{{"action", action},
                          {"silence", l.id},
                          {"marker", l.marker},
                          {"remote", l.remote},
                          {"starts_ms", l.starts_ms},
                          {"until_ms", l.until_ms},
                          {"matchers", to_value(l.matchers)}};
  body.set("created_by", by);
  body.set("comment", l.reason);
  body.set("give_up_ms", w.now + silence_patience_ms);
  w.decision.out.push_back({w.new_id(), "alertmanager:" + l.backend, "silence", std::move(body)});
}

namespace {

void keep(Work& w, const Silence& l) {
  std::erase_if(w.decision.rows, [&](const ProjectionRow& r) { return r.kind == "silence" && r.id == l.id; });
  w.decision.rows.push_back(projection(l));
}

std::string until_words(TimeMs t) { return format_utc_minute(t) + " UTC"; }

// The outcome is told where it was asked for; from a script it is told where alerts are listed.
void tell(Work& w, const Silence& l, const char* key, const std::string& problem, const char* color) {
  const std::string channel = l.channel.empty() ? w.config.alerts_channel : l.channel;
  Message m;
  m.text = say(channel_language(w, channel), key,
               {{"id", l.id},
                {"name", plain(l.backend)},
                {"time", until_words(l.until_ms)},
                {"what", plain(clip(to_text(l.matchers), 300))},
                {"why", plain(clip(one_line(problem), 300))}});
  m.color = color;
  post(w, channel, l.id + "-" + (std::strchr(key, '.') + 1) + "-" + std::to_string(w.now), m, l.thread);
}

void report(Work& w, Silence& l, const char* kind, Value data) {
  Entry e;
  e.kind = kind;
  if (const Alert* about = find_alert(w.state, l.alert)) e.incident_id = about->incident;
  e.text = to_text(l.matchers);
  data.set("id", l.id);
  e.data = std::move(data);
  record(w, std::move(e));
  keep(w, l);
}

void created(Work& w, Silence& l, const SilenceReport& r) {
  if (r.end == SilenceReport::End::done) {
    const bool was_ending = l.status == "ending";
    report(w, l, "silence.active", Value::Map{{"remote", r.remote}});
    w.decision.timers.push_back({"silence-end:" + l.id, l.until_ms, Value::Map{{"id", l.id}}});
    if (was_ending) return;  // unsilence was said meanwhile: its order follows
    return tell(w, l, "silence.active", {}, "good");
  }
  const bool lost = r.end == SilenceReport::End::unreachable;
  report(w, l, "silence.failed", Value::Map{{"status", lost ? "unknown" : "failed"}, {"why", r.problem}});
  tell(w, l, lost ? "silence.unknown" : "silence.refused", r.problem, "danger");
}

void expired(Work& w, Silence& l, const SilenceReport& r) {
  if (r.end == SilenceReport::End::done) {
    report(w, l, "silence.over", Value::Map{{"why", "hand"}});
    w.decision.timers.push_back({"silence-end:" + l.id, 0, {}});
    return tell(w, l, "silence.ended", {}, "good");
  }
  report(w, l, "silence.failed", Value::Map{{"status", l.remote.empty() ? "unknown" : "active"}, {"why", r.problem}});
  tell(w, l, "silence.not_ended", r.problem, "danger");
}

void snooze_over(Work& w, const Timer& timer) {
  const Alert* a = find_alert(w.state, timer.body["alert"].as_string());
  if (!a || a->status != "firing" || a->snoozed_until_ms > w.now) return;
  show_card(w, *a, true);
  const std::string channel = a->card_channel().empty() ? w.config.alerts_channel : a->card_channel();
  Message m;
  m.text = say(channel_language(w, channel), "snooze.over", {{"id", a->id}, {"title", plain(clip(a->title, 200))}});
  m.color = severity_color(a->severity);
  m.buttons.push_back({say(channel_language(w, channel), "button.ack"), "ack " + a->id, "primary"});
  post(w, channel, "snooze-over-" + a->id + "-" + std::to_string(timer.due_ms), m);
}

}  // namespace

void silence_reported(Work& w, const SilenceReport& r) {
  Silence* l = silence_in(w.state, r.id);
  if (!l || l->status == "over") return;
  if (r.action == "expire") return expired(w, *l, r);
  // Told a second time, after a crash between the report and its mark.
  if (l->status == "active" || (l->status != "asked" && l->status != "ending")) return;
  created(w, *l, r);
}

namespace {

// In no order that means anything: the source may give them back in another.
bool same_matchers(std::vector<Matcher> a, std::vector<Matcher> b) {
  const auto words = [](const Matcher& m) { return std::tie(m.name, m.op, m.value); };
  const auto before = [&](const Matcher& x, const Matcher& y) { return words(x) < words(y); };
  std::ranges::sort(a, before);
  std::ranges::sort(b, before);
  return std::ranges::equal(a, b, [&](const Matcher& x, const Matcher& y) { return words(x) == words(y); });
}

}  // namespace

bool is_news(const State& s, const SilenceSeen& seen, TimeMs now) {
  const Silence* l = find_silence(s, seen.id);
  if (!l || l->status != "active" || l->until_ms <= now) return false;
  if (!seen.there) return true;
  // The source may round; whoever moves a silence moves it by more.
  const bool moved = seen.until_ms < l->until_ms - second_ms || seen.until_ms > l->until_ms + second_ms;
  return moved || seen.remote != l->remote || !same_matchers(seen.matchers, l->matchers);
}

void silence_seen(Work& w, const SilenceSeen& seen) {
  if (!is_news(w.state, seen, w.now)) return;
  Silence& l = *silence_in(w.state, seen.id);
  if (!seen.there) {
    report(w, l, "silence.over", Value::Map{{"why", "source"}});
    w.decision.timers.push_back({"silence-end:" + l.id, 0, {}});
    return tell(w, l, "silence.ended_there", {}, "");
  }
  report(w, l, "silence.moved",
         Value::Map{{"remote", seen.remote}, {"until_ms", seen.until_ms}, {"matchers", to_value(seen.matchers)}});
  w.decision.timers.push_back({"silence-end:" + l.id, l.until_ms, Value::Map{{"id", l.id}}});
  tell(w, l, "silence.moved", {}, "");
}

bool silence_timer_rang(Work& w, const Timer& timer) {
  if (timer.id.starts_with("snooze:")) return snooze_over(w, timer), true;
  if (!timer.id.starts_with("silence-end:")) return false;
  Silence* l = silence_in(w.state, timer.body["id"].as_string());
  if (!l || !l->mutes() || l->until_ms > w.now) return true;
  report(w, *l, "silence.over", Value::Map{{"why", "time"}});
  tell(w, *l, "silence.time_over", {}, "");
  return true;
}

}  // namespace muster
