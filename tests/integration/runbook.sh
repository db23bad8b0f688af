#!/usr/bin/env bash
# `muster runbook` without a bot: lint, test, show, graph, schema.
. "$(dirname "$0")/lib.sh" || exit 1
data=$(dirname "$0")/../data/runbooks
run() {
  text=$("$muster" runbook "$@" 2>&1 </dev/null)
  code=$?
}

run lint "$data/api-saturation.yaml"
equal "the example of the specification has no finding" "1 runbook: 0 errors, 0 warnings" "$text"
equal "and that is exit code 0" 0 $code

printf 'runbook: x\nsteps:\n  - mesage: hi\n  - query: up{a="${b.c}"}\n' >"$work/x.yaml"
run lint "$work/x.yaml"
equal "errors are exit code 1" 1 $code
equal "each mistake has its place and a caret" "$work/x.yaml:3:5: error RB006: there is no \`mesage\` in a step. Did you mean \`message\`?
  3 |   - mesage: hi
    |     ^
$work/x.yaml:3:5: error RB007: this step has no verb. For example message: hello
  3 |   - mesage: hi
    |     ^
1 runbook: 2 errors, 0 warnings" "$text"
run lint "$work/x.yaml" --json
equal "findings are JSON for scripts" 2 "$(grep -c '"code"' <<<"$text")"

printf 'runbook: y\nsecrets: {token: hunter2hunter2}\nsteps: [{message: hi}]\n' >"$work/y.yaml"
run lint "$work/y.yaml"
equal "what may be a secret is not printed" 0 "$(grep -c hunter2 <<<"$text")"

mkdir -p "$work/conf/runbooks"
printf 'zone: UTC\n' >"$work/conf/muster.yaml"
printf 'runbook: a\nsteps: [{call: b}]\n' >"$work/conf/runbooks/a.yaml"
printf 'runbook: b\nsteps: [{message: hi}]\n' >"$work/conf/runbooks/b.yaml"
printf 'tests_for: b\n' >"$work/conf/runbooks/b.test.yaml"
run lint --config "$work/conf"
equal "without a name all of the folder are checked, tests left out" "2 runbooks: 0 errors, 0 warnings" "$text"
run lint a --config "$work/conf"
equal "a name is found there" 0 $code
run lint nobody --config "$work/conf"
equal "a name that is not there is exit code 1" 1 $code
run lint
equal "nothing to check is wrong usage" 2 $code

run show "$data/api-saturation.yaml"
equal "a runbook is told" "api-saturation" "$(head -1 <<<"$text")"
run graph "$data/api-saturation.yaml"
equal "and drawn" "<svg xmlns" "${text:0:10}"
run graph "$work/x.yaml"
equal "one that cannot be read is not" 1 $code
catalogue=$(dirname "$0")/../../runbooks/catalogue
mkdir -p "$work/shipped"
cp "$(dirname "$0")/../../config/examples/team.yaml" "$work/shipped/muster.yaml"
cp -r "$catalogue" "$work/shipped/runbooks"
run lint --config "$work/shipped"
equal "the shipped runbooks have no finding, with the people of the example" "14 runbooks: 0 errors, 0 warnings" "$text"
run test "$catalogue"/*.yaml
equal "all of their tests pass" 0 $code
has "none is left out" "$text" "14 runbooks: "
has "and none failed" "$text" " 0 failed, in "
echo "$text" | tail -1
run test "$catalogue/queue-backlog.test.yaml"
has "the file of the tests means its runbook" "$text" "1 runbook: "
has "whose cases are run" "$text" "queue-backlog: "
run lint "$catalogue"/*.yaml
equal "and it is not looked through as a runbook" "14 runbooks: 0 errors, 0 warnings" "$text"
run test queue-backlog --config "$work/shipped" --json
equal "the report is JSON for scripts" '"runbook": "queue-backlog"' "$(grep -o '"runbook": "queue-backlog"' <<<"$text")"
run test "$work/conf/runbooks/a.yaml"
equal "no tests are exit code 1" 1 $code
has "and where they belong is said" "$text" "a.test.yaml"
sed 's/status: succeeded/status: denied/' "$catalogue/queue-backlog.test.yaml" >"$work/shipped/runbooks/queue-backlog.test.yaml"
run test queue-backlog --config "$work/shipped"
equal "a case that fails is exit code 1" 1 $code
has "with what was expected and what was" "$text" "status: expected denied, was succeeded"

run schema
equal "the schema is that of the source" "$(cat "$(dirname "$0")/../../config/runbook.schema.json")" "$text"
finish
