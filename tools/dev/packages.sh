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

NO_NETWORK="if a name could not be resolved or a server not be reached, there is no way to Debian's packages from here: see to the network, or to the proxy (http_proxy, /etc/apt/apt.conf.d)."

as_root () {
  if [ "$(id -u)" = 0 ]; then "$@"; else
    command -v sudo >/dev/null || die "packages are missing, you are not root, and there is no sudo. As root: apt-get install --no-install-recommends $missing"
    sudo true || die "packages are missing, and sudo does not let you install them. Somebody who may: apt-get install --no-install-recommends $missing"
    sudo "$@"
  fi
}

# What the packages are called is known of Debian 12 alone.
note_release () {
  local name
  name=$(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-} ${PRETTY_NAME:-}") || true
  [[ $name == bookworm\ * ]] || note "Made and tried on Debian 12 (bookworm); this is ${name#* }. Packages may be named otherwise here."
}

install_packages () {
  local missing
  missing=$(missing_packages "$@" | tr '\n' ' ')
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null || die "this needs Debian 12 (no apt-get here); missing: $missing"
  note_release
  say "Installing Debian packages: $missing"
  as_root apt-get update -q </dev/null || die "apt-get update failed: $NO_NETWORK"
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    -o Dpkg::Use-Pty=0 $missing </dev/null || die "apt-get could not install them: $NO_NETWORK Then the same command again goes on."
}

# npm_install FOLDER: npm ci, when the lock file is another than last time.
npm_install () {
  local folder=$1 stamp=$1/node_modules/.parlor-lock now
  now=$(fingerprint "$folder/package-lock.json")
  stamp_is "$stamp" "$now" && return 0
  say "Installing npm modules of $folder/"
  (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error </dev/null) \
    || die "npm could not install them from $(npm config get registry): see to the network, or to the proxy (npm config set proxy). Then the same command again goes on."
  echo "$now" >"$stamp"
}
