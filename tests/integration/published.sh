#!/usr/bin/env bash
# A postmortem is published by a bot that is killed before and after the yes: one version, which later words do not
# change, on the command line and on its page. usage: published.sh MUSTER
. "$(dirname "$0")/lib.sh" || exit 1
need curl jq
data=$work/data
mkdir "$work/config"
echo 'archive_after: published' >"$work/config/muster.yaml"
say() { "$muster" say --data "$data" "$@" 2>&1; }
again() {
  kill_bot
  start_bot "$data" --config "$work/config"
}
page() { curl -s -b "$work/cookies" -w '%{http_code}' "http://$address/room/report/INC-1$1"; }
log_in() { curl -s -o "$work/room" -c "$work/cookies" -L "$("$muster" login --data "$data" | grep -o 'http://[^ ]*')"; }
report() { "$muster" postmortem INC-1 --data "$data" --format json "$@"; }

start_bot "$data" --config "$work/config"
say 'declare sev2 Search is stale' >"$work/said"
has "an open incident has no review to publish" "$(say 'postmortem publish INC-1')" 'INC-1 is open'
has "the end says what the channel waits for" "$(say 'resolve INC-1 because the index is fresh')" 'stays until its postmortem is published'
has "archiving waits for it, too" "$(say 'archive INC-1')" 'postmortem publish INC-1'
text=$(say 'postmortem publish INC-1')
has "what would be published is shown" "$text" 'Version: 1'
has "and what is open in the text" "$text" 'sections still ask their question'
again
has "after a kill it is a draft still" "$(report | jq -c '[.state, .published]')" '["Draft",null]'
text=$(say 'postmortem publish INC-1')
has "the question that is still open is shown again" "$text" 'yes A1'
has "with what it is about" "$text" 'Version: 1'
has "the yes publishes it" "$(say 'yes A1')" 'Version 1 of the postmortem of INC-1 is published'
again
has "after a kill it is published" "$(say 'postmortem INC-1')" 'version 1, published by the local operator'
has "once" "$(say 'postmortem publish INC-1')" 'nothing new to publish'
before=$(report)
say 'note INC-1 the queue was longer than we knew' >"$work/said"
equal "a later note is not in it" "$(jq .timeline <<<"$before")" "$(report | jq .timeline)"
has "but in the draft" "$(report --draft)" 'the queue was longer'
has "and told" "$(say 'postmortem INC-1')" '1 entry is newer'
log_in
has "the page has the version" "$(page '')" 'Published, version 1'
lacks "without the note" "$(page '?version=1')" 'queue was longer'
has "the page of the draft has the note" "$(page '?draft=1')" 'queue was longer'
has "a version that is none is not found" "$(page '?version=2')" '404'
archived() { "$muster" incident list --json --data "$data" | jq -e '.[0].archived' >"$work/archived"; }
say 'archive INC-1' >"$work/said"
within 10 archived && ok "now its channel may go" || bad "its channel stays"
has "and comes back when it is reopened" "$(say 'reopen INC-1 because it is stale again')" 'open again'
stop_bot
has "the record holds" "$("$muster" verify --data "$data" 2>&1)" "hold"
finish
