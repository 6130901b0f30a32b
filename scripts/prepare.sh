#!/usr/bin/env bash
# Installs what Debian can give and this machine lacks; nothing that is already there is touched.
#
#   scripts/prepare.sh demo    what `make demo` builds and runs with
#   scripts/prepare.sh test    also what the tests talk to: PostgreSQL, a browser, rpm, dnf, oscap, shellcheck
#
# A thing counts as present when its program or file is there, however it came there. As root the
# missing packages are installed; anybody else is told the command.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
readonly RUST_MIN=1.95

# Debian package = the program, or the file, that shows it is there.
demo_needs=(
  make=make
  gcc=gcc
  libc6-dev=/usr/include/stdio.h
  curl=curl
  ca-certificates=/etc/ssl/certs/ca-certificates.crt
)
test_needs=(
  "${demo_needs[@]}"
  postgresql=initdb
  chromium=chromium
  chromium-driver=chromedriver
  fonts-dejavu-core=/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
  shellcheck=shellcheck
  python3=python3
  xz-utils=xz
  rpm=rpm
  dnf=dnf
  openscap-scanner=oscap
  bzip2=bzip2
  openssl=openssl
  debian-archive-keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  procps=pkill
)

say() { printf 'prepare: %s\n' "$*"; }

is_present() {
  case $1 in
    initdb) command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ;;
    /*) [[ -e $1 ]] ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

check_rust() {
  local have
  if ! command -v cargo >/dev/null; then
    say "no Rust toolchain: install Rust $RUST_MIN or newer (https://rustup.rs), then run this again" >&2
    return 1
  fi
  have=$(cargo --version | cut -d' ' -f2)
  if [[ $(printf '%s\n' "$RUST_MIN" "$have" | sort -V | head -n1) != "$RUST_MIN" ]]; then
    say "cargo $have is too old: Pakiti needs Rust $RUST_MIN or newer (rustup update)" >&2
    return 1
  fi
}

install_missing() {
  local log=${TMPDIR:-/tmp}/pakiti-prepare.$$.log
  local apt=(apt-get -q -y -o DPkg::Lock::Timeout=300)
  say "installing ${#missing[@]} package(s), the output goes to $log"
  # An update that fails (one mirror of several is down) may still leave good enough lists.
  "${apt[@]}" update >"$log" 2>&1 </dev/null || say "apt-get update failed, trying with the lists at hand"
  if ! "${apt[@]}" install --no-install-recommends "${missing[@]}" >>"$log" 2>&1 </dev/null; then
    tail -n 30 "$log" >&2
    say "apt-get install failed, see $log" >&2
    return 1
  fi
  rm -f "$log"
}

case ${1:-test} in
  demo) needs=("${demo_needs[@]}") ;;
  test) needs=("${test_needs[@]}") ;;
  *) say "usage: scripts/prepare.sh demo|test" >&2; exit 2 ;;
esac

check_rust
missing=()
for need in "${needs[@]}"; do
  if ! is_present "${need#*=}"; then
    missing+=("${need%%=*}")
    say "missing: ${need%%=*} (no ${need#*=})"
  fi
done

if ((${#missing[@]} == 0)); then
  say "all ${#needs[@]} packages are present"
elif ! command -v apt-get >/dev/null; then
  say "this is no Debian: install what is missing by this system's own means, then run again" >&2
  exit 1
elif ((EUID != 0)); then
  say "run this, then try again: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
else
  install_missing
  say "installed: ${missing[*]}"
fi
