#!/usr/bin/env bash
# The whole bot over the double of a cluster: with nothing but KUBECONFIG every Deployment is a service; and with a
# health check a deploy that hurts is put back in the cluster, an incident is declared, and its suspect is named.
# MUSTER_TRANSCRIPT=1 prints what was said.
# usage: kubernetes_bot.sh MUSTER path/to/kubernetes_double
. "$(dirname "$0")/lib.sh" || exit 1
need curl jq python3
double=$2
coproc DOUBLE { "$double"; }
children+=("$DOUBLE_PID")
read -r hello <&"${DOUBLE[0]}"
jq -r .kubeconfig <<<"$hello" >"$work/kubeconfig"
tell() { echo "$*" >&"${DOUBLE[1]}"; read -r answer <&"${DOUBLE[0]}"; }
image() { tell "show deployments shop"; jq -r '.spec.template.spec.containers[0].image' <<<"$answer"; }
changes() { tell ledger; jq '[.[] | select(.method == "PATCH" and .changed)] | length' <<<"$answer"; }
say() {
  local said
  said=$("$muster" say --data "$data" "$@" 2>&1)
  [ "${MUSTER_TRANSCRIPT:-}" ] && printf '> %s\n%s\n\n' "$*" "$said" >&2
  printf '%s\n' "$said"
}

# --- a real cluster within a minute
data=$work/first
mkdir "$work/empty"
echo 'language: en' >"$work/empty/muster.yaml"
begun=$SECONDS
KUBECONFIG=$work/kubeconfig start_bot "$data" --config "$work/empty"
listed() { say 'where cart' | grep -q '2.4.1'; }
within 30 listed || bad "the cluster's Deployments did not come: $(say 'where cart')"
has "every Deployment is a service under its own name" "$(say 'status shop')" "shop"
has "each of them" "$(say 'where cart')" "2.4.1"
has "where says the version in the context's name" "$(say 'where shop')" "prod"
has "and the image's tag" "$(say 'where shop')" "1.0"
plan=$(say 'plan scale shop in prod to 5')
has "a plan of a scale shows both numbers" "$plan" "3 → 5"
has "asks for a yes, as production does" "$plan" "Gate"
equal "and changes nothing" 0 "$(changes)"
[ $((SECONDS - begun)) -lt 60 ] && ok "all of that within a minute" || bad "it took $((SECONDS - begun)) s"
tell 'autoscale cart 2 9'
plan=$(say 'plan scale cart in prod to 5')
has "where an autoscaler sets the number, a plan is about its minimum" "$plan" "scale cart minimum 2 → 5 in prod"
say 'scale cart in prod to 5' >/dev/null
asked() { say approvals | grep -q 'A1 '; }
within 20 asked || bad "nobody was asked: $(say runs)"
say 'yes A1' >/dev/null
autoscaled() { tell 'show horizontalpodautoscalers cart'; [ "$(jq .spec.minReplicas <<<"$answer")" = "$1" ]; }
copies() { tell 'show deployments cart'; [ "$(jq .status.availableReplicas <<<"$answer")" = "$1" ]; }
within 20 autoscaled 5 && ok "a yes raises it" || bad "it is not raised: $answer"
within 20 copies 5 && ok "and the autoscaler brings as many" || bad "the number is another: $answer"
say 'cancel R1 --undo' >/dev/null
within 20 autoscaled 2 && ok "which is undone to what it was" || bad "it is not put back: $answer"
plan=$(say 'plan deploy shop@1.1 to prod --strategy canary')
has "a plan in stages says how many of how many" "$plan" "1 new pod comes beside the 3 that stay: 1 of 4"
has "and that there are no weights" "$plan" "no weights"
stop_bot

# --- a deploy that hurts
earlier=$(changes)
mkdir "$work/site" "$work/config"
: >"$work/site/health"
python3 -u - "$work/site" >"$work/port" 2>/dev/null <<'PY' &
import functools, http.server, sys
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
server = http.server.HTTPServer(("127.0.0.1", 0), handler)
print(server.server_address[1], flush=True)
server.serve_forever()
PY
children+=("$!")
within 10 test -s "$work/port" || die "no web server"
site=http://127.0.0.1:$(cat "$work/port")
cat >"$work/config/muster.yaml" <<YAML
services:
  - name: shop
    environments: [prod]
