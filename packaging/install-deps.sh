#!/usr/bin/env bash
# Installs the distribution packages of packages.txt that are missing: `install-deps.sh` for the build,
# `install-deps.sh test` for the tests as well. Never removes a package, never asks a question.
set -euo pipefail
cd "$(dirname "$0")"

provided() { # the package itself, or a program of another origin that does its job
  dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$' && return 0
  case "$1" in
    nodejs) command -v node >/dev/null ;;
    npm) command -v npm >/dev/null ;;
    *) return 1 ;;
  esac
}

only_a_snap() { # Ubuntu's chromium package installs a snap, which has no business in a build
  [ "$1" = chromium ] && grep -qi '^ID=ubuntu' /etc/os-release
}

missing=()
collect() {
  local section=build name why
  while read -r name why; do
    case "$name" in
      '' | '#'*) continue ;;
      '[test]') section=test; continue ;;
    esac
    [ "$section" = test ] && [ "$1" != test ] && continue
    provided "$name" && continue
    if only_a_snap "$name"; then
      echo "muster: chromium is only a snap here; it is not installed, and the page tests will say that they were skipped"
      continue
    fi
    echo "muster: $name is missing ($why)"
    missing+=("$name")
  done <packages.txt
}

known() { apt-cache show "$@" >/dev/null 2>&1; }

collect "${1:-build}"
[ "${#missing[@]}" -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "muster: as root, run: apt-get install --no-remove --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
  [ -t 0 ] || as_root=(sudo -n) # without a terminal nobody can type a password
  echo "muster: sudo is needed to install: ${missing[*]}"
fi
known "${missing[@]}" || "${as_root[@]}" apt-get update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y --no-remove --no-install-recommends "${missing[@]}"
