// Events in the outbox: with their decision, in order, one hook beside the other, and once more after a restart.
#include "bot/core/engine/webhooks.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "bot/app.h"
#include "bot/base/json.h"
#include "bot/outbox.h"
#include "bot/webhook_desk.h"
#include "storage/store.h"
#include "tests/support/tasks.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/observability/wire.h"

using namespace muster;

namespace {

const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

// A bot with webhooks in virtual time, over a real store.
struct HookedBot {
  test::TempFolder folder;
  VirtualClock clock{1'773'724'200'000};
  test::Tasks tasks;
  test::FakeWire wire;
  CoreConfig config;
  std::vector<WebhookDef> defs;
  std::unique_ptr<Store> store;
  std::unique_ptr<Dispatcher> dispatcher;
  std::unique_ptr<WebhookDesk> desk;
  std::map<std::string, int> answers;  // path -> status
  std::vector<std::string> taken;      // path, type and id
  std::function<void()> before_work;   // off the loop

  explicit HookedBot(std::vector<std::string> names = {"one", "two"}) {
    for (const std::string& name : names) {
      WebhookDef& def = defs.emplace_back();
      def.name = name;
      def.url = "https://example.com/" + name;
      def.secrets = {secret};
      config.webhooks.push_back({name, {}, {}, {}});
    }
    config.severities = {{"SEV1", "", 0, 0}, {"SEV2", "", 0, 0}};
    config.policy = default_policy();
    wire.answer = [this](const HttpCall& call) -> Result<HttpResult> {
      const std::string path = call.url.substr(call.url.rfind('/') + 1);
      const int status = answers.contains(path) ? answers.at(path) : 200;
      if (status == 0) return fail(ErrorKind::unavailable, "Connection refused");
      if (status == 200)
        taken.push_back(path + " " + (*parse_json(call.body))["type"].as_string() + " " +
                        call.headers.at("webhook-id"));
      return HttpResult{status, "", {}};
    };
    open();
  }
  ~HookedBot() { close(); }

  void open() {
    StoreOptions o;
    o.folder = folder.path();
    auto opened = open_store(std::move(o), [this](std::function<void()> t) { tasks.post(std::move(t)); });
    REQUIRE(opened);
    store = std::move(*opened);
    dispatcher = std::make_unique<Dispatcher>(*store, clock, config);
    const auto at_once = [this](const std::function<void()>& work, const std::function<void()>& then) {
      if (before_work) before_work();
      work();
      then();
      return true;
    };
    desk = std::make_unique<WebhookDesk>(wire, clock, *dispatcher, *store, at_once, [] { return 0.5; });
    desk->configure(defs);
    desk->restore();
    dispatcher->set_carrier([this](const OutMessage& m, std::function<void(Result<void>)> done) {
      WebhookDesk::carries(m) ? desk->carry(m, std::move(done)) : done({});
    });
    dispatcher->set_reader([this](const ReadWanted& w, const CommandInput&, const std::function<void(Outcome)>& done) {
      desk->read(w, Actor{}, done);
    });
    REQUIRE(dispatcher->start());
    desk->started();
    settle();
  }
  // As a reload of the configuration does it.
  void reload() {
    std::erase_if(config.webhooks, [this](const WebhookRule& r) {
      return std::ranges::none_of(defs, [&r](const WebhookDef& d) { return d.name == r.name; });
    });
    dispatcher->set_config(config);
    desk->configure(defs);
    settle();
  }
  void close() {
    if (!store) return;
    settle();
    dispatcher->stop();
    store->stop();
    while (!tasks.empty()) tasks.run_one(std::chrono::seconds(1));
    desk.reset();
    dispatcher.reset();
    store.reset();
  }
  void make_events(std::size_t n) {
    dispatcher->decide([n](Work& w) {
      for (std::size_t i = 0; i < n; ++i) {
        Entry e;
        e.kind = "severity.changed";
        e.incident_id = "INC-1";
        e.data = Value::Map{{"to", "SEV2"}};
        record(w, e);
      }
    });
    settle();
  }
  // Until nothing more is under way: a commit that is asked for last comes back last.
  void settle() {
    for (int round = 0; round < 3; ++round) {
      bool over = false;
      store->commit({}, [&over](const Result<Committed>&) { over = true; });
      while (!over) REQUIRE(tasks.run_one(std::chrono::seconds(20)));
    }
  }
  void wait(DurationMs time) {
    clock.set(clock.now() + time);
    dispatcher->tick();
    desk->tick();
    settle();
  }
  Outcome say_line(const std::string& text) {
    CommandInput in;
    in.platform = "cli";
    in.is_operator = true;
    in.channel = "muster";
    in.text = text;
    in.direct = true;
    in.sent_ms = clock.now();
    Outcome out;
    bool heard = false;
    dispatcher->command(std::move(in), [&](Result<Outcome> o) {
      heard = true;
      if (o) out = *o;
    });
    settle();
    REQUIRE(heard);
    return out;
  }
  std::vector<SentRow> log(const std::string& hook) { return *store->sent_to("webhook:" + hook, "", 50); }
  // What people are told of them; there is no room here that would take it.
  std::string told() {
    std::string text;
    const auto dead = store->dead_letters();
    REQUIRE(dead);
    for (const DeadLetter& d : *dead)
      if (d.message.destination == "room:#alerts") text += d.message.body["message"]["text"].as_string() + "\n";
    return text;
  }
  std::vector<std::string> events_of(const std::string& hook) const {
    std::vector<std::string> types;
    for (const std::string& t : taken)
      if (t.starts_with(hook + " ")) types.push_back(t.substr(0, t.rfind(' ')).substr(hook.size() + 1));
    return types;
  }
};

using Types = std::vector<std::string>;

}  // namespace

