#!/usr/bin/env bash
# A full disk, a folder that may not be written, a damaged file: a clear sentence, no damage, and the bot goes on by
# itself when there is room again. A small real file system is mounted for it, in a name space of its own.
# usage: disk.sh MUSTER
if [ -z "${IN_OWN_SPACE:-}" ]; then
  flags=-m
  [ "$(id -u)" = 0 ] || flags=-rm
  unshare $flags true 2>/dev/null || { echo "Skipped: mounting a small file system is not allowed here."; exit 77; }
  IN_OWN_SPACE=1 exec unshare $flags "$0" "$@"
fi
. "$(dirname "$0")/lib.sh" || exit 1
need curl jq
disk=$work/disk
mkdir "$disk"
mount -t tmpfs -o size=6m tmpfs "$disk" 2>/dev/null || { echo "Skipped: mounting a small file system is not allowed here."; exit 77; }
trap 'tidy_disk' EXIT
tidy_disk() {
  local pid
  for pid in ${children[@]+"${children[@]}"}; do kill -9 "$pid" 2>/dev/null; done
  wait 2>/dev/null
  umount -l "$disk"
  tidy
}
data=$disk/data
json='Content-Type: application/json'
start_bot "$data"
first=$bot
hook=$(door alertmanager "$data")
api=$(door prometheus "$data")
: >"$work/acked"
post() {
  [ "$(webhook "$1" warning | status POST "$hook" -H "$json" --data-binary @-)" = 202 ] && echo "$1" >>"$work/acked"
}
for n in 1 2 3 4 5; do post "Before$n" || bad "alert $n was refused with room on the disk"; done
equal "ready with room on the disk" 200 "$(status GET "http://$address/readyz")"

# Full to the last byte: what the log had reserved may take a few more.
dd if=/dev/zero of="$disk/filler" bs=4k >/dev/null 2>&1
n=0
refuses() {
  n=$((n + 1))
  ! post "During$n"
}
within 60 refuses && ok "a full disk: the sender is told to come again" || bad "alerts are taken on a full disk"
equal "with 503" 503 "$(webhook Refused warning | status POST "$hook" -H "$json" --data-binary @-)"
not_ready() { curl -s -m 10 "http://$address/readyz" | grep -q 'not ready: storage: .*full'; }
within 10 "$muster" say --data "$data" note nothing >/dev/null 2>&1
within 10 not_ready && ok "/readyz names the storage and why" || bad "/readyz says: $(curl -s "http://$address/readyz")"
equal "it is alive" 200 "$(status GET "http://$address/healthz")"
said=$("$muster" say --data "$data" declare sev3 nothing can be written 2>&1)
has "a command is refused with the reason" "$said" "full"
has "and with what helps" "$said" "Make room on that disk; the bot goes on by itself."
equal "reading works" 200 "$(status GET "$api")"

rm "$disk/filler"
ready() { [ "$(status GET "http://$address/readyz")" = 200 ]; }
within 15 ready && ok "with room again it goes on by itself" || bad "it does not recover: $(curl -s "http://$address/readyz")"
gone "$first" && bad "the bot ended" || ok "without a restart"
post After || bad "an alert is refused after the recovery"
listed() { curl -s -m 20 "$api" | jq -r '.[].labels.alertname' | sort >"$work/listed"; }
all_there() { listed; [ -z "$(comm -23 <(sort -u "$work/acked") "$work/listed")" ]; }
within 10 all_there && ok "everything that was accepted is there" || bad "lost: $(comm -23 <(sort -u "$work/acked") "$work/listed")"
said=$("$muster" say --data "$data" declare sev3 after the full disk)
has "commands work again" "$said" "INC-1"
stop_bot "it stops in peace"
equal "verify passes after all that" 0 "$("$muster" verify --data "$data" --json | jq '.problems | length')"

# refused WHAT NEEDLE: serve ends at once with a sentence, and the database is as it was.
refused() {
  local before text code
  before=$(sha256sum <"$data/muster.db")
  text=$(timeout 20 "$muster" serve --data "$data" --listen 127.0.0.1:0 2>&1 </dev/null)
  code=$?
  equal "$1: exits 1" 1 $code
  has "$1: says so" "$text" "$2"
  equal "$1: nothing was changed" "$before" "$(sha256sum <"$data/muster.db")"
}
dd if=/dev/zero of="$disk/filler" bs=4k >/dev/null 2>&1
refused "a full disk" "Make room on that disk, then try again."
rm "$disk/filler"
mount -o remount,ro "$disk"
refused "a read-only disk" "may not be written"
"$muster" verify --data "$data" >/dev/null && ok "verify reads it all the same" || bad "verify needs to write"
mount -o remount,rw "$disk"
cp "$data/muster.db" "$work/good.db"
printf 'this is no database at all, but somebody copied it here' | dd of="$data/muster.db" conv=notrunc 2>/dev/null
refused "a damaged file" "damaged"
cp "$work/good.db" "$data/muster.db"
start_bot "$data"
has "with the good file it starts again" "$("$muster" say --data "$data" incidents)" "INC-1"

# A file system that meets an error of its own takes no more writes, under a bot that has its files open.
stop_writes() {
  truncate -s 24M "$work/image" && mkfs.ext4 -q "$work/image" && mkdir "$work/loop" || return 1
  mount -o loop "$work/image" "$work/loop"
}
if stop_writes 2>/dev/null; then
  first=$bot
  start_bot "$work/loop/data"
  "$muster" say --data "$work/loop/data" declare sev3 before the error >/dev/null
  mount -o remount,abort "$work/loop"
  said=$("$muster" say --data "$work/loop/data" declare sev3 nothing can be written 2>&1)
  has "a disk that became read-only: a command is refused with the reason" "$said" "has become read-only; nothing was written"
  equal "and it is alive" 200 "$(status GET "http://$address/healthz")"
  stop_bot
  umount -l "$work/loop"
  e2fsck -fy "$work/image" >/dev/null 2>&1
  mount -o loop "$work/image" "$work/loop"
  equal "a read-only disk: verify passes afterwards" 0 "$("$muster" verify --data "$work/loop/data" --json | jq '.problems | length')"
  umount -l "$work/loop"
  bot=$first
else
  echo "Not tried: a file system that meets an error (loop devices are not to be had here)."
fi

# Another one beside it.
text=$(timeout 20 "$muster" serve --data "$data" --listen 127.0.0.1:0 2>&1 </dev/null)
equal "a second process: exits 1" 1 $?
has "a second process: is told who has the folder" "$text" "$bot"
finish
