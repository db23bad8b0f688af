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
    kubernetes-client) command -v kubectl >/dev/null ;;
    *) return 1 ;;
  esac
}

only_a_snap() { # Ubuntu's chromium package installs a snap, which has no business in a build
  [ "$1" = chromium ] && grep -qi '^ID=ubuntu' /etc/os-release
}

optional() { # Ubuntu has no such package; the test that wants it says that it was skipped
  [ "$1" = kubernetes-client ]
}

missing=()
wanted=() # of those that are missing: without them something is skipped, and nothing fails
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
    if optional "$name"; then wanted+=("$name"); else missing+=("$name"); fi
  done <packages.txt
}

take_what_there_is() { # of the optional ones, as far as the lists of this machine have them
  local name
  for name in ${wanted[@]+"${wanted[@]}"}; do
    if apt-cache show "$name" 2>/dev/null | grep -q '^Package:'; then
      missing+=("$name")
    else
      echo "muster: this distribution has no $name; what needs it will say that it was skipped"
    fi
  done
  wanted=()
}

collect "${1:-build}"
command -v apt-get >/dev/null && [ "${#missing[@]}" -eq 0 ] && take_what_there_is
[ "${#missing[@]}" -eq 0 ] && exit 0

by_hand="apt-get install --no-remove --no-install-recommends ${missing[*]}"
command -v apt-get >/dev/null || {
  echo "muster: this is no Debian or Ubuntu; install what these packages hold, then run make again: ${missing[*]}" >&2
  exit 1
}
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    printf 'muster: packages are missing and there is no sudo. As root, run:\n  %s\n' "$by_hand" >&2
    exit 1
  fi
  as_root=(sudo)
  # Without a terminal nobody can type a password.
  if [ ! -t 0 ] && ! sudo -n true 2>/dev/null; then
    printf 'muster: packages are missing, and sudo asks for a password that nobody can type here. As root, run:\n  %s\n' \
      "$by_hand" >&2
    exit 1
  fi
  echo "muster: sudo is needed to install: ${missing[*]}"
fi

install_missing() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-remove --no-install-recommends "${missing[@]}" </dev/null
}
known() { # all of them, in the lists that this machine has
  local name
  for name in "${missing[@]}"; do apt-cache show "$name" >/dev/null 2>&1 || return 1; done
}
refresh() { "${as_root[@]}" apt-get update </dev/null; }

if known; then
  take_what_there_is
  install_missing && exit 0
  echo "muster: that did not work; the package lists may be old. They are fetched anew, then once more:" >&2
fi
refresh || echo "muster: the package lists could not be fetched; trying with the old ones" >&2
take_what_there_is
install_missing || {
  printf 'muster: the packages could not be installed (nothing was removed). By hand, as root:\n  %s\n' "$by_hand" >&2
  exit 1
}
