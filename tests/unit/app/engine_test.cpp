// The catalogue of sentences against the sources that use it, and every ready verb against its handler.
#include "bot/core/engine/engine.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "bot/app.h"
#include "bot/core/changes/plan.h"
#include "bot/core/commands/codes.h"
#include "bot/core/commands/grammar.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/cards.h"
#include "bot/core/engine/webhooks.h"
#include "runbooks/engine.h"

using namespace muster;

namespace {

std::set<std::string> places(std::string_view text) {
  std::set<std::string> names;
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const std::size_t end = text.find('}', at);
    // {n?alert|alerts} is a choice by n; a language without plurals may leave it out where it says n itself.
    if (end != std::string_view::npos && !text.substr(at, end - at).contains('?'))
      names.emplace(text.substr(at + 1, end - at - 1));
  }
  return names;
}

std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The n-th argument (from 0) of a call whose "(" is at `open`; empty when there are fewer.
std::string argument(const std::string& code, std::size_t open, int n) {
  int depth = 0;
  bool quoted = false;
  std::string text;
  for (std::size_t i = open + 1; i < code.size(); ++i) {
    const char c = code[i];
    if (quoted && c == '\\') {
      text += c;
      text += code[++i];
      continue;
    }
    if (c == '"') quoted = !quoted;
    if (!quoted) {
      if (c == '(' || c == '{' || c == '[') ++depth;
      if (c == ')' || c == '}' || c == ']') --depth;
      if (depth < 0 || (depth == 0 && c == ',' && n == 0)) break;
      if (depth == 0 && c == ',') {
        --n;
        text.clear();
        continue;
      }
    }
    text += c;
  }
  return n == 0 ? text : "";
}

// What stands in quotes and looks like a whole key: "note.done", not "status." + …
std::vector<std::string> keys_in(const std::string& expression) {
  std::vector<std::string> keys;
  std::size_t at = 0;
  while ((at = expression.find('"', at)) != std::string::npos) {
    const std::size_t end = expression.find('"', at + 1);
    if (end == std::string::npos) break;
    const std::string key = expression.substr(at + 1, end - at - 1);
    // `effect == "deny" ? …` compares; it does not say.
    const bool compared = at >= 3 && expression[at - 1] == ' ' && expression[at - 2] == '=';
    const bool whole = !key.empty() && !compared && !key.ends_with('.') &&
                       key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_.0123456789") == std::string::npos;
    if (whole) keys.push_back(key);
    at = end + 1;
  }
  return keys;
}

bool part_of_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '>'; }

void collect(const std::string& code, const std::string& function, int nth, std::set<std::string>& keys) {
  const std::string call = function + "(";
  for (std::size_t at = code.find(call); at != std::string::npos; at = code.find(call, at + 1)) {
    if (at > 0 && part_of_name(code[at - 1])) continue;
    for (std::string& key : keys_in(argument(code, at + function.size(), nth))) keys.insert(std::move(key));
  }
}

// Every sentence key that stands literally in a call, with the file it was seen in.
std::map<std::string, std::string> used_keys() {
  std::map<std::string, std::string> used;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(std::string(MUSTER_SOURCE_DIR) + "/bot")) {
    const std::string path = entry.path().string();
    // The web's answer() and the report's say() are other functions.
    if (!path.ends_with(".cpp") || path.contains("/web/") || path.contains("/postmortems/")) continue;
    const std::string code = file_text(entry.path());
    std::set<std::string> keys;
    for (const char* function : {"say", "refuse", "answer"}) collect(code, function, 1, keys);
    if (entry.path().filename().string().starts_with("grammar")) {
      for (const char* function : {"error", "grammar::error", "verb_error"}) collect(code, function, 0, keys);
    }
    for (const std::string& key : keys) used.emplace(key, entry.path().filename().string());
  }
  return used;
}

// A small world: an open incident INC-1 and a firing alert E1, both known to the state.
struct World {
  State state;
  CoreConfig config = core_config(load_config("", true).settings, true);
  TimeMs now = 1'773'724'200'000;  // 2026-03-17 05:10 UTC
  int ids = 0;
  runbooks::Engine engine{runbooks::load_runbook};

