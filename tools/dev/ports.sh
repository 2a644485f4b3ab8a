# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Whether the demo will find its ports, before anything is installed or built for it.

# Whether something listens on a port of this computer: tcp or udp, of either family, by /proc alone.
port_taken () { # tcp|udp PORT
  local state=0A hex
  [ "$1" = tcp ] || state=07
  printf -v hex '%04X' "$2"
  cat "/proc/net/$1" "/proc/net/${1}6" 2>/dev/null | awk -v port=":$hex" -v state="$state" \
    'substr ($2, length ($2) - 4) == port && $4 == state { found = 1 } END { exit !found }'
}

# Whether what listens there is a Parlor.
is_parlor () { # PORT
  local said=
  exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf 'GET /v1/config HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$1" >&3
  said=$(timeout 2 cat <&3) || true
  exec 3>&-
  [[ $said == *'"anyone_may_start"'* ]]
} 2>/dev/null

# Says of a flag's port that it is taken, and what to do.
check_port () { # FLAG tcp|udp PORT
  local next=$(($3 + 1))
  [ "$3" != 0 ] && port_taken "$2" "$3" || return 0
  if [ "$1" = --http-port ] && is_parlor "$3"; then
    die "Parlor runs already: open http://127.0.0.1:$3, or end it first (another one beside it needs $1, --udp-port, --admin-port and --data-dir of its own)"
  fi
  while port_taken "$2" "$next"; do next=$((next + 1)); done
  die "port $3 ($2) is taken by another program: end that one, or choose another, say: ./dev run $1 $next"
}

check_ports () { # the daemon's flags
  # A file may name other ports; the daemon says what is wrong with them.
  [ "$(flag_or --config "${PARLOR_CONFIG:-}" "$@")" = "" ] || return 0
  check_port --http-port tcp "$(flag_or --http-port "${PARLOR_HTTP_PORT:-8080}" "$@")"
  check_port --udp-port udp "$(flag_or --udp-port "${PARLOR_UDP_PORT:-7900}" "$@")"
  check_port --admin-port tcp "$(flag_or --admin-port "${PARLOR_ADMIN_PORT:-9091}" "$@")"
}
