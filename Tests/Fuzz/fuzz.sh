#!/bin/bash
# Faulty copies of valid files through everything that reads bytes from outside, with the address
# sanitizer on: nothing may fall, hang, or take more time or memory than its size times a small factor.
#
#   Tests/Fuzz/fuzz.sh INPUTS [STREAM] [PARSER...]
#
# INPUTS: of all parsers together, shared out as `fuzz list` says. STREAM (1): another number, other
# copies. Prints inputs tried and faults found, parser by parser, and exits with status 1 where there was
# a fault. An input that did harm is left in .build-asan/faults as PARSER.STREAM-NUMBER; once it is
# mended it belongs into Tests/Fuzz/Findings. FUZZ_JOBS (one a processor): parsers at a time.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$root/.build-asan
faults=$build/faults
fuzz=$build/debug/fuzz

# One parser from input 0 to COUNT; after one that ends the process, from the next one on.
if [ "${1:-}" = --one ]; then
  parser=$2 stream=$3 count=$4 from=0 fallen=0
  # In memory, where there is such a place.
  scratch=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")" fuzz.XXXXXX)
  trap 'rm -rf "$scratch"' EXIT
  while [ "$from" -lt "$count" ]; do
    rm -rf "$scratch"/*
    "$fuzz" run "$parser" "$stream" "$from" "$count" "$scratch" "$faults" 2>"$scratch.err"
    status=$?
    [ $status -le 1 ] && break
    number=$(od -An -t d8 -N 8 "$scratch/number" 2>/dev/null | tr -d ' ')
    file=$faults/$parser.$stream-${number:-none}
    mv "$scratch.err" "$file.log"
    if [ -z "$number" ] || ! "$fuzz" write "$parser" "$stream" "$number" "$file"; then
      echo "FAULT $parser: status $status before its first input: $file.log"
      break
    fi
    reason=$(grep -m 1 -E 'Fatal error|Program crashed|ERROR' "$file.log")
    [ $status -eq 142 ] && reason="more than a minute"
    echo "FAULT $parser: status $status, $reason: $file"
    from=$((number + 1)) fallen=$((fallen + 1))
    [ $fallen -ge 20 ] && break
  done
  rm -f "$scratch.err"
  [ "$status" -eq 0 ] && [ $fallen -eq 0 ]
  exit
fi

inputs=${1:?how many inputs}
stream=${2:-1}
shift $(($# < 2 ? $# : 2))
swift build --package-path "$root" --scratch-path "$build" --sanitize address --product fuzz || exit 1
mkdir -p "$faults"
# What the Swift runtime keeps to the end of the process is no leak. Little is kept from being used again
# (quarantine): it would be counted as memory that an input took.
options=detect_leaks=0:exitcode=99:hard_rss_limit_mb=4000
export ASAN_OPTIONS=$options:quarantine_size_mb=1:thread_local_quarantine_size_kb=64
list=$("$fuzz" list) || exit 1
if [ $# -gt 0 ]; then list=$(echo "$list" | grep -E "^($(IFS='|'; echo "$*")) "); fi
[ -n "$list" ] || { echo "no parser of that name"; exit 2; }
total=$(echo "$list" | awk '{ sum += $2 } END { print sum }')
echo "$list" | while read -r parser share; do
  echo "$parser $stream $((inputs * share / total + 1))"
done | xargs -P "${FUZZ_JOBS:-$(nproc)}" -L 1 "$0" --one
status=$?
echo "$inputs inputs of stream $stream: $([ $status -eq 0 ] && echo "no faults" || echo "FAULTS, in $faults")"
[ $status -eq 0 ]
