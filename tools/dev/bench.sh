# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Measurements, not tests: nothing here passes or fails.

command_bench () {
  install_packages build test bench
  build_native build
  say "CPU per forwarded packet, one sender over loopback, beside the floor of this run"
  python3 tests/bench/forwarding.py "$@"
  say "Instructions of the router, beside those recorded"
  python3 tests/bench/instructions.py || true
  say "Room shapes, beside Janus: docs/performance.md"
  python3 tests/bench/compare.py --markdown docs/performance.md
  say "The limits, table by table: docs/performance.md"
  python3 tests/bench/limits.py --markdown docs/performance.md
  say "Where the time goes, by symbol: docs/performance.md"
  python3 tests/bench/where.py --markdown docs/performance.md || say "perf is not there, or may not sample the kernel"
  say "Ciphers"
  build/tests/bench/bench-crypto
  say "What is promised of large rooms: docs/large-rooms.md"
  python3 tests/bench/promises.py --markdown docs/large-rooms.md || true
  say "Recording: docs/performance.md"
  python3 tests/bench/recording.py --markdown docs/performance.md
  say "Off loopback: the floor alone, beside the table that the design was made from"
  build/tests/bench/floor --mode off-loopback --receivers 100
  say "Waiting times in the page, 30 runs in each browser"
  build_web
  npm_install tests/e2e
  node tests/e2e/run.mjs --long --only moments-long </dev/null || true
}