TEST_CASE("one webhook that is away holds up no other, keeps its order, and is caught up with the same ids") {
  HookedBot bot;
  bot.answers["one"] = 0;
  bot.say_line("declare sev2 Checkout is slow");
  bot.say_line("severity 1 INC-1 because it spreads");
  CHECK(bot.events_of("two") == Types{"incident.declared", "severity.changed"});
  CHECK(bot.events_of("one").empty());
  CHECK(bot.dispatcher->backlog_of("webhook:one").waiting == 2);
  CHECK(bot.dispatcher->backlog_of("webhook:two").waiting == 0);
  CHECK(bot.desk->trouble("en").contains("`one` → https://example.com · failing for"));
  CHECK(bot.desk->metrics().contains("muster_webhook_failing{webhook=\"one\"} 1\n"));
  CHECK(bot.desk->metrics().contains("muster_webhook_waiting{webhook=\"one\"} 2\n"));
  bot.answers["one"] = 200;
  bot.wait(5 * second_ms);
  CHECK(bot.events_of("one") == Types{"incident.declared", "severity.changed"});
  CHECK(bot.desk->trouble("en").empty());
  // The same id for both: it is the event's.
  CHECK(bot.taken[0].substr(bot.taken[0].rfind(' ')) == bot.taken[2].substr(bot.taken[2].rfind(' ')));
}

TEST_CASE("what waits is there after a restart, with its attempts, and leaves with the id it had") {
  HookedBot bot({"one"});
  bot.answers["one"] = 503;
  bot.say_line("declare sev2 Checkout is slow");
  for (int n = 0; n < 4; ++n) bot.wait(minute_ms);
  const auto before = bot.log("one");
  REQUIRE(before.size() == 1);
  CHECK(before[0].state == "pending");
  CHECK(before[0].note == "503");
  const int attempts = before[0].attempts;
  CHECK(attempts >= 4);
  bot.close();
  bot.answers["one"] = 200;
  bot.open();
  CHECK(bot.desk->lines()[0].health.failing_since == before[0].message.body["since"].as_int());
  CHECK(bot.desk->lines()[0].health.last_error == "503");
  CHECK(bot.taken.empty());  // its time has not come: a restart hammers nobody
  bot.wait(hour_ms);
  REQUIRE(bot.taken.size() == 1);
  CHECK(bot.taken[0] == "one incident.declared " + before[0].message.body["id"].as_string());
  const auto after = bot.log("one");
  CHECK(after[0].state == "done");
  CHECK(after[0].attempts == attempts + 1);
  CHECK(after[0].note == "200 · 0 ms");
  CHECK(after[0].due_ms == bot.clock.now());
  bot.close();
  bot.open();
  bot.wait(hour_ms);
  CHECK(bot.taken.size() == 1);  // and never again
}

