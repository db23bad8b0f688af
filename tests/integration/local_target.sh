#!/usr/bin/env bash
# The sample service of a sandbox, for real: it runs when the sandbox starts, a deploy replaces it, a scale adds to it, a
# bad version is put back, a killed bot finds it again, and an orderly stop leaves nothing.
# usage: local_target.sh MUSTER
. "$(dirname "$0")/lib.sh" || exit 1
need curl jq
data=$work/data
say() { "$muster" say --data "$data" "$@" 2>&1; }
staging() { jq -r "$1" "$data/local/sample-staging/desired"; }
ports() { sed -n 's/^port //p' "$data/local/sample-staging"/p*/state 2>/dev/null | sort -n; }
first() { ports | head -1; }
answers() { curl -s -m 2 "http://127.0.0.1:$(first)/health" | grep -q "ok $1"; }
settled() { [ "$(staging .stage)" = settled ] && [ "$(staging .wanted.version)" = "$1" ]; }
keepers() { sed -n 's/^keeper //p' "$data/local"/*/p*/state 2>/dev/null; }
none_left() { local pid; for pid in $old; do gone "$pid" || return 1; done; }

start_bot "$data" --sandbox
within 10 answers v1 || die "the sample does not run: $(cat "$log")"
ok "the sample runs when the sandbox starts, as v1"
equal "one process of it" 1 "$(ports | wc -l)"
has "its metrics are there" "$(curl -s "http://127.0.0.1:$(first)/metrics")" 'sample_requests_total{version="v1",code="200"}'

last_run() { say runs | grep -o 'R[0-9]*' | head -1; }
ended() { say "show $1" | grep -Eq "$2"; }

say 'deploy checkout-api@v2 to staging because the fix is in' >/dev/null
within 20 settled v2 || die "v2 did not come: $(say runs)"
within 5 answers v2 && ok "a deploy brings v2" || bad "v2 does not answer"
equal "and one process of it" 1 "$(ports | wc -l)"
has "the record says who asked" "$(staging '.history[0] | .verb + " " + .version + " " + .outcome')" "deploy v2 succeeded"
within 90 ended R1 succeeded && ok "the run ends when the service was watched" || bad "R1: $(say 'show R1')"

say 'scale checkout-api in staging to 3' >/dev/null
three() { [ "$(ports | wc -l)" = 3 ] && settled v2; }
within 20 three && ok "a scale brings three processes, each with a port of its own" || bad "ports: $(ports)"
within 90 ended R2 succeeded || bad "R2: $(say 'show R2')"

say 'deploy checkout-api@v9 to staging' >"$work/answer"
has "a version that is not there is refused with those that are" "$(cat "$work/answer"; say 'show R3')" "v9"
say 'deploy checkout-api@v5 to staging' >/dev/null
run=$(last_run)
within 60 ended "$run" 'failed|undone' && ok "a version that ends at once fails" || bad "$run: $(say "show $run")"
has "with the last words of the process" "$(say "show $run"; say "logs $run")" "cannot read its settings"
settled v2 && three && ok "and what ran before runs on" || bad "$(staging .)"

say 'deploy checkout-api@v4 to staging' >/dev/null
within 30 settled v4 && ok "a version that breaks later comes up" || bad "$(staging .)"
within 90 settled v2 && ok "and is put back by itself" || bad "$(staging .)"
three && ok "with as many processes as before" || bad "ports: $(ports)"
run=$(last_run)
within 20 ended "$run" 'failed|undone|put back' || bad "$run: $(say "show $run")"

old=$(keepers)
kill -9 "$bot"
wait "$bot" 2>/dev/null
within 5 answers v2 && ok "a killed bot leaves it running" || bad "it went with the bot"
start_bot "$data" --sandbox
within 5 answers v2 || bad "it does not run any more"
equal "the next bot finds the same processes again" "$old" "$(keepers)"

kill -TERM "$bot"
wait "$bot" 2>/dev/null
within 15 none_left && ok "an orderly stop ends it" || bad "processes are left: $(keepers)"
start_bot "$data" --sandbox
within 10 answers v2 && ok "the next start brings back what ran" || bad "it did not come back: $(cat "$log")"

old=$(keepers)
kill -9 "$bot"
wait "$bot" 2>/dev/null
rm -rf "$data"
within 15 none_left && ok "without its data folder a killed sandbox leaves nothing" || bad "processes are left"
finish
