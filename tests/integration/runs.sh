#!/usr/bin/env bash
# The bot is killed in the middle of a command of a run and started again: the command was executed once, the run ends
# and says so. usage: runs.sh MUSTER
. "$(dirname "$0")/lib.sh" || exit 1
need jq
data=$work/data
mkdir -p "$work/config/runbooks"
cat >"$work/config/runbooks/slow.yaml" <<'YAML'
runbook: slow
summary: A command that waits for a file and leaves a mark.
inputs:
  mark: {type: string}
  gate: {type: string}
steps:
  - id: mark
    run: [sh, -c, 'echo once >> "$0"; until [ -e "$1" ]; do sleep 0.05; done; echo finished', "${inputs.mark}", "${inputs.gate}"]
    timeout: 1m
  - message: it is done
YAML
say() { "$muster" say --data "$data" "$@"; }
begun() { [ -s "$work/mark" ]; }
ended() { say 'show R1' | grep -q succeeded; }

start_bot "$data" --config "$work/config"
has "runbooks of the configuration are listed" "$(say runbooks)" "slow"
has "a missing input is named with the line to paste" "$(say 'run slow' 2>&1)" 'run slow mark=… gate=…'
has "a run starts" "$(say "run slow mark=$work/mark gate=$work/gate")" "R1"
within 10 begun || die "the command did not begin"
kill_bot

start_bot "$data" --config "$work/config"
has "the run is still running after the kill" "$(say 'show R1')" "running"
touch "$work/gate"
within 15 ended || die "the run did not end: $(say 'show R1')"
equal "the command was executed once" 1 "$(wc -l <"$work/mark")"
has "its output is there" "$(say 'logs R1')" "finished"
has "it is listed" "$(say runs)" "succeeded"
stop_bot
has "the record holds" "$("$muster" verify --data "$data" 2>&1)" "hold"
finish
