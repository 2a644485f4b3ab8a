# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The long forms: each fuzz target really searching, every browser scenario against the sanitized daemon.

# FUZZ_SECONDS a target (60). A crash leaves its input in build/results/fuzz/ and ends the run as a failure.
soak_fuzz () {
  local target name failed=0
  say "Fuzzing, ${FUZZ_SECONDS:-60} s a target"
  CC=clang build_native build-fuzz -Dfuzz=true "${SANITIZE[@]}"
  mkdir -p "$RESULTS/fuzz"
  for target in build-fuzz/tests/fuzz/fuzz-*; do
    if [ ! -f "$target" ] || [ ! -x "$target" ]; then continue; fi
    name=$(basename "$target")
    mkdir -p "build-fuzz/corpus/$name"
    if "$target" -max_total_time="${FUZZ_SECONDS:-60}" -print_final_stats=1 -artifact_prefix="$RESULTS/fuzz/$name-" \
      "build-fuzz/corpus/$name" "tests/fuzz/corpus/${name#fuzz-}" >"$RESULTS/fuzz/$name.log" 2>&1; then
      note "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$RESULTS/fuzz/$name.log") inputs, clean"
    else
      note "$name: FAILED, see $RESULTS/fuzz/$name.log"
      failed=1
    fi
  done
  return "$failed"
}

