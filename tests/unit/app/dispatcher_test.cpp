// Memory and disk stay together: a refused decision, what was decided on top of it, and a disk that takes nothing.
#include "bot/dispatcher.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "bot/alert_door.h"
#include "bot/app.h"
#include "bot/base/json.h"
#include "bot/core/engine/extension.h"
#include "storage/sqlite.h"
#include "tests/support/tasks.h"
#include "tests/support/temp_folder.h"

using namespace muster;

namespace {

// The disk: takes writes, or is full; `hold` keeps the writer at its next transaction.
class Disk {
 public:
  void pass(const std::string& point) {
    if (point != "before-begin") return;
    std::unique_lock lock(mutex_);
    held_ = hold_;
    moved_.notify_all();
    moved_.wait(lock, [this] { return !hold_; });
    held_ = false;
    if (fail_once_ || full_) {
      fail_once_ = false;
      throw storage::SqlError(13, "database or disk is full");
    }
  }
  void hold_and_fail_once() {
    const std::lock_guard lock(mutex_);
    hold_ = fail_once_ = true;
  }
  void hold() {
    const std::lock_guard lock(mutex_);
    hold_ = true;
  }
  void wait_held() {
    std::unique_lock lock(mutex_);
    moved_.wait(lock, [this] { return held_; });
  }
  void release() {
    const std::lock_guard lock(mutex_);
    hold_ = false;
    moved_.notify_all();
  }
  void full(bool yes) {
    const std::lock_guard lock(mutex_);
    full_ = yes;
  }

 private:
  std::mutex mutex_;
  std::condition_variable moved_;
  bool hold_ = false, held_ = false, fail_once_ = false, full_ = false;
};

class Screen final : public ChatPlatform {
 public:
  std::string name() const override { return "room"; }
  bool connected() const override { return true; }
  void on_event(Listener listener) override { say = std::move(listener); }
  void deliver(const OutMessage& m, Done done) override {
    shown.push_back(m);
    done({});
  }
  std::size_t count(const std::string& part) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        shown, [&](const OutMessage& m) { return plain_text(message_from(m.body["message"])).contains(part); }));
  }
  Listener say;
  std::vector<OutMessage> shown;
};

struct World {
  World() {
    StoreOptions options;
    options.folder = folder.path();
    options.fault = [this](const char* point) { disk.pass(point); };
    auto opened = open_store(std::move(options), [this](std::function<void()> f) { tasks.post(std::move(f)); });
    REQUIRE(opened.has_value());
    store = std::move(*opened);
    dispatcher = std::make_unique<Dispatcher>(*store, clock, core_config(load_config("", true).settings, true));
    dispatcher->attach(screen);
    REQUIRE(dispatcher->start().has_value());
    tasks.run_until([&] { return screen.count("try") > 0 && store->stats().queue_depth == 0; });
  }
  ~World() {
    disk.release();  // also when a test ended early
    store->stop();
    store.reset();
  }
  // The answer of a command appears here.
  void declare(const std::string& title, std::optional<Result<Outcome>>& answer) {
    CommandInput input;
    input.is_operator = true;
    input.text = "declare sev3 " + title;
    input.direct = true;
    dispatcher->command(std::move(input), [&answer](Result<Outcome> o) { answer = std::move(o); });
  }
  AlertEvent alert(const std::string& name) const {
    AlertEvent e;
    e.route = "alertmanager";
    e.source_key = name;
    e.status = "firing";
    e.severity = "warning";
    e.title = name;
    e.labels = {{"alertname", name}};
    return e;
  }
  void check_disk_and_memory_agree() {
    store->stop();
    State folded;
    REQUIRE(store->read_journal(0, [&](const Entry& e) { apply(folded, e); }).has_value());
    CHECK(projections(folded) == *store->projections());
    CHECK(projections(folded) == projections(dispatcher->state()));
  }

  test::TempFolder folder;
  Disk disk;
  test::Tasks tasks;
  VirtualClock clock{1'773'724'140'000};
  Screen screen;
  std::unique_ptr<Store> store;
  std::unique_ptr<Dispatcher> dispatcher;
};

}  // namespace

