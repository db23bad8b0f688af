#include "bot/core/commands/grammar.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "bot/core/commands/verbs.h"

using namespace muster;
using Named = std::map<std::string, std::string>;
using List = std::vector<std::string>;

namespace {

Command parsed(std::string_view text) {
  auto c = parse_command(text);
  if (!c) FAIL("refused: " << std::string(text) << " (" << c.error().message_key << ")");
  return *c;
}

GrammarError refused(std::string_view text) {
  auto c = parse_command(text);
  if (c) FAIL("accepted: " << std::string(text));
  return c.error();
}

const Live live{.services = {"api", "web"},
                .environments = {"prod", "staging"},
                .people = {"ann", "bob"},
                .incidents = {"INC-7"},
                .alerts = {"E12"},
                .severities = {"sev1", "sev2"},
                .roles = {"owner"}};

bool has(const List& list, std::string_view word) { return std::ranges::find(list, word) != list.end(); }

struct Row {
  std::string text, verb;
  List args;
  Named named;
};

}  // namespace

TEST_CASE("each line is understood as its verb, arguments and names") {
  const Row rows[] = {
      {"STATUS Api in PROD", "status", {"api"}, {{"in", "prod"}}},
      {"alerts --severity page --json", "alerts", {}, {{"severity", "page"}, {"json", "true"}}},
      {"alerts -severity=page api", "alerts", {"api"}, {{"severity", "page"}}},
      {"alerts severity=page", "alerts", {}, {{"severity", "page"}}},
      {"history verb=ack who=\"Ann B\" since 2h", "history", {}, {{"verb", "ack"}, {"who", "Ann B"}, {"since", "2h"}}},
      {"show i7", "show", {"INC-7"}, {}},
      {"ack e12", "ack", {"E12"}, {}},
      {"can @ann declare x for api", "can", {"@ann", "declare x for api"}, {}},
      {"declare sev2 payments slow for api", "declare", {"payments slow"}, {{"severity", "sev2"}, {"for", "api"}}},
      {"declare waiting for hours for api", "declare", {"waiting for hours"}, {{"for", "api"}}},
      {"incident open payments slow severity 2 for API from e12",
       "declare",
       {"payments slow"},
       {{"severity", "sev2"}, {"for", "api"}, {"from", "E12"}}},
      {"declare \"down for maintenance\"", "declare", {"down for maintenance"}, {}},
      {"declare it's slow in prod because x=y", "declare", {"it's slow in prod"}, {{"because", "x=y"}}},
      {"declare slow for api because it won't stop for now",
       "declare",
       {"slow"},
       {{"for", "api"}, {"because", "it won't stop for now"}}},
      {"declare from e2 sev3, disk fills", "declare", {"disk fills"}, {{"from", "E2"}, {"severity", "sev3"}}},
      {"declare slow --severity=2 for api", "declare", {"slow"}, {{"severity", "sev2"}, {"for", "api"}}},
      {"declare slow severity 33", "declare", {"slow"}, {{"severity", "sev33"}}},
      {"declare severity of the leak is unknown", "declare", {"severity of the leak is unknown"}, {}},
      {"declare \"slow because of us\" for api", "declare", {"slow because of us"}, {{"for", "api"}}},
      {"severity 1 because it won't stop", "severity", {"sev1"}, {{"because", "it won't stop"}}},
      {"severity INC-7 SEV3", "severity", {"sev3"}, {{"incident", "INC-7"}}},
      {"lead @ann in INC-7", "lead", {"@ann"}, {{"incident", "INC-7"}}},
      {"role scribe @bob", "role", {"scribe", "@bob"}, {}},
      {"note at 14:02 moved to by for x --flag \"q", "note", {"at 14:02 moved to by for x --flag \"q"}, {}},
      {"note INC-7 hello", "note", {"hello"}, {{"incident", "INC-7"}}},
      {"note I7 is a road", "note", {"I7 is a road"}, {}},
      {"update back to normal next 30m", "update", {"back to normal"}, {{"next", "30m"}}},
      {"todo", "todo", {}, {}},
      {"update we go next door", "update", {"we go next door"}, {}},
      {"todo fix the probe @bob due friday", "todo", {"fix the probe"}, {{"who", "@bob"}, {"due", "friday"}}},
      {"todo fix it 2026-03-20 @bob", "todo", {"fix it"}, {{"who", "@bob"}, {"due", "2026-03-20"}}},
      {"todo done 2", "todo done", {"2"}, {}},
      {"todo done with the move", "todo", {"done with the move"}, {}},
      {"resolve because it's back", "resolve", {}, {{"because", "it's back"}}},
      {"mitigate at 14:02 because rolled back", "mitigate", {"at 14:02"}, {{"because", "rolled back"}}},
      {"resolve rolled back", "resolve", {}, {{"because", "rolled back"}}},
      {"link https://x.test/?a=b", "link", {"https://x.test/?a=b"}, {}},
      {"timeline --export json", "timeline", {}, {{"export", "json"}}},
      {"postmortem INC-7", "postmortem", {}, {{"incident", "INC-7"}}},
      {"alias set --team d = status api", "alias set", {"d", "status api"}, {{"team", "true"}}},
      {"alias set d=status", "alias set", {"d", "status"}, {}},
      {"config check", "config check", {}, {}},
      {"grant owner to @ann in prod for 2h because night",
       "grant",
       {"owner"},
       {{"to", "@ann"}, {"in", "prod"}, {"for", "2h"}, {"because", "night"}}},
      {"deploy api@v1 to prod --strategy canary --queue because INC-12",
       "deploy",
       {"api@v1"},
       {{"to", "prod"}, {"strategy", "canary"}, {"queue", "true"}, {"because", "INC-12"}}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto c = parsed(row.text);
    CHECK(c.verb == row.verb);
    CHECK(c.args == row.args);
    CHECK(c.named == row.named);
  }
}

TEST_CASE("the echo is the command as understood and is understood again as the same") {
  CHECK(parsed("incident open slow severity 2 for API").echo == "declare sev2 slow for api");
  for (auto text : {"plan severity 2 because x", "status api in prod --json", "todo a b @bob due 2026-03-20",
                    "update x next 30m", "role scribe @bob", "alias set d = status", "resolve a b"}) {
    const auto once = parsed(text);
    const auto twice = parsed(once.echo);
    CHECK(twice.echo == once.echo);
    CHECK(twice.named == once.named);
    CHECK(twice.args == once.args);
  }
}

TEST_CASE("what cannot be understood is refused with its reason") {
  const std::pair<std::string, std::string> rows[] = {{"", "empty_command"},
                                                      {"plan", "missing_argument"},
                                                      {"plan status", "plan_reads"},
                                                      {"frobnicate x", "unknown_verb"},
                                                      {"ack", "missing_argument"},
                                                      {"note", "missing_argument"},
                                                      {"ack E1 E2", "too_many_arguments"},
                                                      {"status in", "missing_value"},
                                                      {"alerts --sevrity x", "unknown_flag"},
                                                      {"timeline --export pdf", "bad_choice"},
                                                      {"deploy api@v2 to staging to prod", "said_twice"},
                                                      {"scale api in prod to 2 to 3", "said_twice"},
                                                      {"scale api in prod by +1 by=+2", "said_twice"},
                                                      {"status api\nmore", "extra_lines"},
                                                      {"status ```x```", "unexpected_block"},
                                                      {"note ```x", "unclosed_block"},
                                                      {"status \"api", "unclosed_quote"},
                                                      {"declare \"checkout is slow", "unclosed_quote"},
                                                      {"history color=blue", "too_many_arguments"},
                                                      {"severity 2 because", "missing_value"},
                                                      {std::string(9000, 'x'), "too_long"},
                                                      {"alias set d", "missing_argument"}};
  for (const auto& [text, key] : rows) {
    CAPTURE(text);
    CHECK(refused(text).message_key == key);
  }
  CHECK(refused("status \"api").caret_line == "status \"api\n       ^");
  CHECK(refused("declare \"api").caret_line == "declare \"api\n        ^");
  CHECK(refused("alerts --sevrity x").suggestions == List{"--severity"});
}

TEST_CASE("a typo is answered by lines to paste and never run") {
  CHECK(has(refused("delcare sev2 slow").suggestions, "declare sev2 slow"));
  CHECK(has(refused("confg check").suggestions, "config check"));
  CHECK(has(refused("config").suggestions, "config check"));
  CHECK(refused("zzzzzzzzz").suggestions.empty());
}

TEST_CASE("further lines and blocks are the body of a note") {
  CHECK(parsed("note first\nsecond\nthird").body == "second\nthird");
  const auto c = parsed("note at 14:02 log\n```\n  a \"b\n```");
  CHECK(c.args == List{"at 14:02 log"});
  CHECK(c.body == "  a \"b");
  CHECK(parsed("note ```x```").args.empty());
}

TEST_CASE("tokens know their quotes and their places") {
  const auto t = tokenize("a \"b \\\" c\" 'd\\' key=\"e f\" don't");
  REQUIRE(t);
  REQUIRE(t->size() == 5);
  CHECK((*t)[1].text == "b \" c");
  CHECK((*t)[1].quoted);
  CHECK((*t)[1].begin == 2);
  CHECK((*t)[1].end == 10);
  CHECK((*t)[2].text == "d\\");
  CHECK((*t)[3].text == "key=e f");
  CHECK((*t)[4].text == "don't");
  CHECK(tokenize("a 'b").error().message_key == "unclosed_quote");
}

TEST_CASE("only what is addressed to the bot is taken") {
  const auto to = [](std::string_view text, bool direct = false) { return address(text, "muster", '!', direct); };
  CHECK(to("@muster status").command == "status");
  CHECK(to("@Muster: status").by_mention);
  CHECK(to("<@muster> status").command == "status");
  CHECK(to("!status").command == "status");
  CHECK_FALSE(to("!status").by_mention);
  CHECK_FALSE(to("@muster2 status").to_us);
  CHECK_FALSE(to("!!!").to_us);
  CHECK_FALSE(to("! oh").to_us);
  CHECK_FALSE(to("status").to_us);
  CHECK_FALSE(to("ask @muster").to_us);
  for (const char* said : {"@muster야 status", "@muster님, status", "<@muster>아 status", "@muster에게 status"})
    CHECK(to(said).command == "status");
  CHECK(to("@muster야").command.empty());
  CHECK(to("@muster야근 알려줘").command == "야근 알려줘");  // another word, and not ours to cut
  CHECK(to("status", true).command == "status");
  CHECK(to("!status", true).command == "status");
}

TEST_CASE("a question mark asks what comes next") {
  const auto asked = [](std::string_view text) { return complete(parsed(text), live); };
  CHECK(parsed("ack ?").ask);
  CHECK(parsed("ack ?").verb == "ack");
  CHECK(has(asked("?"), "declare"));
  CHECK(asked("ack ?") == List{"E12", "because"});
  CHECK(has(asked("status in ?"), "prod"));
  CHECK_FALSE(has(asked("status in ?"), "api"));
  CHECK(has(asked("status ?"), "web"));
  CHECK(has(asked("de ?"), "deploy"));
  CHECK(has(asked("config ?"), "reload"));
  CHECK(has(asked("todo ?"), "done"));
  CHECK(has(asked("severity ?"), "sev1"));
  CHECK(has(asked("declare slow for ?"), "api"));
}

TEST_CASE("only what a person may run is offered, with the values of now") {
  Live mine = live;
  mine.verbs = {"status", "grant", "approve", "explain"};
  mine.rights = {"owner"}, mine.approvals = {"A3"}, mine.codes = {"denied"}, mine.aliases = {"oops"};
  CHECK(has(complete_line("", mine), "oops"));
  CHECK_FALSE(has(complete_line("", mine), "declare"));
  CHECK_FALSE(has(complete_line("", mine), "incident"));
  CHECK(has(complete_line("grant ", mine), "owner"));
  CHECK(has(complete_line("approve ", mine), "A3"));
  CHECK(has(complete_line("explain ", mine), "denied"));
}

TEST_CASE("any prefix is completed by valid words") {
  CHECK(complete_line("decla", live) == List{"declare"});
  CHECK(complete_line("status a", live) == List{"api"});
  CHECK(complete_line("status api in s", live) == List{"staging"});
  CHECK(complete_line("lead @a", live) == List{"@ann"});
  CHECK(has(complete_line("plan ", live), "declare"));
  CHECK(has(complete_line("can ann ", live), "declare"));
  CHECK(complete_line("timeline --export ", live) == List{"md", "json"});
  CHECK(complete_line("nonsense ", live).empty());
}

TEST_CASE("a query and matchers stay as they are typed, only their ends are taken") {
  const Command graph = parsed("graph sum(rate(x{a=\"b in c\"}[5m])) by (job) > 2 in Prod since 3h --json");
  CHECK(graph.args == List{"sum(rate(x{a=\"b in c\"}[5m])) by (job) > 2"});
  CHECK(graph.named == Named{{"in", "prod"}, {"since", "3h"}, {"json", "true"}});
  CHECK(graph.echo == "graph sum(rate(x{a=\"b in c\"}[5m])) by (job) > 2 in prod since 3h");
  const Command silence = parsed("silence a=\"x\", b=~\"waiting for db\" for 2h on main because it is on fire");
  CHECK(silence.args == List{"a=\"x\", b=~\"waiting for db\""});
  CHECK(silence.named == Named{{"for", "2h"}, {"on", "main"}, {"because", "it is on fire"}});
  CHECK(parsed("silence b=~\"waiting for db\" because x").args == List{"b=~\"waiting for db\""});
  CHECK(parsed("silence E12 for 2h").named == Named{{"for", "2h"}});
  CHECK(refused("graph since 3h").message_key == "missing_argument");
  CHECK(refused("silence because x").message_key == "missing_argument");
}

TEST_CASE("the table of verbs is whole") {
  for (const auto& v : verbs()) {
    CAPTURE(v.verb);
    CHECK(find_verb(v.verb) == &v);
    CHECK(v.usage.starts_with(v.verb));
    CHECK(std::ranges::count(topics(), v.topic) == 1);
    CHECK((!v.ready || v.shape != Shape::loose));
  }
  CHECK(find_verb("Incident Open") == find_verb("declare"));
  CHECK(find_verb("deploy") != nullptr);
  CHECK(find_verb("deploy")->ready);
  CHECK(find_verb("nothing") == nullptr);
}
