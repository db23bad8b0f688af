#include "bot/core/engine/listed.h"

#include <algorithm>
#include <limits>

#include "bot/core/commands/words.h"
#include "bot/core/engine/engine.h"

namespace muster {
namespace {

// An entry is read as one piece: longer lists are several.
constexpr std::size_t listed_max = 200;
constexpr std::size_t listed_bytes_max = 128u << 10;

Pairs alike_pairs(State& s, const Value& map) {
  Pairs out;
  out.reserve(map.as_map().size());
  for (const auto& [k, v] : map.as_map()) out.add(s.pairs->keep(k, v.as_string()));
  return out;
}

Pairs alike_links(State& s, const Value& list) {
  Pairs out;
  out.reserve(list.as_list().size());
  for (const Value& l : list.as_list()) out.add(s.pairs->keep(l["text"].as_string(), l["url"].as_string()));
  return out;
}

ListedAlike alike_of(State& s, const Entry& e) {
  const Value& d = e.data;
  return {.labels = alike_pairs(s, d["labels"]),
          .links = alike_links(s, d["links"]),
          .group = s.pairs->keep("group", d["group_key"].as_string()),
          .place = s.pairs->keep(d["card_channel"].as_string(), d["card"].as_string()),
          .severity = d["severity"].as_string(),
          .reason = d["reason"].as_string(),
          .occurred_ms = e.occurred_ms,
          .received_ms = e.received_ms};
}

// Those of the list, with the alert's own in their stead and beside them; both are sorted by name.
Pairs labels_with(State& s, const Pairs& alike, const Value& own, const Value& without) {
  Pairs out;
  out.reserve(alike.size() + own.as_map().size());
  auto mine = own.as_map().begin();
  const auto end = own.as_map().end();
  const auto lacks = [&without](const std::string& name) {
    return std::ranges::any_of(without.as_list(), [&name](const Value& v) { return v.as_string() == name; });
  };
  const auto add_mine_before = [&](const std::string* name) {
    for (; mine != end && (!name || mine->first < *name); ++mine)
      out.add(s.pairs->keep(mine->first, mine->second.as_string()));
  };
  for (const Pair& p : alike) {
    add_mine_before(&p.first);
    const bool replaced = mine != end && mine->first == p.first;
    if (!replaced && !lacks(p.first)) out.add(&p);
  }
  add_mine_before(nullptr);
  return out;
}

Alert& apply_listed(State& s, const ListedAlike& alike, const Value& item, const Fingerprint& fingerprint, int n) {
  Alert& a = s.alerts.try_emplace(s.alerts.end(), n)->second;
  a.id = "E" + std::to_string(n);
  a.fingerprint = fingerprint;
  a.status = "firing";
  a.severity = item.has("severity") ? item["severity"].as_string() : alike.severity;
  a.title = item["alert"].as_string();
  a.labels = item.has("labels") || item.has("without") ? labels_with(s, alike.labels, item["labels"], item["without"])
                                                       : alike.labels;
  a.links = item.has("links") ? alike_links(s, item["links"]) : alike.links;
  a.starts_ms = item["at"].as_int(alike.occurred_ms);
  a.group = item.has("group_key") ? s.pairs->keep("group", item["group_key"].as_string()) : alike.group;
  a.reason = item.has("reason") ? item["reason"].as_string() : alike.reason;
  a.place = alike.place;
  a.last_seen_ms = item["seen"].as_int(alike.received_ms);
  a.own_row = false;
  index_alert(s, a);
  s.next_alert = std::max(s.next_alert, n + 1);
  return a;
}

Value label_values(const Labels& labels) {
  Value::Map out;
  out.reserve(labels.size());
  for (const auto& [k, v] : labels) out[k] = v;
  return out;
}

Value link_values(const std::vector<std::pair<std::string, std::string>>& links) {
  Value out = Value::List{};
  for (const auto& [text, url] : links) out.push(Value::Map{{"text", text}, {"url", url}});
  return out;
}

bool same_links(const Pairs& kept, const std::vector<std::pair<std::string, std::string>>& links) {
  return std::ranges::equal(kept, links,
                            [](const Pair& a, const auto& b) { return a.first == b.first && a.second == b.second; });
}

// What tells its labels from those of the list.
void add_own_labels(Value::Map& item, const Pairs& alike, const Labels& labels) {
  Value::Map own;
  Value without;
  auto mine = labels.begin();
  for (const Pair& p : alike) {
    for (; mine != labels.end() && mine->first < p.first; ++mine) own[mine->first] = mine->second;
    const bool named = mine != labels.end() && mine->first == p.first;
    if (!named)
      without.push(p.first);
    else if (mine->second != p.second)
      own[mine->first] = mine->second;
    if (named) ++mine;
  }
  for (; mine != labels.end(); ++mine) own[mine->first] = mine->second;
  if (!own.empty()) item["labels"] = std::move(own);
  if (!without.is_null()) item["without"] = std::move(without);
}

std::size_t bytes_of(const AlertEvent& event) {
  std::size_t n = event.title.size() + event.reason.size();
  for (const auto& [k, v] : event.labels) n += k.size() + v.size();
  for (const auto& [text, url] : event.links) n += text.size() + url.size();
  return n;
}

}  // namespace

bool is_open(const Work& w, const AlertList& list, const CardPlace& card) {
  if (list.entries == 0 || list.entries != w.decision.entries.size() || list.card.post_id != card.post_id) return false;
  const Entry& e = w.decision.entries.back();
  return list.next == w.state.next_alert && list.bytes < listed_bytes_max &&
         e.data["alerts"].as_list().size() < listed_max;
}

void begin_list(Work& w, AlertList& list, Entry e, const AlertEvent& first, const std::string& group,
                const CardPlace& card) {
  end_list(w, list);
  const int n = w.state.next_alert;
  e.kind = list_kind;
  e.data = Value::Map{{"alerts", Value::List{}},
                      {"card", card.post_id},
                      {"card_channel", card.channel},
                      {"first", n},
                      {"group_key", group},
                      {"labels", label_values(first.labels)},
                      {"links", link_values(first.links)},
                      {"reason", first.reason},
                      {"severity", first.severity},
                      {"state", "firing"}};
  const Entry& kept = record(w, std::move(e));
  list = {.entries = w.decision.entries.size(), .next = n, .bytes = 0, .card = card, .alike = alike_of(w.state, kept)};
}

Alert& add_to_list(Work& w, AlertList& list, const AlertEvent& event, const Fingerprint& fingerprint,
                   const std::string& group, const ListedTimes& times, const std::vector<std::string>& services) {
  const ListedAlike& alike = list.alike;
  Value::Map item;
  item.reserve(4);
  item["alert"] = event.title;
  if (times.occurred_ms != alike.occurred_ms) item["at"] = times.occurred_ms;
  item["fingerprint"] = fingerprint.hex();
  if (group != alike.group->second) item["group_key"] = group;
  add_own_labels(item, alike.labels, event.labels);
  if (!same_links(alike.links, event.links)) item["links"] = link_values(event.links);
  if (event.reason != alike.reason) item["reason"] = event.reason;
  if (times.received_ms != alike.received_ms) item["seen"] = times.received_ms;
  if (event.severity != alike.severity) item["severity"] = event.severity;
  Entry& e = w.decision.entries.back();
  for (const std::string& service : services)
    if (std::ranges::find(e.services, service) == e.services.end()) e.services.push_back(service);
  list.bytes += bytes_of(event);
  Value& items = e.data.member("alerts");
  items.push(std::move(item));
  Alert& a = apply_listed(w.state, alike, items.as_list().back(), fingerprint, list.next);
  if (list.next == static_cast<int>(e.data["first"].as_int())) {
    a.heads_list = true;
    w.decision.rows.push_back(list_row(a));
  }
  ++list.next;
  return a;
}

// How many they are stands in the entry's words.
void end_list(Work& w, AlertList& list) {
  if (list.entries == 0) return;
  Entry& e = w.decision.entries[list.entries - 1];
  const std::size_t n = e.data["alerts"].as_list().size();
  if (n > 1) e.text = say("en", "alerts.listed", {{"n", std::to_string(n)}, {"title", e.text}});
  list = {};
}

void add_listed(std::vector<std::string>& ids, const Entry& e) {
  std::int64_t n = e.data["first"].as_int();
  for (std::size_t i = e.data["alerts"].as_list().size(); i > 0; --i) ids.push_back("E" + std::to_string(n++));
}

void apply_list(State& s, const Entry& e) {
  const ListedAlike alike = alike_of(s, e);
  const std::int64_t first = e.data["first"].as_int();
  const auto most = std::numeric_limits<int>::max() - static_cast<std::int64_t>(e.data["alerts"].as_list().size());
  if (first <= 0 || first >= most) return;  // no list of ours
  int n = static_cast<int>(first);
  bool heads = true;
  for (const Value& item : e.data["alerts"].as_list()) {
    apply_listed(s, alike, item, Fingerprint(item["fingerprint"].as_string()), n++).heads_list = heads;
    heads = false;
  }
}

ProjectionRow list_row(const Alert& first) {
  return {"alerts", first.id, Value::Map{{"fingerprint", first.fingerprint.hex()}}};
}

}  // namespace muster
