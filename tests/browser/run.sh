#!/usr/bin/env bash
# The room in a real Chromium: run.sh MUSTER_BINARY [SCREENSHOT_FOLDER]. Exit 77: skipped, with a sentence.
mapfile -t proxies < <(env | grep -iE '^(https?|all|no)_proxy=') # npm may need them; the bot must not have them
. "$(dirname "$0")/../integration/lib.sh" || exit 1
playwright=1.56.1 # runs on Node 18; playwright-core brings no browser of its own

skip() {
  echo "Skipped: $1"
  exit 77
}

need node npm
node -e 'process.exit(process.versions.node.split(".")[0] >= 18 ? 0 : 1)' || skip "node $(node --version) is older than 18."
browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
[ "$browser" ] && [ -x "$browser" ] || skip "there is no Chromium here (Debian: the package chromium; or name one with CHROMIUM)."
case $(readlink -f "$browser") in
  */snap/* | */snap) skip "Chromium is only a snap here; name another with CHROMIUM." ;;
esac
if head -c 2 "$browser" | grep -q '#!' && grep -q 'snap/bin\|snap run' "$browser"; then
  skip "Chromium is only a snap here; name another with CHROMIUM."
fi

# Beside the build, so that it is fetched once; never into the sources.
modules=$(dirname "$muster")/browser
if [ "$(node -p "require('$modules/node_modules/playwright-core/package.json').version" 2>/dev/null)" != "$playwright" ]; then
  mkdir -p "$modules"
  env ${proxies[@]+"${proxies[@]}"} npm install --prefix "$modules" --no-save --no-audit --no-fund --ignore-scripts "playwright-core@$playwright" \
    >"$work/npm.log" 2>&1 ||
    skip "npm could not fetch playwright-core: $(grep -m1 -i 'error' "$work/npm.log" || echo 'see npm')"
fi

cd "$here/../browser" || exit 1
CHROMIUM=$browser NODE_PATH=$modules/node_modules HOME=$work \
  timeout 300 node room.mjs "$muster" "$work/data" "${2:-$modules/screenshots}"
