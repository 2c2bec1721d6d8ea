#!/bin/bash
# What a shared machine does to the built program: full and read-only disks, no /proc, no home, files
# that are removed or cut short while they are in use, kills at random moments, two runs to one output.
#
#   Tests/Faults/faults.sh [KILLS] [DROPSCOPE]
#
# KILLS (100): of each of train, sweep and synthesize. DROPSCOPE: .build/release/dropscope. Needs root,
# for small disks of its own (tmpfs) in a mount namespace of its own, and the synthesisers. Prints what
# went wrong, and exits with status 1 if anything did.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
kills=${1:-100}
program=$(realpath "${2:-$root/.build/release/dropscope}")
if [ -z "${FAULTS_INSIDE:-}" ]; then
  FAULTS_INSIDE=1 exec unshare -m --propagation private "$0" "$kills" "$program"
fi
export DROPSCOPE_ASSETS=$root/Assets
work=$(mktemp -d "${TMPDIR:-/tmp}/faults XXXXXX")
trap 'umount "$work/disk" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
checks=0

# expect STATUS WORDS COMMAND...: the status, and words, if any, on standard error.
expect() {
  local status=$1 words=$2 found
  shift 2
  "$@" >out 2>err </dev/null
  found=$?
  checks=$((checks + 1))
  if [ $found -ne "$status" ] || { [ -n "$words" ] && ! grep -qF -- "$words" err; }; then
    failures=$((failures + 1))
    echo "FAILED: $*: status $found, expected $status and '$words':"
    tail -n 3 err
  fi
}

# claim WORDS COMMAND...: that a command succeeds.
claim() {
  local words=$1
  shift
  checks=$((checks + 1))
  "$@" >/dev/null 2>&1 && return
  failures=$((failures + 1))
  echo "FAILED: $words"
}

empty() { [ -z "$(find "$1" -name '.partial-*' -o -name '.lock' | head -n 1)" ]; }

"$program" synthesize --hours 0.03 --splits train,dev --output corpus >/dev/null || exit 1
wav=$(find "$work/corpus/dev" -name '*.flac' | head -n 1)
train=("$program" train --recipe reference --data "$work/corpus" --layers 2 --width 32 --heads 2
  --feed-forward 64 --token-count 40 --validate-utterances 4 --checkpoint-minutes 0)

echo "disks"
mkdir disk && mount -t tmpfs -o size=2m tmpfs disk
# Its threads fail one after the other, and the first may have room again when it asks.
expect 1 "left on" "$program" synthesize --hours 3 --splits train --output disk/corpus
claim "an unfinished corpus is gone" [ ! -e disk/corpus ]
dd if=/dev/zero of=disk/fill bs=4k 2>/dev/null
expect 1 "No space left on device" "$program" emissions "$wav" --output disk/x.safetensors
expect 1 "No space left on device" "${train[@]}" --output disk/run --steps 2
rm -rf disk/fill disk/run
mount -o remount,ro disk
expect 1 "disk" "$program" emissions "$wav" --output disk/x.safetensors
expect 1 "disk" "${train[@]}" --output disk/run --steps 2
umount disk

echo "devices and links"
expect 0 "" "$program" emissions "$wav" --output /dev/null
claim "/dev/null is a device" [ -c /dev/null ]
expect 1 "No space left on device" "$program" emissions "$wav" --output /dev/full

echo "surroundings"
mkdir bare && mount -t tmpfs tmpfs bare
expect 0 "" unshare -m sh -c 'mount --bind "$0/bare" /proc && "$1" transcribe "$2"' "$work" "$program" "$wav"
umount bare
expect 0 "" env -u HOME "$program" --frame 80x24
expect 0 "" env HOME=/nonexistent "$program" --frame 80x24
chmod -R a+rX "$work"
expect 0 "" setpriv --reuid 65534 --regid 65534 --clear-groups "$program" transcribe "$wav"
expect 1 "no permission to write" \
  setpriv --reuid 65534 --regid 65534 --clear-groups "$program" emissions "$wav" --output x.safetensors

echo "two runs to one output"
"${train[@]}" --output both --epochs 1000 >/dev/null 2>&1 &
first=$!
while [ ! -e both/checkpoint.safetensors ]; do sleep 0.1; done
expect 1 "process $first at work on it" "${train[@]}" --output both --epochs 1000 --resume
kill -9 $first
wait $first 2>/dev/null
expect 0 "stopped after step" "${train[@]}" --output both --epochs 1000 --resume --minutes 0

# killed NAME OUTPUT COMMAND...: at moments of the first two seconds; the last run ends, and nothing is left.
killed() {
  local name=$1 output=$2 child
  shift 2
  echo "$kills kills of $name"
  for _ in $(seq "$kills"); do
    "$@" >/dev/null 2>&1 </dev/null &
    child=$!
    sleep "$((RANDOM % 2)).$(printf %03d $((RANDOM % 1000)))"
    kill -9 $child 2>/dev/null
    wait $child 2>/dev/null
  done
  expect 0 "" "$@"
  claim "$name leaves nothing behind" empty "$output"
}

"${train[@]}" --output whole --steps 60 >/dev/null 2>&1 || exit 1
killed train parts bash -c '[ -e "$1/model.safetensors" ] && rm -rf "$1"; shift; exec "$@"' - parts \
  "${train[@]}" --output parts --steps 60 --resume
claim "a killed run computes what a whole one does" python3 - whole parts <<'END'
import sys
one, other = (open(f"{name}/model.safetensors", "rb").read() for name in sys.argv[1:])
size = lambda data: 8 + int.from_bytes(data[:8], "little")
sys.exit(one[size(one):] != other[size(other):])
END
killed sweep "$work" "$program" sweep --keep 2,6 --policy spread,first --data corpus --split dev --csv table.csv
killed synthesize spoken "$program" synthesize --hours 0.02 --splits train --force --output spoken

echo "$checks checks, $failures failed"
[ $failures -eq 0 ]
