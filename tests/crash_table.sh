#!/usr/bin/env bash
# The table target × verb × crash point, as the tests find it: in each cell how often the world was changed in the end,
# and what became of the change when the bot was back. It fails when a test does.
# usage: tests/crash_table.sh BUILD_FOLDER
set -euo pipefail
build=${1:?usage: tests/crash_table.sh BUILD_FOLDER}
rows=$(mktemp)
trap 'rm -f "$rows"' EXIT
MUSTER_CRASH_TABLE=1 "$build/tests/unit_local_target" --minimal -tc='*interrupted by a kill at any point*' >>"$rows"
MUSTER_CRASH_TABLE=1 "$build/tests/unit_kubernetes" --minimal -tc='*dies at any point of any change*' >>"$rows"
MUSTER_CRASH_TABLE=1 "$build/tests/unit_exec_target" --minimal -tc='*killed at any point of any change*' >>"$rows"
sort -u "$rows" | awk -F'|' '
  $1 == "crash" {
    place = $2 " | " $4; key = place SUBSEP $3
    cell = $5 ": " $6
    if (!(place in known)) { known[place] = 1; places[++n] = place }
    if (!(key in cells)) cells[key] = cell
    else if (index(cells[key], cell) == 0) cells[key] = cells[key] " or " cell
  }
  END {
    count = split("deploy,deploy of a part,deploy that fails,rollback,scale,scale of a minimum,restart,pause,resume", verbs, ",")
    line = "| target | killed |"; rule = "|---|---|"
    for (v = 1; v <= count; ++v) { line = line " " verbs[v] " |"; rule = rule "---|" }
    print line; print rule
    for (i = 1; i <= n; ++i) {
      line = "| " places[i] " |"
      for (v = 1; v <= count; ++v) {
        key = places[i] SUBSEP verbs[v]
        line = line " " ((key in cells) ? cells[key] : "–") " |"
      }
      print line
    }
  }'
