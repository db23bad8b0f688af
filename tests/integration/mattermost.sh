#!/usr/bin/env bash
# The whole program against Mattermost's double over real sockets. usage: mattermost.sh MUSTER MATTERMOST_DOUBLE
. "$(dirname "$0")/lib.sh" || exit 1
need curl jq
double=$(realpath "$2")
data=$work/data
mkdir "$work/config"
cat >"$work/config/muster.yaml" <<'YAML'
people:
  - id: ana
    name: Ana Sousa
    roles: [owner]
    handles: [mattermost:ana]
YAML

mkfifo "$work/orders"
"$double" <"$work/orders" >"$work/double" &
children+=($!)
exec 7>"$work/orders"
within 10 grep -q '^{' "$work/double" || die "the double did not start"
about=$(head -1 "$work/double")
field() { jq -r ".$1" <<<"$about"; }
url=$(field url)
order() { # waits until it is carried out
  local before
  before=$(grep -c '^done' "$work/double")
  echo "$*" >&7
  within 10 sh -c "[ \$(grep -c '^done' '$work/double') -gt $before ]" || die "the double does not answer: $*"
}
rest() { curl -s -m 20 -H "Authorization: Bearer $(field person_token)" "$url/api/v4$1" "${@:2}"; }
say() { rest /posts -X POST -d "$(jq -n --arg c "$1" --arg m "$2" '{channel_id: $c, message: $m}')" >/dev/null; }
metric() { curl -s -m 5 "http://$address/metrics" | grep -qx "$1{platform=\"mattermost\"} $2"; }
channel() { rest "/teams/$(field team)/channels/name/$1" | jq -r '.id // empty'; }
said() { rest "/channels/$1/posts" | jq -r '.posts[].message' 2>/dev/null | grep -q "$2"; }
join() { rest "/channels/$1/members" -X POST -d "{\"user_id\":\"$(field ana)\"}" >/dev/null; }

export MATTERMOST_URL=$url MATTERMOST_TOKEN=$(field token)
order admin
export MATTERMOST_COMMAND_TOKEN_FILE=$work/command
command_set() { MATTERMOST_ADMIN_TOKEN=$1 timeout 20 "$muster" mattermost command --team ops --callback http://127.0.0.1:1 "${@:2}" 2>&1; }
has "a slash command is made by an administrator" "$(command_set "$(field person_token)")" "/muster is made and leads to http://127.0.0.1:1/in/mattermost/command"
has "a bot may not make one" "$(command_set "$(field token)")" "does not let this account manage slash commands"
equal "its token is ours alone to read" 600 "$(stat -c %a "$work/command")"
start_bot "$data" --config "$work/config"
within 20 metric muster_chat_connected 1 && ok "it connects" || bad "not connected: $(cat "$log")"
muster_channel=$(channel muster)
[ -n "$muster_channel" ] && ok "it has made #muster" || bad "there is no #muster"

join "$muster_channel"
say "$muster_channel" "declare sev2 Checkout is slow"
incident() { [ -n "$(channel inc-1-checkout-is-slow)" ]; }
within 20 incident && ok "a person declares an incident, its channel is made" || bad "no incident channel"
within 20 said "$muster_channel" 'INC-1\*\* is open' && ok "and the answer stands where it was asked" || bad "no answer"
inc=$(channel inc-1-checkout-is-slow)

slash() { # TOKEN TEXT TRIGGER
  curl -s -m 10 -w '%{http_code}' "http://$address/in/mattermost/command" --data-urlencode "token=$1" -d "team_id=$(field team)" \
    -d "channel_id=$muster_channel" -d "user_id=$(field ana)" --data-urlencode "text=$2" -d "trigger_id=$3"
}
token=$(head -1 "$work/command")
equal "a slash command is accepted when it is stored" "{}200" "$(slash "$token" "note INC-1 typed behind a slash" one)"
has "one that is refused is answered before the person alone" "$(slash "$token" "note of nothing" five)" '"response_type":"ephemeral","text":"› `note of nothing`'
equal "without its token it is refused" "not the token of our command
401" "$(slash nonsense status two)"
command_set "$(field person_token)" --rotate >/dev/null
equal "the file holds the new token and the old one" 2 "$(sort -u "$work/command" | wc -l)"
both() { [ "$(slash "$token" whoami three)" = "{}200" ] && [ "$(slash "$(head -1 "$work/command")" whoami four)" = "{}200" ]; }
within 5 both && ok "while it is changed both count" || bad "a token does not count"
within 20 said "$muster_channel" 'note INC-1 typed behind a slash' && ok "and the bot answers in the channel" || bad "no answer to the slash command"
join "$inc"
pinned() { [ "$(rest "/channels/$inc/pinned" | jq '.order | length')" = 1 ]; }
within 20 pinned && ok "the summary is pinned" || bad "nothing is pinned"
header() { rest "/channels/$inc" | jq -r .header | grep -q "commander: Ana Sousa"; }
say "$inc" "!lead me"
within 20 header && ok "the header says who leads" || bad "the header: $(rest "/channels/$inc" | jq -r .header)"

order cut
order forget
say "$inc" "!mitigate because rolled back while nobody listened"
within 20 said "$inc" "is \*\*mitigated\*\*" && ok "what was said while the connection was gone is carried out" || bad "a command was lost"
has "health names the platform" "$("$muster" say --data "$data" health)" "mattermost connected as muster (5.37.0)"

stop_bot
say "$inc" "!resolve because verified while the bot was down"
start_bot "$data" --config "$work/config"
within 20 said "$inc" "is \*\*resolved\*\*" && ok "what was said while the bot was down is carried out" || bad "a command was lost over the restart"
equal "the declaration was carried out once" 1 "$(rest "/channels/$muster_channel/posts" | jq -r '.posts[].message' | grep -c 'is open')"
stop_bot

export MATTERMOST_TOKEN=nonsense
start_bot "$work/other" --config "$work/config"
told() { grep -q "does not accept MATTERMOST_TOKEN" "$log"; }
within 20 told && ok "a wrong token gets a sentence" || bad "no sentence about the token: $(cat "$log")"
equal "and the bot runs on" 200 "$(status GET "http://$address/healthz")"
metric muster_chat_connected 0 && ok "/metrics says that it is not connected" || bad "no metric"
lacks "the token is not in the log" "$(cat "$log")" nonsense
lacks "nor is the good one in the first log" "$(cat "$work"/serve.*)" "$(field token)"

unset MATTERMOST_TOKEN
text=$(timeout 10 "$muster" serve --data "$work/third" --listen 127.0.0.1:0 2>&1)
has "half a setting is refused" "$text" "MATTERMOST_TOKEN is missing"
finish