# Whatever starts threads of its own, under ThreadSanitizer: [TESTS…], all of these without. Left out: what hashes passwords or starts PostgreSQL (minutes
# there, and its waits end), and the sandbox's (no memory is left for the sanitizer).
command_tsan () {
  local -a tests=("$@")
  local failed=0
  install_packages build test
  [ -f build-tsan/build.ninja ] || quietly build-tsan-setup.log meson setup build-tsan -Db_sanitize=thread -Db_lundef=false -Doptimization=1 -Dc_args=-g1
  say "Building build-tsan/"
  quietly build-tsan/compile.log ninja -C build-tsan
  [ ${#tests[@]} -gt 0 ] || mapfile -t tests < <(meson test -C build-tsan --list 2>/dev/null \
    | sed -nE 's/^.* ((elements|media|hooks|http|signal|record)-[^ ]*|store-sqlite|app-(log|pictures|erase|wire[^ ]*))$/\1/p' | grep -vE '^(record-sandbox|hooks-module|http-signin)$')
  mkdir -p "$RESULTS"
  thread_sanitizer_environment meson test -C build-tsan --no-rebuild --num-processes 1 --timeout-multiplier 10 --logbase tsan "${tests[@]}" || failed=1
  grep -h '^SUMMARY: ThreadSanitizer' build-tsan/meson-logs/tsan.txt | sort | uniq -c || true
  [ "$failed" = 0 ] || die "tsan: see build-tsan/meson-logs/tsan.txt"
}

# GLib is not built with it: tests/tsan/ says what its locks do. The sanitizer comes first, or it sees no allocation of the libraries.
thread_sanitizer_environment () {
  G_SLICE=always-malloc TSAN_OPTIONS="halt_on_error=0:exitcode=66:second_deadlock_stack=1:history_size=4:suppressions=$PWD/tests/tsan/suppressions" \
    LD_PRELOAD="$("${CC:-cc}" -print-file-name=libtsan.so) $PWD/build-tsan/tests/tsan/libglib-locks.so" "$@"
}

# Lines and branches of the parsers of remote bytes that their tests and the fuzzers' seeds run: [--missing].
command_coverage () {
  local fuzzed='(demux|framing|rtp_\w+|dependency_descriptor|rt(x|cp_\w+)|red|vp[89]|h264|av1|nack_ring|munger|ice_candidate|twcc_bwe|sdp_\w+|stun)'
  local -a programs tests
  install_packages build test
  [ -f build-coverage/build.ninja ] || quietly build-coverage-setup.log meson setup build-coverage -Db_coverage=true -Doptimization=0
  mapfile -t programs < <(ninja -C build-coverage -t targets all | sed -nE "s/^(tests\/((proto|ice)\/[^:]*|fuzz\/replay-$fuzzed)): c_LINKER$/\1/p")
  mapfile -t tests < <(meson test -C build-coverage --list 2>/dev/null | sed -nE "s/^.* ((proto|ice)-[^ ]*|fuzz-$fuzzed)$/\1/p")
  quietly build-coverage/compile.log ninja -C build-coverage "${programs[@]}"
  find build-coverage -name '*.gcda' -delete
  quietly build-coverage/tests.log meson test -C build-coverage --no-rebuild "${tests[@]}"
  python3 tools/dev/coverage.py build-coverage "$@"
}

# What people see behind bad networks, as docs/quality.md: [--virtual | --layers] [--seeds N] [--short].
command_quality () {
  install_packages build test
  build_native build
  build_web
  npm_install tests/e2e
  node tests/e2e/quality.mjs "$@" </dev/null
}

command_soak () {
  local failed=0 kind
  install_packages build test
  mkdir -p "$RESULTS"
  soak_fuzz || failed=1
  build_native build
  npm_install tests/integrator
  node tests/integrator/run.mjs --long --once </dev/null || failed=1
  say "Every function to the depth that clang-tidy can"
  PARLOR_TIDY_DEEP=1 python3 tests/style/check_tidy.py . build || failed=1
  build_native build-asan "${SANITIZED[@]}"
  say "Recorder and composer under the sanitizers"
  sanitizer_environment meson test -C build-asan --no-rebuild --suite process --timeout-multiplier 4 || failed=1
  build_web
  npm_install tests/e2e
  say "Every browser scenario against the sanitized daemon"
  sanitizer_environment node tests/e2e/run.mjs --server build-asan/src/parlord --label sanitized </dev/null || failed=1
  say "Recordings: 100 kills of the recorder and of the server"
  python3 tests/app/test_record_kills.py build/src/parlord build/tools/load/parlor-load build/tools/parlorctl/parlorctl 100 7 </dev/null || failed=1
  python3 tests/app/test_record_kills.py build/src/parlord build/tools/load/parlor-load build/tools/parlorctl/parlorctl 100 8 enciphered </dev/null || failed=1
  python3 tests/app/test_record_kills.py build/src/parlord build/tools/load/parlor-load build/tools/parlorctl/parlorctl 100 9 four </dev/null || failed=1
  say "The n-th call that fails, in meetings that are recorded"
  python3 tests/app/test_nth.py build/src/parlord build/tools/load/parlor-load build/tools/parlorctl/parlorctl build/tests/app/libnth-fault.so 20 </dev/null || failed=1
  say "A minute of strangers at the goals"
  python3 tests/app/test_strangers.py build/src/parlord build/tools/load/parlor-load 60 goals </dev/null || failed=1
  say "Half a minute without a database, half a minute of 500 joins a second"
  for kind in sqlite postgres; do python3 tests/app/test_locked.py build/src/parlord build/tools/load/parlor-load "$kind" 30 </dev/null || failed=1; done
  python3 tests/app/test_joins.py build/src/parlord build/tools/load/parlor-load tests/data 30 </dev/null || failed=1
  say "Parsers to the line, threads to the access"
  (command_coverage) || failed=1
  (command_tsan) || failed=1
  say "Waiting times at the goals, 30 runs in each browser"
  node tests/e2e/run.mjs --long --only moments-long </dev/null || failed=1
  say "SIGKILL under twenty clients"
  python3 tests/app/test_killed.py build/src/parlord build/tools/load/parlor-load 10 goals </dev/null || failed=1
  node tests/e2e/run.mjs --long --only killed-twenty </dev/null || failed=1
  say "Bad networks, the long forms"
  node tests/e2e/run.mjs --long --only quality </dev/null || failed=1
  [ "$failed" = 0 ] || die "soak: something failed"
  say "soak: everything held"
}