TEST_CASE("what was decided on a refused decision is decided again on what is on the disk") {
  World w;
  std::optional<Result<Outcome>> first, second;
  w.disk.hold_and_fail_once();
  w.declare("one", first);
  w.disk.wait_held();
  w.declare("two", second);  // decided while INC-1 is in memory only: it is INC-2 there
  w.disk.release();
  w.tasks.run_until([&] { return first && second; });
  CHECK(first->error().kind == ErrorKind::unavailable);
  // The disk said that it is full, so that the second one is refused until it was probed.
  if (!*second) {
    w.dispatcher->tick();
    w.tasks.run_until([&] { return w.dispatcher->not_ready().empty(); });
    w.declare("two", second);
    w.tasks.run_until([&] { return second && *second; });
  }
  REQUIRE(w.dispatcher->state().incidents.size() == 1);
  CHECK(w.dispatcher->state().incidents.at(1).title == "two");
  w.check_disk_and_memory_agree();
}

TEST_CASE("the first form of a message whose edit or deletion was heard before does nothing and is not shown") {
  for (const char* change : {"edit", "heard", "delete"}) {
    CAPTURE(change);
    World w;
    int stored = 0;
    const auto tell = [&](const std::string& kind, const std::string& id, const std::string& text) {
      ChatEvent e;
      e.platform = "slack";
      e.channel = "#muster";
      e.kind = kind;
      e.id = id;
      e.post_id = "1700000000.000100";
      e.user = e.about.author = "operator";
      e.text = e.about.text = text;
      e.about.post_id = e.post_id;
      e.direct = true;
      e.at = w.clock.now();
      w.screen.say(e, [&](const Result<void>& r) { stored += r.has_value() ? 1 : 0; });
    };
    tell(change, "change", "never mind");
    tell("message", "late", "whoami");
    w.tasks.run_until([&] { return stored == 2 && w.store->stats().queue_depth == 0; });
    CHECK(w.screen.count("whoami") == 0);
    tell("message", "late", "whoami");
    w.tasks.run_until([&] { return stored == 3; });
  }
}

TEST_CASE("a full disk refuses with a reason, says it once, keeps what it accepted and goes on by itself") {
  World w;
  Commit stored;  // a webhook that was answered already
  stored.inbox.push_back({"in:1", "alertmanager", "body", 1, {}});
  REQUIRE(w.store->commit_now(stored).has_value());
  w.disk.full(true);
  w.dispatcher->deliveries({{{{w.alert("Owed")}, w.clock.now()}, {"in:1", "alertmanager", "", 1, {}}, 0, {}}}, true,
                           {});
  w.tasks.run_until([&] { return !w.dispatcher->not_ready().empty() && w.dispatcher->stats().reloads == 1; });
  CHECK(w.dispatcher->not_ready().contains("full"));
  std::optional<Result<Outcome>> answer;
  w.declare("refused", answer);
  REQUIRE(answer);
  CHECK(answer->error().kind == ErrorKind::unavailable);
  CHECK(w.screen.count("cannot record anything") == 1);
  const auto reloads = w.dispatcher->stats().reloads;
  for (int i = 0; i < 5; ++i) {
    w.dispatcher->tick();
    w.declare("refused", answer);
  }
  CHECK(w.dispatcher->stats().reloads == reloads);
  CHECK(w.screen.count("cannot record anything") == 1);
  w.disk.full(false);
  w.clock.set(w.clock.now() + 5000);
  w.tasks.run_until([&] {
    w.dispatcher->tick();
    return w.dispatcher->not_ready().empty() && w.screen.count("I can record again") == 1;
  });
  CHECK(w.dispatcher->state().alerts.size() == 1);
  CHECK(w.store->pending_inbox()->empty());
  w.check_disk_and_memory_agree();
}

