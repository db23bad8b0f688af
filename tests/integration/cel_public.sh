#!/bin/sh
# The public conformance cases of CEL, from npm, through `muster cel --jsonl`: 97 of 100 have to agree, all do.
# usage: cel_public.sh path/to/muster [PERCENT]
set -u
tests=$(cd "$(dirname "$0")/.." && pwd)
here=$tests/support/cel_public
modules=$("$tests/support/npm_modules.sh" cel-public "$here/package.json" @bufbuild/cel-spec) ||
  { echo "skipped: $modules"; exit 77; }
timeout 120 node "$here/run.mjs" "$modules" "$1" "${2:-97}"
