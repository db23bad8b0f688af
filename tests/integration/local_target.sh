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

old=$(keepers)
kill -9 "$bot"
wait "$bot" 2>/dev/null
within 5 answers v1 && ok "a killed bot leaves it running" || bad "it went with the bot"
start_bot "$data" --sandbox
within 5 answers v1 || bad "it does not run any more"
equal "the next bot finds the same processes again" "$old" "$(keepers)"

kill -TERM "$bot"
wait "$bot" 2>/dev/null
within 15 none_left && ok "an orderly stop ends it" || bad "processes are left: $(keepers)"
start_bot "$data" --sandbox
within 10 answers v1 && ok "the next start brings it back" || bad "it did not come back: $(cat "$log")"

old=$(keepers)
kill -9 "$bot"
wait "$bot" 2>/dev/null
rm -rf "$data"
within 15 none_left && ok "without its data folder a killed sandbox leaves nothing" || bad "processes are left"
finish