TEST_CASE("while the state is read again off the loop, events wait in their order") {
  World w;
  std::function<void()> reading;
  w.dispatcher->set_background(
      [&](std::function<void()> task) {
        reading = std::move(task);
        return true;
      },
      [&](std::function<void()> task) { w.tasks.post(std::move(task)); });
  Commit known;
  known.inbox.push_back({"room:m1", "chat", "", 1, {}});
  known.inbox_done = {"room:m1"};
  REQUIRE(w.store->commit_now(known).has_value());
  ChatEvent e{.platform = "room",
              .id = "m1",
              .kind = "message",
              .channel = "#muster",
              .thread = {},
              .post_id = "m1",
              .user = "ana",
              .text = "declare sev3 known already",
              .emoji = {},
              .at = w.clock.now()};
  w.screen.say(e, [](Result<void>) {});
  w.tasks.run_until([&] { return static_cast<bool>(reading); });
  CHECK(w.dispatcher->not_ready().contains("read again"));
  std::optional<Result<Outcome>> first, second;
  w.declare("first", first);
  w.declare("second", second);
  CHECK_FALSE(first);
  reading();
  w.tasks.run_until([&] { return first && second; });
  REQUIRE(w.dispatcher->state().incidents.size() == 2);
  CHECK(w.dispatcher->state().incidents.at(1).title == "first");
  CHECK(w.dispatcher->state().incidents.at(2).title == "second");
  w.check_disk_and_memory_agree();
}

TEST_CASE("a storm of alerts makes one board and few incidents, and every alert is recorded") {
  World w;
  const std::size_t before = w.screen.shown.size();
  std::size_t answered = 0;
  for (int i = 0; i < 2000; ++i) {
    AlertEvent e = w.alert("Storm" + std::to_string(i));
    if (i % 2 == 0) e.labels.set("severity", e.severity = "critical");
    e.group_key = "group " + std::to_string(i);
    w.dispatcher->alerts_with_inbox({e}, {"in:" + std::to_string(i), "alerts_v2", "", w.clock.now(), {}},
                                    [&answered](Result<void> r) { answered += r ? 1 : 0; });
  }
  w.tasks.run_until([&] { return answered == 2000; });
  CHECK(w.dispatcher->state().alerts.size() == 2000);
  CHECK(w.dispatcher->state().incidents.size() == 11);
  for (const auto& [n, a] : w.dispatcher->state().alerts) {
    if (a.severity == "critical") REQUIRE_FALSE(a.incident.empty());
  }
  for (int i = 0; i < 20; ++i) {
    w.clock.set(w.clock.now() + 5000);
    w.dispatcher->tick();
    const auto commits = w.store->stats().decisions;
    w.tasks.run_until([&] { return w.store->stats().queue_depth == 0 && w.store->stats().decisions >= commits; });
  }
  CHECK(w.screen.shown.size() - before < 400);
  w.check_disk_and_memory_agree();
}

namespace {

// The door of alerts before such a world.
struct Doorway {
  Doorway() {
    Settings settings;
    settings.sources = {{.name = "am", .kind = "alertmanager", .secrets = {}},
                        {.name = "prom", .kind = "prometheus", .secrets = {}}};
    door.configure(settings, {"", {{"am", "amtoken"}, {"prom", "promtoken"}}, {}});
  }
  void post(const std::string& path, const std::string& body) {
    HttpRequest r;
    r.method = "POST";
    r.path = path;
    r.headers = {{"content-type", "application/json"}};
    r.body = body;
    door.request(std::move(r), [this](HttpResponse answer) { answers.push_back(answer.status); });
  }
  void api(const std::string& pod) {
    post("/in/prometheus/promtoken/api/v2/alerts", R"([{"labels":{"alertname":"Slow","pod":")" + pod + R"("}}])");
  }
  void webhook(const std::string& status) {
    post("/in/alertmanager/amtoken",
         R"({"version":"4","groupKey":"g","alerts":[{"status":")" + status + R"(","labels":{"alertname":"Hook"}}]})");
  }

  World w;
  AlertDoor door{*w.dispatcher, *w.store, w.clock};
  std::vector<int> answers;
};

}  // namespace

TEST_CASE(
    "deliveries that come while others are on their way to the disk are one decision, and all are answered "
    "after it") {
  Doorway d;
  const auto decisions = d.w.store->stats().decisions;
  for (int i = 0; i < 60; ++i) d.api("p" + std::to_string(i));
  CHECK(d.answers.empty());
  d.w.tasks.run_until([&] { return d.answers.size() == 60; });
  CHECK(std::ranges::count(d.answers, 200) == 60);
  CHECK(d.w.store->stats().decisions - decisions == 3);
  CHECK(d.w.dispatcher->state().alerts.size() == 60);
  CHECK(d.w.dispatcher->stats().alert_bodies == 60);
  CHECK(d.w.store->pending_inbox()->empty());
  d.w.check_disk_and_memory_agree();
}

