#!/usr/bin/env bash
# Running the bot: addresses, doctor, backup and restore, figures, Alertmanager's own client, stopping.
. "$(dirname "$0")/lib.sh" || exit 1
need curl jq amtool promtool
data=$work/data
run() {
  text=$("$@" 2>&1 </dev/null)
  code=$?
}

run "$muster" version --json
equal "version --json has the version" "$("$muster" --version | cut -d' ' -f2)" "$(jq -r .version <<<"$text")"
run "$muster" doctor --data "$data" --listen 127.0.0.1:0
equal "doctor before the first start: nothing is wrong" 0 $code
start_bot "$data"
equal "the data folder is the owner's alone" 700 "$(stat -c %a "$data")"
equal "so are the tokens" 600 "$(stat -c %a "$data/tokens.json")"

# Addresses: the running bot's port, whatever was configured or wished for.
run "$muster" sources --data "$data" --json
equal "sources knows the running bot's port" "http://$address" \
  "$(jq -r '.[0].url' <<<"$text" | sed 's|/in/.*||')"
equal "and says that it runs" true "$(jq -r '.[0].running' <<<"$text")"
jq -r '.[] | select(.kind == "alertmanager") | .snippet' <<<"$text" >"$work/am.yml"
jq -r '.[] | select(.kind == "prometheus") | .snippet' <<<"$text" >"$work/prom.yml"
run amtool check-config "$work/am.yml"
equal "amtool accepts the Alertmanager snippet as it is" 0 $code
run promtool check config "$work/prom.yml"
equal "promtool accepts the Prometheus snippet as it is" 0 $code
mkdir "$work/conf"
printf 'sources:\n  - {name: am, kind: alertmanager, secrets: ["env:OPS_BASIC"]}\n  - {name: prom, kind: prometheus, secrets: ["env:OPS_BEARER"]}\n' >"$work/conf/a.yaml"
mkdir -m 700 "$work/other"
run env OPS_BASIC=u:p OPS_BEARER=t "$muster" sources --data "$work/other" --config "$work/conf" --json --url https://muster.example.com/base/
jq -r '.[0].snippet' <<<"$text" >"$work/am.yml"
jq -r '.[1].snippet' <<<"$text" >"$work/prom.yml"
touch "$work/file"
sed -i "s|/path/to/file|$work/file|" "$work/am.yml" "$work/prom.yml"
run amtool check-config "$work/am.yml"
equal "amtool accepts the snippet with a secret" 0 $code
run promtool check config "$work/prom.yml"
equal "promtool accepts the snippet with a secret" 0 $code
has "the wished address is used" "$(cat "$work/prom.yml")" "path_prefix: /base/in/prometheus/"
lacks "no secret is printed" "$(cat "$work"/*.yml)" "u:p"
run "$muster" sources --data "$work/other"
has "a bot that does not run: the port is the configured one, and that is said" "$text" "not running"

# A new token beside the old one.
old=$(door alertmanager "$data")
run "$muster" sources --rotate alertmanager --data "$data"
equal "rotate exits 0" 0 $code
new=$(door alertmanager "$data")
lacks "the address is a new one" "$new" "$old"
equal "the new address works" 202 "$(webhook R warning | status POST "$new" --data-binary @-)"
equal "the old one still works" 202 "$(webhook R warning | status POST "$old" --data-binary @-)"
run "$muster" sources --rotate alertmanager --data "$data"
equal "a third token at once is refused" 1 $code
run "$muster" sources --retire alertmanager --data "$data"
equal "the retired address is refused" 401 "$(webhook R warning | status POST "$old" --data-binary @-)"
equal "the new one is not" 202 "$(webhook R warning | status POST "$new" --data-binary @-)"

# Alertmanager's own client.
url=$(door prometheus "$data")
url=${url%/api/v2/alerts}
tool() { amtool --alertmanager.url="$url" "$@"; }
run tool alert add FromAmtool severity=warning service=checkout-api --annotation=summary=hello
equal "amtool alert add" 0 $code
listed() { tool alert query -o json | jq -e '.[] | select(.labels.alertname == "FromAmtool")' >/dev/null; }
within 10 listed && ok "amtool alert query lists it" || bad "amtool alert query: $(tool alert query 2>&1)"
equal "a matcher that fits" 1 "$(tool alert query -o json service=checkout-api severity=~'warn.*' | jq length)"
equal "a matcher that does not" 0 "$(tool alert query -o json service=checkout-api severity=critical | jq length)"
run tool config show
equal "amtool config show (its status)" 0 $code
run tool silence query
equal "amtool silence query: an honest none" 0 $code
run tool silence add alertname=FromAmtool -c x -a y
[ $code -ne 0 ] && ok "amtool silence add is refused, not swallowed" || bad "amtool believes in a silence"
equal "groups for clients that ask" 1 \
  "$(curl -s "$url/api/v2/alerts/groups" | jq '[.[] | select(.labels.alertname == "FromAmtool")] | length')"
