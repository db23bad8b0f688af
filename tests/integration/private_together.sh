#!/usr/bin/env bash
# A private incident on two platforms that are one room: Mattermost is lost, and Slack stands in. Its words are canaries:
# on both doubles they stand in its own private channels alone, and only those who are in it and known there are let in.
# usage: private_together.sh MUSTER SLACK_DOUBLE MATTERMOST_DOUBLE
. "$(dirname "$0")/lib.sh" || exit 1
. "$here/doubles.sh" || exit 1
need curl jq
slack_double=$(realpath "$2") mattermost_double=$(realpath "$3")
data=$work/data config=$work/config
mkdir "$config"

start_double slack "$slack_double"
start_double mattermost "$mattermost_double"
who() { order "$1" who "$2" | jq -c '[.private, (.people | sort)]' 2>/dev/null; }
none() { [ "$(order slack who "$1")" = true ]; }  # no such channel
people() { [ "$(who "$1" "$2")" = "$3" ]; }
posts() { order "$1" everything | jq -r '.[] | gsub("\n"; " ")'; }
says() { posts "$1" | grep -F "#$2: " | grep -qF "$3"; }

# carl is on Mattermost alone, eve on Slack alone, dora is added to the channel by hand.
order slack person U2 ben >/dev/null
order slack person U4 dora >/dev/null
order slack person U5 eve >/dev/null
for name in ben carl dora; do order mattermost person $name >/dev/null; done
cat >"$config/muster.yaml" <<YAML
people:
  - {id: ana, name: Ana Sousa, roles: [owner], uids: [$(id -u)], handles: ["slack:U1", "mattermost:ana"]}
  - {id: ben, name: Ben Adler, handles: ["slack:U2", "mattermost:ben"]}
  - {id: carl, name: Carl Ode, handles: ["mattermost:carl"]}
  - {id: dora, name: Dora Kim, handles: ["slack:U4", "mattermost:dora"]}
  - {id: eve, name: Eve Moss, handles: ["slack:U5"]}
board_channel: board
together:
  - platforms: [mattermost, slack]
    open: first
    lost_after: 2s
    channels: [muster]
YAML
export SLACK_API_URL=$(about slack api) SLACK_BOT_TOKEN=$(about slack bot_token) SLACK_APP_TOKEN=$(about slack app_token)
export MATTERMOST_URL=$(about mattermost url) MATTERMOST_TOKEN=$(about mattermost token)
start_bot "$data" --config "$config"
for name in slack mattermost; do within 20 connected $name || die "$name is not connected: $(cat "$log")"; done
say() { "$muster" say --data "$data" "$@" 2>&1; }

has "ana declares it by a script" "$(say 'declare sev2 "kingfisher lantern" --private')" 'INC-1'
within 20 people mattermost inc-1_private '[true,["ana","muster"]]' && ok "it is private on Mattermost" ||
  bad "Mattermost: $(who mattermost inc-1_private)"
say 'invite @ben INC-1' >/dev/null
say 'invite @carl INC-1' >/dev/null
order mattermost add dora inc-1_private >/dev/null
order mattermost from dora inc-1_private "the otterfile is open" >/dev/null
say 'declare sev3 "jackdaw alone" --private' >/dev/null
say 'invite @carl INC-2' >/dev/null
say 'invite @eve INC-2' >/dev/null
say 'uninvite @eve INC-2' >/dev/null
say 'uninvite me INC-2' >/dev/null
within 20 people mattermost inc-1_private '[true,["ana","ben","carl","dora","muster"]]' ||
  bad "Mattermost: $(who mattermost inc-1_private)"
within 20 people mattermost inc-2_private '[true,["carl","muster"]]' || bad "Mattermost: $(who mattermost inc-2_private)"
none inc-1_private && ok "nothing stands on Slack yet" || bad "Slack: $(who slack inc-1_private)"

order mattermost down >/dev/null
within 30 people slack inc-1_private '[true,["U1","U2","UBOT"]]' &&
  ok "Slack stands in with a private channel for those in it who are known there" ||
  bad "Slack: $(who slack inc-1_private)"
within 20 says slack inc-1_private "Mattermost cannot be reached since" && ok "they are told to go on there" || bad "Slack does not say it"
within 20 says slack alerts "Mattermost cannot be reached since" || bad "the alerts channel is not told"
none inc-2_private && ok "the one of those who are unknown there is not opened" || bad "Slack: $(who slack inc-2_private)"
order slack say inc-1_private "the otterfile is shut, the kingfisher flew" >/dev/null
order slack say inc-1_private "!note kingfisher by ana" >/dev/null
within 20 says slack inc-1_private "kingfisher by ana" || bad "no answer on Slack"
for verb in incidents status health outbox "show INC-1" "bind INC-1" history; do order slack say muster "$verb" >/dev/null; done
within 20 says slack muster "history" || bad "no answer in the lobby"
stop_bot "the bot stops while a platform is away"
start_bot "$data" --config "$config"
order mattermost up >/dev/null
within 90 says mattermost inc-1_private "kingfisher flew" && ok "what was said is delivered when it is back" ||
  bad "Mattermost did not get it"
within 30 says slack inc-1_private "Mattermost is back after" || bad "nobody is told that it is back"

# Both rooms stay one: who comes in now comes in on both.
has "somebody is let in" "$(say 'invite @eve INC-1')" 'Eve Moss is in INC-1 now'
within 20 people slack inc-1_private '[true,["U1","U2","U5","UBOT"]]' && ok "who is invited is let in on Slack" ||
  bad "Slack: $(who slack inc-1_private)"
say 'uninvite @eve INC-1' >/dev/null
within 20 people slack inc-1_private '[true,["U1","U2","UBOT"]]' && ok "and put out again" || bad "Slack: $(who slack inc-1_private)"

# Every post on both, but those in its own channels and to those who are in it alone.
leaks() { posts "$1" | grep -vE '^#inc-[12]_private: ' | grep -vE "^@($2): " | grep -E 'kingfisher|otterfile|jackdaw|_private' | head -3; }
equal "Slack has no word of it elsewhere" "" "$(leaks slack 'U1|U2|U5')"
members=$(about mattermost bot)
equal "nor Mattermost" "" "$(leaks mattermost "[a-z0-9]*$members[a-z0-9_]*|[a-z0-9]*__$members")"
equal "nor the figures" "" "$(curl -s -m 20 "http://$address/metrics" | grep -E 'kingfisher|otterfile|jackdaw|_private' | head -1)"
stop_bot
has "verify passes" "$("$muster" verify --data "$data")" "the chain holds"
finish
