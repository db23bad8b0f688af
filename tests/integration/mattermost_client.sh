#!/bin/sh
# The vendor's own client (npm) against the double: what it accepts, the double does as the server would.
# usage: mattermost_client.sh path/to/mattermost_double
set -u
double=$1
tests=$(cd "$(dirname "$0")/.." && pwd)
here=$tests/doubles/mattermost/client
modules=$("$tests/support/npm_modules.sh" mattermost-client "$here/package.json" @mattermost/client --legacy-peer-deps) ||
  { echo "skipped: $modules"; exit 77; }
CLIENT_MODULES=$modules timeout 120 node "$here/faithful.mjs" "$double"
