#include "bot/webhook_desk.h"

#include <algorithm>
#include <set>

#include "bot/base/log.h"
#include "bot/base/text.h"
#include "bot/config_answers.h"
#include "bot/core/commands/codes.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/webhooks.h"

namespace muster {
namespace {

constexpr std::size_t log_rows = 20, restored_rows = 200, redelivered_max = 1'000;

std::string destination_of(const std::string& hook) { return std::string(webhook_platform) + ":" + hook; }

std::string row_text(const SentRow& row, const std::string& language) {
  const std::string& id = row.message.body["id"].as_string();
  std::string time = format_utc(row.due_ms).substr(0, 19) + " UTC";
  time[10] = ' ';
  std::string what;
  if (row.state == "done")
    what = say(language, "webhook.row.done", {{"time", time}, {"note", plain(row.note)}});
  else if (row.state == "dead")
    what = say(language, "webhook.row.dead", {{"time", time}, {"why", webhook_error(row.note, language)}});
  else if (row.attempts > 0)
    what = say(language, "webhook.row.again", {{"time", time}, {"why", webhook_error(row.note, language)}});
  else
    what = say(language, "webhook.row.waits");
  const std::string& incident = row.message.body["event"]["data"]["incident"]["id"].as_string();
  return "`" + plain(id) + "` " + plain(row.message.kind) + (incident.empty() ? "" : " " + plain(incident)) + " · " +
         what +
         (row.attempts > 1 ? " · " + say(language, "webhook.attempts", {{"n", std::to_string(row.attempts)}}) : "");
}

Value row_value(const SentRow& row) {
  Value v = Value::Map{{"id", row.message.body["id"]},
                       {"type", row.message.kind},
                       {"state", row.state},
                       {"attempts", row.attempts},
                       {"note", row.note}};
  v.set("at", row.due_ms == 0 ? Value() : Value(format_utc(row.due_ms)));
  return v;
}

Outcome log_of(const std::vector<SentRow>& rows, const std::string& hook, const std::string& language) {
  Outcome o;
  o.reply.text = rows.empty() ? say(language, "webhook.log.none", {{"hook", plain(hook)}})
                              : say(language, "webhook.log.head", {{"hook", plain(hook)}});
  std::string lines;
  o.json = Value::List{};
  for (const SentRow& row : rows) {
    lines += (lines.empty() ? "" : "\n") + row_text(row, language);
    o.json.push(row_value(row));
  }
  if (!lines.empty()) o.reply.sections.push_back({lines, {}});
  return o;
}

using WordMap = std::map<std::string, std::string>;

Outcome refused_here(const std::string& key, const WordMap& words, const std::string& language) {
  Outcome o;
  o.ok = false;
  o.code = code_of(key);
  o.reply.text = say_with(language, key, words);
  o.reply.color = "warning";
  return o;
}

}  // namespace

WebhookDesk::WebhookDesk(HttpClient& client, const Clock& clock, Dispatcher& dispatcher, Store& store,
                         Elsewhere elsewhere, std::function<double()> dice)
    : clock_(clock),
      dispatcher_(dispatcher),
      store_(store),
      elsewhere_(std::move(elsewhere)),
      sender_({.client = client,
               .clock = clock,
               .dice = std::move(dice),
               .news = [this](const std::string& h, const std::string& what,
                              const std::string& why) { news(h, what, why); },
               .is_gone =
                   [this](const std::string& h) {
                     const auto& known = dispatcher_.state().webhooks;
                     const auto it = known.find(h);
                     return it != known.end() && it->second.paused == "gone";
                   }}) {
  dispatcher_.set_judge([this](const OutMessage& m, int n, const Result<void>& r) { return sender_.after(m, n, r); });
  dispatcher_.on_clock_set([this](DurationMs by) { sender_.clock_was_set(by); });
}

// Whoever corrects an address does not wait an hour for the next attempt.
void WebhookDesk::configure(const std::vector<WebhookDef>& defs) {
  sender_.configure(defs);
  if (started_) compare();
  for (const WebhookDef& def : defs) dispatcher_.wake(destination_of(def.name));
}

void WebhookDesk::started() {
  started_ = true;
  compare();
}

// One that wanted no more events was another receiver when it had another address. What waits for one that is not
// there any more is given up at once, so that it is seen now and not when its turn comes.
void WebhookDesk::compare() {
  for (const WebhookRule& rule : dispatcher_.config().webhooks) {
    const auto known = dispatcher_.state().webhooks.find(rule.name);
    if (known == dispatcher_.state().webhooks.end() || known->second.address.empty()) continue;
    if (known->second.address != sender_.digest_of_address(rule.name)) news(rule.name, "moved", "");
  }
  for (const std::string& destination : dispatcher_.waiting_webhooks()) {
    const std::string name = destination.substr(destination_of("").size());
    const auto& rules = dispatcher_.config().webhooks;
    if (std::ranges::find(rules, name, &WebhookRule::name) != rules.end()) continue;
    const std::string waiting = std::to_string(dispatcher_.backlog_of(destination).waiting);
    log(LogLevel::warn, "events for a webhook that is configured no more are given up",
        {{"webhook", name}, {"events", waiting}});
    news(name, "removed", waiting);
    dispatcher_.wake(destination);
  }
}

bool WebhookDesk::carries(const OutMessage& m) { return m.destination.starts_with(destination_of("")); }

// Most news is none: what people know already costs no decision.
void WebhookDesk::news(const std::string& hook, const std::string& what, const std::string& why) {
  const auto it = dispatcher_.state().webhooks.find(hook);
  const WebhookState known = it == dispatcher_.state().webhooks.end() ? WebhookState{} : it->second;
  if (what == "well" ? !known.failed : what == "failed" && known.failed) return;
  const std::string address = what == "gone" ? sender_.digest_of_address(hook) : "";
  dispatcher_.decide([=](Work& w) { webhook_news(w, hook, what, why, address); });
}

// The oldest that was tried and not taken is since when it fails: it was tried when it was made. Of those that are
// refused alone others were taken since.
void WebhookDesk::restore() {
  for (const WebhookRule& rule : dispatcher_.config().webhooks) {
    const auto rows = store_.sent_to(destination_of(rule.name), "", restored_rows);
    const auto tried = store_.sent_to(destination_of(rule.name), "", webhook_waiting_max, SentRows::tried);
    if (!rows || !tried) continue;
    Webhooks::Health h;
    for (const SentRow& row : *rows)
      if (row.state == "done") h.delivered_ms = std::max(h.delivered_ms, row.due_ms);
    std::set<std::string> aside;
    std::map<std::string, DurationMs> asked;
    for (const SentRow& row : *tried) {  // newest first
      if (const DurationMs wait = Webhooks::wait_asked(row.note); wait > 0) asked[row.message.id] = wait;
      const bool stands = Webhooks::stands_aside(row.attempts, row.note);
      if (stands) aside.insert(row.message.id);
      const TimeMs since = row.message.body["since"].as_int();
      if (stands && since < h.delivered_ms) continue;
      h.failing_since = since;
      h.last_error = row.note;
    }
    dispatcher_.stand_aside(std::move(aside));
    dispatcher_.wait_as_asked(std::move(asked));
    sender_.remember(rule.name, h);
  }
}

void WebhookDesk::tick() {
  for (const WebhookRule& rule : dispatcher_.config().webhooks) {
    const std::size_t waiting = dispatcher_.backlog_of(destination_of(rule.name)).waiting;
    const auto it = dispatcher_.state().webhooks.find(rule.name);
    const std::string paused = it == dispatcher_.state().webhooks.end() ? "" : it->second.paused;
    if (paused.empty() && waiting >= webhook_waiting_max) news(rule.name, "full", std::to_string(waiting));
    if (paused == "full" && waiting < webhook_waiting_max / 2) news(rule.name, "resumed", "");
  }
}

std::vector<WebhookDesk::Line> WebhookDesk::lines() const {
  std::vector<Line> all;
  for (const WebhookRule& rule : dispatcher_.config().webhooks) {
    const Outbox::Backlog backlog = dispatcher_.backlog_of(destination_of(rule.name));
    const auto it = dispatcher_.state().webhooks.find(rule.name);
    all.push_back({.name = rule.name,
                   .origin = sender_.origin(rule.name),
                   .paused = it == dispatcher_.state().webhooks.end() ? "" : it->second.paused,
                   .health = sender_.health(rule.name),
                   .waiting = backlog.waiting,
                   .oldest_ms = backlog.since == 0 ? 0 : std::max<DurationMs>(0, clock_.now() - backlog.since)});
  }
  return all;
}

std::string WebhookDesk::line_text(const Line& l, const std::string& language) const {
  std::string text = say(language, "webhook.line", {{"hook", plain(l.name)}, {"to", plain(l.origin)}}) + " · ";
  if (!l.paused.empty())
    text += say(language, "webhook.state." + l.paused, {{"hook", plain(l.name)}});
  else if (l.health.failing_since != 0)
    text += say(language, "webhook.state.failing",
                {{"time", format_duration(clock_.now() - l.health.failing_since)},
                 {"why", webhook_error(l.health.last_error, language)}});
  else if (l.health.delivered_ms != 0)
    text += say(language, "webhook.state.well", {{"time", format_duration(clock_.now() - l.health.delivered_ms)}});
  else
    text += say(language, "webhook.state.new");
  if (l.waiting == 0) return text;
  return text + " · " + say(language, "health.waiting", {{"n", std::to_string(l.waiting)}}) + " " +
         say(language, "health.waiting_for", {{"time", format_duration(l.oldest_ms)}});
}

std::string WebhookDesk::trouble(const std::string& language) const {
  std::string text;
  for (const Line& l : lines())
    if (l.troubled()) text += (text.empty() ? "⚠️ " : "\n⚠️ ") + line_text(l, language);
  return text;
}

Value WebhookDesk::value() const {
  Value all = Value::List{};
  for (const Line& l : lines()) {
    Value v = Value::Map{{"name", l.name},           {"to", l.origin},
                         {"paused", l.paused},       {"waiting", static_cast<std::int64_t>(l.waiting)},
                         {"oldest_ms", l.oldest_ms}, {"last_error", l.health.last_error}};
    v.set("failing_since", l.health.failing_since == 0 ? Value() : Value(format_utc(l.health.failing_since)));
    v.set("last_delivered", l.health.delivered_ms == 0 ? Value() : Value(format_utc(l.health.delivered_ms)));
    all.push(std::move(v));
  }
  return all;
}

std::string WebhookDesk::metrics() const {
  struct Family {
    const char *name, *type, *help;
    std::int64_t (*figure)(const Line&);
  };
  static constexpr Family families[] = {
      {"waiting", "gauge", "Events that a webhook has not taken yet.",
       [](const Line& l) { return static_cast<std::int64_t>(l.waiting); }},
      {"oldest_seconds", "gauge", "Age of the oldest of them.", [](const Line& l) { return l.oldest_ms / second_ms; }},
      {"failing", "gauge", "1 while the last attempt failed, or nothing is sent.",
       [](const Line& l) -> std::int64_t { return l.troubled() ? 1 : 0; }},
      {"delivered_total", "counter", "Events that a webhook took.",
       [](const Line& l) { return static_cast<std::int64_t>(l.health.delivered); }},
      {"failures_total", "counter", "Attempts that failed.",
       [](const Line& l) { return static_cast<std::int64_t>(l.health.failed); }}};
  const auto all = lines();
  if (all.empty()) return {};
  std::string text;
  for (const Family& f : families) {
    const std::string name = std::string("muster_webhook_") + f.name;
    text += "# HELP " + name + " " + f.help + "\n# TYPE " + name + " " + f.type + "\n";
    for (const Line& l : all) text += name + "{webhook=\"" + l.name + "\"} " + std::to_string(f.figure(l)) + "\n";
  }
  return text;
}

Outcome WebhookDesk::list(const std::string& language) const {
  Outcome o;
  const auto all = lines();
  o.reply.text =
      all.empty() ? say(language, "webhook.none") : say(language, "webhook.list", {{"n", std::to_string(all.size())}});
  std::string text;
  for (const Line& l : all) text += (text.empty() ? "" : "\n") + line_text(l, language);
  if (!text.empty()) o.reply.sections.push_back({text, {}});
  o.json = value();
  return o;
}

void WebhookDesk::read(const ReadWanted& wanted, const Actor& who, std::function<void(Outcome)> done) {
  const std::string& language = wanted.language;
  if (wanted.what == "webhooks") return done(list(language));
  const std::string hook = wanted.args.front(), id = wanted.args.size() > 1 ? wanted.args[1] : "all";
  const bool log = wanted.what == "webhooks log";
  const auto rows = std::make_shared<Result<std::vector<SentRow>>>();
  const auto look = [this, rows, hook, id, log] {
    const bool all = log || id == "all";
    *rows = store_.sent_to(destination_of(hook), all ? "" : id + ":" + hook, log ? log_rows : redelivered_max,
                           !log && all ? SentRows::given_up : SentRows::all);
  };
  const bool taken = elsewhere_(look, [this, rows, wanted, who, hook, log, done] {
    if (!*rows) return done(not_reloaded(wanted.language, rows->error().message));
    if (log) return done(log_of(**rows, hook, wanted.language));
    redeliver(**rows, wanted, who, done);
  });
  if (!taken) done(not_reloaded(language, "busy"));
}

// Who asked is recorded; then the rows wait again on disk; only then something leaves.
void WebhookDesk::redeliver(const std::vector<SentRow>& rows, const ReadWanted& wanted, const Actor& who,
                            const std::function<void(Outcome)>& done) {
  const std::string hook = wanted.args.front(), id = wanted.args.size() > 1 ? wanted.args[1] : "all";
  const std::string& language = wanted.language;
  const WordMap words = {{"hook", plain(hook)}, {"id", plain(clip(id, 80))}};
  const auto known = dispatcher_.state().webhooks.find(hook);
  if (known != dispatcher_.state().webhooks.end() && known->second.paused == "gone")
    return done(refused_here("webhook.is_gone", words, language));
  std::vector<OutMessage> again;
  std::size_t dead = 0;
  Value ids = Value::List{};
  bool on_its_way = false;
  // Newest first as they were read, oldest first as they go.
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    on_its_way = on_its_way || row->state == "pending";
    if (row->state == "pending" || (id == "all" && row->state != "dead")) continue;
    if (row->state == "dead") ++dead;
    again.push_back(row->message);
    again.back().body.set("since", clock_.now());
    if (ids.as_list().size() < 50) ids.push(row->message.body["id"]);
  }
  if (again.empty()) {
    if (id == "all") {
      Outcome none;
      none.reply.text = say_with(language, "webhook.none_dead", words);
      return done(none);
    }
    return done(refused_here(on_its_way ? "webhook.on_its_way" : "webhook.no_event", words, language));
  }
  Entry e;
  e.kind = "webhook.redelivered";
  e.actor = who;
  e.origin = who.type == "user" ? "human" : "auto";
  e.text = hook + ": " + std::to_string(again.size());
  e.data = Value::Map{{"hook", hook}, {"ids", ids}};
  dispatcher_.record_fact(std::move(e), [this, again, dead, words, language, done](Result<void> r) {
    if (!r) return done(not_reloaded(language, r.error().message));
    const auto marked = std::make_shared<Result<void>>();
    const auto mine = std::make_shared<std::vector<OutMessage>>();  // without those that somebody else sends again
    const auto mark = [this, again, marked, mine] {
      for (const OutMessage& m : again) {
        if (*marked = store_.send_again(m); *marked)
          mine->push_back(m);
        else if (marked->error().kind != ErrorKind::not_found)
          return;
      }
      if (!mine->empty()) *marked = {};
    };
    const bool taken = elsewhere_(mark, [this, dead, marked, mine, words, language, done] {
      dispatcher_.redeliver(*mine, std::min(dead, mine->size()));
      if (!*marked) return done(not_reloaded(language, marked->error().message));
      WordMap said = words;
      said["n"] = std::to_string(mine->size());
      Outcome o;
      o.reply.text = say_with(language, "webhook.redelivered", said);
      o.json = Value::Map{{"redelivered", static_cast<std::int64_t>(mine->size())}};
      done(o);
    });
    if (!taken) done(not_reloaded(language, "busy"));
  });
}

}  // namespace muster