  World() {
    config.backends = {{"metrics", "prometheus", {}}, {"main", "alertmanager", {}}};
    config.webhooks = {{"pager", {}, {}, {}}};
    config.checklists = {{"First minutes",
                          "investigating",
                          "",
                          {{"Somebody leads", "", "lead @ben", ""}, {"Customers know", "", "", ""}}}};
    runbooks::Library library;
    for (const char* text :
         {"runbook: restart-worker\nsteps:\n  - id: grow\n    run: [grow]\n    timeout: 1m\n",
          "runbook: patient\nsteps:\n  - wait: 10m\n",
          "runbook: asks\nsteps:\n  - ask: {text: How many, form: {percent: {type: int}}}\n    timeout: 1h\n"}) {
      auto loaded = runbooks::load_runbook(text, "x.yaml");
      library[loaded.runbook->name] = {loaded.runbook, {}, false};
    }
    engine.set_library(std::move(library));
    say_line("declare sev2 Checkout is slow for checkout-api");
    Work w = work();
    take_alerts(w,
                {{.route = "alertmanager",
                  .source_key = "k",
                  .status = "firing",
                  .severity = "warning",
                  .title = "Disk 81 %",
                  .body = {},
                  .labels = {{"alertname", "DiskFilling"}},
                  .annotations = {},
                  .links = {},
                  .reason = {},
                  .group_key = {}}},
                now);
  }
  Work work() {
    now += 1000;
    return {.state = state,
            .config = config,
            .now = now,
            .new_id = [this] { return "id-" + std::to_string(++ids); },
            .decision = {},
            .extension = &engine};
  }
  Outcome say_line(const std::string& text, const std::string& person = "ana") {
    Work w = work();
    CommandInput in;
    in.person = person;
    in.is_operator = person == "ana";
    in.channel = state.incidents.empty() ? "muster" : state.incidents.begin()->second.channel;
    in.source_id = "m" + std::to_string(++ids);
    in.text = text;
    in.direct = true;
    in.secret = in.source_id;
    if (text == "pin" || text == "mute") {  // what stands in the thread of a message
      in.thread = "m0";
      in.about = {.channel = in.channel,
                  .post_id = "m0",
                  .thread = {},
                  .author = "ben",
                  .text = "The index is old",
                  .permalink = {},
                  .at = w.now};
    }
    if (text.starts_with("bind ")) {  // in a channel of people's own, of a platform on which the incident has none
      in.platform = "slack";
      in.channel = "war-room";
      config.together = {{.platforms = {"slack", "mattermost"}, .open_all = false, .channels = {}}};
      state.incidents.begin()->second.bound = {"mattermost"};
    }
    return run_command(w, in);
  }

  // "ask confirm": from now on a note is confirmed first; "ben: …": somebody else speaks.
  Outcome act(const std::string& text) {
    if (text.starts_with("lost ")) {  // nobody knows what came of the command of this run
      Work w = work();
      const std::string run = text.substr(5);
      AttemptReport lost;
      lost.run = run;
      lost.path = "0";
      lost.id = find_run(std::as_const(state), run)->steps.at("0").attempt_id;
      lost.end = AttemptReport::End::unknown;
      lost.error_kind = lost.error = "lost";
      engine.attempt_ended(w, lost);
      return {};
    }
    if (text.starts_with("gone ")) {  // a webhook that wants no more
      Work w = work();
      webhook_news(w, text.substr(5), "gone", "410");
      return {};
    }
    if (text.starts_with("joined ")) {  // an account of Ana's elsewhere
      Work w = work();
      Entry e;
      e.kind = "identity.linked";
      const std::string shown = "mattermost:" + text.substr(7);
      e.data = Value::Map{{"account", "mattermost:m1"}, {"shown", shown}, {"person", "ana"}, {"how", "code"}};
      record(w, std::move(e));
      return {};
    }
    if (text.starts_with("ben: ")) return say_line(text.substr(5), "ben");
    if (!text.starts_with("ask ")) return say_line(text);
    Rule rule;
    rule.name = "asks", rule.who = {"*"}, rule.verbs = {"note"}, rule.effect = text.substr(4);
    config.policy.insert(config.policy.begin(), rule);
    return {};
  }
};

