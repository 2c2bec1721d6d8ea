#!/usr/bin/env bash
# Makes the pictures: the dashboard in a terminal that nobody sees, keys pressed, its screen filmed.
#   sudo apt-get install -y xvfb xterm xdotool ffmpeg fonts-dejavu-core
#   Screenshots/record.sh                               demo.gif, in two takes
#   Screenshots/record.sh budget 6                      budget.png, a still after these keys
#   PAPER=white INK=black Screenshots/record.sh light d 5 0 Return c 2
# From the program of the release build, or from $DROPSCOPE; into this folder, or into $OUT.
# SLACK=3 waits three times as long for what is measured before it is filmed.
set -euo pipefail
folder=$(cd "$(dirname "$0")" && pwd)
program=${DROPSCOPE:-$folder/../.build/release/dropscope}
out=${OUT:-$folder}
work=$(mktemp -d)
started=()
finish() {
  for process in "${started[@]}"; do kill "$process" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT

# 120 x 40 characters of 8 x 17 points, and xterm's border of 2.
size=964x684
Xvfb -noreset -displayfd 3 -screen 0 ${size}x24 3>"$work/display" 2>/dev/null &
started+=($!)
until [ -s "$work/display" ]; do sleep 0.1; done
DISPLAY=:$(cat "$work/display")
export DISPLAY
until xdotool getdisplaygeometry >/dev/null 2>&1; do sleep 0.1; done
export XDG_CONFIG_HOME=$work LANG=C.UTF-8
xterm -tn xterm-256color -geometry 120x40+0+0 -fa "DejaVu Sans Mono" -fs 10 \
  -bg "${PAPER:-#101216}" -fg "${INK:-#d8dce0}" -bw 0 -xrm "*cursorBlink: false" \
  -xrm "*scrollBar: false" -e "$program" --read-only &
started+=($!)
xdotool mousemove 950 660

settle() { sleep $(($1 * ${SLACK:-1})); }
press() { xdotool key --clearmodifiers "$1"; sleep "$2"; }
camera=(ffmpeg -loglevel error -y -f x11grab -framerate 10 -draw_mouse 0 -video_size $size
  -i "$DISPLAY")
roll() {
  "${camera[@]}" -c:v ffv1 "$work/$1.mkv" &
  filming=$!
  sleep 0.5
}
cut() {
  kill -INT "$filming"
  wait "$filming" || true
}

settle 12  # until all layers are measured
if [ $# -gt 0 ]; then
  name=$1
  shift
  for key in "$@"; do press "$key" 0.3; done
  settle 60
  "${camera[@]}" -frames:v 1 "$work/still.png"
  # A terminal has few colours: a palette halves the file.
  ffmpeg -loglevel error -y -i "$work/still.png" \
    -vf "split[a][b];[a]palettegen=max_colors=96:reserve_transparent=0[p];[b][p]paletteuse=dither=none" \
    -pred mixed "$out/$name.png"
  exit
fi

# Everything in a take runs at its own pace.
for key in bracketright bracketright bracketright; do press $key 0.2; done
roll 1
sleep 0.5
for key in Right Right Right; do press $key 0.4; done
sleep 1
for key in Right Right Right; do press $key 0.4; done
sleep 1.6
for key in Right Right; do press $key 0.4; done
sleep 2.5
cut
# Not filmed: until the views of the second take are complete.
press 5 0
settle 60
press 4 0
settle 8
press 1 1
press 3 3
roll 2
sleep 1.5
press 4 2
press 5 2
cut
printf "file '%s'\n" "$work/1.mkv" "$work/2.mkv" > "$work/takes"

# One palette for the whole film, and in each frame only what changed.
looks="split[a][b];[a]palettegen=max_colors=64[p];[b][p]paletteuse=dither=none:diff_mode=rectangle"
ffmpeg -loglevel error -y -f concat -safe 0 -i "$work/takes" -filter_complex "$looks" -loop 0 \
  "$out/demo.gif"