environments:
  - name: prod
kubernetes_targets:
  - name: prod
    kubeconfig: $work/kubeconfig
    services: [shop]
    environments: [prod]
http_allow:
  - name: site
    url: $site
health:
  - name: shop
    services: [shop]
    window: 60s
    every: 1s
    lock_for: 10m
health_checks:
  - name: front door
    services: [shop]
    http: $site/health
    every: 1s
    failures: 1
YAML
data=$work/second
start_bot "$data" --config "$work/config"
say 'deploy shop@1.1 to prod because the new basket is ready' >/dev/null
asked() { say 'approvals' | grep -q A1; }
within 20 asked || bad "no plan waits: $(say runs)"
has "the plan says what happens when it hurts" "$(say 'show R1')" "put back"
say 'yes A1' >/dev/null
rolled() { [ "$(image)" = registry.example.com/shop:1.1 ] && say 'show R1' | grep -q 'watching'; }
within 60 rolled && ok "it was rolled out, and is watched" || die "$(say 'show R1')"
rm "$work/site/health"
over() { say 'show R1' | head -3 | grep -q 'put back'; }
within 60 over && ok "bad health: it was put back by itself" || bad "$(say 'show R1')"
equal "in the cluster, too" registry.example.com/shop:1.0 "$(image)"
equal "by one change and one rollback" $((earlier + 2)) "$(changes)"
has "because of the front door" "$(say 'show R1')" "front door"
has "and locked" "$(say 'locks')" "shop in prod"
has "so that the next deploy does not come by accident" "$(say 'deploy shop@1.1 to prod')" "has locked it"
: >"$work/site/health"
opened=$(say 'declare sev2 the shop does not answer for shop')
incident=$(grep -o 'INC-[0-9]*' <<<"$opened" | head -1)
[ "$incident" ] || die "no incident: $opened"
suspects=$(say "suspects $incident")
has "the incident names the suspect" "$suspects" R1
has "with what it brought" "$suspects" "1.1"
has "who knows says so" "$(say "caused by $incident R1 because the basket asks for a table that is not there")" "On record: R1"
stop_bot

# --- in stages
field() { tell "show deployments shop"; jq -c "$1" <<<"$answer"; }
said() { say "$2" | grep -q "$1"; }
sed -i 's/window: 60s/window: 3s/' "$work/config/muster.yaml"
cat >>"$work/config/muster.yaml" <<YAML
rollouts:
  - name: shop
    stages: ["1 for 1s ask"]
YAML
data=$work/third
before=$(changes)
start_bot "$data" --config "$work/config"
say 'deploy shop@1.2 to prod --strategy canary' >/dev/null
within 20 said A1 approvals || bad "no plan waits: $(say runs)"
say 'yes A1' >/dev/null
within 60 said 'stays here until' 'show R1' && ok "the stage is out, and waits" || bad "$(say 'show R1')"
equal "one new pod beside the old ones" "1 4" "$(field .status.updatedReplicas) $(field .status.readyReplicas)"
has "where tells both versions" "$(say 'where shop')" "1.2"
equal "by one change" $((before + 1)) "$(changes)"
kill_bot
start_bot "$data" --config "$work/config"
within 20 said 'stays here until' 'show R1' && ok "a killed bot finds it where it was" || bad "$(say 'show R1')"
say 'cancel R1 --undo' >/dev/null
say "yes $(say approvals | grep -o 'A[0-9]*' | head -1)" >/dev/null
back() { say 'runs' | grep -q 'R1.*put back\|R1.*cancelled'; }
within 30 back && ok "it is put back" || bad "$(say 'show R1')"
equal "to the version of the others" '"registry.example.com/shop:1.0"' "$(field '.spec.template.spec.containers[0].image')"
equal "with the settings that it had" '600 null' "$(field .spec.progressDeadlineSeconds) $(field .spec.minReadySeconds)"
equal "by one change more" $((before + 2)) "$(changes)"
finish
