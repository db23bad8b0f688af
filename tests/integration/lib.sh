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
declare -A serving=() # bots that nobody has stopped or killed yet: their logs
failures=0
# The environment of whoever runs the tests must not choose the folder or the configuration.
unset MUSTER_CONFIG MUSTER_DATA MUSTER_LISTEN STATE_DIRECTORY
unset SLACK_BOT_TOKEN SLACK_APP_TOKEN SLACK_SIGNING_SECRET MATTERMOST_TOKEN http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy
# In a build with sanitizers each program of the script leaves its reports here, which `finish` looks for.
for options in ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS; do
  export "$options=${!options:+${!options}:}log_path=$work/sanitizer"
done
# What a log says when something is broken inside: a sanitizer, the C++ library or the C library ends the program, or
# an exception came where none may come and was caught at the root of its task.
broken='Sanitizer: |runtime error: |terminate called|pure virtual method|Assertion .* failed|stack smashing'
broken="$broken|(free|malloc|realloc|munmap_chunk)\\(\\): |double free|corrupted size"
broken="$broken|error (task failed|a (decision|handler of the loop|background task|local command|step) (failed|could not be carried out)|an HTTP handler failed)"

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
# Every script ends with the bots that it has left stopped in the middle of their work.
finish() {
  local pid report
  for pid in "${!serving[@]}"; do
    bot=$pid
    stop_bot "a bot that is left stops in peace"
  done
  for report in "$work"/sanitizer.*; do
    [ ! -e "$report" ] || bad "a sanitizer reports: $(head -60 "$report")"
  done
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

# runs_as PID LOG: a bot that has been started; sets bot and log.
runs_as() {
  bot=$1 log=$2
  children+=("$bot")
  serving[$bot]=$log
}

# start_bot DATA [flags…]: sets bot (pid), address (HOST:PORT) and log.
start_bot() {
  local data=$1
  shift
  log=$(mktemp "$work/serve.XXXXXX")
  "$muster" serve --data "$data" --listen 127.0.0.1:0 "$@" </dev/null >"$log" 2>&1 &
  runs_as $! "$log"
  within 20 grep -q '^room: ' "$log" || die "the bot did not start: $(cat "$log")"
  address=$(sed -n 's|^listening on http://||p' "$log")
}

# stop_bot [WHAT]: stops the bot as a service manager does. It ends soon, with exit code 0, and nothing in its log is
# broken.
stop_bot() {
  local what=${1:-the bot stops in peace}
  if gone "$bot"; then bad "the bot had ended before it was told to"; else kill -TERM "$bot"; fi
  ended_well "$what"
}

# ended_well WHAT: the same of a bot that was told to end in another way.
ended_well() {
  local said=${serving[$bot]} code
  if ! within 30 gone "$bot"; then
    bad "$1: it has not ended after 30 s"
    kill -9 "$bot"
  fi
  unset "serving[$bot]"
  wait "$bot" 2>/dev/null
  code=$?
  if [ $code -ne 0 ]; then
    bad "$1: its exit code is $code, the end of its log: $(tail -20 "$said")"
  elif unbroken "$1" "$said"; then
    ok "$1"
  fi
}

# kill_bot: ends the bot as a power cut does; until then it was alive and well.
kill_bot() {
  local said=${serving[$bot]} code
  unset "serving[$bot]"
  kill -9 "$bot" 2>/dev/null
  wait "$bot" 2>/dev/null
  code=$?
  [ $code -eq 137 ] || bad "before it was killed the bot had ended with exit code $code: $(tail -20 "$said")"
  unbroken "until it was killed the bot was well" "$said"
}

unbroken() {
  ! grep -qE -- "$broken" "$2" || { bad "$1: $(grep -E -m3 -- "$broken" "$2")"; false; }
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