TEST_CASE("what one sender brought to one decision is kept as one list, a long one by itself") {
  Doorway d;
  const std::string path = "/in/prometheus/promtoken/api/v2/alerts";
  for (int i = 0; i < 20; ++i) d.api("p" + std::to_string(i));
  d.post(path, " [ " + std::string(64u << 10, ' ') + R"({"labels":{"alertname":"Long"}}])");
  for (int i = 20; i < 40; ++i) d.api("p" + std::to_string(i));
  d.w.tasks.run_until([&] { return d.answers.size() == 41; });
  d.w.store->stop();
  auto db = storage::Db::open(d.w.folder.path() + "/muster.db", storage::Db::Mode::read);
  std::vector<std::string> pods;
  std::size_t rows = 0;
  for (auto row = db.query("SELECT body, done FROM inbox ORDER BY n"); row->next(); ++rows) {
    CHECK(row->integer(1) == 1);
    const auto list = parse_json(row->text(0));
    REQUIRE(list.has_value());
    for (const Value& alert : list->as_list()) pods.push_back(alert["labels"]["pod"].as_string());
  }
  REQUIRE(pods.size() == 41);
  CHECK(rows >= 4);  // two that did not wait, what gathered before the long one, the long one, and what came after
  CHECK(rows < 10);
  CHECK(pods[20].empty());
  pods.erase(pods.begin() + 20);
  for (int i = 0; i < 40; ++i) CHECK(pods[static_cast<std::size_t>(i)] == "p" + std::to_string(i));
}

TEST_CASE("gathered deliveries that the disk refuses are all refused, and taken when they come again") {
  Doorway d;
  d.w.disk.full(true);
  for (int i = 0; i < 30; ++i) d.api("p" + std::to_string(i));
  d.w.tasks.run_until([&] { return d.answers.size() == 30; });
  CHECK(std::ranges::count(d.answers, 503) == 30);
  d.w.disk.full(false);
  d.w.tasks.run_until([&] {
    d.w.dispatcher->tick();
    return d.w.dispatcher->not_ready().empty();
  });
  d.answers.clear();
  for (int i = 0; i < 30; ++i) d.api("p" + std::to_string(i));
  d.w.tasks.run_until([&] { return d.answers.size() == 30; });
  CHECK(std::ranges::count(d.answers, 200) == 30);
  CHECK(d.w.dispatcher->state().alerts.size() == 30);
  d.w.check_disk_and_memory_agree();
}

TEST_CASE("webhooks are decided in the order in which they were stored, also behind one that is large") {
  Doorway d;
  for (int i = 0; i < 5; ++i) {
    d.webhook("firing");
    d.webhook("resolved");
  }
  d.webhook("firing");
  std::string many;
  for (int i = 0; i < 450; ++i)
    many +=
        (i > 0 ? "," : "") + (R"({"status":"firing","labels":{"alertname":"Many","n":")" + std::to_string(i) + "\"}}");
  d.post("/in/alertmanager/amtoken", R"({"version":"4","groupKey":"h","alerts":[)" + many + "]}");
  d.webhook("resolved");
  d.w.tasks.run_until([&] { return d.w.dispatcher->stats().alerts == 462 && d.w.store->pending_inbox()->empty(); });
  CHECK(std::ranges::count(d.answers, 202) == 13);
  const State& s = d.w.dispatcher->state();
  CHECK(s.alerts.size() == 451);
  CHECK(s.alerts.at(1).status == "resolved");
  CHECK(s.alerts.at(1).episode == 6);
  CHECK(std::ranges::count_if(s.alerts, [](const auto& a) { return a.second.status == "firing"; }) == 450);
  d.w.check_disk_and_memory_agree();
}

