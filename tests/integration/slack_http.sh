#!/usr/bin/env bash
# Slack's HTTP mode over real HTTP, signed with openssl. usage: slack_http.sh MUSTER SLACK_DOUBLE
. "$(dirname "$0")/lib.sh" || exit 1
need curl jq openssl
double=$(realpath "$2")
data=$work/data
mkdir "$work/config"
cat >"$work/config/muster.yaml" <<'YAML'
people:
  - {id: ana, name: Ana Sousa, roles: [owner], handles: ["slack:U1"]}
YAML
mkfifo "$work/orders" "$work/answers"
"$double" <"$work/orders" >"$work/answers" &
children+=($!)
exec 7>"$work/orders" 8<"$work/answers"
read -r -t 10 about <&8 || die "the double did not start"
order() {
  echo "$*" >&7
  local answer
  read -r -t 10 answer <&8 || die "the double does not answer: $*"
  echo "$answer"
}
export SLACK_API_URL=$(jq -r .api <<<"$about") SLACK_BOT_TOKEN=xoxb-test SLACK_SIGNING_SECRET=canary-signing-secret
start_bot "$data" --config "$work/config"
metric() { curl -s -m 5 "http://$address/metrics" | grep -qx 'muster_chat_connected{platform="slack"} 1'; }
within 20 metric && ok "it is ready without an app-level token" || bad "not ready: $(cat "$log")"

# post SECRET TYPE BODY [AGE]: the status; the body of the answer in $work/answer.
post() {
  local stamp=$(($(date +%s) - ${4:-0})) signature
  signature=$(printf 'v0:%s:%s' "$stamp" "$3" | openssl dgst -sha256 -hmac "$1" -r | cut -d' ' -f1)
  curl -s -m 20 -o "$work/answer" -w '%{http_code}' "http://$address/in/slack" -H "Content-Type: $2" \
    -H "X-Slack-Request-Timestamp: $stamp" -H "X-Slack-Signature: v0=$signature" --data-binary "$3"
}
json=application/json form=application/x-www-form-urlencoded secret=$SLACK_SIGNING_SECRET
challenge='{"type":"url_verification","token":"t","challenge":"3eZbrw1a"}'
equal "the address is verified" 200 "$(post "$secret" $json "$challenge")"
equal "with the challenge" 3eZbrw1a "$(cat "$work/answer")"
equal "another secret is refused" 401 "$(post wrong $json "$challenge")"
equal "an old request is refused" 401 "$(post "$secret" $json "$challenge" 400)"
declare_it='command=%2Fmuster&text=declare+sev2+Checkout+is+slow&user_id=U1&team_id=T1&channel_id=C1&trigger_id=7.8'
equal "a slash command is taken" 200 "$(post "$secret" $form "$declare_it")"
equal "and again" 200 "$(post "$secret" $form "$declare_it")"
there() { [ "$(order show inc-1-checkout-is-slow)" != null ]; }
within 20 there && ok "the incident has its channel" || bad "no incident channel"
equal "there is one incident" 1 "$("$muster" incident list --data "$data" --json | jq length)"
has "the manifest names the address" "$("$muster" slack manifest --request-url https://h/in/slack)" '"request_url": "https://h/in/slack"'
kill "$bot"
within 20 gone "$bot" || bad "the bot does not stop"
lacks "the secret is in no log" "$(cat "$work"/serve.*)" "canary-signing"
export SLACK_APP_TOKEN=xapp-1-test
has "both ways at once are refused" "$(timeout 10 "$muster" serve --data "$work/x" --listen 127.0.0.1:0 2>&1)" "one way only"
finish
