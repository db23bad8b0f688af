#!/usr/bin/env bash
# A version that hurts: deployed, found to be bad, put back by itself, an incident declared, its suspect named. Prints
# what was said. Without a double on the sample service of a sandbox, whose processes are real; with one in a cluster.
# usage: put_back.sh MUSTER [path/to/kubernetes_double]
. "$(dirname "$0")/lib.sh" || exit 1
need curl jq
data=$work/data
ask() { "$muster" say --data "$data" "$@" 2>&1; }
# Says it, and prints it with its answer.
say() {
  said=$(ask "$@")
  printf '> %s\n%s\n\n' "$1" "$said"
}
shows() { ask "show R1" | grep -q "$1"; }

# --- the two worlds: how it begins, what runs, how the new version hurts
begin_local() {
  service=checkout-api version=v4 environment=staging
  start_bot "$data" --sandbox
  within 15 running v1 || die "the sample does not run: $(cat "$log")"
}
running_local() { curl -s -m 2 "http://127.0.0.1:$(sed -n 's/^port //p' "$data"/local/sample-staging/p*/state | head -1)/health" | grep -q "$1"; }
hurt_local() { :; }  # v4 breaks after five seconds
settle_local() { within 15 running v1 && ok "v1 answers again" || bad "v1 does not answer"; }

begin_kubernetes() {
  service=shop version=1.1 environment=prod
  need python3
  coproc DOUBLE { "$double"; }
  children+=("$DOUBLE_PID")
  read -r hello <&"${DOUBLE[0]}"
  jq -r .kubeconfig <<<"$hello" >"$work/kubeconfig"
  mkdir "$work/site" "$work/config"
  : >"$work/site/health"
  python3 -u -c 'import functools, http.server, sys
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
server = http.server.HTTPServer(("127.0.0.1", 0), handler)
print(server.server_address[1], flush=True)
server.serve_forever()' "$work/site" >"$work/port" 2>/dev/null &
  children+=("$!")
  within 10 test -s "$work/port" || die "no web server"
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
    url: http://127.0.0.1:$(cat "$work/port")
health:
  - name: shop
    window: 60s
    every: 1s
    lock_for: 10m
health_checks:
  - name: front door
    services: [shop]
    http: http://127.0.0.1:$(cat "$work/port")/health
    every: 1s
    failures: 1
YAML
  start_bot "$data" --config "$work/config"
}
running_kubernetes() {
  echo "show deployments shop" >&"${DOUBLE[1]}"
  read -r answer <&"${DOUBLE[0]}"
  [ "$(jq -r '.spec.template.spec.containers[0].image' <<<"$answer")" = "registry.example.com/shop:$1" ]
}
hurt_kubernetes() {
  within 60 shows watching || die "it is not watched: $(ask 'show R1')"
  rm "$work/site/health"
}
settle_kubernetes() {
  running 1.0 && ok "the cluster has 1.0 again" || bad "the cluster has another image"
  : >"$work/site/health"
}

double=${2:-}
world=$([ "$double" ] && echo kubernetes || echo local)
running() { "running_$world" "$@"; }

"begin_$world"
say "where $service"
say "deploy $service@$version to $environment because the new basket is ready"
planned() { ask approvals | grep -q A1 || shows watching; }
within 30 planned || die "no plan: $(ask 'show R1')"
if ask approvals | grep -q A1; then say "show R1"; say "yes A1"; fi
"hurt_$world"
within 90 shows 'put back ·' || die "it was not put back: $(ask 'show R1')"
say "show R1"
has "bad health: it was put back by itself" "$said" "failed and put back"
"settle_$world"
say "locks"
has "and locked, so that it does not come again by accident" "$said" "$service in $environment"
say "declare sev2 customers cannot pay for $service"
incident=$(grep -o 'INC-[0-9]*' <<<"$said" | head -1)
[ "$incident" ] || die "no incident"
say "suspects $incident"
has "the incident names its suspect" "$said" R1
has "and what it brought" "$said" "$version"
say "caused by $incident R1 because it was not well with it"
has "who knows says so, for the figures" "$said" "On record: R1"
finish
