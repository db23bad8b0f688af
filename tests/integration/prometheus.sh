#!/usr/bin/env bash
# A real Prometheus and a real Alertmanager: one alert by two doors is one alert and one incident, and it resolves.
. "$(dirname "$0")/lib.sh" || exit 1
need curl jq prometheus prometheus-alertmanager
data=$work/data
start_bot "$data"
hook=$(door alertmanager "$data")
direct=$(door prometheus "$data")
prefix=${direct#http://"$address"}
prefix=${prefix%/api/v2/alerts}

rule() {
  cat >"$work/rules.yml" <<RULES
groups:
  - name: integration
    rules:
      - alert: IntegrationCheckoutSlow
        expr: $1
        labels: {severity: critical, service: checkout-api}
        annotations: {summary: Checkout is slow}
RULES
}
rule 'vector(1)'
cat >"$work/alertmanager.yml" <<YAML
route: {receiver: muster, group_by: [alertname], group_wait: 1s, group_interval: 2s, repeat_interval: 1h}
receivers:
  - name: muster
    webhook_configs:
      - url: $hook
        send_resolved: true
YAML

start_on_free_port am prometheus-alertmanager --config.file="$work/alertmanager.yml" --storage.path="$work/am" \
  --cluster.listen-address= || die "Alertmanager did not start"
am=127.0.0.1:$port
cat >"$work/prometheus.yml" <<YAML
global: {evaluation_interval: 1s, scrape_interval: 1s}
rule_files: [$work/rules.yml]
alerting:
  alertmanagers:
    - static_configs: [{targets: ["$am"]}]
    - path_prefix: $prefix
      static_configs: [{targets: ["$address"]}]
YAML
start_on_free_port prom prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" \
  --web.enable-lifecycle --rules.alert.resend-delay=1s || die "Prometheus did not start"
prom=127.0.0.1:$port

incidents() { "$muster" incident list --data "$data" --json; }
alert_ids() { "$muster" say --data "$data" --json alerts; }
alert() { "$muster" say --data "$data" --json show E1; }
opened() { [ "$(incidents | jq length)" -ge 1 ]; }

within 60 opened && ok "an incident opened" || die "no incident within 60 s: $(cat "$work"/*.log | tail -5)"
# Both doors must have been used before "still one" means anything.
am_sent() { [ "$(curl -s "http://$am/metrics" | awk '/^alertmanager_notifications_total\{.*integration="webhook"/ {n += $2} END {print n + 0}')" -ge "$1" ]; }
prom_sent() { curl -s "http://$prom/metrics" | grep '^prometheus_notifications_sent_total{' | grep -F "$address" | awk '{exit !($2 >= 2)}'; }
within 60 am_sent 1 && ok "Alertmanager delivered its webhook" || bad "Alertmanager never delivered"
within 60 prom_sent && ok "Prometheus delivered to muster directly" || bad "Prometheus never delivered directly"
equal "Alertmanager met no refusal" 0 "$(curl -s "http://$am/metrics" | awk '/^alertmanager_notification_requests_failed_total\{.*webhook/ {n += $2} END {print n + 0}')"
equal "Prometheus met no refusal" 0 "$(curl -s "http://$prom/metrics" | awk '/^prometheus_notifications_errors_total\{/ {n += $2} END {print n + 0}')"
equal "two doors, one incident" 1 "$(incidents | jq length)"
equal "two doors, one alert" '["E1"]' "$(alert_ids | jq -c .)"
equal "the alert joined the incident" '["E1"]' "$(incidents | jq -c '.[0].alerts')"
equal "it fires" firing "$(alert | jq -r .status)"
equal "it is the alert of the rule" IntegrationCheckoutSlow "$(alert | jq -r .labels.alertname)"

rule 'vector(1) > 2'
equal "Prometheus reloads" 200 "$(status POST "http://$prom/-/reload")"
resolved() { [ "$(alert | jq -r .status)" = resolved ]; }
within 60 resolved && ok "the alert resolved" || bad "still not resolved after 60 s: $(alert)"
within 60 am_sent 2 && ok "Alertmanager told of the end too" || bad "Alertmanager never told of the end"
equal "the end by two doors is one episode" 1 "$(alert | jq -r .episode)"
equal "still resolved" resolved "$(alert | jq -r .status)"
equal "still one incident" 1 "$(incidents | jq length)"
stop_bot "SIGTERM exits 0"
"$muster" verify --data "$data" >/dev/null && ok "verify passes" || bad "verify: $("$muster" verify --data "$data")"
finish
