# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# All suites, one table, one closing line. Each suite writes build/results/NAME.tsv: outcome, test, why.

SUITES=(unit web integrator sanitized style e2e)
RESULTS=build/results

meson_run () { # FOLDER NAME [meson test arguments…]
  local folder=$1 name=$2; shift 2
  rm -f "$folder/meson-logs/$name.json" "$folder/meson-logs/$name.junit.xml"
  meson test -C "$folder" --no-rebuild --logbase "$name" "$@" >"$RESULTS/$name.log" 2>&1 </dev/null
}

meson_results () { # FOLDER NAME [meson test arguments…]
  local folder=$1 name=$2 status=0; shift 2
  local -a replayed=()
  # One more than there are cores: a third of the programs wait for clocks and processes most of the time.
  meson_run "$folder" "$name" --num-processes "$(($(nproc) + 1))" "$@" || status=$?
  [ "$status" = 0 ] || [ "$name" = style ] || once_more "$folder" "$name" "$@"
  python3 tools/dev/results.py junit "$folder/meson-logs/$name.junit.xml" ${replayed[@]+"${replayed[@]}"} >>"$RESULTS/$name.tsv" \
    || printf 'fail\tmeson test\tno results (exit %s), see %s\n' "$status" "$RESULTS/$name.log" >>"$RESULTS/$name.tsv"
}

# A program that failed by a check or by time beside others is played once more, alone, and said so: what is broken fails twice.
# What a sanitizer found stays found.
once_more () { # FOLDER NAME [meson test arguments…], fills `replayed`
  local folder=$1 name=$2; shift 2
  mapfile -t replayed < <(python3 tools/dev/results.py once-more "$folder/meson-logs/$name.json" | sed '/^$/d')
  [ ${#replayed[@]} -gt 0 ] || return 0
  echo "    again ${replayed[*]}"
  meson_run "$folder" "$name-again" --num-processes 1 "$@" "${replayed[@]}" || true
  python3 tools/dev/results.py junit "$folder/meson-logs/$name-again.junit.xml" >>"$RESULTS/$name.tsv" || replayed=()
}

suite_unit () {
  build_native build
  meson_results build unit --no-suite style
}

SANITIZE=('-Db_sanitize=address,undefined' -Db_lundef=false)
# A sanitizer finds the same in code that is optimised less and says the same lines with less debugging information; it is built in 60 % of the time.
SANITIZED=("${SANITIZE[@]}" -Doptimization=1 -Dc_args=-g1)

sanitizer_environment () {
  ASAN_OPTIONS=detect_stack_use_after_return=1:abort_on_error=0${WHOLE_STACKS:+:fast_unwind_on_malloc=0} \
    LSAN_OPTIONS=suppressions=$PWD/tests/data/lsan.supp:print_suppressions=0 \
    UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 "$@"
}

# The sanitized build, and then clang-tidy, are made by what the suites before them leave of the cores (decision 0158): in time that nobody else wants,
# so nothing waits for them. What fails here fails again in its own suite, where it is told. Their shell ends after ninja and the compilers and not before, so that no two builds are in one folder.
AHEAD= # its shell; not local, since the trap below runs after functions are left
begin_ahead () { # COMMAND…
  local -a idle=(nice -n 19)
  if chrt --idle 0 true 2>/dev/null; then idle=(chrt --idle 0); fi
  # shellcheck disable=SC2016
  setsid "${idle[@]}" bash -c 'set -euo pipefail; trap "exit 1" TERM; for part in common packages build test; do . "tools/dev/$part.sh"; done; for step; do "$step"; done' - "$@" \
    >>"$RESULTS/ahead.log" 2>&1 </dev/null &
  AHEAD=$!
  trap end_ahead EXIT
}

ahead_sanitized () {
  build_native build-asan "${SANITIZED[@]}"
}

# What was clean is remembered (tests/style/check_tidy.py).
ahead_tidy () {
  python3 tests/style/check_tidy.py "$PWD" "$PWD/build" >/dev/null
}

# What is not done by then is gone on with in the suite itself: where others have the cores, idle time may never come.
end_ahead () {
  trap - EXIT
  [ -n "${AHEAD:-}" ] || return 0
  kill -- "-$AHEAD" 2>/dev/null || true
  wait "$AHEAD" 2>/dev/null || true
  AHEAD=
}

# The same under AddressSanitizer and UndefinedBehaviorSanitizer, but for what takes minutes there (./dev soak).
suite_sanitized () {
  build_native build-asan "${SANITIZED[@]}"
  sanitizer_environment meson_results build-asan sanitized --no-suite style --no-suite process --timeout-multiplier 4
}

suite_style () {
  build_native build
  meson_results build style --suite style --timeout-multiplier 2
}

web_step () { # NAME COMMAND…
  local name=$1; shift
  if (cd web && "$@" </dev/null) >"$RESULTS/web-$name.log" 2>&1; then
    printf 'pass\tweb %s\t\n' "$name" >>"$RESULTS/web.tsv"
  else
    printf 'fail\tweb %s\tsee %s\n' "$name" "$RESULTS/web-$name.log" >>"$RESULTS/web.tsv"
  fi
}

suite_web () {
  [ -f web/package-lock.json ] || return 0
  build_web
  # Of one thread each, so beside the tests.
  (web_step lint npm run --silent lint; web_step format npm run --silent format:check; web_step size npm run --silent size) &
  local beside=$!
  (cd web && npx --no-install vitest run --reporter=json --outputFile="$PWD/../$RESULTS/vitest.json" </dev/null) \
    >"$RESULTS/web-vitest.log" 2>&1 || true
  wait "$beside" || printf 'fail\tweb lint, format and size\tbroke off\n' >>"$RESULTS/web.tsv"
  python3 tools/dev/results.py vitest "$RESULTS/vitest.json" >>"$RESULTS/web.tsv" \
    || printf 'fail\tvitest\tno results, see %s\n' "$RESULTS/web-vitest.log" >>"$RESULTS/web.tsv"
}

# What somebody does who connects a system of his own, against the real daemon.
suite_integrator () {
  build_native build
  npm_install tests/integrator
  local status=0
  node tests/integrator/run.mjs --jobs 2 --results "$RESULTS/integrator.tsv" </dev/null || status=$?
  case $status in
    0 | 3) ;;
    *) printf 'fail\tintegrator\tthe runner broke off with %s\n' "$status" >>"$RESULTS/integrator.tsv" ;;
  esac
}

