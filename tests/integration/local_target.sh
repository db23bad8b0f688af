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

# change COMMAND OUTCOME: says it, waits for the end of its run (the service is watched for 20 s), keeps it as `run`.
ended() { say "show $run" | grep -E "^$run · " | grep -Evq '· (waiting|running|looking|planned) '; }
change() {
  run=$(say "$1" | grep -o '^R[0-9]*' | head -1)
  [ "$run" ] || return 1
  within 90 ended || return 1
  shown=$(say "show $run")
  has "$1: $2" "$shown" "· $2"
}
processes() { [ "$(ports | wc -l)" = "$1" ]; }

change 'deploy checkout-api@v2 to staging because the fix is in' succeeded || die "$(say runs)"
settled v2 && answers v2 && ok "v2 answers" || bad "v2 does not answer: $(staging .)"
equal "by one process" 1 "$(ports | wc -l)"
equal "which the target's own history knows" "deploy v2 succeeded" "$(staging '.history[0] | .verb + " " + .version + " " + .outcome')"
change 'scale checkout-api in staging to 3' succeeded || bad "$(say runs)"
processes 3 && ok "three processes, each with a port of its own" || bad "ports: $(ports)"

has "a plan of what the target would refuse says so" "$(say 'plan scale checkout-api in staging to 40')" "❌ the target has room for 9 at most, 40 would be refused"
change 'deploy checkout-api@v9 to staging' refused || bad "$(say runs)"
has "a version that is not there is refused with those that are" "$shown" "There are: v1, v2, v3, v4, v5"
lacks "and locks nothing" "$(say locks)" checkout-api
change 'deploy checkout-api@v5 to staging' failed || bad "$(say runs)"
has "with the last words of the process" "$shown" "cannot read its settings"
settled v2 && processes 3 && ok "what ran before runs on" || bad "$(staging .)"
say 'unlock checkout-api in staging --steal because the next one is tried' >/dev/null
change 'deploy checkout-api@v4 to staging' 'failed and put back' || bad "$(say runs)"
has "because it answered badly" "$shown" "status 500"
settled v2 && processes 3 && answers v2 && ok "v2 answers again, three times" || bad "$(staging .)"

old=$(keepers)
kill_bot
within 5 answers v2 && ok "a killed bot leaves it running" || bad "it went with the bot"
start_bot "$data" --sandbox
within 5 answers v2 || bad "it does not run any more"
equal "the next bot finds the same processes again" "$old" "$(keepers)"

stop_bot
within 15 none_left && ok "an orderly stop ends it" || bad "processes are left: $(keepers)"
start_bot "$data" --sandbox
within 10 answers v2 && ok "the next start brings back what ran" || bad "it did not come back: $(cat "$log")"

old=$(keepers)
kill_bot
rm -rf "$data"
within 15 none_left && ok "without its data folder a killed sandbox leaves nothing" || bad "processes are left"

data=$work/another
start_bot "$data" --sandbox
within 10 answers v1 || die "the sample does not run: $(cat "$log")"
say 'deploy checkout-api@v2 to staging because it is stopped at once' >/dev/null
old=$(keepers)
stop_bot "it stops in peace in the middle of a change"
within 15 none_left && ok "and ends what ran" || bad "processes are left: $(keepers)"
finish
