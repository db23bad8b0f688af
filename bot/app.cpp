#include "bot/app.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>

#include "bot/alert_door.h"
#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/text.h"
#include "bot/chat_platforms.h"
#include "bot/core/commands/grammar.h"
#include "bot/core/commands/words.h"
#include "bot/dispatcher.h"
#include "bot/metrics.h"
#include "bot/reads.h"
#include "bot/web/room_web.h"
#include "bot/worker.h"
#include "integrations/chat/room.h"
#include "integrations/chat/terminal.h"
#include "integrations/net/http_client.h"
#include "integrations/net/http_server.h"
#include "integrations/net/local_socket.h"
#include "integrations/net/loop.h"

namespace muster {

struct App::Impl {
  AppOptions options;
  Loaded loaded;
  Tokens tokens;
  SystemClock clock;
  Loop loop;
  std::unique_ptr<Store> store;
  Worker worker;
  std::unique_ptr<Dispatcher> dispatcher;
  std::unique_ptr<Room> room;
  std::unique_ptr<RoomWeb> web;
  std::unique_ptr<AlertDoor> door;
  std::unique_ptr<HttpClient> client;
  std::unique_ptr<ChatPlatforms> chats;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<LocalSocket> socket;
  std::unique_ptr<Terminal> terminal;
  bool stopping = false;

