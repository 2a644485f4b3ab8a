#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The README on a machine that has none of it: a bare Debian 12 in a folder, and in it, as root or as a person with sudo, a clean clone of
# this commit, `./dev run`, two people who meet there, `./dev run` again, then `./dev test` of the words given. Prints how long each step took.
# Needs root, debootstrap, 4 GB of disk, the package registries; for the two people also this machine's Chromium and tests/e2e/node_modules. Mounts and processes live in namespaces of their own, so nothing of them is left behind.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

usage () {
  cat <<'END'
usage: tools/fresh.sh [--user] [--keep] [--in FOLDER] [WORD…]

  --user       as a person who has sudo, not as root
  --keep       leave the folder, and go on in it next time
  --in FOLDER  where (a temporary folder otherwise)
  WORD…        ./dev test WORD for each, after the demo (unit)
END
}

die () { echo "fresh: $*" >&2; exit 1; }

user=root keep='' folder=''
words=()
while [ $# -gt 0 ]; do
  case $1 in
    --user) user=newcomer ;;
    --keep) keep=1 ;;
    --in) folder=${2:?}; shift ;;
    -h | --help) usage; exit ;;
    -*) usage >&2; exit 2 ;;
    *) words+=("$1") ;;
  esac
  shift
done
[ ${#words[@]} -gt 0 ] || words=(unit)
[ "$(id -u)" = 0 ] || die "needs root (chroot)"
command -v debootstrap >/dev/null || die "needs debootstrap: apt-get install debootstrap"
[ -n "$folder" ] || folder=$(mktemp -d)
mkdir -p "$folder"
folder=$(readlink -f "$folder")

step () { # WHAT COMMAND…
  local what=$1 began=$SECONDS status=0; shift
  "$@" || status=$?
  printf 'fresh: %4d s  %s%s\n' "$((SECONDS - began))" "$what" "$([ "$status" = 0 ] || echo " FAILED ($status)")"
  return "$status"
}

# In a namespace of mounts and of processes: what is started there ends with it.
inside () { # USER COMMAND
  unshare --mount --pid --fork --kill-child bash -c '
    set -e
    mount --make-rprivate /
    mount -t proc proc "$0/proc"
    mount --rbind /sys "$0/sys"
    mount --rbind /dev "$0/dev"
    exec chroot "$0" /usr/bin/env -i HOME="$3" USER="$1" TERM="${TERM:-dumb}" LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      setpriv --reuid "$1" --regid "$1" --init-groups bash -c "cd; set -a; . /etc/fresh-registries; set +a; $2"' \
    "$folder" "$1" "$2" "$([ "$1" = root ] && echo /root || echo "/srv/$1")" </dev/null
}

# How this machine reaches its registries is no business of the README: proxies, certificates, mirrors are taken over.
registries () {
  local file name
  cp /etc/resolv.conf /etc/hosts "$folder/etc/"
  # As the installer of Debian writes it; sudo looks for it.
  grep -qw "$(hostname)" "$folder/etc/hosts" || printf '127.0.1.1\t%s\n' "$(hostname)" >>"$folder/etc/hosts"
  grep -lsiE 'acquire::.*(proxy|verify|ca(info|path))' /etc/apt/apt.conf /etc/apt/apt.conf.d/* | while read -r file; do
    cp "$file" "$folder/etc/apt/apt.conf.d/"
  done
  mirror_of_security >"$folder/etc/apt/sources.list.d/security.list"
  : >"$folder/etc/fresh-registries"
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    [ -z "${!name:-}" ] || printf '%s=%q\n' "$name" "${!name}" >>"$folder/etc/fresh-registries"
  done
  file=${NODE_EXTRA_CA_CERTS:-}
  if [ -n "$file" ] && [ -f "$file" ]; then
    cp "$file" "$folder/etc/fresh-authorities.pem"
    printf '%s=/etc/fresh-authorities.pem\n' NODE_EXTRA_CA_CERTS npm_config_cafile >>"$folder/etc/fresh-registries"
  fi
  if command -v npm >/dev/null; then
    printf 'npm_config_registry=%q\n' "$(npm config get registry)" >>"$folder/etc/fresh-registries"
  fi
}

mirror_of_security () {
  printf 'deb %s bookworm-updates main\n' "$mirror"
  printf 'deb %s bookworm-security main\n' "${mirror%/debian*}/debian-security"
}

mirror=${MIRROR:-http://deb.debian.org/debian}

bare () {
  debootstrap --variant=minbase bookworm "$folder" "$mirror" >"$folder.log" 2>&1 || { tail -n 20 "$folder.log" >&2; return 1; }
  registries
  # The line that README asks for.
  inside root 'apt-get update -q >/dev/null && apt-get install -y -q --no-install-recommends git ca-certificates >/dev/null 2>&1'
}

person () {
  inside root "apt-get install -y -q --no-install-recommends sudo >/dev/null 2>&1; useradd --create-home --home-dir /srv/$user --shell /bin/bash $user
    echo '$user ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/$user"
}

clone () {
  git bundle create -q "$folder/parlor.bundle" HEAD
  inside "$user" 'rm -rf parlor && git clone -q /parlor.bundle parlor 2>/dev/null'
}

free_port () { python3 -c 'import socket; s = socket.socket (); s.bind (("127.0.0.1", 0)); print (s.getsockname ()[1])'; }

# What `inside` started in the background: with the first process of a namespace all of it ends. (--kill-child is undone by setpriv.)
end () { # PID
  local unshare
  unshare=$(pgrep -P "$1" -x unshare) && pkill -KILL -P "$unshare" || true
  wait "$1" 2>/dev/null || true
}

# Two windows of this machine's browser; its packages are no part of what the README's first command installs.
meet () { # URL
  if [ -d tests/e2e/node_modules ]; then node tests/e2e/meet.mjs "$1" "$folder.png"; else
    echo "fresh: nobody met there: tests/e2e/node_modules is missing here (npm --prefix tests/e2e ci)"
  fi
}

# Until the demo answers; then the first page is asked for, two people meet where that is wanted, and the demo is ended.
demo () { # [meet]
  local http udp admin running began=$SECONDS
  http=$(free_port) udp=$(free_port) admin=$(free_port)
  inside "$user" "cd parlor && ./dev run --http-port $http --udp-port $udp --admin-port $admin" >>"$folder/demo.log" 2>&1 &
  running=$!
  until curl -fs "http://127.0.0.1:$admin/readyz" >/dev/null; do
    kill -0 "$running" 2>/dev/null || { tail -n 40 "$folder/demo.log" >&2; return 1; }
    sleep 0.5
  done
  echo "fresh: $((SECONDS - began)) s until it answered"
  curl -fs "http://127.0.0.1:$http/" | grep -q '<title>Parlor' || { echo "fresh: no page on /" >&2; end "$running"; return 1; }
  if [ -n "${1:-}" ]; then "$1" "http://127.0.0.1:$http" || { echo "fresh: they did not meet" >&2; end "$running"; return 1; }; fi
  end "$running"
}

played () { inside "$user" "cd parlor && ./dev test $1"; }

if [ ! -x "$folder/bin/sh" ]; then step "a bare Debian 12, git" bare; fi
if [ "$user" != root ] && ! grep -q "^$user:" "$folder/etc/passwd"; then step "a person with sudo" person; fi
step "clean clone" clone
step "./dev run, until it answers and two people met" demo meet
step "./dev run again" demo
for word in "${words[@]}"; do step "./dev test $word" played "$word"; done
if [ -z "$keep" ]; then rm -rf "$folder" "$folder.log"; else echo "fresh: kept in $folder"; fi