json='Content-Type: application/json'
partly='[{"labels":{"alertname":"Kept"}},{"labels":{}},{"annotations":{}}]'
equal "a batch with a missing field is 422" 422 "$(status POST "$url/api/v2/alerts" -H "$json" -d "$partly")"
kept() { curl -s "$url/api/v2/alerts" | jq -e '.[] | select(.labels.alertname == "Kept")' >/dev/null; }
within 10 kept && ok "its valid part is kept" || bad "the valid part is lost"
partly='[{"labels":{"alertname":"Kept2"}},{"labels":{"a":"b"},"startsAt":"2026-01-02T00:00:00Z","endsAt":"2026-01-01T00:00:00Z"}]'
equal "an end before the start is 400" 400 "$(status POST "$url/api/v2/alerts" -H "$json" -d "$partly")"

# HTTP as senders speak it.
equal "chunked" 202 "$(webhook Chunked warning | status POST "$new" -H 'Transfer-Encoding: chunked' --data-binary @-)"
equal "Expect: 100-continue" 202 "$(webhook Expect warning | status POST "$new" -H 'Expect: 100-continue' --data-binary @-)"
equal "HTTP/1.0" 202 "$(webhook Old warning | status POST "$new" -0 --data-binary @-)"
equal "two requests, one connection" 1 \
  "$(curl -s -o /dev/null -o /dev/null -w '%{num_connects}\n' "http://$address/healthz" "http://$address/healthz" | awk '{n += $1} END {print n}')"
head -c $((9 * 1024 * 1024)) /dev/zero | tr '\0' x >"$work/big"
equal "a body over the limit is 413" 413 "$(status POST "$new" -H 'Expect:' --data-binary @"$work/big")"
told() { curl -s "$url/api/v2/alerts" | jq -e '.[] | select(.labels.alertname == "MusterDeliveryTooLarge")' >/dev/null; }
within 10 told && ok "and is an alert of its own, because it will come again" || bad "nobody heard of the 413"
equal "readyz" ready "$(curl -s "http://$address/readyz" | head -1)"
curl -s "http://$address/metrics" >"$work/metrics"

promtool check metrics <"$work/metrics" >"$work/lint" 2>&1 && ok "promtool finds no fault with /metrics" || bad "$(cat "$work/lint")"
for name in muster_queue_depth muster_commit_seconds_bucket muster_commit_seconds_sum muster_loop_lag_seconds \
  muster_deliveries_total muster_platform_connected muster_build_info process_start_time_seconds; do
  grep -q "^$name[{ ]" "$work/metrics" && ok "/metrics has $name" || bad "/metrics lacks $name"
done

# Backup, never over something; restore; doctor.
run "$muster" backup "$work/copy.db" --data "$data"
equal "backup" 0 $code
sum=$(cksum <"$work/copy.db")
run "$muster" backup "$work/copy.db" --data "$data"
equal "a second backup to the same file is refused" 1 $code
has "and says how" "$text" "--force"
equal "the first is untouched" "$sum" "$(cksum <"$work/copy.db")"
run "$muster" backup "$work/copy.db" --force --data "$data"
equal "--force replaces it" 0 $code
run "$muster" restore "$work/copy.db" --data "$work/restored"
equal "restore into a fresh folder" 0 $code
has "verifies at once" "$text" "the chain holds"
run "$muster" restore "$work/copy.db" --data "$work/restored"
equal "restore over a record is refused" 1 $code
run "$muster" restore "$work/nothing.db" --data "$work/restored2"
equal "restore of nothing is refused" 1 $code
run "$muster" doctor --data "$data"
equal "doctor of a healthy bot" 0 $code
has "doctor knows the address" "$text" "$address"
chmod 644 "$data/tokens.json"
run "$muster" doctor --data "$data"
equal "doctor sees tokens that others may read" 1 $code
has "and says what to change" "$text" "chmod 600 $data/tokens.json"
chmod 600 "$data/tokens.json"
run "$muster" doctor --data "$work/restored" --listen "$address"
equal "doctor sees a taken port" 1 $code
has "and names the flag" "$text" "--listen"
run "$muster" doctor --data "$work/restored" --listen 127.0.0.1:0 --json
equal "doctor --json is JSON" ok "$(jq -r '.[0].level' <<<"$text")"
mkdir "$work/garbage"
head -c 8192 /dev/urandom >"$work/garbage/muster.db"
run timeout 10 "$muster" serve --data "$work/garbage" --listen 127.0.0.1:0
equal "garbage without a key: serve exits 1" 1 $code
has "the sentence names the database" "$text" "muster.db is damaged"
has "and the key" "$text" "mac.key"

# Dead letters.
run "$muster" outbox list --data "$data"
equal "outbox list" 0 $code
has "nothing is dead" "$text" "delivered or is on its way"
run "$muster" outbox resend no-such --data "$data"
equal "resend of nothing is refused" 1 $code
run "$muster" outbox resend --data "$data"
equal "resend without an id is wrong usage" 2 $code

