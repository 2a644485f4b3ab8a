# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Serving: the demo on this computer, or HTTPS for the network it is in.

DAEMON=build/src/parlord
LAN=build/lan

command_run () {
  local lan='' word
  local -a flags=()
  for word in "$@"; do
    if [ "$word" = --lan ]; then lan=1; else flags+=("$word"); fi
  done
  check_ports "${flags[@]}"
  build_programs
  [ -x "$DAEMON" ] || die "$DAEMON was not built"
  if [ -n "$lan" ]; then run_lan "${flags[@]}"; return; fi
  say "Starting Parlor; it says its address itself. Ctrl-C ends it"
  exec "$DAEMON" --demo "${flags[@]}"
}

# Addresses of this computer that others can reach, IPv4 first.
lan_addresses () {
  ip -o -4 address show scope global | awk '{ sub (/\/.*/, "", $4); print $4 }'
  ip -o -6 address show scope global -deprecated | awk '{ sub (/\/.*/, "", $4); print $4 }'
}

# A certificate for these names; made again when the addresses are others.
lan_certificate () {
  local names address
  names="DNS:localhost,DNS:$(hostname),IP:127.0.0.1"
  for address in "$@"; do names+=",IP:$address"; done
  stamp_is "$LAN/names" "$names" && return
  say "Making a certificate for $names"
  quietly "$LAN/openssl.log" openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 397 \
    -subj "/CN=Parlor on $(hostname)" -addext "subjectAltName=$names" -keyout "$LAN/key.pem" -out "$LAN/certificate.pem"
  echo "$names" >"$LAN/names"
}

# One API key of its own, kept with the data: nothing is open without a token.
lan_config () {
  [ -f "$LAN/parlord.conf" ] && return
  (umask 077; printf '[key lan]\nsecret=%s\n' "$(openssl rand -hex 32)" >"$LAN/parlord.conf")
}

lan_secret () { sed -n 's/^secret=//p' "$LAN/parlord.conf"; }

# Makes a room with the key and shows its link, as text and as QR.
lan_invite () { # BASE_URL HTTP_PORT
  local url
  url=$(curl -fsS -u "lan:$(lan_secret)" -H 'Content-Type: application/json' -d '{"kind":"meeting","title":"LAN"}' \
    "http://127.0.0.1:$2/v1/rooms" | python3 -c 'import json, sys; print (json.load (sys.stdin)["join_url"])') || return 0
  say "A room is open: $url"
  note "The certificate is self-made: the browser asks once whether to go on."
  if command -v qrencode >/dev/null; then qrencode -t ANSIUTF8 "$url"; fi
}

# The value of a flag among the daemon's, as "--flag N" or "--flag=N"; else what is known without.
flag_or () { # FLAG OTHERWISE flags…
  local flag=$1 value=$2; shift 2
  while [ $# -gt 0 ]; do
    case $1 in
      "$flag") value=${2:-$value} ;;
      "$flag="*) value=${1#*=} ;;
    esac
    shift
  done
  echo "$value"
}

run_lan () {
  local port=${PARLOR_LAN_PORT:-8443} http_port admin_port
  http_port=$(flag_or --http-port "${PARLOR_HTTP_PORT:-8080}" "$@")
  admin_port=$(flag_or --admin-port "${PARLOR_ADMIN_PORT:-9091}" "$@")
  local addresses
  install_packages lan
  mkdir -p "$LAN/data"
  mapfile -t addresses < <(lan_addresses)
  [ "${#addresses[@]}" -gt 0 ] || die "this computer has no address in a network"
  lan_certificate "${addresses[@]}"
  lan_config
  local base="https://${addresses[0]}:$port"
  "$DAEMON" --config "$LAN/parlord.conf" --data-dir "$LAN/data" --public-url "$base" --trust-proxy "$@" &
  local daemon=$!
  node tools/dev/https-front.mjs "$port" "$http_port" "$LAN/key.pem" "$LAN/certificate.pem" &
  local front=$!
  # shellcheck disable=SC2064
  trap "kill $daemon $front 2>/dev/null || true" EXIT
  trap 'exit 130' INT TERM
  for _ in $(seq 100); do
    kill -0 "$daemon" 2>/dev/null || die "the daemon ended"
    if curl -fs "http://127.0.0.1:$admin_port/readyz" >/dev/null; then break; fi
    sleep 0.1
  done
  say "Parlor on $base (Ctrl-C ends it)"
  lan_invite "$base" "$http_port"
  wait -n "$daemon" "$front"
}
