// The catalogue of sentences against the sources that use it, and every ready verb against its handler.
#include "bot/core/engine/engine.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "bot/app.h"
#include "bot/core/commands/verbs.h"
#include "bot/core/commands/words.h"

using namespace muster;

namespace {

std::set<std::string> places(std::string_view text) {
  std::set<std::string> names;
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const std::size_t end = text.find('}', at);
    if (end != std::string_view::npos) names.emplace(text.substr(at + 1, end - at - 1));
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

  World() {
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
            .decision = {}};
  }
  Outcome say_line(const std::string& text) {
    Work w = work();
    CommandInput in;
    in.person = "ana";
    in.is_operator = true;
    in.channel = state.incidents.empty() ? "muster" : state.incidents.begin()->second.channel;
    in.source_id = "m" + std::to_string(++ids);
    in.text = text;
    in.direct = true;
    return run_command(w, in);
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
      {"try", {"try"}},
      {"alerts", {"alerts"}},
      {"ack", {"ack E1"}},
      {"unack", {"ack E1", "unack E1"}},
      {"declare", {"declare sev3 Search is stale for search"}},
      {"incidents", {"incidents"}},
      {"severity", {"severity INC-1 1 because it grows"}},
      {"lead", {"lead INC-1 @ben"}},
      {"role", {"role INC-1 scribe @ben"}},
      {"note", {"note INC-1 the pool is full"}},
      {"update", {"update INC-1 rolling back next 30m"}},
      {"todo", {"todo INC-1 raise the limit @ben"}},
      {"todo done", {"todo raise the limit", "todo done 1"}},
      {"link", {"link INC-1 https://example.com/graph"}},
      {"mitigate", {"mitigate INC-1 because it is rolled back"}},
      {"resolve", {"resolve INC-1 because it is verified"}},
      {"reopen", {"resolve INC-1 because it is verified", "reopen INC-1 because it came back"}},
      {"timeline", {"timeline INC-1"}},
      {"postmortem", {"postmortem INC-1"}},
      {"alias set", {"alias set inc = incidents --open"}},
      {"alias list", {"alias list"}},
      {"alias remove", {"alias set inc = incidents", "alias remove inc"}},
      {"grant", {"grant owner to @ben for 2h because of the drill"}},
      {"revoke", {"grant owner to @ben for 2h because of the drill", "revoke owner from @ben because it is over"}},
      {"roles", {"roles"}},
      {"health", {"health"}},
      {"config check", {"config check"}},
      {"config reload", {"config reload"}},
      {"config diff", {"config diff"}},
      {"outbox", {"outbox"}},
      {"outbox resend", {"outbox resend all"}},
      {"version", {"version"}},
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

TEST_CASE("every verb that is called ready runs and succeeds") {
  for (const VerbInfo& verb : verbs()) {
    if (!verb.ready) continue;
    CAPTURE(verb.verb);
    const auto example = examples().find(verb.verb);
    REQUIRE_MESSAGE(example != examples().end(), "a ready verb needs an example line in this test");
    World world;
    Outcome last;
    for (const std::string& text : example->second) last = world.say_line(text);
    CHECK(last.reply.text != say("en", "verb.later", {{"verb", verb.verb}}));
    CHECK_MESSAGE(last.ok, last.reply.text);
    CHECK((last.read.has_value() || !last.reply.text.empty()));
  }
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