# An incident, for scripts.
run "$muster" try --data "$data"
opened() { [ "$("$muster" incident list --json --data "$data" | jq length)" -ge 1 ]; }
within 10 opened && ok "try opened an incident" || bad "try opened none"
run "$muster" incident show INC-1 --json --data "$data"
equal "incident show has the whole" '"INC-1" true' "$(jq -c '.id, (.timeline | length > 0)' <<<"$text" | paste -sd' ')"
equal "each entry has its id and number" true "$(jq '[.timeline[] | (.id != "") and (.n > 0)] | all' <<<"$text")"
run "$muster" postmortem i1 --json --data "$data"
equal "postmortem understands I1, and --json is JSON" 0 "$(jq -e . >/dev/null <<<"$text"; echo $?)"
run "$muster" incident show --data "$data"
equal "incident show without an id is wrong usage" 2 $code
run "$muster" incident show INC-99 --data "$data"
equal "incident show of nothing exits 1" 1 $code
run "$muster" incident list --data "$work/restored"
equal "without a bot the record is read" 0 $code
has "and that is said" "$text" "not running"
run "$muster" incident list --data "$work/no-record"
equal "without a bot and a record: 3" 3 $code

# A stop is quick, also while somebody has sent half a request, and that somebody is told.
exec 3<>"/dev/tcp/${address%:*}/${address##*:}"
printf 'POST /in/alertmanager/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf' >&3
equal "half a request holds nobody up" 200 "$(status GET "http://$address/healthz")"
since=$SECONDS
stop_bot "SIGTERM ends it"
[ $((SECONDS - since)) -le 5 ] && ok "in 5 s" || bad "that took $((SECONDS - since)) s"
has "the half request is answered 503" "$(timeout 5 cat <&3)" "503"
exec 3>&-
"$muster" verify --data "$data" >/dev/null && ok "verify passes" || bad "verify fails"

# A secret in a header of one's own, and senders by their address.
mkdir -p "$work/doors"
export OPS_BEARER=t
printf 'sources:\n  - {name: am, kind: alertmanager, secrets: ["env:OPS_BEARER"], header: X-Muster-Secret, from: [127.0.0.0/8]}\n  - {name: prom, kind: prometheus, from: [192.0.2.7]}\n' >"$work/doors/a.yaml"
export MUSTER_CONFIG=$work/doors
start_bot "$work/doors.data"
am=$(door alertmanager "$work/doors.data")
equal "the header of the configuration has the secret" 202 \
  "$(webhook H warning | status POST "$am" -H "X-Muster-Secret: $OPS_BEARER" --data-binary @-)"
equal "Authorization has it no longer" 401 \
  "$(webhook H warning | status POST "$am" -H "Authorization: Bearer $OPS_BEARER" --data-binary @-)"
equal "nor does a wrong value count" 401 "$(webhook H warning | status POST "$am" -H "X-Muster-Secret: x" --data-binary @-)"
equal "another address may not send" 401 "$(status GET "$(door prometheus "$work/doors.data")")"
stop_bot

# What must be signed: both secrets hold, the time counts, and the sample alert of `try` signs, too.
export OPS_OLD=old-canary OPS_NEW=new-canary
printf 'sources:\n  - {name: am, kind: alertmanager, signature_secrets: ["env:OPS_NEW", "env:OPS_OLD"], timestamp_header: X-Time}\n' >"$work/doors/a.yaml"
start_bot "$work/signed.data"
am=$(door alertmanager "$work/signed.data")
signed() { # SECRET SECONDS: posts with that signature
  local sent digest
  sent=$(webhook Signed warning)
  digest=$(printf '%s:%s' "$2" "$sent" | openssl dgst -sha256 -hmac "$1")
  printf %s "$sent" | status POST "$am" -H "X-Grafana-Alerting-Signature: ${digest##* }" -H "X-Time: $2" --data-binary @-
}
equal "the new secret signs" 202 "$(signed new-canary "$(date +%s)")"
equal "so does the old one" 202 "$(signed old-canary "$(date +%s)")"
equal "another does not" 401 "$(signed guessed "$(date +%s)")"
equal "an old delivery is not taken again" 401 "$(signed new-canary "$(($(date +%s) - 400))")"
equal "what is not signed is refused" 401 "$(webhook Signed warning | status POST "$am" --data-binary @-)"
"$muster" try --data "$work/signed.data" >/dev/null
tried() { "$muster" incident list --data "$work/signed.data" | grep -q INC-1; }
within 10 tried && ok "the sample alert is signed" || bad "the sample alert did not come in"
has "the snippet says how" "$("$muster" sources --data "$work/signed.data")" "SECONDS:BODY"
stop_bot
printf 'sources:\n  - {name: am, kind: alertmanager, timestamp_header: X-Time}\n' >"$work/doors/a.yaml"
run "$muster" check --config "$work/doors"
has "a header without a secret checks nothing, and is told" "$text" "no signature is checked"

printf 'sources:\n  - {name: am, kind: alertmanager, header: "X Y", from: [10.0.0.0/33]}\n' >"$work/doors/a.yaml"
run "$muster" check --config "$work/doors"
has "a wrong network is named" "$text" "no address and no network"
has "so is a header that is none" "$text" "does not fit \`header\`"
finish
