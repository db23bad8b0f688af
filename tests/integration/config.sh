#!/usr/bin/env bash
# The configuration as an editor, a loader and a running bot see it.
. "$(dirname "$0")/lib.sh" || exit 1
need curl jq
python=/usr/bin/python3 # the distribution's: the packages that this test needs are its
"$python" -c 'import jsonschema, yaml' 2>/dev/null || { echo "Skipped: python3-jsonschema and python3-yaml are missing."; exit 77; }
schema() { "$python" "$here/schema.py" "$@"; }
run() {
  text=$("$@" 2>&1 </dev/null)
  code=$?
}

"$muster" config schema >"$work/schema.json"
cmp -s "$work/schema.json" "$source_dir/config/muster.schema.json" &&
  ok "the shipped schema is the loader's" ||
  bad "regenerate it: build/muster config schema > config/muster.schema.json"
sed -n 's/^# //p' "$source_dir/config/muster.yaml" >"$work/defaults.yaml"
"$muster" config show --sandbox | sed 's/  # .*//' >"$work/shown.yaml"
for file in "$work/defaults.yaml" "$work/shown.yaml" "$source_dir"/config/examples/*.yaml; do
  run schema "$work/schema.json" good "$file"
  equal "the schema accepts ${file##*/}" 0 $code
  [ $code = 0 ] || echo "$text"
done

# What the schema and the loader must both refuse.
mkdir "$work/wrong"
refused=0
while IFS= read -r line; do
  printf '%b' "$line" >"$work/wrong/a.yaml"
  schema "$work/schema.json" bad "$work/wrong/a.yaml" >/dev/null && ! "$muster" check --config "$work/wrong" >/dev/null 2>&1 &&
    refused=$((refused + 1)) || bad "not refused by both: $line"
done <<'WRONG'
lisen: "127.0.0.1:1"\n
language: fr\n
people: [{name: nobody}]\n
sources: [{name: x, kind: pigeon}]\n
sources: [{name: x, kind: prometheus, secrets: [in-the-clear]}]\n
alert_routes: [{name: x, open_incident: perhaps}]\n
log_level: loud\n
WRONG
equal "schema and loader refuse the same mistakes" 7 $refused

run "$muster" check --config "$source_dir/config/examples" --json
equal "check --json of a valid folder" "[]" "$text"
printf 'zone: Mars/Olympus\nlisen: x\n' >"$work/wrong/a.yaml"
run "$muster" check --config "$work/wrong" --json
equal "check of two mistakes exits 1" 1 $code
equal "both are there, with place and nearest name" '[[1,7,""],[2,1,"listen"]]' \
  "$(jq -c '[.[] | [.line, .column, .nearest]]' <<<"$text")"
run env MUSTER_LISTEN=127.0.0.1:9 "$muster" config show
has "config show names the environment as origin" "$text" 'listen: "127.0.0.1:9"  # --listen or MUSTER_LISTEN'
mkdir "$work/conf"
printf 'zone: Asia/Seoul\n' >"$work/conf/a.yaml"
has "and a file with its line" "$("$muster" config show --config "$work/conf")" "zone: \"Asia/Seoul\"  # $work/conf/a.yaml:1"
has "and the defaults" "$("$muster" config show)" 'zone: "UTC"  # default'

# Reload: whole or not at all, journaled, said in the log and in #muster.
data=$work/data
export CONFIG_TEST_SECRET=first-canary-value
cat >"$work/conf/b.yaml" <<'YAML'
sources:
  - name: alertmanager
    kind: alertmanager
    secrets: [env:CONFIG_TEST_SECRET, file:old]
YAML
echo second-canary-value >"$work/conf/old"
start_bot "$data" --config "$work/conf"
hook=$(door alertmanager "$data")
posted() { webhook Rotated warning | status POST "$hook" --data-binary @- "$@"; }
equal "without the secret: 401" 401 "$(posted)"
equal "the new secret holds" 202 "$(posted -H "Authorization: Bearer first-canary-value")"
equal "the old secret holds too" 202 "$(posted -H "Authorization: Bearer second-canary-value")"
said() { "$muster" say --data "$data" "$@"; }
has "nothing to reload at first" "$(said config diff)" "change nothing"
printf 'zone: Mars/Olympus\nprefix: "?"\n' >"$work/conf/a.yaml"
kill -HUP "$bot"
within 10 grep -q 'SIGHUP.*mistake' "$log" && ok "a bad file is named in the log" || bad "no log line: $(cat "$log")"
has "with its place" "$(cat "$log")" "a.yaml:1:7"
run said config reload
equal "the same by command exits 1" 1 $code
has "and says the place" "$text" "a.yaml:1:7"
equal "the old configuration holds" 202 "$(posted -H "Authorization: Bearer second-canary-value")"
printf 'zone: Europe/Lisbon\n' >"$work/conf/a.yaml"
has "diff says what a reload would change" "$(said config diff)" "zone: Asia/Seoul → Europe/Lisbon"
sed -i 's/, file:old//' "$work/conf/b.yaml"
kill -HUP "$bot"
within 10 grep -q 'SIGHUP: The configuration was reloaded' "$log" && ok "a good file is taken" || bad "not taken: $(cat "$log")"
equal "the retired secret is refused" 401 "$(posted -H "Authorization: Bearer second-canary-value")"
equal "the other still holds" 202 "$(posted -H "Authorization: Bearer first-canary-value")"
has "the change is in the journal" "$("$muster" history --data "$data" --json)" "config.changed"
room=$(sed -n 's/^room: //p' "$log")
curl -s -L -c "$work/jar" -b "$work/jar" -o /dev/null "$room"
shown=$(curl -s -b "$work/jar" "http://$address/room/state?channel=%23muster")
has "#muster heard of the mistake" "$shown" "Mars/Olympus"
has "and of the change" "$shown" "was reloaded"
stop_bot
equal "no secret in log or record" "" "$(grep -la 'canary-value' "$log" "$data"/* 2>/dev/null)"
"$muster" verify --data "$data" >/dev/null && ok "verify passes" || bad "verify fails"
finish
