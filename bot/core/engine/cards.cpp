#include "bot/core/engine/cards.h"

#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/alert_ends.h"
#include "bot/core/engine/question_parts.h"

namespace muster {
namespace {

void send_edit(Work& w, const std::string& channel, const std::string& post_id, const Message& m) {
  w.decision.out.push_back(
      {w.new_id(), "room:#" + channel, "edit", Value::Map{{"post_id", post_id}, {"message", to_value(m)}}});
}

Message storm_message(const Work& w, const std::string& post_id) {
  std::int64_t firing = 0, resolved = 0, on_it = 0;
  for (const auto& [n, a] : w.state.alerts) {
    if (!a.place || a.place->second != post_id) continue;
    ++(a.status == "firing" ? firing : resolved);
    if (a.status == "firing" && !a.acknowledged_by.empty()) ++on_it;
  }
  const std::string& lang = w.config.language;
  Message m;
  m.color = firing > 0 ? "danger" : "good";
  m.text = say(lang, "storm.card",
               {{"n", std::to_string(firing + resolved)},
                {"firing", std::to_string(firing)},
                {"resolved", std::to_string(resolved)},
                {"on_it", std::to_string(on_it)}});
  m.buttons.push_back({say(lang, "button.alerts"), "alerts", ""});
  return m;
}

// A counting card changes at most once in this time, however many alerts arrive.
void refresh_soon(Work& w, const CardPlace& card) {
  if (!w.state.stale_cards.insert(card.post_id).second) return;
  w.decision.timers.push_back({"card:" + card.post_id, w.now + limits::storm_refresh_ms,
                               Value::Map{{"post_id", card.post_id}, {"channel", card.channel}}});
}

}  // namespace

CardPlace next_card(Work& w, const std::string& channel, const std::string& wanted_id) {
  Burst& b = w.state.bursts[channel];
  if (w.now - b.window_ms >= minute_ms) {
    const bool goes_on = b.arrivals > limits::alert_cards_per_minute && w.now - b.window_ms < 2 * minute_ms;
    if (!goes_on) b.post_id.clear();
    b.arrivals = 0;
    b.window_ms = w.now;
  }
  if (++b.arrivals > limits::alert_cards_per_minute && b.post_id.empty())
    b.post_id = "storm-" + channel + "-" + std::to_string(w.now);
  return {b.post_id.empty() ? wanted_id : b.post_id, channel};
}

bool internal_label(std::string_view name) { return name.starts_with("__"); }

// What its sender said, or that it fell silent.
std::string reason_words(const Alert& a, const std::string& lang) {
  const std::string& reason = a.reason;
  if (!reason.starts_with(no_news_since)) return reason;
  return say(lang, "alert.no_news", {{"time", reason.substr(no_news_since.size())}});
}

Message alert_message(const Work& w, const Alert& a) {
  const std::string& lang = w.config.language;
  Message m;
  const bool firing = a.status == "firing";
  m.color = firing ? severity_color(a.severity) : "good";
  m.text = (firing ? "🔥 *" : "✅ *") + a.id + "* " + say(lang, firing ? "alert.firing" : "alert.resolved") + " · " +
           a.severity + " · " + plain(clip(a.title, 200));
  if (!a.acknowledged_by.empty()) {
    m.text += " · " + say(lang, "acked_by", {{"who", person_name(w.config, a.acknowledged_by)}});
  }
  if (firing && a.snoozed_until_ms > w.now)
    m.text += " · " + say(lang, "snoozed_until", {{"time", format_utc_clock(a.snoozed_until_ms).substr(0, 5)}});
  if (!a.reason.empty()) m.sections.push_back({plain(clip(reason_words(a, lang), 200)), {}});
  Section labels;
  for (const auto& [k, v] : a.labels) {
    if (labels.fields.size() == 6) break;
    if (k != "alertname" && k != "severity" && !internal_label(k))
      labels.fields.emplace_back(clip(one_line(k), 40), plain(clip(one_line(v), 80)));
  }
  if (!labels.fields.empty()) m.sections.push_back(labels);
  if (firing && a.acknowledged_by.empty()) m.buttons.push_back({say(lang, "button.ack"), "ack " + a.id, "primary"});
  return m;
}

Value firing_data(const Alert& a, const std::string& card, const std::string& card_channel) {
  Value labels = Value::Map{};
  for (const auto& [k, v] : a.labels) labels.set(k, v);
  Value links = Value::List{};
  for (const auto& [text, url] : a.links) links.push(Value::Map{{"text", text}, {"url", url}});
  return Value::Map{{"alert_id", a.id},
                    {"alert", a.title},
                    {"state", "firing"},
                    {"severity", a.severity},
                    {"fingerprint", a.fingerprint.hex()},
                    {"labels", std::move(labels)},
                    {"links", std::move(links)},
                    {"group_key", a.group_key()},
                    {"reason", a.reason},
                    {"episode", a.episode},
                    {"card", card},
                    {"card_channel", card_channel}};
}

void show_counted(Work& w, const CardPlace& card) {
  if (w.state.known_storms.insert(card.post_id).second)
    post(w, card.channel, card.post_id, storm_message(w, card.post_id));
  else
    refresh_soon(w, card);
}

void show_card(Work& w, const Alert& a, bool stood) {
  const CardPlace card{a.card(), a.card_channel()};
  Incident* i = find_incident(w.state, a.incident);
  if (card.storm()) {
    w.decision.rows.push_back(projection(a));
    if (i) {
      std::erase_if(w.decision.rows, [&](const ProjectionRow& r) { return r.kind == "incident" && r.id == i->id; });
      w.decision.rows.push_back(projection(*i));
    }
    if (w.state.known_storms.insert(card.post_id).second && !stood)
      post(w, card.channel, card.post_id, storm_message(w, card.post_id));
    else
      refresh_soon(w, card);
    return;
  }
  touch(w, a);
  if (i) touch(w, *i);
  if (card.post_id.empty()) return;
  if (stood)
    send_edit(w, card.channel, card.post_id, alert_message(w, a));
  else
    post(w, card.channel, card.post_id, alert_message(w, a));
}

void card_timer_rang(Work& w, const Timer& timer) {
  const std::string& post_id = timer.body["post_id"].as_string();
  const std::string& channel = timer.body["channel"].as_string();
  w.state.stale_cards.erase(post_id);
  send_edit(w, channel, post_id, storm_message(w, post_id));
  if (const auto it = w.state.incident_by_channel.find(channel); it != w.state.incident_by_channel.end())
    touch(w, w.state.incidents.at(it->second));
}

}  // namespace muster
