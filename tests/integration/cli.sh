#!/usr/bin/env bash
# Exit codes, refusals and the sentences that go with them.
. "$(dirname "$0")/lib.sh" || exit 1
need curl jq
data=$work/data

# run COMMAND…: sets code and text (both streams).
run() {
  text=$("$@" 2>&1 </dev/null)
  code=$?
}

run "$muster" --help
equal "--help exits 0" 0 $code
run "$muster" no-such-command
equal "an unknown command exits 2" 2 $code
run "$muster" say --data "$work/nobody" alerts
equal "say without a running bot exits 3" 3 $code
has "and says how to start one" "$text" "muster serve"

start_bot "$data"
first=$bot
run timeout 10 "$muster" serve --data "$work/other" --listen "$address"
equal "a taken port exits 1" 1 $code
has "the sentence names --listen" "$text" "--listen"
run timeout 10 "$muster" serve --data "$data" --listen 127.0.0.1:0
equal "a second bot on the same folder exits 1" 1 $code
has "the sentence names the folder" "$text" "$data"
kill -0 "$first" && ok "the first bot is unharmed" || bad "the first bot died"
run "$muster" say --data "$data" version
equal "it still answers" 0 $code
equal "a line pasted with its prefix works" "$("$muster" say --data "$data" version)" "$("$muster" say --data "$data" '!version')"
run "$muster" say --data "$data" language ko
has "the local operator keeps the language it chose" "$("$muster" say --data "$data" alerts)" "알림"
run "$muster" say --data "$data" language en
run "$muster" srve
equal "an unknown command exits 2" 2 $code
has "and is named" "$text" "There is no command \`srve\`"
has "with what was perhaps meant" "$text" "Did you mean \`serve\`?"
run "$muster" serve --lisen 127.0.0.1:0
equal "an unknown option exits 2" 2 $code
has "and is named, with a near one" "$text" "There is no option \`--lisen\` of \`serve\`."
has "a near option" "$text" "Did you mean \`--listen\`?"
run "$muster" say --data "$data" status --tial 3
has "a chat line outside of quotes is told where it belongs" "$text" 'A chat line stands in quotes'
run "$muster" login --data "$data" --url nowhere
equal "a link that leads nowhere is not made" 1 $code
run "$muster" sources --data "$work/no-folder"
has "a data folder that is not there is said to be none" "$text" "There is no data folder $work/no-folder."
has "say - reads its line from a pipe" "$(printf 'version\n' | "$muster" say - --data "$data")" "muster 0"
run "$muster" scrub INC-99 1 --because x --data "$data"
equal "what would be refused is no plan to carry out" 1 $code
lacks "and --yes is not offered for it" "$text" "--yes"
has "the incident that does not exist is named" "$text" 'There is no `INC-99`'
run "$muster" rebuild --data "$data"
equal "rebuild is refused while the bot runs" 1 $code
run "$muster" say --data "$data" --as someone alerts
equal "--as is refused outside a sandbox" 1 $code
has "and says why" "$text" "sandbox"
run env SLACK_BOT_TOKEN=xoxb-sample timeout 10 "$muster" serve --sandbox --data "$work/sb" --listen 127.0.0.1:0
equal "a sandbox with chat tokens is refused" 1 $code

hook=$(door alertmanager "$data")
api=$(door prometheus "$data")
json='Content-Type: application/json'
equal "a wrong token is 401" 401 "$(status POST "http://$address/in/alertmanager/wrong" -d '{}')"
equal "a token of the other door is 401" 401 "$(status POST "${hook/alertmanager/prometheus}" -d '{}')"
equal "an unknown route is 404" 404 "$(status GET "http://$address/no/such/route")"
equal "an unknown kind is 404" 404 "$(status POST "http://$address/in/pigeon/wrong" -d '{}')"
equal "GET at the webhook is 405" 405 "$(status GET "$hook")"
equal "a body that is not JSON is kept: 202" 202 "$(status POST "$hook" -H "$json" -d '{"version":')"
equal "an empty body is kept: 202" 202 "$(status POST "$hook" -H "$json" -d '')"
equal "api/v2/alerts with text/plain is 415" 415 "$(status POST "$api" -H 'Content-Type: text/plain' -d '[]')"
equal "api/v2/alerts that is not JSON is 400" 400 "$(status POST "$api" -H "$json" -d '[{')"
head -c $((9 * 1024 * 1024)) /dev/zero | tr '\0' 'x' >"$work/big"
equal "a 9 MiB body is 413" 413 "$(status POST "$hook" -H "$json" -H 'Expect:' --data-binary @"$work/big")"
equal "a chunked 9 MiB body is 413" 413 \
  "$(status POST "$hook" -H "$json" -H 'Expect:' -H 'Transfer-Encoding: chunked' --data-binary @"$work/big")"
equal "and it is still healthy" 200 "$(status GET "http://$address/healthz")"

equal "an alert is taken" 202 "$(webhook BackMeUp critical | status POST "$hook" -H "$json" --data-binary @-)"
listed() { curl -s "$api" | grep -q BackMeUp; }
within 10 listed && ok "and listed" || bad "the alert is not listed"
run "$muster" backup --data "$data" "$work/copy.db"
equal "backup of a running bot exits 0" 0 $code
has "the key is written beside it" "$(ls "$work")" copy.db.key
equal "nobody else can read the key" 600 "$(stat -c %a "$work/copy.db.key")"
equal "nobody else can read the copy" 600 "$(stat -c %a "$work/copy.db")"
run "$muster" backup --data "$work/nothing-here" "$work/none.db"
equal "backup of nothing exits 1" 1 $code

