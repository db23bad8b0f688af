#!/usr/bin/env bash
# Debian's Prometheus and Alertmanager as those who are asked: graphs, silences made and ended, outages told.
. "$(dirname "$0")/lib.sh" || exit 1
need curl jq prometheus prometheus-alertmanager

cat >"$work/alertmanager.yml" <<YAML
route: {receiver: nobody}
receivers: [{name: nobody}]
YAML
start_on_free_port am prometheus-alertmanager --config.file="$work/alertmanager.yml" --storage.path="$work/am" \
  --cluster.listen-address= || die "Alertmanager did not start"
am=127.0.0.1:$port am_pid=$started
mkdir -p "$work/scrape"
cat >"$work/prometheus.yml" <<YAML
global: {evaluation_interval: 1s, scrape_interval: 1s}
scrape_configs:
  - job_name: itself
    static_configs: [{targets: ["127.0.0.1:1", "$am"]}]
YAML
start_on_free_port prom prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" \
  || die "Prometheus did not start"
prom=127.0.0.1:$port prom_pid=$started

config=$work/config data=$work/data
mkdir -p "$config"
cat >"$config/backends.yaml" <<YAML
backends:
  - {name: metrics, kind: prometheus, url: "http://$prom", timeout: 5s}
  - {name: main, kind: alertmanager, url: "http://$am", timeout: 5s}
YAML
start_bot "$data" --config "$config"
say() { "$muster" say --data "$data" "$@" 2>&1; }  # what failed is said on standard error
silences() { curl -s "http://$am/api/v2/silences"; }

scraped() { [ "$(curl -s "http://$prom/api/v1/query" -d 'query=count(up)' | jq -r '.data.result[0].value[1]')" = 2 ]; }
within 60 scraped && ok "Prometheus has samples" || die "Prometheus never scraped: $(tail -3 "$work/prom.log")"
graph=$(say --json 'graph up since 5m')
equal "two series are drawn" 2 "$(jq '.series | length' <<<"$graph")"
equal "the dead target is 0, the living 1" '[0,1]' "$(jq -c '[.series[].points[-1][1] | floor] | sort' <<<"$graph")"
has "a line for a terminal" "$(say 'graph up since 5m')" '▅'
has "no data is said as such" "$(say 'graph nothing_of_this_name')" 'no data'
has "a mistake keeps the words of Prometheus" "$(say 'graph sum(')" 'parse error'
has "what is no number is left out and said" "$(say 'graph vector(0)/0 since 1m')" 'not a number'

has "a silence is asked for" "$(say 'silence alertname="Disk", env=~"prod|live", job!="x" for 2h because the disk is replaced')" 'L1'
active() { [ "$(silences | jq '[.[] | select(.status.state == "active")] | length')" = "$1" ]; }
within 30 active 1 && ok "Alertmanager holds it" || bad "Alertmanager has no silence: $(silences)"
equal "who made it stands there" 'the local operator' "$(silences | jq -r '.[0].createdBy')"
has "and why" "$(silences | jq -r '.[0].comment')" 'the disk is replaced [muster L1'
equal "its matchers are those" '[["Disk",false,true],["prod|live",true,true],["x",false,false]]' \
  "$(silences | jq -c '[.[0].matchers[] | [.value,.isRegex,.isEqual]] | sort')"
listed() { say silences | grep -q "L1.*$1"; }
within 30 listed until && ok "the bot knows it is there" || bad "silences: $(say silences)"
kill_bot
start_bot "$data" --config "$config"
listed until && ok "it is known after a kill" || bad "silences: $(say silences)"
equal "and was not made twice" 1 "$(silences | jq length)"
say 'unsilence L1' >/dev/null
within 30 active 0 && ok "unsilence ended it there" || bad "still active: $(silences)"
over() { say 'silences --all' | grep -q 'L1.*over'; }
within 30 over && ok "and the bot knows" || bad "silences: $(say 'silences --all')"

# An Alertmanager that is away for a moment: the order waits on disk and is carried out once.
kill -STOP "$am_pid"
say 'silence alertname="Later" for 10m because it is away' >/dev/null
has "an order that waits is shown as asked for" "$(say silences)" 'asked for'
kill -CONT "$am_pid"
within 90 active 1 && ok "it arrives when the source is back" || bad "never arrived: $(silences)"
equal "once" 1 "$(silences | jq '[.[] | select(.comment | contains("L2"))] | length')"

# Somebody else moves it there, and then ends it: the bot looks again and says so.
until_s=$(($(date +%s) + 3000))
silences | jq -c --argjson until "$until_s" '[.[] | select(.status.state == "active")][0] |
  {id, matchers, startsAt, endsAt: ($until | todate), createdBy, comment}' >"$work/moved"
equal "somebody moves it there" 200 \
  "$(status POST "http://$am/api/v2/silences" -H 'Content-Type: application/json' --data @"$work/moved")"
moved() { say silences | grep -q "L2.*until $(date -u -d "@$until_s" '+%F %H:%M')"; }
within 60 moved && ok "the bot sees it" || bad "silences: $(say silences)"
curl -s -X DELETE "http://$am/api/v2/silence/$(silences | jq -r '[.[] | select(.status.state == "active")][0].id')"
ended() { say 'silences --all' | grep -q 'L2.*over'; }
within 60 ended && ok "and that it was ended there" || bad "silences: $(say 'silences --all')"

kill "$prom_pid"
wait "$prom_pid" 2>/dev/null
has "an outage is a sentence" "$(say 'graph up')" 'cannot be reached'
stop_bot "SIGTERM exits 0"
"$muster" verify --data "$data" >/dev/null && ok "verify passes" || bad "verify: $("$muster" verify --data "$data")"
finish
