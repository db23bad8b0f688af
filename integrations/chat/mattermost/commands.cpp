#include "integrations/chat/mattermost/commands.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <memory>

#include "bot/base/text.h"

namespace muster::mattermost {

namespace {

constexpr std::size_t tokens_max = 2;

struct Registration : std::enable_shared_from_this<Registration> {
  HttpClient& http;
  Api api;
  CommandWish wish;
  CommandDone done;
  std::string team_id = {};

  Registration(HttpClient& with, const Api& by, CommandWish what, CommandDone then)
      : http(with), api(by), wish(std::move(what)), done(std::move(then)) {}

  void send(HttpCall call, std::function<void(const Answer&)> then) {
    http.send(std::move(call), [self = shared_from_this(), then = std::move(then)](const Result<HttpResult>& r) {
      const Answer a = answer_of(r);
      if (a.ok()) return then(a);
      self->done(self->refused(a));
    });
  }
  std::unexpected<Error> refused(const Answer& a) const {
    if (a.status == 403) {
      return fail(ErrorKind::unauthorized, "The server does not let this account manage slash commands.",
                  "Use the personal token of an administrator of the team.");
    }
    if (a.status == 401) return fail(ErrorKind::unauthorized, "The server does not accept this token.");
    if (a.error_id == "api.command.duplicate_trigger.app_error") {
      return fail(ErrorKind::conflict, "/" + wish.trigger + " is taken on this server.", "Choose another --trigger.");
    }
    if (a.error_id.starts_with("app.team.get_by_name")) {
      return fail(ErrorKind::not_found, "This account sees no team " + wish.team + " on this server.",
                  "--team is the team's name in its address, https://SITE/TEAM/…");
    }
    if (a.error_id == "model.command.is_valid.trigger.app_error")
      return fail(ErrorKind::invalid, "/" + wish.trigger + " cannot be a slash command.",
                  "Write --trigger as one word without a slash, at most 128 characters.");
    if (a.error_id.starts_with("model.command.is_valid.url"))
      return fail(ErrorKind::invalid, wish.url + " is no address that the server can reach.",
                  "Write --callback http://HOST:PORT, where the server reaches this bot.");
    return fail(ErrorKind::unavailable, "The server refused: " + (a.why.empty() ? a.error_id : a.why));
  }
  Value body() const {
    return Value::Map{{"team_id", team_id},
                      {"trigger", wish.trigger},
                      {"method", "P"},
                      {"url", wish.url},
                      {"display_name", "muster"},
                      {"description", "Incidents, alerts and changes"},
                      {"auto_complete", true},
                      {"auto_complete_hint", "[command] or ?"},
                      {"auto_complete_desc",
                       "declare, status, page, deploy, run … ; help lists them, a ? at the end what comes next"}};
  }
  void begin();
  void found(const Value& commands);
  void change(const Value& command);
};

void Registration::begin() {
  send(api.get("/teams/name/" + path_part(lower_ascii(wish.team))), [this](const Answer& a) {
    team_id = a.body["id"].as_string();
    send(api.get("/commands?team_id=" + team_id + "&custom_only=true"), [this](const Answer& all) { found(all.body); });
  });
}

void Registration::found(const Value& commands) {
  for (const Value& c : commands.as_list())
    if (c["trigger"].as_string() == lower_ascii(wish.trigger)) return change(c);
  if (wish.remove) return done(CommandMade{"removed", {}});
  send(api.post("/commands", body()), [this](const Answer& a) {
    done(CommandMade{"made", a.body["token"].as_string()});
  });
}

void Registration::change(const Value& c) {
  const std::string path = "/commands/" + path_part(c["id"].as_string()), there = c["url"].as_string();
  // A command that does not lead to a bot of ours is somebody else's.
  if (there != wish.url && !(there.contains("/in/") && there.ends_with("/command"))) {
    return done(
        fail(ErrorKind::conflict, "/" + wish.trigger + " leads to " + there + ".", "Choose another --trigger."));
  }
  if (wish.remove) {
    return send(api.del(path), [this](const Answer&) { done(CommandMade{"removed", {}}); });
  }
  if (wish.rotate) {
    return send(api.put(path + "/regen_token", Value::Map{}), [this](const Answer& a) {
      done(CommandMade{"rotated", a.body["token"].as_string()});
    });
  }
  const std::string token = c["token"].as_string();
  if (there == wish.url) return done(CommandMade{"kept", token});
  Value moved = body();
  moved.set("id", c["id"]);
  send(api.put(path, moved), [this, token](const Answer&) { done(CommandMade{"moved", token}); });
}

}  // namespace

void register_command(HttpClient& http, const Api& api, const CommandWish& wish, CommandDone done) {
  std::make_shared<Registration>(http, api, wish, std::move(done))->begin();
}

std::vector<std::string> read_command_tokens(const std::string& path) {
  std::vector<std::string> tokens;
  std::ifstream in(path);
  std::string line;
  while (tokens.size() < tokens_max && std::getline(in, line)) {
    const std::string token(trim(line));
    if (token.size() >= 16 && token.size() <= 128) tokens.push_back(token);
  }
  return tokens;
}

// Readable by us alone, replaced in one step.
Result<void> write_command_tokens(const std::string& path, const std::vector<std::string>& tokens) {
  const std::string next = path + ".new";
  const mode_t before = ::umask(0077);
  std::ofstream out(next, std::ios::trunc);
  ::umask(before);
  for (std::size_t i = 0; i < tokens.size() && i < tokens_max; ++i) out << tokens[i] << "\n";
  out.close();
  if (!out || std::rename(next.c_str(), path.c_str()) != 0) {
    return fail(ErrorKind::unavailable, "The token cannot be written to " + path + ".",
                "Check the folder, then type the command again with --rotate.");
  }
  return {};
}

}  // namespace muster::mattermost
