#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "bot/base/json.h"
#include "integrations/chat/mattermost/commands.h"
#include "integrations/chat/mattermost/self_check.h"
#include "tests/unit/mattermost/rig.h"

using namespace muster;
using namespace muster::test;

namespace {

// A team's administrator registers the command, people type it, the server carries it to the platform.
struct Slashed {
  Rig rig;
  std::string admin, file = std::filesystem::temp_directory_path() / ("muster-slash-" + std::to_string(::getpid()));
  HttpResponse last{.status = 0, .body = {}, .headers = {}};

  Slashed() {
    rig.config.callback_url = "http://bot:8080/in/mattermost/act";
    rig.config.command_token_file = file;
    admin = rig.core.add_user("root");
    rig.core.user(admin).roles = "system_user team_admin";
    rig.core.join_team(rig.team, admin);
    rig.core.set_integration([this](const std::string&, const std::string& body) {
      last = {.status = 0, .body = {}, .headers = {}};
      HttpRequest q;
      q.method = "POST";
      q.body = body;
      rig.platform->slash(q, [this](HttpResponse r) { last = std::move(r); });
      rig.settle();
      return last;
    });
    std::filesystem::remove(file);
  }
  ~Slashed() { std::filesystem::remove(file); }
  Result<mattermost::CommandMade> registered(mattermost::CommandWish wish = {}) {
    if (wish.team.empty()) wish.team = "ops";
    if (wish.url.empty()) wish.url = "http://bot:8080/in/mattermost/command";
    Result<mattermost::CommandMade> result = fail(ErrorKind::internal, "no answer");
    const mattermost::Api api(doubles::NoSockets::url, rig.core.add_token(admin), {}, {});
    register_command(rig.net.http(), api, wish, [&](const auto& made) { result = made; });
    rig.settle();
    return result;
  }
  void keep(const std::vector<std::string>& tokens) { REQUIRE(mattermost::write_command_tokens(file, tokens)); }
  HttpResponse type(const std::string& channel, const std::string& line) {
    HttpRequest q;
    q.method = "POST";
    q.path = "/api/v4/commands/execute";
    q.headers["authorization"] = "Bearer " + rig.core.add_token(rig.ana);
    q.body = to_json(Value::Map{{"channel_id", channel}, {"command", line}});
    return rig.core.request(q);
  }
};

}  // namespace

TEST_CASE("a slash command is a line for the bot: stored, then accepted without a word, and a form may open") {
  Slashed s;
  const auto made = s.registered();
  REQUIRE(made);
  CHECK(made->what == "made");
  s.keep({made->token});
  s.rig.start();
  const std::string channel = s.rig.channel("muster");
  s.rig.core.join(channel, s.rig.ana);
  CHECK(s.type(channel, "/muster  declare sev2 Checkout is slow").status == 200);
  REQUIRE(s.rig.events.size() == 1);
  const ChatEvent& e = s.rig.events.front();
  CHECK(e.kind == "button");
  CHECK(e.channel == "#muster");
  CHECK(e.user == "p-ana");
  CHECK(e.text == "declare sev2 Checkout is slow");
  CHECK(e.post_id.empty());
  CHECK(e.can_open_form);
  CHECK(s.last.body == "{}");
  CHECK(s.last.content_type == "application/json");
  s.type(channel, "/muster");
  CHECK(s.rig.events.back().text == "help");
}

TEST_CASE("a line that cannot be stored is refused before the person alone, and the server hears no error") {
  Slashed s;
  s.keep({s.registered()->token});
  s.rig.start();
  const std::string channel = s.rig.channel("muster");
  s.rig.core.join(channel, s.rig.ana);
  s.rig.refuse_events = true;
  s.rig.core.take_happenings();
  CHECK(s.type(channel, "/muster status").status == 200);
  const auto seen = s.rig.core.take_happenings();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].kind == "ephemeral");
  CHECK(seen[0].text == "the disk is full");
}

TEST_CASE("what only the person may see comes as the answer to the line itself") {
  Slashed s;
  s.keep({s.registered()->token});
  s.rig.says_alone.text = "`x` is *yours* alone";
  s.rig.start();
  const std::string channel = s.rig.channel("muster");
  s.rig.core.join(channel, s.rig.ana);
  s.rig.core.take_happenings();
  CHECK(s.type(channel, "/muster whoami").status == 200);
  const auto seen = s.rig.core.take_happenings();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].kind == "ephemeral");
  CHECK(seen[0].to == "ana");
  CHECK(seen[0].text == "`x` is **yours** alone");
}

TEST_CASE("a wrong token is refused; while it is changed the old one and the new one count") {
  Slashed s;
  const std::string old = s.registered()->token;
  s.keep({old});
  s.rig.start();
  const std::string channel = s.rig.channel("muster");
  s.rig.core.join(channel, s.rig.ana);
  mattermost::CommandWish rotate;
  rotate.rotate = true;
  const auto fresh = s.registered(rotate);
  REQUIRE(fresh);
  CHECK(fresh->what == "rotated");
  CHECK(fresh->token != old);
  CHECK(s.type(channel, "/muster one").status == 500);  // the file does not have it yet
  CHECK(s.last.status == 401);
  CHECK(s.rig.events.empty());
  s.keep({fresh->token, old});
  s.rig.pass(2 * second_ms);
  CHECK(s.type(channel, "/muster two").status == 200);
  HttpRequest late;  // on its way since before the change
  late.method = "POST";
  late.body = "token=" + old + "&team_id=" + s.rig.team + "&channel_id=" + channel + "&user_id=" + s.rig.ana +
              "&text=three&trigger_id=x";
  s.rig.platform->slash(late, [&](const HttpResponse& r) { s.last = r; });
  s.rig.settle();
  CHECK(s.last.status == 200);
  CHECK(s.rig.heard() == std::vector<std::string>{"button two", "button three"});
}

