# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Building: the daemon and tools by meson, the pages by Vite.

# What runs, of a folder that is configured: less than half of what the tests make it.
programs_of () { ninja -C "$1" -t targets all | sed -nE 's/^((src|plugins|tools)\/[^:]*): c_LINKER$/\1/p'; }

# build_native FOLDER [meson options…]. With ONLY_PROGRAMS, no tests.
build_native () {
  local folder=$1 listed reconfigure=; shift
  local -a parts=()
  # meson.build picks folders and optional libraries up when they exist, which ninja cannot see: new ones mean configuring again.
  listed=$( (find . -name meson.build -not -path '*/node_modules/*' | sort; missing_packages build test) | sha256sum)
  # meson writes both last; without one of them it was ended at it, and would say for ever that all is configured, or that nothing is.
  if [ -f "$folder/build.ninja" ] && [ -f "$folder/meson-private/cmd_line.txt" ]; then reconfigure=--reconfigure; else rm -rf "$folder/meson-private" "$folder/build.ninja"; fi
  if [ -z "$reconfigure" ] || ! stamp_is "$folder/.parlor-folders" "$listed"; then
    say "Configuring $folder/"
    # Of binutils too, and links in half the time.
    if [ -z "${CC_LD:-}" ] && command -v ld.gold >/dev/null; then export CC_LD=gold; fi
    quietly "$folder-setup.log" meson setup $reconfigure "$folder" "$@"
    echo "$listed" >"$folder/.parlor-folders"
  fi
  say "Building $folder/"
  [ -z "${ONLY_PROGRAMS:-}" ] || mapfile -t parts < <(programs_of "$folder")
  if [ -t 1 ]; then ninja -C "$folder" ${parts[@]+"${parts[@]}"}; else quietly "$folder/compile.log" ninja -C "$folder" ${parts[@]+"${parts[@]}"}; fi
}

web_sources () { find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print | sort; }

build_web () {
  local now
  [ -f web/package-lock.json ] || return 0
  npm_install web
  mapfile -t files < <(web_sources)
  now=$(fingerprint "${files[@]}")
  stamp_is web/dist/.parlor-sources "$now" && return 0
  say "Building the pages (web/dist/)"
  (cd web && quietly ../build/web.log npm run --silent build)
  echo "$now" >web/dist/.parlor-sources
}

build_all () {
  install_packages build
  build_native build
  build_web
}

build_programs () { ONLY_PROGRAMS=1 build_all; }
