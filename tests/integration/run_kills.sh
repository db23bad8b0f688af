#!/usr/bin/env bash
# The program is killed again and again in the middle of runs, at random moments: every command is executed at most
# once, every run ends or asks a person, and the hash chain of the record verifies after each kill.
# usage: run_kills.sh MUSTER [ROUNDS] [SEED]
. "$(dirname "$0")/lib.sh" || exit 1
need jq
rounds=${2:-12} seed=${3:-7}
RANDOM=$seed
data=$work/data ledger=$work/ledger
mkdir -p "$work/config/runbooks"
: >"$ledger"
cat >"$work/config/runbooks/many.yaml" <<'YAML'
runbook: many
summary: Commands that leave a mark each, with waits and a group between them.
inputs:
  ledger: {type: string}
  round: {type: int}
guard: {deadline: 1h}
steps:
  - id: first
    run: [sh, -c, 'echo "$1 first" >>"$0"', "${inputs.ledger}", "${inputs.round}"]
    timeout: 1m
  - lock: {env: staging, service: search, for: 1h, because: test}
  - id: each
    for_each:
      in: [a, b, c]
      limit: 2
      steps:
        - run: [sh, -c, 'echo "$1 $2" >>"$0"; sleep 0.05', "${inputs.ledger}", "${inputs.round}", "${item}"]
          timeout: 1m
  - wait: 1s
  - parallel:
      - run: [sh, -c, 'sleep 0.1; echo "$1 left" >>"$0"', "${inputs.ledger}", "${inputs.round}"]
        timeout: 1m
      - run: [sh, -c, 'echo "$1 right" >>"$0"', "${inputs.ledger}", "${inputs.round}"]
        timeout: 1m
finally:
  - lock: {env: staging, service: search, action: release}
  - message: ${run.status}
YAML
say() { "$muster" say --data "$data" "$@" 2>&1; }
active() { say --json 'runs --active' | jq -r length; }
quiet() { [ "$(active)" = 0 ]; }

start_bot "$data" --config "$work/config"
for ((round = 1; round <= rounds; round++)); do
  say "run many ledger=$ledger round=$round" >/dev/null
  sleep "0.$((RANDOM % 10))$((RANDOM % 10))" # the random moment, not a wait for something
  kill_bot
  "$muster" verify --data "$data" >"$work/verify" 2>&1 || bad "round $round (seed $seed): $(cat "$work/verify")"
  start_bot "$data" --config "$work/config"
  within 60 quiet || break # the next run wants the same lock
done
quiet && ok "every run has ended" || bad "still open: $(say 'runs --active')"
equal "no command was executed twice" "" "$(sort "$ledger" | uniq -d)"
ended=$(say --json runs | jq '[.[] | select(.status == "succeeded")] | length')
total=$(say --json runs | jq length)
echo "$total runs, $ended succeeded, $(wc -l <"$ledger") commands, $rounds kills, seed $seed"
equal "all of them succeeded" "$total" "$ended"
[ "$total" -gt $((rounds / 2)) ] || bad "only $total of $rounds runs had begun: nothing was tested"
equal "each left its six marks" $((total * 6)) "$(wc -l <"$ledger")"
stop_bot
"$muster" verify --data "$data" >/dev/null 2>&1 && ok "the chain verified after every kill and at the end" || bad "verify fails"
finish