TEST_CASE("a line of several lines keeps them, as a message does") {
  Slashed s;
  s.keep({s.registered()->token});
  s.rig.start();
  s.rig.core.join(s.rig.channel("muster"), s.rig.ana);
  s.type(s.rig.channel("muster"), "/muster note 하나\n둘 ");
  REQUIRE(s.rig.events.size() == 1);
  CHECK(s.rig.events.front().text == "note 하나\n둘");
}

TEST_CASE("where the bot is not it joins, and where it cannot join it says how to invite it") {
  Slashed s;
  s.keep({s.registered()->token});
  s.rig.start();
  const std::string open = s.rig.core.add_channel(s.rig.team, "shop"),
                    closed = s.rig.core.add_channel(s.rig.team, "vault", "P");
  s.rig.core.join(open, s.rig.ana);
  s.rig.core.join(closed, s.rig.ana);
  s.type(open, "/muster status");
  REQUIRE(s.rig.events.size() == 1);
  CHECK(s.rig.events.front().channel == "#shop");
  CHECK(s.rig.core.channel(open)->members.contains(s.rig.bot));
  const std::string asked_in = s.rig.core.add_channel(s.rig.team, "cellar", "P");
  s.rig.core.join(asked_in, s.rig.ana);
  s.rig.core.join(asked_in, s.rig.bot);
  s.type(asked_in, "/muster status");
  REQUIRE(s.rig.events.size() == 2);
  CHECK(s.rig.events.back().channel == "#cellar");
  s.rig.core.take_happenings();
  s.type(closed, "/muster status");
  CHECK(s.rig.events.size() == 2);
  const auto seen = s.rig.core.take_happenings();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].text.contains("`/invite @muster`를 입력하거나"));  // what Ana reads
}

TEST_CASE("registering again changes nothing, a new address moves it, and what is somebody else's stays theirs") {
  Slashed s;
  const std::string token = s.registered()->token;
  CHECK(s.registered()->what == "kept");
  mattermost::CommandWish moved;
  moved.url = "http://other:8080/in/mattermost/command";
  CHECK(s.registered(moved)->what == "moved");
  CHECK(s.registered(moved)->token == token);
  mattermost::CommandWish taken;
  taken.trigger = "join";
  CHECK(s.registered(taken).error().message == "/join is taken on this server.");
  taken.trigger = "two words";
  CHECK(s.registered(taken).error().message == "/two words cannot be a slash command.");
  taken = {.team = {}, .url = "bot:8080"};
  CHECK(s.registered(taken).error().message == "bot:8080 is no address that the server can reach.");
  s.rig.core.user(s.admin).roles = "system_user";
  CHECK(s.registered().error().kind == ErrorKind::unauthorized);
  CHECK(s.registered({.team = "nope", .url = {}}).error().message == "This account sees no team nope on this server.");
  s.rig.core.user(s.admin).roles = "system_user team_admin";
  mattermost::CommandWish gone;
  gone.remove = true;
  CHECK(s.registered(gone)->what == "removed");
}

TEST_CASE("the token file is ours alone to read") {
  Slashed s;
  s.keep({"aaaaaaaaaaaaaaaaaaaaaaaaaa"});
  const auto mode = std::filesystem::status(s.file).permissions();
  CHECK((mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) ==
        std::filesystem::perms::none);
}

TEST_CASE("the self check finds the command, or says what to run") {
  Slashed s;
  const auto keys = [&s] {
    std::string text;
    check_mattermost(s.rig.net.http(), s.rig.clock, s.rig.config, [&](const ChatChecks& found) {
      for (const ChatCheck& c : found)
        if (c.key.contains("command")) text += c.level + " " + c.key + ";";
    });
    s.rig.settle();
    return text;
  };
  CHECK(keys() == "FAIL mattermost.no_command_token;note mattermost.command_unseen;");
  s.rig.core.user(s.rig.bot).roles = "system_user team_admin";
  CHECK(keys() == "FAIL mattermost.no_command_token;FAIL mattermost.no_command;");
  s.keep({s.registered()->token});
  CHECK(keys() == "ok mattermost.command;");
}

TEST_CASE("who is in a group or a team is told whole, and why not when it cannot be told") {
  Rig r;
  r.start();
  const auto members = [&r](const std::string& group) {
    std::string text;
    r.platform->members_of(group, [&text](const Result<std::vector<ChatMember>>& found) {
      if (!found) text = found.error().message;
      for (std::size_t i = 0; found && i < found->size(); ++i) text += (*found)[i].id + " ";
    });
    r.settle();
    return text;
  };
  CHECK(members("sre") == "Mattermost does not tell who is in @sre (its license has no groups)");
  r.core.add_group("sre", {r.ana});
  CHECK(members("sre") == r.ana + " ");
  CHECK(members("sr") == "Mattermost has no group @sr");
  CHECK(members("team/ops").contains(r.ana));
  CHECK(members("team/none").contains("does not tell"));
}
