#!/bin/bash
# The built dashboard under random keys, mouse and resizes for a long time, in tmux: it must not fall, its
# memory and descriptors must stay where they are after the first minutes, and what is on the screen at
# the end must be what a fresh drawing of the same state shows.
#
#   Tests/Soak/soak.sh SECONDS [SEED] [DROPSCOPE] [ARGUMENT...]
#
# SEED (1): of the events. DROPSCOPE: .build/release/dropscope. ARGUMENTs: of the dashboard. An hour is
# about 100,000 events on a machine with nothing else to do. Writes soak.csv into the present folder
# (seconds, events, memory in KiB, descriptors, threads), prints figures, and exits with status 1 if
# anything went wrong: then soak.raw is what was sent to the terminal for a screen that is not right.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
length=${1:?how many seconds}
RANDOM=${2:-1}
seed=${2:-1}
program=$(realpath "${3:-$root/.build/release/dropscope}")
shift $(($# < 3 ? $# : 3))
table=$PWD/soak.csv
home=$(mktemp -d "${TMPDIR:-/tmp}/soak.XXXXXX")
socket=soak-$$
mux() { tmux -L "$socket" -f /dev/null "$@"; }
trap 'mux kill-server 2>/dev/null; rm -rf "$home"' EXIT
fail() { echo "FAILED: $*"; exit 1; }
screen() { mux capture-pane -p "$@"; }
# With colours, but for those of blanks at the ends of lines.
picture() { screen -e | sed -E 's/(\x1b\[[0-9;]*m| )+$//'; }

# No home, no folder and no players or recorders but its own: nothing outside is written or started.
(cd "$home" && mux new-session -d -x 120 -y 40 \
  "export HOME='$home' XDG_CONFIG_HOME='$home' LANG=C.UTF-8 DROPSCOPE_COUNTERS=1 DROPSCOPE_ASSETS='$root/Assets'; PS1='ready> ' exec sh -i")
mux set -g status off
mux send-keys -l "PATH=/nonexistent $program $*"
mux send-keys Enter
for _ in $(seq 600); do
  screen | grep -q 'gen [1-9]' && break
  sleep 0.1
done
shell=$(mux display-message -p '#{pane_pid}')
child=$(cut -d ' ' -f 1 "/proc/$shell/task/$shell/children")
[ -n "$child" ] || fail "it did not start: $(screen)"

width=120 height=40 events=0 peak=0 start=$SECONDS sampled=-1
echo "seconds,events,memory_kib,descriptors,threads" >"$table"
sample() {
  local now=$((SECONDS - start)) memory threads
  [ $now -gt $sampled ] || return
  sampled=$now
  [ -r "/proc/$child/status" ] || fail "it ended after $events events: $(screen | tail -n 5)"
  memory=$(awk '/^VmRSS/ { print $2 }' "/proc/$child/status")
  threads=$(awk '/^Threads/ { print $2 }' "/proc/$child/status")
  [ -n "$memory" ] || fail "it ended after $events events: $(screen | tail -n 5)"
  echo "$now,$events,$memory,$(find "/proc/$child/fd" -mindepth 1 2>/dev/null | wc -l),$threads" >>"$table"
  [ "$memory" -gt $peak ] && peak=$memory
}

# Every key but those that leave: q, Ctrl-C, Ctrl-Z. Common ones are here more than once.
keys=(Right Left Up Down Right Left Up Down Right Left Space Space Enter Tab BTab Home End PageUp PageDown
  h l k j d b u u U C-r P r r M C D p '[' ']' N n w y z Z R e a c s o x t m / v f g i . , G 0 T
  1 2 3 4 5 6 7 8 9 A B E F H I J K L O S V W X Y '+' '-' '=' ' ' BSpace Delete F2 F5 Escape Escape)

press() {
  local burst=() left
  # Not in a subshell, whose random numbers are others.
  for ((left = 1 + RANDOM % 6; left > 0; left--)); do burst+=("${keys[RANDOM % ${#keys[@]}]}"); done
  mux send-keys -- "${burst[@]}"
  events=$((events + ${#burst[@]}))
}

# Its keys can be clicked, the one that leaves too: no mouse meanwhile.
help() {
  local left
  for ((left = 1 + RANDOM % 4; left > 0; left--)); do mux send-keys '?'; done
  sleep 0.1
  mux send-keys Escape
  sleep 0.3
  events=$((events + 2))
}

# A press, perhaps a drag, and a release; or the wheel. Not where it says how to leave.
mouse() {
  [ $width -lt 80 ] || [ $height -lt 24 ] && return
  local x=$((1 + RANDOM % width)) y=$((1 + RANDOM % (height - 2))) bytes="" count=2 left
  case $((RANDOM % 4)) in
    0) count=$((1 + RANDOM % 8))
      for ((left = count; left > 0; left--)); do bytes+=$'\e'"[<$((64 + RANDOM % 2));$x;${y}M"; done ;;
    1) bytes=$'\e'"[<0;$x;${y}M"
      count=$((2 + RANDOM % 12))
      for ((left = count - 2; left > 0; left--)); do
        x=$((1 + (x + RANDOM % 9 + width - 5) % width))
        bytes+=$'\e'"[<32;$x;${y}M"
      done
      bytes+=$'\e'"[<0;$x;${y}m" ;;
    *) bytes=$'\e'"[<0;$x;${y}M"$'\e'"[<0;$x;${y}m" ;;
  esac
  if screen | sed -n "${y}p" | grep -qE 'quit|Ctrl-[CZ]|\bq\b'; then return; fi
  mux send-keys -l -- "$bytes"
  events=$((events + count))
}

resize() {
  width=$((20 + RANDOM % 180)) height=$((5 + RANDOM % 60))
  mux resize-window -x $width -y $height
  events=$((events + 1))
}

# What a terminal sends by itself: the focus, a paste, a late answer.
chatter() {
  local texts=($'\e[O\e[I' $'\e[200~pasted\r\ntext\e[201~' $'\e]11;rgb:3030/3434/4646\a' $'\e[24;80R' $'\eOq')
  mux send-keys -l -- "${texts[RANDOM % ${#texts[@]}]}"
  events=$((events + 1))
}

while [ $((SECONDS - start)) -lt "$length" ]; do
  case $((RANDOM % 40)) in
    0) resize ;;
    1) help ;;
    2) chatter ;;
    [3-9] | 1[0-9]) mouse ;;
    *) press ;;
  esac
  sleep "0.0$((3 + RANDOM % 7))"
  sample
