#include "integrations/chat/slack/web_api.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "bot/base/json.h"
#include "bot/base/text.h"

using namespace muster;

TEST_CASE("arguments travel as a form; nested values are JSON text inside one field") {
  CHECK(slack_form(
            Value::Map{{"channel", "C1"}, {"text", "a b&c=d+<é>"}, {"limit", 5}, {"full", true}, {"none", nullptr}}) ==
        "channel=C1&full=true&limit=5&text=a%20b%26c%3Dd%2B%3C%C3%A9%3E");
  CHECK(slack_form(Value::Map{{"blocks", Value::List{Value::Map{{"type", "divider"}}}}}) ==
        "blocks=%5B%7B%22type%22%3A%22divider%22%7D%5D");
  CHECK(slack_form(Value{}).empty());
}

TEST_CASE("an answer says what to do next, and HTTP 200 alone is no success") {
  using Fate = SlackAnswer::Fate;
  struct Row {
    int status;
    const char* body;
    Fate fate;
    const char* error;
  };
  const Row rows[] = {
      {200, R"({"ok":true,"ts":"1.1"})", Fate::ok, ""},
      {200, R"({"ok":true,"warning":"already_in_channel"})", Fate::ok, ""},
      {200, R"({"ok":false,"error":"already_pinned"})", Fate::ok, "already_pinned"},
      {200, R"({"ok":false,"error":"no_reaction"})", Fate::ok, "no_reaction"},
      {200, R"({"ok":false,"error":"ratelimited"})", Fate::later, "ratelimited"},
      {200, R"({"ok":false,"error":"fatal_error"})", Fate::unclear, "fatal_error"},
      {200, R"({"ok":false,"error":"invalid_auth"})", Fate::token, "invalid_auth"},
      {200, R"({"ok":false,"error":"missing_scope","needed":"pins:write"})", Fate::configuration, "missing_scope"},
      {200, R"({"ok":false,"error":"invalid_blocks"})", Fate::refused, "invalid_blocks"},
      {200, R"({"ok":false,"error":"of_tomorrow"})", Fate::refused, "of_tomorrow"},
      {200, "<html>", Fate::unclear, "http_200"},
      {200, "[]", Fate::unclear, "http_200"},
      {500, "<html>oops</html>", Fate::unclear, "http_500"},
      {503, "", Fate::unclear, "http_503"},
      {404, "", Fate::refused, "http_404"},
      {429, "", Fate::later, "ratelimited"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.body);
    const SlackAnswer answer = read_slack_answer(row.status, row.body, {});
    CHECK(answer.fate == row.fate);
    CHECK(answer.error == row.error);
  }
}

TEST_CASE("Retry-After is whole seconds, bounded, and nonsense is ignored") {
  const auto wait = [](const char* header) {
    return read_slack_answer(429, "", {{"retry-after", header}}).retry_after_ms;
  };
  CHECK(wait("30") == 30'000);
  CHECK(wait(" 1 ") == 1'000);
  CHECK(wait("-1") == 0);
  CHECK(wait("soon") == 0);
  CHECK(wait("999999") == 3'600'000);
}

TEST_CASE("what Slack did not like about a block is kept in one line") {
  const SlackAnswer a = read_slack_answer(
      200,
      R"({"ok":false,"error":"invalid_blocks","response_metadata":{"messages":["[ERROR] must be less\nthan 3001"]}})",
      {});
  CHECK(a.detail == "[ERROR] must be less than 3001");
}

TEST_CASE("missing scopes are found in the header of any answer") {
  std::string all;
  for (const std::string& scope : slack_scopes()) all += (all.empty() ? "" : ",") + scope;
  CHECK(missing_slack_scopes(all).empty());
  CHECK(missing_slack_scopes(all + ", commands").empty());
  CHECK(missing_slack_scopes(all.substr(all.find(',') + 1)) == std::vector<std::string>{"app_mentions:read"});
  CHECK(missing_slack_scopes("").size() == slack_scopes().size());
}

TEST_CASE("the manifest asks for what we use and lets people write to the bot") {
  const auto socket = parse_json(slack_manifest({}));
  REQUIRE(socket);
  CHECK((*socket)["settings"]["socket_mode_enabled"].as_bool());
  CHECK((*socket)["features"]["app_home"]["messages_tab_enabled"].as_bool());
  CHECK_FALSE((*socket)["features"]["app_home"]["messages_tab_read_only_enabled"].as_bool(true));
  CHECK_FALSE((*socket)["features"].has("slash_commands"));
  CHECK((*socket)["oauth_config"]["scopes"]["bot"].as_list().size() == slack_scopes().size() + 1);
  const auto http =
      parse_json(slack_manifest({.name = "m", .slash_command = "/muster", .request_url = "https://bot.example/in"}));
  REQUIRE(http);
  CHECK_FALSE((*http)["settings"]["socket_mode_enabled"].as_bool(true));
  CHECK((*http)["settings"]["event_subscriptions"]["request_url"].as_string() == "https://bot.example/in");
  CHECK((*http)["settings"]["interactivity"]["request_url"].as_string() == "https://bot.example/in");
  CHECK((*http)["features"]["slash_commands"].as_list()[0]["url"].as_string() == "https://bot.example/in");
  CHECK((*http)["oauth_config"]["scopes"]["bot"].as_list().size() == slack_scopes().size() + 1);
}

TEST_CASE("the manifest asks for no more than the configuration needs") {
  const auto has = [](const std::vector<std::string>& all, const char* one) {
    return std::ranges::find(all, one) != all.end();
  };
  const auto events = [](const SlackNeeds& needs) {
    const auto made = parse_json(slack_manifest({.needs = needs}));
    std::vector<std::string> all;
    for (const Value& e : (*made)["settings"]["event_subscriptions"]["bot_events"].as_list())
      all.push_back(e.as_string());
    return all;
  };
  CHECK(has(slack_scopes(), "usergroups:read"));
  CHECK(has(slack_scopes(), "users:read.email"));
  const SlackNeeds little{.groups = false, .addresses = false};
  CHECK_FALSE(has(slack_scopes(little), "usergroups:read"));
  CHECK_FALSE(has(slack_scopes(little), "users:read.email"));
  CHECK(has(events({}), "subteam_updated"));
  CHECK_FALSE(has(events(little), "subteam_updated"));
  CHECK_FALSE(has(events({}), "app_home_opened"));  // there is no home tab
  CHECK(std::ranges::is_sorted(slack_scopes()));
  CHECK(std::ranges::is_sorted(events({})));
  const std::string granted = join(slack_scopes(little), ",");
  CHECK(missing_slack_scopes(granted, little).empty());
  CHECK(missing_slack_scopes(granted) == std::vector<std::string>{"usergroups:read", "users:read.email"});
}

TEST_CASE("what Slack would refuse of a manifest is said before it is pasted") {
  CHECK(slack_manifest_mistake({}).empty());
  CHECK(
      slack_manifest_mistake({.name = "사고 대응", .slash_command = "/muster", .request_url = "https://h/in"}).empty());
  CHECK_FALSE(slack_manifest_mistake({.name = ""}).empty());
  CHECK_FALSE(slack_manifest_mistake({.name = std::string(36, 'x')}).empty());
  for (const char* slash : {"muster", "/", "/two words", "/Muster"})
    CHECK_FALSE(slack_manifest_mistake({.slash_command = slash}).empty());
  for (const char* url : {"foo", "http://h/in/slack"})
    CHECK_FALSE(slack_manifest_mistake({.request_url = url}).empty());
}
