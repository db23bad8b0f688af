#!/usr/bin/env bash
# Whatever was answered 202 is still there, once, after twelve kill -9 at random moments under load.
# usage: crash.sh MUSTER [SEED]
. "$(dirname "$0")/lib.sh" || exit 1
need curl jq
seed=${2:-1}
RANDOM=$seed
rounds=12 workers=4 per_worker=18 # 864 at most: the door lists up to 1000
data=$work/data
acked=$work/acked
: >"$acked"

# A name is written down only after its 202: a line in $acked is a promise the bot made.
post_many() {
  local round=$1 worker=$2 n name severity
  for ((n = 0; n < per_worker; n++)); do
    name=R${round}W${worker}N$n
    severity=warning
    ((n % 6 == 0)) && severity=critical
    [ "$(webhook "$name" $severity | status POST "$url" --data-binary @- -H 'Content-Type: application/json')" = 202 ] &&
      echo "$name" >>"$acked"
  done
}
reached() { [ "$(wc -l <"$acked")" -ge "$1" ] || ! kill -0 "${pids[@]}" 2>/dev/null; }

# A kill in the middle of a start (recovery of the last one's write-ahead log, tables being made).
half_start() {
  "$muster" serve --data "$data" --listen 127.0.0.1:0 </dev/null >/dev/null 2>&1 &
  local pid=$!
  children+=("$pid")
  sleep "0.0$((10 + RANDOM % 60))" # the random moment, not a wait for something
  kill -9 "$pid"
  wait "$pid" 2>/dev/null
}

for ((round = 1; round <= rounds; round++)); do
  ((round % 3 == 1)) && half_start
  start_bot "$data"
  url=$(door alertmanager "$data")
  [ -n "$url" ] || die "round $round: no address of the Alertmanager door"
  before=$(wc -l <"$acked")
  target=$((RANDOM % (workers * per_worker - 8)))
  pids=()
  for ((w = 0; w < workers; w++)); do
    post_many $round $w 2>/dev/null &
    pids+=($!)
    children+=($!)
  done
  within 30 reached $((before + target)) || die "round $round: only $(wc -l <"$acked") of $((before + target)) taken in 30 s"
  kill_bot
  wait "${pids[@]}"
  echo "round $round: killed after $(($(wc -l <"$acked") - before)) answers (aimed at $target)"
done

start_bot "$data"
listed() { curl -s -m 20 "$(door prometheus "$data")" | jq -r '.[].labels.alertname' | sort; }
all_there() { listed >"$work/listed"; [ -z "$(comm -23 <(sort -u "$acked") "$work/listed")" ]; }
total=$(wc -l <"$acked")
[ "$total" -gt 50 ] || die "only $total alerts were taken: nothing was tested"
# What was taken but not decided is decided right after the start.
if within 20 all_there; then
  ok "all $total acknowledged alerts are there (seed $seed)"
else
  bad "lost (seed $seed): $(comm -23 <(sort -u "$acked") "$work/listed" | head -20 | tr '\n' ' ')"
fi
equal "no alert is there twice" "" "$(uniq -d "$work/listed" | head -5)"
criticals=$(grep -cE 'N(0|6|12)$' "$work/listed")
# In a storm of groups the further ones join one incident: each critical alert is in exactly one.
joined=$("$muster" incident list --data "$data" --json | jq '[.[].alert_count] | add')
equal "every critical alert is in one incident" "$criticals" "$joined"

# No sender repeated itself, so nothing may have been counted twice by a decision made again after a crash.
more=""
last=$(wc -l <"$work/listed")
for ((n = 1; n <= last; n += 5)); do
  shown=$("$muster" say --data "$data" show E$n)
  case $shown in *"Times received: 1"*) ;; *) more="$more E$n" ;; esac
done
equal "no delivery was counted twice" "" "$more"

stop_bot "SIGTERM after all that exits 0"
report=$("$muster" verify --data "$data" --json)
equal "verify passes" 0 $?
equal "verify has no problems" 0 "$(jq '.problems | length' <<<"$report")"
[ "$(jq .entries <<<"$report")" -ge "$total" ] && ok "the journal has an entry for each" || bad "too few entries: $report"
finish
