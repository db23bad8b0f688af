#!/usr/bin/env bash
# A private incident in the running program: its words are canaries, and somebody else asks every verb, every page, the
# event stream and the figures.
# usage: private.sh MUSTER
. "$(dirname "$0")/lib.sh" || exit 1
need curl jq
data=$work/data
start_bot "$data" --sandbox
canary='kingfisher|otterfile|jackdaw|_private'
say() { "$muster" say --data "$data" --as "$1" "$2" 2>&1; }
login=$(sed -n 's/^room: //p' "$log")
curl -s -L -m 20 -c "$work/jar" -b "$work/jar" -o /dev/null "$login"
get() { curl -s -m 20 -b "$work/jar" "http://$address$1"; }
code() { curl -s -m 20 -b "$work/jar" -o "$work/body" -w '%{http_code}' "http://$address$1"; }
csrf=$(get /room/state | jq -r .csrf)
post() { # post PATH JSON: as the page does it
  curl -s -m 20 -b "$work/jar" -o "$work/body" -w '%{http_code}' -H "X-Muster-Csrf: $csrf" \
    -H 'Content-Type: application/json' -d "$2" "http://$address$1"
}
# hear PERSON: what the event stream brings them from now on.
hear() {
  curl -s -N -m 120 -H 'Accept: text/event-stream' -b "$work/jar" "http://$address/room/events?as=$1&since=$(get "/room/state?as=$1" | jq -r .cursor)" \
    >"$work/stream.$1" &
  children+=("$!")
}
hear ben
hear ana
before=$(get "/room/state?as=ben" | jq -c '[.channels[].name]')
declared=$(say ana 'declare sev2 "kingfisher lantern" for checkout-api --private')
has "it is opened from a script" "$declared" 'INC-1'
equal "those in it speak in its channel" 200 "$(post /room/say '{"as":"ana","channel":"#inc-1_private","text":"the otterfile is open"}')"
curl -s -m 20 -b "$work/jar" -o /dev/null -H "X-Muster-Csrf: $csrf" -H 'Content-Type: application/octet-stream' \
  --data-binary 'jackdaw' "http://$address/room/file?as=ana&channel=%23inc-1_private&name=jackdaw.txt&text=see"
say ana 'note INC-1 the jackdaw knows' >/dev/null
say ana 'declare sev3 Search is slow for search' >/dev/null
posted() { get "/room/state?as=ana" | grep -q 'jackdaw.txt'; }
within 10 posted && ok "those in it see its channel" || bad "ana does not see the channel"
file=$(get "/room/state?as=ana" | jq -r '[.channels[].posts[].files[]?.id] | first')
equal "those in it get its file" 200 "$(code "/room/file/$file?as=ana")"
equal "those in it get its report" 200 "$(code '/room/report/INC-1?as=ana')"
has "and it is in the report" "$(cat "$work/body")" 'kingfisher'

heard() { grep -q 'otterfile' "$work/stream.ana"; }
within 10 heard && ok "the event stream brings it to those in it" || bad "ana's stream has nothing"

# Every verb that the program has, as data.
get /room/state | jq -r '.verbs[]' >"$work/verbs"
asked=0
while read -r verb; do
  for line in "$verb" "$verb INC-1" "$verb --all" "$verb ana"; do
    say ben "$line" >>"$work/said.ben" </dev/null
    asked=$((asked + 1))
  done
done <"$work/verbs"
[ "$asked" -gt 200 ] && ok "$asked lines were asked" || bad "only $asked lines were asked"
lacks "no verb tells it by a script" "$(grep -E "$canary" "$work/said.ben")" ' '
for line in incidents status 'timeline INC-1' 'show INC-1' history 'transcript INC-1' 'postmortem INC-1' todo 'show INC-1 ?'; do
  post /room/say "$(jq -nc --arg t "$line" '{as:"ben",channel:"#muster",text:$t}')" >/dev/null
