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

# What people see behind bad networks, as docs/quality.md: [--virtual | --layers] [--seeds N] [--short].
command_quality () {
  install_packages build test
  build_native build
  build_web
  npm_install tests/e2e
  node tests/e2e/quality.mjs "$@" </dev/null
}

command_soak () {
  local failed=0
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
  say "Waiting times at the goals, 30 runs in each browser"
  node tests/e2e/run.mjs --long --only moments-long </dev/null || failed=1
  say "Bad networks, the long forms"
  node tests/e2e/run.mjs --long --only quality </dev/null || failed=1
  [ "$failed" = 0 ] || die "soak: something failed"
  say "soak: everything held"
}
