#!/usr/bin/env bash
# A bot with everything under way is stopped again and again, at random moments: both chat platforms connected and
# talking, alerts coming in, scripts asking, commands of runs running, a change in a cluster, an event stream open, a
# receiver of webhooks that never answers. It ends in peace each time, and the record holds.
# usage: stops.sh MUSTER SLACK_DOUBLE MATTERMOST_DOUBLE KUBERNETES_DOUBLE [ROUNDS] [SEED]
. "$(dirname "$0")/lib.sh" || exit 1
. "$here/doubles.sh" || exit 1
need curl jq python3
slack_double=$(realpath "$2") mattermost_double=$(realpath "$3") kubernetes_double=$(realpath "$4")
rounds=${5:-8} seed=${6:-3}
RANDOM=$seed
data=$work/data config=$work/config
mkdir -p "$config/runbooks"

start_double slack "$slack_double"
start_double mattermost "$mattermost_double"
start_double kubernetes "$kubernetes_double"
about kubernetes kubeconfig >"$work/kubeconfig"
python3 -u -c 'import socket, sys
s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1], flush=True)
kept = [s.accept() for _ in range(100000)]' >"$work/silent" 2>/dev/null &
children+=($!)
within 10 test -s "$work/silent" || die "no silent receiver"

export STOPS_SECRET="whsec_$(head -c 32 /dev/urandom | base64)"
cat >"$config/muster.yaml" <<YAML
people:
  - {id: ana, name: Ana Sousa, roles: [owner], handles: ["slack:U1", "mattermost:ana"]}
together:
  - platforms: [slack, mattermost]
services:
  - {name: shop, environments: [prod]}
  - {name: tool, environments: [dev]}
environments:
  - name: prod
  - name: dev
kubernetes_targets:
  - {name: prod, kubeconfig: $work/kubeconfig, services: [shop], environments: [prod]}
exec_targets:
  - name: here
    services: [tool]
    status: [/bin/echo, '{"version": "1"}']
    deploy: [/bin/sh, -c, "sleep 1", "{version}"]
backends:
  - {name: metrics, kind: prometheus, url: "http://127.0.0.1:$(cat "$work/silent")", timeout: 20s}
webhooks:
  - {name: silent, url: "http://127.0.0.1:$(cat "$work/silent")/", secrets: [env:STOPS_SECRET], timeout: 20s}
YAML
cat >"$config/runbooks/slow.yaml" <<'YAML'
runbook: slow
summary: Commands side by side, that tell how far they are.
steps:
  - parallel:
      - run: [sh, -c, 'for n in 1 2 3 4 5 6 7 8; do echo "$n"; sleep 0.1; done']
        timeout: 1m
      - run: [sh, -c, 'sleep 0.4']
        timeout: 1m
YAML
export SLACK_API_URL=$(about slack api) SLACK_BOT_TOKEN=$(about slack bot_token) SLACK_APP_TOKEN=$(about slack app_token)
export MATTERMOST_URL=$(about mattermost url) MATTERMOST_TOKEN=$(about mattermost token)

say() { timeout 30 "$muster" say --data "$data" "$@" >/dev/null 2>&1; }
post_alerts() { # those of a round, until nobody takes them
  local n=0
  while webhook "R$1N$n" critical | curl -sf -m 20 -o /dev/null --data-binary @- "$2"; do n=$((n + 1)); done
}
ask() { # lines that read from afar, decide, and send
  while say 'graph up' & say "declare sev3 Search is slow $1 for shop" && say 'where shop' && say 'status' && say "note INC-$1 seen"; do :; done
}
talk() { # orders of the doubles: their answers are not asked for
  local n
  for n in 1 2 3 4 5 6 7 8; do
    echo "say muster note INC-$1 said in round $1, $n" >&"${order_pipe[slack]}"
    echo "in muster is it slow for you, too? $1 $n" >&"${order_pipe[mattermost]}"
    sleep 0.05
  done
}
connected() { [ "$(curl -s -m 5 "http://$address/metrics" | grep -c '^muster_chat_connected{.*} 1$')" = 2 ]; }

for ((round = 1; round <= rounds; round++)); do
  start_bot "$data" --config "$config"
  # Every other time it is stopped while it still connects.
  ((round % 2 == 0)) || within 30 connected || bad "round $round: not connected: $(tail -5 "$log")"
  hook=$(door alertmanager "$data")
  login=$(sed -n 's/^room: //p' "$log")
  curl -s -L -m 20 -c "$work/jar" -b "$work/jar" -o /dev/null "$login"
  loads=()
  curl -s -N -m 60 -b "$work/jar" -H 'Accept: text/event-stream' -o /dev/null "http://$address/room/events" &
  loads+=($!)
  say 'run slow'
  for place in "shop@1.$round to prod" "tool@$round to dev"; do say "deploy $place --queue because of round $round"; done
  for asked in $("$muster" say --data "$data" approvals | grep -o 'A[0-9]*' | sort -u); do say "yes $asked"; done
  # What a reload replaces has work under way, too.
  echo "zone: Etc/GMT+$round" >"$config/zone.yaml"
  ((round % 3 != 0)) || say 'config reload'
  for load in "post_alerts $round $hook" "ask $round" "talk $round"; do
    $load 2>/dev/null &
    loads+=($!)
  done
  children+=("${loads[@]}")
  sleep "0.$((RANDOM % 10))$((RANDOM % 10))" # the random moment, not a wait for something
  stop_bot "round $round: it stops in peace"
  kill "${loads[@]}" 2>/dev/null
  wait "${loads[@]}" 2>/dev/null
done
report=$("$muster" verify --data "$data" --json)
equal "verify has no problems" 0 "$(jq '.problems | length' <<<"$report")"
[ "$("$muster" incident list --data "$data" --json 2>/dev/null | jq length)" -gt 1 ] && ok "there was work under way (seed $seed)" ||
  bad "nothing was under way"
finish