// One line per ready verb; lines that must come first stand before it.
const std::map<std::string_view, std::vector<std::string>>& examples() {
  static const std::map<std::string_view, std::vector<std::string>> lines = {
      {"help", {"help"}},
      {"explain", {"explain E1"}},
      {"whoami", {"whoami"}},
      {"can", {"can @ana declare"}},
      {"status", {"status"}},
      {"show", {"show INC-1"}},
      {"more", {"more"}},
      {"history", {"history"}},
      {"where", {"where search"}},
      {"diff", {"diff search staging production"}},
      {"releases", {"releases search"}},
      {"metrics", {"metrics"}},
      {"built", {"built search v2 4be1c9d@2026-03-16T22:40:00Z"}},
      {"suspects", {"suspects INC-1"}},
      {"deploy", {"deploy search@v2 to production because of it"}},
      {"promote", {"promote search from staging to production because it ran well"}},
      {"rollback", {"rollback search in production to v1 because it is slow"}},
      {"scale", {"scale search in production to 3"}},
      {"restart", {"restart search in production"}},
      {"queue", {"queue"}},
      {"queue drop", {"deploy search@v2 to production", "deploy search@v3 to production --queue", "queue drop R2"}},
      {"queue first", {"deploy search@v2 to production", "deploy search@v3 to production --queue", "queue first R2"}},
      {"try", {"try"}},
      {"alerts", {"alerts"}},
      {"ack", {"ack E1"}},
      {"unack", {"ack E1", "unack E1"}},
      {"invite", {"invite @ben INC-1"}},
      {"access", {"access INC-7 because I keep the keys"}},
      {"page", {"page ben because checkout does not answer"}},
      {"pin", {"pin"}},
      {"mute", {"mute"}},
      {"transcript", {"transcript INC-1"}},
      {"snooze", {"snooze E1 for 30m because the fix is on its way"}},
      {"silence", {"silence alertname=\"X\" for 2h because the disk is replaced"}},
      {"unsilence", {"silence alertname=\"X\" for 2h because the disk is replaced", "unsilence L1"}},
      {"silences", {"silences"}},
      {"graph", {"graph up since 3h"}},
      {"declare", {"declare sev3 Search is stale for search"}},
      {"incidents", {"incidents"}},
      {"time", {"time impact 05:05 because the graph shows it"}},
      {"severity", {"severity INC-1 1 because it grows"}},
      {"lead", {"lead INC-1 @ben"}},
      {"role", {"role INC-1 scribe @ben"}},
      {"note", {"note INC-1 the pool is full"}},
      {"update", {"update INC-1 rolling back next 30m"}},
      {"todo", {"todo INC-1 raise the limit @ben"}},
      {"todo done", {"todo raise the limit", "todo done 1"}},
      {"todo mine", {"todo INC-1 raise the limit @ana", "todo mine"}},
      {"checklist", {"checklist INC-1"}},
      {"checklist done", {"checklist done INC-1 1"}},
      {"checklist undo", {"checklist done INC-1 1", "checklist undo INC-1 1"}},
      {"checklist run", {"checklist run 1"}},
      {"checklist skip", {"checklist skip INC-1 2 because nobody has noticed"}},
      {"link", {"link INC-1 https://example.com/graph"}},
      {"decline", {"decline INC-1 because a test was running"}},
      {"mitigate", {"mitigate INC-1 because it is rolled back"}},
      {"resolve", {"resolve INC-1 because it is verified"}},
      {"reopen", {"resolve INC-1 because it is verified", "reopen INC-1 because it came back"}},
      {"bind", {"bind INC-1"}},
      {"archive", {"resolve INC-1 because it is verified", "archive INC-1"}},
      {"archive later", {"resolve INC-1 because it is verified", "archive later INC-1"}},
      {"timeline", {"timeline INC-1"}},
      {"postmortem", {"postmortem INC-1"}},
      {"postmortem publish", {"resolve INC-1 because it is verified", "postmortem publish INC-1"}},
      {"alias set", {"alias set inc = incidents --open"}},
      {"alias list", {"alias list"}},
      {"alias remove", {"alias set inc = incidents", "alias remove inc"}},
      {"grant", {"grant owner to @ben for 2h because of the drill"}},
      {"revoke", {"grant owner to @ben for 2h because of the drill", "revoke owner from @ben because it is over"}},
      {"roles", {"roles"}},
      {"approvals", {"approvals"}},
      {"yes", {"ask confirm", "note it is slow", "yes A1"}},
      {"no", {"ask confirm", "note it is slow", "no"}},
      {"approve", {"ask approve", "note it is slow", "ben: approve A1"}},
      {"deny", {"ask approve", "note it is slow", "ben: deny A1 because not now"}},
      {"withdraw", {"ask approve", "note it is slow", "withdraw A1"}},
      {"language", {"language ko here"}},
      {"link me", {"link me"}},
      {"unlink", {"joined ana.s", "unlink ana.s"}},
      {"scrub", {"scrub INC-1 1 because it names a customer"}},
      {"health", {"health"}},
      {"config check", {"config check"}},
      {"config reload", {"config reload"}},
      {"config diff", {"config diff"}},
      {"outbox", {"outbox"}},
      {"outbox resend", {"outbox resend all"}},
      {"webhooks", {"webhooks"}},
      {"webhooks log", {"webhooks log pager"}},
      {"webhooks redeliver", {"webhooks redeliver pager all"}},
      {"webhooks test", {"webhooks test pager"}},
      {"webhooks enable", {"gone pager", "webhooks enable pager"}},
      {"version", {"version"}},
      {"lock", {"lock search in production because the index is rebuilt"}},
      {"unlock", {"lock search in production because of it", "unlock search in production"}},
      {"relock", {"lock search in production because of it", "relock L1 for 1h because it takes longer"}},
      {"locks", {"locks"}},
      {"freeze", {"freeze production because of the sale"}},
      {"unfreeze", {"freeze production because of the sale", "unfreeze L1 because it is over"}},
      {"runs", {"runs"}},
      {"logs", {"run patient", "logs R1"}},
      {"watch", {"run patient", "watch R1"}},
      {"unwatch", {"run patient", "watch R1", "unwatch R1"}},
      {"pause", {"run patient", "pause R1"}},
      {"resume", {"run patient", "pause R1", "resume R1"}},
      {"cancel", {"run patient", "cancel R1 because the alert is gone"}},
      {"retry", {"run patient", "cancel R1", "retry R1"}},
      {"done", {"run restart-worker", "lost R1", "done R1 grow"}},
      {"skip", {"run restart-worker", "lost R1", "skip R1 grow"}},
      {"fail", {"run restart-worker", "lost R1", "fail R1 grow"}},
      {"undo", {"run patient", "undo R1"}},
      {"answer", {"run asks", "answer R1 percent=10"}},
      {"runbooks", {"runbooks"}},
      {"runbook show", {"runbook show patient"}},
      {"runbook graph", {"runbook graph patient"}},
      {"runbook lint", {"runbook lint patient"}},
      {"runbook test", {"runbook test patient"}},
      {"runbook record", {"run restart-worker", "lost R1", "fail R1 grow", "runbook record R1"}},
      {"run", {"run restart-worker"}},
      {"runbook arm", {"runbook arm patient because the cause is fixed"}},
      {"runbook disarm", {"runbook disarm patient for 2h because it does not help"}},
      {"automation", {"automation off because the database moves"}},
      {"at", {"at 18:00 status"}},
      {"every", {"every weekday at 09:00 status"}},
      {"schedule", {"schedule"}},
      {"schedule cancel", {"at 18:00 status", "schedule cancel T1"}},
      {"drain", {"drain because of the upgrade"}},
      {"undrain", {"drain", "undrain"}},
  };
  return lines;
}

}  // namespace

