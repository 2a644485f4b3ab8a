# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Serving: the demo on this computer, or HTTPS for the network it is in.

DAEMON=build/src/parlord

command_run () {
  build_all
  [ -x "$DAEMON" ] || die "$DAEMON was not built"
  say "Parlor on http://127.0.0.1:${PARLOR_HTTP_PORT:-8080} (Ctrl-C ends it)"
  exec "$DAEMON" --demo "$@"
}

command_bench () { die "no benchmark yet"; }
command_soak () { die "no soak yet"; }