since=$(date +%s%N)
bot=$first
stop_bot "SIGTERM exits 0"
[ $((($(date +%s%N) - since) / 1000000)) -lt 5000 ] && ok "in under 5 s" || bad "SIGTERM took 5 s or more"
start_bot "$data"
# Half a request, and then nothing more: whoever does that must not hold up a stop.
exec 3<>"/dev/tcp/${address%:*}/${address##*:}"
printf 'POST /in/alertmanager/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf' >&3
equal "half a request holds nobody up" 200 "$(status GET "http://$address/healthz")"
since=$(date +%s%N)
stop_bot "SIGTERM with a busy connection exits 0"
[ $((($(date +%s%N) - since) / 1000000)) -lt 5000 ] && ok "in under 5 s too" || bad "that SIGTERM took 5 s or more"
exec 3>&-

restored=$work/restored
mkdir -m 700 "$restored"
cp "$work/copy.db" "$restored/muster.db"
cp "$work/copy.db.key" "$restored/mac.key"
run "$muster" verify --data "$restored"
equal "verify of the restored folder passes" 0 $code
has "and says so" "$text" "the chain holds"
start_bot "$restored"
listed_again() { curl -s "$(door prometheus "$restored")" | grep -q BackMeUp; }
within 10 listed_again && ok "the restored bot knows the alert" || bad "the restored bot forgot the alert"
stop_bot
run "$muster" rebuild --data "$restored"
equal "rebuild of a stopped bot exits 0" 0 $code
has "into equal state" "$text" "equal state"
printf 'another key, of 32 bytes exactly' >"$restored/mac.key"
run "$muster" verify --data "$restored"
equal "verify with another key exits 1" 1 $code

# One word of the record changed in the file, at the same length.
mkdir "$work/tampered"
LC_ALL=C sed 's/BackMeUp/BackMeXp/g' "$work/copy.db" >"$work/tampered/muster.db"
cp "$work/copy.db.key" "$work/tampered/mac.key"
cmp -s "$work/copy.db" "$work/tampered/muster.db" && bad "nothing was changed: the next check means nothing"
run "$muster" verify --data "$work/tampered"
equal "verify of a changed record exits 1" 1 $code

# corrupt NAME: a folder whose database is no database must be refused, and left as it is.
corrupt() {
  run timeout 10 "$muster" serve --data "$work/$1" --listen 127.0.0.1:0
  equal "$1: serve exits 1" 1 $code
  has "$1: the sentence names the file" "$text" "muster.db"
  run "$muster" verify --data "$work/$1"
  equal "$1: verify exits 1" 1 $code
}
mkdir "$work/garbage"
head -c 8192 /dev/urandom >"$work/garbage/muster.db"
cp "$work/copy.db.key" "$work/garbage/mac.key"
sum=$(cksum <"$work/garbage/muster.db")
corrupt garbage
equal "the damaged file is left as it was" "$sum" "$(cksum <"$work/garbage/muster.db")"
mkdir "$work/truncated"
head -c 6000 "$work/copy.db" >"$work/truncated/muster.db"
cp "$work/copy.db.key" "$work/truncated/mac.key"
corrupt truncated

mkdir "$work/keyless"
cp "$work/copy.db" "$work/keyless/muster.db"
run timeout 10 "$muster" serve --data "$work/keyless" --listen 127.0.0.1:0
equal "a database without its key is refused" 1 $code
has "the sentence names the key" "$text" "mac.key"

run "$muster" postmortem --data "$data" INC-999
equal "a postmortem of nothing exits 1" 1 $code
run "$muster" postmortem --data "$data" --zone Mars/Olympus INC-1
equal "a zone that is none is refused" 1 $code
has "and named" "$text" "There is no time zone"
run "$muster" postmortem --data "$data" --format pdf INC-1
equal "an unknown format exits 2" 2 $code
run "$muster" check
equal "check of the defaults exits 0" 0 $code
run "$muster" check --config "$work/no-such-folder"
equal "check of a folder that is not there exits 1" 1 $code

# What cannot be written is told; who reads the log may go, and a bot without standard files does not take others for them.
"$muster" version >/dev/full 2>"$work/full"
equal "an answer that was not written is no success" 1 $?
has "and that is said" "$(cat "$work/full")" "could not be written"
mkfifo "$work/log"
"$muster" serve --sandbox --data "$work/unread" --listen 127.0.0.1:0 </dev/null >"$work/log" 2>&1 &
runs_as $! /dev/null
grep -q -m1 '^room: ' "$work/log" # and leaves
kill -HUP "$bot" # which is logged
answers() { "$muster" say --data "$work/unread" version; }
within 10 answers >/dev/null && ok "a bot whose log nobody reads goes on" || bad "a bot whose log nobody reads is gone"
stop_bot
"$muster" serve --sandbox --data "$work/unread" --listen 127.0.0.1:0 <&- >&- 2>&- &
runs_as $! /dev/null
within 10 answers >/dev/null || bad "a bot without standard files does not start"
equal "its first three files are nothing" "/dev/null /dev/null /dev/null" \
  "$(readlink "/proc/$bot/fd/0") $(readlink "/proc/$bot/fd/1") $(readlink "/proc/$bot/fd/2")"
stop_bot
finish
