// What the application hangs on the room: its page, its files, its channels.
#include <unistd.h>

#include "bot/app_impl.h"
#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/engine/privacy.h"

namespace muster {
namespace {

// Every address of this machine is no address to call.
std::string reachable(const std::string& address) {
  const std::string port = address.substr(address.rfind(':'));
  if (address.starts_with("0.0.0.0:")) return "127.0.0.1" + port;
  return address.starts_with("[::]:") ? "[::1]" + port : address;
}

std::string own_host_name() {
  char name[256] = "";
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

Error bot_busy() { return {ErrorKind::unavailable, "The bot is busy.", "Try again in a moment."}; }

}  // namespace

std::string App::Impl::url() const { return "http://" + reachable(server->address()); }

// Old messages are forgotten one day; a channel that people need is there all the same.
void App::Impl::restore_channels() {
  const State& state = dispatcher->state();
  if (state.position == 0) return;  // a new folder: the greeting opens them
  std::map<std::string, std::string> needed = {{"muster", "muster"}, {dispatcher->config().alerts_channel, ""}};
  for (const auto& [number, i] : state.incidents) {
    if (i.open() && !i.channel.empty()) needed[i.channel] = i.id + " " + i.title;
  }
  for (const auto& [name, title] : needed) {
    if (room->channel("#" + name)) continue;
    room->deliver(
        {.id = {}, .destination = "room:#" + name, .kind = "open_channel", .body = Value::Map{{"title", title}}}, {});
  }
}

// Off the loop: a large file is looked through for a while.
std::function<void(std::string, std::function<void(Result<std::string>)>)> App::Impl::file_cleaner() {
  return [this](const std::string& bytes, const std::function<void(Result<std::string>)>& done) {
    const bool taken = worker.run([this, bytes, done] {
      loop.post([done, clean = is_utf8(bytes) ? redact(bytes).text : bytes] { done(clean); });
    });
    if (!taken) done(std::unexpected(bot_busy()));
  };
}

void App::Impl::make_web() {
  RoomWebOptions o;
  o.login_token = tokens.login;
  o.sandbox = options.sandbox;
  for (const Person& p : dispatcher->config().people) o.people.push_back({p.id, p.name});
  o.default_person = o.people.empty() ? "operator" : o.people.front().id;
  o.prefix = dispatcher->config().prefix;
  for (const VerbInfo& v : verbs()) {
    if (v.ready) o.verbs.emplace_back(v.verb);
  }
  o.host_names = {options.listen.substr(0, options.listen.rfind(':')), own_host_name()};
  o.now = [this] { return clock.now(); };
  o.read_file = [this](std::string id, std::function<void(Result<std::string>)> done) {
    const bool taken = worker.run([this, id, done] {
      auto file = store->read_file(id);
      loop.post([done, file = std::move(file)] {
        done(file ? Result<std::string>(file->bytes) : std::unexpected(file.error()));
      });
    });
    if (!taken) done(std::unexpected(bot_busy()));
  };
  o.clean_file = file_cleaner();
  o.language = [this](const std::string& person) {
    return language_of(dispatcher->state(), dispatcher->config(), person, {});
  };
  o.complete = [this](std::string prefix, std::string channel, std::string person) {
    return dispatcher->complete(prefix, person, channel);
  };
  room->set_gate([this](const std::string& channel, const std::string& person) {
    return shows_channel(dispatcher->state(), dispatcher->config(), channel, person);
  });
  web = std::make_unique<RoomWeb>(*room, std::move(o));
}

// For the operator only: the local door has asked who it is. That a link was made is on record.
void App::Impl::login_link(const std::string& name, bool rotate, std::function<void(Result<Value>)> done) {
  const CoreConfig& config = dispatcher->config();
  const Person* p = find_person(config, name);
  if (!name.empty() && !p) {
    std::vector<std::string> known;
    for (const Person& each : config.people) known.push_back(each.id);
    return done(fail(ErrorKind::not_found, "There is no person " + name + " in the configuration.",
                     known.empty() ? "It has no people: `muster login` alone prints the operator's link."
                                   : "There are: " + join(known, ", ") + "."));
  }
  if (rotate) {
    const auto fresh = rotate_login(options.data_folder);
    if (!fresh) return done(std::unexpected(fresh.error()));
    tokens.login = *fresh;
    web->new_login(*fresh);
  }
  Entry e;
  e.kind = "login.linked";
  e.actor = actor_of(config, {}, true);
  e.origin = "human";
  e.text = (rotate ? "every session ended; " : "") + std::string("login link for ") + (p ? p->id : "the room");
  e.data = Value::Map{{"person", p ? p->id : ""}, {"rotated", rotate}};
  const std::string token = p ? web->link_token(p->id) : tokens.login;
  Value answer = Value::Map{{"path", "/login?token=" + token},
                            {"url", url() + "/login?token=" + token},
                            {"person", p ? p->id : web->default_person()},
                            {"rotated", rotate},
                            {"valid_minutes", p ? Value(RoomSessions::link_ms / minute_ms) : Value()}};
  dispatcher->record_fact(std::move(e), [done, answer](const Result<void>& r) {
    if (!r) return done(std::unexpected(r.error()));
    done(answer);
  });
}

}  // namespace muster