TEST_CASE("every sentence is said in both languages and fills the same places") {
  std::set<std::string_view> seen;
  for (const Sentence& s : catalogue()) {
    CAPTURE(s.key);
    CHECK(seen.insert(s.key).second);  // twice in the table: the first would never be said
    CHECK_FALSE(s.en.empty());
    CHECK_FALSE(s.ko.empty());
    CHECK(places(s.en) == places(s.ko));
  }
  CHECK(seen.size() > 100);
}

TEST_CASE("every key that the sources say is in the catalogue") {
  std::set<std::string_view> known;
  for (const Sentence& s : catalogue()) known.insert(s.key);
  const auto used = used_keys();
  CHECK(used.contains("ack.done"));  // both sides of a condition are seen
  CHECK(used.contains("unack.done"));
  CHECK(used.size() > 80);
  for (const auto& [key, file] : used) {
    CAPTURE(file);
    CAPTURE(key);
    CHECK(known.contains(key));
  }
}

namespace {

// Words with spaces between them, as a person would read them: not a key, a path, a format or a piece of markup.
bool reads_like_a_sentence(const std::string& literal) {
  int words = 0, letters = 0;
  std::string word;
  for (const char c : literal + " ") {
    if (c != ' ') {
      word += c;
      continue;
    }
    const bool plain = word.size() > 1 && std::ranges::all_of(word, [](char x) {
                         return std::isalpha(static_cast<unsigned char>(x)) || x == ',' || x == '.' || x == '\'';
                       });
    if (plain) ++words, letters += static_cast<int>(word.size());
    word.clear();
  }
  return words >= 3 && letters >= 10;
}

std::vector<std::string> literals_of(const std::string& code) {
  std::vector<std::string> found;
  std::stringstream lines(code);
  for (std::string line; std::getline(lines, line);) {
    line = line.substr(0, line.find("//"));
    if (line.starts_with("#include") || line.contains("log(") || line.contains("throw")) continue;
    for (std::size_t at = line.find('"'); at != std::string::npos; at = line.find('"', at + 1)) {
      std::size_t end = at + 1;
      while (end < line.size() && line[end] != '"') end += line[end] == '\\' ? 2 : 1;
      found.push_back(line.substr(at + 1, std::min(end, line.size()) - at - 1));
      at = std::min(end, line.size() - 1);
    }
  }
  return found;
}

}  // namespace

