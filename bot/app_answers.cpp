// What the application answers itself: requests that belong to no door, and commands that need the journal, the
// disk or the process.
#include <charconv>

#include "bot/app_impl.h"
#include "bot/base/log.h"
#include "bot/change_reads.h"
#include "bot/config_answers.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/privacy.h"
#include "bot/metrics.h"
#include "bot/outbox_answers.h"
#include "bot/plan_answer.h"
#include "bot/reads.h"
#include "bot/related.h"
#include "bot/scrub_answers.h"
#include "bot/self_answers.h"
#include "storage/schema.h"

namespace muster {
namespace {

Outcome busy(const std::string& language) {
  Outcome o;
  o.ok = false;
  o.reply.text = say(language, "not_stored", {{"why", "busy"}});
  return o;
}

}  // namespace

// Whose long body need not be read, because it would be refused anyway.
std::optional<HttpResponse> App::Impl::turn_away(const HttpRequest& q) const {
  if (chats->handles(q)) return std::nullopt;  // their signatures cover the body
  if (door->handles(q)) return door->turn_away(q);
  if (web->handles(q)) return web->turn_away(q);
  return HttpResponse{.status = 404, .content_type = "text/plain", .body = "", .headers = {}};
}

void App::Impl::request(HttpRequest q, HttpReply reply) {
  const bool of_itself = q.path == "/healthz" || q.path == "/readyz" || q.path == "/metrics";
  if (of_itself && q.method != "GET")
    return reply({.status = 405, .content_type = "text/plain", .body = "", .headers = {{"Allow", "GET, HEAD"}}});
  if (q.path == "/healthz") return reply({.status = 200, .content_type = "text/plain", .body = "ok\n", .headers = {}});
  if (q.path == "/readyz") {
    const std::string why = dispatcher->not_ready();
    return reply({.status = why.empty() ? 200 : 503,
                  .content_type = "text/plain",
                  .body = !why.empty()                              ? "not ready: " + why + "\n"
                          : dispatcher->state().automation.draining ? "ready, draining: no new runs are taken\n"
                                                                    : "ready\n",
                  .headers = {}});
  }
  if (q.path == "/metrics") {
    return reply({.status = 200,
                  .content_type = "text/plain; version=0.0.4; charset=utf-8",
                  .body = metrics_text({.store = store->stats(),
                                        .dispatcher = dispatcher->stats(),
                                        .http = server->stats(),
                                        .lag_ms = loop.lag_ms(),
                                        .streams = web->streams(),
                                        .started = started},
                                       dispatcher->state()) +
                          chats->metrics() + hooks->metrics(),
                  .headers = {}});
  }
  if (q.path.starts_with("/room/report/")) return report(q, reply);
  if (chats->handles(q)) return chats->request(q, reply);
  if (door->handles(q)) return door->request(std::move(q), std::move(reply));
  if (web->handles(q)) return web->request(std::move(q), std::move(reply));
  if (q.method == "GET") return reply(web->notice(404, "web.missing"));
  reply({.status = 404, .content_type = "text/plain", .body = "", .headers = {}});
}

void App::Impl::report(const HttpRequest& q, const HttpReply& reply) {
  if (!web->logged_in(q)) return reply(web->notice(401, "web.login"));
  const Incident* i = find_incident(dispatcher->state(), q.path.substr(13));
  if (!i || !shows_channel(dispatcher->state(), dispatcher->config(), i->channel, web->reader(q)))
    return reply(web->notice(404, "web.no_incident"));
  const std::string lang = q.query.contains("lang") ? q.query.at("lang") : web->reader_language(q);
  int version = q.query.contains("draft") ? 0 : i->published.version;
  if (const auto asked = q.query.find("version"); asked != q.query.end()) {
    std::from_chars(asked->second.data(), asked->second.data() + asked->second.size(), version = 0);
    if (version < 1 || version > i->published.version) return reply(web->notice(404, "web.no_version"));
  }
  const bool taken = worker.run([this, incident = *i, lang, reply, version, config = dispatcher->config(),
                                 related = related_incidents(dispatcher->state(), *i)] {
    auto entries = store->read_incident(incident.id);
    HttpResponse r{
        .status = 503, .content_type = "text/plain", .body = "", .headers = {{"X-Content-Type-Options", "nosniff"}}};
    if (entries) {
      r.status = 200;
      r.content_type = "text/html; charset=utf-8";
      r.body = render_report(*entries, config, "html", lang, config.zone, Profile::internal,
                             changes_around(*store, config, incident), related, file_bytes_of(*store), version);
      r.headers["Cache-Control"] = "no-store";
    }
    loop.post([reply, r] { reply(r); });
  });
  if (!taken) reply({.status = 503, .content_type = "text/plain", .body = "", .headers = {{"Retry-After", "5"}}});
}

void App::Impl::read(const ReadWanted& wanted, const CommandInput& input, std::function<void(Outcome)> done) {
  const std::string& language = wanted.language;
  if (wanted.what == "timeline" || wanted.what.starts_with("postmortem") || wanted.what == "transcript")
    return read_incident(wanted, language, std::move(done));
  if (wanted.what == "config reload")
    return reload(actor_of(dispatcher->config(), input.person, input.is_operator), language, std::move(done));
  if (wanted.what == "scrub")
    return scrub({*dispatcher, *store, clock,
                  [this](std::function<void()> work, std::function<void()> then) {
                    return worker.run([this, work = std::move(work), then = std::move(then)] {
                      work();
                      loop.post(then);
                    });
                  }},
                 wanted, actor_of(dispatcher->config(), input.person, input.is_operator), std::move(done));
  if (wanted.what == "plan change") return read_plan(plan_reading(), wanted, input, std::move(done));
  if (wanted.what == "plan run") return read_run_plan(run_plan_reading(), wanted, input, std::move(done));
  if (wanted.what == "graph") return read_graph(wanted, std::move(done));
  if (wanted.what == "where" || wanted.what == "diff" || wanted.what == "status")
    return read_places(wanted, std::move(done));
  if (wanted.what == "releases" || wanted.what == "metrics") return read_changes(wanted, std::move(done));
  if (wanted.what.starts_with("webhooks"))
    return hooks->read(wanted, actor_of(dispatcher->config(), input.person, input.is_operator), std::move(done));
  if (wanted.what.starts_with("outbox")) return read_outbox(wanted, input, language, std::move(done));
  if (wanted.what != "history") return done(read_here(wanted, language));
  const bool taken = worker.run([this, wanted, done, config = dispatcher->config()] {
    Outcome o = record_outcome(*store, wanted, config);
    loop.post([done, o = std::move(o)] { done(o); });
  });
  if (!taken) done(busy(language));
}

void App::Impl::read_incident(const ReadWanted& wanted, const std::string& language,
                              std::function<void(Outcome)> done) {
  const std::string link = url() + "/room/report/" + wanted.incident;
  const Incident* known = find_incident(dispatcher->state(), wanted.incident);
  const bool report = wanted.what.starts_with("postmortem");
  const bool taken = worker.run(
      [this, wanted, report, link, done, config = dispatcher->config(), incident = known ? *known : Incident(),
       related = known && report ? related_incidents(dispatcher->state(), *known) : std::vector<RelatedIncident>()] {
        Outcome o;
        if (!report) {
          o = record_outcome(*store, wanted, config);
        } else if (auto entries = store->read_incident(wanted.incident); !entries) {
          o.ok = false;
          o.reply.text = entries.error().message;
        } else {
          o = postmortem_outcome(*entries, wanted, config, {link, changes_around(*store, config, incident), related});
        }
        loop.post([done, o = std::move(o)] { done(o); });
      });
  if (!taken) done(busy(language));
}

SelfHealth App::Impl::self_health() const {
  const StoreStats s = store->stats();
  const DispatcherStats d = dispatcher->stats();
  SelfHealth h;
  h.not_ready = dispatcher->not_ready();
  h.queue = s.queue_depth;
  h.commits = s.commits;
  h.last_commit_ms = s.last_commit_ms;
  h.refusing = s.refusing;
  h.loop_lag_ms = loop.lag_ms();
  h.outbox_waiting = d.waiting;
  h.outbox_dead = d.dead_now;
  h.timers = d.timers;
  h.started_ms = started;
  h.now = clock.now();
  h.sandbox = options.sandbox;
  h.draining = dispatcher->state().automation.draining;
  h.platforms.push_back({.name = "room", .connected = true, .account = {}, .version = {}, .problem = {}});
  for (const ChatPlatform* p : chats->platforms()) {
    const ChatHealth c = chats->health_of(*p);
    h.platforms.push_back({.name = p->name(),
                           .connected = c.connected,
                           .account = c.account,
                           .version = c.version,
                           .problem = c.problem + (c.next_step.empty() ? "" : " " + c.next_step),
                           .trouble = c.trouble,
                           .waiting = c.waiting,
                           .oldest_ms = c.oldest_ms});
  }
  for (PlatformHealth& p : h.platforms)
    if (const auto heard = d.last_event.find(p.name); heard != d.last_event.end()) p.last_event_ms = heard->second;
  h.rooms = room_health(dispatcher->state(), dispatcher->config());
  return h;
}

Outcome App::Impl::read_here(const ReadWanted& wanted, const std::string& language) {
  Outcome o;
  if (wanted.what == "health") {
    Outcome health = health_outcome(self_health(), language);
    if (const std::string found = chats->findings_text(language); !found.empty())
      health.reply.sections.push_back({plain(found), {}});
    if (const std::string broken = broken_runbooks(language); !broken.empty())
      health.reply.sections.push_back({broken, {}});
    if (const std::string trouble = hooks->trouble(language); !trouble.empty())
      health.reply.sections.push_back({trouble, {}});
    health.json.set("webhooks", hooks->value());
    health.json.set("checks", chats->findings("en"));
    return health;
  } else if (wanted.what == "runbook test") {
    return test_runbook(wanted.args.front(), language);
  } else if (wanted.what == "version") {
    return version_outcome(dispatcher->config(), schema_version(), language);
  } else if (wanted.what == "try") {
    if (door->token_of("alertmanager").empty()) {
      o.ok = false;
      o.reply.text = say(language, "try.no_source");
      return o;
    }
    send_sample();
    o.reply.text = say(language, "try.sent", {{"alerts", dispatcher->config().alerts_channel}});
  } else if (wanted.what.starts_with("config ")) {
    const Loaded fresh = load_config(options.config_folder, options.sandbox);
    o = wanted.what == "config diff" ? config_diff(own_config(), fresh, language) : config_check(fresh, language);
  } else {
    o.reply.text = say(language, "page.none");
  }
  return o;
}

// Read whole, stored, and only then in force: a mistake, or a disk that refuses, leaves everything as it was.
void App::Impl::reload(const Actor& who, const std::string& language, std::function<void(Outcome)> done) {
  Loaded fresh = load_config(options.config_folder, options.sandbox);
  if (!fresh.ok()) return done(config_check(fresh, language));
  auto made = load_tokens(options.data_folder, fresh.settings);
  if (!made) return done(not_reloaded(language, made.error().message));
  Entry entry = config_entry(own_config(), fresh);
  entry.actor = who;
  if (who.type == "user") entry.origin = "human";
  const auto stored = [this, fresh, made = std::move(*made), language, done](Result<void> r) {
    if (!r) return done(not_reloaded(language, r.error().message));
    const Outcome told = config_reloaded(own_config(), fresh, language);
    take_config(fresh, made);
    done(told);
  };
  dispatcher->record_fact(std::move(entry), stored);
}

void App::Impl::take_config(Loaded fresh, Tokens made) {
  loaded = std::move(fresh);
  keep_offer();
  tokens = std::move(made);
  log_at(loaded.settings.log_level);
  dispatcher->set_config(core_config(loaded.settings, options.sandbox));
  chats->configured();
  door->configure(loaded.settings, tokens);
  reads->configure(loaded.settings.observability);
  hooks->configure(loaded.settings.webhooks);
  open_socket_to_mapped();
  read_library();
  take_library(library.get());
  load_targets();
}

// SIGHUP: nobody waits for an answer, so the log and #muster get it.
void App::Impl::hangup() {
  const std::string language = dispatcher->config().language;
  reload(Actor{}, language, [this](const Outcome& o) {
    log(o.ok ? LogLevel::info : LogLevel::error, "SIGHUP: " + plain_text(o.reply));
    dispatcher->announce("muster", o.reply);
  });
}

void App::Impl::read_outbox(const ReadWanted& wanted, const CommandInput& input, const std::string& language,
                            std::function<void(Outcome)> done) {
  const Actor who = actor_of(dispatcher->config(), input.person, input.is_operator);
  const bool taken = worker.run([this, wanted, who, language, done] {
    auto dead = store->dead_letters();
    if (dead)
      std::erase_if(*dead, [&](const DeadLetter& d) {
        const std::string& to = d.message.destination;
        return wanted.hides(to.substr(std::min(to.find('#'), to.size())));
      });
    loop.post([this, wanted, who, language, done, dead] {
      if (!dead) return done(not_reloaded(language, dead.error().message));
      if (wanted.what == "outbox") return done(outbox_list(*dead, language));
      const std::string id = wanted.args.empty() ? "" : wanted.args.front();
      const std::vector<OutMessage> again = chosen(*dead, id);
      if (again.empty()) return done(outbox_none(id, language));
      resend(again, who, language, done);
    });
  });
  if (!taken) done(busy(language));
}

// Who asked is recorded; then the rows wait again on disk; only then something leaves.
void App::Impl::resend(const std::vector<OutMessage>& again, const Actor& who, const std::string& language,
                       const std::function<void(Outcome)>& done) {
  dispatcher->record_fact(outbox_entry(again, who), [this, again, language, done](Result<void> r) {
    if (!r) return done(not_reloaded(language, r.error().message));
    const bool taken = worker.run([this, again, language, done] {
      loop.post([this, language, done, resent = resend_letters(*store, again)] {
        dispatcher->redeliver(resent.waiting, resent.waiting.size());
        done(outbox_resent(resent.waiting, resent.stored, language));
      });
    });
    if (!taken) done(busy(language));
  });
}

}  // namespace muster
