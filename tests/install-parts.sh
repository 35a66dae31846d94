#!/bin/sh
# The parts of tests and benchmarks that pip cannot bring: Chromium, LibreOffice, wrk.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="chromium"
command -v soffice >/dev/null 2>&1 || missing="$missing libreoffice-impress-nogui libreoffice-writer-nogui libreoffice-calc-nogui"
command -v wrk >/dev/null 2>&1 || missing="$missing wrk"
[ -z "$missing" ] && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "== installing $missing"
  apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing fonts-dejavu-core >/dev/null
else
  echo "Missing for the whole test run: $missing. Install them with your system's package manager." >&2
  [ "${CI:-}" = "true" ] && exit 1
  exit 0
fi
