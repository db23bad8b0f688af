#!/usr/bin/env bash
# `muster cel` for a person and for a script.
. "$(dirname "$0")/lib.sh" || exit 1
run() {
  text=$("$muster" cel "$@" 2>&1 </dev/null)
  code=$?
}

run 'x.a + 1 > y' --bind 'x={"a": 41}' --bind y=2.5
equal "an int and a double compare" "true" "$text"
run 'x + 1' --bind x=41 --tagged
equal "a number without a point is an int" '{"int64":"42"}' "$text"
run 'x + 1.0' --bind x=41.0 --tagged
equal "a number with a point is a double" '{"double":42.0}' "$text"
run 'size(x) > 2 && x.contain("a")' --bind 'x="abc"'
equal "a mistake exits with 1" 1 $code
equal "the caret stands under the mistake" $'line 1, column 18: there is no function contain
  size(x) > 2 && x.contain("a")
                   ^
Did you mean contains?' "$text"
run 'x' --bind x=text
equal "what is no JSON is refused" 1 $code
run
equal "no expression is wrong usage" 2 $code

printf '%s\n' '{"expr":"x + 1","bindings":{"x":{"int64":"41"}}}' 'nonsense' '{"expr":"1 / 0"}' '{"expr":"[b\"a\", 1u]"}' |
  "$muster" cel --jsonl >"$work/answers"
equal "each line has its answer, also a wrong one" $'{"value":{"int64":"42"}}
{"error":"the line is no JSON: not valid JSON at byte 2"}
{"error":"line 1, column 3: division by zero"}
{"value":{"list":[{"bytes":"YQ=="},{"uint64":"1"}]}}' "$(cat "$work/answers")"
printf '\n\377\n{"expr":\n%s' '{"expr":"2"}' | "$muster" cel --jsonl >"$work/answers"
equal "wrong lines do not change the exit code" 0 $?
equal "empty, torn and binary lines have answers, and so has a last line without its end" 4 "$(wc -l <"$work/answers")"

# Who asks may wait for each answer before the next question.
coproc CASES { "$muster" cel --jsonl; }
for n in 1 2; do
  echo "{\"expr\":\"$n + 1\"}" >&"${CASES[1]}"
  read -r -t 20 -u "${CASES[0]}" answer
  equal "the answer to line $n comes before line $((n + 1)) is written" "{\"value\":{\"int64\":\"$((n + 1))\"}}" "$answer"
done
cases=$CASES_PID
questions=${CASES[1]}
exec {questions}>&-
wait "$cases"
equal "the end of the input ends it well" 0 $?
finish
