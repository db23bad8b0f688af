#!/bin/sh
# Slack's own clients (npm) against the double: what it accepts, the double does as the server would.
# usage: slack_client.sh path/to/slack_double
set -u
double=$1
here=$(cd "$(dirname "$0")/../doubles/slack/client" && pwd)
skip() { echo "skipped: $1"; exit 77; }
command -v node >/dev/null || skip "node is not installed"
command -v npm >/dev/null || skip "npm is not installed"
modules=${MUSTER_NPM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/muster-tests}/slack-client
mkdir -p "$modules" || skip "no place for npm packages"
if ! cmp -s "$here/package.json" "$modules/package.json" || [ ! -d "$modules/node_modules/@slack/bolt" ]; then
  cp "$here/package.json" "$modules/package.json"
  (cd "$modules" && timeout 240 npm install --ignore-scripts --no-audit --no-fund >npm.log 2>&1) ||
    { rm -f "$modules/package.json"; skip "npm could not fetch @slack/bolt (see $modules/npm.log)"; }
fi
CLIENT_MODULES=$modules timeout 120 node "$here/faithful.mjs" "$double" &&
  CLIENT_MODULES=$modules timeout 120 node "$here/bolt.mjs" "$double"