namespace {

// Hears of alerts, and does nothing about them; one that is called "poison" breaks it.
class Listening final : public Extension {
 public:
  const std::map<std::string_view, Handler>& handlers() const override { return none_; }
  bool timer_rang(Work&, const Timer&) override { return false; }
  void alerts_changed(Work& w, const std::vector<std::string>& alerts) override {
    for (const std::string& id : alerts) {
      const Alert& a = *find_alert(w.state, id);
      heard[id] = a.status;
      if (a.title == "poison") throw std::logic_error("an invariant is broken");
    }
  }
  void incident_changed(Work&, const std::string&) override {}
  void question_closed(Work&, const Question&) override {}
  void attempt_ended(Work&, const AttemptReport&) override {}
  void clock_moved(Work&, DurationMs) override {}
  void process_started(Work&) override {}

  std::map<std::string, std::string> heard;

 private:
  std::map<std::string_view, Handler> none_;
};

}  // namespace

TEST_CASE("runbooks hear of every alert, whether it is recorded alone or in a list") {
  Doorway d;
  Listening extension;
  d.w.dispatcher->set_extension(&extension, {});
  for (int i = 0; i < 60; ++i) d.api("p" + std::to_string(i));
  d.w.tasks.run_until([&] { return d.answers.size() == 60; });
  CHECK(extension.heard.size() == 60);
  CHECK(std::ranges::all_of(extension.heard, [](const auto& h) { return h.second == "firing"; }));
}

TEST_CASE("a delivery whose decision fails is refused alone, told of, and holds up no other") {
  Doorway d;
  Listening extension;
  d.w.dispatcher->set_extension(&extension, {});
  const auto post = [&d](const std::string& name) {
    d.post("/in/prometheus/promtoken/api/v2/alerts", R"([{"labels":{"alertname":")" + name + "\"}}]");
  };
  for (int i = 0; i < 30; ++i) post(i == 17 ? "poison" : "fine" + std::to_string(i));
  d.w.tasks.run_until([&] { return d.answers.size() == 30 && d.w.screen.count("could not decide") == 1; });
  CHECK(std::ranges::count(d.answers, 200) == 29);
  CHECK(std::ranges::count(d.answers, 503) == 1);
  CHECK(d.w.dispatcher->stats().undecided == 1);
  CHECK(d.w.dispatcher->state().alerts.size() == 29);
  post("poison");
  post("after");
  d.w.tasks.run_until([&] { return d.answers.size() == 32; });
  CHECK(std::ranges::count(d.answers, 200) == 30);
  CHECK(d.w.dispatcher->stats().undecided == 2);
  CHECK(d.w.screen.count("could not decide") == 1);  // once an hour
  CHECK(d.w.store->pending_inbox()->empty());        // nothing of it was promised
  d.w.check_disk_and_memory_agree();
}

TEST_CASE("a stored delivery whose decision fails stays stored; the others are decided in their order") {
  Doorway d;
  Listening extension;
  d.w.dispatcher->set_extension(&extension, {});
  for (int i = 0; i < 6; ++i) {
    d.webhook("firing");
    if (i == 2)
      d.post("/in/alertmanager/amtoken",
             R"({"version":"4","groupKey":"g","alerts":[{"status":"firing","labels":{"alertname":"poison"}}]})");
    d.webhook("resolved");
  }
  std::string many = R"({"status":"firing","labels":{"alertname":"poison"}})";
  for (int i = 0; i < 450; ++i)
    many += R"(,{"status":"firing","labels":{"alertname":"Many","n":")" + std::to_string(i) + "\"}}";
  d.post("/in/alertmanager/amtoken", R"({"version":"4","groupKey":"h","alerts":[)" + many + "]}");
  d.webhook("firing");
  d.w.tasks.run_until([&] { return d.answers.size() == 15 && d.w.store->pending_inbox()->size() == 2; });
  CHECK(std::ranges::count(d.answers, 202) == 15);
  CHECK(d.w.dispatcher->stats().undecided == 2);
  d.w.tasks.run_until([&] { return d.w.screen.count("could not decide") == 1; });
  const State& s = d.w.dispatcher->state();
  CHECK(s.alerts.size() == 1);
  CHECK(s.alerts.at(1).status == "firing");
  CHECK(s.alerts.at(1).episode == 7);
  for (const InboxItem& item : *d.w.store->pending_inbox()) CHECK(item.body.contains("poison"));
  d.w.check_disk_and_memory_agree();
}

