// The double as a program, for clients in other languages. It prints one line of JSON with everything a client needs,
// then takes one command a line on standard input: cut, skip N, forget, revoke, admin, say TEXT, show, edit TEXT,
// bad-gateway N, in CHANNEL TEXT (ana says it there), share CHANNEL NAME TEXT (a file of that text), list CHANNEL,
// files CHANNEL, down, up, person NAME, add NAME CHANNEL (by hand), from NAME CHANNEL TEXT, who CHANNEL (its type and
// its people), everything (all posts). It ends with its standard input.
#include <iostream>
#include <sstream>

#include "bot/base/json.h"
#include "tests/doubles/mattermost/server.h"

namespace {

// NAME TEXT: ana's file of that text.
void share(muster::doubles::MattermostCore& core, const std::string& ana, std::istringstream words) {
  std::string channel, name, text;
  std::getline(words >> channel >> name >> std::ws, text);
  const auto* place = core.channel_named(channel);
  if (place) core.say_with_file(ana, place->id, "a file", name, "text/plain", text);
}

muster::Value files_in(const muster::doubles::MattermostCore& core, const std::string& channel) {
  muster::Value list = muster::Value::List{};
  const auto* place = core.channel_named(channel);
  if (!place) return list;
  for (const auto* p : core.posts_in(place->id))
    for (const std::string& id : p->file_ids)
      if (const auto* f = core.file(id)) list.push(f->name + ": " + f->data);
  return list;
}

std::string name_of(const muster::doubles::MattermostCore& core, const std::string& channel_id) {
  const auto* c = core.channel(channel_id);
  return c->type == "D" ? "@" + c->name : "#" + c->name;
}

// person NAME, add NAME CHANNEL, from NAME CHANNEL TEXT
void with_person(muster::doubles::MattermostCore& core, const std::string& command, const std::string& team,
                 std::istringstream words) {
  std::string name, channel, text;
  std::getline(words >> name >> channel >> std::ws, text);
  if (command == "person") return core.join_team(team, core.add_user(name, false, name + "@example.com"));
  const auto* place = core.channel_named(channel);
  const auto* who = core.user_named(name);
  if (!place || !who) return;
  if (command == "add") return core.join(place->id, who->id);
  core.say(who->id, place->id, text);
}

muster::Value people_of(const muster::doubles::MattermostCore& core, const std::string& channel) {
  const auto* place = core.channel_named(channel);
  if (!place) return {};
  muster::Value list = muster::Value::List{};
  for (const std::string& id : place->members) list.push(core.user(id).username);
  return muster::Value::Map{{"private", place->type == "P"}, {"people", std::move(list)}};
}

}  // namespace

int main() {
  using namespace muster;
  using namespace muster::doubles;
  SystemClock clock;
  MattermostServer server(clock);
  std::string bot, ana, team, channel, token, person_token, last;
  server.on([&](MattermostCore& core) {
    team = core.add_team("ops");
    bot = core.add_user("muster", true);
    ana = core.add_user("ana", false, "ana@example.com");
    core.join_team(team, bot);
    core.join_team(team, ana);
    channel = core.add_channel(team, "town-square");
    core.join(channel, bot);
    core.join(channel, ana);
    token = core.add_token(bot);
    person_token = core.add_token(ana);
    // An integration that takes every click, and every form but one whose title is "bad".
    core.set_integration([](const std::string&, const std::string& body) {
      const bool bad = body.contains("\"title\":\"bad\"");
      return HttpResponse{.status = 200,
                          .content_type = "application/json",
                          .body = bad ? R"({"errors":{"title":"too short"}})" : "{}",
                          .headers = {}};
    });
  });
  std::cout << to_json(Value::Map{{"url", server.url()},
                                  {"token", token},
                                  {"person_token", person_token},
                                  {"team", team},
                                  {"channel", channel},
                                  {"bot", bot},
                                  {"ana", ana}})
            << std::endl;
  int failing = 0;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command, rest;
    words >> command;
    std::getline(words >> std::ws, rest);
    Value shown = Value::List{};
    server.on([&](MattermostCore& core) {
      if (command == "admin") core.user(ana).roles = "system_user team_admin";
      if (command == "cut") core.cut_all();
      if (command == "skip") core.skip_frames(std::stoi(rest));
      if (command == "forget") core.forget_connections();
      if (command == "revoke") core.revoke(token);
      if (command == "say") last = core.say(ana, channel, rest);
      if (command == "show") {
        for (const auto* p : core.posts_in(channel)) shown.push(p->message);
      }
      if (command == "edit") core.edit(last, rest);
      if (command == "in") {
        const auto* place = core.channel_named(rest.substr(0, rest.find(' ')));
        if (place) last = core.say(ana, place->id, rest.substr(rest.find(' ') + 1));
      }
      if (command == "share") share(core, ana, std::istringstream(rest));
      if (command == "files") shown = files_in(core, rest);
      if (command == "person" || command == "add" || command == "from")
        with_person(core, command, team, std::istringstream(rest));
      if (command == "who") shown = people_of(core, rest);
      if (command == "everything")
        for (const MmPost* p : core.all_posts()) shown.push(name_of(core, p->channel_id) + ": " + p->message);
      if (command == "list") {
        if (const auto* place = core.channel_named(rest))
          for (const auto* p : core.posts_in(place->id)) shown.push(p->message);
      }
      if (command == "down" || command == "up") {
        core.fault_before = nullptr;
        if (command == "down")
          core.fault_before = [](const HttpRequest&) {
            return HttpResponse{.status = 502, .content_type = "text/html", .body = "<html>bad</html>", .headers = {}};
          };
        if (command == "down") core.cut_all();
      }
      if (command == "bad-gateway") {
        failing = std::stoi(rest);
        core.fault_before = [&failing](const HttpRequest& q) -> std::optional<HttpResponse> {
          if (failing <= 0 || q.path.ends_with("/websocket")) return std::nullopt;
          --failing;
          return HttpResponse{.status = 502, .content_type = "text/html", .body = "<html>bad</html>", .headers = {}};
        };
      }
    });
    const bool shows =
        command == "show" || command == "list" || command == "files" || command == "who" || command == "everything";
    std::cout << (shows ? to_json(shown) : "done " + command) << std::endl;
  }
  return 0;
}
