#!/usr/bin/env bash
# What strangers can send: very much at once, very large, very deep, broken text, markup, every script.
# usage: hostile.sh MUSTER
. "$(dirname "$0")/lib.sh" || exit 1
need curl jq awk
data=$work/data
start_bot "$data"
hook=$(door alertmanager "$data")
api=$(door prometheus "$data")
json='Content-Type: application/json'
metric() { curl -s -m 20 "http://$address/metrics" | sed -n "s/^$1 //p"; }
resident_kb() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$bot/status"; }
take() { printf '%s' "$1" | status POST "$hook" -H "$json" --data-binary @-; }
# labelled NAME VALUE: a webhook with one alert whose label "from_outside" is VALUE (JSON text, without quotes).
labelled() {
  printf '{"version":"4","groupKey":"{}:{n=\\"%s\\"}","status":"firing","alerts":[{"status":"firing","labels":' "$1"
  printf '{"alertname":"%s","severity":"critical","from_outside":"%s"},"annotations":{"summary":"%s"}}]}' "$1" "$2" "$2"
}
alert_named() { curl -s -m 20 "$api?filter=alertname=%22$1%22" | jq -e --arg n "$1" 'any(.[]; .labels.alertname == $n)' >/dev/null; }

# One alert at a time first: each of these must arrive whatever it carries.
equal "markup and mentions are taken" 202 \
  "$(take "$(labelled Markup '@channel <!here> <@U1> <script>alert(1)</script> *b* [x](javascript:alert(1)) ](')")"
equal "lone surrogates are taken" 202 "$(take "$(labelled Surrogate '\ud83d and \udc00\ud800 here')")"
equal "invalid UTF-8 is taken" 202 "$(take "$(labelled Invalid $'\xff\xc3\x28\xed\xa0\x80')")"
equal "every script is taken" 202 "$(take "$(labelled Scripts '결제가 느려요 👩‍👩‍👧‍👦 مرحبا é ‮evil')")"
nested() { printf '%*s' "$1" '' | tr ' ' '['; printf '%*s' "$1" '' | tr ' ' ']'; }
deep() { printf '{"version":"4","x":%s,"alerts":[{"labels":{"alertname":"%s"}}]}' "$(nested "$1")" "$2"; }
equal "JSON 64 deep is taken" 202 "$(take "$(deep 63 Deep64)")"
equal "JSON 70 deep is kept" 202 "$(take "$(deep 70 Deep70)")"
equal "JSON 100,000 deep is kept" 202 "$({ printf '{"version":"4","x":'; nested 100000; printf '}'; } |
  status POST "$hook" -H "$json" --data-binary @-)"
equal "the API refuses what is too deep" 400 "$(nested 100000 | status POST "$api" -H "$json" --data-binary @-)"
{
  printf '{"version":"4","alerts":[{"labels":{"alertname":"Huge","severity":"warning"},"annotations":{"summary":"'
  head -c 1048576 /dev/zero | tr '\0' 'h'
  printf '"}}]}'
} >"$work/huge"
equal "an annotation of 1 MB is taken" 202 "$(status POST "$hook" -H "$json" --data-binary @"$work/huge")"
for name in Markup Surrogate Invalid Scripts Deep64 Huge; do
  within 10 alert_named "$name" && ok "$name is listed, as JSON that can be read" || bad "$name is not listed"
done
alert_named Deep70 && bad "what is too deep became an alert" || ok "what is too deep is no alert"

# What people read: the reports, and what the room shows.
login=$(sed -n 's/^room: //p' "$log")
curl -s -L -m 20 -c "$work/jar" -b "$work/jar" -o /dev/null "$login"
pages=""
for n in 1 2 3 4; do
  pages=$pages$(curl -s -m 20 -b "$work/jar" "http://$address/room/report/INC-$n")
  "$muster" postmortem --data "$data" "INC-$n" --format md >>"$work/reports.md" || bad "no report of INC-$n"