namespace {

std::string many_alerts(int number, int count, const std::string& more) {
  std::string list;
  for (int i = 0; i < count; ++i)
    list += (i > 0 ? R"(,{"labels":{"alertname":"Slow","pod":")" : R"([{"labels":{"alertname":"Slow","pod":")") +
            std::to_string(number) + "-" + std::to_string(i) + "\"}" + more + "}";
  return list + "]";
}

}  // namespace

TEST_CASE(
    "while the disk is slow single alerts gather, many leave as they come, and beyond a bound senders come again") {
  Doorway d;
  const std::string path = "/in/prometheus/promtoken/api/v2/alerts";
  d.w.disk.hold();
  for (int i = 0; i < 50; ++i) d.api("one" + std::to_string(i));
  d.w.disk.wait_held();
  const auto decided = [&d] { return d.w.dispatcher->state().alerts.size(); };
  CHECK(decided() == 2);  // two decisions wait for the disk, 48 gather
  int posted = 0;
  while (d.answers.empty() && posted < 200) d.post(path, many_alerts(posted++, 200, ""));
  REQUIRE(d.answers == std::vector{503});
  // Sixteen decisions are under way at most, and 20,000 alerts wait at most.
  CHECK(decided() > 2 + 48);
  CHECK(decided() <= 2 + 48 + 14 * 200);
  CHECK(posted - 1 <= (20'000 + 14 * 200) / 200);
  CHECK(posted - 1 >= 20'000 / 200);
  d.w.disk.release();
  d.w.tasks.run_until([&] { return d.answers.size() == static_cast<std::size_t>(50 + posted); });
  CHECK(std::ranges::count(d.answers, 200) == 50 + posted - 1);
  CHECK(decided() == static_cast<std::size_t>(50 + 200 * (posted - 1)));
  d.api("again");
  d.w.tasks.run_until([&] { return d.answers.size() == static_cast<std::size_t>(51 + posted); });
  CHECK(d.answers.back() == 200);
  d.w.check_disk_and_memory_agree();
}

TEST_CASE("while the disk is slow large deliveries wait up to a bound of bytes") {
  Doorway d;
  const std::string path = "/in/prometheus/promtoken/api/v2/alerts";
  const std::string note = R"(,"annotations":{"description":")" + std::string(4u << 20, 'x') + "\"}";
  d.w.disk.hold();
  d.api("first");
  d.w.disk.wait_held();
  int posted = 0;
  while (d.answers.empty() && posted < 100) d.post(path, many_alerts(posted++, 1, note));
  REQUIRE(d.answers == std::vector{503});
  CHECK(posted - 1 == 1 + 16);  // one joined the first, sixteen of four megabytes wait
  d.w.disk.release();
  d.w.tasks.run_until([&] { return d.answers.size() == static_cast<std::size_t>(1 + posted); });
  CHECK(std::ranges::count(d.answers, 200) == posted);
  d.answers.clear();
  d.post(path, many_alerts(posted, 1, note));
  d.w.tasks.run_until([&] { return d.answers.size() == 1; });
  CHECK(d.answers == std::vector{200});
}

TEST_CASE("what is known at once is not asked of the reader: the answer leaves with its decision") {
  for (const bool at_once : {false, true}) {
    CAPTURE(at_once);
    World w;
    int asked = 0;
    Outcome known;
    known.reply.sections.push_back({"Somebody is away", {}});
    const auto reader = [&](const ReadWanted&, const CommandInput&, const std::function<void(Outcome)>& done) {
      ++asked;
      done(known);
    };
    w.dispatcher->set_reader(reader, [&](const ReadWanted&) { return at_once ? std::optional(known) : std::nullopt; });
    const auto decisions = w.store->stats().decisions;
    const ChatEvent e{.platform = "room",
                      .id = "m1",
                      .kind = "message",
                      .channel = "#muster",
                      .thread = {},
                      .post_id = "m1",
                      .user = "ana",
                      .text = "status",
                      .emoji = {},
                      .at = w.clock.now()};
    w.screen.say(e, [](Result<void>) {});
    w.tasks.run_until([&] { return w.screen.count("All quiet") == 1; });
    CHECK(w.screen.count("Somebody is away") == 1);
    CHECK(asked == (at_once ? 0 : 1));
    CHECK(w.store->stats().decisions - decisions == (at_once ? 1 : 2));
  }
}