TEST_CASE("a corrected address is tried at once, whatever the wait was") {
  HookedBot bot({"one"});
  bot.answers["one"] = 0;
  bot.say_line("declare sev2 Checkout is slow");
  for (int n = 0; n < 12; ++n) bot.wait(hour_ms);
  bot.defs[0].url = "https://example.com/right";
  bot.desk->configure(bot.defs);
  bot.settle();
  CHECK(bot.events_of("right") == Types{"incident.declared"});
}

TEST_CASE("an event that alone is refused stands aside, and is delivered later") {
  HookedBot bot({"one"});
  bot.answers["one"] = 500;
  bot.say_line("declare sev2 Checkout is slow");
  bot.wait(5 * second_ms);
  bot.wait(10 * second_ms);  // the third attempt: it makes way
  bot.answers["one"] = 200;
  bot.say_line("severity 1 INC-1 because it spreads");
  CHECK(bot.events_of("one") == Types{"severity.changed"});
  CHECK(bot.dispatcher->backlog_of("webhook:one").waiting == 1);
  bot.wait(hour_ms);
  CHECK(bot.events_of("one") == Types{"severity.changed", "incident.declared"});
}

TEST_CASE("what stands aside holds up nothing after a restart either, and a webhook that works is said to") {
  HookedBot bot({"one"});
  bot.answers["one"] = 500;
  bot.say_line("declare sev2 Checkout is slow");
  for (const int seconds : {5, 10, 20, 40, 80}) bot.wait(seconds * second_ms);
  bot.answers["one"] = 200;
  bot.say_line("severity 1 INC-1 because it spreads");
  bot.close();
  bot.open();
  CHECK(bot.desk->trouble("en").empty());
  bot.say_line("severity 2 INC-1 because it shrinks");
  CHECK(bot.events_of("one") == Types{"severity.changed", "severity.changed"});
  bot.wait(hour_ms);
  CHECK(bot.events_of("one") == Types{"severity.changed", "severity.changed", "incident.declared"});
}

TEST_CASE("since when it fails is known after a restart, however many wait behind the one that was tried") {
  HookedBot bot({"one"});
  bot.answers["one"] = 503;
  bot.say_line("declare sev2 Checkout is slow");
  bot.make_events(300);
  bot.close();
  bot.open();
  CHECK(bot.desk->lines()[0].health.failing_since != 0);
  CHECK(bot.desk->lines()[0].health.last_error == "503");
}

TEST_CASE("whoever wants no more while too much waits is left alone at once") {
  HookedBot bot({"one"});
  bot.answers["one"] = 0;
  bot.say_line("declare sev2 Checkout is slow");
  bot.make_events(webhook_waiting_max);
  bot.wait(second_ms);
  REQUIRE(bot.dispatcher->state().webhooks.at("one").paused == "full");
  bot.answers["one"] = 410;
  const std::size_t calls = bot.wire.calls.size();
  bot.wait(hour_ms);
  CHECK(bot.wire.calls.size() == calls + 1);
  CHECK(bot.dispatcher->state().webhooks.at("one").paused == "gone");
  CHECK(bot.dispatcher->backlog_of("webhook:one").waiting == 0);
}

