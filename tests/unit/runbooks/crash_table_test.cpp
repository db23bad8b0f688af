// The crash table: of every kind of step and every place where the process can die, what the next process does and how
// often it happened in the end. docs/crashes.md is this table; MUSTER_REWRITE=1 writes it anew, read it then.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "bot/base/text.h"
#include "everything.h"
#include "runbooks/paths.h"

using namespace muster;
using muster::test::CrashPoint;
using muster::test::Everything;

namespace {

constexpr const char* columns[] = {"before", "sent", "effect", "over"};
using Cells = std::map<std::string, std::set<std::string>>;  // column -> what was seen
using Table = std::map<std::string, Cells>;

std::string column_of(const CrashPoint& at) {
  if (at.when == "intent") return "before";
  return at.when == "result" ? "effect" : at.when;
}

// "`http` (write)"; a look or a sample is a row of its own, and so is putting back.
std::string row_of(const StepRun& s, const CrashPoint& at) {
  std::string row = "`" + s.verb.text() + "`";
  if (s.verb == "http" || s.verb == "run")
    row += " (" + s.effect.text() + (s.verb == "http" && s.effect == "idempotent" ? ", with a key)" : ")");
  if (s.verb == "scale" && s.arguments["service"].as_string() == "billing") row += " of an autoscaler's minimum";
  if (at.stage == "look" || at.stage == "plan") row += ", its look before";
  if (at.stage == "sample") row += ", a sample";
  return runbooks::is_undo_path(at.path) ? "undo: " + row : row;
}

bool reads(const AttemptOrder& o) { return o.effect == "read" || o.stage == "look" || o.stage == "sample"; }

std::string what_follows(const Everything& w, const CrashPoint& at) {
  using Mode = AttemptOrder::Mode;
  if (std::ranges::find(w.asked, at.path) != w.asked.end()) return "a person is asked";
  std::vector<Mode> modes;
  bool read = false;
  for (const AttemptOrder& o : w.orders) {
    if (o.run != at.run || o.path != at.path || (at.stage.empty() && (o.stage == "look" || o.stage == "plan")))
      continue;
    modes.push_back(o.mode);
    read = read || reads(o);
  }
  if (modes.empty()) return at.when == "over" ? "goes on" : "done in the next decision";
  const bool begins = std::ranges::find(modes, Mode::begin) != modes.end();
  if (modes.front() == Mode::begin) return read ? "looks again" : "begins";
  if (modes.front() == Mode::again) return read ? "looks again" : "again, with the same key";
  return begins ? "finds nothing, begins" : "finds it, takes its result";
}

std::string often(const Everything& w, const StepRun& s, const CrashPoint& at) {
  if (s.effect != "write" && !(s.effect == "idempotent" && s.verb == "http")) return {};
  const int n = w.effects(at.run + " " + at.path);
  return n == 1 ? ", **1** effect" : ", **" + std::to_string(n) + "** effects";
}

void kill_once(int k, bool fail, Table& table) {
  Everything w;
  w.notes_orders = true;
  w.survive({k}, [&] { w.start("everything", Value::Map{{"fail", fail}}); });
  for (const CrashPoint& at : w.died_at) {
    const auto step = w.run("R1").steps.find(at.path);
    if (step == w.run("R1").steps.end() || step->second.effect == "group") continue;
    table[row_of(step->second, at)][column_of(at)].insert(what_follows(w, at) + often(w, step->second, at));
  }
}

int points_of_run(bool fail) {
  Everything w;
  w.survive({}, [&] { w.start("everything", Value::Map{{"fail", fail}}); });
  return w.points();
}

std::string line_of(const std::string& row, const Cells& cells) {
  std::string line = "| " + row + " |";
  for (const char* column : columns) {
    const auto it = cells.find(column);
    const std::vector<std::string> seen =
        it == cells.end() ? std::vector<std::string>{} : std::vector<std::string>(it->second.begin(), it->second.end());
    line += " " + (seen.empty() ? "–" : join(seen, "; ")) + " |";
  }
  return line + "\n";
}

std::string page_of(const Table& table, int killed) {
  std::string page = R"(# What a crash leaves

Every step kind of a runbook, every place where the process can die, and what the next process does. The table is made
by a test that kills a runbook with every verb at each of its points ()" +
                     std::to_string(killed) + R"( runs) against a provider that counts effects:

```sh
MUSTER_REWRITE=1 build/tests/unit_runbooks -tc="the crash table*"
```

- **before its intent**: nothing of the step is on disk;
- **intent on disk**: nothing has left the process yet;
- **no word of it**: it was sent and carried out, its result is not on disk;
- **after**: its result is on disk.

"Finds" means: the record of the command under `muster-shim`, or the target that is asked for our operation and for the
state. A person who is asked looks first; nothing is repeated on a guess.

| Step | before its intent | intent on disk | no word of it | after |
|---|---|---|---|---|
)";
  for (const auto& [row, cells] : table) page += line_of(row, cells);
  return page + R"(
The same test kills at random, many times in one run, and looks that every write happened at most once, that no run is
left without a timer or a question, that the last word is said, and, over a real file, that the chain verifies and tells
the state: `MUSTER_RUN_KILLS=10000 build/tests/unit_runbooks -tc="killed*"`.
)";
}

}  // namespace

TEST_CASE("the crash table is what happens, and no write in it happens twice") {
  Table table;
  int killed = 0;
  for (const bool fail : {false, true})
    for (int k = 1, points = points_of_run(fail); k <= points; ++k, ++killed) kill_once(k, fail, table);
  CHECK(table.size() > 20);
  for (const auto& [row, cells] : table)
    for (const auto& [column, seen] : cells)
      for (const std::string& what : seen) {
        CAPTURE(row);
        CAPTURE(column);
        CAPTURE(what);
        CHECK((what.find("effect") == what.npos || what.find("**1** effect") != what.npos));
      }
  const std::string file = std::string(MUSTER_SOURCE_DIR) + "/docs/crashes.md", made = page_of(table, killed);
  if (std::getenv("MUSTER_REWRITE") != nullptr) std::ofstream(file) << made;
  std::ostringstream kept;
  kept << std::ifstream(file).rdbuf();
  CHECK(kept.str() == made);
}