done

# At rest: nothing over the panels, nothing being measured, nothing that moves.
mux resize-window -x 120 -y 40
sleep 1
if screen | grep -q 'Listen'; then mux send-keys 1; fi
for _ in 1 2 3 4; do mux send-keys Escape; sleep 0.5; done
still=0 before=""
for _ in $(seq 1200); do
  now=$(picture)
  if [ "$now" = "$before" ]; then still=$((still + 1)); else still=0; fi
  [ $still -ge 8 ] && break
  before=$now
  sleep 0.5
  sample
done
[ $still -ge 8 ] || fail "its screen does not come to rest"
mux send-keys Escape
sleep 1
before=$(picture)
# What comes back after Ctrl-Z is painted from nothing; soak.raw says with which bytes.
mux pipe-pane "cat >'$home/raw'"
mux send-keys C-z
for _ in $(seq 100); do screen | grep -q 'ready>' && break; sleep 0.1; done
mux send-keys -l fg
mux send-keys Enter
for _ in $(seq 100); do screen | grep -q 'gen [1-9]' && break; sleep 0.1; done
sleep 1
fresh=$(picture)
sampled=-1
sample

read -r end slope descriptors most <<<"$(awk -F, -v length_s="$length" '
  NR == 1 { next }
  $1 > length_s { next }
  { end = $3; last = $4 }
  $1 >= (length_s > 720 ? 180 : length_s / 4) {
    if (!n) first = $4
    n++; x += $1; y += $3; xx += $1 * $1; xy += $1 * $3
    if ($4 > most) most = $4
  }
  END {
    spread = n * xx - x * x
    slope = spread == 0 ? 0 : (n * xy - x * y) / spread * 60
    printf("%d %.1f %d %d\n", end, slope, last - first, most)
  }' "$table")"
echo "seed $seed: $events events in $length s; memory up to $((peak / 1024)) MiB, at the end $((end / 1024))" \
  "MiB, $slope KiB a minute after the first minutes; descriptors up to $most, $descriptors more at the end"
if [ "$before" != "$fresh" ]; then
  diff <(echo "$before") <(echo "$fresh")
  cp "$home/raw" soak.raw
  fail "the screen is not what a fresh drawing of it shows"
fi
# Recordings and sounds come and go; what grows with the hours is more than these.
[ "$descriptors" -le 8 ] || fail "descriptors grow"
if [ "$length" -ge 720 ] && awk -v slope="$slope" 'BEGIN { exit !(slope > 512) }'; then
  fail "memory grows"
fi
mux send-keys q
for _ in $(seq 100); do [ -d "/proc/$child" ] || break; sleep 0.1; done
mux send-keys -l 'echo left with $?'
mux send-keys Enter
for _ in $(seq 100); do screen | grep -q 'left with 0' && exit 0; sleep 0.1; done
fail "it did not leave: $(screen)"