TEST_CASE("the decisions and the answers say no sentence of their own") {
  CHECK(reads_like_a_sentence("A new data folder was made."));
  CHECK_FALSE(reads_like_a_sentence("incident.declared"));
  // The journal's own words, in English whoever reads it.
  const std::set<std::string> recorded = {"A new data folder was made.",
                                          ": the wall clock was set",
                                          " cannot be reached",
                                          " can be reached again after ",
                                          "the local operator",
                                          "nobody can approve",
                                          "no offers to declare in this thread",
                                          "declared from it",
                                          "edited in chat by ",
                                          " deleted; the platform does not say by whom",
                                          "deleted in chat; the policy keeps no text of deleted messages",
                                          "(deleted in chat, text not kept)",
                                          "complete, read again from ",
                                          "set this incident off",
                                          "did not set this incident off",
                                          "a code to join an account to ",
                                          " was shown was typed there",
                                          "bound by hand by "};
  const std::string root = std::string(MUSTER_SOURCE_DIR) + "/bot/";
  std::vector<std::string> files = {root + "dispatcher.cpp", root + "output.cpp", root + "reads.cpp"};
  for (const auto& entry : std::filesystem::directory_iterator(root + "core/engine"))
    if (entry.path().extension() == ".cpp") files.push_back(entry.path().string());
  CHECK(files.size() > 8);
  for (const std::string& file : files) {
    for (const std::string& literal : literals_of(file_text(file))) {
      CAPTURE(file);
      CAPTURE(literal);
      CHECK((recorded.contains(literal) || !reads_like_a_sentence(literal)));
    }
  }
}

TEST_CASE("every refusal has a code and every code an explanation") {
  for (const auto& [key, file] : used_keys()) {
    CAPTURE(key);
    CHECK(has_sentence("code." + std::string(code_of(key))));
  }
  World world;
  for (const std::string_view code : refusal_codes()) {
    CAPTURE(code);
    CHECK(world.say_line("explain " + std::string(code)).ok);
  }
  const Outcome refused = world.say_line("severity INC-1 2");
  CHECK(refused.code == "state");
  CHECK(plain_text(refused.reply).contains("explain state"));
}

TEST_CASE("every ready verb says what it does and shows a line that is understood") {
  for (const VerbInfo& verb : verbs()) {
    CAPTURE(verb.verb);
    CHECK(has_sentence(verb_key("what", verb.verb)));
    if (!verb.ready) continue;
    const auto parsed = parse_command(verb.example);
    REQUIRE(parsed.has_value());
    CHECK(parsed->verb == verb.verb);
  }
}

TEST_CASE("a verb of a later version says what it will do, and changes nothing") {
  World world;
  for (const VerbInfo& verb : verbs()) {
    if (verb.ready) continue;
    CAPTURE(verb.verb);
    for (const std::string& line : {std::string(verb.verb), std::string(verb.verb) + " INC-1 the pool is full"}) {
      const Outcome o = world.say_line(line);
      CHECK(o.code == "not-yet");
      CHECK(plain_text(o.reply).contains(say("en", verb_key("what", verb.verb))));
    }
  }
  const Outcome near = world.say_line("serach");  // a slip in such a word is told as that word
  CHECK(near.code == "not-yet");
  CHECK(plain_text(near.reply).contains(say("en", "what.search")));
}

