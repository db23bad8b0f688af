#!/bin/sh
# Slack's own clients (npm) against the double: what it accepts, the double does as the server would.
# usage: slack_client.sh path/to/slack_double
set -u
double=$1
tests=$(cd "$(dirname "$0")/.." && pwd)
here=$tests/doubles/slack/client
modules=$("$tests/support/npm_modules.sh" slack-client "$here/package.json" @slack/bolt) ||
  { echo "skipped: $modules"; exit 77; }
CLIENT_MODULES=$modules timeout 120 node "$here/faithful.mjs" "$double" &&
  CLIENT_MODULES=$modules timeout 120 node "$here/bolt.mjs" "$double"