done
post /room/say '{"as":"ana","channel":"#muster","text":"incidents"}' >/dev/null
answered() { get "/room/state?as=ben" | grep -q 'show INC-1 ?'; }
within 10 answered || bad "the room did not answer"
equal "a hidden report is none" 404 "$(code '/room/report/INC-1?as=ben')"
mv "$work/body" "$work/hidden"
equal "as one that there never was" 404 "$(code '/room/report/INC-99?as=ben')"
cmp -s "$work/hidden" "$work/body" && ok "both pages are the same" || bad "the pages differ"
equal "its file is none" 404 "$(code "/room/file/$file?as=ben")"
hidden=$(post /room/say '{"as":"ben","channel":"#inc-1_private","text":"x"}')$(sed 's/inc-1_private/X/' "$work/body")
none=$(post /room/say '{"as":"ben","channel":"#inc-9_private","text":"x"}')$(sed 's/inc-9_private/X/' "$work/body")
equal "its channel answers like one that there never was" "$none" "$hidden"
lacks "completion does not know it" "$(get '/room/complete?as=ben&channel=%23muster&prefix=show%20')" '"show INC-1"'
has "completion knows others" "$(get '/room/complete?as=ben&channel=%23muster&prefix=show%20')" 'INC-2'
lacks "the room's state has no word of it" "$(get '/room/state?as=ben' | grep -oE "$canary")" ' '
equal "the room's state has no canary" "" "$(get '/room/state?as=ben' | grep -oE "$canary" | head -1)"
equal "the event stream has none" "" "$(grep -oE "$canary" "$work/stream.ben" | head -1)"
open=$("$muster" say --data "$data" 'incidents --open --all --json' | jq length)
has "the figures count the others alone" "$(get /metrics)" "muster_incidents_open $((open - 1))"
equal "the figures have no canary" "" "$(get /metrics | grep -oE "$canary" | head -1)"
has "the operator of the machine sees it" "$("$muster" say --data "$data" incidents)" 'kingfisher'
has "and is nobody who could be taken out" "$("$muster" say --data "$data" 'uninvite me INC-1' 2>&1)" 'no person of the configuration'
has "channels that ben had are there" "$(get '/room/state?as=ben' | jq -c '[.channels[].name]')" "$(jq -r '.[0]' <<<"$before")"

# Let in: the page is told to read everything anew, and shows it.
say ana 'invite @ben INC-1' >/dev/null
reset() { grep -q '^event: reset' <(tail -n +4 "$work/stream.ben"); }
within 10 reset && ok "the page of who is let in reads anew" || bad "no reset"
has "and shows the channel" "$(get '/room/state?as=ben')" 'otterfile'
equal "and the report" 200 "$(code '/room/report/INC-1?as=ben')"
equal "not for others" "" "$(get '/room/state?as=jisoo' | grep -oE "$canary" | head -1)"

# Taken out again: the page reads anew, and has nothing of it any more.
resets() { grep -c '^event: reset' "$work/stream.ben"; }
before_out=$(resets)
has "somebody is taken out" "$(say ana 'uninvite @ben INC-1')" 'is taken out of INC-1'
again() { [ "$(resets)" -gt "$before_out" ]; }
within 10 again && ok "the page of who is taken out reads anew" || bad "no reset"
equal "and shows nothing of it" "" "$(get '/room/state?as=ben' | grep -oE "$canary" | head -1)"
has "but that it was so" "$(get '/room/state?as=ben')" 'taken you out of the private incident INC-1'
equal "nobody else is told" "" "$(get '/room/state?as=jisoo' | grep -o 'taken you out' | head -1)"
equal "nor is the report there" 404 "$(code '/room/report/INC-1?as=ben')"
say ana 'invite @ben INC-1' >/dev/null

# After a restart all is as it was.
stop_bot
start_bot "$data" --sandbox
login=$(sed -n 's/^room: //p' "$log")
curl -s -L -m 20 -c "$work/jar" -b "$work/jar" -o /dev/null "$login"
equal "a restart hides it" "" "$(get '/room/state?as=jisoo' | grep -oE "$canary" | head -1)"
has "a restart shows it" "$(get '/room/state?as=ben')" 'otterfile'
stop_bot
"$muster" verify --data "$data" >/dev/null && ok "the record agrees" || bad "verify"
finish
