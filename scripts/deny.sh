#!/usr/bin/env bash
# cargo-deny over the dependency graph: licences, banned crates, origins (deny.toml).
#
# Advisories are left out here: their database is a git repository that the build machines cannot
# reach. With internet access run `cargo deny check advisories` by hand.
# cargo-deny is compiled once (about four minutes on two cores) into a cache outside the tree.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly VERSION=0.20.2
tools=${PAKITI_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/pakiti/tools}

if deny=$(command -v cargo-deny); then
  echo "deny: using $deny"
else
  deny=$tools/bin/cargo-deny
  if ! "$deny" --version 2>/dev/null | grep -qF "$VERSION"; then
    echo "deny: compiling cargo-deny $VERSION into $tools (about four minutes, once)"
    cargo install --quiet cargo-deny --version "$VERSION" --locked --root "$tools" --target-dir target/tools
    rm -rf target/tools
  fi
fi

echo "deny: advisories are NOT checked here (their database is not reachable from build machines)"
cargo fetch --locked --quiet
"$deny" --locked --offline check --hide-inclusion-graph licenses bans sources
