#!/bin/sh
# Fetches the npm packages that a package.json names, once, into a folder of the user's cache, and prints that folder.
# usage: npm_modules.sh NAME path/to/package.json PACKAGE-THAT-MUST-BE-THERE [npm install flags…]
# Without node, npm or the registry: prints the reason and ends with 77.
set -u
name=$1 wanted=$2 probe=$3
shift 3
skip() { echo "$1"; exit 77; }
command -v node >/dev/null || skip "node is not installed"
command -v npm >/dev/null || skip "npm is not installed"
modules=${MUSTER_NPM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/muster-tests}/$name
mkdir -p "$modules" || skip "no place for npm packages"
if ! cmp -s "$wanted" "$modules/package.json" || [ ! -d "$modules/node_modules/$probe" ]; then
  cp "$wanted" "$modules/package.json"
  (cd "$modules" && timeout 240 npm install --ignore-scripts --no-audit --no-fund "$@" >npm.log 2>&1) ||
    { rm -f "$modules/package.json"; skip "npm could not fetch $probe (see $modules/npm.log)"; }
fi
echo "$modules"
