#!/usr/bin/env bash
# One incident in a Slack and a Mattermost channel that are one room: the whole program between both doubles.
# usage: together.sh MUSTER SLACK_DOUBLE MATTERMOST_DOUBLE
. "$(dirname "$0")/lib.sh" || exit 1
. "$here/doubles.sh" || exit 1
need curl jq
slack_double=$(realpath "$2") mattermost_double=$(realpath "$3")
data=$work/data config=$work/config
mkdir "$config"

start_double slack "$slack_double"
start_double mattermost "$mattermost_double"
on_slack() { order slack show "$1" | jq -r '.posts[]?.text' 2>/dev/null; }
on_mattermost() { order mattermost list "$1" | jq -r '.[]' 2>/dev/null; }
slack_says() { on_slack "$1" | grep -qF "$2"; }
mattermost_says() { on_mattermost "$1" | grep -qF "$2"; }

cat >"$config/muster.yaml" <<'YAML'
people:
  - {id: ana, name: Ana Sousa, roles: [owner], handles: ["slack:U1", "mattermost:ana"]}
together:
  - platforms: [slack, mattermost]
    lost_after: 2s
YAML
has "one platform alone is refused" "$(sed 's/\[slack, mattermost\]/[slack]/' "$config/muster.yaml" >"$work/one.yaml" &&
  mkdir "$work/one" && mv "$work/one.yaml" "$work/one/muster.yaml" && "$muster" check --config "$work/one" 2>&1)" "together with nobody"
export SLACK_API_URL=$(about slack api) SLACK_BOT_TOKEN=$(about slack bot_token) SLACK_APP_TOKEN=$(about slack app_token)
export MATTERMOST_URL=$(about mattermost url) MATTERMOST_TOKEN=$(about mattermost token)
start_bot "$data" --config "$config"
for name in slack mattermost; do
  within 20 connected $name && ok "$name is connected" || bad "$name is not connected: $(cat "$log")"
done
there() { [ "$(order slack show "$1")" != null ]; }
within 20 there muster || bad "there is no #muster"
order slack say muster "declare sev2 Checkout is slow" >/dev/null
inc=inc-1-checkout-is-slow
within 20 slack_says $inc "INC-1" && ok "the incident has its channel on Slack" || bad "no channel on Slack"
within 20 mattermost_says $inc "INC-1" && ok "and on Mattermost" || bad "no channel on Mattermost"

order slack say $inc "the pool is full" >/dev/null
within 20 mattermost_says $inc "Slack\\): the pool is full" && ok "what is said on Slack appears on Mattermost" ||
  bad "Mattermost: $(on_mattermost $inc)"
order mattermost in $inc "which *replica*, @channel?" >/dev/null
within 20 slack_says $inc "(Mattermost): which" && ok "and the other way" || bad "Slack: $(on_slack $inc)"
lacks "a relayed mention calls nobody" "$(on_slack $inc)" "<!channel>"

slack_has_file() { order slack files $inc | grep -qF "$1"; }
mattermost_has_file() { order mattermost files $inc | grep -qF "$1"; }
order slack share $inc cpu.txt the processor is at 100 percent >/dev/null
within 20 mattermost_has_file "cpu.txt: the processor is at 100 percent" && ok "a file of Slack follows to Mattermost" ||
  bad "Mattermost has: $(order mattermost files $inc); $(on_mattermost $inc | tail -3)"
order mattermost share $inc heap.txt nine tenths of the heap are full >/dev/null
within 20 slack_has_file "heap.txt: nine tenths of the heap are full" && ok "and the other way" ||
  bad "Slack has: $(order slack files $inc); $(on_slack $inc | tail -3)"
order slack share $inc env.txt password=hunter2hunter2 and the rest >/dev/null
within 20 mattermost_has_file "env.txt:" || bad "Mattermost has: $(order mattermost files $inc)"
lacks "a password in a file is not passed on" "$(order mattermost files $inc)" "hunter2hunter2"
equal "each file once, and none comes back" "1 1" "$(order mattermost files $inc | jq '[.[] | select(startswith("cpu"))] | length') \
$(order slack files $inc | jq '[.[] | select(startswith("heap") or startswith("cpu"))] | length')"

order mattermost down >/dev/null
within 30 slack_says $inc "Mattermost cannot be reached since" && ok "people on Slack are told that Mattermost is lost" ||
  bad "nobody is told: $(on_slack $inc)"
for n in 1 2 3; do order slack say $inc "while it is away $n" >/dev/null; done
order slack say $inc "!note the record goes on" >/dev/null
within 20 slack_says $inc "the record goes on" && ok "commands go on" || bad "no answer on Slack"
delayed() { "$muster" say --data "$data" status | grep -qE "Mattermost: [0-9]+ messages? waits? to be delivered, the oldest for [0-9]+s"; }
within 30 delayed && ok "status says what waits, and for how long" || bad "status: $("$muster" say --data "$data" status)"
has "health says which rooms are one" "$("$muster" say --data "$data" health)" "one room: Slack + Mattermost"
has "and what is lost" "$("$muster" say --data "$data" health)" "Mattermost is lost since"
has "a script can do everything meanwhile" "$("$muster" say --data "$data" --channel $inc "note by script")" "by script"
stop_bot
start_bot "$data" --config "$config"
order mattermost up >/dev/null
within 90 mattermost_says $inc "while it is away 3" && ok "what waited is delivered when it is back" ||
  bad "Mattermost: $(on_mattermost $inc)"
within 30 slack_says $inc "Mattermost is back after" && ok "and people are told" || bad "Slack: $(on_slack $inc)"
equal "once and in order" "while it is away 1 while it is away 2 while it is away 3 " \
  "$(on_mattermost $inc | grep -oE 'while it is away [0-9]' | tr '\n' ' ')"
equal "nothing came back to where it was said" "" "$(on_slack $inc | grep -F '(Slack)')"
stop_bot
has "verify passes" "$("$muster" verify --data "$data")" "the chain holds"
lacks "no token is in a log" "$(cat "$work"/serve.*)" "xoxb-test"
finish
