#!/bin/bash
# The tests under the address or the thread sanitizer, in a build of its own.
#
#   Tests/Sanitizers/run.sh address|thread [FILTER]
#
# All but those that drive the terminal or need a quiet machine; with a FILTER, as `swift test --filter`
# has it, those that match. Exits with status 1 where a test failed or the sanitizer found something.
# The first build takes a quarter of an hour on 2 cores.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
case ${1:-} in
  address) build=$root/.build-asan ;;
  thread) build=$root/.build-tsan ;;
  *) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
options=(--package-path "$root" --scratch-path "$build" --sanitize "$1")
swift build "${options[@]}" --build-tests || exit 1
log=$build/sanitizer
rm -f "$log".*
if [ "$1" = address ]; then
  # What the Swift runtime keeps to the end of the process is no leak.
  export ASAN_OPTIONS="detect_leaks=0:log_path=$log"
  preload=""
else
  preload=$build/mutex.so
  clang -shared -fPIC -O1 -Wall "$root/Tests/Sanitizers/mutex.c" -o "$preload" -ldl || exit 1
  # Programs that tests start, and that are built like them, are looked at too.
  export TSAN_OPTIONS="log_path=$log"
fi
tests=(--skip 'EndToEnd|Timing')
[ -n "${2:-}" ] && tests+=(--filter "$2")
LD_PRELOAD=$preload swift test "${options[@]}" --skip-build "${tests[@]}"
status=$?
# One file a process that had something to say.
reports=$(cat "$log".* 2>/dev/null | grep '^SUMMARY' | sort | uniq -c | sort -rn)
if [ -n "$reports" ]; then
  echo "$reports"
  echo "FOUND: see $log.*"
  exit 1
fi
[ $status -eq 0 ] && echo "the $1 sanitizer found nothing"
exit $status
