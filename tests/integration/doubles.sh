# shellcheck shell=bash
# Doubles with a hand on them, for scripts that source lib.sh first. Orders go in by a pipe, and each answer is a line.
declare -A order_pipe=()

# start_double NAME PROGRAM: its first line says where it is, see `about`.
start_double() {
  local pipe
  mkfifo "$work/$1.in"
  : >"$work/$1.out"
  "$2" <"$work/$1.in" >>"$work/$1.out" &
  children+=($!)
  exec {pipe}>"$work/$1.in"
  order_pipe[$1]=$pipe
  within 10 grep -q '^{' "$work/$1.out" || die "the double $1 did not start"
}

# about NAME FIELD: of its first line.
about() { head -1 "$work/$1.out" | jq -r ".$2"; }

# order NAME COMMAND…: its answer, one line.
order() {
  local name=$1 before
  shift
  before=$(wc -l <"$work/$name.out")
  echo "$*" >&"${order_pipe[$name]}"
  within 10 sh -c "[ \$(wc -l <'$work/$name.out') -gt $before ]" || die "the double $name does not answer: $*"
  tail -1 "$work/$name.out"
}

# connected PLATFORM: as the bot at $address says in its figures.
connected() { curl -s -m 5 "http://$address/metrics" | grep -qx "muster_chat_connected{platform=\"$1\"} 1"; }
