// What the application consists of, shared by the files that make it up (app.cpp, app_answers.cpp, app_room.cpp). Loop
// thread only.
#pragma once
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bot/alert_door.h"
#include "bot/app.h"
#include "bot/base/worker.h"
#include "bot/chat_platforms.h"
#include "bot/clusters.h"
#include "bot/dispatcher.h"
#include "bot/local_door.h"
#include "bot/memory.h"
#include "bot/performer.h"
#include "bot/performer_run.h"
#include "bot/plan_answer.h"
#include "bot/reach.h"
#include "bot/room_terminal.h"
#include "bot/run_plan_answer.h"
#include "bot/run_progress.h"
#include "bot/self_answers.h"
#include "bot/silence_watch.h"
#include "bot/web/room_web.h"
#include "bot/webhook_desk.h"
#include "integrations/chat/room.h"
#include "integrations/net/http_client.h"
#include "integrations/net/http_server.h"
#include "integrations/net/local_socket.h"
#include "integrations/net/loop.h"
#include "integrations/net/timers.h"
#include "integrations/observability/observability.h"
#include "integrations/process/runner.h"
#include "integrations/targets/local/local.h"
#include "runbooks/engine.h"

namespace muster {

struct App::Impl {
  AppOptions options;
  Loaded loaded;
  Tokens tokens;
  SystemClock clock;
  Loop loop;
  std::unique_ptr<Store> store;
  Worker worker, bodies;  // bodies: large ones of senders, so that no report makes them wait
  Performer performer;    // attempts of steps, out and back
  // How far attempts are, gathered for the chat.
  ProgressBoard board{[this](DurationMs wait, std::function<void()> then) { loop.after(wait, std::move(then)); },
                      [this](std::vector<runbooks::StepProgress> told) { tell_progress(std::move(told)); }};
  std::future<runbooks::Library> library;
  std::set<std::string> book_groups;         // groups of chat platforms that runbooks name
  std::unique_ptr<runbooks::Engine> engine;  // outlives the dispatcher, which decides with it
  std::unique_ptr<Runner> runner;            // of commands; null: there is no shim
  std::unique_ptr<Timers> timers;            // of the targets
  std::unique_ptr<LocalTargets> locals;      // services as processes of this machine; reloads do not end them
  std::unique_ptr<HttpClient> client;
  Targets targets;  // deploy, rollback, scale and restart; the configuration names them
  // Each of them once more, also those that a reload has replaced. A change under way holds its target, which holds the
  // change: they part when it ends, or when the bot does.
  std::vector<std::weak_ptr<std::shared_ptr<Target>>> held_targets;
  std::unique_ptr<Clusters> clusters;  // being asked what they offer, and what they let us do
  Reach reach;                         // which targets do not answer
  bool offers = false;                 // no service is configured: the Deployments of KUBECONFIG's cluster are
  std::optional<KubernetesTargetDef> offered;
  std::unique_ptr<Dispatcher> dispatcher;
  std::unique_ptr<Room> room;
  std::unique_ptr<RoomWeb> web;
  std::unique_ptr<AlertDoor> door;
  std::unique_ptr<Observability> reads;
  std::unique_ptr<SilenceWatch> silences;
  std::unique_ptr<WebhookDesk> hooks;
  std::unique_ptr<ChatPlatforms> chats;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<LocalDoor> local;
  std::unique_ptr<LocalSocket> socket;
  std::unique_ptr<RoomTerminal> terminal;
  MemoryKeeper memory;
  std::uint64_t ticks = 0;  // one a second
  bool stopping = false;
  int exit_code = 0;
  TimeMs started = clock.now();

  Result<void> open();
  Result<void> fill_room();
  void restore_channels();
  Result<void> serve();
  Result<void> serve_locally();
  void open_socket_to_mapped();
  // Takes secrets out of the text of files, on the worker: the room's own and copies of the platforms'.
  std::function<void(std::string, std::function<void(Result<std::string>)>)> file_cleaner();
  void make_web();
  void tick();
  // On threads of its own, while the store is opened. `shipped`: what is read already, if that was begun.
  void read_library(std::future<runbooks::Library> shipped = {});
  void take_library(runbooks::Library read);
  void open_runner();
  void sweep_commands();
  std::string broken_runbooks(const std::string& language) const;  // those that cannot be read; empty: none
  Outcome test_runbook(const std::string& name, const std::string& language) const;
  void load_targets();
  PlanReading plan_reading();
  RunPlanReading run_plan_reading();
  Performer::Progress progress_seen();
  void tell_progress(std::vector<runbooks::StepProgress> told);
  void load_local_targets();
  void make_targets();
  void add_target(std::shared_ptr<Target> target);
  void drop_targets();
  KubernetesParts cluster_parts();
  bool wants_offer(const Settings& settings) const;
  Loaded own_config() const;
  void keep_offer();
  void take_offer(const KubernetesTargetDef& offer);
  void open_runbooks();  // the engine, the library, the verbs that are available here
  void stop();
  std::optional<HttpResponse> turn_away(const HttpRequest& request) const;
  void request(HttpRequest request, HttpReply reply);
  void report(const HttpRequest& request, const HttpReply& reply);
  Value info() const;
  SelfHealth self_health() const;
  void read(const ReadWanted& wanted, const CommandInput& input, std::function<void(Outcome)> done);
  void read_incident(const ReadWanted& wanted, const std::string& language, std::function<void(Outcome)> done);
  std::string delayed_lines(const std::string& language) const;  // what waits for a chat platform, and for how long
  static bool asks_who_is_away(const ReadWanted& wanted);
  std::optional<Outcome> known_at_once(const ReadWanted& wanted);
  void read_places(const ReadWanted& wanted, std::function<void(Outcome)> done);
  void read_changes(const ReadWanted& wanted, std::function<void(Outcome)> done);
  void read_graph(const ReadWanted& wanted, std::function<void(Outcome)> done);
  void carry_silence(const OutMessage& message, std::function<void(Result<void>)> done);
  void watch_silences();
  WebhookDesk::Elsewhere on_worker();
  void carry_hook(const OutMessage& message, std::function<void(Result<void>)> done);
  Outcome read_here(const ReadWanted& wanted, const std::string& language);
  void read_outbox(const ReadWanted& wanted, const CommandInput& input, const std::string& language,
                   std::function<void(Outcome)> done);
  void resend(const std::vector<OutMessage>& again, const Actor& who, const std::string& language,
              const std::function<void(Outcome)>& done);
  void reload(const Actor& who, const std::string& language, std::function<void(Outcome)> done);
  void take_config(Loaded fresh, Tokens made);
  void hangup();
  void send_sample();
  void login_link(const std::string& person, bool rotate, std::function<void(Result<Value>)> done);
  std::string url() const;
};

}  // namespace muster