TEST_CASE("docs/commands.md is what the table of verbs says") {
  const std::string path = std::string(MUSTER_SOURCE_DIR) + "/docs/commands.md";
  if (std::getenv("MUSTER_REWRITE")) std::ofstream(path) << commands_reference_markdown();
  const bool same = file_text(path) == commands_reference_markdown();
  CHECK_MESSAGE(same, "regenerate it: MUSTER_REWRITE=1 build/tests/unit_app");
}

TEST_CASE("one and many, and the Korean particle, fit the word before them") {
  CHECK(say("en", "alerts.head", {{"n", "1"}}) == "1 alert firing:");
  CHECK(say("en", "alerts.head", {{"n", "2"}}) == "2 alerts firing:");
  CHECK(say("ko", "status.service_quiet", {{"what", "결제"}}).starts_with("결제는 "));
  CHECK(say("ko", "status.service_quiet", {{"what", "검색"}}).starts_with("검색은 "));
}

TEST_CASE("every verb that is called ready runs and succeeds") {
  for (const VerbInfo& verb : verbs()) {
    if (!verb.ready) continue;
    CAPTURE(verb.verb);
    // They need an incident in triage, a private one, a change that was sent, one in stages, or a rule that names them:
    // tests/conversations, stages_test.cpp, private_test.cpp.
    static const std::set<std::string_view> elsewhere = {"accept",      "advance", "hold",     "caused by",
                                                         "break-glass", "unseal",  "disclose", "uninvite"};
    if (elsewhere.contains(verb.verb)) continue;
    const auto example = examples().find(verb.verb);
    REQUIRE_MESSAGE(example != examples().end(), "a ready verb needs an example line in this test");
    World world;
    Outcome last;
    for (const std::string& text : example->second) last = world.act(text);
    CHECK(last.reply.text != say("en", "verb.later", {{"verb", verb.verb}}));
    CHECK_MESSAGE(last.ok, last.reply.text);
    CHECK((last.read.has_value() || !last.reply.text.empty()));
  }
}

TEST_CASE("the plan of a command is only shown: nothing is carried out beyond the decision, except what a run reads") {
  std::size_t planned = 0;
  for (const auto& [verb, lines] : examples()) {
    if (verb == "run" || is_change_command(verb)) continue;  // their plan looks at the target first
    CAPTURE(verb);
    World world;
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) world.act(lines[i]);
    const std::size_t incidents = world.state.incidents.size();
    const Outcome o = world.act("plan " + lines.back());
    CHECK_FALSE(o.read.has_value());
    CHECK(world.state.incidents.size() == incidents);
    planned += o.ok ? 1 : 0;
  }
  CHECK(planned > 60);
}

TEST_CASE("a clock that is set back lets a promised update be due at its hour, and no wait become longer") {
  World world;
  const TimeMs promised = world.state.incidents.at(1).next_update_ms;
  REQUIRE(promised > world.now);
  const TimeMs due = world.now + 30'000;
  world.state.waiting["own:x/y"] = {.due_ms = due, .alerts = {}};
  const auto set = [&world](DurationMs by) {
    Work w = world.work();
    clock_was_set(w, by);
    return w.decision.timers;
  };
  CHECK(set(hour_ms).empty());
  CHECK(world.state.waiting.at("own:x/y").due_ms == due + hour_ms);
  const auto timers = set(-hour_ms);
  CHECK(world.state.waiting.at("own:x/y").due_ms == due);
  REQUIRE(timers.size() == 1);
  CHECK(timers[0].id == "update-due:INC-1");
  CHECK(timers[0].due_ms == promised);
}

TEST_CASE("a verb that is not ready changes nothing") {
  for (const VerbInfo& verb : verbs()) {
    if (verb.ready) continue;
    World world;
    const std::size_t incidents = world.state.incidents.size();
    const Outcome o = world.say_line(std::string(verb.verb) + " x");
    CAPTURE(verb.verb);
    CHECK_FALSE(o.ok);
    CHECK(world.state.incidents.size() == incidents);
  }
}
