#!/usr/bin/env bash
# Runs a command with a throw-away PostgreSQL of its own:
#
#   scripts/with-postgres.sh CMD [ARG...]   start a cluster, run CMD, stop and remove the cluster
#   scripts/with-postgres.sh --clean        remove clusters left behind by a run that was killed
#
# CMD finds the server in PAKITI_TEST_POSTGRES (a URL of a superuser, with a password made for this
# run). If that is set already, it is used as it is and no cluster is started. The cluster keeps
# nothing on disk safely (fsync=off) unless PAKITI_PG_FSYNC=on. It listens on 127.0.0.1 only.
# initdb refuses root: as root everything runs as the user `postgres`, else `nobody`.
set -euo pipefail

say() { printf 'with-postgres: %s\n' "$*" >&2; }

# The server's programs are rarely in PATH on Debian; the newest version wins.
find_bin() {
  local found
  if found=$(command -v initdb); then
    dirname "$(readlink -f "$found")"
  else
    compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n1 | xargs -r dirname
  fi
}

pick_user() {
  if ((EUID != 0)); then id -un; elif id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi
}

as_owner() {
  if ((EUID == 0)); then runuser -u "$owner" -- "$@"; else "$@"; fi
}

# Stops the cluster in a directory made by `start`, and removes the directory.
remove() {
  local dir=$1
  if [[ -f $dir/data/postmaster.pid ]]; then
    as_owner "$bin/pg_ctl" -D "$dir/data" -m immediate -w -t 20 stop >/dev/null 2>&1 || true
  fi
  rm -rf "$dir"
}

clean() {
  local dir
  for dir in "$base"/pakiti-pg.*; do
    [[ -O $dir && -f $dir/pid ]] || continue
    kill -0 "$(<"$dir/pid")" 2>/dev/null && { say "still in use: $dir"; continue; }
    remove "$dir"
    say "removed $dir"
  done
}

init() {
  local dir=$1
  (umask 077 && head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$dir/password")
  install -d -m 700 "$dir/socket"
  if ((EUID == 0)); then chown "$owner" "$dir/password" "$dir/socket" && chmod 711 "$dir"; fi
  install -d -m 700 -o "$owner" "$dir/data"
  as_owner "$bin/initdb" -D "$dir/data" -U postgres -E UTF8 --locale=C.UTF-8 --no-sync \
    --auth-local=password --auth-host=password --pwfile="$dir/password" >"$dir/initdb.log" 2>&1 ||
    { cat "$dir/initdb.log" >&2; return 1; }
  {
    echo "listen_addresses = '127.0.0.1'"
    echo "unix_socket_directories = '$dir/socket'"
    echo "max_connections = 200"
    if [[ ${PAKITI_PG_FSYNC:-off} != on ]]; then
      printf '%s = off\n' fsync synchronous_commit full_page_writes
    fi
  } >>"$dir/data/postgresql.conf"
}

# A port can be taken between choosing and binding, so the server itself is the test for it.
start() {
  local dir=$1 try
  for try in {1..10}; do
    port=$((20000 + RANDOM % 12000))
    if as_owner "$bin/pg_ctl" -D "$dir/data" -o "-p $port" -l "$dir/data/server.log" -w -t 60 start >/dev/null 2>&1
    then
      return 0
    fi
    grep -q 'Address already in use' "$dir/data/server.log" || break
    say "port $port is taken, trying another ($try)"
  done
  cat "$dir/data/server.log" >&2
  return 1
}

(($# > 0)) || { say "usage: scripts/with-postgres.sh CMD [ARG...] | --clean"; exit 2; }
base=${TMPDIR:-/tmp}
owner=$(pick_user)
bin=$(find_bin)
if [[ $1 == --clean ]]; then clean; exit; fi
if [[ -n ${PAKITI_TEST_POSTGRES:-} ]]; then
  say "using the server that PAKITI_TEST_POSTGRES names"
  exec "$@"
fi
[[ -n $bin ]] || { say "PostgreSQL is not installed: run scripts/prepare.sh test"; exit 1; }

dir=$(mktemp -d "$base/pakiti-pg.XXXXXX")
echo $$ >"$dir/pid"
# The signals only end the script; the one trap on EXIT then cleans up, whatever ended it.
trap 'remove "$dir"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
here=$PWD
cd "$dir"
init "$dir"
start "$dir"
cd "$here"
PAKITI_TEST_POSTGRES="postgres://postgres:$(<"$dir/password")@127.0.0.1:$port/postgres"
export PAKITI_TEST_POSTGRES
say "$("$bin/postgres" --version) on 127.0.0.1:$port, fsync ${PAKITI_PG_FSYNC:-off}"
"$@"
