# shellcheck shell=bash disable=SC2034
# Shared by the integration tests; sourced, not run. Every wait is a poll with a deadline, and whatever was started
# here is killed when the script ends, however it ends.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source_dir=$(cd "$here/../.." && pwd)
[ $# -ge 1 ] || { echo "usage: $0 MUSTER_BINARY" >&2; exit 2; }
muster=$(realpath "$1")
work=$(mktemp -d "${TMPDIR:-/tmp}/muster-it.XXXXXX")
children=()
failures=0
# The environment of whoever runs the tests must not choose the folder or the configuration.
unset MUSTER_CONFIG MUSTER_DATA MUSTER_LISTEN STATE_DIRECTORY
unset SLACK_BOT_TOKEN SLACK_APP_TOKEN SLACK_SIGNING_SECRET MATTERMOST_TOKEN http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy

tidy() {
  local pid
  for pid in ${children[@]+"${children[@]}"}; do kill -9 "$pid" 2>/dev/null; done
  wait 2>/dev/null
  if [ "${KEEP:-}" ]; then echo "kept: $work"; else rm -rf "$work"; fi
}
trap tidy EXIT
trap 'exit 130' INT TERM

need() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null || { echo "Skipped: this test needs the program $program."; exit 77; }
  done
}

ok() { echo "ok    $1"; }
bad() {
  echo "FAIL  $1"
  failures=$((failures + 1))
}
die() {
  echo "FAIL  $1"
  exit 1
}
finish() {
  [ "$failures" -eq 0 ] || { echo "$failures checks failed"; exit 1; }
  echo "all checks passed"
}

# equal WHAT EXPECTED ACTUAL
equal() { if [ "$2" = "$3" ]; then ok "$1"; else bad "$1: expected '$2', got '$3'"; fi; }
# has WHAT TEXT NEEDLE
has() { case $2 in *"$3"*) ok "$1" ;; *) bad "$1: no '$3' in: $(head -c 400 <<<"$2")" ;; esac; }
lacks() { case $2 in *"$3"*) bad "$1: found '$3'" ;; *) ok "$1" ;; esac; }

# within SECONDS COMMAND…: polls until the command succeeds.
within() {
  local until=$((SECONDS + $1))
  shift
  while ! "$@"; do
    [ $SECONDS -lt "$until" ] || return 1
    sleep 0.02
  done
}
# Also one that has ended and is reaped by nobody, as below a process 1 that never waits.
gone() { ! kill -0 "$1" 2>/dev/null || sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | grep -q '^[ZX]'; }

# start_bot DATA [flags…]: sets bot (pid), address (HOST:PORT) and log.
start_bot() {
  local data=$1
  shift
  log=$(mktemp "$work/serve.XXXXXX")
  "$muster" serve --data "$data" --listen 127.0.0.1:0 "$@" </dev/null >"$log" 2>&1 &
  bot=$!
  children+=("$bot")
  within 20 grep -q '^room: ' "$log" || die "the bot did not start: $(cat "$log")"
  address=$(sed -n 's|^listening on http://||p' "$log")
}

# start_on_free_port NAME COMMAND…: sets port and started (pid). For programs that cannot pick a port and say which: a
# taken one makes them exit, and another is tried.
start_on_free_port() {
  local name=$1 _
  shift
  for _ in 1 2 3 4 5; do
    port=$((20000 + (RANDOM + $$) % 12000))
    "$@" --web.listen-address=127.0.0.1:$port >"$work/$name.log" 2>&1 </dev/null &
    started=$!
    children+=("$started")
    within 30 up_or_gone && kill -0 "$started" 2>/dev/null && return 0
  done
  return 1
}
up_or_gone() { gone "$started" || [ "$(status GET "http://127.0.0.1:$port/-/ready")" = 200 ]; }

# door KIND DATA: the address of an alert door at the port in use.
door() { "$muster" sources --data "$2" --listen "$address" --json | jq -r ".[] | select(.kind == \"$1\") | .url"; }

# status METHOD URL [curl flags…]: the HTTP status alone.
status() {
  local method=$1 url=$2
  shift 2
  curl -s -m 20 -o /dev/null -w '%{http_code}' -X "$method" "$@" "$url"
}

# webhook ALERTNAME SEVERITY: the body Alertmanager would send for one firing alert.
webhook() {
  local labels="{\"alertname\":\"$1\",\"severity\":\"$2\",\"service\":\"sample\"}"
  printf '{"version":"4","groupKey":"{}:{alertname=\\"%s\\"}","truncatedAlerts":0,"status":"firing","receiver":"muster",' "$1"
  printf '"groupLabels":{"alertname":"%s"},"commonLabels":%s,"commonAnnotations":{},' "$1" "$labels"
  printf '"externalURL":"http://localhost","alerts":[{"status":"firing","labels":%s,"annotations":{"summary":"%s"},' "$labels" "$1"
  printf '"startsAt":"2026-03-17T05:09:00Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":""}]}'
}
