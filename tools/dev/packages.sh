# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Debian packages and npm modules: installed when missing, never otherwise.

# Names of the packages of the given groups that are not installed.
missing_packages () {
  local package group command wanted=" $* " there
  there=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 2>/dev/null || true)
  while read -r package group command; do
    case $package in '' | \#*) continue ;; esac
    [[ $wanted == *" $group "* ]] || continue
    if [ -n "$command" ] && command -v "$command" >/dev/null; then continue; fi
    [[ $'\n'$there$'\n' == *$'\n'"$package installed"$'\n'* ]] || echo "$package"
  done <tools/packages.txt
}

as_root () {
  if [ "$(id -u)" = 0 ]; then "$@"; else
    command -v sudo >/dev/null || die "packages are missing and sudo is not there: as root, apt-get install $missing"
    sudo "$@"
  fi
}

install_packages () {
  local missing
  missing=$(missing_packages "$@" | tr '\n' ' ')
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null || die "this needs Debian 12 (no apt-get here); missing: $missing"
  say "Installing Debian packages: $missing"
  as_root apt-get update -q </dev/null
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    -o Dpkg::Use-Pty=0 $missing </dev/null
}

# npm_install FOLDER: npm ci, when the lock file is another than last time.
npm_install () {
  local folder=$1 stamp=$1/node_modules/.parlor-lock now
  now=$(fingerprint "$folder/package-lock.json")
  stamp_is "$stamp" "$now" && return 0
  say "Installing npm modules of $folder/"
  (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error </dev/null)
  echo "$now" >"$stamp"
}
