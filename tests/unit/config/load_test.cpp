#include "config/load.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "bot/base/text.h"
#include "bot/core/engine/engine.h"
#include "config/schema.h"
#include "tests/support/config_text.h"

using namespace muster;
using namespace muster::test;
namespace fs = std::filesystem;

namespace {

const std::string source_dir = MUSTER_SOURCE_DIR;

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string all_issues(const Loaded& loaded) {
  std::string text;
  for (const ConfigIssue& issue : loaded.issues) text += format_issue(issue) + "\n";
  return text;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("no folder means the compiled-in defaults") {
  const Loaded loaded = load_config("");
  CHECK_MESSAGE(loaded.ok(), all_issues(loaded));
  const Settings& s = loaded.settings;
  CHECK(s.listen == "127.0.0.1:8080");
  CHECK(s.prefix == '!');
  CHECK(s.group_wait == 30 * second_ms);
  REQUIRE(s.severities.size() == 5);
  CHECK(s.severities[0].name == "SEV1");
  CHECK(s.severities[0].update_every == 15 * minute_ms);
  CHECK(s.severities[2].update_every == 60 * minute_ms);
  CHECK(s.severities[3].update_every == 24 * hour_ms);
  CHECK(s.severities[4].update_every == 0);
  REQUIRE(s.alert_routes.size() == 2);
  CHECK(s.alert_routes[0].open_incident);
  CHECK(s.alert_routes[0].severity == "SEV2");
  CHECK_FALSE(s.alert_routes[1].open_incident);
  CHECK(s.sources.size() == 2);
  CHECK_FALSE(s.policy.empty());
  CHECK(s.people.empty());
  CHECK(loaded.origin.at("listen") == "default");
}

TEST_CASE("a sandbox brings sample people and services, an ordinary bot does not") {
  const Loaded loaded = load_config("", true);
  CHECK_MESSAGE(loaded.ok(), all_issues(loaded));
  CHECK(loaded.settings.sandbox);
  REQUIRE(loaded.settings.people.size() == 3);
  CHECK(loaded.settings.people[2].name == "김지수");
  CHECK(loaded.settings.people[2].zone == "Asia/Seoul");
  CHECK(loaded.settings.people[2].language == "ko");
  CHECK(loaded.settings.people[0].handles.at(0).platform == "room");
  REQUIRE(loaded.settings.services.size() == 3);
  CHECK(loaded.settings.services[0].depends_on == std::vector<std::string>{"orders-db"});
  CHECK(load_text("people: [{id: dana}]", true).settings.people.size() == 1);
}

TEST_CASE("a value of the folder replaces the default and remembers where it stands") {
  const TempFolder folder;
  folder.write("a.yaml", "zone: Asia/Seoul\n\nlisten: 0.0.0.0:0\n");
  folder.write("b.yaml", "people:\n  - id: dana\n    uids: [1000]\n");
  folder.write("c.yaml", "people:\n  - id: eli\n");
  const Loaded loaded = load_config(folder.path());
  CHECK_MESSAGE(loaded.ok(), all_issues(loaded));
  CHECK(loaded.settings.zone == "Asia/Seoul");
  CHECK(loaded.origin.at("listen").ends_with("a.yaml:3"));
  REQUIRE(loaded.settings.people.size() == 2);
  CHECK(loaded.settings.people[0].uids == std::vector<int>{1000});
  CHECK(loaded.origin.at("people[1].id").ends_with("c.yaml:2"));
  CHECK(loaded.settings.severities.size() == 5);
}

TEST_CASE("a person who has chosen neither language nor zone has the bot's") {
  const Loaded loaded =
      load_text("language: ko\nzone: Asia/Seoul\npeople: [{id: ana}, {id: ben, language: en, zone: UTC}]\n");
  REQUIRE_MESSAGE(loaded.ok(), all_issues(loaded));
  CoreConfig core;
  core.language = loaded.settings.language;
  core.people = loaded.settings.people;
  CHECK(language_of(State(), core, "ana", "muster") == "ko");
  CHECK(language_of(State(), core, "ben", "muster") == "en");
  CHECK(loaded.settings.people.at(0).zone.empty());
  CHECK(loaded.settings.people.at(1).zone == "UTC");
}

TEST_CASE("every mistake is reported at once with its place, what was expected and the nearest name") {
  const Loaded loaded = load_text(
      "lisen: 1\n"
      "zone: Mars/Olympus\n"
      "alert_routes:\n"
      "  - name: pages\n"
      "    open_incident: true\n"
      "    severity: SEV9\n"
      "    matchers: ['=~~']\n"
      "sources:\n"
      "  - name: x\n"
      "    kind: alertmanger\n");
  REQUIRE(loaded.issues.size() == 5);
  CHECK(loaded.issues[0].line == 1);
  CHECK(loaded.issues[0].column == 1);
  CHECK(loaded.issues[0].nearest == "listen");
  CHECK(loaded.issues[1].line == 2);
  CHECK(loaded.issues[1].column == 7);
  CHECK(contains(loaded.issues[1].expected, "Asia/Seoul"));
  CHECK(loaded.issues[2].line == 6);
  CHECK(loaded.issues[3].line == 7);
  CHECK(loaded.issues[4].nearest == "alertmanager");
  CHECK(contains(format_issue(loaded.issues[0]), "a.yaml:1:1: "));
}

TEST_CASE("a route in triage opens an incident, and a severity may owe a review") {
  const Loaded wrong = load_text("alert_routes:\n  - name: unsure\n    triage: true\n");
  REQUIRE(wrong.issues.size() == 1);
  CHECK(wrong.issues[0].line == 2);
  CHECK(wrong.issues[0].expected == "open_incident: true");
  const Loaded right = load_text(
      "severities:\n  - name: SEV1\n    review_within: 5d\n"
      "alert_routes:\n  - name: unsure\n    triage: true\n    open_incident: true\n    severity: SEV1\n");
  CHECK_MESSAGE(right.ok(), all_issues(right));
  CHECK(right.settings.alert_routes.at(0).triage);
  CHECK(right.settings.severities.at(0).review_within == 5 * day_ms);
  CHECK(load_text("zone: UTC\n").settings.severities.at(0).review_within == 0);
}

TEST_CASE("a literal secret is refused and never printed") {
  const Loaded loaded = load_text("sources:\n  - name: x\n    kind: prometheus\n    secrets: [hunter2-canary]\n");
  REQUIRE(loaded.issues.size() == 1);
  CHECK(loaded.issues[0].line == 4);
  CHECK(loaded.issues[0].expected == "env:NAME or file:PATH");
  CHECK_FALSE(contains(all_issues(loaded) + config_show(loaded), "canary"));
}

TEST_CASE("secrets are resolved from the environment and from files and shown as references") {
  const TempFolder folder;
  folder.write("token", "from-file\n");
  folder.write("a.yaml",
               "sources:\n  - name: x\n    kind: prometheus\n    secrets: [env:MUSTER_TEST_TOKEN, file:token]\n");
  unsetenv("MUSTER_TEST_TOKEN");
  const Loaded without = load_config(folder.path());
  REQUIRE(without.issues.size() == 1);
  CHECK(contains(without.issues[0].message, "MUSTER_TEST_TOKEN"));
  setenv("MUSTER_TEST_TOKEN", "from-env", 1);
  const Loaded loaded = load_config(folder.path());
  unsetenv("MUSTER_TEST_TOKEN");
  CHECK_MESSAGE(loaded.ok(), all_issues(loaded));
  CHECK(loaded.settings.sources.at(0).secrets == std::vector<std::string>{"from-env", "from-file"});
  const std::string shown = config_show(loaded);
  CHECK(contains(shown, "env:MUSTER_TEST_TOKEN"));
  CHECK_FALSE(contains(shown, "from-env"));
  CHECK_FALSE(contains(shown, "from-file"));
}

TEST_CASE("names that nothing answers to and doubles are mistakes") {
  const std::string issues =
      all_issues(load_text("people: [{id: ana, groups: [oncall], handles: [room:a]}, {id: ben, handles: [room:a]}]\n"
                           "services: [{name: web, owners: [group:oncal], depends_on: [db]}]\n"
                           "policy: [{who: [annna], verbs: [declair], effect: run}]\n"));
  CHECK(contains(issues, "`room:a` stands twice"));
  CHECK(contains(issues, "did you mean `group:oncall`?"));
  CHECK(contains(issues, "no service is called `db`"));
  CHECK(contains(issues, "did you mean `ana`?"));
  CHECK(contains(issues, "did you mean `declare`?"));
}

TEST_CASE("several workspaces and servers, their secrets read and never shown") {
  const TempFolder folder;
  folder.write("acme-app", "xapp-canary\n");
  folder.write("proxy", "http://u:canary@proxy:3128\n");
  folder.write("gateway.pem", "-----BEGIN CERTIFICATE-----\n");
  folder.write("chat.yaml",
               "people: [{id: ana, handles: ['acme:U1', 'field:ana', 'room:ana']}]\n"
               "slack:\n"
               "  - {name: acme, bot_token: env:MUSTER_TEST_BOT, app_token: file:acme-app, ca_file: gateway.pem,\n"
               "     proxy: file:proxy, channels: [muster=ops-bot], api_url: 'https://gw.example/api/'}\n"
               "  - {name: emea, bot_token: env:MUSTER_TEST_BOT, app_token: file:acme-app}\n"
               "mattermost:\n"
               "  - {name: field, url: 'https://chat.example/mm/', token: env:MUSTER_TEST_BOT, team: ops}\n");
  setenv("MUSTER_TEST_BOT", "xoxb-canary", 1);
  const Loaded loaded = load_config(folder.path());
  unsetenv("MUSTER_TEST_BOT");
  REQUIRE_MESSAGE(loaded.ok(), all_issues(loaded));
  const SlackConfig& acme = loaded.settings.slack.at(0);
  CHECK(acme.bot_token == "xoxb-canary");
  CHECK(acme.app_token == "xapp-canary");
  CHECK(acme.proxy == "http://u:canary@proxy:3128");
  CHECK(acme.ca_file.ends_with("/gateway.pem"));
  CHECK(acme.api_url == "https://gw.example/api");
  CHECK(acme.channel_names == std::map<std::string, std::string>{{"muster", "ops-bot"}});
  CHECK(acme.place == "chat.yaml:3");
  CHECK(loaded.settings.slack.at(1).api_url == "https://slack.com/api");
  CHECK(loaded.settings.mattermost.at(0).url == "https://chat.example/mm");
  CHECK_FALSE(contains(config_show(loaded), "canary"));
}

TEST_CASE("a workspace in HTTP mode has a signing secret in place of the app-level token") {
  const TempFolder folder;
  folder.write("signing", "canary-signing\n");
  folder.write("bot", "xoxb-canary\n");
  folder.write("chat.yaml", "slack: [{name: acme, bot_token: file:bot, signing_secret: file:signing}]\n");
  const Loaded loaded = load_config(folder.path());
  REQUIRE_MESSAGE(loaded.ok(), all_issues(loaded));
  CHECK(loaded.settings.slack.at(0).signing_secret == "canary-signing");
  CHECK(loaded.settings.slack.at(0).app_token.empty());
  CHECK_FALSE(contains(config_show(loaded), "canary"));
  folder.write("chat.yaml", "slack: [{name: acme, bot_token: file:bot}]\n");
  CHECK(contains(all_issues(load_config(folder.path())), "either `app_token` (Socket Mode) or `signing_secret`"));
  folder.write("chat.yaml", "slack: [{name: a, bot_token: file:bot, app_token: file:bot, signing_secret: file:bot}]\n");
  CHECK(contains(all_issues(load_config(folder.path())), "events of a workspace come one way"));
}

TEST_CASE("a secret that is not there yet is told apart from what is written wrong") {
  const Loaded loaded =
      load_text("zone: Nowhere/None\nslack: [{name: a, bot_token: env:MUSTER_NOT_SET, app_token: file:x}]\n");
  REQUIRE(loaded.issues.size() == 3);
  CHECK(std::ranges::count_if(loaded.issues, [](const ConfigIssue& i) { return i.of_secret; }) == 2);
}

TEST_CASE("mistakes of platforms are said with their place, and no password is repeated") {
  const std::string issues = all_issues(
      load_text("people: [{id: ana, handles: ['acne:U1']}]\n"
                "slack: [{name: acme, bot_token: env:MUSTER_NOT_SET, app_token: xapp-1-canary, channels: [muster]}]\n"
                "mattermost:\n"
                "  - {name: acme, url: chat.example, token: file:nowhere, ca_file: missing.pem}\n"
                "  - {name: room, url: 'https://x', token: file:nowhere, proxy: 'http://u:canary@p:1'}\n"
                "  - {name: Ops Team, url: 'https://x', token: file:nowhere, channels: [a=x, b=x, c=봇-채널]}\n"
                "  - {name: lab, url: 'https://x', token: file:nowhere, command_token_file: none}\n"));
  CHECK(contains(issues, "a.yaml:1:"));
  CHECK(contains(issues, "did you mean `acme`?"));
  CHECK(contains(issues, "MUSTER_NOT_SET is not set"));
  CHECK(contains(issues, "a secret must not stand in this file"));
  CHECK(contains(issues, "expected OURS=THEIRS"));
  CHECK(contains(issues, "`acme` stands twice among the platforms"));
  CHECK(contains(issues, "a.yaml:4:"));
  CHECK(contains(issues, "missing.pem cannot be read"));
  CHECK(contains(issues, "`room` cannot be a platform's name"));
  CHECK(contains(issues, "`b=x` names a channel again"));
  CHECK(contains(issues, "`c=봇-채널` names what no channel of Mattermost can be called"));
  CHECK(contains(issues, "expected the channel's name in its address"));
  CHECK(
      contains(issues, "none cannot be read — expected the file that `muster mattermost command --token-file` writes"));
  CHECK(contains(issues, "a password must not stand in this file"));
  CHECK_FALSE(contains(issues, "canary"));
}

TEST_CASE("what incident channels are called and who is invited is checked") {
  const std::string issues =
      all_issues(load_text("people: [{id: ana, groups: [oncall]}]\n"
                           "channel_name: 'inc-{nmber}'\n"
                           "invites: [{who: [annna, owners, 'group:oncall'], severities: [SEV9], services: [web]}]\n"));
  CHECK(contains(issues, "a.yaml:2:"));
  CHECK(contains(issues, "`{nmber` is nothing that can be filled in"));
  CHECK(contains(issues, "did you mean `ana`?"));
  CHECK(contains(issues, "no severity is called `SEV9`"));
  CHECK(contains(issues, "no service is called `web` — expected one that this configuration has: it has none yet"));
  const Loaded good = load_text("public_url: https://m.example/\narchive_after: 7d\ninvites: [{who: [owners]}]\n");
  REQUIRE_MESSAGE(good.ok(), all_issues(good));
  CHECK(good.settings.public_url == "https://m.example");
  CHECK(good.settings.archive_after == 7 * day_ms);
  CHECK(good.settings.invites.at(0).who == std::vector<std::string>{"owners"});
}

TEST_CASE("a channel may wait for its review, where somebody may publish one") {
  const Loaded good = load_text("archive_after: published\n");
  REQUIRE_MESSAGE(good.ok(), all_issues(good));
  CHECK(good.settings.archive_published);
  CHECK(good.settings.archive_after == 0);
  CHECK_FALSE(load_text("archive_after: 1s\n").settings.archive_published);
  CHECK(contains(all_issues(load_text("archive_after: publishd\n")),
                 "a.yaml:1:16: `publishd` does not fit `archive_after` — expected a length of time such as 30s, 15m or "
                 "24h (0 for none), or published"));
  CHECK(contains(all_issues(load_text("group_wait: published\n")), "(0 for none)"));
  const std::string policy = "policy:\n  - {name: team, who: ['*'], verbs: [declare, note], effect: run}\n";
  CHECK(contains(all_issues(load_text("archive_after: published\n" + policy)),
                 "a.yaml:1:16: no line of `policy` lets anybody `postmortem publish`, so no channel would ever be "
                 "archived"));
  CHECK(load_text("archive_after: 1d\n" + policy).ok());
  CHECK(load_text("archive_after: published\n" + policy +
                  "  - {name: publish, who: ['*'], verbs: [postmortem publish], effect: confirm}\n")
            .ok());
}

TEST_CASE("the same single value in two files is a mistake, a missing folder too") {
  const TempFolder folder;
  folder.write("a.yaml", "zone: UTC\n");
  folder.write("b.yaml", "zone: Asia/Seoul\n");
  CHECK(contains(all_issues(load_config(folder.path())), "b.yaml:1:1: `zone` is already set in"));
  CHECK_FALSE(load_config("/nonexistent/muster").ok());
}

TEST_CASE("the shipped muster.yaml says nothing, and what it shows in comments are the defaults") {
  const Loaded shipped = load_config(source_dir + "/config");
  CHECK_MESSAGE(shipped.ok(), all_issues(shipped));
  std::string uncommented;
  for (const std::string& line : split(read(source_dir + "/config/muster.yaml"), '\n')) {
    if (line.starts_with("# ")) uncommented += line.substr(2) + "\n";
  }
  const Loaded shown = load_text(uncommented);
  CHECK_MESSAGE(shown.ok(), all_issues(shown));
  const auto values = [](const Loaded& loaded) {
    std::string text;
    for (const ShownValue& value : loaded.shown) text += value.path + "=" + join(value.values, ",") + "\n";
    return text;
  };
  CHECK(values(shown) == values(load_config("")));
  CHECK(shown.origin.at("listen") != "default");
}

TEST_CASE("the example of a team loads") {
  const Loaded loaded = load_config(source_dir + "/config/examples");
  CHECK_MESSAGE(loaded.ok(), all_issues(loaded));
  CHECK(loaded.settings.people.size() == 2);
}

TEST_CASE("the examples show every setting that there is") {
  const std::string shown = read(source_dir + "/config/muster.yaml") + read(source_dir + "/config/examples/team.yaml");
  for (const SettingField& field : setting_fields()) {
    const std::string name = leaf_name(field);
    const bool there = contains(shown, " " + name + ":") || contains(shown, "\n" + name + ":");
    CHECK_MESSAGE(there, std::string(field.path));
  }
}

TEST_CASE("what config show prints loads to the same values") {
  const Loaded before = load_config("", true);
  const Loaded after = load_text(config_show(before), true);
  CHECK_MESSAGE(after.ok(), all_issues(after));
  REQUIRE(after.shown.size() == before.shown.size());
  for (std::size_t i = 0; i < after.shown.size(); ++i) CHECK(after.shown[i].values == before.shown[i].values);
}

TEST_CASE("docs/configuration.md is what the loader's table says") {
  const bool same = read(source_dir + "/docs/configuration.md") == config_reference_markdown();
  CHECK_MESSAGE(same, "regenerate it: build/muster config reference > docs/configuration.md");
}

TEST_CASE("the JSON Schema knows every setting and refuses unknown ones") {
  const std::string schema = config_json_schema();
  CHECK(contains(schema, "\"alert_routes\""));
  CHECK(contains(schema, "\"additionalProperties\": false"));
  CHECK_FALSE(contains(schema, "\"additionalProperties\": true"));
}

TEST_CASE("conditions are compiled when the configuration is read, and a mistake has its place") {
  const Loaded good = load_text(
      "policy:\n  - who: [\"*\"]\n    effect: run\n    when: verb == \"ack\" && \"oncall\" in groups\n"
      "alert_routes:\n  - name: pages\n    open_incident: true\n    severity: SEV1\n"
      "    when: alert.severity == \"critical\" && default(alert.labels.team, \"\") != \"\"\n");
  CHECK_MESSAGE(good.ok(), all_issues(good));
  CHECK(good.settings.policy.at(0).when == "verb == \"ack\" && \"oncall\" in groups");
  CHECK(good.settings.alert_routes.at(0).when.starts_with("alert.severity"));
  const Loaded bad = load_text(
      "policy:\n  - who: [\"*\"]\n    effect: run\n    when: verbs == \"ack\"\n"
      "alert_routes:\n  - name: pages\n    when: alert.severty == \"page\"\n  - name: others\n    when: alert.title\n");
  const std::string issues = all_issues(bad);
  CAPTURE(issues);
  CHECK(issues.find(":4:11") != std::string::npos);
  CHECK(issues.find("there is no variable verbs") != std::string::npos);
  CHECK(issues.find("Did you mean verb?") != std::string::npos);
  CHECK(issues.find("there is no field severty") != std::string::npos);
  CHECK(issues.find("here should come bool") != std::string::npos);
}