TEST_CASE("what was given up is found behind what was delivered since, and two may send it again at once") {
  HookedBot bot({"one"});
  bot.answers["one"] = 0;
  bot.say_line("declare sev2 Checkout is slow");
  bot.say_line("severity 1 INC-1 because it spreads");
  for (int n = 0; n < 40; ++n) bot.wait(hour_ms);
  const auto dead = bot.log("one");
  REQUIRE(dead.size() == 2);
  REQUIRE(dead[1].state == "dead");
  bot.answers["one"] = 200;
  bot.make_events(1'000);
  bot.taken.clear();
  int times = 0;  // once it was read what was given up, somebody else sends the newer one
  bot.before_work = [&] {
    if (++times == 2) REQUIRE(bot.store->send_again(dead[0].message));
  };
  CHECK(bot.say_line("webhooks redeliver one").reply.text.contains("1 event"));
  CHECK(bot.events_of("one") == Types{"incident.declared"});
}

TEST_CASE("too many that wait: people are told, no more are kept, and it goes on when half of them are gone") {
  HookedBot bot({"one"});
  bot.answers["one"] = 0;
  bot.dispatcher->decide([](Work& w) {
    Entry e;
    e.kind = "incident.declared";
    e.data = Value::Map{{"title", "Slow"}, {"severity", "SEV2"}};
    open_incident(w, e);
    for (std::size_t n = 1; n < webhook_waiting_max; ++n) {
      Entry more;
      more.kind = "severity.changed";
      more.incident_id = "INC-1";
      more.data = Value::Map{{"to", "SEV2"}};
      record(w, more);
    }
  });
  bot.settle();
  REQUIRE(bot.dispatcher->backlog_of("webhook:one").waiting == webhook_waiting_max);
  bot.wait(second_ms);
  CHECK(bot.dispatcher->state().webhooks.at("one").paused == "full");
  bot.say_line("severity 1 INC-1 because it spreads");
  CHECK(bot.dispatcher->backlog_of("webhook:one").waiting == webhook_waiting_max);
  CHECK(bot.say_line("webhooks").reply.sections.front().text.contains("too much is waiting"));
  bot.answers["one"] = 200;
  bot.say_line("webhooks test one");  // and tries at once what waits
  bot.wait(second_ms);
  CHECK(bot.taken.size() == webhook_waiting_max + 1);
  CHECK(bot.dispatcher->state().webhooks.at("one").paused.empty());
}

TEST_CASE("what was given up, and what was delivered, can be delivered again with the same id") {
  HookedBot bot({"one"});
  bot.say_line("declare sev2 Checkout is slow");
  REQUIRE(bot.taken.size() == 1);
  const std::string id = bot.log("one")[0].message.body["id"].as_string();
  CHECK(bot.say_line("webhooks redeliver one " + id).ok);
  REQUIRE(bot.taken.size() == 2);
  CHECK(bot.taken[0] == bot.taken[1]);
  bot.answers["one"] = 0;
  bot.say_line("severity 1 INC-1 because it spreads");
  for (int n = 0; n < 40; ++n) bot.wait(hour_ms);
  CHECK(bot.log("one")[0].state == "dead");
  CHECK(bot.dispatcher->state().webhooks.at("one").failed);
  CHECK_FALSE(bot.say_line("webhooks redeliver one nothing").ok);
  bot.answers["one"] = 200;
  CHECK(bot.say_line("webhooks redeliver one all").ok);
  CHECK(bot.events_of("one") == Types{"incident.declared", "incident.declared", "severity.changed"});
  CHECK_FALSE(bot.dispatcher->state().webhooks.at("one").failed);
}

TEST_CASE("a decision that is refused by the disk tells nobody anything") {
  HookedBot bot({"one"});
  bot.dispatcher->decide([](Work& w) {
    Entry e;
    e.kind = "incident.declared";
    e.data = Value::Map{{"title", "Slow"}, {"severity", "SEV2"}};
    open_incident(w, e);
    w.decision.out.push_back({"twice", "room:#x", "post", Value::Map{}});
    w.decision.out.push_back({"twice", "room:#x", "post", Value::Map{}});  // clashes: nothing of it is stored
  });
  bot.settle();
  CHECK(bot.taken.empty());
  CHECK(bot.log("one").empty());
}

TEST_CASE("a storm is told in few events; what was told already and what is imported in none") {
  HookedBot bot({"one"});
  std::vector<AlertEvent> alerts;
  for (int n = 0; n < 60; ++n) {
    AlertEvent& a = alerts.emplace_back();
    a.route = "alertmanager";
    a.source_key = "k" + std::to_string(n);
    a.status = "firing";
    a.severity = "warning";
    a.title = "Disk " + std::to_string(n);
    a.labels = {{"alertname", "Disk"}, {"host", std::to_string(n)}};
  }
  bot.dispatcher->decide([&](Work& w) { take_alerts(w, alerts, w.now); });
  bot.settle();
  std::int64_t told = 0, shown = 0;
  for (const SentRow& row : bot.log("one")) {
    const Value& data = row.message.body["event"]["data"];
    told += row.message.kind == "alerts.firing" ? data["count"].as_int() : 1;
    shown += static_cast<std::int64_t>(data["alerts"].as_list().size());
    if (row.message.kind == "alerts.firing") CHECK(data["alerts"].as_list().front()["status"].as_string() == "firing");
  }
  CHECK(told == 60);
  CHECK(shown > 0);
  CHECK(bot.log("one").size() < 30);
  const std::size_t before = bot.log("one").size();
  bot.dispatcher->decide([](Work& w) {
    Entry e;
    e.kind = "incident.declared";
    e.origin = "backfill";
    e.incident_id = "INC-77";
    e.data = Value::Map{{"title", "Long ago"}, {"severity", "SEV2"}};
    record(w, e);
    Entry known;
    known.kind = "alert.firing";
    known.data = Value::Map{{"alert_id", "E1"}, {"known", true}};
    record(w, known);
  });
  bot.settle();
  CHECK(bot.log("one").size() == before);
}

TEST_CASE("what an event says: the incident after the decision, no words of talk, and no full stop in its id") {
  HookedBot bot({"one"});
  bot.config.public_url = "https://muster.example.com";
  bot.config.sandbox = true;
  bot.dispatcher->set_config(bot.config);
  bot.say_line("declare sev2 Checkout is slow");
  bot.say_line("note INC-1 the card of Kim Minji");
  bot.say_line("severity 1 INC-1 because Kim Minji says so");
  bot.dispatcher->decide([](Work& w) {
    Entry e;
    e.kind = "deploy.started";
    e.data =
        Value::Map{{"deploy_id", "ci.4711"}, {"service", "shop"}, {"environment", "production"}, {"version", "v2"}};
    record(w, e);
  });
  bot.settle();
  const auto rows = bot.log("one");
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].message.kind == "change.started");
  CHECK_FALSE(rows[0].message.body["id"].as_string().contains('.'));
  CHECK(rows[0].message.body["event"]["data"]["change"]["id"].as_string() == "ci.4711");
  const Value& changed = rows[1].message.body["event"];
  CHECK(changed["id"] == rows[1].message.body["id"]);
  CHECK(changed["sandbox"].as_bool());
  CHECK(changed["data"]["from"].as_string() == "SEV2");
  CHECK(changed["data"]["incident"]["severity"].as_string() == "SEV1");
  CHECK(changed["data"]["incident"]["url"].as_string() == "https://muster.example.com/room/report/INC-1");
  CHECK(changed["timestamp"].as_string() == format_utc(bot.clock.now()));
  for (const SentRow& row : rows) CHECK_FALSE(to_json(row.message.body).contains("Kim Minji"));
}

