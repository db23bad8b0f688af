#include "bot/alert_api.h"

#include "bot/app.h"
#include "bot/base/regex.h"
#include "bot/base/text.h"
#include "bot/core/alerts/alert.h"

namespace muster {
namespace {

constexpr std::size_t alerts_max = 10'000;  // one answer is made on the loop
constexpr const char* receiver_name = "muster";

Value receiver() { return Value::Map{{"name", receiver_name}}; }

Value strings(const Pairs& pairs) {
  Value out = Value::Map{};
  for (const auto& [k, v] : pairs) out.set(k, v);
  return out;
}

std::string link_called(const Alert& a, std::string_view text) {
  for (const auto& [name, url] : a.links)
    if (name == text) return url;
  return {};
}

// muster keeps the title, not the annotations. A firing alert ends when its source says so; clients want a time.
Value described(const Alert& a, TimeMs now) {
  const Value none = Value::List{};
  return Value::Map{
      {"labels", strings(a.labels)},
      {"annotations", Value::Map{{"summary", a.title}}},
      {"startsAt", format_utc(a.starts_ms)},
      {"endsAt", format_utc(now + 5 * minute_ms)},
      {"updatedAt", format_utc(a.last_seen_ms)},
      {"fingerprint", label_fingerprint(a.labels)},
      {"generatorURL", link_called(a, "source")},
      {"receivers", Value::List{receiver()}},
      {"status", Value::Map{{"state", "active"}, {"silencedBy", none}, {"inhibitedBy", none}, {"mutedBy", none}}}};
}

bool wanted(const Alert& a, const AlertQuery& asked) {
  return asked.active && a.status == "firing" && matches(asked.filter, a.labels);
}

template <class Each>
void each_wanted(const State& state, const AlertQuery& asked, Each each) {
  std::size_t n = 0;
  if (!asked.receiver.empty() && !full_match(receiver_name, asked.receiver).value_or(false)) return;
  for (const auto& [number, a] : state.alerts) {
    if (!wanted(a, asked)) continue;
    if (++n > alerts_max) return;
    each(a);
  }
}

}  // namespace

Result<AlertQuery> read_alert_query(const std::map<std::string, std::string>& query) {
  AlertQuery asked;
  if (const auto active = query.find("active"); active != query.end()) asked.active = active->second != "false";
  if (const auto name = query.find("receiver"); name != query.end()) asked.receiver = name->second;
  if (!asked.receiver.empty() && !full_match(receiver_name, asked.receiver))
    return fail(ErrorKind::invalid, "failed to parse receiver param: " + clip(one_line(asked.receiver), 200));
  const auto filter = query.find("filter");
  if (filter == query.end()) return asked;
  for (const std::string& text : split(filter->second, '\n')) {
    auto parsed = parse_matchers(text);
    if (!parsed) return fail(ErrorKind::invalid, "bad matcher format: " + clip(one_line(text), 200));
    asked.filter.insert(asked.filter.end(), parsed->begin(), parsed->end());
  }
  return asked;
}

Value api_alerts(const State& state, const AlertQuery& asked, TimeMs now) {
  Value list = Value::List{};
  each_wanted(state, asked, [&](const Alert& a) { list.push(described(a, now)); });
  return list;
}

Value api_groups(const State& state, const AlertQuery& asked, TimeMs now) {
  std::map<std::string, Value> groups;
  each_wanted(state, asked, [&](const Alert& a) {
    const auto name = a.labels.find("alertname");
    groups[name == a.labels.end() ? std::string() : name->second].push(described(a, now));
  });
  Value list = Value::List{};
  for (auto& [name, alerts] : groups) {
    Value labels = Value::Map{};
    if (!name.empty()) labels.set("alertname", name);
    list.push(Value::Map{{"labels", labels}, {"receiver", receiver()}, {"alerts", std::move(alerts)}});
  }
  return list;
}

Value api_receivers() { return Value::List{receiver()}; }

Value api_status(TimeMs started) {
  const Value none = Value::List{};
  return Value::Map{{"cluster", Value::Map{{"status", "disabled"}, {"name", ""}, {"peers", none}}},
                    {"config", Value::Map{{"original", ""}}},
                    {"uptime", format_utc(started)},
                    {"versionInfo", Value::Map{{"branch", ""},
                                               {"buildDate", ""},
                                               {"buildUser", ""},
                                               {"goVersion", ""},
                                               {"revision", ""},
                                               {"version", std::string("muster ") + muster_version}}}};
}

}  // namespace muster
