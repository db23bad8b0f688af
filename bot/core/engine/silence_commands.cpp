// silence, unsilence, silences, snooze, graph: what quietens alerts, and a picture of what they measure.
#include <algorithm>

#include "bot/base/hash.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/cards.h"
#include "bot/core/engine/handlers.h"
#include "bot/core/engine/silences.h"
#include "bot/core/metrics/query.h"

namespace muster {

std::string silence_line(const Call& c, const Silence& l) {
  const Person* p = find_person(c.work.config, l.person);
  const std::string mark = l.mutes() ? "🔕 *" : (l.status == "asked" ? "⏳ *" : "⚪ *");
  return mark + l.id + "* " + say(c.language, "silence.status." + l.status, {{"time", short_time(c, l.until_ms)}}) +
         " · `" + plain(clip(to_text(l.matchers), 160)) + "` · " + plain(p ? p->name : l.person) + " · " +
         plain(clip(l.reason, 120));
}

namespace {

constexpr std::size_t silence_matchers_max = 64;
constexpr std::size_t silences_open_max = 200;
constexpr DurationMs snooze_longest_ms = 7 * day_ms;
constexpr DurationMs graph_longest_ms = 31 * day_ms;

std::string label_of(const Alert& a, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (const auto it = a.labels.find(name); it != a.labels.end()) return it->second;
  return {};
}

// The length of "for 2h", or what is wrong with it.
std::optional<Outcome> read_length(Call& c, DurationMs longest, const char* example, DurationMs& length) {
  const std::string text = named_argument(c.command, "for");
  const std::string most = short_span(longest);
  if (text.empty()) return refuse(c, "quiet.no_time", {{"example", example}, {"longest", most}});
  const auto parsed = parse_duration(text);
  if (!parsed || *parsed < silence_shortest_ms || *parsed > longest)
    return refuse(c, "quiet.bad_time", {{"example", example}, {"text", plain(text)}, {"longest", most}});
  length = *parsed;
  if (named_argument(c.command, "because").empty())
    return refuse(c, "quiet.because", {{"command", plain(c.command.echo) + " because …"}});
  return {};
}

// An alert's own labels, all of them: exactly this alert and none beside it.
std::vector<Matcher> matchers_of(const Alert& a) {
  std::vector<Matcher> out;
  for (const auto& [name, value] : a.labels)
    if (!value.empty()) out.push_back({name, "=", value});
  return out;
}

struct Wanted {
  std::vector<Matcher> matchers;
  std::string alert, environment;
};

std::optional<Outcome> read_matchers(Call& c, Wanted& wanted) {
  const std::string text = first_argument(c.command);
  wanted.environment = lower_ascii(named_argument(c.command, "in"));
  if (canonical_id(text).starts_with('E')) {
    const Alert* a = find_alert(c.work.state, canonical_id(text));
    if (!a) return no_such_id(c, canonical_id(text));
    wanted.alert = a->id;
    wanted.matchers = matchers_of(*a);
    if (wanted.environment.empty()) wanted.environment = lower_ascii(label_of(*a, {"environment", "env"}));
  } else {
    const auto parsed = parse_matchers(text);
    if (!parsed) return refuse(c, "silence.matchers", {{"why", plain(clip(one_line(parsed.error().message), 200))}});
    wanted.matchers = *parsed;
  }
  if (wanted.matchers.size() > silence_matchers_max || silences_everything(wanted.matchers))
    return refuse(c, "silence.everything");
  return {};
}

std::size_t firing_now(const State& state, const std::vector<Matcher>& matchers) {
  return static_cast<std::size_t>(std::ranges::count_if(state.alerts, [&](const auto& item) {
    const Labels labels = item.second.labels;
    return item.second.status == "firing" && matches(matchers, labels);
  }));
}

Value asked_data(Call& c, const Wanted& wanted, const std::string& id, const Backend& backend, DurationMs length) {
  // Two bots, or one with a new data folder, may both have an L3: the marker tells them apart.
  const std::string marker = "[muster " + id + " " + to_hex(sha256(c.work.new_id())).substr(0, 10) + "]";
  Value data = Value::Map{{"id", id},
                          {"backend", backend.name},
                          {"matchers", to_value(wanted.matchers)},
                          {"alert", wanted.alert},
                          {"reason", clip(one_line(named_argument(c.command, "because")), 400)},
                          {"marker", marker}};
  data.set("channel", c.input.channel);
  data.set("thread", c.input.thread);
  data.set("starts_ms", c.work.now);
  data.set("until_ms", c.work.now + length);
  return data;
}

Outcome silence(Call& c) {
  Wanted wanted;
  if (auto refused = read_matchers(c, wanted)) return *refused;
  DurationMs length = 0;
  if (auto refused = read_length(c, silence_longest_ms, "2h", length)) return *refused;
  const std::string on = named_argument(c.command, "on");
  const BackendChoice choice = choose_backend(c.work.config, "alertmanager", on, wanted.environment);
  if (!choice.backend) {
    Outcome o = refuse(c, "silence.where");
    o.reply.text += "\n" + choice_refused(c.language, choice, "alertmanager", on.empty() ? wanted.environment : on);
    return o;
  }
  const auto open = std::ranges::count_if(c.work.state.silences, [](const auto& l) { return l.second.open(); });
  if (static_cast<std::size_t>(open) >= silences_open_max)
    return refuse(c, "silence.many", {{"n", std::to_string(open)}});
  const int number = c.work.state.next_lock;
  const std::string id = "L" + std::to_string(number);
  const Alert* about = find_alert(c.work.state, wanted.alert);
  Entry e = human_entry(c, "silence.asked", about ? find_incident(c.work.state, about->incident) : nullptr);
  e.text = to_text(wanted.matchers);
  e.data = asked_data(c, wanted, id, *choice.backend, length);
  record(c.work, std::move(e));
  const Silence& made = c.work.state.silences.at(number);
  c.work.decision.rows.push_back(projection(made));
  order_silence(c.work, made, "create", c.actor.display.empty() ? c.actor.id : c.actor.display);
  return answer(c, "silence.asked",
                {{"id", id},
                 {"name", plain(made.backend)},
                 {"what", plain(clip(to_text(made.matchers), 300))},
                 {"time", short_time(c, made.until_ms)},
                 {"n", std::to_string(firing_now(c.work.state, made.matchers))}});
}

Outcome unsilence(Call& c) {
  const std::string id = canonical_id(first_argument(c.command));
  const Silence* l = id.starts_with('L') ? find_silence(c.work.state, id) : nullptr;
  if (!l) return refuse(c, "silence.no_such", {{"id", plain(first_argument(c.command))}});
  if (l->status == "over" || l->status == "failed") return refuse(c, "silence.is_over", {{"id", l->id}});
  if (l->status == "ending") return refuse(c, "silence.is_ending", {{"id", l->id}});
  Entry e = human_entry(c, "silence.ending", nullptr);
  e.text = to_text(l->matchers);
  e.data = Value::Map{{"id", l->id}, {"reason", named_argument(c.command, "because")}};
  record(c.work, std::move(e));
  c.work.decision.rows.push_back(projection(*l));
  order_silence(c.work, *l, "expire", c.actor.display.empty() ? c.actor.id : c.actor.display);
  return answer(c, "silence.ending", {{"id", l->id}, {"name", plain(l->backend)}});
}

Outcome silences(Call& c) {
  const bool all = c.command.named.contains("all");
  std::string lines;
  Value::List list;
  for (auto it = c.work.state.silences.rbegin(); it != c.work.state.silences.rend() && list.size() < 200; ++it) {
    const Silence& l = it->second;
    // Of one that nobody knows of it is known that it is over when its time is.
    const bool perhaps = l.status == "unknown" && l.until_ms > c.work.now;
    if (!all && !l.open() && !perhaps) continue;
    lines += silence_line(c, l) + "\n";
    Value v = projection(l).body;
    v.set("id", l.id);
    list.push_back(std::move(v));
  }
  Outcome o =
      list.empty() ? answer(c, "silences.none") : answer(c, "silences.head", {{"n", std::to_string(list.size())}});
  if (!lines.empty()) o.reply.sections.push_back({std::string(trim(lines)), {}});
  o.json = Value(std::move(list));
  return o;
}

Outcome snooze(Call& c) {
  const std::string id = first_argument(c.command);
  const Alert* a = find_alert(c.work.state, id);
  if (!a) return no_such_id(c, id);
  if (a->status != "firing") return refuse(c, "snooze.resolved", {{"id", a->id}});
  DurationMs length = 0;
  if (auto refused = read_length(c, snooze_longest_ms, "30m", length)) return *refused;
  Entry e = human_entry(c, "alert.snoozed", find_incident(c.work.state, a->incident));
  e.text = a->title;
  e.data = Value::Map{{"alert_id", a->id},
                      {"until_ms", c.work.now + length},
                      {"reason", clip(named_argument(c.command, "because"), 400)}};
  record(c.work, std::move(e));
  show_card(c.work, *a, true);
  c.work.decision.timers.push_back({"snooze:" + a->id, c.work.now + length, Value::Map{{"alert", a->id}}});
  return answer(c, "snooze.done",
                {{"id", a->id}, {"title", plain(clip(a->title, 200))}, {"time", short_time(c, c.work.now + length)}});
}

// What the caller asks the source for, as words: the picture is made off the decision.
struct Plot {
  std::string expression, environment, alert, title, comparison;
  double limit = 0;
};

std::optional<Outcome> plot_of_alert(Call& c, const std::string& id, Plot& plot) {
  const Alert* a = find_alert(c.work.state, id);
  if (!a) return no_such_id(c, id);
  for (const auto& [text, url] : a->links)
    if (plot.expression.empty()) plot.expression = expression_of_link(url);
  if (plot.expression.empty()) return refuse(c, "graph.no_expression", {{"id", a->id}});
  Threshold t;
  if (split_threshold(plot.expression, t)) {
    plot.expression = t.expression;
    plot.comparison = t.comparison;
    plot.limit = t.limit;
  }
  plot.alert = a->id;
  plot.title = a->title;
  if (plot.environment.empty()) plot.environment = lower_ascii(label_of(*a, {"environment", "env"}));
  return {};
}

ReadWanted wanted_plot(const Call& c, const Plot& plot, const Backend& backend, DurationMs span) {
  ReadWanted read{
      .what = "graph", .incident = {}, .args = {}, .named = c.command.named, .language = c.language, .zone = c.zone};
  read.named["expression"] = plot.expression;
  read.named["backend"] = backend.name;
  read.named["span_ms"] = std::to_string(span);
  read.named["alert"] = plot.alert;
  read.named["title"] = plot.title;
  read.named["comparison"] = plot.comparison;
  if (!plot.comparison.empty()) read.named["limit"] = std::to_string(plot.limit);
  return read;
}

Outcome graph(Call& c) {
  Plot plot;
  plot.environment = lower_ascii(named_argument(c.command, "in"));
  const std::string what = first_argument(c.command);
  if (what.size() > metric_expression_bytes_max) return refuse(c, "graph.too_long");
  if (const std::string id = canonical_id(what); id.starts_with('E')) {
    if (auto refused = plot_of_alert(c, id, plot)) return *refused;
  } else {
    plot.expression = what;
  }
  const std::string since = named_argument(c.command, "since"), on = named_argument(c.command, "on");
  const auto span = parse_duration(since.empty() ? "1h" : since);
  if (!span || *span < minute_ms || *span > graph_longest_ms) return refuse(c, "graph.since", {{"text", plain(since)}});
  const BackendChoice choice = choose_backend(c.work.config, "prometheus", on, plot.environment);
  if (!choice.backend) {
    Outcome o = refuse(c, "graph.where");
    o.reply.text += "\n" + choice_refused(c.language, choice, "prometheus", on.empty() ? plot.environment : on);
    return o;
  }
  Outcome o;
  o.read = wanted_plot(c, plot, *choice.backend, *span);
  return o;
}

}  // namespace

const std::map<std::string_view, Handler>& silence_handlers() {
  static const std::map<std::string_view, Handler> table = {
      {"silence", silence}, {"unsilence", unsilence}, {"silences", silences}, {"snooze", snooze}, {"graph", graph}};
  return table;
}

}  // namespace muster
