#!/usr/bin/env bash
# The room on a terminal: a real pseudo-terminal (util-linux's script), typed into through a pipe.
. "$(dirname "$0")/lib.sh" || exit 1
need script mkfifo pgrep

# sit DATA TERM: a bot with a terminal of its own; keys go to file descriptor 7, the screen into $screen.
sit() {
  screen=$(mktemp "$work/screen.XXXXXX")
  local keys=$work/keys.$RANDOM
  mkfifo "$keys"
  LC_ALL=C.UTF-8 TZ=UTC TERM=$2 SHELL=/bin/sh script -qefc \
    "stty cols 100 rows 30; exec $muster serve --sandbox --data $1 --listen 127.0.0.1:0" /dev/null \
    <"$keys" >"$screen" 2>&1 &
  runs_as $! "$screen" # whose exit code script passes on
  exec 7>"$keys"
}
type_keys() { printf '%b' "$1" >&7; }
# What a person reads: without colours and cursor movements.
shown() { sed -e 's/\x1b\[[0-9;?]*[A-Za-z]//g' -e 's/\x1b[=>]//g' "$screen" | tr -d '\r\a'; }
# Keys typed while a signal is on its way are dropped by the terminal itself: press, look, press again.
press_until() { within 20 pressed_and_seen "$1"; }
pressed_and_seen() {
  type_keys '\x03'
  within 1 sees "$1"
}
sees() { shown | grep -qF -- "$1"; }
wait_for() {
  if within 20 sees "$1"; then ok "$2"; else bad "$2: no '$1' on the screen:"; shown | tail -25; fi
}

data=$work/data
sit "$data" xterm
wait_for "ana #muster>" "the prompt names who speaks and where"
wait_for "Three things to type" "the room as it is stands on the screen"
type_keys 'try\r'
wait_for "INC-1 · SEV2 · investigating" "try opens an incident, told from another channel in a line"
type_keys '/channel #inc\t'
wait_for "/channel #inc-1-checkout" "Tab completes a channel that was opened a moment ago"
type_keys '\r'
wait_for "I lead → !lead me" "a button is shown as the line to type"
type_keys '!lead me\r'
wait_for "commander: Ana" "a command works in the incident's channel"
type_keys '!note at 14:0\b\b\b\b\b\b\b결제가 느립니다 🔥\r'
wait_for "UTC: 결제가 느립니다 🔥" "a line is edited while it is typed, in Korean"
type_keys '!note 가족👨‍👩‍👧‍👦\b은 e\xcc\x81\b집에 🇰🇷🇵🇹\b\r'
wait_for "UTC: 가족은 집에 🇰🇷" "backspace takes a joined emoji, a letter with its accent, a flag as a whole"
type_keys '!note 남는👨‍👩‍👧‍👦다\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[3~\r'
wait_for "UTC: 남는다" "so does the Delete key"
type_keys '/react 👀\r'
wait_for "reacted 👀 to" "a reaction is told in a line"
type_keys '!mitigate because rolled back\r'
wait_for "mitigated" "mitigate"
type_keys '!resolve because p99 is fine\r'
wait_for "resolved" "resolve"
type_keys '/channel muster\r'
type_keys 'try\r'
wait_for "INC-2 · SEV2 · investigating" "a second try opens another incident, though the first sample still fires"
type_keys '/channel #inc-1\r'
type_keys '!postmortem\r'
wait_for "/room/report/INC-1" "the postmortem's link"
type_keys '/channel nowhere\r'
wait_for "There is no channel #nowhere" "an unknown channel is refused with those that exist"
type_keys 'half a line'
wait_for "> half a line" "a half-typed line"
press_until "Press ^C once more" && ok "^C clears the line first and then asks" || bad "^C does not ask"
type_keys '\x03'
ended_well "the second ^C stops the bot"
exec 7>&-
equal "the log is a file for its owner only" 600 "$(stat -c %a "$data/muster.log")"
lacks "no log line on the screen" "$(shown)" "[info]"
equal "the history is for its owner only" 600 "$(stat -c %a "$data/terminal_history")"

sit "$data" xterm
wait_for "ana #muster>" "started again"
type_keys '\x1b[A'
wait_for "/channel nowhere" "the arrow brings back a line of the last run"
type_keys '\x15/channel inc-1\r'
wait_for "muster 👀" "a reaction is still there after a restart"
# Between two lines the terminal itself takes ^D for the end of nothing: press, look, press again.
trap '' PIPE
left() {
  type_keys '\x04' 2>/dev/null
  within 2 gone "$bot"
}
within 20 left
ended_well "^D on an empty line stops the bot"
exec 7>&-

# The other end of the terminal is closed and nobody sends SIGHUP: it must not spin on an input that is at its end, and
# not on half a line that was typed before.
for typed in "" "half a line"; do
python3 - "$muster" "$work/closed" "$typed" <<'PY' && ok "a terminal that goes away${typed:+ with $typed} stops the bot" || bad "it runs on without its terminal"
import os, subprocess, sys
master, slave = os.openpty()
bot = subprocess.Popen([sys.argv[1], "serve", "--sandbox", "--data", sys.argv[2], "--listen", "127.0.0.1:0"],
                       stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
os.close(slave)
seen = b""
while b"#muster>" not in seen:
    seen += os.read(master, 65536)
os.write(master, sys.argv[3].encode())
seen = b""
while sys.argv[3].encode() not in seen:
    seen += os.read(master, 65536)
os.close(master)
try:
    sys.exit(bot.wait(10))
except subprocess.TimeoutExpired:
    bot.kill()
    sys.exit(1)
PY
done

sit "$work/dumb" dumb
wait_for "Three things to type" "a dumb terminal shows the room, too"
type_keys 'status\r'
wait_for "All quiet" "and takes commands"
if grep -q $'\x1b' "$screen"; then bad "a dumb terminal got an escape sequence"; else ok "and gets no escape sequence"; fi
kill -TERM "$(pgrep -P "$bot")"
ended_well "SIGTERM stops the bot"
exec 7>&-
finish
