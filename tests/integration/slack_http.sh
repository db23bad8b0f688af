#!/usr/bin/env bash
# Slack's HTTP mode over real HTTP, signed with openssl. usage: slack_http.sh MUSTER SLACK_DOUBLE
. "$(dirname "$0")/lib.sh" || exit 1
need curl jq openssl
double=$(realpath "$2")
data=$work/data
mkdir "$work/config"
cat >"$work/config/muster.yaml" <<'YAML'
bot_handle: ops-bot
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
stop_bot
lacks "the secret is in no log" "$(cat "$work"/serve.*)" "canary-signing"

# The same out of the configuration, whose secrets are not there yet when the app is made.
mkdir "$work/listed"
cat >"$work/listed/muster.yaml" <<YAML
bot_handle: ops-bot
people:
  - {id: ana, name: Ana Sousa, roles: [owner], handles: ["acme:U1"]}
slack:
  - {name: acme, bot_token: env:ACME_BOT, signing_secret: env:ACME_SIGNING, api_url: "$SLACK_API_URL"}
YAML
manifest() { "$muster" slack manifest --config "$work/listed" "$@" 2>&1; }
has "without an address there is no manifest for HTTP mode" "$(manifest)" "--request-url https://HOST/in/acme"
echo "public_url: https://bot.example/" >"$work/listed/url.yaml"
equal "the address comes of the configuration" https://bot.example/in/acme "$(manifest | jq -r .settings.event_subscriptions.request_url)"
equal "and so does the name" ops-bot "$(manifest | jq -r .features.bot_user.display_name)"
lacks "what nothing needs is not asked for" "$(manifest)" usergroups:read
echo 'invites: [{who: ["acme:@sre"]}]' >"$work/listed/invites.yaml"
has "what an invitation needs is" "$(manifest)" usergroups:read
lacks "and addresses are nobody's business" "$(manifest)" users:read.email
echo 'link_by_email: [acme]' >"$work/listed/link.yaml"
has "unless they join accounts" "$(manifest)" users:read.email
has "Slack would refuse this name" "$(manifest --name "$(printf 'x%.0s' {1..36})")" "1 to 35 characters"
has "and there is no such workspace" "$(manifest --workspace emea)" "There is: acme."
unset SLACK_BOT_TOKEN SLACK_SIGNING_SECRET
export ACME_BOT=xoxb-test ACME_SIGNING=$secret
equal "the file is right" "" "$("$muster" check --config "$work/listed" 2>&1 | grep -i mistake)"
start_bot "$work/data2" --config "$work/listed"
listed_metric() { curl -s -m 5 "http://$address/metrics" | grep -qx 'muster_chat_connected{platform="acme"} 1'; }
within 20 listed_metric && ok "a workspace of the configuration is ready" || bad "not ready: $(cat "$log")"
listed() {
  local stamp=$(date +%s) body='{"type":"url_verification","token":"t","challenge":"3eZbrw1a"}'
  curl -s -m 20 "http://$address/in/acme" -H "Content-Type: $json" -H "X-Slack-Request-Timestamp: $stamp" --data-binary "$body" \
    -H "X-Slack-Signature: v0=$(printf 'v0:%s:%s' "$stamp" "$body" | openssl dgst -sha256 -hmac "$secret" -r | cut -d' ' -f1)"
}
equal "at the address of its name" 3eZbrw1a "$(listed)"
stop_bot

export SLACK_APP_TOKEN=xapp-1-test SLACK_BOT_TOKEN=xoxb-test SLACK_SIGNING_SECRET=$secret
has "both ways at once are refused" "$(timeout 10 "$muster" serve --data "$work/x" --listen 127.0.0.1:0 2>&1)" "one way only"
finish
