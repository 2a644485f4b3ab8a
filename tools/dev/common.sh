# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Words on the screen, and small things that the other parts share.

say () { printf '\033[1m==>\033[0m %s\n' "$*"; }
note () { printf '    %s\n' "$*"; }
die () { printf 'dev: %s\n' "$*" >&2; exit 1; }

# Runs a command in silence with its output in a log; shows the log's end when it fails.
quietly () {
  local log=$1; shift
  mkdir -p "$(dirname "$log")"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 40 "$log" >&2
    die "failed: $* (all of it: $log)"
  fi
}

# A colour escape has no place in a log file.
if [ ! -t 1 ]; then
  say () { printf '==> %s\n' "$*"; }
fi

# The hash of a set of files (names and contents), to see whether work has to be done again.
fingerprint () { cat /dev/null "$@" 2>/dev/null | sha256sum | cut -d' ' -f1; }

# stamp_is FILE VALUE: whether the stamp holds that value.
stamp_is () { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

jobs_here () { nproc; }
