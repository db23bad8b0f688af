#!/usr/bin/env bash
# A recorded incident gives the same report to the byte, with the right durations and none of the secrets.
. "$(dirname "$0")/lib.sh" || exit 1
need grep cmp
data=$work/data
facts=$source_dir/tests/data/incidents/checkout-latency.jsonl
secrets="AKIAIOSFODNN7EXAMPLE canary-pa55-tulip"

"$muster" replay "$facts" --data "$data" >"$work/said" 2>&1 || die "replay: $(cat "$work/said")"
ok "replay exits 0"
for format in md html json; do
  for language in en ko; do
    out=$work/$language.$format
    for turn in 1 2; do
      "$muster" postmortem INC-2041 --data "$data" --format $format --lang $language --zone Asia/Seoul \
        >"$out.$turn" 2>"$work/err" || bad "$format $language: $(cat "$work/err")"
    done
    [ -s "$out.1" ] && cmp -s "$out.1" "$out.2" && ok "$format $language twice: the same bytes" ||
      bad "$format $language: empty, or differs from run to run"
    for secret in $secrets kingfisher-lantern Jisoo; do
      grep -qi -- "$secret" "$out.1" && bad "$format $language shows $secret"
    done
  done
  # The facts do hold these words, or their absence above would mean nothing.
  for duration in "34m 50s" "59m 20s"; do
    grep -q "$duration" "$work/en.$format.1" && ok "$format has $duration" || bad "$format lacks $duration"
  done
done
for secret in $secrets kingfisher-lantern Jisoo; do
  grep -q -- "$secret" "$facts" && ok "the facts hold $secret" || bad "the facts lack $secret: nothing was tested"
done
for secret in $secrets; do
  found=$(grep -rla -- "$secret" "$data")
  equal "no file of the data folder holds $secret" "" "$found"
done
"$muster" postmortem INC-2041 --data "$data" --profile public >"$work/public" 2>"$work/err"
grep -q "We have reverted a recent change" "$work/public" && ok "the public profile has the updates" ||
  bad "the public profile lacks an update: $(cat "$work/err")"
for inside in CheckoutLatencyP99High dep-881 v2.31.0 commander evt_ example.test; do
  grep -q -- "$inside" "$work/en.json.1" || bad "the internal report lacks $inside: nothing was tested"
  grep -q -- "$inside" "$work/public" && bad "the public profile shows $inside"
done
"$muster" metrics checkout-api --since 3650d --json --data "$data" >"$work/figures" 2>"$work/err" ||
  bad "metrics: $(cat "$work/err")"
for figure in '"deployments": 2' '"rollbacks": 1' '"median_s": 12752.5' '"median_s": 2125.0' '"ratio": 0.5'; do
  grep -qF -- "$figure" "$work/figures" && ok "metrics has $figure" || bad "metrics lacks $figure: $(cat "$work/figures")"
done
"$muster" metrics --since 3650d --count-rollbacks --language ko --data "$data" | grep -q "33.3 %(3건 중 1건)" &&
  ok "with rollbacks counted, in Korean" || bad "metrics with rollbacks counted, in Korean"
"$muster" verify --data "$data" >"$work/said" 2>&1 && ok "verify passes" || bad "verify: $(cat "$work/said")"
entries() { "$muster" verify --data "$data" | grep -o '^[0-9]* entries'; }
before=$(entries)
"$muster" replay "$facts" --data "$data" >/dev/null 2>&1
equal "a second replay into the same folder records nothing twice" "$before" "$(entries)"
"$muster" verify --data "$data" >/dev/null 2>&1 && ok "and verify still passes" || bad "verify fails after a second replay"
finish
