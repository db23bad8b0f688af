#!/usr/bin/env bash
# The whole program against Slack's double over real sockets. usage: slack.sh MUSTER SLACK_DOUBLE
. "$(dirname "$0")/lib.sh" || exit 1
need curl jq
double=$(realpath "$2")
data=$work/data
mkdir "$work/config"
cat >"$work/config/muster.yaml" <<'YAML'
people:
  - id: ana
    name: Ana Sousa
    roles: [owner]
    handles: [slack:U1]
  - {id: ben, handles: ["slack:U2"]}
YAML

mkdir "$work/config/runbooks"
cat >"$work/config/runbooks/ask-sre.yaml" <<'YAML'
runbook: ask-sre
summary: Somebody of the user group says yes.
owner: group:slack:@sre
steps:
  - approve: {by: "group:slack:@sre", text: Shall I}
    timeout: 10m
  - message: carried out after the yes of the group
YAML
mkfifo "$work/orders" "$work/answers"
"$double" <"$work/orders" >"$work/answers" &
children+=($!)
exec 7>"$work/orders" 8<"$work/answers"
read -r -t 10 about <&8 || die "the double did not start"
order() { # its answer, one line
  echo "$*" >&7
  local answer
  read -r -t 10 answer <&8 || die "the double does not answer: $*"
  echo "$answer"
}
field() { jq -r ".$1" <<<"$about"; }
metric() { curl -s -m 5 "http://$address/metrics" | grep -qx "$1{platform=\"slack\"} $2"; }
said() { order show "$1" | jq -r '.posts[]?.text' 2>/dev/null | grep -q "$2"; }
times() { order show "$1" | jq -r '.posts[]?.text' 2>/dev/null | grep -c "$2"; }

export SLACK_API_URL=$(field api) SLACK_BOT_TOKEN=$(field bot_token) SLACK_APP_TOKEN=$(field app_token)
start_bot "$data" --config "$work/config"
within 20 metric muster_chat_connected 1 && ok "it connects" || bad "not connected: $(cat "$log")"
has "health names the platform" "$("$muster" say --data "$data" health)" "slack connected as muster"
seen=$(tr '\0' '\n' <"/proc/$bot/environ"; tr '\0' ' ' <"/proc/$bot/cmdline"; ps eww -p "$bot")
lacks "no token is in what ps shows of a running bot" "$seen" "xoxb-test"
lacks "nor the app's there" "$seen" "xapp-1-test"
has "a crash leaves no core that would hold them" "$(grep 'Max core' "/proc/$bot/limits" | tr -s ' ')" "size 0 0"
there() { [ "$(order show "$1")" != null ]; }
within 20 there muster && ok "it has made #muster" || bad "there is no #muster"

order twice >/dev/null
order say muster "declare sev2 Checkout is slow" >/dev/null
within 20 there inc-1-checkout-is-slow && ok "a person declares an incident, its channel is made" || bad "no incident channel"
within 20 said muster 'declare sev2 Checkout is slow' && ok "and the answer stands where it was asked" || bad "no answer"
inc=inc-1-checkout-is-slow
pinned() { [ "$(order show $inc | jq '[.posts[] | select(.pinned)] | length')" = 1 ]; }
within 20 pinned && ok "the summary is pinned" || bad "nothing is pinned"
topic() { order show $inc | jq -r .topic | grep -q "commander: Ana Sousa"; }
order press $inc "lead me" >/dev/null
within 20 topic && ok "a pressed button leads; the topic says it" || bad "the topic: $(order show $inc | jq -r .topic)"

"$muster" say --data "$data" "run ask-sre" >/dev/null
within 30 said muster 'ask-sre' && ok "a runbook asks a user group of Slack's" || bad "nobody is asked: $(order show muster)"
order say muster "approve A1" >/dev/null
within 20 said muster 'carried out after the yes of the group' && ok "and who is in it may approve" ||
  bad "the yes of the group does not count: $(order show muster)"

order refresh >/dev/null
order say $inc "!note said during a refresh" >/dev/null
within 20 said $inc 'note said during a refresh' && ok "a refresh loses nothing" || bad "a note was lost in a refresh"
order limit chat.postMessage 2 >/dev/null
order say $inc "!note said under a rate limit" >/dev/null
within 20 said $inc 'note said under a rate limit' && ok "a rate limit is waited out" || bad "the answer never came"
order cut >/dev/null
order say $inc "!mitigate because rolled back while nobody listened" >/dev/null
mitigated() { order show $inc | jq -r .topic | grep -q "mitigated"; }
within 30 mitigated && ok "what was said while the connection was gone is carried out" || bad "a command was lost"

stop_bot
order say $inc "!resolve because verified while the bot was down" >/dev/null
start_bot "$data" --config "$work/config"
resolved() { order show $inc | jq -r .topic | grep -q "resolved"; }
within 30 resolved && ok "what was said while the bot was down is carried out" || bad "a command was lost over the restart"
equal "nothing was carried out twice, though all came twice" 1 "$("$muster" incident list --data "$data" --json | jq length)"
equal "no limit of Slack's was passed" "[]" "$(order rules)"
stop_bot
has "verify passes" "$("$muster" verify --data "$data")" "the chain holds"
lacks "no token is in a log" "$(cat "$work"/serve.*)" "xoxb-test"
lacks "nor the app's" "$(cat "$work"/serve.*)" "xapp-1-test"
equal "nor one in the data folder" "" "$(grep -rlaE 'xoxb-test|xapp-1-test' "$data")"

export SLACK_BOT_TOKEN=xoxb-nonsense
start_bot "$work/other" --config "$work/config"
told() { grep -q "does not accept SLACK_BOT_TOKEN" "$log"; }
within 20 told && ok "a wrong token gets a sentence" || bad "no sentence about the token: $(cat "$log")"
equal "and the bot runs on" 200 "$(status GET "http://$address/healthz")"
stop_bot

unset SLACK_BOT_TOKEN
has "half a setting is refused" "$(timeout 10 "$muster" serve --data "$work/third" --listen 127.0.0.1:0 2>&1)" "SLACK_BOT_TOKEN is missing"
finish
