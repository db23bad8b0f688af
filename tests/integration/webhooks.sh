#!/usr/bin/env bash
# Events that leave: signed as Standard Webhooks verifies it, again after every failure with the same id, not lost by a
# kill between the commit and the delivery, and no receiver is in another's way.
. "$(dirname "$0")/lib.sh" || exit 1
need curl jq python3 openssl
tools=$source_dir/tests/support/webhooks
config=$work/config data=$work/data
mkdir -p "$config"
export STATUS_SECRET="whsec_$(openssl rand -base64 32)" OLD_SECRET="whsec_$(openssl rand -base64 24)"

# receiver NAME SECRET [certificate key]: sets port; its answers and its log are in $work/NAME.
receiver() {
  local name=$1
  shift
  mkdir -p "$work/$name"
  [ -f "$work/$name/answer" ] || echo 200 >"$work/$name/answer"
  rm -f "$work/$name/port"
  python3 "$tools/receiver.py" "$work/$name" "$@" 2>"$work/$name/errors" &
  started=$!
  children+=("$started")
  within 20 test -s "$work/$name/port" || die "the receiver did not start: $(cat "$work/$name/errors")"
  port=$(cat "$work/$name/port")
}
# taken NAME: ids that it answered with 2xx, in order
taken() { [ ! -f "$work/$1/log" ] || jq -r 'select(.answer | startswith("2")) | .id' "$work/$1/log"; }
took() { [ "$(taken "$1" | sort -u | wc -l)" -ge "$2" ]; }
asked() { [ -f "$work/$1/log" ] && [ "$(wc -l <"$work/$1/log")" -ge "$2" ]; }
say() { "$muster" say --data "$data" "$@" 2>&1; }
shown() { say 'webhooks' | grep -F "\`$1\`"; }
shows() { shown "$1" | grep -q "$2"; }

receiver status "$STATUS_SECRET"
status_port=$port status_pid=$started
receiver slow "$STATUS_SECRET"
slow_port=$port
echo hang >"$work/slow/answer"
cat >"$config/muster.yaml" <<YAML
webhooks:
  - name: status
    url: http://127.0.0.1:$status_port/in/token-in-the-path
    secrets: [env:STATUS_SECRET, env:OLD_SECRET]
    timeout: 2s
  - name: slow
    url: http://127.0.0.1:$slow_port/
    secrets: [env:STATUS_SECRET]
    timeout: 1s
    events: [incident.declared]
YAML
start_bot "$data" --config "$config"
say 'declare sev2 Checkout is slow' >/dev/null
say 'severity INC-1 1 because it spreads' >/dev/null
within 10 took status 2 && ok "events arrive" || bad "not taken: $(say webhooks)"
equal "in their order" 'incident.declared severity.changed' \
  "$(jq -r '.body | fromjson | .type' "$work/status/log" | head -2 | xargs)"
equal "every signature is right" true "$(jq -s 'all(.right)' "$work/status/log")"
equal "two secrets, two signatures" 2 "$(jq -r '.headers["webhook-signature"]' "$work/status/log" | head -1 | wc -w)"
equal "the id stands in the body too" "$(jq -r .id "$work/status/log")" "$(jq -r '.body | fromjson | .id' "$work/status/log")"
within 10 asked slow 2 && ok "one that hangs is tried again" || bad "not tried again: $(say webhooks)"
has "and says what is wrong" "$(shown slow)" 'failing for'
lacks "of an address only scheme and host are shown" "$(say webhooks; say 'webhooks log status'; say health)" token-in-the-path
has "health names it" "$(say health)" '`slow`'
"$muster" doctor --data "$data" --config "$config" >"$work/doctor" 2>&1
has "doctor too" "$(cat "$work/doctor")" 'webhook slow'
has "and the metrics" "$(curl -s "http://$address/metrics")" 'muster_webhook_failing{webhook="slow"} 1'

# The kill comes when the decision is on disk and the receiver has not answered.
echo hang >"$work/status/answer"
say 'update INC-1 We look at the last deploy' >/dev/null
within 10 asked status 3 || die "the third event did not leave: $(say webhooks)"
id=$(jq -r .id "$work/status/log" | tail -1)
kill_bot
echo 204 >"$work/status/answer"
start_bot "$data" --config "$config"
within 30 took status 3 && ok "after a kill it is delivered" || bad "lost: $(say 'webhooks log status')"
equal "with the same id" "$id" "$(taken status | tail -1)"
has "and the same words" "$(jq -r .body "$work/status/log" | tail -1)" 'We look at the last deploy'
# And the kill that comes before anything has left: the receiver is away while the decision is made.
kill "$status_pid"
wait "$status_pid" 2>/dev/null
say 'severity INC-1 2 because one region is left' >/dev/null
say 'mitigate INC-1 because rolled back' >/dev/null
kill_bot
PORT=$status_port receiver status "$STATUS_SECRET"
start_bot "$data" --config "$config"
within 40 took status 5 && ok "what was committed before a kill is delivered after it" || bad "lost: $(say 'webhooks log status')"
equal "in its order" 'severity.changed incident.mitigated' \
  "$(jq -r 'select(.answer == "204") | .body | fromjson | .type' "$work/status/log" | tail -2 | xargs)"