done
has "a report shows markup as text" "$pages" '&lt;script&gt;alert(1)'
lacks "a report runs no script from outside" "$pages" '<script>alert'
lacks "a report links to no script" "$pages" 'href="javascript:'
for text in '결제가 느려요' '👩‍👩‍👧‍👦' 'مرحبا'; do has "$text survives to the report" "$(cat "$work/reports.md")" "$text"; done
iconv -f UTF-8 -t UTF-8 "$work/reports.md" >/dev/null 2>&1 && ok "reports are valid UTF-8" || bad "a report is not UTF-8"
family=$(printf '👩‍👩‍👧‍👦%.0s' $(seq 150))
equal "a long title is taken" 202 "$(take "$(labelled Long "$family")")"
within 10 alert_named Long || bad "Long is not listed"
shown=$("$muster" say --data "$data" alerts)
lacks "no character is cut in its middle" "$shown" '‍…'
lacks "nobody is called by a label" "$shown" '@channel'

# 10,000 alerts, a tenth of them critical and each its own group.
before=$(resident_kb)
had=$(metric muster_alerts_firing)
posted=$(metric 'muster_deliveries_total{result="delivered"}')
mkdir "$work/storm"
awk -v dir="$work/storm" 'BEGIN {
  for (b = 0; b < 100; ++b) {
    file = sprintf("%s/%03d", dir, b)
    printf "[" >file
    for (i = 0; i < 100; ++i)
      printf "%s{\"labels\":{\"alertname\":\"Storm%d\",\"severity\":\"%s\",\"service\":\"svc-%d\",\"host\":\"h%d\"},\"annotations\":{\"summary\":\"Storm %d\"}}", (i ? "," : ""), b * 100 + i, (i % 10 ? "warning" : "critical"), i % 40, i, b * 100 + i >file
    printf "]" >file
    close(file)
  }
}'
for file in "$work"/storm/*; do
  printf 'url = "%s"\ndata-binary = "@%s"\nheader = "%s"\noutput = /dev/null\nwrite-out = "%%{http_code}\\n"\nsilent\nnext\n' \
    "$api" "$file" "$json"
done | sed '$d' >"$work/requests"
equal "every batch of the storm is taken" "100 200" "$(curl -m 120 -K "$work/requests" | sort | uniq -c | xargs)"
all_fire() { [ "$(metric muster_alerts_firing)" = $((had + 10000)) ]; }
within 30 all_fire && ok "10,000 alerts fire" || bad "only $(metric muster_alerts_firing) alerts fire"
quiet() { [ "$(metric 'muster_queue_depth{queue="writer"}')" = 0 ]; }
within 20 quiet || bad "the writer does not come to rest"
posts=$(($(metric 'muster_deliveries_total{result="delivered"}') - posted))
[ "$posts" -le 500 ] && ok "the storm made few chat messages" || bad "the storm made $posts chat messages"
incidents=$("$muster" incident list --data "$data" --json | jq length)
[ "$incidents" -le 20 ] && ok "the storm opened few incidents" || bad "the storm opened $incidents incidents"
grown=$((($(resident_kb) - before) / 1024))
[ "$grown" -le 150 ] && ok "memory stays bounded" || bad "10,000 alerts cost $grown MB"
echo "      (posts $posts, incidents $incidents, memory +$grown MB)"
last=$("$muster" say --data "$data" show E$(metric muster_alerts_firing))
has "the last of them can be shown" "$last" "Storm"
equal "and it is ready" 200 "$(status GET "http://$address/readyz")"

stop_bot "it stops in peace"
report=$("$muster" verify --data "$data" --json)
equal "verify has no problems" 0 "$(jq '.problems | length' <<<"$report")"
"$muster" rebuild --data "$data" >/dev/null || bad "rows cannot be made anew from the journal"
start_bot "$data"
within 20 all_fire && ok "the journal has them all" || bad "after a new start $(metric muster_alerts_firing) alerts fire"
finish