  Result<void> open();
  Result<void> fill_room();
  Result<void> serve();
  void make_web();
  void tick();
  void stop();
  void request(HttpRequest request, HttpReply reply);
  void report(const HttpRequest& request, const HttpReply& reply);
  void local(std::uint32_t uid, const std::string& line, const LocalReply& reply);
  void local_say(std::uint32_t uid, const Value& ask, const LocalReply& reply);
  void read(const ReadWanted& wanted, const CommandInput& input, std::function<void(Outcome)> done);
  void read_incident(const ReadWanted& wanted, const std::string& language, const std::string& zone,
                     std::function<void(Outcome)> done);
  Outcome read_here(const ReadWanted& wanted, const std::string& language);
  Outcome config_outcome(const ReadWanted& wanted, const std::string& language);
  void send_sample();
  std::string url() const { return "http://" + server->address(); }
};

namespace {

std::string sample_alert(TimeMs now) {
  const Value labels = Value::Map{{"alertname", "CheckoutLatencyHigh"},
                                  {"severity", "critical"},
                                  {"service", "checkout-api"},
                                  {"cluster", "sample"}};
  const Value annotations = Value::Map{{"summary", "Checkout is slow: p99 4.8 s, threshold 1.2 s (sample)"}};
  const Value alert = Value::Map{{"status", "firing"},
                                 {"labels", labels},
                                 {"annotations", annotations},
                                 {"startsAt", format_utc(now - minute_ms)},
                                 {"endsAt", "0001-01-01T00:00:00Z"},
                                 {"generatorURL", ""}};
  return to_json(Value::Map{{"version", "4"},
                            {"groupKey", "{}:{alertname=\"CheckoutLatencyHigh\", try=\"" + std::to_string(now) + "\"}"},
                            {"truncatedAlerts", 0},
                            {"status", "firing"},
                            {"receiver", "muster"},
                            {"groupLabels", Value::Map{{"alertname", "CheckoutLatencyHigh"}}},
                            {"commonLabels", labels},
                            {"commonAnnotations", annotations},
                            {"externalURL", "http://localhost"},
                            {"alerts", Value::List{alert}}});
}

std::string issues_text(const Loaded& loaded) {
  std::string text;
  for (const ConfigIssue& i : loaded.issues) text += format_issue(i) + "\n";
  return text;
}

Entry config_entry(const Loaded& loaded, const char* kind) {
  Entry e;
  e.kind = kind;
  e.text = "configuration " + to_hex(sha256(config_show(loaded))).substr(0, 12);
  return e;
}

}  // namespace

App::App() : impl_(std::make_unique<Impl>()) {}
App::~App() { impl_->stop(); }

Result<std::unique_ptr<App>> App::start(AppOptions options) {
  std::unique_ptr<App> app(new App());
  Impl& i = *app->impl_;
  i.options = std::move(options);
  i.loaded = load_config(i.options.config_folder, i.options.sandbox);
  if (!i.loaded.ok())
    return fail(ErrorKind::invalid, issues_text(i.loaded), "Nothing was started. `muster check` shows this again.");
  if (i.options.listen.empty()) i.options.listen = i.loaded.settings.listen;
  if (auto r = i.open(); !r) return std::unexpected(r.error());
  if (auto r = i.serve(); !r) return std::unexpected(r.error());
  return app;
}

Result<void> App::Impl::open() {
  StoreOptions so;
  so.folder = options.data_folder;
  auto opened = open_store(std::move(so), [this](std::function<void()> task) { loop.post(std::move(task)); });
  if (!opened) return std::unexpected(opened.error());
  store = std::move(*opened);
  auto made = load_tokens(options.data_folder, loaded.settings);
  if (!made) return std::unexpected(made.error());
  tokens = *made;
  dispatcher = std::make_unique<Dispatcher>(*store, clock, core_config(loaded.settings, options.sandbox));
  room = std::make_unique<Room>(clock);
  door = std::make_unique<AlertDoor>(*dispatcher, *store, clock);
  door->configure(loaded.settings, tokens);
  client = HttpClient::make(loop);
  if (auto filled = fill_room(); !filled) return filled;
  dispatcher->attach(*room);
  const auto wanted = chat_settings_from_environment(options.sandbox);
  if (!wanted) return std::unexpected(wanted.error());
  chats = std::make_unique<ChatPlatforms>(*store, *dispatcher);
  if (auto linked = chats->load(); !linked) return linked;
  chats->make(*wanted, loop, *client, clock);
  dispatcher->set_carrier([this](const OutMessage& m, std::function<void(Result<void>)> done) {
    HttpCall call{.method = "POST",
                  .url = url() + m.body["path"].as_string(),
                  .headers = {{"Content-Type", "application/json"}},
                  .body = m.body["body"].as_string()};
    client->send(std::move(call), [done](Result<HttpResult> r) {
      if (r && r->status / 100 == 2) return done({});
      done(fail(ErrorKind::unavailable, r ? "status " + std::to_string(r->status) : r.error().message));
    });
  });
  dispatcher->set_reader([this](const ReadWanted& w, const CommandInput& i, std::function<void(Outcome)> done) {
    read(w, i, std::move(done));
  });
  return {};
}

Result<void> App::Impl::fill_room() {
  auto history = store->room_history(5000);
  if (!history) return std::unexpected(history.error());
  for (const OutMessage& m : *history) room->deliver(m, [](Result<void>) {});
  return {};
}

Result<void> App::Impl::serve() {
  HttpHandler handler;
  handler.request = [this](HttpRequest q, HttpReply reply) { request(std::move(q), std::move(reply)); };
  handler.stream = [this](const HttpRequest& q, std::shared_ptr<EventStream> s) {
    return web->stream(q, std::move(s));
  };
  make_web();
  auto listening = HttpServer::listen(loop, options.listen, std::move(handler));
  if (!listening) return std::unexpected(listening.error());
  server = std::move(*listening);
  auto local_socket =
      LocalSocket::listen(loop, options.data_folder + "/muster.sock",
                          [this](std::uint32_t uid, std::string line, LocalReply reply) { local(uid, line, reply); });
  if (!local_socket) return std::unexpected(local_socket.error());
  socket = std::move(*local_socket);
  if (auto started = dispatcher->start(); !started) return started;
  chats->start();
  auto pending = store->pending_inbox();
  if (!pending) return std::unexpected(pending.error());
  for (const InboxItem& item : *pending) door->take_pending(item);
  tick();
  return {};
}

void App::Impl::make_web() {
  RoomWebOptions o;
  o.login_token = tokens.login;
  o.sandbox = options.sandbox;
  for (const Person& p : dispatcher->config().people) o.people.push_back({p.id, p.name});
  o.default_person = o.people.empty() ? "operator" : o.people.front().id;
  o.listen_host = options.listen.substr(0, options.listen.rfind(':'));
  o.complete = [this](std::string prefix, std::string, std::string) { return dispatcher->complete(prefix); };
  web = std::make_unique<RoomWeb>(*room, std::move(o));
}

void App::Impl::tick() {
  dispatcher->tick();
  if (!stopping) loop.after(second_ms, [this] { tick(); });
}

void App::Impl::stop() {
  if (stopping) return;
  stopping = true;
  terminal.reset();
  socket.reset();
  if (web) web->close_streams();
  server.reset();
  chats.reset();
  client.reset();
  worker.stop();
  if (store) store->stop();
}

void App::Impl::request(HttpRequest q, HttpReply reply) {
  if (q.path == "/healthz") return reply({.status = 200, .content_type = "text/plain", .body = "ok\n", .headers = {}});
  if (q.path == "/readyz") {
    const bool full = store->stats().queue_depth > 15'000;
    return reply({.status = full ? 503 : 200,
                  .content_type = "text/plain",
                  .body = full ? "not ready: the writer's queue is full\n" : "ready\n",
                  .headers = {}});
  }
  if (q.path == "/metrics") {
    return reply({.status = 200,
                  .content_type = "text/plain; version=0.0.4; charset=utf-8",
                  .body = metrics_text(store->stats(), dispatcher->stats(), server->stats(), loop.lag_ms(),
                                       web->streams(), dispatcher->state()) +
                          chats->metrics(),
                  .headers = {}});
  }
  if (q.path.starts_with("/room/report/")) return report(q, reply);
  if (chats->handles(q)) return chats->request(q, reply);
  if (door->handles(q)) return door->request(std::move(q), std::move(reply));
  if (web->handles(q)) return web->request(std::move(q), std::move(reply));
  reply({.status = 404, .content_type = "text/plain", .body = "", .headers = {}});
}

void App::Impl::report(const HttpRequest& q, const HttpReply& reply) {
  if (!web->logged_in(q))
    return reply({.status = 401, .content_type = "text/plain", .body = "Log in to the room first.\n", .headers = {}});
  const Incident* i = find_incident(dispatcher->state(), q.path.substr(13));
  if (!i) return reply({.status = 404, .content_type = "text/plain", .body = "no such incident\n", .headers = {}});
  const std::string lang = q.query.contains("lang") ? q.query.at("lang") : dispatcher->config().language;
  const bool taken = worker.run([this, id = i->id, lang, reply, config = dispatcher->config()] {
    auto entries = store->read_incident(id);
    HttpResponse r{
        .status = 503, .content_type = "text/plain", .body = "", .headers = {{"X-Content-Type-Options", "nosniff"}}};
    if (entries) {
      r.status = 200;
      r.content_type = "text/html; charset=utf-8";
      r.body = render_report(*entries, config, "html", lang, config.zone);
      r.headers["Cache-Control"] = "no-store";
    }
    loop.post([reply, r] { reply(r); });
  });
  if (!taken) reply({.status = 503, .content_type = "text/plain", .body = "", .headers = {{"Retry-After", "5"}}});
}

void App::Impl::read(const ReadWanted& wanted, const CommandInput& input, std::function<void(Outcome)> done) {
  const Person* p = find_person(dispatcher->config(), input.person);
  const std::string language = p ? p->language : dispatcher->config().language;
  const std::string zone = p ? p->zone : dispatcher->config().zone;
  if (wanted.what == "timeline" || wanted.what == "postmortem")
    return read_incident(wanted, language, zone, std::move(done));
  if (wanted.what != "history") return done(read_here(wanted, language));
  const bool taken = worker.run([this, language, done] {
    std::vector<Entry> last;
    auto read = store->read_journal(0, [&last](const Entry& e) {
      if (e.origin != "human" && e.kind != "config.changed") return;
      if (last.size() == 20) last.erase(last.begin());
      last.push_back(e);
    });
    Outcome o = history_outcome(last, language);
    if (!read) o.reply.text = read.error().message;
    loop.post([done, o = std::move(o)] { done(o); });
  });
  if (!taken)
    done({.reply = {.text = say(language, "not_stored", {{"why", "busy"}}), .sections = {}, .buttons = {}, .color = {}},
          .ok = false,
          .is_private = false,
          .json = {},
          .read = {}});
}

void App::Impl::read_incident(const ReadWanted& wanted, const std::string& language, const std::string& zone,
                              std::function<void(Outcome)> done) {
  const std::string link = url() + "/room/report/" + wanted.incident;
  const bool taken = worker.run([this, wanted, language, zone, link, done, config = dispatcher->config()] {
    auto entries = store->read_incident(wanted.incident);
    Outcome o;
    if (!entries) {
      o.ok = false;
      o.reply.text = entries.error().message;
    } else if (wanted.what == "timeline") {
      o = timeline_outcome(*entries, wanted.incident, config, language);
    } else {
      o.reply.text = say(language, "postmortem.done", {{"id", wanted.incident}, {"url", link}});
      o.json = Value::Map{{"url", link}, {"markdown", render_report(*entries, config, "md", language, zone)}};
    }
    loop.post([done, o = std::move(o)] { done(o); });
  });
  if (!taken) done({});
}

Outcome App::Impl::read_here(const ReadWanted& wanted, const std::string& language) {
  Outcome o;
  if (wanted.what == "health") {
    const StoreStats s = store->stats();
    char text[200];
    std::snprintf(text, sizeof text,
                  "room connected · writer queue %zu · last commit %.1f ms · loop lag %.1f ms · %llu commits",
                  s.queue_depth, s.last_commit_ms, loop.lag_ms(), static_cast<unsigned long long>(s.commits));
    const std::string chat = chats->empty() ? "" : " · " + plain(chats->health_text());
    o.reply.text = say(language, "health.head", {{"parts", text + chat}});
  } else if (wanted.what == "try") {
    send_sample();
    o.reply.text = say(language, "try.sent", {{"alerts", dispatcher->config().alerts_channel}});
  } else if (wanted.what.starts_with("config ")) {
    o = config_outcome(wanted, language);
  } else {
    o.reply.text = say(language, "more.none");
  }
  return o;
}

Outcome App::Impl::config_outcome(const ReadWanted& wanted, const std::string& language) {
  Outcome o;
  Loaded fresh = load_config(options.config_folder, options.sandbox);
  if (!fresh.ok()) {
    o.ok = false;
    o.reply.text = say(language, "config.wrong", {{"n", std::to_string(fresh.issues.size())}});
    o.reply.sections.push_back({plain(issues_text(fresh)), {}});
    return o;
  }
  std::size_t differing = 0;
  std::string lines;
  for (const auto& [path, origin] : fresh.origin) {
    if (origin == "default") continue;
    ++differing;
    if (differing <= 30) lines += "`" + path + "` " + plain(origin) + "\n";
  }
  if (wanted.what == "config reload") {
    loaded = std::move(fresh);
    dispatcher->set_config(core_config(loaded.settings, options.sandbox));
    if (auto made = load_tokens(options.data_folder, loaded.settings)) tokens = *made;
    door->configure(loaded.settings, tokens);
    dispatcher->record_fact(config_entry(loaded, "config.changed"), {});
    o.reply.text = say(language, "config.reloaded");
    return o;
  }
  o.reply.text = wanted.what == "config diff" ? say(language, "config.diff")
                                              : say(language, "config.fine", {{"n", std::to_string(differing)}});
  if (wanted.what == "config diff")
    o.reply.sections.push_back({lines.empty() ? say(language, "none_yet") : std::string(trim(lines)), {}});
  return o;
}

void App::Impl::send_sample() {
  dispatcher->send({.id = {},
                    .destination = "http:self",
                    .kind = "http_post",
                    .body = Value::Map{{"path", "/in/alertmanager/" + door->token_of("alertmanager")},
                                       {"body", sample_alert(clock.now())}}});
}

void App::Impl::local(std::uint32_t uid, const std::string& line, const LocalReply& reply) {
  const Result<Value> ask = parse_json(line);
  if (ask && (*ask)["op"].as_string() == "say") return local_say(uid, *ask, reply);
  reply(to_json(Value::Map{{"ok", false},
                           {"text", "This bot does not know that request. Is the command line of another version?"}}));
}

void App::Impl::local_say(std::uint32_t uid, const Value& ask, const LocalReply& reply) {
  const CoreConfig& config = dispatcher->config();
  CommandInput input;
  input.is_operator = uid == 0 || uid == ::geteuid();
  input.platform = "cli";
  input.channel = ask["channel"].as_string();
  input.text = ask["text"].as_string();
  input.direct = true;
  input.sent_ms = clock.now();
  for (const Person& p : config.people) {
    for (const int mapped : p.uids) {
      if (static_cast<std::uint32_t>(mapped) == uid) input.person = p.id;
    }
  }
  const std::string as = ask["as"].as_string();
  const bool stranger = !input.is_operator && input.person.empty();
  if (stranger || (!as.empty() && !options.sandbox)) {
    const char* why =
        stranger ? "This user id is not mapped to a person (people: uids)." : "Only a sandbox takes --as.";
    return reply(to_json(Value::Map{{"ok", false}, {"text", why}}));
  }
  if (!as.empty()) {
    input.person = as;
    input.is_operator = false;
  }
  dispatcher->command(std::move(input), [reply](Result<Outcome> o) {
    Value v = Value::Map{{"ok", o ? o->ok : false}, {"text", o ? plain_text(o->reply) : o.error().message}};
    if (o && !o->json.is_null()) v.set("json", o->json);
    reply(to_json(v));
  });
}

std::string App::url() const { return impl_->url(); }
std::string App::login_url() const { return impl_->url() + "/login?token=" + impl_->tokens.login; }

void App::stop() {
  impl_->loop.post([this] {
    impl_->web->close_streams();
    impl_->server->drain([this] { impl_->loop.stop(); });
    // Somebody may keep a connection busy: a stop takes a few seconds at most.
    impl_->loop.after(4 * second_ms, [this] { impl_->loop.stop(); });
  });
}

int App::run() {
  Impl& i = *impl_;
  i.loop.on_signal(SIGTERM, [this] { stop(); });
  i.loop.on_signal(SIGINT, [this] { stop(); });
  i.loop.on_signal(SIGHUP, [&i] {
    const Outcome o = i.config_outcome({.what = "config reload", .incident = {}, .args = {}, .named = {}}, "en");
    log(o.ok ? LogLevel::info : LogLevel::error, plain_text(o.reply));
  });
  if (i.options.terminal) {
    TerminalOptions t;
    t.person = i.dispatcher->config().people.empty() ? "operator" : i.dispatcher->config().people.front().id;
    t.channel = "#muster";
    t.sandbox = i.options.sandbox;
    for (const Person& p : i.dispatcher->config().people) t.people.push_back(p.id);
    t.say = [&i](std::string channel, std::string person, std::string text) {
      i.loop.post([&i, channel, person, text] { i.room->say(person, channel, "", text); });
    };
    t.complete = [&i](std::string prefix) { return complete_line(prefix, {}); };
    t.quit = [this] { stop(); };
    if (auto started = Terminal::start(std::move(t))) {
      i.terminal = std::move(*started);
      i.room->subscribe([&i](const Value& event, const std::string& private_to) {
        if (i.terminal) i.terminal->show(event, private_to);
      });
      i.terminal->notice("The room in your browser: " + login_url());
    }
  }
  i.loop.run();
  i.stop();
  return 0;
}

}  // namespace muster