TEST_CASE("no webhook hears of a private incident before it is made public") {
  HookedBot bot({"one"});
  bot.say_line("declare sev2 kingfisher --private");
  for (const std::string line : {"lead INC-1", "update INC-1 kingfisher", "severity 1 INC-1 because kingfisher",
                                 "mitigate INC-1 because kingfisher", "note INC-1 kingfisher"})
    bot.say_line(line);
  CHECK(bot.log("one").empty());
  bot.say_line("disclose INC-1 --yes because it is over");
  const auto rows = bot.log("one");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].message.kind == "incident.disclosed");
  CHECK(rows[0].message.body["event"]["data"]["incident"]["severity"].as_string() == "SEV1");
  bot.say_line("resolve INC-1 because it is over");
  CHECK(bot.events_of("one") == Types{"incident.disclosed", "incident.resolved"});
}

TEST_CASE("the events of the configuration are those that are sent") {
  std::set<std::string> names;
  for (std::string_view rest = webhook_events; !rest.empty();) {
    const std::size_t bar = std::min(rest.find('|'), rest.size());
    CHECK(names.insert(std::string(rest.substr(0, bar))).second);
    rest.remove_prefix(std::min(rest.size(), bar + 1));
  }
  CHECK(names.contains("incident.declared"));
  CHECK(names.contains("change.finished"));
  CHECK(names.size() == 20);
}

TEST_CASE("a clock that was set back while the bot was stopped makes nothing wait for longer than the longest pause") {
  HookedBot bot({"one"});
  bot.answers["one"] = 503;
  bot.say_line("declare sev2 Checkout is slow");
  bot.close();
  bot.clock.set(bot.clock.now() - 40 * day_ms);
  bot.open();
  bot.answers["one"] = 200;
  bot.wait(76 * minute_ms);
  CHECK(bot.events_of("one") == Types{"incident.declared"});
}

TEST_CASE("an event from a time to come is given up after a day all the same") {
  HookedBot bot({"one"});
  bot.answers["one"] = 503;
  bot.say_line("declare sev2 Checkout is slow");
  bot.close();
  bot.clock.set(bot.clock.now() - 40 * day_ms);
  bot.open();
  for (int n = 0; n < 27; ++n) bot.wait(hour_ms);
  CHECK(bot.log("one")[0].state == "dead");
}

