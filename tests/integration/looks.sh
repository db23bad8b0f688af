#!/usr/bin/env bash
# docs/looks.md shows each platform's incident channel message by message, as the doubles hold it after a transcript.
# usage: looks.sh CONVERSATIONS; with MUSTER_REWRITE=1 the page is written anew
set -u
conversations=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
page=docs/looks.md transcript=tests/conversations/how_it_looks.chat
shown() { MUSTER_LOOKS=1 MUSTER_PLATFORM=$1 MUSTER_TWIST='' timeout 60 "$conversations" $transcript 2>/dev/null | grep -v '^[0-9]* conversations, '; }
made=$(mktemp)
trap 'rm -f "$made"' EXIT
awk '/^## Slack/ { exit } { print }' $page >"$made"
for platform in slack mattermost; do
  [ $platform = slack ] && echo "## Slack" || { echo; echo "## Mattermost"; }
  printf '\n````\n%s\n````\n' "$(shown $platform)"
done >>"$made"
if [ "${MUSTER_REWRITE:-}" ]; then cp "$made" $page; fi
if diff -u $page "$made"; then echo "ok    the page shows what the platforms hold"; else
  echo "FAIL  docs/looks.md is out of date: MUSTER_REWRITE=1 tests/integration/looks.sh build/tests/conversations"
  exit 1
fi