# A runner that breaks off is a failure, not a suite with fewer tests.
scenarios () { # arguments of run.mjs
  local status=0
  node tests/e2e/run.mjs --results "$RESULTS/e2e.tsv" "$@" </dev/null || status=$?
  case $status in
    0 | 3) ;;
    *) printf 'fail\te2e %s\tthe runner broke off with %s\n' "$*" "$status" >>"$RESULTS/e2e.tsv" ;;
  esac
}

suite_e2e () {
  build_native build
  build_web
  npm_install tests/e2e
  if [ -n "${TEST_WORD:-}" ]; then scenarios --only "$TEST_WORD"; return; fi
  scenarios --part alone
  local claims
  claims=$(mktemp -d)
  scenarios --part beside --claims "$claims" &
  scenarios --part beside --claims "$claims" &
  wait
  rm -r "$claims"
  # One pair of browsers against the sanitized daemon; it loads GStreamer's plugins (tests/meson.build, `whole_stacks`).
  build_native build-asan "${SANITIZED[@]}"
  WHOLE_STACKS=1 sanitizer_environment scenarios --only two-people --label sanitized --server build-asan/src/parlord
}

run_suite () { # NAME
  local name=$1 began=$SECONDS
  rm -f "$RESULTS/$name.tsv"
  say "Suite $name"
  # A suite that breaks (does not even build) is a failure with a name, and the others still run.
  if ! bash -c 'set -euo pipefail; . tools/dev/common.sh; . tools/dev/packages.sh; . tools/dev/build.sh; . tools/dev/test.sh; "suite_$1"' - "$name"; then
    printf 'fail\tsuite %s\tbroke off\n' "$name" >>"$RESULTS/$name.tsv"
  fi
  echo "$((SECONDS - began))" >"$RESULTS/$name.seconds"
  [ -s "$RESULTS/$name.tsv" ] || printf 'fail\tsuite %s\tran no test\n' "$name" >>"$RESULTS/$name.tsv"
  python3 tools/dev/results.py line "$RESULTS" "$name"
}

# Suites whose name contains WORD; when there is none, WORD is looked for in the scenarios of e2e.
chosen_suites () {
  local suite found=
  for suite in "${SUITES[@]}"; do
    if [[ -z ${1:-} || $suite == *"$1"* ]]; then echo "$suite"; found=1; fi
  done
  [ -n "$found" ] || echo e2e
}

command_test () {
  if [ "${1:-}" = --list ]; then printf '%s\n' "${SUITES[@]}"; return; fi
  local -a chosen
  mapfile -t chosen < <(chosen_suites "${1:-}")
  if [[ -n ${1:-} && ${chosen[*]} == e2e && e2e != *"$1"* ]]; then export TEST_WORD=$1; fi
  install_packages build test
  mkdir -p "$RESULTS"
  rm -f "$RESULTS"/*.tsv "$RESULTS"/*.seconds
  local suite
  for suite in "${chosen[@]}"; do
    if [ ${#chosen[@]} = ${#SUITES[@]} ]; then
      case $suite in
        web) begin_ahead ahead_sanitized ahead_tidy ;;
        sanitized) end_ahead; begin_ahead ahead_tidy ;;
        style) end_ahead ;;
      esac
    fi
    run_suite "$suite"
  done
  python3 tools/dev/results.py report "$RESULTS" "${chosen[@]}"
}
