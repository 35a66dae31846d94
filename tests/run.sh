#!/bin/sh
# Runs pytest with its files in memory where there is room: a thousand databases are made and thrown
# away, and a disk would be most of the time. What is said of disks is measured by the benchmarks.
set -eu
python="$1"
shift
room_kb=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
if [ "${room_kb:-0}" -gt 6000000 ] && [ -w /dev/shm ]; then
  TMPDIR=$(mktemp -d /dev/shm/contentlib-tests.XXXXXX)
  chmod 755 "$TMPDIR" # PostgreSQL runs as a user of its own
  export TMPDIR
  trap 'rm -rf "$TMPDIR"' EXIT INT TERM
fi
"$python" -m pytest "$@"