TEST_CASE("what was made more than a day before a start is tried for a while before it is given up") {
  HookedBot bot({"one"});
  bot.answers["one"] = 503;
  bot.say_line("declare sev2 Checkout is slow");
  bot.say_line("severity 1 INC-1 because it spreads");
  bot.close();
  bot.clock.set(bot.clock.now() + 2 * day_ms);  // a weekend, or a clock that was set
  bot.open();
  CHECK(bot.log("one")[1].attempts == 2);  // tried, and not taken
  CHECK(bot.log("one")[1].state == "pending");
  SUBCASE("and taken when the receiver is there again") {
    bot.answers["one"] = 200;
    bot.wait(minute_ms);
    CHECK(bot.events_of("one") == Types{"incident.declared", "severity.changed"});
  }
  SUBCASE("and given up where it is not") {
    for (int n = 0; n < 30; ++n) bot.wait(10 * minute_ms);
    CHECK(bot.log("one")[0].state == "dead");
    CHECK(bot.log("one")[1].state == "dead");
  }
}

TEST_CASE("what waits for a webhook that is configured no more is given up at once, and people are told how many") {
  HookedBot bot;
  bot.answers["one"] = 503;
  bot.say_line("declare sev2 Checkout is slow");
  bot.say_line("severity 1 INC-1 because it spreads");
  const WebhookDef def = bot.defs.front();
  const WebhookRule rule = bot.config.webhooks.front();
  SUBCASE("by a reload") {
    bot.defs.erase(bot.defs.begin());
    bot.reload();
  }
  SUBCASE("while the bot was stopped") {
    bot.close();
    bot.defs.erase(bot.defs.begin());
    bot.config.webhooks.erase(bot.config.webhooks.begin());
    bot.open();
  }
  CHECK(bot.log("one")[0].state == "dead");
  CHECK(bot.log("one")[1].state == "dead");
  CHECK(bot.told().contains("names no webhook `one` any more: what waited for it is given up (2)"));
  CHECK(bot.dispatcher->backlog_of("webhook:one").waiting == 0);
  // Put back, it gets them.
  bot.answers["one"] = 200;
  bot.defs.push_back(def);
  bot.config.webhooks.push_back(rule);
  bot.reload();
  CHECK(bot.say_line("webhooks redeliver one all").ok);
  CHECK(bot.events_of("one") == Types{"incident.declared", "severity.changed"});
}

TEST_CASE("what waits is signed with the secret that the configuration has when it leaves") {
  HookedBot bot({"one"});
  bot.answers["one"] = 503;
  bot.say_line("declare sev2 Checkout is slow");
  bot.answers["one"] = 200;
  const std::string fresh = "whsec_YW5kIHRoZXkgaGF2ZSBzaWduZWQgd2l0aCB0aGlzIG9uZQ==";
  bot.defs[0].secrets = {fresh};
  bot.reload();
  REQUIRE(bot.events_of("one") == Types{"incident.declared"});
  const HttpCall& call = bot.wire.calls.back();
  CHECK(call.headers.at("webhook-signature") ==
        webhook_signature({fresh}, call.headers.at("webhook-id"), bot.clock.now(), call.body));
}

TEST_CASE("one that answered 410 is asked again when it has another address, and not when it has the same") {
  HookedBot bot({"one"});
  bot.answers["one"] = 410;
  bot.say_line("declare sev2 Checkout is slow");
  const auto paused = [&bot] { return bot.dispatcher->state().webhooks.at("one").paused; };
  REQUIRE(paused() == "gone");
  bot.defs[0].timeout = 20 * second_ms;
  bot.reload();
  CHECK(paused() == "gone");
  bot.close();
  bot.open();
  CHECK(paused() == "gone");
  SUBCASE("by a reload") {
    bot.defs[0].url = "https://example.com/moved";
    bot.reload();
  }
  SUBCASE("while the bot was stopped") {
    bot.close();
    bot.defs[0].url = "https://example.com/moved";
    bot.open();
  }
  CHECK(paused().empty());
  CHECK(bot.told().contains("`one` has another address than the one"));
  bot.say_line("severity 1 INC-1 because it spreads");
  CHECK(bot.events_of("moved") == Types{"severity.changed"});
}
