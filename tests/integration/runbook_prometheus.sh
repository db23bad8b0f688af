#!/usr/bin/env bash
# From alert to recovery with nothing pretended: Debian's Prometheus sees too few copies of a service, its Alertmanager
# tells the bot, a runbook starts by itself, asks, a person says yes, the service grows by two processes, Prometheus
# sees them, the alert resolves, and the record holds. The transcript of #muster is printed at the end.
# usage: runbook_prometheus.sh MUSTER
. "$(dirname "$0")/lib.sh" || exit 1
need curl jq prometheus prometheus-alertmanager
data=$work/data config=$work/config
say() { "$muster" say --data "$data" "$@" 2>&1; }
mkdir -p "$config/runbooks"

copies=$((32000 + (RANDOM + $$) % 700)) # ports of the service: this one and the eight after it
targets=$(for ((p = copies; p < copies + 9; p++)); do printf '"127.0.0.1:%s",' "$p"; done)
cat >"$work/rules.yml" <<'YAML'
groups:
  - name: capacity
    rules:
      - alert: TooFewCopies
        expr: sum(up{job="shop"}) < 2
        labels: {severity: page, service: shop, env: staging}
        annotations: {summary: The shop has too few copies}
YAML
cat >"$work/prometheus.yml" <<YAML
global: {evaluation_interval: 1s, scrape_interval: 1s}
rule_files: [$work/rules.yml]
scrape_configs:
  - job_name: shop
    static_configs: [{targets: [${targets%,}]}]
YAML
start_on_free_port prom prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" \
  --web.enable-lifecycle --rules.alert.resend-delay=1s || die "Prometheus did not start"
prom=127.0.0.1:$port

cat >"$config/muster.yaml" <<YAML
people:
  - {id: ana, name: Ana Sousa, handles: [room:ana], groups: [oncall]}
  - {id: ben, name: Ben Adler, handles: [room:ben], groups: [oncall]}
services:
  - {name: shop, title: Shop, owners: ["group:oncall"], environments: [staging]}
backends:
  - {name: prometheus, kind: prometheus, url: "http://$prom"}
local_targets:
  - name: shop-here
    service: shop
    environment: staging
    command: [muster-sample, --port, "{port}", --version, "{version}"]
    versions: [v1]
    version: v1
    ports: $copies-$((copies + 8))
    health: http://127.0.0.1:{port}/health
    stop_with_bot: true
YAML
cat >"$config/runbooks/too-few-copies.yaml" <<'YAML'
runbook: too-few-copies
summary: Bring the copies of a service to three and see that they answer.
owner: group:oncall
inputs:
  service: {type: service, from: alert.labels.service}
  env: {type: environment, from: alert.labels.env}
triggers:
  - alert: alertname="TooFewCopies"
    mode: auto
guard:
  key: ${inputs.service}/${inputs.env}
  deadline: 10m
  limits: {targets: 1, replicas: 5}
steps:
  - id: copies
    say: Count the copies
    query: sum(up{job=${inputs.service}})
  - id: seen
    lookup: {service: "${inputs.service}", env: "${inputs.env}"}
  - id: go
    timeout: 5m
    approve: {by: group:oncall, text: "${inputs.service} has ${int(copies.value)} of 3 copies. Scale to 3?"}
  - id: grow
    scale: {service: "${inputs.service}", env: "${inputs.env}", replicas: 3}
    timeout: 1m
    undo: auto
  - id: better
    say: Wait until three answer
    timeout: 2m
    wait: {repeat: copies, until: it.value >= 3.0, every: 1s, hold: 2s}
on_failure:
  - undo: all
finally:
  - message: ${run.status} after ${run.took}
YAML
"$muster" runbook lint --config "$config" >"$work/lint" && ok "the linter has nothing to say" || bad "$(cat "$work/lint")"

start_bot "$data" --sandbox --config "$config"
login=$(sed -n 's/^room: //p' "$log")
cat >"$work/alertmanager.yml" <<YAML
route: {receiver: muster, group_by: [alertname], group_wait: 1s, group_interval: 2s, repeat_interval: 1h}
receivers:
  - name: muster
    webhook_configs: [{url: "$(door alertmanager "$data")", send_resolved: true}]
YAML
start_on_free_port am prometheus-alertmanager --config.file="$work/alertmanager.yml" --storage.path="$work/am" \
  --cluster.listen-address= || die "Alertmanager did not start"
cat >>"$work/prometheus.yml" <<YAML
alerting: {alertmanagers: [{static_configs: [{targets: ["127.0.0.1:$port"]}]}]}
YAML
equal "Prometheus learns of Alertmanager" 200 "$(status POST "http://$prom/-/reload")"

run_is() { say "show R1" | head -2 | grep -q "· $1"; }
asked() { say approvals --as ana | grep -q "A1"; }
up() { curl -s -G "http://$prom/api/v1/query" --data-urlencode 'query=sum(up{job="shop"})' | jq -r '.data.result[0].value[1]'; }
processes() { jq -r .wanted.replicas "$data/local/shop-here/desired"; }
within 90 asked || die "nobody was asked: $(say runs; say alerts; tail -5 "$log")"
ok "the alert came, the run began by itself and asks"
equal "one copy answers" 1 "$(up)"
has "the run waits for a person" "$(say 'show R1')" "waiting"
has "a plan of it reads for real" "$(say plan run too-few-copies service=shop env=staging --as ana)" "read: "
equal "and nothing was scaled before the yes" 1 "$(processes)"
has "ana says yes" "$(say approve A1 --as ana)" "approves A1"
within 90 run_is succeeded && ok "the run succeeded" || bad "$(say 'show R1'; say 'logs R1')"
equal "three copies answer Prometheus" 3 "$(up)"
resolved() { say --json 'show E1' | jq -r .status | grep -q resolved; }
within 60 resolved && ok "the alert resolved" || bad "$(say alerts)"
equal "one run for all of it" 1 "$(say --json runs | jq length)"
say --json 'runbook record R1' | jq -r .text >"$config/runbooks/too-few-copies.test.yaml"
"$muster" runbook test "$config/runbooks/too-few-copies.yaml" >"$work/test" && ok "the run as a test case passes" ||
  bad "$(cat "$work/test" "$config/runbooks/too-few-copies.test.yaml")"
has "its proof is fresh" "$(say 'runbook show too-few-copies')" "100% fresh: R1"

curl -s -L -m 20 -c "$work/jar" -b "$work/jar" -o /dev/null "$login"
curl -s -m 20 -b "$work/jar" "http://$address/room/state?channel=%23muster" >"$work/state"
stop_bot "SIGTERM exits 0"
"$muster" verify --data "$data" >/dev/null && ok "verify passes: chain, projections, all of it" || bad "$("$muster" verify --data "$data")"
echo "--- the room"
jq -r '.channels[] | .name as $c | .posts[] | "\($c) \(.author): \(if .bot then ([.message.text] + [.message.sections[]?.text] | join("\n  ")) else .text end)"' \
  "$work/state" | head -60
finish