# Every answer that is none of the good ones.
try_answer() { # WHAT ANSWER NEEDLE
  printf '%b\n' "$2" >"$work/status/answer"
  say 'webhooks test status' >/dev/null
  within 20 shows status "$3" && ok "$1" || bad "$1: $(shown status)"
}
try_answer "500 is told" 500 'answered 500'
try_answer "301 is not followed" "301\nLocation: http://127.0.0.1:$slow_port/" 'redirects are not followed'
try_answer "429 with Retry-After is told" "429\nRetry-After: 3600" 'answered 429'
before=$(wc -l <"$work/status/log")
say 'note INC-1 a note is no event' >/dev/null
say 'severity INC-1 3 because it is quiet' >/dev/null
has "and obeyed: nothing more was asked" "$(say 'webhooks log status --json')" '"attempts": 0'
equal "nothing left meanwhile" "$before" "$(wc -l <"$work/status/log")"
try_answer "an answer without end is none" endless 'timed out'
echo 410 >"$work/status/answer"
say 'webhooks test status' >/dev/null
within 20 shows status 'disabled' && ok "410 disables it" || bad "410: $(shown status)"
rows=$(say 'webhooks log status --json' | jq '[.[] | select(.state == "dead")] | length')
[ "$rows" -gt 0 ] && ok "what waited is given up" || bad "log: $(say 'webhooks log status')"
echo 200 >"$work/status/answer"
no_dead() { [ "$(say 'webhooks log status --json' | jq '[.[] | select(.state != "done")] | length')" = 0 ]; }
has "health counts what was given up" "$(say health)" 'could not be delivered'
say 'webhooks enable status' >/dev/null
say 'webhooks redeliver status all' >/dev/null
lacks "and no more when it is on its way again" "$(say health)" 'could not be delivered'
within 20 no_dead && ok "and delivered when it is enabled again" || bad "log: $(say 'webhooks log status')"
equal "an event never has two ids" "$(jq -r 'select(.answer == "200") | .id' "$work/status/log" | sort -u | wc -l)" \
  "$(jq -r 'select(.answer == "200") | .body | fromjson | .id' "$work/status/log" | sort -u | wc -l)"

# A certificate of nobody; with its authority named it is one.
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
  -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
receiver secure "$STATUS_SECRET" "$work/cert.pem" "$work/key.pem"
cat >"$config/muster.yaml" <<YAML
webhooks:
  - {name: secure, url: "https://localhost:$port/", secrets: [env:STATUS_SECRET]}
YAML
has "a reload takes it over" "$(say config reload)" reloaded
say 'webhooks test secure' >/dev/null
within 20 shows secure ertificate && ok "a certificate of nobody is refused" || bad "TLS: $(shown secure)"
cp "$work/cert.pem" "$config/authority.pem"
sed -i 's|secrets:|ca_file: authority.pem, secrets:|' "$config/muster.yaml"
say config reload >/dev/null
say 'webhooks test secure' >/dev/null
within 20 took secure 2 && ok "with its authority it is taken" || bad "TLS: $(shown secure)"

# What cannot be is said before anything is started.
check() { "$muster" check --config "$config" 2>&1; }
printf 'webhooks:\n  - {name: a, url: "http://example.com/", secrets: [env:STATUS_SECRET]}\n' >"$config/muster.yaml"
has "http to elsewhere" "$(check)" 'leave this machine unencrypted'
printf 'webhooks:\n  - {name: a, url: "https://example.com/", secrets: [env:HOME], events: [incident.decalred]}\n' >"$config/muster.yaml"
has "what is no secret" "$(check)" 'no signing secret'
has "an event of no such name" "$(check)" 'incident.declared'
has "a reload with mistakes changes nothing" "$(say config reload)" 'signing secret'
stop_bot "SIGTERM exits 0"
"$muster" verify --data "$data" >/dev/null && ok "verify passes" || bad "verify: $("$muster" verify --data "$data")"
equal "no secret in logs or files" "" "$(grep -lF "${STATUS_SECRET#whsec_}" "$work"/serve.* "$data"/* 2>/dev/null)"

# The receivers' own libraries, where they can be had.
if modules=$("$source_dir/tests/support/npm_modules.sh" webhooks-client "$tools/package.json" standardwebhooks); then
  jq -c 'select(.path == "/in/token-in-the-path")' "$work/status/log" >"$work/all"
  verified=$(CLIENT_MODULES=$modules timeout 60 node "$tools/verify.mjs" "$work/all" "$STATUS_SECRET" 2>&1)
  equal "the library of Standard Webhooks verifies all of them" "$(wc -l <"$work/all")" "$verified"
else
  echo "left  the library of Standard Webhooks: $modules"
fi
# Every event fits the schema that the documentation shows.
if python3 -c 'import jsonschema' 2>/dev/null; then
  python3 - "$source_dir/docs/webhook.schema.json" "$work/status/log" <<'PY' && ok "every event fits its schema" || bad "the schema"
import json, sys
import jsonschema
with open(sys.argv[1], encoding="utf-8") as file:
    schema = jsonschema.Draft202012Validator(json.load(file))
jsonschema.Draft202012Validator.check_schema(schema.schema)
for line in open(sys.argv[2], encoding="utf-8"):
    schema.validate(json.loads(json.loads(line)["body"]))
PY
fi
finish
