#include "integrations/chat/slack/self_check.h"

#include <doctest/doctest.h>

#include "bot/base/text.h"
#include "tests/unit/slack/world.h"

using namespace muster;
using namespace muster::test;

namespace {

// "FAIL slack.scopes_missing pins:write" per finding.
std::vector<std::string> found(SlackWorld& w, SlackConfig c, bool with_socket = true) {
  std::vector<std::string> lines;
  check_slack(w.net.http(), w.clock, c, with_socket, [&](const ChatChecks& checks) {
    for (const ChatCheck& check : checks) {
      CHECK_FALSE(check_text(check, "ko").empty());
      const auto scopes = check.words.find("scopes");
      lines.push_back(check.level + " " + check.key + (scopes == check.words.end() ? "" : " " + scopes->second));
    }
  });
  w.drain();
  return lines;
}

SlackConfig config() {
  SlackConfig c;
  c.bot_token = "xoxb-test";
  c.app_token = "xapp-1-test";
  c.api_url = std::string(doubles::SlackNoSockets::api) + "/";
  c.channels = {"muster"};
  return c;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a workspace that is set up right has nothing to complain about") {
  SlackWorld w;
  w.core.channels["C1"] = {.id = "C1", .name = "muster", .topic = {}, .purpose = {}, .im_of = {}};
  w.core.channels["C1"].members = {doubles::SlackCore::bot_user};
  const Lines all = {"ok clock.same", "ok account", "ok slack.scopes", "ok slack.socket", "ok channel.member"};
  CHECK(found(w, config()) == all);
  CHECK(found(w, config(), false) == Lines{"ok clock.same", "ok account", "ok slack.scopes", "ok channel.member"});
}

TEST_CASE("each finding names the settings that can be at fault, and no other") {
  SlackConfig c = config();
  const auto change = [&](const std::string& code) {
    const ChatCheck check = slack_advice(code, "no route", c).check;
    CHECK_FALSE(check_change(check, "ko").empty());
    return check_change(check, "en");
  };
  CHECK(change("unreachable") == "Check the network and SLACK_API_URL; it is tried again.");
  CHECK(check_change(
            slack_advice("unreachable", "SSL certificate problem: unable to get local issuer certificate", c).check,
            "en") == "Check the network and SLACK_API_URL, SLACK_CA_FILE; it is tried again.");
  c.proxy = "http://u:canary@proxy:3128";
  c.ca_file = "ca.pem";
  CHECK(change("unreachable") == "Check the network and SLACK_API_URL, SLACK_PROXY, SLACK_CA_FILE; it is tried again.");
  c.place = "chat.yaml:3";
  CHECK(change("unreachable").contains("`proxy` (chat.yaml:3)"));
  CHECK(change("app:link_disabled").contains("under Socket Mode"));
  c.place.clear();
  SlackWorld w;
  w.core.channels["C1"] = {.id = "C1", .name = "alerts", .topic = {}, .purpose = {}, .im_of = {}, .archived = true};
  c = config();
  c.channels = {"alerts"};
  check_slack(w.net.http(), w.clock, c, false, [&](const ChatChecks& checks) {
    CHECK(check_change(checks.back(), "en") == "Unarchive it, or name another channel: alerts_channel, board_channel.");
  });
  w.drain();
}

TEST_CASE("scopes are missed only where the configuration needs them") {
  SlackWorld w;
  const SlackNeeds little{.groups = false, .addresses = false};
  w.core.granted_scopes = join(slack_scopes(little), ",");
  SlackConfig c = config();
  const auto missing = [&] {
    for (const std::string& line : found(w, c, false))
      if (line.starts_with("FAIL")) return line;
    return std::string();
  };
  CHECK(missing().empty());
  c.asks_groups = true;
  CHECK(missing() == "FAIL slack.scopes_missing usergroups:read");
  c.link_by_email = true;
  CHECK(missing() == "FAIL slack.scopes_missing usergroups:read, users:read.email");
}

TEST_CASE("missing scopes, a wrong clock and an archived channel are named") {
  SlackWorld w;
  w.core.granted_scopes.erase(w.core.granted_scopes.find(",pins:write"), 11);
  w.core.clock_is_off = 2 * minute_ms;
  w.core.channels["C1"] = {.id = "C1", .name = "ops-bot", .topic = {}, .purpose = {}, .im_of = {}, .archived = true};
  SlackConfig c = config();
  c.channel_names = {{"muster", "ops-bot"}};
  CHECK(found(w, c, false) ==
        Lines{"FAIL clock.differs", "ok account", "FAIL slack.scopes_missing pins:write", "FAIL channel.archived"});
  w.core.granted_scopes.clear();  // a gateway took the header away
  w.core.clock_is_off = -15 * second_ms;
  c.channel_names.clear();
  CHECK(found(w, c, false) ==
        Lines{"note clock.differs", "ok account", "note slack.scopes_unknown", "note channel.none"});
}

TEST_CASE("tokens of the wrong kind are seen before they are sent anywhere") {
  SlackWorld w;
  SlackConfig c = config();
  std::swap(c.bot_token, c.app_token);
  CHECK(found(w, c) == Lines{"FAIL slack.kind", "FAIL slack.kind"});
  CHECK(w.core.calls.empty());
  c = config();
  c.bot_token = "xoxb-nonsense";
  CHECK(found(w, c) == Lines{"ok clock.same", "FAIL slack.bot_refused"});
  c = config();
  c.app_token = "xapp-nonsense";
  CHECK(found(w, c).at(3) == "FAIL slack.app_refused");
  w.net.down = true;
  CHECK(found(w, config()) == Lines{"FAIL slack.unreachable"});
}

TEST_CASE("what the self check finds is said in the reader's language") {
  SlackWorld w;
  SlackConfig c = config();
  c.bot_token = "xoxb-nonsense";
  ChatChecks seen;
  check_slack(w.net.http(), w.clock, c, true, [&](ChatChecks found) { seen = std::move(found); });
  w.drain();
  REQUIRE_FALSE(seen.empty());
  CHECK(check_text(seen.back(), "en") == "Slack does not accept SLACK_BOT_TOKEN (invalid_auth).");
  CHECK(check_text(seen.back(), "ko") == "Slack이 SLACK_BOT_TOKEN 토큰을 받아들이지 않습니다(invalid_auth).");
  CHECK(check_change(seen.back(), "ko").contains("앱을 다시 설치하고"));
}
