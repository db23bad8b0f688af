#include "bot/app.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "bot/app_impl.h"
#include "bot/base/log.h"
#include "bot/config_answers.h"
#include "bot/rows.h"
#include "bot/runbook_library.h"
#include "bot/sample_alert.h"
#include "integrations/net/backoff.h"
#include "storage/scrub.h"

namespace muster {
namespace {

constexpr std::uint64_t rows_after_ticks = 5;  // a start is quick; the rows are for reading

// A bot that is connected to people is no playground.
Result<void> check_sandbox() {
  for (const char* token : {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "MATTERMOST_TOKEN"}) {
    if (std::getenv(token))
      return fail(ErrorKind::conflict, std::string(token) + " is set: a bot with chat tokens refuses to be a sandbox.",
                  "Unset it, or leave out --sandbox (and `sandbox: true` in the configuration).");
  }
  return {};
}

}  // namespace

App::App() : impl_(std::make_unique<Impl>()) {}
App::~App() { impl_->stop(); }

Result<std::unique_ptr<App>> App::start(AppOptions options) {
  std::unique_ptr<App> app(new App());
  Impl& i = *app->impl_;
  i.options = std::move(options);
  // The catalogue takes longest, and needs no configuration: first.
  auto shipped = std::async(std::launch::async, [] { return load_library(library_folders("")); });
  i.loaded = load_config(i.options.config_folder, i.options.sandbox);
  if (!i.loaded.ok())
    return fail(ErrorKind::invalid, config_mistakes(i.loaded), "Nothing was started. `muster check` shows this again.");
  i.read_library(std::move(shipped));
  if (i.options.listen.empty()) i.options.listen = i.loaded.settings.listen;
  i.options.sandbox = i.options.sandbox || i.loaded.settings.sandbox;
  if (auto r = i.options.sandbox ? check_sandbox() : Result<void>(); !r) return std::unexpected(r.error());
  log_at(i.loaded.settings.log_level);
  if (auto r = i.open(); !r) return std::unexpected(r.error());
  if (auto r = i.serve(); !r) return std::unexpected(r.error());
  app->heed_signals();
  return app;
}

// Before anybody is told that the bot is there: a reload sent at once must not end it.
void App::heed_signals() {
  Impl& i = *impl_;
  i.loop.on_signal(SIGTERM, [this] { stop(); });
  i.loop.on_signal(SIGINT, [this, &i] { i.terminal ? i.terminal->interrupt() : stop(); });
  i.loop.on_signal(SIGWINCH, [&i] {
    if (i.terminal) i.terminal->resized();
  });
  i.loop.on_signal(SIGHUP, [&i] { i.hangup(); });
}

Result<void> App::Impl::open() {
  StoreOptions so;
  so.folder = options.data_folder;
  so.fault = options.fault;
  auto opened = open_store(std::move(so), [this](std::function<void()> task) { loop.post(std::move(task)); });
  if (!opened) return std::unexpected(opened.error());
  store = std::move(*opened);
  auto made = load_tokens(options.data_folder, loaded.settings);
  if (!made) return std::unexpected(made.error());
  tokens = *made;
  keep_offer();
  dispatcher = std::make_unique<Dispatcher>(*store, clock, core_config(loaded.settings, options.sandbox));
  client = HttpClient::make(loop);
  open_runbooks();
  room = std::make_unique<Room>(clock);
  door = std::make_unique<AlertDoor>(*dispatcher, *store, clock);
  door->configure(loaded.settings, tokens);
  door->set_elsewhere([this](std::function<void()> work, std::function<void()> then) {
    return bodies.run([this, work = std::move(work), then = std::move(then)] {
      work();
      loop.post(then);
    });
  });
  if (auto filled = fill_room(); !filled) return filled;
  dispatcher->attach(*room);
  const auto wanted = chat_settings(loaded.settings, options.sandbox);
  if (!wanted) return std::unexpected(wanted.error());
  chats = std::make_unique<ChatPlatforms>(*store, *dispatcher);
  if (auto linked = chats->load(); !linked) return linked;
  chats->set_cleaner(file_cleaner());
  chats->make(*wanted, loop, *client, clock);
  chats->also_groups([this] { return book_groups; });
  reads = std::make_unique<Observability>(*client);
  reads->configure(loaded.settings.observability);
  reads->set_elsewhere(on_worker());
  watch_silences();
  hooks = std::make_unique<WebhookDesk>(*client, clock, *dispatcher, *store, on_worker(), random_dice);
  hooks->configure(loaded.settings.webhooks);
  hooks->restore();
  dispatcher->set_carrier([this](const OutMessage& m, std::function<void(Result<void>)> done) {
    if (WebhookDesk::carries(m)) return hooks->carry(m, std::move(done));
    m.kind == "silence" ? carry_silence(m, std::move(done)) : carry_hook(m, std::move(done));
  });
  const auto reader = [this](const ReadWanted& w, const CommandInput& i, std::function<void(Outcome)> done) {
    read(w, i, std::move(done));
  };
  dispatcher->set_reader(reader, [this](const ReadWanted& w) { return known_at_once(w); });
  dispatcher->set_fault(options.fault);
  dispatcher->set_background([this](std::function<void()> task) { return worker.run(std::move(task)); },
                             [this](std::function<void()> task) { loop.post(std::move(task)); });
  return {};
}

WebhookDesk::Elsewhere App::Impl::on_worker() {
  return [this](std::function<void()> work, std::function<void()> then) {
    return worker.run([this, work = std::move(work), then = std::move(then)] {
      work();
      loop.post(then);
    });
  };
}

// A post to our own alert door.
void App::Impl::carry_hook(const OutMessage& m, std::function<void(Result<void>)> done) {
  HttpCall call{.method = "POST",
                .url = url() + m.body["path"].as_string(),
                .headers = {{"Content-Type", "application/json"}},
                .body = m.body["body"].as_string()};
  // Asked for now and not stored with the message: the record holds no secret.
  call.headers.merge(door->asked_headers("alertmanager", call.body));
  client->send(std::move(call), [done](Result<HttpResult> r) {
    if (r && r->status / 100 == 2) return done({});
    done(fail(ErrorKind::unavailable, r ? "status " + std::to_string(r->status) : r.error().message));
  });
}

Result<void> App::Impl::fill_room() {
  const auto held = store->file_bytes();
  if (!held) return std::unexpected(held.error());
  room->set_file_bytes(*held);
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
  handler.refused = [this](const std::string& path, int status) { door->refused(path, status); };
  handler.turn_away = [this](const HttpRequest& q) { return turn_away(q); };
  make_web();
  auto listening = HttpServer::listen(loop, options.listen, std::move(handler));
  if (!listening) return std::unexpected(listening.error());
  server = std::move(*listening);
  door->started(started);
  if (auto listens = serve_locally(); !listens) return listens;
  take_library(library.get());
  if (auto started = dispatcher->start(); !started) return started;
  hooks->started();
  sweep_commands();
  restore_channels();
  chats->start();
  auto pending = store->pending_inbox();
  if (!pending) return std::unexpected(pending.error());
  for (const InboxItem& item : *pending) door->take_pending(item);
  tick();
  return {};
}

Result<void> App::Impl::serve_locally() {
  local = std::make_unique<LocalDoor>(
      *dispatcher, clock,
      LocalDoor::Options{
          options.sandbox, [this] { return info(); },
          [this](const std::string& person, bool rotate, auto done) { login_link(person, rotate, std::move(done)); },
          [this](const std::string& channel) { return !chats->empty() || room->channel("#" + channel) != nullptr; },
          [this](const std::string& language, auto done) { chats->look_again(language, std::move(done)); }});
  const std::string path = options.data_folder + "/muster.sock";
  auto listening = LocalSocket::listen(
      loop, path, [this](std::uint32_t uid, std::string line, LocalReply reply) { local->request(uid, line, reply); });
  if (!listening) return std::unexpected(listening.error());
  socket = std::move(*listening);
  open_socket_to_mapped();
  return {};
}

// Only where other user ids are mapped to people may others connect at all; who they are is asked of the kernel.
void App::Impl::open_socket_to_mapped() {
  const auto& people = dispatcher->config().people;
  const bool mapped = std::ranges::any_of(people, [](const Person& p) { return !p.uids.empty(); });
  const std::string path = options.data_folder + "/muster.sock";
  if (::chmod(path.c_str(), mapped ? 0666 : 0600) != 0) log(LogLevel::warn, "the socket's mode could not be set");
}

Value App::Impl::info() const {
  return Value::Map{{"address", server->address()},
                    {"version", muster_version},
                    {"pid", static_cast<std::int64_t>(::getpid())},
                    {"started", format_utc(started)},
                    {"sandbox", options.sandbox},
                    {"config", options.config_folder},
                    {"dead_letters", static_cast<std::int64_t>(dispatcher->stats().dead_now)},
                    {"webhooks", hooks->value()}};
}

void App::Impl::tick() {
  dispatcher->tick();
  chats->watch(clock.now());
  silences->tick();
  hooks->tick();
  // A report, a search or the rows made anew take memory and commit nothing.
  memory.tick(store->stats().commits + worker.finished() + bodies.finished());
  if (const StoreStats s = store->stats(); s.broken && !stopping) {
    log(LogLevel::error, "The database cannot be trusted any more: muster ends, its restart recovers.",
        {{"why", s.refusing}});
    exit_code = 1;
    return loop.stop();
  }
  if (++ticks % 20 == 0) web->heartbeat();
  if (ticks == rows_after_ticks) (void)worker.run([this] { renew_rows_of_another(*store, program_mark()); });
  if (!stopping) loop.after(second_ms, [this] { tick(); });
}

void App::Impl::stop() {
  if (stopping) return;
  stopping = true;
  loop.forget();
  terminal.reset();
  socket.reset();
  if (locals && exit_code == 0) locals->bot_stops();
  if (web) web->close_streams();
  server.reset();
  chats.reset();
  drop_targets();
  client.reset();
  worker.stop();
  bodies.stop();
  if (dispatcher) dispatcher->stop();
  if (store) store->stop();
}

void App::Impl::send_sample() {
  dispatcher->send({.id = {},
                    .destination = "http:self",
                    .kind = "http_post",
                    .body = Value::Map{{"path", "/in/alertmanager/" + door->token_of("alertmanager")},
                                       {"body", sample_alert(clock.now())}}});
}

bool App::sandbox() const { return impl_->options.sandbox; }
std::string App::url() const { return impl_->url(); }
std::string App::listens_on() const { return impl_->server->address(); }
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
  if (i.options.terminal)
    i.terminal = RoomTerminal::open(i.loop, *i.room, *i.dispatcher, i.options.data_folder, [this] { stop(); });
  i.loop.run();
  i.stop();
  return i.exit_code;
}

}  // namespace muster
