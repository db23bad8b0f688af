#!/usr/bin/env bash
# Two Slack workspaces and a Mattermost server at once, all from the configuration file.
# usage: workspaces.sh MUSTER SLACK_DOUBLE MATTERMOST_DOUBLE
. "$(dirname "$0")/lib.sh" || exit 1
. "$here/doubles.sh" || exit 1
need curl jq
slack_double=$(realpath "$2") mattermost_double=$(realpath "$3")
data=$work/data config=$work/config
mkdir "$config" "$config/secrets"

start_double acme "$slack_double"
start_double emea "$slack_double"
start_double field "$mattermost_double"
said() { order "$1" show "$2" | jq -r '.posts[]?.text' 2>/dev/null | grep -q "$3"; }
metric() { curl -s -m 5 "http://$address/metrics" | grep -qx "muster_chat_connected{platform=\"$1\"} $2"; }

echo xapp-1-test >"$config/secrets/app"
about field token >"$config/secrets/field"
cat >"$config/chat.yaml" <<YAML
people:
  - {id: ana, name: Ana Sousa, roles: [owner], handles: ["acme:U1"]}
  - {id: ben, name: Ben Adler, roles: [owner], handles: ["emea:U1"]}
slack:
  - {name: acme, bot_token: env:ACME_TOKEN, app_token: file:secrets/app, api_url: "$(about acme api)"}
  - {name: emea, bot_token: env:ACME_TOKEN, app_token: file:secrets/app, api_url: "$(about emea api)", channels: [muster=general]}
mattermost:
  - {name: field, url: "$(about field url)", token: file:secrets/field, channels: [muster=town-square]}
YAML
export ACME_TOKEN=xoxb-test
equal "the file is right" "" "$("$muster" check --config "$config" 2>&1 | grep -i mistake)"
doctor() { "$muster" doctor --config "$config" --data "$data" --json | jq -r '.[] | "\(.level) \(.what) \(.change)"'; }
findings=$(doctor)
for name in acme emea field; do has "doctor asks $name before any bot runs" "$findings" "ok $name: The token is accepted: @muster"; done
has "scopes that nobody tells are no guess" "$findings" "note acme: Which scopes the token has is not known"
has "the versions are read" "$findings" "The server is Mattermost 5.37.0"
has "clocks are compared" "$findings" "The platform's clock and ours agree"
start_bot "$data" --config "$config"
for name in acme emea field; do
  within 20 metric $name 1 && ok "$name is connected" || bad "$name is not connected: $(cat "$log")"
done
there() { [ "$(order "$1" show "$2")" != null ]; }
within 20 there acme muster && ok "#muster is made where nothing else is said" || bad "acme has no #muster"
order acme say muster "declare sev2 Checkout is slow" >/dev/null
inc=inc-1-checkout-is-slow
for name in acme emea; do
  within 20 there $name $inc && ok "the incident has its channel on $name" || bad "$name has no incident channel"
done
within 20 said emea general "INC-1" || within 1 said acme muster "INC-1" && ok "the answer stands where it was asked" || bad "no answer"
there emea muster && bad "emea has a #muster although it is called #general there" || ok "the mapped channel is used, none is made"
order emea say $inc "!lead me" >/dev/null
leads() { order "$1" show $inc | jq -r .topic | grep -q "commander: Ben Adler"; }
within 20 leads acme && ok "the same member id is another person on the other workspace" || bad "acme: $(order acme show $inc | jq -r .topic)"
within 20 leads emea && ok "and both topics say it" || bad "emea: $(order emea show $inc | jq -r .topic)"
# One person, two accounts: a code that Ana is shown on Slack, typed on Mattermost by an account that is nobody's.
shown() { order field show | grep -q "$1"; }
order field say "whoami" >/dev/null
within 20 shown "I do not know you" && ok "an account that is nobody's may do nothing" || bad "field: $(order field show)"
order acme say muster "link me" >/dev/null
got_code() { order acme private | grep -oE '[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}' | head -1 >"$work/code" && [ -s "$work/code" ]; }
within 20 got_code && ok "the code is shown to one person alone" || bad "no code: $(order acme private)"
said acme muster "$(cat "$work/code")" && bad "the code stands in the channel" || ok "and stands in no channel"
order field say "link me $(cat "$work/code")" >/dev/null
order field say "whoami" >/dev/null
within 20 shown "Ana Sousa" && ok "on Mattermost the account is Ana now" || bad "field: $(order field show)"
lacks "the code is not in the journal" "$("$muster" say --data "$data" "history since 1h")" "$(cat "$work/code")"
# A form: a slash command opens it, what is sent is the command.
order acme slash muster declare >/dev/null
opened() { [ "$(order acme views | jq length)" = 1 ]; }
within 20 opened && ok "a slash command opens a form" || bad "no form: $(order acme views)"
equal "the form is sent" true "$(order acme form severity=SEV2 title=Queues)"
within 20 there acme inc-2-queues && ok "and opens an incident" || bad "no incident from the form"
closed() { [ "$(order acme views | jq length)" = 0 ]; }
within 20 closed && ok "and the form closes" || bad "the form stays: $(order acme views)"
has "health names each" "$("$muster" say --data "$data" health)" "emea connected as muster"
equal "no limit of Slack's was passed" "[][]" "$(order acme rules)$(order emea rules)"

asked() { doctor | grep -q "ok field: The account may make and join channels"; }
within 30 asked && ok "doctor shows what the running bot finds" || bad "doctor: $(doctor)"
has "health says what is not as it should be" "$("$muster" say --data "$data" health)" "acme: Which scopes"
order emea revoke >/dev/null
order emea say $inc "!note after the token was revoked" >/dev/null
told() { grep -q "does not accept .bot_token. (chat.yaml:" "$log"; }
within 30 told && ok "a refused token is named by its place in the file" || bad "no sentence: $(tail -5 "$log")"
refused() { doctor | grep -q "fail emea: Slack does not accept .bot_token."; }
within 30 refused && ok "doctor lets the running bot look anew" || bad "doctor: $(doctor)"
has "in the reader's language" "$(MUSTER_LANGUAGE=ko doctor)" "emea: Slack이"
order acme say $inc "!note the other workspace goes on" >/dev/null
within 20 said acme $inc "the other workspace goes on" && ok "the other workspace goes on" || bad "acme stopped too"
stop_bot
has "verify passes" "$("$muster" verify --data "$data")" "the chain holds"
lacks "no token is in a log" "$(cat "$work"/serve.*)" "xoxb-test"
has "a sandbox is refused" "$(timeout 10 "$muster" serve --sandbox --config "$config" --data "$work/third" --listen 127.0.0.1:0 2>&1)" "refuses that"
sed -i 's/file:secrets\/field/file:secrets\/gone/; s/muster=general/muster/' "$config/chat.yaml"
text=$("$muster" check --config "$config" 2>&1)
has "a missing secret has file and line" "$text" "chat.yaml:8:"
has "and a bad pair its expectation" "$text" "OURS=THEIRS"
finish
